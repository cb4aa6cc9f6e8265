//! What the codec options say about values.

use pyo3::prelude::*;
use pyo3::types::{PyTuple, PyTzInfo};

/// PyMongo's number for the standard representation of UUIDs.
const STANDARD: i64 = 4;

/// `DatetimeConversion.DATETIME`: dates become datetimes, and those that cannot are errors.
const DATETIME: i64 = 1;

pub(crate) struct Options {
    pub(crate) standard_uuids: bool,
    /// What aware datetimes are given: PyMongo's own UTC.
    pub(crate) zone: Option<Py<PyTzInfo>>,
    /// The options themselves, for what is left to PyMongo.
    pub(crate) python: Py<PyAny>,
}

impl Options {
    /// `None` for options that are not served here.
    pub(crate) fn read(options: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        let py = options.py();
        let dict = py.import("builtins")?.getattr("dict")?;
        let handler = options.getattr("unicode_decode_error_handler")?;
        let strict = handler.is_none() || handler.eq("strict")?;
        let plain_dates: i64 = options.getattr("datetime_conversion")?.extract()?;
        let registry = options.getattr("type_registry")?;
        let codecs: Bound<'_, PyTuple> = registry
            .getattr("codecs")?
            .call_method0("__iter__")
            .and_then(|codecs| py.import("builtins")?.getattr("tuple")?.call1((codecs,)))?
            .cast_into()?;
        let served = options.getattr("document_class")?.is(&dict)
            && strict
            && plain_dates == DATETIME
            && codecs.is_empty()
            && registry.getattr("fallback_encoder")?.is_none();
        let aware: bool = options.getattr("tz_aware")?.extract()?;
        let zone = options.getattr("tzinfo")?;
        let utc = py.import("bson.tz_util")?.getattr("utc")?;
        if !served || !(zone.is_none() || zone.is(&utc)) {
            return Ok(None);
        }
        let representation: i64 = options.getattr("uuid_representation")?.extract()?;
        Ok(Some(Self {
            standard_uuids: representation == STANDARD,
            zone: if aware {
                Some(utc.cast_into()?.unbind())
            } else {
                None
            },
            python: options.clone().unbind(),
        }))
    }
}
