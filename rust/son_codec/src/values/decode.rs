//! A BSON element to a Python value, as PyMongo would make it.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString};

use super::types::UUID_SUBTYPE;
use super::{DEEPEST, Options, Types, datetime_from_millis, splice};
use crate::bson::{Element, kind};
use crate::errors::{Outcome, Stop};

/// Read any value.
pub(crate) fn decode<'py>(
    py: Python<'py>,
    element: &Element<'_>,
    types: &Types,
    options: &Options,
    depth: usize,
) -> Outcome<Bound<'py, PyAny>> {
    if depth > DEEPEST {
        return Err(Stop::AskPython);
    }
    Ok(match element.kind {
        kind::STRING => PyString::from_bytes(py, element.as_text()?)?.into_any(),
        kind::INT32 => PyInt::new(py, element.as_i32()?).into_any(),
        kind::INT64 => types.int64.bind(py).call1((element.as_i64()?,))?,
        kind::DOUBLE => PyFloat::new(py, element.as_f64()?).into_any(),
        kind::BOOLEAN => PyBool::new(py, element.as_bool()?).to_owned().into_any(),
        kind::NULL => py.None().into_bound(py),
        kind::DATE => datetime_from_millis(py, element.as_i64()?, options)?,
        kind::OBJECT_ID => types.make_object_id(py, &element.as_object_id()?)?,
        kind::ARRAY => {
            let list = PyList::empty(py);
            let mut items = element.as_document()?;
            while let Some(item) = items.next_element()? {
                list.append(decode(py, &item, types, options, depth + 1)?)?;
            }
            list.into_any()
        }
        kind::DOCUMENT => {
            let dict = PyDict::new(py);
            let mut entries = element.as_document()?;
            while let Some(entry) = entries.next_element()? {
                // It may be a reference of the old kind, which PyMongo has a class for.
                if entry.key.first() == Some(&b'$') {
                    return splice::read(py, element, options);
                }
                let value = decode(py, &entry, types, options, depth + 1)?;
                dict.set_item(PyString::from_bytes(py, entry.key)?, value)?;
            }
            dict.into_any()
        }
        kind::BINARY => match element.as_binary()? {
            (0, bytes) => PyBytes::new(py, bytes).into_any(),
            (UUID_SUBTYPE, bytes) if options.standard_uuids => {
                types.make_uuid(py, bytes.try_into().map_err(|_| Stop::AskPython)?)?
            }
            _ => splice::read(py, element, options)?,
        },
        _ => splice::read(py, element, options)?,
    })
}
