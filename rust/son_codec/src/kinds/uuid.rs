//! Universally unique identifiers. Twin of `fields/uuid_field.py`.

use pyo3::prelude::*;

use super::Kind;
use crate::bson::{Element, Writer, kind};
use crate::errors::Outcome;
use crate::plan::{Field, World};

pub(super) struct Uuid;

impl Kind for Uuid {
    fn is_empty(
        &self,
        value: &Bound<'_, PyAny>,
        field: &Field,
        world: &World<'_>,
    ) -> Outcome<bool> {
        if world.types.is_uuid(value) || value.is_none() {
            return Ok(value.is_none());
        }
        field.is_empty_in_python(value, world)
    }

    fn validate(
        &self,
        value: &Bound<'_, PyAny>,
        field: &Field,
        world: &World<'_>,
    ) -> Outcome<bool> {
        if world.types.is_uuid(value) || value.is_none() {
            return Ok(true);
        }
        field.validate_in_python(value, world)
    }

    fn write(
        &self,
        key: &[u8],
        value: &Bound<'_, PyAny>,
        field: &Field,
        out: &mut Writer,
        world: &World<'_>,
    ) -> Outcome<()> {
        if world.types.is_uuid(value) || value.is_none() {
            return world.encode(key, value, out);
        }
        field.write_in_python(key, value, out, world)
    }

    fn read<'py>(
        &self,
        element: &Element<'_>,
        field: &Field,
        world: &World<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        match element.kind {
            kind::NULL => world.decode(element),
            _ => {
                let value = world.decode(element)?;
                if world.types.is_uuid(&value) {
                    Ok(value)
                } else {
                    field.loaded_in_python(&value, world)
                }
            }
        }
    }
}
