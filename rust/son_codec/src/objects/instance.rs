//! Instances of Python classes, made without calling the class.

use std::ffi::c_ulong;
use std::ptr::NonNull;

use pyo3::exceptions::PyMemoryError;
use pyo3::ffi;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};

use super::Value;
use super::dict::Walk;
use super::slot::Slot;
use crate::errors::{Outcome, Stop};
use crate::plan::Beginning;
use crate::storage::{Filling, Layout, Stored, inline_layout, stored};

/// What instances of a class are made like.
pub(super) struct Blank {
    class: Py<PyType>,
    /// How large they are, in words.
    words: usize,
    /// Whether attributes have room behind these words, which `tp_alloc` alone can prepare.
    has_inline_values: bool,
}

/// Set since 3.13 for some classes with a `__dict__`, and since 3.14 for all that hold no items. PyO3
/// has no name for it.
const INLINE_VALUES: c_ulong = 1 << 2;

/// The words of an object that Python fills in itself.
const HEADER: usize = size_of::<ffi::PyObject>() / WORD;
const WORD: usize = size_of::<*mut ffi::PyObject>();

impl Blank {
    /// `None` for a class whose instances need more than memory: one that is not collected, has
    /// items of its own, or another way of being allocated; and for one that may have none.
    pub(super) fn of(class: &Bound<'_, PyType>) -> Option<Self> {
        let pointer = class.as_type_ptr();
        // SAFETY: a type that is alive; these are plain reads of its structure.
        let (is_usual, size) = unsafe {
            let allocates = (*pointer).tp_alloc.map(|function| function as usize);
            let is_usual = ffi::PyType_HasFeature(pointer, ffi::Py_TPFLAGS_HAVE_GC) != 0
                && ffi::PyType_HasFeature(pointer, ffi::Py_TPFLAGS_HEAPTYPE) != 0
                && ffi::PyType_HasFeature(pointer, ffi::Py_TPFLAGS_IS_ABSTRACT) == 0
                && (*pointer).tp_itemsize == 0
                && (*pointer).tp_basicsize % WORD as ffi::Py_ssize_t == 0
                && allocates == Some(ffi::PyType_GenericAlloc as *const () as usize);
            (is_usual, (*pointer).tp_basicsize)
        };
        let size = usize::try_from(size).ok().filter(|_| is_usual)?;
        Some(Self {
            class: class.clone().unbind(),
            words: size / WORD,
            // SAFETY: as above.
            has_inline_values: unsafe { ffi::PyType_HasFeature(pointer, INLINE_VALUES) } != 0,
        })
    }

    /// A new instance with nothing in it. The collector does not know it yet.
    ///
    /// What `tp_alloc` would do, less the table for attributes that it makes in advance and that
    /// would be thrown away for the dict that is put in its place.
    #[inline]
    pub(super) fn make<'py>(&self, py: Python<'py>) -> PyResult<New<'py>> {
        if self.has_inline_values {
            return self.allocate(py);
        }
        // SAFETY: the class is collected, a heap type and of fixed size (`of` has looked), so this
        // gives an object of so many words with its header set and counted once. The words after
        // the header are ours to fill; zero means "empty" for slots and the list of weak
        // references.
        unsafe {
            let made: *mut ffi::PyObject = ffi::PyObject_GC_New(self.class.as_ptr().cast());
            let Some(made) = NonNull::new(made) else {
                return Err(PyErr::take(py).unwrap_or_else(|| PyMemoryError::new_err(())));
            };
            // Word by word: there are few, and a call to fill memory costs more than they do.
            let words = made.cast::<*mut ffi::PyObject>();
            for word in HEADER..self.words {
                words.add(word).write(std::ptr::null_mut());
            }
            Ok(New {
                object: Bound::from_owned_ptr(py, made.as_ptr()),
            })
        }
    }

    /// The same by `tp_alloc`, where that table is part of the instance.
    fn allocate<'py>(&self, py: Python<'py>) -> PyResult<New<'py>> {
        // SAFETY: it is the allocator of the class (`of` has looked); it gives a new instance, counted
        // once and tracked, or NULL with an exception.
        unsafe {
            let made = ffi::PyType_GenericAlloc(self.class.as_ptr().cast(), 0);
            let object = Bound::from_owned_ptr_or_err(py, made)?;
            ffi::PyObject_GC_UnTrack(made.cast());
            Ok(New { object })
        }
    }

    #[inline]
    pub(super) fn is_type_of(&self, value: Value<'_, '_>) -> bool {
        std::ptr::eq(value.get_type_ptr(), self.class.as_ptr().cast())
    }
}

/// An instance that only its maker knows.
pub(super) struct New<'py> {
    object: Bound<'py, PyAny>,
}

impl<'py> New<'py> {
    /// Fill a slot.
    ///
    /// # Safety
    ///
    /// The slot must be one of the instance's class, and filled only once.
    #[inline]
    pub(super) unsafe fn fill(&self, slot: Slot, value: Bound<'_, PyAny>) {
        // SAFETY: the caller's promise, and nobody else knows the instance.
        unsafe {
            slot.fill(NonNull::new_unchecked(self.object.as_ptr()), value);
        }
    }

    /// The instance, of which the collector knows now.
    #[inline]
    pub(super) fn tracked(self) -> Bound<'py, PyAny> {
        // SAFETY: it is complete, of a collected class, and not tracked yet.
        unsafe { ffi::PyObject_GC_Track(self.object.as_ptr().cast()) };
        self.object
    }

    /// The instance, of which the collector never knows: it can be in no cycle.
    #[inline]
    pub(super) fn untracked(self) -> Bound<'py, PyAny> {
        self.object
    }
}

/// How instances of a document class are laid out, and how they are made.
pub(crate) enum InstanceLayout {
    /// With their values in the `__dict__`, and the rest in slots (`storage/base.py`).
    Dict(Box<DictLayout>),
    /// With their values behind the header (`storage/`).
    Inline {
        class: Py<PyType>,
        layout: Py<Layout>,
    },
}

/// The slots that documents have whose values are in the `__dict__`.
pub(crate) struct DictLayout {
    blank: Blank,
    id: Slot,
    is_persisted: Slot,
    stored_keys: Slot,
    hidden: Slot,
}

/// The values of a document, in the order of the fields of its class.
pub(crate) enum Values<'a, 'py> {
    Dict(Walk<'py>),
    Inline(Stored<'a, 'py>, &'a Py<Layout>),
    /// They were moved while they were gone through.
    Moved(Stored<'a, 'py>),
}

impl<'py> Values<'_, 'py> {
    /// The value at a place, which has this name, where it is at hand; else `value_of` finds it.
    ///
    /// # Safety
    ///
    /// Nobody counts it for the caller: no Python code may run as long as it is used.
    #[inline(always)]
    pub(crate) unsafe fn peek(
        &mut self,
        place: usize,
        name: &Py<PyString>,
    ) -> Option<Value<'_, 'py>> {
        // SAFETY: the caller's promise is the same.
        unsafe {
            match self {
                Self::Dict(walk) => walk.peek(name),
                Self::Inline(document, layout) => document.peek_at(layout, place)?,
                Self::Moved(_) => None,
            }
        }
    }

    /// The value at a place, which has this name; `None`, as Python has it, where there is none.
    #[inline(always)]
    pub(crate) fn value_of(
        &mut self,
        place: usize,
        name: &Py<PyString>,
    ) -> Outcome<Bound<'py, PyAny>> {
        match self {
            Self::Dict(walk) => walk.next_value(name),
            Self::Inline(document, layout) => match document.value_at(layout, place) {
                Some(Some(value)) => Ok(value),
                Some(None) => Ok(document.py().None().into_bound(document.py())),
                None => {
                    *self = Self::Moved(*document);
                    self.value_of(place, name)
                }
            },
            Self::Moved(document) => {
                let py = document.py();
                let value = document.value(name.bind(py), place)?;
                Ok(value.unwrap_or_else(|| py.None().into_bound(py)))
            }
        }
    }

    /// Whether it is known that the document has no other values than those that were asked for, of
    /// which there were so many.
    #[inline]
    pub(crate) fn is_all(&self, names: usize) -> bool {
        match self {
            Self::Dict(walk) => walk.is_all(names),
            Self::Inline(document, layout) => document.has_no_dict(layout),
            Self::Moved(_) => false,
        }
    }

    /// Whether any other value has one of these names.
    pub(crate) fn has_other(&self, names: &[&Bound<'py, PyString>]) -> PyResult<bool> {
        let dict = match self {
            Self::Dict(walk) => Some(walk.dict().clone()),
            Self::Inline(document, _) | Self::Moved(document) => document.dict_if_any(),
        };
        let Some(dict) = dict else {
            return Ok(false);
        };
        for name in names {
            if dict.contains(name)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// A document that is being made.
pub(crate) enum Unfinished<'a, 'py> {
    Dict(&'a DictLayout, Bound<'py, PyDict>),
    Inline(Filling<'a, 'py>),
}

impl<'py> Unfinished<'_, 'py> {
    /// Give it the value at a place, which has this name.
    #[inline(always)] // a call for each value of a document would be felt
    pub(crate) fn set(
        &mut self,
        place: usize,
        name: &Py<PyString>,
        value: Bound<'_, PyAny>,
    ) -> PyResult<()> {
        match self {
            Self::Dict(_, values) => values.set_item(name, value)?,
            Self::Inline(document) => document.set(place, value),
        }
        Ok(())
    }

    /// The document, as it comes from the database: with its id, what says that it is stored, and, if
    /// only a part of it was read, what says that.
    #[inline(always)]
    pub(crate) fn loaded(
        self,
        id: Bound<'py, PyAny>,
        state: Bound<'py, PyAny>,
        hidden: Option<Py<PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Dict(layout, values) => layout.loaded(id, state, hidden, values),
            Self::Inline(document) => Ok(document.finish(id, state, hidden)),
        }
    }
}

/// Keep a value of a document of native storage.
#[inline(always)]
fn set_value<'py>(
    document: &Bound<'py, PyAny>,
    place: usize,
    name: &Py<PyString>,
    value: &Bound<'py, PyAny>,
) -> PyResult<()> {
    if let Some(stored) = stored(document.as_borrowed()) {
        stored.put(name.bind(document.py()), place, value)?;
    }
    Ok(())
}

impl InstanceLayout {
    /// `None` if instances of the class are not laid out as this file knows them.
    pub(crate) fn of(
        class: &Bound<'_, PyType>,
        storage: &Bound<'_, PyType>,
        names: &[&Py<PyString>],
    ) -> PyResult<Option<Self>> {
        if !class.is_subclass(storage)? {
            return Ok(None);
        }
        // A class may have something else under one of these names: a property, a slot of its own.
        for name in SLOTS {
            if !class.getattr(name)?.is(&storage.getattr(name)?) {
                return Ok(None);
            }
        }
        if let Some(layout) = inline_layout(class, names) {
            let class = class.clone().unbind();
            return Ok(Some(Self::Inline { class, layout }));
        }
        let dict = DictLayout::of(class, storage)?;
        Ok(dict.map(|layout| Self::Dict(Box::new(layout))))
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        match self {
            Self::Dict(layout) => visit.call(&layout.blank.class),
            Self::Inline { class, .. } => visit.call(class),
        }
    }

    /// The values of an instance of exactly this class; `None` where its `__dict__` is no plain one.
    #[inline]
    pub(crate) fn values<'a, 'py>(&'a self, document: Value<'a, 'py>) -> Option<Values<'a, 'py>> {
        match self {
            Self::Dict(_) => dict_of(document).map(|dict| Values::Dict(Walk::new(dict))),
            Self::Inline { layout, .. } => {
                stored(document).map(|document| Values::Inline(document, layout))
            }
        }
    }

    /// The `_id` of a document of this class; `None` where the slot for it was emptied.
    #[inline]
    pub(crate) fn id<'py>(&self, document: Value<'_, 'py>) -> Option<Bound<'py, PyAny>> {
        match self {
            // SAFETY: as in `has_hidden`.
            Self::Dict(layout) => unsafe { layout.id.get(document) },
            Self::Inline { .. } => stored(document)?.id(),
        }
    }

    /// Whether a document of this class keeps stored values that no attribute shows; or has lost the
    /// slot for them, of which Python complains.
    #[inline]
    pub(crate) fn has_hidden(&self, document: Value<'_, '_>) -> bool {
        match self {
            Self::Dict(layout) => {
                // SAFETY: every document class of this layout derives from the one that declares
                // the slot. A method of the user's may have given the document another class
                // meanwhile; Python allows that only where it has the same slots in the same places.
                let hidden = unsafe { layout.hidden.get(document) };
                hidden.is_none_or(|hidden| !hidden.is_none())
            }
            Self::Inline { .. } => stored(document).is_none_or(|document| document.has_hidden()),
        }
    }

    /// Whether a document of this class remembers stored keys; or has lost the slot for them.
    #[inline]
    pub(crate) fn has_stored_keys(&self, document: Value<'_, '_>) -> bool {
        match self {
            Self::Dict(layout) => {
                // SAFETY: as in `has_hidden`.
                let keys = unsafe { layout.stored_keys.get(document) };
                keys.is_none_or(|keys| !keys.is_none())
            }
            Self::Inline { .. } => {
                stored(document).is_none_or(|document| document.has_stored_keys())
            }
        }
    }

    /// A document that is to have these values where it is given no others.
    #[inline(always)]
    pub(crate) fn unfinished<'a, 'py>(
        &'a self,
        py: Python<'py>,
        beginning: &'a Beginning,
    ) -> PyResult<Unfinished<'a, 'py>> {
        match self {
            Self::Dict(layout) => {
                let values = beginning.template.bind(py).copy()?;
                Ok(Unfinished::Dict(layout, values))
            }
            Self::Inline { class, layout } => {
                let document = Filling::begin(class.bind(py), layout, &beginning.values)?;
                Ok(Unfinished::Inline(document))
            }
        }
    }

    /// Keep a value of a document of exactly this class.
    pub(crate) fn set<'py>(
        &self,
        document: &Bound<'py, PyAny>,
        place: usize,
        name: &Py<PyString>,
        value: &Bound<'py, PyAny>,
    ) -> Outcome<()> {
        match self {
            Self::Dict(_) => dict_of(document.as_borrowed())
                .ok_or(Stop::AskPython)?
                .set_item(name, value)?,
            Self::Inline { .. } => set_value(document, place, name, value)?,
        }
        Ok(())
    }
}

/// The `__dict__` of a document whose values are there, if it is a plain one.
#[inline]
fn dict_of<'py>(document: Value<'_, 'py>) -> Option<Bound<'py, PyDict>> {
    // SAFETY: a document has a `__dict__` (`storage/base.py` declares it), which this gives, and makes where
    // there is none yet; it returns a counted object or NULL with an exception.
    let values = unsafe {
        let values = ffi::PyObject_GenericGetDict(document.as_ptr(), std::ptr::null_mut());
        Bound::from_owned_ptr_or_opt(document.py(), values)
    };
    let Some(values) = values else {
        drop(PyErr::take(document.py())); // whoever does it instead will say the same
        return None;
    };
    values.cast_into_exact::<PyDict>().ok()
}

impl DictLayout {
    fn of(class: &Bound<'_, PyType>, storage: &Bound<'_, PyType>) -> PyResult<Option<Self>> {
        let [id, is_persisted, stored_keys, hidden] = SLOTS;
        let found = (
            Blank::of(class),
            Slot::find(storage, id)?,
            Slot::find(storage, is_persisted)?,
            Slot::find(storage, stored_keys)?,
            Slot::find(storage, hidden)?,
        );
        let (Some(blank), Some(id), Some(is_persisted), Some(stored_keys), Some(hidden)) = found
        else {
            return Ok(None);
        };
        Ok(Some(Self {
            blank,
            id,
            is_persisted,
            stored_keys,
            hidden,
        }))
    }

    #[inline]
    fn loaded<'py>(
        &self,
        id: Bound<'py, PyAny>,
        state: Bound<'py, PyAny>,
        hidden: Option<Py<PyAny>>,
        values: Bound<'py, PyDict>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = id.py();
        let new = self.blank.make(py)?;
        let none = || py.None().into_bound(py);
        let hidden = hidden.map_or_else(none, |hidden| hidden.into_bound(py));
        // SAFETY: the class derives from the one that declares these slots (`InstanceLayout::of` has
        // looked), and each is filled once.
        unsafe {
            new.fill(self.id, id);
            new.fill(self.is_persisted, state);
            new.fill(self.stored_keys, none());
            new.fill(self.hidden, hidden);
        }
        let document = new.tracked();
        // SAFETY: both are alive; it counts the dict for itself.
        let failed = unsafe {
            ffi::PyObject_GenericSetDict(document.as_ptr(), values.as_ptr(), std::ptr::null_mut())
        };
        if failed != 0 {
            return Err(PyErr::fetch(py));
        }
        Ok(document)
    }
}

/// What every document has besides values (`storage/base.py`).
const SLOTS: [&str; 4] = ["_id", "_is_persisted", "_stored_keys", "_hidden"];
