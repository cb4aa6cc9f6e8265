//! What the codec options say about values.

use pyo3::prelude::*;
use pyo3::types::PyTzInfo;

/// PyMongo's number for the standard representation of UUIDs.
const STANDARD: i64 = 4;

pub(crate) struct Options {
    pub(crate) standard_uuids: bool,
    /// What aware datetimes are given: PyMongo's own UTC.
    pub(crate) zone: Option<Py<PyTzInfo>>,
    /// The options themselves, for what is left to PyMongo.
    pub(crate) python: Py<PyAny>,
}

impl Options {
    /// Of options that the native side serves (`options_obstacle` in `codec/routes.py`).
    pub(crate) fn read(options: &Bound<'_, PyAny>) -> PyResult<Self> {
        let utc = options.py().import("bson.tz_util")?.getattr("utc")?;
        let aware: bool = options.getattr("tz_aware")?.extract()?;
        let representation: i64 = options.getattr("uuid_representation")?.extract()?;
        Ok(Self {
            standard_uuids: representation == STANDARD,
            zone: if aware {
                Some(utc.cast_into()?.unbind())
            } else {
                None
            },
            python: options.clone().unbind(),
        })
    }
}
