//! `Storage`, the type that documents derive from, as CPython is told of it.

use std::ffi::{c_int, c_void};
use std::ptr::null_mut;

use pyo3::exceptions::{PyAttributeError, PyTypeError};
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString, PyTuple, PyType};

use super::allocation::allocate;
use super::calls::{release, set_as_objects_do, set_by};
use super::cycles::may_be_in_cycle;
use super::instance::{HEADER, HIDDEN_NONE, Instance, Rare, STORED_KEYS_NONE, Stored, missing};
use super::metaclass::layout_of;
use super::{descriptor, raised, specification};

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
    let attributes = [
        attribute(c"_id", get_slot, set_slot, ID),
        attribute(c"_is_persisted", get_slot, set_slot, IS_PERSISTED),
        attribute(c"_stored_keys", get_slot, set_slot, STORED_KEYS),
        attribute(c"_hidden", get_slot, set_slot, HIDDEN),
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

fn attribute(
    name: &'static std::ffi::CStr,
    get: ffi::getter,
    set: ffi::setter,
    which: usize,
) -> ffi::PyGetSetDef {
    ffi::PyGetSetDef {
        name: name.as_ptr(),
        get: Some(get),
        set: Some(set),
        doc: std::ptr::null(),
        closure: which as *mut c_void,
    }
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
#[pyo3(signature = (class, /, *_arguments, **_named))]
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

/// The memory that `object.__new__` asks for.
unsafe extern "C" fn allocate_unfilled(
    class: *mut ffi::PyTypeObject,
    _items: ffi::Py_ssize_t,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls it, attached, with a class that `allocate_by_layout` was given. The collector
    // knows what is made, since before 3.13 `object.__new__` gives it a `__dict__` at once.
    unsafe {
        let py = Python::assume_attached();
        raised(py, allocate(py, class, layout_of(py, class)), |made| {
            Stored::new_unchecked(made.as_borrowed()).track();
            made.into_ptr()
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
        if let Some(rare) = Rare::allocated((*instance).rare) {
            first[4] = (*rare.as_ptr()).stored_keys;
            first[5] = (*rare.as_ptr()).hidden;
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
            for place in 0..layout.len() {
                let held = *stored.at(layout, place);
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
    // SAFETY: Python calls it for an instance that it keeps alive meanwhile.
    unsafe { release_values(object) };
    0
}

/// Let go of all that an instance holds, but for its layout. Each thing is taken out before it is let
/// go of, since that may run Python code, which finds the instance whole.
///
/// # Safety
///
/// The object must be an instance whose memory stays meanwhile.
unsafe fn release_values(object: *mut ffi::PyObject) {
    // SAFETY: the caller's promise; `attached`, since objects are let go of by Python.
    unsafe {
        let py = Python::assume_attached();
        let instance = object.cast::<Instance>();
        for word in [
            &raw mut (*instance).dict,
            &raw mut (*instance).id,
            &raw mut (*instance).is_persisted,
        ] {
            release(word.replace(null_mut()));
        }
        let rare = std::ptr::replace(&raw mut (*instance).rare, null_mut());
        if let Some(rare) = Rare::allocated(rare) {
            let rare = *Box::from_raw(rare.as_ptr());
            release(rare.stored_keys);
            release(rare.hidden);
        }
        let stored = Stored::new_unchecked(Borrowed::from_ptr(py, object));
        if let Some(layout) = stored.layout() {
            let layout = layout.to_owned();
            for place in 0..layout.get().len() {
                // Python code that ran for the last one may have moved the rest.
                if (*instance).layout != layout.as_ptr() {
                    break;
                }
                release(stored.at(layout.get(), place).replace(null_mut()));
            }
        }
    }
}

unsafe extern "C" fn deallocate(object: *mut ffi::PyObject) {
    // SAFETY: Python calls it once, for an instance that nobody counts any more. It may be tracked
    // or not. A heap type is counted by its instances.
    unsafe {
        ffi::PyObject_GC_UnTrack(object.cast());
        let instance = object.cast::<Instance>();
        if !(*instance).weak_references.is_null() {
            ffi::PyObject_ClearWeakRefs(object);
        }
        release_values(object);
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

unsafe extern "C" {
    /// What a class has under a name, borrowed; NULL without an exception if nothing.
    fn _PyType_Lookup(
        class: *mut ffi::PyTypeObject,
        name: *mut ffi::PyObject,
    ) -> *mut ffi::PyObject;
}

/// # Safety
///
/// A live class.
#[inline]
pub(super) unsafe fn lookup(
    class: *mut ffi::PyTypeObject,
    name: &Bound<'_, PyString>,
) -> *mut ffi::PyObject {
    // SAFETY: the caller's promise.
    unsafe { _PyType_Lookup(class, name.as_ptr()) }
}

/// Decide by what function attributes of a class's instances are set: by ours, which sees what goes into
/// the `__dict__`, unless a class has a `__setattr__` or `__delattr__` of the program's. That one may
/// call `object.__setattr__`, which before Python 3.13 refuses objects for which there is any function in
/// C but its own. So the bases of such a class have that one from then on, and new instances of them all
/// are known to the collector from the beginning.
pub(crate) fn choose_setter(class: &Bound<'_, PyType>) {
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

/// Whether a class has no `__new__` but that of documents.
///
/// # Safety
///
/// A live class.
#[inline]
pub(super) unsafe fn makes_instances_itself(py: Python<'_>, class: *mut ffi::PyTypeObject) -> bool {
    // SAFETY: the caller's promise; what is found is only compared.
    let maker = unsafe { lookup(class, intern!(py, "__new__")) };
    MAKER.get(py).is_some_and(|own| own.as_ptr() == maker)
}

/// `document.name = value`, or with NULL `del document.name`.
unsafe extern "C" fn set_attribute(
    object: *mut ffi::PyObject,
    name: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
) -> c_int {
    // SAFETY: Python calls it, attached, for an instance. A descriptor is counted while it is called.
    unsafe {
        let py = Python::assume_attached();
        if ffi::PyUnicode_CheckExact(name) != 0 {
            let found = _PyType_Lookup(ffi::Py_TYPE(object), name);
            if !found.is_null()
                && let Some(set) = (*ffi::Py_TYPE(found)).tp_descr_set
            {
                if set as usize == descriptor::set as *const () as usize {
                    // It uses the descriptor no more once Python code may run.
                    return descriptor::set(found, object, value);
                }
                let descriptor = ffi::Py_NewRef(found);
                let result = set_by(set, descriptor, object, value);
                release(descriptor);
                return result;
            }
        }
        // It goes into the `__dict__`, where everything else has to be then.
        let stored = Stored::new_unchecked(Borrowed::from_ptr(py, object));
        if let Err(error) = stored.dict() {
            error.restore(py);
            return -1;
        }
        set_as_objects_do(object, name, value)
    }
}

const ID: usize = 0;
const IS_PERSISTED: usize = 1;
const STORED_KEYS: usize = 2;
const HIDDEN: usize = 3;
const SLOTS: [&str; 4] = ["_id", "_is_persisted", "_stored_keys", "_hidden"];

/// Which bit tells that one of the rare ones is `None`; 0 for others.
fn bit(which: usize) -> usize {
    match which {
        STORED_KEYS => STORED_KEYS_NONE,
        HIDDEN => HIDDEN_NONE,
        _ => 0,
    }
}

/// Where a slot is; NULL for one of the rare ones that is not allocated.
unsafe fn slot(object: *mut ffi::PyObject, which: usize) -> *mut *mut ffi::PyObject {
    // SAFETY: the caller has an instance.
    unsafe {
        let instance = object.cast::<Instance>();
        match (which, Rare::allocated((*instance).rare)) {
            (ID, _) => &raw mut (*instance).id,
            (IS_PERSISTED, _) => &raw mut (*instance).is_persisted,
            (STORED_KEYS, Some(rare)) => &raw mut (*rare.as_ptr()).stored_keys,
            (_, Some(rare)) => &raw mut (*rare.as_ptr()).hidden,
            (_, None) => null_mut(),
        }
    }
}

#[cold]
fn empty(py: Python<'_>, which: usize) {
    let name = SLOTS.get(which).copied().unwrap_or_default();
    PyAttributeError::new_err(name).restore(py);
}

unsafe extern "C" fn get_slot(
    object: *mut ffi::PyObject,
    which: *mut c_void,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls it, attached, for an instance, with what `attribute` was given.
    unsafe {
        let word = slot(object, which as usize);
        let value = if !word.is_null() {
            *word
        } else if (*object.cast::<Instance>()).rare.addr() & bit(which as usize) != 0 {
            ffi::Py_None()
        } else {
            null_mut()
        };
        if value.is_null() {
            empty(Python::assume_attached(), which as usize);
            return null_mut();
        }
        ffi::Py_NewRef(value)
    }
}

unsafe extern "C" fn set_slot(
    object: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
    which: *mut c_void,
) -> c_int {
    // SAFETY: as above; the value is NULL or alive. It is in place before the old one is let go of.
    unsafe {
        let py = Python::assume_attached();
        let which = which as usize;
        let instance = object.cast::<Instance>();
        let mut word = slot(object, which);
        if word.is_null() {
            let rare = (*instance).rare.addr();
            if value.is_null() || value == ffi::Py_None() {
                let rest = rare & !bit(which);
                if value.is_null() && rest == rare {
                    empty(py, which);
                    return -1;
                }
                let own = if value.is_null() { 0 } else { bit(which) };
                (*instance).rare = std::ptr::without_provenance_mut(rest | own);
                return 0;
            }
            let none_if = |bit| match rare & bit {
                0 => null_mut(),
                _ => ffi::Py_NewRef(ffi::Py_None()),
            };
            (*instance).rare = Box::into_raw(Box::new(Rare {
                stored_keys: none_if(STORED_KEYS_NONE),
                hidden: none_if(HIDDEN_NONE),
            }));
            word = slot(object, which);
        }
        if !value.is_null() && may_be_in_cycle(py, value) {
            Stored::new_unchecked(Borrowed::from_ptr(py, object)).track();
        }
        ffi::Py_XINCREF(value);
        let before = word.replace(value);
        release(before);
        if value.is_null() && before.is_null() {
            empty(py, which);
            return -1;
        }
        0
    }
}

unsafe extern "C" fn get_dict(object: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: Python calls it, attached, for an instance.
    unsafe {
        let py = Python::assume_attached();
        let stored = Stored::new_unchecked(Borrowed::from_ptr(py, object));
        raised(py, stored.dict(), |dict| dict.into_ptr())
    }
}

unsafe extern "C" fn get_class(object: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: Python calls it, attached, for an instance.
    unsafe { ffi::Py_NewRef(ffi::Py_TYPE(object).cast()) }
}

/// `object` decides whether it may be of that class. That one may be there for this instance alone.
unsafe extern "C" fn set_class(
    object: *mut ffi::PyObject,
    class: *mut ffi::PyObject,
    _: *mut c_void,
) -> c_int {
    // SAFETY: Python calls it, attached, for an instance; the class is NULL or alive.
    unsafe {
        let py = Python::assume_attached();
        Stored::new_unchecked(Borrowed::from_ptr(py, object)).track();
        let name = intern!(py, "__class__");
        let descriptor = lookup(&raw mut ffi::PyBaseObject_Type, name);
        let set = descriptor
            .as_ref()
            .and_then(|descriptor| (*descriptor.ob_type).tp_descr_set);
        match set {
            Some(set) => set_by(set, descriptor, object, class),
            None => {
                missing(name).restore(py);
                -1
            }
        }
    }
}

unsafe extern "C" fn set_dict(
    object: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
    _: *mut c_void,
) -> c_int {
    // SAFETY: Python calls it, attached, for an instance; the value is NULL or alive.
    unsafe {
        let py = Python::assume_attached();
        let Some(value) = Bound::from_borrowed_ptr_or_opt(py, value) else {
            PyTypeError::new_err("cannot delete __dict__").restore(py);
            return -1;
        };
        match value.cast_into::<PyDict>() {
            Ok(dict) => {
                Stored::new_unchecked(Borrowed::from_ptr(py, object)).replace_dict(dict);
                0
            }
            Err(error) => {
                let given = error.into_inner().get_type();
                let name = given
                    .name()
                    .map_or_else(|_| String::new(), |name| name.to_string());
                PyTypeError::new_err(format!(
                    "__dict__ must be set to a dictionary, not a '{name}'"
                ))
                .restore(py);
                -1
            }
        }
    }
}
