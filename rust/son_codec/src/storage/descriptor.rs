//! `FieldDescriptor`, what a field becomes in a class: the way its value is read and kept.

use std::ffi::{c_int, c_void};
use std::ptr::null_mut;

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyString, PyTuple, PyType};

use super::base_type::stored;
use super::calls::release;
use super::cycles::may_be_in_cycle;
use super::instance::{Stored, missing};
use super::layout::interned;
use super::specification;
use super::trampoline::{called, called_silently};
use crate::process::Call;

static TYPE: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// The type of descriptors.
pub(crate) fn descriptor_type(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    Ok(TYPE.get_or_try_init(py, || make(py))?.bind(py))
}

#[repr(C)]
struct Descriptor {
    head: ffi::PyObject,
    field: *mut ffi::PyObject,
    /// An interned `str`.
    name: *mut ffi::PyObject,
    /// Which of the values it was the last time.
    index: usize,
}

fn make(py: Python<'_>) -> PyResult<Py<PyType>> {
    let member = |name: &'static std::ffi::CStr, offset: usize| ffi::PyMemberDef {
        name: name.as_ptr(),
        type_code: ffi::Py_T_OBJECT_EX,
        offset: offset as ffi::Py_ssize_t,
        flags: ffi::Py_READONLY,
        doc: std::ptr::null(),
    };
    let members = [
        member(c"field", std::mem::offset_of!(Descriptor, field)),
        member(c"name", std::mem::offset_of!(Descriptor, name)),
        // SAFETY: a definition of zeros ends the list.
        unsafe { std::mem::zeroed() },
    ];
    let methods = [
        ffi::PyMethodDef {
            ml_name: c"value_of".as_ptr(),
            ml_meth: ffi::PyMethodDefPointer {
                PyCFunction: value_of,
            },
            ml_flags: ffi::METH_O,
            ml_doc: std::ptr::null(),
        },
        ffi::PyMethodDef {
            ml_name: c"keep".as_ptr(),
            ml_meth: ffi::PyMethodDefPointer {
                PyCFunctionFast: keep,
            },
            ml_flags: ffi::METH_FASTCALL,
            ml_doc: std::ptr::null(),
        },
        ffi::PyMethodDef {
            ml_name: c"remove".as_ptr(),
            ml_meth: ffi::PyMethodDefPointer {
                PyCFunction: remove,
            },
            ml_flags: ffi::METH_O,
            ml_doc: std::ptr::null(),
        },
        // SAFETY: as above.
        unsafe { std::mem::zeroed() },
    ];
    let slots = [
        (ffi::Py_tp_new, new as *mut c_void),
        (ffi::Py_tp_traverse, traverse as *mut c_void),
        (ffi::Py_tp_clear, clear as *mut c_void),
        (ffi::Py_tp_dealloc, deallocate as *mut c_void),
        (ffi::Py_tp_descr_get, get as *mut c_void),
        (ffi::Py_tp_descr_set, set as *mut c_void),
        // They live as long as the type, which is as long as the process.
        (
            ffi::Py_tp_members,
            Box::leak(Box::new(members)).as_mut_ptr().cast(),
        ),
        (
            ffi::Py_tp_methods,
            Box::leak(Box::new(methods)).as_mut_ptr().cast(),
        ),
    ];
    specification(
        py,
        c"aiomotorengine._son_codec.FieldDescriptor",
        size_of::<Descriptor>(),
        ffi::Py_TPFLAGS_BASETYPE | ffi::Py_TPFLAGS_IMMUTABLETYPE,
        &slots,
        None,
    )
}

unsafe extern "C" fn new(
    class: *mut ffi::PyTypeObject,
    arguments: *mut ffi::PyObject,
    named: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    let make = |py: Python<'_>| {
        // SAFETY: Python calls it with a type that derives from this one, a tuple, and a dict or NULL. What
        // is allocated is zero behind its header, and tracked.
        unsafe {
            let arguments = Bound::from_borrowed_ptr(py, arguments);
            let arguments = arguments.cast::<PyTuple>()?;
            if !named.is_null() && ffi::PyDict_Size(named) > 0 || arguments.len() != 2 {
                return Err(PyTypeError::new_err("it takes a field and its name"));
            }
            let name = interned(arguments.get_item(1)?.cast_into::<PyString>()?)?;
            let field = arguments.get_item(0)?;
            let made = ffi::PyType_GenericAlloc(class, 0);
            if !made.is_null() {
                let descriptor = made.cast::<Descriptor>();
                (*descriptor).field = field.into_ptr();
                (*descriptor).name = name.into_ptr();
            }
            Ok(made)
        }
    };
    // SAFETY: Python calls it, attached.
    unsafe { called(make) }
}

unsafe extern "C" fn traverse(
    object: *mut ffi::PyObject,
    visit: ffi::visitproc,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: the collector calls it for a descriptor. Text is in no cycle. The type is a heap type, which
    // counts on its instances to visit it.
    unsafe {
        let stop = visit(ffi::Py_TYPE(object).cast(), argument);
        let field = (*object.cast::<Descriptor>()).field;
        if stop != 0 || field.is_null() {
            return stop;
        }
        visit(field, argument)
    }
}

unsafe extern "C" fn clear(object: *mut ffi::PyObject) -> c_int {
    // SAFETY: Python calls it, attached, for a descriptor. It is whole again before the field is let go
    // of.
    unsafe {
        called_silently(|_| {
            let field = &raw mut (*object.cast::<Descriptor>()).field;
            ffi::Py_XDECREF(field.replace(ffi::Py_NewRef(ffi::Py_None())));
        });
    }
    0
}

unsafe extern "C" fn deallocate(object: *mut ffi::PyObject) {
    // SAFETY: Python calls it once, attached, for a descriptor that nobody counts any more.
    unsafe {
        ffi::PyObject_GC_UnTrack(object.cast());
        called_silently(|_| {
            let descriptor = object.cast::<Descriptor>();
            ffi::Py_XDECREF((&raw mut (*descriptor).field).replace(null_mut()));
            ffi::Py_XDECREF((&raw mut (*descriptor).name).replace(null_mut()));
        });
        let class = ffi::Py_TYPE(object);
        match (*class).tp_free {
            Some(free) => free(object.cast()),
            None => ffi::PyObject_GC_Del(object.cast()),
        }
        ffi::Py_DECREF(class.cast());
    }
}

#[cold]
fn not_a_document(object: Borrowed<'_, '_, PyAny>) -> PyErr {
    let name = object.get_type().name();
    let name = name.map_or_else(|_| String::new(), |name| name.to_string());
    PyTypeError::new_err(format!(
        "fields are those of documents, and a {name} is none"
    ))
}

/// Where a document holds the value that a descriptor is for; `None` where it is in the `__dict__`.
///
/// # Safety
///
/// The first must be a live descriptor. The address is the value's as long as no Python code runs.
#[inline(always)]
unsafe fn address_in(
    descriptor: *mut Descriptor,
    document: Stored<'_, '_>,
) -> Option<*mut *mut ffi::PyObject> {
    // SAFETY: the caller's promise; the name is text and lives as long as the descriptor. The index is
    // one of the layout's, which is the document's.
    unsafe {
        let layout = document.layout()?.get();
        let name = Borrowed::from_ptr(document.py(), (*descriptor).name);
        let index = layout.index_of(&name.cast_unchecked(), (*descriptor).index)?;
        (*descriptor).index = index;
        Some(document.at(layout, index))
    }
}

/// The name that a descriptor is for, counted.
///
/// # Safety
///
/// A live descriptor.
unsafe fn name_of<'py>(py: Python<'py>, descriptor: *mut Descriptor) -> Bound<'py, PyString> {
    // SAFETY: the caller's promise; it is text.
    unsafe { Bound::from_borrowed_ptr(py, (*descriptor).name).cast_into_unchecked() }
}

unsafe extern "C" fn get(
    descriptor: *mut ffi::PyObject,
    object: *mut ffi::PyObject,
    _class: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls it, attached, with a descriptor, and an object or NULL for the class.
    unsafe {
        called(|py| {
            if object.is_null() {
                return Ok(ffi::Py_NewRef((*descriptor.cast::<Descriptor>()).field));
            }
            let value = get_value(py, descriptor, object)?;
            if value == ffi::Py_None() && has_hidden(Borrowed::from_ptr(py, object)) {
                ffi::Py_DECREF(value);
                return value_of_none(py, descriptor, object);
            }
            Ok(value)
        })
    }
}

/// Whether a document has what few have. If it was loaded in part, a field that is not in that part
/// has no value, and `None` may stand for that.
#[inline]
fn has_hidden(object: Borrowed<'_, '_, PyAny>) -> bool {
    stored(object).is_some_and(|document| document.has_hidden())
}

/// What reading `None` comes to there; Python has the words for a field that was not loaded
/// (`storage/descriptors.py`).
///
/// # Safety
///
/// A live descriptor and a live object.
#[cold]
unsafe fn value_of_none(
    py: Python<'_>,
    descriptor: *mut ffi::PyObject,
    object: *mut ffi::PyObject,
) -> PyResult<*mut ffi::PyObject> {
    // SAFETY: the caller's promise; both are counted, since Python code runs.
    let (descriptor, object) = unsafe {
        (
            Bound::from_borrowed_ptr(py, descriptor),
            Bound::from_borrowed_ptr(py, object),
        )
    };
    let _call = Call::begin(py);
    let value = descriptor.call_method1(intern!(py, "missing"), (object,))?;
    Ok(value.into_ptr())
}

/// Keep a value, or with NULL forget it.
pub(super) unsafe extern "C" fn set(
    descriptor: *mut ffi::PyObject,
    object: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
) -> c_int {
    // SAFETY: Python calls it, attached, with a descriptor, an object, and a value or NULL.
    unsafe { called(|py| set_value(py, descriptor, object, value).map(|()| 0)) }
}

/// `descriptor.value_of(document)`: the value as it is kept, or `None`.
unsafe extern "C" fn value_of(
    descriptor: *mut ffi::PyObject,
    object: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls it, attached, with a descriptor and an object.
    unsafe { called(|py| get_value(py, descriptor, object)) }
}

/// `descriptor.keep(document, value)`: keep the value as it is.
unsafe extern "C" fn keep(
    descriptor: *mut ffi::PyObject,
    arguments: *mut *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls it, attached, with a descriptor and so many objects.
    unsafe {
        called(|py| {
            if count != 2 {
                return Err(PyTypeError::new_err("keep() takes a document and a value"));
            }
            set_value(py, descriptor, *arguments, *arguments.add(1))?;
            Ok(py.None().into_ptr())
        })
    }
}

/// `descriptor.remove(document)`: forget the value, as `del` does.
unsafe extern "C" fn remove(
    descriptor: *mut ffi::PyObject,
    object: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls it, attached, with a descriptor and an object.
    unsafe {
        called(|py| {
            set_value(py, descriptor, object, null_mut())?;
            Ok(py.None().into_ptr())
        })
    }
}

/// What `set` does.
///
/// # Safety
///
/// A live descriptor and a live object; the value is NULL or alive.
#[inline(always)]
pub(super) unsafe fn set_value(
    py: Python<'_>,
    descriptor: *mut ffi::PyObject,
    object: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
) -> PyResult<()> {
    // SAFETY: the caller's promise. The new value is counted and in its place before the old one is let
    // go of, which may run Python code.
    unsafe {
        let object = Borrowed::from_ptr(py, object);
        let document = stored(object).ok_or_else(|| not_a_document(object))?;
        let descriptor = descriptor.cast::<Descriptor>();
        let Some(address) = address_in(descriptor, document) else {
            return set_elsewhere(descriptor, document, value);
        };
        if !value.is_null() {
            if may_be_in_cycle(py, value) {
                document.track();
            }
            ffi::Py_INCREF(value);
        } else if (*address).is_null() {
            return Err(missing(&name_of(py, descriptor)));
        }
        release(address.replace(value));
        Ok(())
    }
}

/// The same where values are in the `__dict__`.
///
/// # Safety
///
/// As for `set_value`.
#[cold]
unsafe fn set_elsewhere(
    descriptor: *mut Descriptor,
    document: Stored<'_, '_>,
    value: *mut ffi::PyObject,
) -> PyResult<()> {
    let py = document.py();
    // SAFETY: the caller's promise; what is used is counted, since Python code may run.
    let (name, value) = unsafe {
        let value = Bound::from_borrowed_ptr_or_opt(py, value);
        (name_of(py, descriptor), value)
    };
    match value {
        Some(value) => document.put(&name, 0, &value),
        None if document.remove_elsewhere(&name)? => Ok(()),
        None => Err(missing(&name)),
    }
}

/// What `value_of` does.
///
/// # Safety
///
/// A live descriptor and a live object.
#[inline(always)]
unsafe fn get_value(
    py: Python<'_>,
    descriptor: *mut ffi::PyObject,
    object: *mut ffi::PyObject,
) -> PyResult<*mut ffi::PyObject> {
    // SAFETY: the caller's promise. The value is counted at once.
    unsafe {
        let object = Borrowed::from_ptr(py, object);
        let document = stored(object).ok_or_else(|| not_a_document(object))?;
        let descriptor = descriptor.cast::<Descriptor>();
        let Some(address) = address_in(descriptor, document) else {
            return value_elsewhere(descriptor, document);
        };
        let value = *address;
        Ok(ffi::Py_NewRef(if value.is_null() {
            ffi::Py_None()
        } else {
            value
        }))
    }
}

/// The same where values are in the `__dict__`.
///
/// # Safety
///
/// As for `get_value`.
#[cold]
unsafe fn value_elsewhere(
    descriptor: *mut Descriptor,
    document: Stored<'_, '_>,
) -> PyResult<*mut ffi::PyObject> {
    let py = document.py();
    // SAFETY: the caller's promise; the name is counted, since Python code may run.
    let name = unsafe { name_of(py, descriptor) };
    let value = document.value(&name, 0)?;
    Ok(value.map_or_else(|| py.None().into_ptr(), Bound::into_ptr))
}
