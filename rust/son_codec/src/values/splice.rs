//! What nobody planned for goes through PyMongo, and its bytes are spliced in.
//!
//! PyMongo goes down level by level and may have little stack left, so levels are counted first; of
//! too many Python decides.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::bson::{Element, Key, Reader, Writer, is_deeper_than};
use crate::errors::{Outcome, Stop};
use crate::objects::{Value, make_bytes, new_dict};
use crate::plan::Context;

/// Write an element with PyMongo's `bson.encode`.
pub(super) fn write(
    key: &Key,
    value: Value<'_, '_>,
    out: &mut Writer,
    context: &Context<'_>,
) -> Outcome<()> {
    let py = context.py;
    let levels = context.types.has_more_levels.bind(py);
    if levels.call1((value, context.levels_left()))?.is_truthy()? {
        return Err(Stop::AskPython);
    }
    let document = new_dict(py)?;
    document.set_item(intern!(py, "v"), value)?;
    let named = new_dict(py)?;
    named.set_item(intern!(py, "codec_options"), &context.options.python)?;
    let bson = py.import(intern!(py, "bson"))?;
    let encoded = bson
        .getattr(intern!(py, "encode"))?
        .call((document,), Some(&named))?;
    let encoded = encoded.cast::<PyBytes>().map_err(|_| Stop::AskPython)?;
    let mut elements = Reader::new(encoded.as_bytes())?;
    let element = elements.next_element()?.ok_or(Stop::AskPython)?;
    out.key(element.kind, key)?;
    Ok(out.append(element.value)?)
}

/// Read an element with PyMongo's `bson.decode`.
pub(super) fn read<'py>(
    element: &Element<'_>,
    context: &Context<'py>,
) -> Outcome<Bound<'py, PyAny>> {
    let py = context.py;
    let mut document = Writer::default();
    let start = document.begin()?;
    document.element(element.kind, element.key, element.value)?;
    document.end(start)?;
    if is_deeper_than(context.levels_left() + 1, document.bytes()) {
        return Err(Stop::AskPython);
    }
    let bson = py.import(intern!(py, "bson"))?;
    let decode = bson.getattr(intern!(py, "decode"))?;
    let decoded = decode.call1((make_bytes(py, document.bytes())?, &context.options.python))?;
    Ok(decoded.get_item(PyString::from_bytes(py, element.key)?)?)
}
