//! A BSON element to a Python value, as PyMongo would make it.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict};

use super::{UUID_SUBTYPE, splice};
use crate::bson::{Element, Reader, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::{
    ListBuilder, datetime_from_millis, make_bytes, make_float, make_int, make_text, new_dict,
};
use crate::plan::Context;

/// Read any value.
pub(crate) fn decode<'py>(
    element: &Element<'_>,
    context: &Context<'py>,
) -> Outcome<Bound<'py, PyAny>> {
    let py = context.py;
    Ok(match element.kind {
        kind::STRING => make_text(py, element.as_text()?)?,
        kind::INT32 => make_int(py, element.as_i32()?.into())?,
        kind::INT64 => {
            let number = make_int(py, element.as_i64()?)?;
            context.types.int64.bind(py).call1((number,))?
        }
        kind::DOUBLE => make_float(py, element.as_f64()?)?,
        kind::BOOLEAN => PyBool::new(py, element.as_bool()?).to_owned().into_any(),
        kind::NULL => context.none(),
        kind::DATE => {
            let zone = context.options.zone.as_ref().map(|zone| zone.bind(py));
            datetime_from_millis(py, element.as_i64()?, zone)?
        }
        kind::OBJECT_ID => context.types.object_ids.make(py, element.as_object_id()?)?,
        kind::TIMESTAMP => match &context.types.timestamps {
            Some(timestamps) => {
                let (seconds, counter) = element.as_timestamp()?;
                timestamps.make(py, seconds, counter)?
            }
            None => splice::read(element, context)?,
        },
        kind::ARRAY => read_list(element, &context.deeper()?)?,
        kind::DOCUMENT => read_dict(element, &context.deeper()?)?,
        kind::BINARY => match element.as_binary()? {
            (0, bytes) => make_bytes(py, bytes)?.into_any(),
            (UUID_SUBTYPE, bytes) if context.options.standard_uuids => {
                let bytes = bytes.try_into().map_err(|_| Stop::AskPython)?;
                context.types.uuids.make(py, bytes)?
            }
            _ => splice::read(element, context)?,
        },
        _ => splice::read(element, context)?,
    })
}

fn read_list<'py>(element: &Element<'_>, context: &Context<'py>) -> Outcome<Bound<'py, PyAny>> {
    let mut list = ListBuilder::new(context.py, context.items);
    let mut items = element.as_document()?;
    while let Some(item) = items.next_element()? {
        list.push(decode(&item, context)?)?;
    }
    Ok(list.finish()?.into_any())
}

fn read_dict<'py>(element: &Element<'_>, context: &Context<'py>) -> Outcome<Bound<'py, PyAny>> {
    let entries = element.as_document()?;
    // It may be a reference of the old kind, which PyMongo has a class for. Asked before any entry is
    // read, or else what is in it would be read once for each level.
    if entries.clone().has_key_with(b'$')? {
        return splice::read(element, context);
    }
    Ok(decode_document(entries, context)?.into_any())
}

/// Read a document as PyMongo does that is in no other.
pub(crate) fn decode_document<'py>(
    mut entries: Reader<'_>,
    context: &Context<'py>,
) -> Outcome<Bound<'py, PyDict>> {
    let dict = new_dict(context.py)?;
    while let Some(entry) = entries.next_element()? {
        let value = decode(&entry, context)?;
        dict.set_item(context.keys.text(context.py, entry.key)?, value)?;
    }
    Ok(dict)
}
