//! What a conversion needs besides the document.

use pyo3::prelude::*;
use pyo3::types::PyBool;

use super::{Document, Part};
use crate::bson::{Element, Key, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::{ItemBuffer, Kept, SharedKeys, Value};
use crate::rows::Rows;
use crate::values::{self, Options, Types};

/// How deep values may nest here: deeper than any that programs make. What is deeper still Python
/// decides about, which has a limit and words for it.
const DEEPEST: usize = 150;

/// How much of the stack a conversion may use before it leaves the document to Python: less than a
/// thread with the smallest usual stack, of 256 KiB, has.
const STACK: usize = 96 * 1024;

/// The plans of embedded classes, types and options; and how deep we are.
#[derive(Clone, Copy)]
pub(crate) struct Context<'py> {
    pub(crate) py: Python<'py>,
    pub(crate) plans: &'py [Document],
    pub(crate) types: &'py Types,
    pub(crate) options: &'py Options,
    pub(crate) items: &'py ItemBuffer,
    /// The keys of dicts.
    pub(crate) keys: &'py SharedKeys,
    /// Whether what is written is validated in the same go.
    pub(crate) validates: bool,
    /// Where mappings are rows of the classes of embedded documents: how they are read.
    pub(crate) rows: Option<&'py Rows<'py>>,
    /// What says of the documents that are read that they are stored, and how, if that is remembered.
    snapshot: Option<&'py Bound<'py, PyAny>>,
    /// The part that is read of documents; `None` where it is all.
    pub(crate) part: Option<&'py Part>,
    depth: usize,
    /// Where the stack was when the conversion began.
    stack: usize,
}

impl<'py> Context<'py> {
    pub(crate) fn new(
        py: Python<'py>,
        plans: &'py [Document],
        types: &'py Types,
        options: &'py Options,
        kept: &'py Kept,
    ) -> Self {
        Self {
            py,
            plans,
            types,
            options,
            items: &kept.items,
            keys: &kept.keys,
            validates: false,
            rows: None,
            snapshot: None,
            part: None,
            depth: 0,
            stack: stack_position(),
        }
    }

    /// The same, where what is written is validated in the same go.
    pub(crate) fn validating(&self) -> Self {
        Self {
            validates: true,
            ..*self
        }
    }

    /// The same, where documents that are read remember this.
    pub(crate) fn remembering(&self, snapshot: Option<&'py Bound<'py, PyAny>>) -> Self {
        Self { snapshot, ..*self }
    }

    /// The same, where this part is read of documents; all if there is none.
    #[inline]
    pub(crate) fn of_part(&self, part: Option<&'py Part>) -> Self {
        Self { part, ..*self }
    }

    /// What a document that was read has in `_is_persisted`.
    #[inline]
    pub(crate) fn state_of_loaded(&self, is_tracked: bool) -> Bound<'py, PyAny> {
        match self.snapshot {
            Some(snapshot) if is_tracked && !self.is_nested() => snapshot.clone(),
            _ => PyBool::new(self.py, true).to_owned().into_any(),
        }
    }

    /// The same within a document, in which a mapping is no row.
    #[inline]
    pub(crate) fn of_documents(&self) -> Self {
        Self {
            rows: None,
            ..*self
        }
    }

    /// The same, where mappings are rows.
    pub(crate) fn of_rows(&self, rows: &'py Rows<'py>) -> Self {
        Self {
            rows: Some(rows),
            ..*self
        }
    }

    /// The same, one level further down; stops where Python has to decide.
    #[inline]
    pub(crate) fn deeper(&self) -> Outcome<Self> {
        if self.depth >= DEEPEST || self.stack.abs_diff(stack_position()) > STACK {
            return Err(Stop::AskPython);
        }
        Ok(Self {
            depth: self.depth + 1,
            ..*self
        })
    }

    /// Whether it is the context of what is in another document.
    #[inline]
    pub(crate) fn is_nested(&self) -> bool {
        self.depth > 0
    }

    /// How many more levels there may be.
    pub(crate) fn levels_left(&self) -> usize {
        DEEPEST - self.depth
    }

    pub(crate) fn encode(&self, key: &Key, value: Value<'_, '_>, out: &mut Writer) -> Outcome<()> {
        values::encode(key, value, out, self)
    }

    pub(crate) fn decode(&self, element: &Element<'_>) -> Outcome<Bound<'py, PyAny>> {
        values::decode(element, self)
    }

    /// The same for an `_id`, which is mostly an `ObjectId`.
    #[inline]
    pub(crate) fn decode_id(&self, element: &Element<'_>) -> Outcome<Bound<'py, PyAny>> {
        if element.kind == kind::OBJECT_ID {
            let bytes = element.as_object_id()?;
            return Ok(self.types.object_ids.make(self.py, bytes)?);
        }
        self.decode(element)
    }

    pub(crate) fn none(&self) -> Bound<'py, PyAny> {
        self.py.None().into_bound(self.py)
    }

    /// The plan at an index, or one of a class that is stored with its class, if the value is an
    /// instance of exactly that class.
    #[inline]
    pub(crate) fn plan_for(&self, index: usize, value: Value<'_, '_>) -> Option<&'py Document> {
        self.plans.get(index)?.of_instance(value, self.plans)
    }
}

/// About where the top of the stack is.
#[inline]
fn stack_position() -> usize {
    let here = 0_u8;
    (&raw const here).addr()
}
