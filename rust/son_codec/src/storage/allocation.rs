//! Memory for instances.

#[cfg(not(Py_3_12))]
use std::ptr::null_mut;

use pyo3::exceptions::PyMemoryError;
use pyo3::ffi;
use pyo3::prelude::*;

#[cfg(not(Py_3_12))]
use super::calls::new_with_items;
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
    // SAFETY: the caller's promise; what is made is an instance, of which all is nothing.
    unsafe {
        let object = allocate_unknown(py, class, layout)?;
        if has_to_be_known(py, class, layout.is_some()) {
            Stored::new_unchecked(object.as_borrowed()).track();
        }
        Ok(object)
    }
}

/// The same, of which the collector knows nothing.
///
/// # Safety
///
/// The same.
#[inline(always)]
pub(super) unsafe fn allocate_unknown<'py>(
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
        Ok(Bound::from_owned_ptr(py, made))
    }
}

/// Whether the collector has to know an instance of a class, whatever its values are.
///
/// # Safety
///
/// The class must derive from the storage's base type; one with a layout must be of the metaclass.
#[inline(always)]
pub(super) unsafe fn has_to_be_known(
    py: Python<'_>,
    class: *mut ffi::PyTypeObject,
    has_layout: bool,
) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        // A class with a layout is of the metaclass, which need not be asked for again.
        let lasts = match has_layout {
            true => ClassData::of(class).lasts(),
            false => lasts(py, class),
        };
        // It has slots of the user's, into which Python puts what it wants. Or its attributes are set by
        // `object`'s function, which puts what it wants into the `__dict__`. Or its class, which it
        // counts, may be one that its own instances keep.
        (*class).tp_basicsize as usize != HEADER || !sets_attributes_itself(class) || !lasts
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
