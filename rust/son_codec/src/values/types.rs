//! The Python types that values are told by, and the codec options that decide about them.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple, PyType, PyTzInfo};

use crate::errors::{Outcome, Stop};

/// PyMongo's numbers for the representation of UUIDs, and the subtype that the standard one has.
const STANDARD: i64 = 4;
pub(crate) const UUID_SUBTYPE: u8 = 4;

/// The classes of values that have no constructor in Python's C interface.
pub(crate) struct Types {
    pub(crate) object_id: Py<PyType>,
    pub(crate) uuid: Py<PyType>,
    pub(crate) int64: Py<PyType>,
    new_object_id: Py<PyAny>,
    new_uuid: Py<PyAny>,
    safe_unknown: Py<PyAny>,
    set_attribute: Py<PyAny>,
}

impl Types {
    pub(crate) fn new(py: Python<'_>) -> PyResult<Self> {
        let object_id: Bound<'_, PyType> = py
            .import("bson.objectid")?
            .getattr("ObjectId")?
            .cast_into()?;
        let uuid: Bound<'_, PyType> = py.import("uuid")?.getattr("UUID")?.cast_into()?;
        let object = py.import("builtins")?.getattr("object")?;
        Ok(Self {
            new_object_id: object_id.getattr("__new__")?.unbind(),
            new_uuid: uuid.getattr("__new__")?.unbind(),
            object_id: object_id.unbind(),
            uuid: uuid.unbind(),
            int64: py
                .import("bson.int64")?
                .getattr("Int64")?
                .cast_into()?
                .unbind(),
            safe_unknown: py
                .import("uuid")?
                .getattr("SafeUUID")?
                .getattr("unknown")?
                .unbind(),
            set_attribute: object.getattr("__setattr__")?.unbind(),
        })
    }

    pub(crate) fn is_object_id(&self, value: &Bound<'_, PyAny>) -> bool {
        value.get_type().is(&self.object_id)
    }

    pub(crate) fn is_uuid(&self, value: &Bound<'_, PyAny>) -> bool {
        value.get_type().is(&self.uuid)
    }

    /// The twelve bytes of an ObjectId.
    pub(crate) fn object_id_bytes(&self, value: &Bound<'_, PyAny>) -> Outcome<[u8; 12]> {
        let bytes = value.getattr(intern!(value.py(), "_ObjectId__id"))?;
        let bytes = bytes.cast::<PyBytes>().map_err(|_| Stop::AskPython)?;
        bytes.as_bytes().try_into().map_err(|_| Stop::AskPython)
    }

    /// An ObjectId, made without its constructor, which would parse what it is given.
    pub(crate) fn make_object_id<'py>(
        &self,
        py: Python<'py>,
        bytes: &[u8; 12],
    ) -> Outcome<Bound<'py, PyAny>> {
        let made = self.new_object_id.bind(py).call1((&self.object_id,))?;
        made.setattr(intern!(py, "_ObjectId__id"), PyBytes::new(py, bytes))?;
        Ok(made)
    }

    pub(crate) fn uuid_bytes(&self, value: &Bound<'_, PyAny>) -> Outcome<[u8; 16]> {
        let number: u128 = value.getattr(intern!(value.py(), "int"))?.extract()?;
        Ok(number.to_be_bytes())
    }

    /// A UUID, made without its constructor. It refuses attributes, `object` does not.
    pub(crate) fn make_uuid<'py>(
        &self,
        py: Python<'py>,
        bytes: [u8; 16],
    ) -> Outcome<Bound<'py, PyAny>> {
        let made = self.new_uuid.bind(py).call1((&self.uuid,))?;
        let set = self.set_attribute.bind(py);
        set.call1((&made, intern!(py, "int"), u128::from_be_bytes(bytes)))?;
        set.call1((&made, intern!(py, "is_safe"), &self.safe_unknown))?;
        Ok(made)
    }
}

/// What the codec options say about values.
pub(crate) struct Options {
    pub(crate) standard_uuids: bool,
    /// What aware datetimes are given: PyMongo's own UTC.
    pub(crate) utc: Option<Py<PyTzInfo>>,
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
            utc: if aware {
                Some(utc.cast_into()?.unbind())
            } else {
                None
            },
            python: options.clone().unbind(),
        }))
    }
}

/// `DatetimeConversion.DATETIME`: dates become datetimes, and those that cannot are errors.
const DATETIME: i64 = 1;
