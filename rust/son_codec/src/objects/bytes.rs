//! Bytes.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// A bytes object. PyO3's own constructor panics where there is no memory, or fills it twice.
#[inline]
pub(crate) fn make_bytes<'py>(py: Python<'py>, bytes: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    // SAFETY: so many bytes are copied from where they stand; what comes is a new bytes object, or
    // NULL with an exception.
    unsafe {
        let length = bytes.len() as ffi::Py_ssize_t;
        let made = ffi::PyBytes_FromStringAndSize(bytes.as_ptr().cast(), length);
        Ok(Bound::from_owned_ptr_or_err(py, made)?.cast_into_unchecked())
    }
}
