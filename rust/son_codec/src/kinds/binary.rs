//! Bytes. Twin of `fields/binary_field.py`.

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::Kind;
use crate::bson::{Element, Writer};
use crate::errors::Outcome;
use crate::plan::{Arguments, Field, World};

pub(super) struct Binary {
    max_bytes: Option<usize>,
}

impl Binary {
    pub(super) fn new(arguments: &Arguments<'_, '_>) -> PyResult<Self> {
        Ok(Self {
            max_bytes: arguments.get("max_bytes")?,
        })
    }
}

impl Kind for Binary {
    fn validate(
        &self,
        value: &Bound<'_, PyAny>,
        field: &Field,
        world: &World<'_>,
    ) -> Outcome<bool> {
        match value.cast_exact::<PyBytes>() {
            Ok(bytes) => Ok(self
                .max_bytes
                .is_none_or(|most| bytes.as_bytes().len() <= most)),
            Err(_) if value.is_none() => Ok(true),
            Err(_) => field.validate_in_python(value, world),
        }
    }

    fn write(
        &self,
        key: &[u8],
        value: &Bound<'_, PyAny>,
        field: &Field,
        out: &mut Writer,
        world: &World<'_>,
    ) -> Outcome<()> {
        if value.is_none() || value.is_exact_instance_of::<PyBytes>() {
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
        let value = world.decode(element)?;
        if value.is_none() || value.is_exact_instance_of::<PyBytes>() {
            return Ok(value);
        }
        field.loaded_in_python(&value, world)
    }
}
