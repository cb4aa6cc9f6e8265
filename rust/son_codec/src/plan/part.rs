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
    noting: Option<Noting>,
}

/// What tells a document of what it can't be said what else is stored.
struct Noting {
    /// Told the document and the `LoadedPart`.
    keep: Py<PyAny>,
    part: Py<PyAny>,
    /// Whether that is so of lists, be they there or not, and not only of what has no value.
    of_lists: bool,
}

/// What is read of documents of exactly one class.
pub(super) struct PartOfClass {
    /// Where the plan of the class stands among the codec's.
    plan: usize,
    /// For each field whether it is read.
    has: Vec<bool>,
    /// For each field the part that is read of the documents in it, if that is not all.
    inside: Vec<Option<Part>>,
    /// For each field whether something may be stored for it though none was read.
    may_hide: Vec<bool>,
    /// How many these are; more than that where classes below have some.
    pub(super) hiding: usize,
    /// For each place the next one from it on whose field is read.
    next: Vec<usize>,
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
        let noting = if part.getattr("in_part")?.is_truthy()? {
            Some(Noting {
                keep: pure.getattr("keep_loaded_part")?.unbind(),
                part: part.clone().unbind(),
                of_lists: part.getattr("lists")?.is_truthy()?,
            })
        } else {
            None
        };
        Ok(Some(Self {
            classes,
            hidden: pure.call_method1("hidden_of_part", (part,))?.unbind(),
            noting,
        }))
    }

    /// What is read of documents of the class whose plan stands at an index.
    #[inline]
    pub(super) fn of_class(&self, plan: usize) -> Outcome<&PartOfClass> {
        let found = self.classes.iter().find(|class| class.plan == plan);
        found.ok_or(Stop::AskPython)
    }

    /// Have a document note of what it can't be said what else is stored.
    ///
    /// `all_there` says that each field of which that is so only without a value has one.
    #[inline]
    pub(super) fn note(&self, document: &Bound<'_, PyAny>, all_there: bool) -> PyResult<()> {
        if let Some(noting) = &self.noting
            && (noting.of_lists || !all_there)
        {
            let py = document.py();
            noting.keep.bind(py).call1((document, &noting.part))?;
        }
        Ok(())
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.hidden)?;
        if let Some(noting) = &self.noting {
            visit.call(&noting.keep)?;
            visit.call(&noting.part)?;
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
        let in_part = part.getattr("in_part")?;
        let (mut has, mut inside, mut may_hide) = (Vec::new(), Vec::new(), Vec::new());
        for field in &plan.fields {
            let is_read: bool = part.call_method1("has", (&field.name,))?.extract()?;
            has.push(is_read);
            may_hide.push(in_part.contains(&field.name)?);
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
        let mut next = vec![has.len(); has.len()];
        let mut read = has.len();
        for (place, (is_read, next)) in has.iter().zip(&mut next).enumerate().rev() {
            if *is_read {
                read = place;
            }
            *next = read;
        }
        Ok(Some(Self {
            plan: index,
            beginning: plan.beginning.of_part(py, &plan.fields, &has)?,
            has,
            inside,
            hiding: in_part.len()?,
            may_hide,
            next,
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

    /// Whether something may be stored for the field at a place though none was read.
    #[inline]
    pub(super) fn may_hide(&self, place: usize) -> bool {
        self.may_hide.get(place).copied().unwrap_or(false)
    }

    /// The next place from one on whose field is read.
    #[inline]
    pub(super) fn next(&self, place: usize) -> usize {
        self.next.get(place).copied().unwrap_or(place)
    }
}
