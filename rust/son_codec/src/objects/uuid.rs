//! UUIDs, read and made without their constructor.

use pyo3::prelude::*;
use pyo3::types::{PyInt, PyType};

use super::Value;
use super::instance::Blank;
use super::number::WideNumbers;
use super::slot::Slot;

/// The class of UUIDs.
pub(crate) struct Uuids {
    blank: Blank,
    number: Slot,
    numbers: Option<WideNumbers>,
    is_safe: Slot,
    unknown_safety: Py<PyAny>,
}

impl Uuids {
    /// `None` if this Python makes them otherwise.
    pub(crate) fn find(py: Python<'_>) -> PyResult<Option<Self>> {
        let module = py.import("uuid")?;
        let class = module.getattr("UUID")?.cast_into::<PyType>()?;
        let found = (
            Blank::of(&class),
            Slot::find(&class, "int")?,
            Slot::find(&class, "is_safe")?,
        );
        let (Some(blank), Some(number), Some(is_safe)) = found else {
            return Ok(None);
        };
        let unknown_safety = module.getattr("SafeUUID")?.getattr("unknown")?.unbind();
        Ok(Some(Self {
            blank,
            number,
            numbers: WideNumbers::find(py)?,
            is_safe,
            unknown_safety,
        }))
    }

    #[inline]
    pub(crate) fn is_type_of(&self, value: Value<'_, '_>) -> bool {
        self.blank.is_type_of(value)
    }

    /// The sixteen bytes of a UUID; `None` for any other value.
    #[inline]
    pub(crate) fn bytes(&self, value: Value<'_, '_>) -> Option<[u8; 16]> {
        if !self.is_type_of(value) {
            return None;
        }
        // SAFETY: it is an instance of the class that has the slot.
        let number = unsafe { self.number.get(value) }?;
        let number = number.cast_exact::<PyInt>().ok()?;
        let read = self.numbers.as_ref().and_then(|it| it.read(number));
        let number: u128 = read.or_else(|| number.extract().ok())?;
        Some(number.to_be_bytes())
    }

    #[inline]
    pub(crate) fn make<'py>(
        &self,
        py: Python<'py>,
        bytes: [u8; 16],
    ) -> PyResult<Bound<'py, PyAny>> {
        let number = u128::from_be_bytes(bytes).into_pyobject(py)?;
        let new = self.blank.make(py)?;
        // SAFETY: the slots are of the class, each filled once.
        unsafe {
            new.fill(self.number, number.into_any());
            new.fill(self.is_safe, self.unknown_safety.bind(py).clone());
        }
        Ok(new.untracked()) // it holds a number and a member of an enum, which holds no UUID
    }
}
