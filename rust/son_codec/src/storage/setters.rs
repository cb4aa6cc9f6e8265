//! By what function attributes of instances are set.

use std::ffi::c_int;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyType;

use super::calls::{release, set_as_objects_do, set_by};
use super::descriptor;
use super::instance::Stored;
use super::lookup::lookup;
use super::metaclass::class_data;
use super::trampoline::called;
use crate::process::Call;

/// Decide by what function attributes of a class's instances are set: by ours, which sees what goes into
/// the `__dict__`, unless a class has a `__setattr__` or `__delattr__` of the program's. That one may
/// call `object.__setattr__`, which before Python 3.13 refuses objects for which there is any function in
/// C but its own. So the bases of such a class have that one from then on, and new instances of them all
/// are known to the collector from the beginning.
pub(super) fn choose_setter(class: &Bound<'_, PyType>) {
    // SAFETY: heap types that are alive and derive from the base type, by the callers' word, or have no
    // setter of ours. A function is put into a type as Python itself does it: the type is told.
    unsafe {
        let pointer = class.as_type_ptr();
        if has_setter_of_object(pointer) {
            (*pointer).tp_setattro = Some(set_attribute);
            ffi::PyType_Modified(pointer);
        } else if !sets_attributes_itself(pointer) {
            for base in class.mro() {
                let base: *mut ffi::PyTypeObject = base.as_ptr().cast();
                if sets_attributes_itself(base) {
                    (*base).tp_setattro = ffi::PyBaseObject_Type.tp_setattro;
                    ffi::PyType_Modified(base);
                }
            }
        }
    }
}

/// # Safety
///
/// A live class.
unsafe fn has_setter_of_object(class: *mut ffi::PyTypeObject) -> bool {
    // SAFETY: the caller's promise.
    let setters = unsafe { [(*class).tp_setattro, ffi::PyBaseObject_Type.tp_setattro] };
    let [own, of_object] = setters.map(|setter| setter.map(|function| function as usize));
    own == of_object
}

/// Whether a class has no `__setattr__` of the program's.
///
/// # Safety
///
/// A live class.
#[inline]
pub(super) unsafe fn has_no_own_setter(class: *mut ffi::PyTypeObject) -> bool {
    // SAFETY: the caller's promise.
    unsafe { sets_attributes_itself(class) || has_setter_of_object(class) }
}

/// Whether the attributes of a class's instances are set by our function.
///
/// # Safety
///
/// A live class.
#[inline]
pub(super) unsafe fn sets_attributes_itself(class: *mut ffi::PyTypeObject) -> bool {
    // SAFETY: the caller's promise.
    let setter = unsafe { (*class).tp_setattro };
    setter.map(|function| function as usize) == Some(set_attribute as *const () as usize)
}

/// Ask about an attribute that a class does not know, where somebody is to be asked.
///
/// # Safety
///
/// A live instance of a class that derives from the base type, and a name.
#[cold]
unsafe fn ask_watcher(
    py: Python<'_>,
    object: *mut ffi::PyObject,
    name: *mut ffi::PyObject,
) -> PyResult<()> {
    // SAFETY: the caller's promise; what is passed on is counted meanwhile.
    unsafe {
        let object = Bound::from_borrowed_ptr(py, object);
        let watcher = class_data(&object.get_type()).and_then(|data| data.watcher(py));
        if let Some(watcher) = watcher {
            let _call = Call::begin(py);
            watcher.call1((object, Bound::from_borrowed_ptr(py, name)))?;
        }
    }
    Ok(())
}

/// `document.name = value`, or with NULL `del document.name`.
unsafe extern "C" fn set_attribute(
    object: *mut ffi::PyObject,
    name: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
) -> c_int {
    let set = |py: Python<'_>| {
        // SAFETY: Python calls it for an instance. A descriptor is counted while it is called.
        unsafe {
            if ffi::PyUnicode_CheckExact(name) != 0 {
                let found = lookup(ffi::Py_TYPE(object), name);
                if !found.is_null()
                    && let Some(set) = (*ffi::Py_TYPE(found)).tp_descr_set
                {
                    if set as usize == descriptor::set as *const () as usize {
                        // It uses the descriptor no more once Python code may run.
                        return descriptor::set_value(py, found, object, value).map(|()| 0);
                    }
                    let descriptor = ffi::Py_NewRef(found);
                    let result = set_by(set, descriptor, object, value);
                    release(descriptor);
                    return Ok(result);
                }
                if found.is_null() && !value.is_null() {
                    ask_watcher(py, object, name)?;
                }
            }
            // It goes into the `__dict__`, where everything else has to be then.
            Stored::new_unchecked(Borrowed::from_ptr(py, object)).dict()?;
            Ok(set_as_objects_do(object, name, value))
        }
    };
    // SAFETY: Python calls it, attached.
    unsafe { called(set) }
}
