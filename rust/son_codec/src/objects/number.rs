//! Whole numbers.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyInt;

/// A whole number, if it has no more than 64 bits.
#[inline]
pub(crate) fn whole_number(number: &Bound<'_, PyInt>) -> Option<i64> {
    let mut overflow = 0;
    // SAFETY: it is an int, so nothing is converted and no exception raised; too large a number is
    // told by `overflow`.
    let value = unsafe { ffi::PyLong_AsLongLongAndOverflow(number.as_ptr(), &raw mut overflow) };
    (overflow == 0).then_some(value)
}
