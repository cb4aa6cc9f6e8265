//! What stands between Python and the functions in C that the types here are made of: a panic becomes
//! an exception, as it does in the functions that PyO3 makes. Without that it would end the process.
//!
//! All of them begin here, but for those that the collector looks through objects by (`traverse`): they
//! only read, and it takes no exception from them.

use std::any::Any;
use std::ffi::c_int;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;

use pyo3::ffi;
use pyo3::panic::PanicException;
use pyo3::prelude::*;

/// What a function in C returns.
pub(super) trait Returned {
    /// Tells that an exception was raised.
    const ERROR: Self;
}

impl Returned for *mut ffi::PyObject {
    const ERROR: Self = null_mut();
}

impl Returned for c_int {
    const ERROR: Self = -1;
}

/// Do what a function does that Python calls. What it returns goes to Python, also where that says
/// that an exception is set already.
///
/// # Safety
///
/// The thread must be attached, as it is where Python calls.
#[inline(always)]
pub(super) unsafe fn called<T: Returned>(body: impl FnOnce(Python<'_>) -> PyResult<T>) -> T {
    // SAFETY: the caller's promise.
    let py = unsafe { Python::assume_attached() };
    // Whatever a panic leaves undone is Python's own state, which is whole between any two steps.
    match catch_unwind(AssertUnwindSafe(|| body(py))) {
        Ok(Ok(returned)) => returned,
        Ok(Err(error)) => raised(py, error),
        Err(panic) => raised(py, exception_of(panic)),
    }
}

/// The same for a function that can raise nothing: what it would raise is only reported.
///
/// # Safety
///
/// As for `called`.
#[inline(always)]
pub(super) unsafe fn called_silently(body: impl FnOnce(Python<'_>)) {
    // SAFETY: the caller's promise.
    let py = unsafe { Python::assume_attached() };
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| body(py))) {
        report(py, panic);
    }
}

#[cold]
fn raised<T: Returned>(py: Python<'_>, error: PyErr) -> T {
    error.restore(py);
    T::ERROR
}

#[cold]
fn report(py: Python<'_>, panic: Box<dyn Any + Send>) {
    exception_of(panic).write_unraisable(py, None);
}

/// The exception that PyO3 raises for a panic.
#[cold]
fn exception_of(panic: Box<dyn Any + Send>) -> PyErr {
    let message = match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(panic) => match panic.downcast_ref::<&str>() {
            Some(message) => (*message).to_owned(),
            None => "panic from Rust code".to_owned(),
        },
    };
    PanicException::new_err(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_raised() {
        Python::attach(|py| {
            // SAFETY: the thread is attached.
            let returned: c_int = unsafe { called(|_| panic!("in a test")) };
            assert_eq!(returned, -1);
            let class = py.get_type::<PanicException>();
            // SAFETY: as above.
            unsafe {
                assert_ne!(ffi::PyErr_ExceptionMatches(class.as_ptr()), 0);
                ffi::PyErr_Clear();
            }
        });
    }
}
