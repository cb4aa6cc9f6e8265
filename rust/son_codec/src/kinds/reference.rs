//! Ids of documents stored elsewhere. Twin of `fields/reference_field.py`.

use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::prelude::*;
use pyo3::types::PyInt;

use super::{Kind, writes_scalars};
use crate::bson::{Element, Key, Scalar, Writer, kind};
use crate::errors::Outcome;
use crate::objects::{Value, exact, is_ascii_and, whole_number};
use crate::plan::{Context, Field};

#[derive(Default)]
pub(super) struct Reference {
    /// Whether Python has found the class that is referred to, which validating asks for first.
    is_found: AtomicBool,
}

impl Reference {
    /// The id as it is stored, if it is one that nobody has to be asked about.
    #[inline(always)]
    fn scalar(&self, value: Value<'_, '_>, context: &Context<'_>) -> Option<Scalar<12>> {
        if !self.is_found.load(Ordering::Relaxed) {
            return None;
        }
        context.types.object_ids.bytes(value).map(Scalar::object_id)
    }
}

impl Kind for Reference {
    fn is_empty(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        if context.types.object_ids.is_type_of(value) || value.is_none() {
            return Ok(value.is_none());
        }
        field.is_empty_in_python(value, context)
    }

    #[inline(always)]
    fn validate(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        let is_plain = context.types.object_ids.is_type_of(value)
            || value.is_none()
            || is_other_id(value, context);
        if is_plain && self.is_found.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let is_valid = field.validate_in_python(value, context)?;
        self.is_found.store(true, Ordering::Relaxed);
        Ok(is_valid)
    }

    #[inline(always)]
    fn knows(&self, value: Value<'_, '_>, context: &Context<'_>) -> bool {
        self.is_found.load(Ordering::Relaxed) && context.types.object_ids.is_type_of(value)
    }

    fn writes_null(&self) -> bool {
        true
    }

    writes_scalars!();

    #[inline(always)]
    fn write(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        if let Some(id) = context.types.object_ids.bytes(value) {
            out.scalar(key, Scalar::object_id(id))?;
        } else if value.is_none() {
            out.null(key)?;
        } else if is_other_id(value, context) {
            context.encode(key, value, out)?;
        } else {
            field.write_in_python(key, value, out, context)?;
        }
        Ok(())
    }

    #[inline(always)]
    fn read<'py>(
        &self,
        element: &Element<'_>,
        _: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        match element.kind {
            kind::OBJECT_ID => {
                let bytes = element.as_object_id()?;
                Ok(context.types.object_ids.make(context.py, bytes)?)
            }
            _ => context.decode(element),
        }
    }
}

/// How many digits the text of an `ObjectId` has, which is not valid.
const HEX_DIGITS: usize = 24;

/// Whether a value is an id of another type than most: a UUID, a whole number, or an ASCII text that
/// cannot be that of an `ObjectId`. Python is asked about the rest.
#[inline]
fn is_other_id(value: Value<'_, '_>, context: &Context<'_>) -> bool {
    is_ascii_and(value, |text| text.len() != HEX_DIGITS)
        || exact::<PyInt>(value).is_some_and(|number| whole_number(&number).is_some())
        || context.types.uuids.is_type_of(value)
}
