//! CPython's functions that run Python code, or may: what is let go of can have a `__del__`, and before
//! Python 3.12 the collector comes whenever memory is asked for.
//!
//! A thread may be ended in them (`process::staying`). Whoever calls one has everything in its place
//! before, and looks anew at whatever it goes on with.

use std::ffi::c_int;
use std::mem::transmute;

use pyo3::ffi;

use crate::process::staying;

/// The functions of `pyo3::ffi`, declared as they are: that they may unwind.
///
/// They are called by pointers that the compiler does not know. A release build is compiled as a whole,
/// in which a function has one declaration; where that was PyO3's, by which it never unwinds, what has
/// to stop the unwinding would be left out.
mod unwinding {
    use std::ffi::c_int;

    use pyo3::ffi::PyObject;
    #[cfg(not(Py_3_12))]
    use pyo3::ffi::{Py_ssize_t, PyTypeObject};

    pub(super) type Call =
        unsafe extern "C-unwind" fn(*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
    pub(super) type Set =
        unsafe extern "C-unwind" fn(*mut PyObject, *mut PyObject, *mut PyObject) -> c_int;
    type Release = unsafe extern "C-unwind" fn(*mut PyObject);
    type CallWith = unsafe extern "C-unwind" fn(
        *mut PyObject,
        *const *mut PyObject,
        usize,
        *mut PyObject,
    ) -> *mut PyObject;
    #[cfg(not(Py_3_12))]
    type NewWithItems = unsafe extern "C-unwind" fn(*mut PyTypeObject, Py_ssize_t) -> *mut PyObject;

    unsafe extern "C-unwind" {
        fn Py_DecRef(object: *mut PyObject);
        fn PyObject_Vectorcall(
            function: *mut PyObject,
            arguments: *const *mut PyObject,
            count: usize,
            names: *mut PyObject,
        ) -> *mut PyObject;
        fn PyObject_GenericSetAttr(
            object: *mut PyObject,
            name: *mut PyObject,
            value: *mut PyObject,
        ) -> c_int;
        #[cfg(not(Py_3_12))]
        fn _PyObject_GC_NewVar(class: *mut PyTypeObject, items: Py_ssize_t) -> *mut PyObject;
    }

    /// A function that the compiler takes for any of its type.
    pub(super) struct Unknown<F>(F);

    impl<F: Copy> Unknown<F> {
        #[inline(always)]
        pub(super) fn get(&self) -> F {
            // SAFETY: a plain value that is always there. A volatile read may have given anything, as
            // far as the compiler is concerned.
            unsafe { std::ptr::read_volatile(&raw const self.0) }
        }
    }

    pub(super) static RELEASE: Unknown<Release> = Unknown(Py_DecRef);
    pub(super) static CALL_WITH: Unknown<CallWith> = Unknown(PyObject_Vectorcall);
    pub(super) static SET_AS_OBJECTS_DO: Unknown<Set> = Unknown(PyObject_GenericSetAttr);
    #[cfg(not(Py_3_12))]
    pub(super) static NEW_WITH_ITEMS: Unknown<NewWithItems> = Unknown(_PyObject_GC_NewVar);
}

/// Let go of an object, if it is one.
///
/// # Safety
///
/// NULL, or an object that the caller counts and does not use any more.
#[inline(always)]
pub(super) unsafe fn release(object: *mut ffi::PyObject) {
    // SAFETY: the caller's promise.
    unsafe {
        if object.is_null() {
            return;
        }
        if ffi::Py_REFCNT(object) > 1 {
            ffi::Py_DECREF(object);
        } else {
            staying(|| unwinding::RELEASE.get()(object));
        }
    }
}

/// Memory for an object with items; NULL with an exception if there is none.
///
/// # Safety
///
/// As for CPython's function of this name.
#[cfg(not(Py_3_12))]
#[inline]
pub(super) unsafe fn new_with_items(
    class: *mut ffi::PyTypeObject,
    items: ffi::Py_ssize_t,
) -> *mut ffi::PyObject {
    // SAFETY: the caller's promise.
    staying(|| unsafe { unwinding::NEW_WITH_ITEMS.get()(class, items) })
}

/// What CPython does for `object.name = value`, or with NULL for `del object.name`.
///
/// # Safety
///
/// As for CPython's function of this name.
pub(super) unsafe fn set_as_objects_do(
    object: *mut ffi::PyObject,
    name: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
) -> c_int {
    // SAFETY: the caller's promise.
    staying(|| unsafe { unwinding::SET_AS_OBJECTS_DO.get()(object, name, value) })
}

/// Have a descriptor set the value of an object, or with NULL delete it.
///
/// # Safety
///
/// The function must be the descriptor's own, and all must be alive meanwhile.
#[inline]
pub(super) unsafe fn set_by(
    function: ffi::descrsetfunc,
    descriptor: *mut ffi::PyObject,
    object: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
) -> c_int {
    // SAFETY: the caller's promise. A function that may unwind is called like one that may not.
    unsafe {
        let function: unwinding::Set = transmute(function);
        staying(|| function(descriptor, object, value))
    }
}

/// Call with so many arguments without names, and then those of the tuple of names, if there is one.
///
/// # Safety
///
/// As for CPython's `PyObject_Vectorcall`.
#[inline]
pub(super) unsafe fn call_with(
    function: *mut ffi::PyObject,
    arguments: *const *mut ffi::PyObject,
    count: usize,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: the caller's promise.
    staying(|| unsafe { unwinding::CALL_WITH.get()(function, arguments, count, names) })
}

/// Have a class called by the function of its metaclass.
///
/// # Safety
///
/// The function must be the metaclass's own, and all must be alive meanwhile: a tuple, and a dict or
/// NULL.
pub(super) unsafe fn call_by(
    function: ffi::ternaryfunc,
    class: *mut ffi::PyObject,
    arguments: *mut ffi::PyObject,
    named: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: the caller's promise. A function that may unwind is called like one that may not.
    unsafe {
        let function: unwinding::Call = transmute(function);
        staying(|| function(class, arguments, named))
    }
}
