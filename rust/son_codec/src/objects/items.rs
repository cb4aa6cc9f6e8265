//! Lists: their items, and making them.

use std::cell::Cell;

use pyo3::exceptions::{PyMemoryError, PyRuntimeError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use super::{Value, exact};

/// The items of a list that may change while they are visited.
pub(crate) struct Items<'a, 'py> {
    list: &'a Bound<'py, PyList>,
    index: usize,
}

impl<'a, 'py> Items<'a, 'py> {
    pub(crate) fn of(list: &'a Bound<'py, PyList>) -> Self {
        Self { list, index: 0 }
    }
}

impl<'py> Items<'_, 'py> {
    /// The next item where it stands in the list; `pass` goes on from it.
    ///
    /// # Safety
    ///
    /// Nobody counts it for the caller: no Python code may run as long as it is used.
    #[inline(always)]
    pub(crate) unsafe fn peek(&self) -> Option<Value<'_, 'py>> {
        if self.index >= self.list.len() {
            return None;
        }
        // SAFETY: the index is below the length, which was asked for just now, and a list that others
        // know has an item in each place; how long it is used is the caller's promise.
        unsafe {
            let item = ffi::PyList_GET_ITEM(self.list.as_ptr(), self.index as ffi::Py_ssize_t);
            Some(Borrowed::from_ptr(self.list.py(), item))
        }
    }

    /// How many more there are now.
    #[inline(always)]
    pub(crate) fn left(&self) -> usize {
        self.list.len().saturating_sub(self.index)
    }

    /// Go on to the item after the next.
    #[inline(always)]
    pub(crate) fn pass(&mut self) {
        self.index += 1;
    }
}

impl<'py> Iterator for Items<'_, 'py> {
    type Item = Bound<'py, PyAny>;

    /// The next item, if the list has so many now.
    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.index >= self.list.len() {
            return None;
        }
        // SAFETY: the index is below the length, which was asked for just now; the item is counted
        // before anything else can happen.
        let item = unsafe {
            let index = self.index as ffi::Py_ssize_t;
            let item = ffi::PyList_GET_ITEM(self.list.as_ptr(), index);
            Bound::from_borrowed_ptr(self.list.py(), item)
        };
        self.index += 1;
        Some(item)
    }
}

/// A list or a tuple, of exactly that type, that may change while it is read if it is a list.
#[derive(Clone, Copy)]
pub(crate) enum Sequence<'a, 'py> {
    List(Borrowed<'a, 'py, PyList>),
    Tuple(Borrowed<'a, 'py, PyTuple>),
}

impl<'a, 'py> Sequence<'a, 'py> {
    /// `None` for any other value.
    #[inline]
    pub(crate) fn of(value: Value<'a, 'py>) -> Option<Self> {
        exact(value)
            .map(Self::Tuple)
            .or_else(|| exact(value).map(Self::List))
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::List(list) => list.len(),
            Self::Tuple(tuple) => tuple.len(),
        }
    }

    /// The item at a place, if there is one now.
    ///
    /// # Safety
    ///
    /// Nobody counts it for the caller: no Python code may run as long as it is used.
    #[inline(always)]
    pub(crate) unsafe fn peek(&self, place: usize) -> Option<Value<'a, 'py>> {
        if place >= self.len() {
            return None;
        }
        let place = place as ffi::Py_ssize_t;
        // SAFETY: it has an item in each place below its length, which was asked for just now; how
        // long the item is used is the caller's promise.
        unsafe {
            Some(match self {
                Self::List(list) => {
                    let item = ffi::PyList_GET_ITEM(list.as_ptr(), place);
                    Borrowed::from_ptr(list.py(), item)
                }
                Self::Tuple(tuple) => {
                    let item = ffi::PyTuple_GET_ITEM(tuple.as_ptr(), place);
                    Borrowed::from_ptr(tuple.py(), item)
                }
            })
        }
    }

    /// The item at a place, counted.
    #[inline]
    pub(crate) fn get(&self, place: usize) -> Option<Bound<'py, PyAny>> {
        // SAFETY: it is counted before anything else can happen.
        unsafe { self.peek(place) }.map(|item| item.to_owned())
    }
}

/// Memory for the items of lists in the making, kept from one list to the next.
pub(crate) type ItemBuffer = Cell<Vec<Py<PyAny>>>;

/// A list in the making. The list itself is made once, when its length is known.
pub(crate) struct ListBuilder<'a, 'py> {
    py: Python<'py>,
    items: Vec<Py<PyAny>>,
    buffer: &'a ItemBuffer,
}

impl<'a, 'py> ListBuilder<'a, 'py> {
    /// A list inside another finds the buffer taken, and leaves its own to the next one.
    #[inline]
    pub(crate) fn new(py: Python<'py>, buffer: &'a ItemBuffer) -> Self {
        Self {
            py,
            items: buffer.take(),
            buffer,
        }
    }

    #[inline(always)]
    pub(crate) fn push(&mut self, item: Bound<'py, PyAny>) -> PyResult<()> {
        push(&mut self.items, item.unbind())
    }

    #[inline]
    pub(crate) fn finish(mut self) -> PyResult<Bound<'py, PyList>> {
        let list = list_from(self.py, &mut self.items)?;
        self.buffer.set(self.items);
        Ok(list)
    }
}

/// Add an item to a vector; an error where there is no memory for it, which would end the process.
#[inline(always)]
pub(crate) fn push<T>(items: &mut Vec<T>, item: T) -> PyResult<()> {
    items
        .try_reserve(1)
        .map_err(|_| PyMemoryError::new_err(()))?;
    items.push(item);
    Ok(())
}

/// A list of these items, of which the vector is emptied.
#[inline]
pub(crate) fn list_from<'py>(
    py: Python<'py>,
    items: &mut Vec<Py<PyAny>>,
) -> PyResult<Bound<'py, PyList>> {
    let length = items.len();
    // SAFETY: a new list or NULL with an exception, with room for so many items, where nothing is yet. Each
    // is a pointer, and counted by the list from now on.
    unsafe {
        let list = ffi::PyList_New(length as ffi::Py_ssize_t);
        let list = Bound::from_owned_ptr_or_err(py, list)?.cast_into_unchecked();
        if length > 0 {
            let places = (*list.as_ptr().cast::<ffi::PyListObject>()).ob_item;
            places.copy_from_nonoverlapping(items.as_ptr().cast(), length);
            items.set_len(0);
        }
        Ok(list)
    }
}

/// A list of so many items, which are made one after the other.
#[inline]
pub(crate) fn list_of<'a, 'py>(
    py: Python<'py>,
    length: usize,
    items: impl Iterator<Item = PyResult<Bound<'a, PyAny>>>,
) -> PyResult<Bound<'py, PyList>> {
    // SAFETY: a new list or NULL with an exception. Its items are NULL until they are set, which
    // the list allows for when it is dropped early; each place is filled once, within the length.
    unsafe {
        let list = ffi::PyList_New(length as ffi::Py_ssize_t);
        let list = Bound::from_owned_ptr_or_err(py, list)?.cast_into_unchecked::<PyList>();
        let mut count = 0;
        for item in items.take(length) {
            ffi::PyList_SET_ITEM(list.as_ptr(), count, item?.into_ptr());
            count += 1;
        }
        if count == length as ffi::Py_ssize_t {
            Ok(list)
        } else {
            Err(PyRuntimeError::new_err("items went missing"))
        }
    }
}

/// A tuple of these. PyO3's own constructor panics where there is no memory.
pub(crate) fn tuple_of<'py>(
    py: Python<'py>,
    items: impl ExactSizeIterator<Item = Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyTuple>> {
    let length = items.len();
    // SAFETY: a new tuple of so many places or NULL with an exception; each is filled once. Those that
    // an iterator has promised and does not give stay NULL, which a tuple allows for.
    unsafe {
        let tuple = ffi::PyTuple_New(length as ffi::Py_ssize_t);
        let tuple = Bound::from_owned_ptr_or_err(py, tuple)?.cast_into_unchecked::<PyTuple>();
        for (index, item) in items.take(length).enumerate() {
            ffi::PyTuple_SET_ITEM(tuple.as_ptr(), index as ffi::Py_ssize_t, item.into_ptr());
        }
        Ok(tuple)
    }
}

/// A list of what a caller gave: the very list, if it is one.
pub(crate) fn listed<'py>(given: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
    match given.cast_exact::<PyList>() {
        Ok(list) => Ok(list.clone()),
        Err(_) => PyList::new(given.py(), given.try_iter()?.collect::<PyResult<Vec<_>>>()?),
    }
}
