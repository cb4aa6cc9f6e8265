//! How classes are called: `Model(name=value, ..)`.
//!
//! Where nothing but values of fields is given to a class whose instances are made as the library makes
//! them, `construction.rs` makes one. Others get an empty instance and have their `__init__` called, with
//! the arguments as they stand. Whatever is otherwise (a `__new__`, a metaclass that is called in another
//! way) goes the way of every Python class.

use std::ffi::c_ulong;
use std::ptr::null_mut;

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyTuple, PyType};

use super::allocation::allocate;
use super::base_type::makes_instances_itself;
use super::calls::{call_by, call_with, release};
use super::construction::{construction_of, make};
use super::lookup::lookup;
use super::metaclass::layout_of;
use super::trampoline::called;
use crate::objects::{new_dict, tuple_of};

/// Have a class called by `construct`.
pub(super) fn call_directly(class: &Bound<'_, PyType>) {
    // SAFETY: a heap type that is alive, of a metaclass that has the word for the layout. Python 3.11
    // does not let heap types inherit that their instances, the classes, have a function of their own to be
    // called by; where it is, `type` says.
    unsafe {
        let class = class.as_type_ptr();
        (*class).tp_vectorcall = Some(construct);
        let metaclass = ffi::Py_TYPE(class.cast());
        if is_called_as_types_are(class)
            && ffi::PyType_HasFeature(metaclass, ffi::Py_TPFLAGS_HAVE_VECTORCALL) == 0
        {
            (*metaclass).tp_vectorcall_offset = ffi::PyType_Type.tp_vectorcall_offset;
            set_flag(metaclass, ffi::Py_TPFLAGS_HAVE_VECTORCALL);
        }
        ffi::PyType_Modified(class);
    }
}

/// # Safety
///
/// A live heap type.
unsafe fn set_flag(class: *mut ffi::PyTypeObject, flag: c_ulong) {
    // SAFETY: the caller's promise; the thread is attached, so nobody else writes there.
    unsafe { (*class).tp_flags |= flag }
}

/// Whether the metaclass of a class has no `__call__` of the program's.
///
/// # Safety
///
/// A live class.
unsafe fn is_called_as_types_are(class: *mut ffi::PyTypeObject) -> bool {
    // SAFETY: reads of live types.
    unsafe {
        let own = (*ffi::Py_TYPE(class.cast()))
            .tp_call
            .map(|call| call as usize);
        own == ffi::PyType_Type.tp_call.map(|call| call as usize)
    }
}

/// `class(*arguments, **named)`.
unsafe extern "C" fn construct(
    class: *mut ffi::PyObject,
    arguments: *const *mut ffi::PyObject,
    count: usize,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    let make = |py: Python<'_>| {
        // SAFETY: Python calls it with a class that `call_directly` was given, so many arguments without
        // names, and then those of the tuple of names, if there is one.
        unsafe {
            let unnamed = ffi::PyVectorcall_NARGS(count) as usize;
            let type_object = class.cast::<ffi::PyTypeObject>();
            if !is_called_as_types_are(type_object)
                || ffi::PyType_HasFeature(type_object, ffi::Py_TPFLAGS_IS_ABSTRACT) != 0
            {
                return as_types_are_called(py, class, arguments, unnamed, names);
            }
            if unnamed == 0
                && let Some(construction) = construction_of(py, type_object)
                && let Some(made) = make(py, type_object, construction.get(), arguments, names)?
            {
                return Ok(made.into_ptr());
            }
            let initializer = lookup(type_object, intern!(py, "__init__").as_ptr());
            if makes_instances_itself(py, type_object)
                && !initializer.is_null()
                && ffi::PyType_HasFeature(
                    ffi::Py_TYPE(initializer),
                    ffi::Py_TPFLAGS_METHOD_DESCRIPTOR,
                ) != 0
            {
                let initializer = Bound::from_borrowed_ptr(py, initializer);
                return by_initializer(type_object, &initializer, arguments, count, names);
            }
            as_types_are_called(py, class, arguments, unnamed, names)
        }
    };
    // SAFETY: Python calls it, attached.
    unsafe { called(make) }
}

/// Call the `__init__` of a class with an empty instance before the arguments.
///
/// # Safety
///
/// As for `construct`, with a class whose instances are made by `Storage`, and its `__init__`, which is a
/// method: it takes the instance as its first argument.
unsafe fn by_initializer(
    class: *mut ffi::PyTypeObject,
    initializer: &Bound<'_, PyAny>,
    arguments: *const *mut ffi::PyObject,
    count: usize,
    names: *mut ffi::PyObject,
) -> PyResult<*mut ffi::PyObject> {
    let py = initializer.py();
    // SAFETY: the caller's promise. Who calls with this flag allows that the word before the arguments is
    // another one meanwhile; else they are copied. The instance is counted by us until it is given away.
    unsafe {
        let object = allocate(py, class, layout_of(py, class))?.into_ptr();
        let unnamed = ffi::PyVectorcall_NARGS(count) as usize;
        let answer = if count & ffi::PY_VECTORCALL_ARGUMENTS_OFFSET != 0 {
            let first = arguments.cast_mut().sub(1);
            let before = first.replace(object);
            let answer = call_with(initializer.as_ptr(), first, unnamed + 1, names);
            first.write(before);
            answer
        } else {
            let all = with_first(object, arguments, unnamed, names);
            call_with(initializer.as_ptr(), all.as_ptr(), unnamed + 1, names)
        };
        if answer == ffi::Py_None() {
            release(answer);
            return Ok(object);
        }
        if !answer.is_null() {
            let name = Bound::from_owned_ptr(py, answer).get_type().name();
            let name = name.map_or_else(|_| String::new(), |name| name.to_string());
            PyTypeError::new_err(format!("__init__() should return None, not '{name}'"))
                .restore(py);
        }
        release(object);
        Ok(null_mut())
    }
}

/// The arguments of a call behind another one, all borrowed.
///
/// # Safety
///
/// As for `construct`.
pub(super) unsafe fn with_first(
    first: *mut ffi::PyObject,
    arguments: *const *mut ffi::PyObject,
    unnamed: usize,
    names: *mut ffi::PyObject,
) -> Vec<*mut ffi::PyObject> {
    // SAFETY: the caller's promise.
    unsafe {
        let named = match names.is_null() {
            true => 0,
            false => ffi::PyTuple_GET_SIZE(names) as usize,
        };
        let given = (0..unnamed + named).map(|at| *arguments.add(at));
        std::iter::once(first).chain(given).collect()
    }
}

/// What `type.__call__` does.
///
/// # Safety
///
/// As for `construct`.
#[cold]
unsafe fn as_types_are_called(
    py: Python<'_>,
    class: *mut ffi::PyObject,
    arguments: *const *mut ffi::PyObject,
    unnamed: usize,
    names: *mut ffi::PyObject,
) -> PyResult<*mut ffi::PyObject> {
    // SAFETY: the caller's promise; what is taken of the arguments is counted.
    let (given, named) = unsafe {
        let given = (0..unnamed).map(|at| Bound::from_borrowed_ptr(py, *arguments.add(at)));
        let given = tuple_of(py, given)?;
        let named = match Bound::from_borrowed_ptr_or_opt(py, names) {
            None => None,
            Some(names) => {
                let named = new_dict(py)?;
                for (at, name) in names.cast::<PyTuple>()?.iter().enumerate() {
                    let value = Bound::from_borrowed_ptr(py, *arguments.add(unnamed + at));
                    named.set_item(name, value)?;
                }
                Some(named)
            }
        };
        (given, named)
    };
    let named = named.as_ref().map_or(null_mut(), |named| named.as_ptr());
    // SAFETY: the class is alive, and so are the tuple and the dict.
    unsafe {
        // Every metaclass derives from `type`, which has one.
        match (*ffi::Py_TYPE(class)).tp_call.or(ffi::PyType_Type.tp_call) {
            Some(call) => Ok(call_by(call, class, given.as_ptr(), named)),
            None => Ok(null_mut()),
        }
    }
}
