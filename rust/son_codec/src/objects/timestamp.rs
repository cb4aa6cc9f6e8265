//! PyMongo's Timestamp, made without its constructor, which would check what it is given.

use pyo3::prelude::*;
use pyo3::types::PyType;

use super::instance::Blank;
use super::number::make_int;
use super::slot::Slot;

/// The class of the server's own dates.
pub(crate) struct Timestamps {
    blank: Blank,
    seconds: Slot,
    counter: Slot,
}

impl Timestamps {
    /// `None` if this PyMongo makes them otherwise.
    pub(crate) fn find(py: Python<'_>) -> PyResult<Option<Self>> {
        let class = py
            .import("bson.timestamp")?
            .getattr("Timestamp")?
            .cast_into::<PyType>()?;
        let found = (
            Blank::of(&class),
            Slot::find(&class, "_Timestamp__time")?,
            Slot::find(&class, "_Timestamp__inc")?,
        );
        let (Some(blank), Some(seconds), Some(counter)) = found else {
            return Ok(None);
        };
        Ok(Some(Self {
            blank,
            seconds,
            counter,
        }))
    }

    #[inline]
    pub(crate) fn make<'py>(
        &self,
        py: Python<'py>,
        seconds: u32,
        counter: u32,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (seconds, counter) = (make_int(py, seconds.into())?, make_int(py, counter.into())?);
        let new = self.blank.make(py)?;
        // SAFETY: the slots are of the class, each filled once.
        unsafe {
            new.fill(self.seconds, seconds);
            new.fill(self.counter, counter);
        }
        Ok(new.untracked()) // it holds two numbers
    }
}
