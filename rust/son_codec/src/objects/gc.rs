//! Python's cyclic garbage collector.

use std::marker::PhantomData;

use pyo3::PyClass;
use pyo3::ffi;
use pyo3::prelude::*;

/// The collector, paused: it would go through the documents of a batch again and again while they
/// are made. It goes on when this is dropped, whatever happened.
///
/// Since Python 3.12 it runs between steps of Python code only, so there is nothing to pause.
pub(crate) struct PausedCollector<'py> {
    #[cfg(not(Py_3_12))]
    was_enabled: bool,
    /// It is dropped while the thread is attached.
    attached: PhantomData<Python<'py>>,
}

/// Whether the collector waits for a call to end.
#[cfg(not(Py_3_12))]
static IS_PAUSED: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

#[cfg(not(Py_3_12))]
impl<'py> PausedCollector<'py> {
    /// Pause it, unless a user's methods run meanwhile, which may want to switch it themselves.
    pub(crate) fn new(_: Python<'py>, users_methods_run: bool) -> Self {
        // SAFETY: the thread is attached, which is all that the call asks for.
        let was_enabled = !users_methods_run && unsafe { ffi::PyGC_Disable() } != 0;
        if was_enabled {
            IS_PAUSED.store(true, std::sync::atomic::Ordering::Relaxed);
        }
        Self {
            was_enabled,
            attached: PhantomData,
        }
    }
}

#[cfg(not(Py_3_12))]
impl Drop for PausedCollector<'_> {
    fn drop(&mut self) {
        if self.was_enabled {
            // The lifetime keeps this within the attachment.
            resume();
        }
    }
}

#[cfg(not(Py_3_12))]
fn resume() {
    if IS_PAUSED.swap(false, std::sync::atomic::Ordering::Relaxed) {
        // SAFETY: the callers are attached, which is all that the call asks for.
        unsafe { ffi::PyGC_Enable() };
    }
}

#[cfg(Py_3_12)]
impl<'py> PausedCollector<'py> {
    pub(crate) fn new(_: Python<'py>, _users_methods_run: bool) -> Self {
        Self {
            attached: PhantomData,
        }
    }
}

/// Let the collector go on in a process that was forked while it was paused.
pub(crate) fn resume_collector(_: Python<'_>) {
    #[cfg(not(Py_3_12))]
    resume();
}

/// An object of a class of this crate that the collector is not to look at: its class says nothing of
/// what it holds, so that looking at it would find nothing, and there are very many.
#[inline]
pub(crate) fn untracked<T: PyClass>(object: Bound<'_, T>) -> Bound<'_, T> {
    // SAFETY: classes that PyO3 makes are collected, which is asked all the same. Its objects may be
    // let go of whether they are tracked or not.
    unsafe {
        if ffi::PyObject_IS_GC(object.as_ptr()) != 0 {
            ffi::PyObject_GC_UnTrack(object.as_ptr().cast());
        }
    }
    object
}
