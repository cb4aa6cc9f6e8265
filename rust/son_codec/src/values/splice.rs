//! What nobody planned for goes through PyMongo, and its bytes are spliced in.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};

use super::Options;
use crate::bson::{Element, Key, Reader, Writer};
use crate::errors::{Outcome, Stop};
use crate::objects::Value;

/// Write an element with PyMongo's `bson.encode`.
pub(super) fn write(
    key: &Key,
    value: Value<'_, '_>,
    out: &mut Writer,
    options: &Options,
) -> Outcome<()> {
    let py = value.py();
    let document = PyDict::new(py);
    document.set_item(intern!(py, "v"), value)?;
    let named = PyDict::new(py);
    named.set_item(intern!(py, "codec_options"), &options.python)?;
    let bson = py.import(intern!(py, "bson"))?;
    let encoded = bson
        .getattr(intern!(py, "encode"))?
        .call((document,), Some(&named))?;
    let encoded = encoded.cast::<PyBytes>().map_err(|_| Stop::AskPython)?;
    let mut elements = Reader::new(encoded.as_bytes())?;
    let element = elements.next_element()?.ok_or(Stop::AskPython)?;
    out.key(element.kind, key);
    out.element(element.value);
    Ok(())
}

/// Read an element with PyMongo's `bson.decode`.
pub(super) fn read<'py>(
    py: Python<'py>,
    element: &Element<'_>,
    options: &Options,
) -> Outcome<Bound<'py, PyAny>> {
    let mut document = Writer::default();
    let start = document.begin();
    document.raw(element.kind, element.key, element.value);
    document.end(start)?;
    let bson = py.import(intern!(py, "bson"))?;
    let decode = bson.getattr(intern!(py, "decode"))?;
    let decoded = decode.call1((PyBytes::new(py, document.bytes()), &options.python))?;
    Ok(decoded.get_item(PyString::from_bytes(py, element.key)?)?)
}
