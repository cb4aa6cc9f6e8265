//! Dicts: the values of a document, walked in step with its fields, and all entries of a row.

use std::ptr::{self, null_mut};

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use super::{Value, are_equal};
use crate::errors::Outcome;

/// A new dict. PyO3's own constructor panics where there is no memory.
#[inline]
pub(crate) fn new_dict(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    // SAFETY: a new dict, or NULL with an exception.
    unsafe { Ok(Bound::from_owned_ptr_or_err(py, ffi::PyDict_New())?.cast_into_unchecked()) }
}

/// Goes through a dict and expects its keys in an order that is known. A key that is not where it
/// is expected is looked up.
pub(crate) struct Walk<'py> {
    dict: Bound<'py, PyDict>,
    position: ffi::Py_ssize_t,
    absent: usize,
}

impl<'py> Walk<'py> {
    pub(super) fn new(dict: Bound<'py, PyDict>) -> Self {
        Self {
            dict,
            position: 0,
            absent: 0,
        }
    }

    pub(super) fn dict(&self) -> &Bound<'py, PyDict> {
        &self.dict
    }

    /// Whether the dict has no other keys than the names that were asked for, of which there were so
    /// many.
    #[inline]
    pub(crate) fn is_all(&self, names: usize) -> bool {
        self.dict.len() + self.absent == names
    }

    /// The value under the next name, where the dict is in step with them.
    ///
    /// # Safety
    ///
    /// Nobody counts it for the caller: no Python code may run as long as it is used.
    #[inline(always)]
    pub(crate) unsafe fn peek(&mut self, name: &Py<PyString>) -> Option<Value<'_, 'py>> {
        let mut key = std::ptr::null_mut();
        let mut value = std::ptr::null_mut();
        // SAFETY: the dict is alive. The call may be made at any position, also when the dict has
        // changed since the last one: it checks the position against what is there.
        let found = unsafe {
            ffi::PyDict_Next(
                self.dict.as_ptr(),
                &raw mut self.position,
                &raw mut key,
                &raw mut value,
            )
        };
        // Names are interned, so the same name is the same object.
        if found != 0 && std::ptr::eq(key, name.as_ptr()) {
            // SAFETY: it is a value that the dict holds; how long it is used is the caller's promise.
            return Some(unsafe { Borrowed::from_ptr(self.dict.py(), value) });
        }
        self.position = ffi::Py_ssize_t::MAX; // out of step for good: every name is looked up now
        None
    }

    /// The value under the next name; `None`, as Python has it, where there is none.
    #[inline(always)]
    pub(crate) fn next_value(&mut self, name: &Py<PyString>) -> Outcome<Bound<'py, PyAny>> {
        // SAFETY: it is counted before anything else can happen.
        match unsafe { self.peek(name) } {
            Some(value) => Ok(value.to_owned()),
            None => self.look_up(name),
        }
    }

    #[cold]
    fn look_up(&mut self, name: &Py<PyString>) -> Outcome<Bound<'py, PyAny>> {
        let py = self.dict.py();
        let found = self.dict.get_item(name)?;
        Ok(found.unwrap_or_else(|| {
            self.absent += 1;
            py.None().into_bound(py)
        }))
    }
}

/// The entries of a dict that may change while they are visited.
pub(crate) struct Entries<'a, 'py> {
    dict: &'a Bound<'py, PyDict>,
    position: ffi::Py_ssize_t,
}

/// Whether an entry has the key that was expected.
pub(crate) enum Met<'py> {
    /// The very object.
    Expected,
    Other(Bound<'py, PyAny>),
}

/// The value of the entry at a position that `Entries` gave for another dict, if it has an equal key.
///
/// # Safety
///
/// Nobody counts it for the caller: no Python code may run as long as it is used.
#[inline(always)]
pub(crate) unsafe fn value_at<'a, 'py>(
    dict: &'a Bound<'py, PyDict>,
    position: Position,
    key: &Bound<'py, PyString>,
) -> Option<Value<'a, 'py>> {
    let (mut next, mut found_key, mut value) = (position.0, null_mut(), null_mut());
    let (py, dict) = (dict.py(), dict.as_ptr());
    // SAFETY: as in `Walk::peek`. Comparing texts runs no Python code.
    unsafe {
        let found = ffi::PyDict_Next(dict, &raw mut next, &raw mut found_key, &raw mut value);
        let is_same = found != 0
            && (ptr::eq(found_key, key.as_ptr())
                || are_equal(&Borrowed::from_ptr(py, found_key), key));
        is_same.then(|| Borrowed::from_ptr(py, value))
    }
}

/// Where an entry stands in a dict; entries of other dicts that were made alike stand there too.
#[derive(Clone, Copy)]
pub(crate) struct Position(ffi::Py_ssize_t);

impl<'a, 'py> Entries<'a, 'py> {
    /// Where the last entry stood.
    pub(crate) fn position(&self) -> Position {
        Position(self.position - 1)
    }

    pub(crate) fn of(dict: &'a Bound<'py, PyDict>) -> Self {
        Self { dict, position: 0 }
    }

    /// The next key and its value.
    #[inline(always)]
    pub(crate) fn next(
        &mut self,
        expected: Option<&Py<PyString>>,
    ) -> Option<(Met<'py>, Bound<'py, PyAny>)> {
        let mut key = std::ptr::null_mut();
        let mut value = std::ptr::null_mut();
        // SAFETY: as in `Walk::peek`; both are objects that the dict holds, and are counted before
        // anything else can happen, but for a key that somebody else counts.
        unsafe {
            let found = ffi::PyDict_Next(
                self.dict.as_ptr(),
                &raw mut self.position,
                &raw mut key,
                &raw mut value,
            );
            if found == 0 {
                return None;
            }
            let value = Bound::from_borrowed_ptr(self.dict.py(), value);
            if expected.is_some_and(|expected| std::ptr::eq(key, expected.as_ptr())) {
                return Some((Met::Expected, value));
            }
            Some((
                Met::Other(Bound::from_borrowed_ptr(self.dict.py(), key)),
                value,
            ))
        }
    }
}
