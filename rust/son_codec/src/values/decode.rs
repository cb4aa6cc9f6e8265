//! A BSON element to a Python value, as PyMongo would make it.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt};

use super::{UUID_SUBTYPE, splice};
use crate::bson::{Element, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::{ListBuilder, datetime_from_millis, make_text};
use crate::plan::World;

/// Read any value.
pub(crate) fn decode<'py>(element: &Element<'_>, world: &World<'py>) -> Outcome<Bound<'py, PyAny>> {
    let py = world.py;
    Ok(match element.kind {
        kind::STRING => make_text(py, element.as_text()?)?,
        kind::INT32 => PyInt::new(py, element.as_i32()?).into_any(),
        kind::INT64 => world.types.int64.bind(py).call1((element.as_i64()?,))?,
        kind::DOUBLE => PyFloat::new(py, element.as_f64()?).into_any(),
        kind::BOOLEAN => PyBool::new(py, element.as_bool()?).to_owned().into_any(),
        kind::NULL => world.none(),
        kind::DATE => {
            let zone = world.options.zone.as_ref().map(|zone| zone.bind(py));
            datetime_from_millis(py, element.as_i64()?, zone)?
        }
        kind::OBJECT_ID => world.types.object_ids.make(py, element.as_object_id()?)?,
        kind::ARRAY => read_list(element, &world.deeper()?)?,
        kind::DOCUMENT => read_dict(element, &world.deeper()?)?,
        kind::BINARY => match element.as_binary()? {
            (0, bytes) => PyBytes::new(py, bytes).into_any(),
            (UUID_SUBTYPE, bytes) if world.options.standard_uuids => {
                let bytes = bytes.try_into().map_err(|_| Stop::AskPython)?;
                world.types.uuids.make(py, bytes)?
            }
            _ => splice::read(py, element, world.options)?,
        },
        _ => splice::read(py, element, world.options)?,
    })
}

fn read_list<'py>(element: &Element<'_>, world: &World<'py>) -> Outcome<Bound<'py, PyAny>> {
    let mut list = ListBuilder::new(world.py, world.spare);
    let mut items = element.as_document()?;
    while let Some(item) = items.next_element()? {
        list.push(decode(&item, world)?);
    }
    Ok(list.finish()?.into_any())
}

fn read_dict<'py>(element: &Element<'_>, world: &World<'py>) -> Outcome<Bound<'py, PyAny>> {
    let dict = PyDict::new(world.py);
    let mut entries = element.as_document()?;
    while let Some(entry) = entries.next_element()? {
        // It may be a reference of the old kind, which PyMongo has a class for.
        if entry.key.first() == Some(&b'$') {
            return splice::read(world.py, element, world.options);
        }
        let value = decode(&entry, world)?;
        dict.set_item(make_text(world.py, entry.key)?, value)?;
    }
    Ok(dict.into_any())
}
