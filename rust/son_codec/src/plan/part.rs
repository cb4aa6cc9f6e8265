//! Which fields of documents are read, where a query has asked for a part of them.

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::PyList;

use super::Document;
use super::document::Beginning;
use super::noting::{Absent, Noting};
use crate::errors::{Outcome, Stop};

/// So many names may stand in a path to what is read: more than any program asks for. Longer ones are
/// left to Python, since each level takes some of the stack.
pub(super) const LONGEST_PATH: usize = 50;

/// What is read of documents of a class, and of those that derive from it. Twin of
/// `documents/partial.py`.
pub(crate) struct Part {
    classes: Vec<PartOfClass>,
    pub(super) noting: Noting,
}

/// What is read of documents of exactly one class.
pub(super) struct PartOfClass {
    /// Where the plan of the class stands among the codec's.
    plan: usize,
    fields: Vec<PartOfField>,
    /// Those that are absent where nothing is stored at all.
    pub(super) absent: Absent,
    /// Those of which nobody knows before the document is made, since a function of the program's makes
    /// their defaults.
    pub(super) unknown: Absent,
    /// What an instance starts with: the defaults of what is read.
    pub(super) beginning: Beginning,
}

/// What is read of a field.
pub(super) struct PartOfField {
    pub(super) is_read: bool,
    /// The part that is read of the documents in it, if that is not all.
    pub(super) inside: Option<Part>,
    /// Which of the names it is that are noted where they are absent.
    pub(super) bit: Absent,
    /// The place of the next field that is read, from this one on.
    next: usize,
}

impl Part {
    /// `None` where Python takes away what is not read.
    ///
    /// The first argument is a `LoadedPart`, the last is `codec/pure.py`.
    pub(crate) fn compile(
        part: &Bound<'_, PyAny>,
        plan: usize,
        plans: &[Document],
        pure: &Bound<'_, PyAny>,
    ) -> PyResult<Option<Self>> {
        Self::compile_inside(LONGEST_PATH, part, plan, plans, pure)
    }

    /// The same within other parts, where paths may have so many more names.
    fn compile_inside(
        names_left: usize,
        part: &Bound<'_, PyAny>,
        plan: usize,
        plans: &[Document],
        pure: &Bound<'_, PyAny>,
    ) -> PyResult<Option<Self>> {
        let mut classes = Vec::new();
        let (Some(base), Some(names_left)) = (plans.get(plan), names_left.checked_sub(1)) else {
            return Ok(None);
        };
        let noting = Noting::compile(part, pure)?;
        for index in base.with_those_below(plan) {
            match PartOfClass::compile(names_left, part, &noting, index, plans, pure)? {
                Some(class) => classes.push(class),
                None => return Ok(None),
            }
        }
        Ok(Some(Self { classes, noting }))
    }

    /// What is read of documents of the class whose plan stands at an index.
    #[inline]
    pub(super) fn of_class(&self, plan: usize) -> Outcome<&PartOfClass> {
        let found = self.classes.iter().find(|class| class.plan == plan);
        found.ok_or(Stop::AskPython)
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.noting.traverse(visit)?;
        for class in &self.classes {
            class.beginning.traverse(visit)?;
            for inside in class
                .fields
                .iter()
                .filter_map(|field| field.inside.as_ref())
            {
                inside.traverse(visit)?;
            }
        }
        Ok(())
    }
}

impl PartOfClass {
    fn compile(
        names_left: usize,
        part: &Bound<'_, PyAny>,
        noting: &Noting,
        index: usize,
        plans: &[Document],
        pure: &Bound<'_, PyAny>,
    ) -> PyResult<Option<Self>> {
        let py = part.py();
        let Some(plan) = plans.get(index).filter(|plan| plan.reads) else {
            return Ok(None);
        };
        let parts_inside = part.getattr("inside")?;
        let mut fields = Vec::new();
        for field in &plan.fields {
            let mut of_class = PartOfField {
                is_read: part.call_method1("has", (&field.name,))?.extract()?,
                inside: None,
                bit: noting.bit_of(field.name.bind(py))?,
                next: plan.fields.len(),
            };
            let of_field = parts_inside.call_method1("get", (&field.name,))?;
            if !of_class.is_read || of_field.is_none() {
                fields.push(of_class);
                continue;
            }
            // Where a method of the program's reads the documents, Python looks into what it gives.
            let documents = field
                .holds_only_documents()
                .filter(|_| !field.has_users_from_son());
            let Some(documents) = documents else {
                return Ok(None);
            };
            match Part::compile_inside(names_left, &of_field, documents, plans, pure)? {
                Some(part) => of_class.inside = Some(part),
                None => return Ok(None),
            }
            fields.push(of_class);
        }
        let mut next = fields.len();
        for (place, field) in fields.iter_mut().enumerate().rev() {
            if field.is_read {
                next = place;
            }
            field.next = next;
        }
        let has: Vec<bool> = fields.iter().map(|field| field.is_read).collect();
        let beginning = plan.beginning.of_part(py, &plan.fields, &has)?;
        // What is no field of this very class, but of one below, has no value.
        let (mut absent, mut unknown) = (noting.all(), Absent::default());
        for (field, default) in fields.iter().zip(&beginning.values) {
            absent.set(field.bit, default.as_ref().is_none_or(|it| it.is_none(py)));
        }
        for (place, make) in &plan.factories {
            let bit = fields
                .get(*place)
                .map(|field| field.bit)
                .unwrap_or_default();
            let is_list = make.is(py.get_type::<PyList>());
            absent.set(bit, !is_list);
            unknown.set(bit, !is_list);
        }
        Ok(Some(Self {
            plan: index,
            fields,
            absent,
            unknown,
            beginning,
        }))
    }

    /// What is read of the field at a place; `None` if that is nothing.
    #[inline]
    pub(super) fn of_field(&self, place: usize) -> Option<&PartOfField> {
        self.fields.get(place).filter(|field| field.is_read)
    }

    /// The next place from one on whose field is read.
    #[inline]
    pub(super) fn next(&self, place: usize) -> usize {
        self.fields.get(place).map_or(place, |field| field.next)
    }
}
