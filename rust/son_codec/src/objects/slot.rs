//! A slot of a Python class (`__slots__`), read and written where it lies.
//!
//! Going through the attribute instead costs a look-up in the class for each access, which is most
//! of what making an instance costs.

use std::ptr::NonNull;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};

use super::Value;

/// Where the slot of a class lies in its instances, and in those of its subclasses.
#[derive(Clone, Copy)]
pub(super) struct Slot {
    offset: usize,
}

impl Slot {
    /// The slot that a class's own body declares. `None` if it declares none of that name, or what
    /// it has there is no slot as this Python makes them: then nothing may be assumed about it.
    pub(super) fn find(class: &Bound<'_, PyType>, name: &str) -> PyResult<Option<Self>> {
        let namespace = class.getattr("__dict__")?;
        let namespace = class
            .py()
            .get_type::<PyDict>()
            .call1((namespace,))?
            .cast_into::<PyDict>()?;
        let Some(descriptor) = namespace.get_item(name)? else {
            return Ok(None);
        };
        if descriptor.get_type().as_type_ptr() != &raw mut ffi::PyMemberDescr_Type {
            return Ok(None);
        }
        // SAFETY: an object of exactly this type begins with this structure, whose member
        // definition lives as long as the class.
        let (owner, member) = unsafe {
            let descriptor = &*descriptor.as_ptr().cast::<ffi::PyMemberDescrObject>();
            (descriptor.d_common.d_type, &*descriptor.d_member)
        };
        // A slot of another class would lie elsewhere.
        let is_usual = owner == class.as_type_ptr()
            && member.type_code == ffi::Py_T_OBJECT_EX
            && member.flags == 0;
        let offset = usize::try_from(member.offset).ok();
        Ok(offset.filter(|_| is_usual).map(|offset| Self { offset }))
    }

    /// What is in the slot, if anything.
    ///
    /// # Safety
    ///
    /// The instance must be one of the class that has the slot.
    #[inline]
    pub(super) unsafe fn get<'py>(self, instance: Value<'_, 'py>) -> Option<Bound<'py, PyAny>> {
        // SAFETY: the caller's promise; the pointer there is NULL or a counted object.
        unsafe {
            let stored = *self.address(instance.as_ptr());
            Bound::from_borrowed_ptr_or_opt(instance.py(), stored)
        }
    }

    /// Put a value into the slot of an instance that was just made, where nothing is.
    ///
    /// # Safety
    ///
    /// The instance must be one of the class that has the slot, nothing else may know it yet, and
    /// the slot must be empty.
    #[inline]
    pub(super) unsafe fn fill(self, instance: NonNull<ffi::PyObject>, value: Bound<'_, PyAny>) {
        // SAFETY: the caller's promise; the count of `value` goes to the slot.
        unsafe { *self.address(instance.as_ptr()) = value.into_ptr() };
    }

    #[inline]
    fn address(self, instance: *mut ffi::PyObject) -> *mut *mut ffi::PyObject {
        instance.wrapping_byte_add(self.offset).cast()
    }
}
