//! Whole numbers.

use std::ffi::c_long;
use std::slice;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyInt;

/// How many bits of a number stand in one of CPython's digits.
const DIGIT: u32 = 30;

/// How many digits hold 128 bits.
const MOST_DIGITS: usize = 5;

/// A whole number, if it has no more than 64 bits.
#[inline]
pub(crate) fn whole_number(number: &Bound<'_, PyInt>) -> Option<i64> {
    let mut overflow = 0;
    // SAFETY: it is an int, so nothing is converted and no exception raised; too large a number is
    // told by `overflow`.
    let value = unsafe { ffi::PyLong_AsLongLongAndOverflow(number.as_ptr(), &raw mut overflow) };
    (overflow == 0).then_some(value)
}

/// An int. PyO3's own constructor panics where there is no memory.
#[inline]
pub(crate) fn make_int(py: Python<'_>, number: i64) -> PyResult<Bound<'_, PyAny>> {
    // SAFETY: an int, or NULL with an exception.
    unsafe {
        let made = match c_long::try_from(number) {
            Ok(number) => ffi::PyLong_FromLong(number),
            Err(_) => ffi::PyLong_FromLongLong(number),
        };
        Bound::from_owned_ptr_or_err(py, made)
    }
}

/// A float. PyO3's own constructor panics where there is no memory.
#[inline]
pub(crate) fn make_float(py: Python<'_>, number: f64) -> PyResult<Bound<'_, PyAny>> {
    // SAFETY: a new float, or NULL with an exception.
    unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyFloat_FromDouble(number)) }
}

/// Numbers of 128 bits, read from where CPython has their digits. Its own function for it takes each
/// digit apart byte by byte, for which it needs a twelfth of what all of a small document takes.
pub(super) struct WideNumbers(());

/// How an int begins: with how many digits it has, and then these, the least first.
#[repr(C)]
struct Digits {
    object: ffi::PyObject,
    size: usize,
    digits: [u32; 0],
}

impl WideNumbers {
    /// `None` if this Python keeps its numbers otherwise, as far as one can see.
    pub(super) fn find(py: Python<'_>) -> PyResult<Option<Self>> {
        let sys = py.import("sys")?;
        let name: String = sys.getattr("implementation")?.getattr("name")?.extract()?;
        let info = sys.getattr("int_info")?;
        let bits: u32 = info.getattr("bits_per_digit")?.extract()?;
        let size: usize = info.getattr("sizeof_digit")?.extract()?;
        let is_known = name == "cpython"
            && py.version_info() < (3, 16)
            && (bits, size) == (DIGIT, size_of::<u32>());
        if !is_known {
            return Ok(None);
        }
        let numbers = Self(());
        for number in [1 << 30, u128::from(u64::MAX), (1 << 120) - 1, u128::MAX] {
            if numbers.read(&number.into_pyobject(py)?) != Some(number) {
                return Ok(None);
            }
        }
        Ok(Some(numbers))
    }

    /// The number, if it is above 0 and has no more than 128 bits.
    #[inline]
    pub(super) fn read(&self, number: &Bound<'_, PyInt>) -> Option<u128> {
        let object = number.as_ptr().cast::<Digits>();
        // SAFETY: the number is alive, and of CPython before 3.16, since somebody had `find` make
        // this: so behind the object's head there is a word, and behind that its digits.
        let size = unsafe { (*object).size };
        // Since 3.12 the lower bits of that word are others, two of which tell the sign. Before, a
        // number below 0 has a size below 0.
        let count = if cfg!(Py_3_12) {
            (size & 3 == 0).then_some(size >> 3)?
        } else {
            size
        };
        if count > MOST_DIGITS {
            return None;
        }
        // SAFETY: it has so many digits.
        let digits = unsafe { slice::from_raw_parts((&raw const (*object).digits).cast(), count) };
        let fits = |digit: &u32| digit >> (u128::BITS - DIGIT * (MOST_DIGITS as u32 - 1)) == 0;
        if !digits.get(MOST_DIGITS - 1).is_none_or(fits) {
            return None;
        }
        let add = |number, digit: &u32| (number << DIGIT) | u128::from(*digit);
        Some(digits.iter().rev().fold(0, add))
    }
}
