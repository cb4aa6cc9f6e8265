//! A Python value to a BSON element. Exact types only: of a subclass, PyMongo knows what it means.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDateTime, PyDict, PyFloat, PyInt, PyList, PyString};

use super::{UUID_SUBTYPE, splice};
use crate::bson::{Key, Scalar, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::{Items, Value, exact, millis_of, whole_number, write_text};
use crate::plan::Context;

/// Write any value under a key.
pub(crate) fn encode(
    key: &Key,
    value: Value<'_, '_>,
    out: &mut Writer,
    context: &Context<'_>,
) -> Outcome<()> {
    let types = context.types;
    if value.is_none() {
        out.null(key)?;
    } else if let Some(text) = exact::<PyString>(value) {
        write_text(key, &text, out)?;
    } else if let Some(number) = exact::<PyInt>(value) {
        out.scalar(
            key,
            Scalar::int(whole_number(&number).ok_or(Stop::AskPython)?),
        )?;
    } else if let Some(truth) = exact::<PyBool>(value) {
        out.scalar(key, Scalar::boolean(truth.is_true()))?;
    } else if let Some(number) = exact::<PyFloat>(value) {
        out.scalar(key, Scalar::double(number.value()))?;
    } else if let Some(id) = types.object_ids.bytes(value) {
        out.scalar(key, Scalar::object_id(id))?;
    } else if let Some(list) = exact::<PyList>(value) {
        write_list(key, &list, out, &context.deeper()?)?;
    } else if let Some(dict) = exact::<PyDict>(value) {
        write_dict(key, &dict, out, &context.deeper()?)?;
    } else if let Some(milliseconds) = milliseconds(value, context) {
        out.scalar(key, Scalar::date(milliseconds))?;
    } else if let Some(bytes) = exact::<PyBytes>(value) {
        out.binary(key, 0, bytes.as_bytes())?;
    } else if context.options.standard_uuids
        && let Some(uuid) = types.uuids.bytes(value)
    {
        out.binary(key, UUID_SUBTYPE, &uuid)?;
    } else {
        splice::write(key, value, out, context)?;
    }
    Ok(())
}

fn milliseconds(value: Value<'_, '_>, context: &Context<'_>) -> Option<i64> {
    let datetime = exact::<PyDateTime>(value)?;
    millis_of(&datetime, &context.types.utc)
}

fn write_list(
    key: &Key,
    list: &Bound<'_, PyList>,
    out: &mut Writer,
    context: &Context<'_>,
) -> Outcome<()> {
    if list.len() > Key::MOST_ITEMS {
        return Err(Stop::AskPython);
    }
    out.key(kind::ARRAY, key)?;
    let start = out.begin()?;
    let mut index = Key::first_index();
    for item in Items::of(list) {
        encode(&index, item.as_borrowed(), out, context)?;
        index.advance();
    }
    Ok(out.end(start)?)
}

fn write_dict(
    key: &Key,
    dict: &Bound<'_, PyDict>,
    out: &mut Writer,
    context: &Context<'_>,
) -> Outcome<()> {
    // Keys of other types PyMongo may take. Asked before anything is written, or else what is in the
    // dict would be written once for each level.
    if !dict
        .iter()
        .all(|(name, _)| name.is_exact_instance_of::<PyString>())
    {
        return splice::write(key, dict.as_any().as_borrowed(), out, context);
    }
    out.key(kind::DOCUMENT, key)?;
    let start = out.begin()?;
    for entry in dict.as_mapping().items()? {
        let (name, item): (Bound<'_, PyString>, Bound<'_, PyAny>) = entry.extract()?;
        let name = name.encode_utf8()?;
        let name = Key::new(name.as_bytes()).ok_or(Stop::AskPython)?;
        encode(&name, item.as_borrowed(), out, context)?;
    }
    Ok(out.end(start)?)
}
