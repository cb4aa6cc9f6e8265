//! Where documents keep their values when Rust keeps them: one object for each, with the values behind
//! its header. Its Python twin is `storage/base.py`.
//!
//! The types are made by CPython's own calls, since PyO3 makes none whose instances differ in size or
//! are unknown to the collector. What is `unsafe` here rests on three things: an instance says itself,
//! by the layout it was made with, where its values are; whatever is taken out is counted before, and
//! put in place before, anything else can happen; and no class but those that derive from `Storage` has
//! its functions.

mod allocation;
mod base_type;
mod calling;
mod calls;
mod construction;
mod cycles;
mod descriptor;
mod filling;
mod functions;
mod initialization;
mod instance;
mod layout;
mod lookup;
mod metaclass;
mod origins;
mod setters;
mod slots;
mod state;
mod trampoline;

use std::ffi::{CStr, c_int, c_uint, c_void};

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyType;

pub(crate) use base_type::stored;
pub(crate) use construction::{forget_constructions, set_construction, set_lasting};
pub(crate) use filling::Filling;
pub(crate) use functions::{others, take_values, value, values_of};
pub(crate) use initialization::initializer;
pub(crate) use instance::Stored;
pub(crate) use layout::Layout;
pub(crate) use metaclass::{inline_layout, set_layout, setter_changed, watch_new_attributes};
pub(crate) use origins::{classes_of, origins_of, set_origins};

/// Give the module the types.
pub(crate) fn add_types(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    cycles::prepare(py)?;
    base_type::add_maker(module)?;
    module.add("Storage", base_type::storage_type(py)?)?;
    module.add("StorageMeta", metaclass::storage_metaclass(py)?)?;
    module.add("FieldDescriptor", descriptor::descriptor_type(py)?)
}

/// Make a heap type that the collector knows.
fn specification(
    py: Python<'_>,
    name: &'static CStr,
    size: usize,
    flags: std::ffi::c_ulong,
    slots: &[(c_int, *mut c_void)],
    base: Option<&Bound<'_, PyType>>,
) -> PyResult<Py<PyType>> {
    let mut slots: Vec<ffi::PyType_Slot> = slots
        .iter()
        .map(|&(slot, pfunc)| ffi::PyType_Slot { slot, pfunc })
        .collect();
    slots.push(ffi::PyType_Slot::default());
    let mut specification = ffi::PyType_Spec {
        name: name.as_ptr(),
        basicsize: size as c_int,
        itemsize: 0,
        flags: (ffi::Py_TPFLAGS_DEFAULT | ffi::Py_TPFLAGS_HAVE_GC | flags) as c_uint,
        slots: slots.as_mut_ptr(),
    };
    let base = base.map_or(std::ptr::null_mut(), |base| base.as_ptr());
    // SAFETY: the description is whole, and Python copies what it keeps of it but for the lists that its
    // slots point to, which live as long as the process. It gives a new type or NULL with an exception.
    unsafe {
        let made = ffi::PyType_FromSpecWithBases(&raw mut specification, base);
        Ok(Bound::from_owned_ptr_or_err(py, made)?
            .cast_into::<PyType>()?
            .unbind())
    }
}

/// An attribute that is had and set by functions, which are told which one it is.
fn attribute(
    name: &'static CStr,
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
