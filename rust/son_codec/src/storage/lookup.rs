//! What a class has under a name.

use pyo3::ffi;

unsafe extern "C" {
    fn _PyType_Lookup(
        class: *mut ffi::PyTypeObject,
        name: *mut ffi::PyObject,
    ) -> *mut ffi::PyObject;
}

/// What instances of a class find there under a name, borrowed; NULL without an exception if nothing.
///
/// # Safety
///
/// A live class, and text.
#[inline]
pub(super) unsafe fn lookup(
    class: *mut ffi::PyTypeObject,
    name: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: the caller's promise.
    unsafe { _PyType_Lookup(class, name) }
}
