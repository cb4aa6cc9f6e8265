//! Ids of documents stored elsewhere. Twin of `fields/reference_field.py`.

use pyo3::prelude::*;

use super::Kind;
use crate::bson::{Element, Writer};
use crate::errors::Outcome;
use crate::plan::{Field, World};

pub(super) struct Reference;

impl Kind for Reference {
    fn is_empty(
        &self,
        value: &Bound<'_, PyAny>,
        field: &Field,
        world: &World<'_>,
    ) -> Outcome<bool> {
        if world.types.is_object_id(value) || value.is_none() {
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
        if world.types.is_object_id(value) || value.is_none() {
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
        if world.types.is_object_id(value) || value.is_none() {
            return world.encode(key, value, out);
        }
        field.write_in_python(key, value, out, world)
    }

    fn read<'py>(
        &self,
        element: &Element<'_>,
        _: &Field,
        world: &World<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        world.decode(element)
    }
}
