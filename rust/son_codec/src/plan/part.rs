//! Which fields of documents are read, where a query has asked for a part of them.

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;

use super::Document;
use super::document::Beginning;
use crate::errors::{Outcome, Stop};

/// What is read of documents of a class, and of those that derive from it. Twin of
/// `documents/partial.py`.
pub(crate) struct Part {
    classes: Vec<PartOfClass>,
    /// What documents have in `_hidden` that have nothing else there: it says which part was loaded. One
    /// for all, which nobody changes.
    pub(super) hidden: Py<PyAny>,
    /// Where it can't be said from the items of a list what else is stored: what notes the lists of a
    /// document, and the `LoadedPart` that it is told.
    pub(super) noting_lists: Option<(Py<PyAny>, Py<PyAny>)>,
}

/// What is read of documents of exactly one class.
pub(super) struct PartOfClass {
    /// Where the plan of the class stands among the codec's.
    plan: usize,
    /// For each field whether it is read.
    has: Vec<bool>,
    /// For each field the part that is read of the documents in it, if that is not all.
    inside: Vec<Option<Part>>,
    /// What an instance starts with: the defaults of what is read.
    pub(super) beginning: Beginning,
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
        let mut classes = Vec::new();
        let Some(base) = plans.get(plan) else {
            return Ok(None);
        };
        for index in base.with_those_below(plan) {
            match PartOfClass::compile(part, index, plans, pure)? {
                Some(class) => classes.push(class),
                None => return Ok(None),
            }
        }
        let noting_lists = if part.getattr("in_part")?.is_truthy()? {
            let keep = pure.getattr("keep_loaded_part")?.unbind();
            Some((keep, part.clone().unbind()))
        } else {
            None
        };
        Ok(Some(Self {
            classes,
            hidden: pure.call_method1("hidden_of_part", (part,))?.unbind(),
            noting_lists,
        }))
    }

    /// What is read of documents of the class whose plan stands at an index.
    #[inline]
    pub(super) fn of_class(&self, plan: usize) -> Outcome<&PartOfClass> {
        let found = self.classes.iter().find(|class| class.plan == plan);
        found.ok_or(Stop::AskPython)
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.hidden)?;
        if let Some((keep, part)) = &self.noting_lists {
            visit.call(keep)?;
            visit.call(part)?;
        }
        for class in &self.classes {
            class.beginning.traverse(visit)?;
            for inside in class.inside.iter().flatten() {
                inside.traverse(visit)?;
            }
        }
        Ok(())
    }
}

impl PartOfClass {
    fn compile(
        part: &Bound<'_, PyAny>,
        index: usize,
        plans: &[Document],
        pure: &Bound<'_, PyAny>,
    ) -> PyResult<Option<Self>> {
        let py = part.py();
        let Some(plan) = plans.get(index).filter(|plan| plan.reads) else {
            return Ok(None);
        };
        let parts_inside = part.getattr("inside")?;
        let (mut has, mut inside) = (Vec::new(), Vec::new());
        for field in &plan.fields {
            let is_read: bool = part.call_method1("has", (&field.name,))?.extract()?;
            has.push(is_read);
            let of_field = parts_inside.call_method1("get", (&field.name,))?;
            if !is_read || of_field.is_none() {
                inside.push(None);
                continue;
            }
            // Where a method of the program's reads the documents, Python looks into what it gives.
            let documents = field
                .holds_only_documents()
                .filter(|_| !field.has_users_from_son());
            let Some(documents) = documents else {
                return Ok(None);
            };
            match Part::compile(&of_field, documents, plans, pure)? {
                Some(part) => inside.push(Some(part)),
                None => return Ok(None),
            }
        }
        Ok(Some(Self {
            plan: index,
            beginning: plan.beginning.of_part(py, &plan.fields, &has)?,
            has,
            inside,
        }))
    }

    /// Whether the field at a place is read.
    #[inline]
    pub(super) fn has(&self, place: usize) -> bool {
        self.has.get(place).copied().unwrap_or(false)
    }

    /// The part that is read of the documents in a field; `None` where it is all.
    #[inline]
    pub(super) fn inside(&self, place: usize) -> Option<&Part> {
        self.inside.get(place)?.as_ref()
    }

    /// The next place after one whose field is read.
    #[inline]
    pub(super) fn next(&self, place: usize) -> usize {
        let after = self.has.get(place..).unwrap_or_default();
        place + after.iter().position(|has| *has).unwrap_or(after.len())
    }
}
