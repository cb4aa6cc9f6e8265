//! PyMongo's ObjectId, read and made without its constructor, which would parse what it is given.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyType};

use super::Value;
use super::bytes::make_bytes;
use super::instance::Blank;
use super::slot::Slot;

/// The class of ids.
pub(crate) struct ObjectIds {
    blank: Blank,
    bytes: Slot,
}

impl ObjectIds {
    /// `None` if this PyMongo makes its ids otherwise.
    pub(crate) fn find(py: Python<'_>) -> PyResult<Option<Self>> {
        let class = py
            .import("bson.objectid")?
            .getattr("ObjectId")?
            .cast_into::<PyType>()?;
        let blank = Blank::of(&class);
        let bytes = Slot::find(&class, "_ObjectId__id")?;
        Ok(blank.zip(bytes).map(|(blank, bytes)| Self { blank, bytes }))
    }

    #[inline]
    pub(crate) fn is_type_of(&self, value: Value<'_, '_>) -> bool {
        self.blank.is_type_of(value)
    }

    /// The twelve bytes of an id; `None` for any other value.
    #[inline]
    pub(crate) fn bytes(&self, value: Value<'_, '_>) -> Option<[u8; 12]> {
        if !self.is_type_of(value) {
            return None;
        }
        // SAFETY: it is an instance of the class that has the slot.
        let bytes = unsafe { self.bytes.get(value) }?;
        let bytes = bytes.cast_exact::<PyBytes>().ok()?;
        bytes.as_bytes().try_into().ok()
    }

    #[inline]
    pub(crate) fn make<'py>(
        &self,
        py: Python<'py>,
        bytes: [u8; 12],
    ) -> PyResult<Bound<'py, PyAny>> {
        let bytes = make_bytes(py, &bytes)?;
        let new = self.blank.make(py)?;
        // SAFETY: the slot is one of the class, filled once.
        unsafe { new.fill(self.bytes, bytes.into_any()) };
        Ok(new.untracked()) // it holds bytes and nothing else
    }
}
