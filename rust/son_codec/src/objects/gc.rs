//! Python's cyclic garbage collector.

use std::marker::PhantomData;

use pyo3::PyClass;
use pyo3::ffi;
use pyo3::prelude::*;

/// The collector, paused: it would go through the documents of a batch again and again while they
/// are made. It goes on when this is dropped, whatever happened.
pub(crate) struct PausedCollector<'py> {
    was_enabled: bool,
    /// It is dropped while the thread is attached.
    attached: PhantomData<Python<'py>>,
}

impl<'py> PausedCollector<'py> {
    pub(crate) fn new(_: Python<'py>) -> Self {
        // SAFETY: the thread is attached, which is all that the call asks for.
        let was_enabled = unsafe { ffi::PyGC_Disable() } != 0;
        Self {
            was_enabled,
            attached: PhantomData,
        }
    }
}

impl Drop for PausedCollector<'_> {
    fn drop(&mut self) {
        if self.was_enabled {
            // SAFETY: as above; the lifetime keeps this within the attachment.
            unsafe { ffi::PyGC_Enable() };
        }
    }
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
