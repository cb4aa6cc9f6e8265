//! What `copy` and `pickle` take of an instance, in the form that an instance with a `__dict__` and
//! `__slots__` has: its values, and by name what is in its slots.

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyString, PyTuple};

use super::base_type::stored;
use super::instance::Stored;
use super::layout::interned;
use super::trampoline::called;
use crate::objects::{new_dict, push, tuple_of};
use crate::process::Call;

/// The methods of the base type. They live as long as it does, which is as long as the process.
pub(super) fn methods() -> *mut ffi::PyMethodDef {
    let method =
        |name: &'static std::ffi::CStr, function: ffi::PyCFunction, flags| ffi::PyMethodDef {
            ml_name: name.as_ptr(),
            ml_meth: ffi::PyMethodDefPointer {
                PyCFunction: function,
            },
            ml_flags: flags,
            ml_doc: std::ptr::null(),
        };
    let methods = [
        method(c"__getstate__", get_state, ffi::METH_NOARGS),
        method(c"__setstate__", set_state, ffi::METH_O),
        method(c"__sizeof__", size_of_instance, ffi::METH_NOARGS),
        // SAFETY: a definition of zeros ends the list.
        unsafe { std::mem::zeroed() },
    ];
    Box::leak(Box::new(methods)).as_mut_ptr()
}

/// The instance that a method was called on; Python has seen to it that it is one.
///
/// # Safety
///
/// It must be alive as long as what is returned.
unsafe fn own<'a, 'py>(
    py: Python<'py>,
    object: *mut ffi::PyObject,
) -> PyResult<(Bound<'py, PyAny>, Stored<'a, 'py>)> {
    // SAFETY: the caller's promise.
    unsafe {
        let document = stored(Borrowed::from_ptr(py, object))
            .ok_or_else(|| PyTypeError::new_err("it is no document"))?;
        Ok((Bound::from_borrowed_ptr(py, object), document))
    }
}

unsafe extern "C" fn get_state(
    object: *mut ffi::PyObject,
    _: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls it, attached, on an instance that its caller counts.
    unsafe {
        called(|py| {
            let _call = Call::begin(py);
            let (object, document) = own(py, object)?;
            Ok(state_of(&object, document)?.into_ptr())
        })
    }
}

fn state_of<'py>(
    object: &Bound<'py, PyAny>,
    document: Stored<'_, 'py>,
) -> PyResult<Bound<'py, PyTuple>> {
    let py = object.py();
    let slots = new_dict(py)?;
    let own = [
        intern!(py, "_hidden"),
        intern!(py, "_id"),
        intern!(py, "_is_persisted"),
        intern!(py, "_stored_keys"),
    ];
    for name in own {
        keep_attribute(object, name, &slots)?;
    }
    keep_own_snapshot(object, &slots)?;
    let names = py
        .import(intern!(py, "copyreg"))?
        .call_method1(intern!(py, "_slotnames"), (object.get_type(),))?;
    for name in names.try_iter()? {
        keep_attribute(object, name?.cast::<PyString>()?, &slots)?;
    }
    tuple_of(
        py,
        [values_of(document)?.into_any(), slots.into_any()].into_iter(),
    )
}

/// A snapshot has the bytes of a whole reply, of which a copy gets those of its own document.
fn keep_own_snapshot<'py>(object: &Bound<'py, PyAny>, slots: &Bound<'py, PyDict>) -> PyResult<()> {
    let py = object.py();
    let name = intern!(py, "_is_persisted");
    let state = match slots.get_item(name)? {
        Some(state) if !state.is_exact_instance_of::<PyBool>() => state,
        _ => return Ok(()),
    };
    match state.getattr_opt(intern!(py, "for_copy_of"))? {
        Some(for_copy_of) => slots.set_item(name, for_copy_of.call1((object,))?),
        None => Ok(()),
    }
}

fn keep_attribute<'py>(
    object: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
    slots: &Bound<'py, PyDict>,
) -> PyResult<()> {
    match object.getattr_opt(name)? {
        Some(value) => slots.set_item(name, value),
        None => Ok(()),
    }
}

/// A copy of the values. The instance keeps them where they are.
pub(super) fn values_of<'py>(document: Stored<'_, 'py>) -> PyResult<Bound<'py, PyDict>> {
    let py = document.py();
    let values = new_dict(py)?;
    if let Some(layout) = document.layout() {
        let layout = layout.to_owned();
        for (index, name) in layout.get().names().iter().enumerate() {
            if let Some(Some(value)) = document.value_at(layout.as_unbound(), index) {
                values.set_item(name, value)?;
            }
        }
    }
    if let Some(others) = document.dict_if_any() {
        values.update(others.as_mapping())?;
    }
    Ok(values)
}

unsafe extern "C" fn set_state(
    object: *mut ffi::PyObject,
    state: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls it, attached, on an instance, with a state, both counted by its caller.
    unsafe {
        called(|py| {
            let _call = Call::begin(py);
            let (object, document) = own(py, object)?;
            take_in(&object, document, Bound::from_borrowed_ptr(py, state))?;
            Ok(py.None().into_ptr())
        })
    }
}

fn take_in<'py>(
    object: &Bound<'py, PyAny>,
    document: Stored<'_, 'py>,
    state: Bound<'py, PyAny>,
) -> PyResult<()> {
    let (values, slots) = match state.cast_into::<PyTuple>() {
        Ok(pair) if pair.len() == 2 => (pair.get_item(0)?, Some(pair.get_item(1)?)),
        Ok(other) => (other.into_any(), None),
        Err(error) => (error.into_inner(), None),
    };
    // Python code that runs for one of them may change the dicts.
    let values = entries_of(Some(values))?;
    let slots = entries_of(slots)?;
    for (index, (name, value)) in values.into_iter().enumerate() {
        document.put(&interned(name)?, index, &value)?;
    }
    for (name, value) in slots {
        object.setattr(name, value)?;
    }
    Ok(())
}

type Entries<'py> = Vec<(Bound<'py, PyString>, Bound<'py, PyAny>)>;

/// What is in a dict, if it is one and not `None`.
fn entries_of<'py>(dict: Option<Bound<'py, PyAny>>) -> PyResult<Entries<'py>> {
    let mut entries = Vec::new();
    if let Some(dict) = dict.filter(|dict| !dict.is_none()) {
        for (name, value) in dict.cast_into::<PyDict>()?.iter() {
            push(&mut entries, (name.cast_into()?, value))?;
        }
    }
    Ok(entries)
}

unsafe extern "C" fn size_of_instance(
    object: *mut ffi::PyObject,
    _: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls it, attached, on an instance that its caller counts.
    unsafe {
        called(|py| {
            let (object, document) = own(py, object)?;
            let values = document.layout().map_or(0, |layout| layout.get().len());
            let size = (*object.get_type_ptr()).tp_basicsize
                + (values * size_of::<*mut ffi::PyObject>()) as ffi::Py_ssize_t;
            Ok(ffi::PyLong_FromSsize_t(size))
        })
    }
}
