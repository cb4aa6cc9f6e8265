//! Documents as they are loaded: made with nothing in them, and given one value after the other.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyType;

use super::allocation::{allocate_unknown, has_to_be_known};
use super::calls::release;
use super::cycles::may_be_in_cycle;
use super::instance::{Stored, UNCOMMON_NONE};
use super::layout::Layout;

/// A new document, of which only its maker knows until it is finished. It may come to nothing before: documents
/// whose class has a `__del__`, which would be called then, are not read here.
pub(crate) struct Filling<'a, 'py> {
    object: Bound<'py, PyAny>,
    layout: &'a Layout,
    /// What it has at an index where it is given no value: nothing at all where there is `None`.
    defaults: &'a [Option<Py<PyAny>>],
    /// How many values it was given.
    given: usize,
    /// Whether the collector has to know it.
    is_tracked: bool,
}

impl<'a, 'py> Filling<'a, 'py> {
    /// Only to be called for a class whose layout it is, as `inline_layout` says.
    #[inline(always)]
    pub(crate) fn begin(
        class: &Bound<'py, PyType>,
        layout: &'a Py<Layout>,
        defaults: &'a [Option<Py<PyAny>>],
    ) -> PyResult<Self> {
        let py = class.py();
        assert_eq!(layout.get().len(), defaults.len());
        // SAFETY: the class derives from the base type and has this layout, by the caller's word, which is
        // kept within this crate.
        let (object, is_tracked) = unsafe {
            let class = class.as_type_ptr();
            let object = allocate_unknown(py, class, Some(layout))?;
            (object, has_to_be_known(py, class, true))
        };
        Ok(Self {
            object,
            layout: layout.get(),
            defaults,
            given: 0,
            is_tracked,
        })
    }

    /// Give it the value at an index, of which there are as many as defaults.
    #[inline(always)]
    pub(crate) fn set(&mut self, index: usize, value: Bound<'_, PyAny>) {
        if index >= self.defaults.len() {
            return;
        }
        // SAFETY: the index is one of the layout, which is the instance's still, since nobody else knows it.
        unsafe {
            self.is_tracked |= may_be_in_cycle(value.py(), value.as_ptr());
            let before = self
                .stored()
                .at(self.layout, index)
                .replace(value.into_ptr());
            release(before);
        }
        self.given += 1;
    }

    /// The document, as it comes from the database. What is hidden is shared by many documents.
    #[inline(always)]
    pub(crate) fn finish(
        mut self,
        id: Bound<'py, PyAny>,
        is_persisted: Bound<'py, PyAny>,
        hidden: Option<Py<PyAny>>,
    ) -> Bound<'py, PyAny> {
        if self.given < self.defaults.len() {
            self.is_tracked |= give_defaults(self.stored(), self.layout, self.defaults);
        }
        // SAFETY: as in `set`: of a new instance all words are empty but for its values.
        unsafe {
            let raw = self.stored().raw();
            self.is_tracked |= may_be_in_cycle(id.py(), id.as_ptr());
            (*raw).id = id.into_ptr();
            (*raw).is_persisted = is_persisted.into_ptr();
            (*raw).uncommon = UNCOMMON_NONE;
        }
        if let Some(hidden) = hidden {
            self.stored().set_hidden(hidden);
        }
        if self.is_tracked {
            // SAFETY: a collected object that is whole, and was not tracked before.
            unsafe { ffi::PyObject_GC_Track(self.object.as_ptr().cast()) };
        }
        self.object
    }

    #[inline(always)]
    fn stored(&self) -> Stored<'_, 'py> {
        // SAFETY: an instance of a class that derives from the base type.
        unsafe { Stored::new_unchecked(self.object.as_borrowed()) }
    }
}

/// Give a new instance with this layout the default at each index where it has no value. Answers whether
/// any of them may be in a cycle.
#[inline(never)]
fn give_defaults(stored: Stored<'_, '_>, layout: &Layout, defaults: &[Option<Py<PyAny>>]) -> bool {
    let mut is_tracked = false;
    for (index, default) in defaults.iter().enumerate() {
        let Some(default) = default else {
            continue;
        };
        // SAFETY: as in `set`; what is put where nothing is was counted for it.
        unsafe {
            let place = stored.at(layout, index);
            if (*place).is_null() {
                is_tracked |= may_be_in_cycle(stored.py(), default.as_ptr());
                place.write(ffi::Py_NewRef(default.as_ptr()));
            }
        }
    }
    is_tracked
}
