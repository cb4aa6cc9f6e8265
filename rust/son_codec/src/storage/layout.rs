//! Which values the instances of a class hold behind their header, and where.

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple, PyType};

use super::instance::HEADER;
use crate::objects::new_dict;

/// Most that a class may have in its instances; one with more keeps them in `__dict__`.
const MOST: usize = 10_000;

/// Where instances of a class hold their values. Each instance counts the one that it was made by: it
/// says how large the instance is, whatever class that is given later.
///
/// It holds text and numbers only, so the collector need not know it.
#[pyclass(frozen, module = "aiomotorengine._son_codec")]
pub(crate) struct Layout {
    /// How many bytes are before the values.
    pub(super) offset: usize,
    /// The names of the values, interned.
    names: Vec<Py<PyString>>,
    /// The index of each name.
    indexes: Py<PyDict>,
}

impl Layout {
    /// The layout of a class with these values; `None` if they are too many.
    pub(super) fn of(
        class: &Bound<'_, PyType>,
        names: &Bound<'_, PyTuple>,
    ) -> PyResult<Option<Self>> {
        let py = class.py();
        // SAFETY: a plain read of a type that is alive.
        let size = unsafe { (*class.as_type_ptr()).tp_basicsize };
        let Some(offset) = usize::try_from(size)
            .ok()
            .filter(|size| size % align_of::<*mut ffi::PyObject>() == 0 && *size >= HEADER)
        else {
            return Ok(None);
        };
        if names.len() > MOST {
            return Ok(None);
        }
        let indexes = new_dict(py)?;
        let mut interned = Vec::with_capacity(names.len());
        for (index, name) in names.iter().enumerate() {
            let name = self::interned(name.cast_into::<PyString>()?)?;
            indexes.set_item(&name, index)?;
            interned.push(name.unbind());
        }
        Ok((indexes.len() == interned.len()).then_some(Self {
            offset,
            names: interned,
            indexes: indexes.unbind(),
        }))
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    #[inline]
    pub(super) fn names(&self) -> &[Py<PyString>] {
        &self.names
    }

    /// The index of a name, which is probably the guessed one. No Python code runs.
    #[inline]
    pub(super) fn index_of(&self, name: &Bound<'_, PyString>, guess: usize) -> Option<usize> {
        match self.names.get(guess) {
            Some(known) if known.as_ptr() == name.as_ptr() => Some(guess),
            _ => self.look_up(name),
        }
    }

    /// Whether all names of another layout are among these.
    pub(super) fn has_all_of(&self, other: &Self, py: Python<'_>) -> bool {
        let mut names = other.names.iter().enumerate();
        names.all(|(index, name)| self.index_of(name.bind(py), index).is_some())
    }

    fn look_up(&self, name: &Bound<'_, PyString>) -> Option<usize> {
        let found = self.indexes.bind(name.py()).get_item(name).ok()??;
        found.extract().ok()
    }
}

/// The one text of its kind that Python keeps, which most names are already.
pub(super) fn interned(name: Bound<'_, PyString>) -> PyResult<Bound<'_, PyString>> {
    let py = name.py();
    if !name.is_exact_instance_of::<PyString>() {
        return Err(PyTypeError::new_err("a name must be a str"));
    }
    let mut pointer = name.into_ptr();
    // SAFETY: a `str` that is ours; another one that we own may be put in its place.
    unsafe {
        ffi::PyUnicode_InternInPlace(&raw mut pointer);
        Ok(Bound::from_owned_ptr(py, pointer).cast_into_unchecked())
    }
}
