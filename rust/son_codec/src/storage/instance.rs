//! An instance in memory, and what may be done with its values.
//!
//! The values lie behind the header and the slots of the user's, or, where the instance has no layout,
//! in its `__dict__`. They move there, for good, when somebody wants the `__dict__` itself.

use std::ptr::{NonNull, null_mut};

use pyo3::exceptions::PyAttributeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use super::calls::release;
use super::cycles::may_be_in_cycle;
use super::layout::Layout;
use crate::objects::new_dict;
use crate::process::Call;

/// What every instance begins with. All pointers are NULL or counted.
#[repr(C)]
pub(super) struct Instance {
    head: ffi::PyObject,
    pub(super) dict: *mut ffi::PyObject,
    pub(super) weak_references: *mut ffi::PyObject,
    pub(super) id: *mut ffi::PyObject,
    pub(super) is_persisted: *mut ffi::PyObject,
    /// What few documents have.
    pub(super) uncommon: *mut Uncommon,
    /// A `Layout`; NULL where the values are in the `__dict__`.
    pub(super) layout: *mut ffi::PyObject,
}

/// Two slots of which each is empty or `None` in nearly all documents. It is allocated for others; for
/// these the word tells by its two lowest bits which of the two is `None`.
pub(super) struct Uncommon {
    pub(super) stored_keys: *mut ffi::PyObject,
    pub(super) hidden: *mut ffi::PyObject,
}

pub(super) const STORED_KEYS_NONE: usize = 1;
pub(super) const HIDDEN_NONE: usize = 2;
/// Both are, which is how documents are made.
pub(super) const UNCOMMON_NONE: *mut Uncommon =
    std::ptr::without_provenance_mut(STORED_KEYS_NONE | HIDDEN_NONE);

impl Uncommon {
    /// What is allocated, if anything.
    #[inline]
    pub(super) fn allocated(word: *mut Self) -> Option<NonNull<Self>> {
        NonNull::new(word).filter(|_| word > UNCOMMON_NONE)
    }
}

pub(super) const HEADER: usize = size_of::<Instance>();

/// An instance that is alive, borrowed from whoever counts it.
#[derive(Clone, Copy)]
pub(crate) struct Stored<'a, 'py> {
    object: Borrowed<'a, 'py, PyAny>,
}

impl<'a, 'py> Stored<'a, 'py> {
    /// # Safety
    ///
    /// The object must be an instance of the storage's base type.
    #[inline]
    pub(super) unsafe fn new_unchecked(object: Borrowed<'a, 'py, PyAny>) -> Self {
        Self { object }
    }

    #[inline]
    pub(super) fn raw(self) -> *mut Instance {
        self.object.as_ptr().cast()
    }

    #[inline]
    pub(crate) fn py(self) -> Python<'py> {
        self.object.py()
    }

    /// The layout as long as the values lie in the instance. It is good until Python code runs.
    #[inline]
    pub(super) fn layout(self) -> Option<Borrowed<'a, 'py, Layout>> {
        // SAFETY: an instance; what is in this word is NULL or a `Layout` that the instance counts.
        unsafe {
            let layout = (*self.raw()).layout;
            if layout.is_null() {
                return None;
            }
            Some(Borrowed::from_ptr(self.py(), layout).cast_unchecked())
        }
    }

    /// The address of the value at an index.
    ///
    /// # Safety
    ///
    /// The layout must be the instance's. There are as many indexes as it has.
    #[inline]
    pub(super) unsafe fn at(self, layout: &Layout, index: usize) -> *mut *mut ffi::PyObject {
        // SAFETY: an instance with a layout was made with room for its values at this offset.
        unsafe {
            self.raw()
                .byte_add(layout.offset)
                .cast::<*mut ffi::PyObject>()
                .add(index)
        }
    }

    /// The value at an index of exactly this layout, or nothing; `None` if the instance has another.
    ///
    /// # Safety
    ///
    /// Nobody counts it for the caller: no Python code may run as long as it is used.
    #[inline(always)]
    pub(crate) unsafe fn peek_at(
        &self,
        layout: &Py<Layout>,
        index: usize,
    ) -> Option<Option<Borrowed<'_, 'py, PyAny>>> {
        // SAFETY: an instance; it has this layout, whose indexes are checked; how long the value is
        // used is the caller's promise.
        unsafe {
            if (*self.raw()).layout != layout.as_ptr() || index >= layout.get().len() {
                return None;
            }
            let value = *self.at(layout.get(), index);
            Some(Borrowed::from_ptr_or_opt(self.py(), value))
        }
    }

    /// The same, counted.
    #[inline(always)]
    pub(crate) fn value_at(
        self,
        layout: &Py<Layout>,
        index: usize,
    ) -> Option<Option<Bound<'py, PyAny>>> {
        // SAFETY: it is counted before anything else happens.
        let value = unsafe { self.peek_at(layout, index) }?;
        Some(value.map(|value| value.to_owned()))
    }

    /// The value of a name whose index is probably the guessed one; nothing if there is none.
    #[inline]
    pub(crate) fn value(
        self,
        name: &Bound<'py, PyString>,
        guess: usize,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        if let Some(layout) = self.layout()
            && let Some(index) = layout.get().index_of(name, guess)
        {
            // SAFETY: the index is one of the instance's layout; the value is counted at once.
            return Ok(unsafe {
                let value = *self.at(layout.get(), index);
                Bound::from_borrowed_ptr_or_opt(self.py(), value)
            });
        }
        match self.dict_if_any() {
            Some(dict) => dict.get_item(name),
            None => Ok(None),
        }
    }

    /// Keep a value under a name whose index is probably the guessed one.
    #[inline]
    pub(crate) fn put(
        self,
        name: &Bound<'py, PyString>,
        guess: usize,
        value: &Bound<'py, PyAny>,
    ) -> PyResult<()> {
        if let Some(layout) = self.layout()
            && let Some(index) = layout.get().index_of(name, guess)
        {
            // SAFETY: the index is one of the instance's layout. The new value is counted and in
            // place before the old one is let go of, which may run Python code.
            unsafe {
                if may_be_in_cycle(self.py(), value.as_ptr()) {
                    self.track();
                }
                let value = ffi::Py_NewRef(value.as_ptr());
                release(self.at(layout.get(), index).replace(value));
            }
            return Ok(());
        }
        self.dict()?.set_item(name, value)
    }

    /// Forget the value of a name, if there is one; its index is probably the guessed one.
    pub(super) fn forget(self, name: &Bound<'py, PyString>, guess: usize) -> PyResult<()> {
        if let Some(layout) = self.layout()
            && let Some(index) = layout.get().index_of(name, guess)
        {
            // SAFETY: the index is one of the instance's layout. Nothing is there any more when the value
            // is let go of, which may run Python code.
            unsafe { release(self.at(layout.get(), index).replace(null_mut())) };
            return Ok(());
        }
        self.remove_elsewhere(name).map(drop)
    }

    /// Forget the value of a name that is at no index of the instance's. Answers whether there was one.
    pub(super) fn remove_elsewhere(self, name: &Bound<'py, PyString>) -> PyResult<bool> {
        let dict = self.dict()?;
        let is_there = dict.contains(name)?;
        if is_there {
            dict.del_item(name)?;
        }
        Ok(is_there)
    }

    /// Whether all values lie in the instance, by this layout.
    #[inline]
    pub(crate) fn has_no_dict(self, layout: &Py<Layout>) -> bool {
        // SAFETY: an instance.
        unsafe { (*self.raw()).dict.is_null() && (*self.raw()).layout == layout.as_ptr() }
    }

    /// The `_id`; `None` where the slot for it was emptied.
    #[inline]
    pub(crate) fn id(self) -> Option<Bound<'py, PyAny>> {
        // SAFETY: an instance; the pointer there is NULL or a counted object, and is counted here.
        unsafe { Bound::from_borrowed_ptr_or_opt(self.py(), (*self.raw()).id) }
    }

    /// Whether there are stored values that no attribute shows; or the slot for them was emptied, of
    /// which Python complains.
    #[inline]
    pub(crate) fn has_hidden(self) -> bool {
        // SAFETY: an instance; what is allocated is its own, and None is always there.
        unsafe {
            let word = (*self.raw()).uncommon;
            match Uncommon::allocated(word) {
                Some(uncommon) => (*uncommon.as_ptr()).hidden != ffi::Py_None(),
                None => word.addr() & HIDDEN_NONE == 0,
            }
        }
    }

    /// Whether stored keys are remembered; or the slot for them was emptied.
    #[inline]
    pub(crate) fn has_stored_keys(self) -> bool {
        // SAFETY: as above.
        unsafe {
            let word = (*self.raw()).uncommon;
            match Uncommon::allocated(word) {
                Some(uncommon) => (*uncommon.as_ptr()).stored_keys != ffi::Py_None(),
                None => word.addr() & STORED_KEYS_NONE == 0,
            }
        }
    }

    /// Say which id it has, and that it was stored, when it is new: by a `bool`, or a snapshot, which
    /// holds bytes and numbers and so leads to no document. It has nothing uncommon.
    #[inline]
    pub(crate) fn set_origin(self, id: Bound<'py, PyAny>, is_persisted: Bound<'py, PyAny>) {
        // SAFETY: an instance; both are counted by it now, and what was there before is let go of last.
        unsafe {
            if may_be_in_cycle(self.py(), id.as_ptr()) {
                self.track();
            }
            let raw = self.raw();
            if (*raw).uncommon.is_null() {
                (*raw).uncommon = UNCOMMON_NONE;
            }
            let id = std::ptr::replace(&raw mut (*raw).id, id.into_ptr());
            let state = std::ptr::replace(&raw mut (*raw).is_persisted, is_persisted.into_ptr());
            release(id);
            release(state);
        }
    }

    /// Say what no attribute of a new instance shows, which has nothing uncommon yet. It is shared by
    /// many and never changed, and leads to no document.
    #[inline]
    pub(crate) fn set_hidden(self, hidden: Py<PyAny>) {
        // SAFETY: an instance, of which nothing uncommon is allocated; the new ones are its own, and
        // both are counted by it.
        unsafe {
            let raw = self.raw();
            if Uncommon::allocated((*raw).uncommon).is_none() {
                (*raw).uncommon = Box::into_raw(Box::new(Uncommon {
                    stored_keys: ffi::Py_NewRef(ffi::Py_None()),
                    hidden: hidden.into_ptr(),
                }));
            }
        }
    }

    /// Whether nothing was said yet of where it comes from, and all that it has are values by this layout.
    #[inline]
    pub(super) fn is_unfilled(self, layout: &Py<Layout>) -> bool {
        // SAFETY: an instance.
        let is_new =
            unsafe { (*self.raw()).is_persisted.is_null() && (*self.raw()).uncommon.is_null() };
        is_new && self.has_no_dict(layout)
    }

    /// Whether there is nothing at any index of this layout.
    #[inline]
    pub(super) fn has_no_value(self, layout: &Py<Layout>) -> bool {
        (0..layout.get().len()).all(|index| matches!(self.value_at(layout, index), Some(None)))
    }

    /// Give it these values where it has none. Answers `false`, and does nothing, if it has another layout.
    #[inline]
    pub(super) fn fill_empty(self, layout: &Py<Layout>, values: &[Py<PyAny>]) -> bool {
        // SAFETY: an instance with this layout, of whose indexes there are so many; a value is counted
        // before it is put where nothing is.
        unsafe {
            if (*self.raw()).layout != layout.as_ptr() {
                return false;
            }
            let mut is_tracked = false;
            for (index, value) in values.iter().take(layout.get().len()).enumerate() {
                let word = self.at(layout.get(), index);
                if (*word).is_null() {
                    is_tracked |= may_be_in_cycle(self.py(), value.as_ptr());
                    word.write(ffi::Py_NewRef(value.as_ptr()));
                }
            }
            if is_tracked {
                self.track();
            }
            true
        }
    }

    /// Let the collector know the instance.
    #[inline]
    pub(super) fn track(self) {
        // SAFETY: a collected object that is whole: what it holds is NULL or counted.
        unsafe {
            if ffi::PyObject_GC_IsTracked(self.object.as_ptr()) == 0 {
                ffi::PyObject_GC_Track(self.object.as_ptr().cast());
            }
        }
    }

    /// The `__dict__`, if there is one already: it holds all values where the instance has no layout,
    /// and others than those of the fields where it has one.
    #[inline]
    pub(crate) fn dict_if_any(self) -> Option<Bound<'py, PyDict>> {
        // SAFETY: an instance; the word is NULL or a counted dict, since whatever is put there was
        // looked at, by us or by Python.
        unsafe {
            Bound::from_borrowed_ptr_or_opt(self.py(), (*self.raw()).dict)
                .map(|dict| dict.cast_into_unchecked())
        }
    }

    /// The `__dict__`, which holds all values from now on.
    pub(crate) fn dict(self) -> PyResult<Bound<'py, PyDict>> {
        if self.layout().is_none()
            && let Some(dict) = self.dict_if_any()
        {
            return Ok(dict);
        }
        // The collector may run here, and anything with it.
        let _call = Call::begin(self.py());
        let dict = new_dict(self.py())?;
        if let Some(layout) = self.layout() {
            let layout = layout.to_owned();
            for (index, name) in layout.get().names().iter().enumerate() {
                if let Some(Some(value)) = self.value_at(layout.as_unbound(), index) {
                    dict.set_item(name, value)?;
                }
            }
            if let Some(others) = self.dict_if_any() {
                dict.update(others.as_mapping())?;
            }
        }
        match self.dict_if_any() {
            // Somebody else was here meanwhile.
            Some(dict) if self.layout().is_none() => return Ok(dict),
            _ => self.replace_dict(dict.clone()),
        }
        Ok(dict)
    }

    /// Have all values in this dict from now on; what was there before goes.
    pub(super) fn replace_dict(self, dict: Bound<'py, PyDict>) {
        self.track();
        let layout = self.layout().map(|layout| layout.to_owned());
        // SAFETY: an instance. First it is made whole with the dict and without a layout, so that
        // nobody finds the old values any more; then these, which are ours now, are let go of, which may
        // run Python code. The layout is counted by the line before until they are gone.
        unsafe {
            let raw = self.raw();
            let before = std::ptr::replace(&raw mut (*raw).dict, dict.into_ptr());
            let counted = std::ptr::replace(&raw mut (*raw).layout, null_mut());
            if let Some(layout) = &layout {
                for index in 0..layout.get().len() {
                    release(self.at(layout.get(), index).replace(null_mut()));
                }
            }
            release(counted);
            release(before);
        }
    }
}

/// What is raised where a name has no value.
#[cold]
pub(super) fn missing(name: &Bound<'_, PyString>) -> PyErr {
    PyAttributeError::new_err(name.clone().unbind())
}
