//! Values that are counted until a document is done.

use std::cell::Cell;

use pyo3::prelude::*;

use super::Value;

/// Values that Python code was called with, and may have taken from what held them.
#[derive(Default)]
pub(crate) struct Kept {
    values: Cell<Vec<Py<PyAny>>>,
}

impl Kept {
    /// Keep a value: what is borrowed of it stays good until `release`.
    pub(crate) fn add(&self, value: Value<'_, '_>) {
        let mut values = self.values.take();
        values.push(value.to_owned().unbind());
        self.values.set(values);
    }

    /// Let go of all; nothing borrowed may be in use.
    #[inline]
    pub(crate) fn release(&self) {
        // Not within the cell: the end of a value may run Python code.
        drop(self.values.take());
    }
}
