//! One interpreter of a process has the extension: it keeps objects of that one. PyO3 would let
//! another in, and they would share what belongs to the first.

use std::sync::atomic::{AtomicI64, Ordering};

use pyo3::exceptions::PyImportError;
use pyo3::ffi;
use pyo3::prelude::*;

const NOBODY: i64 = -1;

/// Take the extension for the interpreter that imports it.
pub(crate) fn claim(py: Python<'_>) -> PyResult<()> {
    static OWNER: AtomicI64 = AtomicI64::new(NOBODY);
    // SAFETY: the thread is attached, so it has an interpreter, which has a number.
    let this = unsafe { ffi::PyInterpreterState_GetID(ffi::PyInterpreterState_Get()) };
    if this < 0 {
        return Err(PyErr::fetch(py));
    }
    match OWNER.compare_exchange(NOBODY, this, Ordering::SeqCst, Ordering::SeqCst) {
        Err(owner) if owner != this => Err(PyImportError::new_err(
            "it serves one interpreter of a process, and another one has it",
        )),
        _ => Ok(()),
    }
}
