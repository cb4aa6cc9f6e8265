//! What instances hold that is no value.

use std::ffi::{c_int, c_void};
use std::ptr::null_mut;

use pyo3::exceptions::PyAttributeError;
use pyo3::ffi;
use pyo3::prelude::*;

use super::attribute;
use super::calls::release;
use super::cycles::may_be_in_cycle;
use super::instance::{HIDDEN_NONE, Instance, STORED_KEYS_NONE, Stored, Uncommon};
use super::trampoline::called;

const ID: usize = 0;
const IS_PERSISTED: usize = 1;
const STORED_KEYS: usize = 2;
const HIDDEN: usize = 3;
const NAMES: [&str; 4] = ["_id", "_is_persisted", "_stored_keys", "_hidden"];

/// The attributes of the base type by which these are had.
pub(super) fn attributes() -> [ffi::PyGetSetDef; 4] {
    [
        attribute(c"_id", get_slot, set_slot, ID),
        attribute(c"_is_persisted", get_slot, set_slot, IS_PERSISTED),
        attribute(c"_stored_keys", get_slot, set_slot, STORED_KEYS),
        attribute(c"_hidden", get_slot, set_slot, HIDDEN),
    ]
}

/// Which bit tells that one of the uncommon ones is `None`; 0 for others.
fn bit(which: usize) -> usize {
    match which {
        STORED_KEYS => STORED_KEYS_NONE,
        HIDDEN => HIDDEN_NONE,
        _ => 0,
    }
}

/// Where a slot is; NULL for one of the uncommon ones that is not allocated.
unsafe fn slot(object: *mut ffi::PyObject, which: usize) -> *mut *mut ffi::PyObject {
    // SAFETY: the caller has an instance.
    unsafe {
        let instance = object.cast::<Instance>();
        match (which, Uncommon::allocated((*instance).uncommon)) {
            (ID, _) => &raw mut (*instance).id,
            (IS_PERSISTED, _) => &raw mut (*instance).is_persisted,
            (STORED_KEYS, Some(uncommon)) => &raw mut (*uncommon.as_ptr()).stored_keys,
            (_, Some(uncommon)) => &raw mut (*uncommon.as_ptr()).hidden,
            (_, None) => null_mut(),
        }
    }
}

#[cold]
fn empty(which: usize) -> PyErr {
    PyAttributeError::new_err(NAMES.get(which).copied().unwrap_or_default())
}

unsafe extern "C" fn get_slot(
    object: *mut ffi::PyObject,
    which: *mut c_void,
) -> *mut ffi::PyObject {
    let get = |_: Python<'_>| {
        let which = which as usize;
        // SAFETY: Python calls it for an instance, with what `attribute` was given. The value is counted at
        // once.
        unsafe {
            let word = slot(object, which);
            let value = if !word.is_null() {
                *word
            } else if (*object.cast::<Instance>()).uncommon.addr() & bit(which) != 0 {
                ffi::Py_None()
            } else {
                null_mut()
            };
            if value.is_null() {
                return Err(empty(which));
            }
            Ok(ffi::Py_NewRef(value))
        }
    };
    // SAFETY: Python calls it, attached.
    unsafe { called(get) }
}

unsafe extern "C" fn set_slot(
    object: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
    which: *mut c_void,
) -> c_int {
    let set = |py: Python<'_>| {
        let which = which as usize;
        // SAFETY: as above; the value is NULL or alive. It is in place before the old one is let go of.
        unsafe {
            let instance = object.cast::<Instance>();
            let mut word = slot(object, which);
            if word.is_null() {
                let uncommon = (*instance).uncommon.addr();
                if value.is_null() || value == ffi::Py_None() {
                    let rest = uncommon & !bit(which);
                    if value.is_null() && rest == uncommon {
                        return Err(empty(which));
                    }
                    let own = if value.is_null() { 0 } else { bit(which) };
                    (*instance).uncommon = std::ptr::without_provenance_mut(rest | own);
                    return Ok(0);
                }
                let none_if = |bit| match uncommon & bit {
                    0 => null_mut(),
                    _ => ffi::Py_NewRef(ffi::Py_None()),
                };
                (*instance).uncommon = Box::into_raw(Box::new(Uncommon {
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
                return Err(empty(which));
            }
            Ok(0)
        }
    };
    // SAFETY: Python calls it, attached.
    unsafe { called(set) }
}
