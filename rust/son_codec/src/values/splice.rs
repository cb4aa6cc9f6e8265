//! What nobody planned for goes through PyMongo, and its bytes are spliced in.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};

use super::Options;
use crate::bson::{Element, Writer};
use crate::errors::{Outcome, Stop};

/// Write an element with PyMongo's `bson.encode`.
pub(super) fn write(
    key: &[u8],
    value: &Bound<'_, PyAny>,
    out: &mut Writer,
    options: &Options,
) -> Outcome<()> {
    let py = value.py();
    let document = PyDict::new(py);
    document.set_item(PyString::from_bytes(py, key)?, value)?;
    let named = PyDict::new(py);
    named.set_item(intern!(py, "codec_options"), &options.python)?;
    let bson = py.import(intern!(py, "bson"))?;
    let encoded = bson
        .getattr(intern!(py, "encode"))?
        .call((document,), Some(&named))?;
    let encoded = encoded.cast::<PyBytes>().map_err(|_| Stop::AskPython)?;
    let bytes = encoded.as_bytes();
    let end = bytes.len().checked_sub(1).ok_or(Stop::AskPython)?;
    out.element(bytes.get(4..end).ok_or(Stop::AskPython)?);
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
    document.element(element.whole);
    if !document.end(start) {
        return Err(Stop::AskPython);
    }
    let bson = py.import(intern!(py, "bson"))?;
    let decode = bson.getattr(intern!(py, "decode"))?;
    let decoded = decode.call1((PyBytes::new(py, document.bytes()), &options.python))?;
    Ok(decoded.get_item(PyString::from_bytes(py, element.key)?)?)
}
