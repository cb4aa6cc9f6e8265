//! Memory for instances.

#[cfg(not(Py_3_12))]
use std::ptr::null_mut;

use pyo3::exceptions::PyMemoryError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyType;

#[cfg(not(Py_3_12))]
use super::calls::new_with_items;
use super::cycles::may_be_in_cycle;
use super::instance::{HEADER, Instance, Stored};
use super::layout::Layout;
use super::metaclass::{ClassData, lasts};
use super::setters::sets_attributes_itself;

/// A new instance of a class, in which nothing is; with a layout, with room for its values.
///
/// # Safety
///
/// The class must derive from the storage's base type, and the layout must have been made for it.
#[inline]
pub(super) unsafe fn allocate<'py>(
    py: Python<'py>,
    class: *mut ffi::PyTypeObject,
    layout: Option<&Py<Layout>>,
) -> PyResult<Bound<'py, PyAny>> {
    let values = layout.map_or(0, |layout| layout.get().len());
    // SAFETY: the class is a heap type, collected and of fixed size, as all that derive from the base
    // are. What is given is counted once, has its type, which it counts, and is zero behind that: "nothing"
    // for each word. Nobody else knows it. The collector does not either.
    unsafe {
        let made = new_with_room(class, values);
        if made.is_null() {
            return Err(PyErr::take(py).unwrap_or_else(|| PyMemoryError::new_err(())));
        }
        if let Some(layout) = layout {
            (*made.cast::<Instance>()).layout = layout.clone_ref(py).into_ptr();
        }
        let object = Bound::from_owned_ptr(py, made);
        // A class with a layout is of the metaclass, which need not be asked for again.
        let lasts = match layout {
            Some(_) => ClassData::of(class).lasts(),
            None => lasts(py, class),
        };
        if (*class).tp_basicsize as usize != HEADER || !sets_attributes_itself(class) || !lasts {
            // It has slots of the user's, into which Python puts what it wants. Or its attributes are set by
            // `object`'s function, which puts what it wants into the `__dict__`. Or its class, which it
            // counts, may be one that its own instances keep.
            Stored::new_unchecked(object.as_borrowed()).track();
        }
        Ok(object)
    }
}

/// A new instance of a class that has this layout, with copies of the references to these values; with
/// nothing where there is none.
///
/// Only to be called for a class whose layout it is, as `inline_layout` says.
#[inline]
pub(crate) fn new_filled<'py>(
    class: &Bound<'py, PyType>,
    layout: &Py<Layout>,
    values: &[Option<Py<PyAny>>],
) -> PyResult<Bound<'py, PyAny>> {
    let py = class.py();
    debug_assert_eq!(layout.get().len(), values.len());
    // SAFETY: the class derives from the base type and has this layout, by the caller's word, which is
    // kept within this crate; the values are put where nothing is, and no more than there is room for.
    unsafe {
        let made = allocate(py, class.as_type_ptr(), Some(layout))?;
        let stored = Stored::new_unchecked(made.as_borrowed());
        let first = stored.at(layout.get(), 0);
        let mut is_tracked = false;
        for (index, value) in values.iter().take(layout.get().len()).enumerate() {
            let Some(value) = value else {
                continue; // what is new is zero there
            };
            is_tracked |= may_be_in_cycle(py, value.as_ptr());
            first.add(index).write(ffi::Py_NewRef(value.as_ptr()));
        }
        if is_tracked {
            stored.track();
        }
        Ok(made)
    }
}

// PyO3 has no name for it.
#[cfg(Py_3_12)]
unsafe extern "C" {
    fn PyUnstable_Object_GC_NewWithExtraData(
        class: *mut ffi::PyTypeObject,
        extra_size: usize,
    ) -> *mut ffi::PyObject;
}

#[cfg(Py_3_12)]
#[inline]
unsafe fn new_with_room(class: *mut ffi::PyTypeObject, values: usize) -> *mut ffi::PyObject {
    // SAFETY: the caller's promise about the class; all behind the header of the object is zero.
    unsafe { PyUnstable_Object_GC_NewWithExtraData(class, values * size_of::<*mut ()>()) }
}

/// Before, only classes with items have instances of different sizes. So the memory is asked for in the
/// name of one that has items, and nothing else.
#[cfg(not(Py_3_12))]
#[inline]
unsafe fn new_with_room(class: *mut ffi::PyTypeObject, values: usize) -> *mut ffi::PyObject {
    use std::sync::OnceLock;

    const WORD: usize = size_of::<*mut ffi::PyObject>();

    struct Twin(Box<ffi::PyTypeObject>);
    // SAFETY: it is never written to after it was made.
    unsafe impl Send for Twin {}
    // SAFETY: as above.
    unsafe impl Sync for Twin {}

    static TWIN: OnceLock<Twin> = OnceLock::new();
    let twin = TWIN.get_or_init(|| {
        // SAFETY: a type object of zeros is one that has nothing.
        let mut twin: Box<ffi::PyTypeObject> = Box::new(unsafe { std::mem::zeroed() });
        twin.tp_basicsize = size_of::<ffi::PyVarObject>() as ffi::Py_ssize_t;
        twin.tp_itemsize = WORD as ffi::Py_ssize_t;
        twin.tp_flags = ffi::Py_TPFLAGS_HAVE_GC;
        Twin(twin)
    });
    // SAFETY: Python reads sizes and flags of the twin and gives an object of so many words, which
    // has the header of the collector before it, as instances of the class have. It becomes one by its
    // type, which it counts; the words after its header are filled before anybody sees them.
    unsafe {
        let words = (*class).tp_basicsize as usize / WORD + values;
        let items = words - size_of::<ffi::PyVarObject>() / WORD;
        let made = new_with_items((&raw const *twin.0).cast_mut(), items as ffi::Py_ssize_t);
        if !made.is_null() {
            ffi::Py_INCREF(class.cast());
            (*made).ob_type = class;
            let start = made.cast::<*mut ffi::PyObject>();
            for word in size_of::<ffi::PyObject>() / WORD..words {
                start.add(word).write(null_mut());
            }
        }
        made
    }
}
