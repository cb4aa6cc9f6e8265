//! `Storage`, the type that documents derive from, as CPython is told of it.

use std::ffi::{c_int, c_void};
use std::ptr::null_mut;

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple, PyType};

use super::allocation::allocate;
use super::calls::{release, set_by};
use super::instance::{HEADER, Instance, Stored, Uncommon, missing};
use super::lookup::lookup;
use super::metaclass::layout_of;
use super::setters::sets_attributes_itself;
use super::trampoline::{called, called_silently};
use super::{attribute, slots, specification};

static TYPE: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// The base type.
pub(crate) fn storage_type(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    Ok(TYPE.get_or_try_init(py, || make(py))?.bind(py))
}

/// The object, if it is an instance of the base type.
#[inline]
pub(crate) fn stored<'a, 'py>(object: Borrowed<'a, 'py, PyAny>) -> Option<Stored<'a, 'py>> {
    // SAFETY: reads of the type of a live object. Only classes that derive from the base type were given
    // this function, by `choose_setter`; others are asked for their bases.
    unsafe {
        let class = object.get_type_ptr();
        let is_stored = sets_attributes_itself(class)
            || TYPE
                .get(object.py())
                .is_some_and(|base| ffi::PyType_IsSubtype(class, base.as_ptr().cast()) != 0);
        is_stored.then(|| Stored::new_unchecked(object))
    }
}

fn make(py: Python<'_>) -> PyResult<Py<PyType>> {
    // They live as long as the type, which is as long as the process.
    let [id, is_persisted, stored_keys, hidden] = slots::attributes();
    let attributes = [
        id,
        is_persisted,
        stored_keys,
        hidden,
        attribute(c"__dict__", get_dict, set_dict, 0),
        attribute(c"__class__", get_class, set_class, 0),
        // SAFETY: a definition of zeros ends the list.
        unsafe { std::mem::zeroed() },
    ];
    let members = [
        offset(c"__dictoffset__", std::mem::offset_of!(Instance, dict)),
        offset(
            c"__weaklistoffset__",
            std::mem::offset_of!(Instance, weak_references),
        ),
        // SAFETY: as above.
        unsafe { std::mem::zeroed() },
    ];
    let slots = [
        (ffi::Py_tp_traverse, traverse as *mut c_void),
        (ffi::Py_tp_clear, clear as *mut c_void),
        (ffi::Py_tp_dealloc, deallocate as *mut c_void),
        (
            ffi::Py_tp_getset,
            Box::leak(Box::new(attributes)).as_mut_ptr().cast(),
        ),
        (
            ffi::Py_tp_members,
            Box::leak(Box::new(members)).as_mut_ptr().cast(),
        ),
        (ffi::Py_tp_methods, super::state::methods().cast()),
    ];
    specification(
        py,
        c"aiomotorengine._son_codec.Storage",
        HEADER,
        ffi::Py_TPFLAGS_BASETYPE | ffi::Py_TPFLAGS_IMMUTABLETYPE,
        &slots,
        None,
    )
}

fn offset(name: &'static std::ffi::CStr, offset: usize) -> ffi::PyMemberDef {
    ffi::PyMemberDef {
        name: name.as_ptr(),
        type_code: ffi::Py_T_PYSSIZET,
        offset: offset as ffi::Py_ssize_t,
        flags: ffi::Py_READONLY,
        doc: std::ptr::null(),
    }
}

// -- how instances come and go ------------------------------------------------------------------

/// `__new__` of documents. It is a function of the module and not the type's own `tp_new`, so that
/// `object.__new__(Model)` is not refused.
#[pyfunction]
#[pyo3(signature = (class, /, *_arguments, **_named), text_signature = "(cls, /, *arguments, **named)")]
fn new_instance<'py>(
    class: &Bound<'py, PyType>,
    _arguments: &Bound<'py, PyTuple>,
    _named: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = class.py();
    if !class.is_subclass(storage_type(py)?)? {
        return Err(PyTypeError::new_err(
            "only documents are made by this __new__",
        ));
    }
    // SAFETY: a class that derives from the base type; it lives as long as it is borrowed here.
    unsafe {
        let pointer = class.as_type_ptr();
        if ffi::PyType_HasFeature(pointer, ffi::Py_TPFLAGS_IS_ABSTRACT) != 0 {
            // It refuses, and says which methods are missing.
            return py
                .get_type::<PyAny>()
                .call_method1(intern!(py, "__new__"), (class,));
        }
        allocate(py, pointer, layout_of(py, pointer))
    }
}

static MAKER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// Give the module the function, of which classes are asked whether it is theirs.
pub(super) fn add_maker(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let maker = wrap_pyfunction!(new_instance, module)?;
    MAKER.get_or_init(module.py(), || maker.clone().into_any().unbind());
    module.add_function(maker)
}

/// Whether a class has no `__new__` but that of documents.
///
/// # Safety
///
/// A live class.
#[inline]
pub(super) unsafe fn makes_instances_itself(py: Python<'_>, class: *mut ffi::PyTypeObject) -> bool {
    // SAFETY: the caller's promise; what is found is only compared.
    let maker = unsafe { lookup(class, intern!(py, "__new__").as_ptr()) };
    MAKER.get(py).is_some_and(|own| own.as_ptr() == maker)
}

/// Whether Python code runs when an instance of a class goes: a `__del__`.
///
/// # Safety
///
/// A live class.
#[inline]
pub(super) unsafe fn has_finalizer(class: *mut ffi::PyTypeObject) -> bool {
    // SAFETY: the caller's promise.
    unsafe { (*class).tp_finalize.is_some() || (*class).tp_del.is_some() }
}

/// The memory that `object.__new__` asks for.
unsafe extern "C" fn allocate_unfilled(
    class: *mut ffi::PyTypeObject,
    _items: ffi::Py_ssize_t,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls it, attached, with a class that `allocate_by_layout` was given. The collector
    // knows what is made, since before 3.13 `object.__new__` gives it a `__dict__` at once.
    unsafe {
        called(|py| {
            let made = allocate(py, class, layout_of(py, class))?;
            Stored::new_unchecked(made.as_borrowed()).track();
            Ok(made.into_ptr())
        })
    }
}

/// Have instances of a class made with room for its values, by whomever they are made.
pub(super) fn allocate_by_layout(class: &Bound<'_, PyType>) {
    // SAFETY: a heap type that is alive and derives from the base type. What it frees its instances by is
    // what all collected heap types have, and takes memory of any size.
    unsafe { (*class.as_type_ptr()).tp_alloc = Some(allocate_unfilled) }
}

unsafe extern "C" fn traverse(
    object: *mut ffi::PyObject,
    visit: ffi::visitproc,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: the collector calls it for an instance. No count changes and nothing is allocated here.
    // The type is a heap type, which counts on its instances to visit it.
    unsafe {
        let instance = object.cast::<Instance>();
        let mut first = [
            ffi::Py_TYPE(object).cast::<ffi::PyObject>(),
            (*instance).dict,
            (*instance).id,
            (*instance).is_persisted,
            null_mut(),
            null_mut(),
        ];
        if let Some(uncommon) = Uncommon::allocated((*instance).uncommon) {
            first[4] = (*uncommon.as_ptr()).stored_keys;
            first[5] = (*uncommon.as_ptr()).hidden;
        }
        for held in first {
            if !held.is_null() {
                let stop = visit(held, argument);
                if stop != 0 {
                    return stop;
                }
            }
        }
        let py = Python::assume_attached();
        let stored = Stored::new_unchecked(Borrowed::from_ptr(py, object));
        if let Some(layout) = stored.layout() {
            let layout = layout.get();
            for index in 0..layout.len() {
                let held = *stored.at(layout, index);
                if !held.is_null() {
                    let stop = visit(held, argument);
                    if stop != 0 {
                        return stop;
                    }
                }
            }
        }
        0
    }
}

unsafe extern "C" fn clear(object: *mut ffi::PyObject) -> c_int {
    // SAFETY: Python calls it, attached, for an instance that it keeps alive meanwhile.
    unsafe { called_silently(|py| release_values(py, object)) };
    0
}

/// Let go of all that an instance holds, but for its layout. Each thing is taken out before it is let
/// go of, since that may run Python code, which finds the instance whole.
///
/// # Safety
///
/// The object must be an instance whose memory stays meanwhile.
unsafe fn release_values(py: Python<'_>, object: *mut ffi::PyObject) {
    // SAFETY: the caller's promise.
    unsafe {
        let instance = object.cast::<Instance>();
        for word in [
            &raw mut (*instance).dict,
            &raw mut (*instance).id,
            &raw mut (*instance).is_persisted,
        ] {
            release(word.replace(null_mut()));
        }
        let uncommon = std::ptr::replace(&raw mut (*instance).uncommon, null_mut());
        if let Some(uncommon) = Uncommon::allocated(uncommon) {
            let uncommon = *Box::from_raw(uncommon.as_ptr());
            release(uncommon.stored_keys);
            release(uncommon.hidden);
        }
        let stored = Stored::new_unchecked(Borrowed::from_ptr(py, object));
        if let Some(layout) = stored.layout() {
            let layout = layout.to_owned();
            for index in 0..layout.get().len() {
                // Python code that ran for the last one may have moved the rest.
                if (*instance).layout != layout.as_ptr() {
                    break;
                }
                release(stored.at(layout.get(), index).replace(null_mut()));
            }
        }
    }
}

unsafe extern "C" fn deallocate(object: *mut ffi::PyObject) {
    // SAFETY: Python calls it once, attached, for an instance that nobody counts any more. It may be
    // tracked or not. A heap type is counted by its instances.
    unsafe {
        ffi::PyObject_GC_UnTrack(object.cast());
        let instance = object.cast::<Instance>();
        called_silently(|py| {
            if !(*instance).weak_references.is_null() {
                ffi::PyObject_ClearWeakRefs(object);
            }
            release_values(py, object);
        });
        ffi::Py_XDECREF(std::ptr::replace(&raw mut (*instance).layout, null_mut()));
        let class = ffi::Py_TYPE(object);
        match (*class).tp_free {
            Some(free) => free(object.cast()),
            None => ffi::PyObject_GC_Del(object.cast()),
        }
        ffi::Py_DECREF(class.cast());
    }
}

// -- attributes -------------------------------------------------------------------------------------

unsafe extern "C" fn get_dict(object: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: Python calls it, attached, for an instance.
    unsafe {
        called(|py| {
            let dict = Stored::new_unchecked(Borrowed::from_ptr(py, object)).dict()?;
            Ok(dict.into_ptr())
        })
    }
}

unsafe extern "C" fn set_dict(
    object: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
    _: *mut c_void,
) -> c_int {
    let set = |py: Python<'_>| {
        // SAFETY: Python calls it for an instance; the value is NULL or alive.
        let (stored, value) = unsafe {
            let stored = Stored::new_unchecked(Borrowed::from_ptr(py, object));
            (stored, Bound::from_borrowed_ptr_or_opt(py, value))
        };
        let value = value.ok_or_else(|| PyTypeError::new_err("cannot delete __dict__"))?;
        let dict = value.cast_into::<PyDict>().map_err(|error| {
            let name = error.into_inner().get_type().name();
            let name = name.map_or_else(|_| String::new(), |name| name.to_string());
            PyTypeError::new_err(format!(
                "__dict__ must be set to a dictionary, not a '{name}'"
            ))
        })?;
        stored.replace_dict(dict);
        Ok(0)
    };
    // SAFETY: Python calls it, attached.
    unsafe { called(set) }
}

unsafe extern "C" fn get_class(object: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: Python calls it, attached, for an instance.
    unsafe { called(|_| Ok(ffi::Py_NewRef(ffi::Py_TYPE(object).cast()))) }
}

/// `object` decides whether it may be of that class. That one may be there for this instance alone.
/// Where it lacks a name that the instance holds a value of, the values move to the `__dict__`: in an
/// instance only those are looked for that its class has.
unsafe extern "C" fn set_class(
    object: *mut ffi::PyObject,
    class: *mut ffi::PyObject,
    _: *mut c_void,
) -> c_int {
    let set = |py: Python<'_>| {
        let name = intern!(py, "__class__");
        // SAFETY: Python calls it for an instance; the class is NULL or alive.
        unsafe {
            let stored = Stored::new_unchecked(Borrowed::from_ptr(py, object));
            stored.track();
            let descriptor = lookup(&raw mut ffi::PyBaseObject_Type, name.as_ptr());
            let set = descriptor
                .as_ref()
                .and_then(|descriptor| (*descriptor.ob_type).tp_descr_set)
                .ok_or_else(|| missing(name))?;
            let answer = set_by(set, descriptor, object, class);
            if answer == 0
                && let Some(held) = stored.layout()
                && !layout_of(py, ffi::Py_TYPE(object))
                    .is_some_and(|its| its.get().has_all_of(held.get(), py))
            {
                stored.dict()?;
            }
            Ok(answer)
        }
    };
    // SAFETY: Python calls it, attached.
    unsafe { called(set) }
}
