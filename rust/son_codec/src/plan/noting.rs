//! What documents that were loaded in part note: which part that was, and for which of its fields nothing
//! was read, though something may be stored for them. Twin of `keep_loaded_part` in `storage/loaded.py`.

use std::sync::Mutex;

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::objects::{push, tuple_of};

/// What documents note is kept for so many sets of absent fields, of which there may be very many: two to
/// the power of the fields.
const MOST_KEPT: usize = 64;

/// What documents of which a part was loaded have in `_hidden`.
pub(super) struct Noting {
    /// The `LoadedPart`.
    part: Py<PyAny>,
    /// The fields that are noted where they have no value.
    names: Vec<Py<PyString>>,
    /// Whether each document notes by itself: where lists are noted, of which each has its own, or more
    /// names than have a bit.
    is_for_each: bool,
    /// What documents have of which nothing is noted but the part.
    nothing: Py<PyAny>,
    /// What others have: one for all in which the same fields are absent, which nobody changes.
    kept: Mutex<Vec<(Absent, Py<PyAny>)>>,
    /// Makes it, of the part and the names of these fields.
    make: Py<PyAny>,
    /// Told a document and the part, has the document note all by itself.
    keep: Py<PyAny>,
}

/// Which of the names of a `Noting` have no value, a bit for each.
#[derive(Clone, Copy, Default, PartialEq)]
pub(super) struct Absent(u128);

impl Noting {
    /// The first argument is a `LoadedPart`, the last is `codec/pure.py`.
    pub(super) fn compile(part: &Bound<'_, PyAny>, pure: &Bound<'_, PyAny>) -> PyResult<Self> {
        let mut names = Vec::new();
        for name in part.getattr("in_part")?.try_iter()? {
            names.push(name?.cast_into::<PyString>()?.unbind());
        }
        let make = pure.getattr("hidden_of_part")?;
        Ok(Self {
            part: part.clone().unbind(),
            is_for_each: part.getattr("lists")?.is_truthy()? || names.len() > Absent::MOST,
            names,
            nothing: make.call1((part,))?.unbind(),
            kept: Mutex::default(),
            make: make.unbind(),
            keep: pure.getattr("keep_loaded_part")?.unbind(),
        })
    }

    /// All names.
    pub(super) fn all(&self) -> Absent {
        let mut all = Absent::default();
        for place in 0..self.names.len() {
            all.set(Absent::at(place), true);
        }
        all
    }

    /// A field alone; none of the names if nothing is noted of it.
    pub(super) fn bit_of(&self, name: &Bound<'_, PyString>) -> PyResult<Absent> {
        for (place, known) in self.names.iter().enumerate() {
            if known.bind(name.py()).as_any().eq(name)? {
                return Ok(Absent::at(place));
            }
        }
        Ok(Absent::default())
    }

    /// What documents have in which nothing is noted, or which are yet to note something by themselves.
    #[inline]
    pub(super) fn nothing(&self, py: Python<'_>) -> Py<PyAny> {
        self.nothing.clone_ref(py)
    }

    /// What documents have in which these are absent; `None` where each notes that by itself.
    #[inline]
    pub(super) fn hidden(&self, py: Python<'_>, absent: Absent) -> PyResult<Option<Py<PyAny>>> {
        if self.is_for_each {
            return Ok(None);
        }
        if absent == Absent::default() {
            return Ok(Some(self.nothing(py)));
        }
        if let Ok(kept) = self.kept.lock()
            && let Some((_, hidden)) = kept.iter().find(|(of, _)| *of == absent)
        {
            return Ok(Some(hidden.clone_ref(py)));
        }
        self.made(py, absent).map(Some)
    }

    #[cold]
    fn made(&self, py: Python<'_>, absent: Absent) -> PyResult<Py<PyAny>> {
        let mut names = Vec::new();
        for (place, name) in self.names.iter().enumerate() {
            if absent.has_any(Absent::at(place)) {
                push(&mut names, name.bind(py).clone().into_any())?;
            }
        }
        let names = tuple_of(py, names.into_iter())?;
        let made = self.make.bind(py).call1((&self.part, names))?.unbind();
        if let Ok(mut kept) = self.kept.lock()
            && kept.len() < MOST_KEPT
        {
            push(&mut kept, (absent, made.clone_ref(py)))?;
        }
        Ok(made)
    }

    /// Have a document note by itself what there is to be noted.
    #[cold]
    pub(super) fn note_in_python(&self, document: &Bound<'_, PyAny>) -> PyResult<()> {
        if self.is_for_each || !self.names.is_empty() {
            let keep = self.keep.bind(document.py());
            keep.call1((document, &self.part))?;
        }
        Ok(())
    }

    pub(super) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.part)?;
        visit.call(&self.nothing)?;
        visit.call(&self.make)?;
        visit.call(&self.keep)?;
        // Whoever holds the lock runs no Python code, and so no collector.
        match self.kept.try_lock() {
            Ok(kept) => kept.iter().try_for_each(|(_, hidden)| visit.call(hidden)),
            Err(_) => Ok(()),
        }
    }
}

impl Absent {
    /// As many names have a bit.
    const MOST: usize = u128::BITS as usize;

    /// The name at a place alone; nothing where there are too many.
    fn at(place: usize) -> Self {
        let place = u32::try_from(place).ok();
        let bit = place.and_then(|place| 1_u128.checked_shl(place));
        Self(bit.unwrap_or_default())
    }

    #[inline]
    pub(super) fn has_any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Say of others whether they are absent.
    #[inline]
    pub(super) fn set(&mut self, others: Self, are_absent: bool) {
        if are_absent {
            self.0 |= others.0;
        } else {
            self.0 &= !others.0;
        }
    }
}
