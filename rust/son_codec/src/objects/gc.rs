//! Python's cyclic garbage collector.

use std::marker::PhantomData;

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
