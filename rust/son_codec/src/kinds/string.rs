//! Text. Twin of `fields/string_field.py`.

use pyo3::prelude::*;
use pyo3::types::{PyString, PyStringMethods};

use super::Kind;
use crate::bson::{Element, Writer};
use crate::errors::Outcome;
use crate::plan::{Arguments, Field, World};
use crate::values::write_text;

pub(super) struct String {
    max_length: Option<usize>,
}

impl String {
    pub(super) fn new(arguments: &Arguments<'_, '_>) -> PyResult<Self> {
        Ok(Self {
            max_length: arguments.get("max_length")?,
        })
    }
}

impl Kind for String {
    fn is_empty(
        &self,
        value: &Bound<'_, PyAny>,
        field: &Field,
        world: &World<'_>,
    ) -> Outcome<bool> {
        match value.cast_exact::<PyString>() {
            Ok(text) => Ok(text.code_point_len()? == 0),
            Err(_) if value.is_none() => Ok(true),
            Err(_) => field.is_empty_in_python(value, world),
        }
    }

    fn validate(
        &self,
        value: &Bound<'_, PyAny>,
        field: &Field,
        world: &World<'_>,
    ) -> Outcome<bool> {
        match value.cast_exact::<PyString>() {
            Ok(text) => match self.max_length {
                Some(most) => Ok(text.code_point_len()? <= most),
                None => Ok(true),
            },
            Err(_) if value.is_none() => Ok(true),
            Err(_) => field.validate_in_python(value, world),
        }
    }

    fn write(
        &self,
        key: &[u8],
        value: &Bound<'_, PyAny>,
        _: &Field,
        out: &mut Writer,
        world: &World<'_>,
    ) -> Outcome<()> {
        match value.cast_exact::<PyString>() {
            Ok(text) => write_text(key, text, out),
            Err(_) => world.encode(key, value, out),
        }
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
