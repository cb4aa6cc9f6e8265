//! The text of an address on the web. Twin of `fields/url_field.py`, whose pattern stays in Python.

use pyo3::prelude::*;

use super::Kind;
use crate::bson::{Element, Writer};
use crate::errors::Outcome;
use crate::plan::{Field, World};

pub(super) struct Url;

impl Kind for Url {
    fn is_empty(&self, value: &Bound<'_, PyAny>, _: &Field, _: &World<'_>) -> Outcome<bool> {
        Ok(value.is_none())
    }

    fn write(
        &self,
        key: &[u8],
        value: &Bound<'_, PyAny>,
        _: &Field,
        out: &mut Writer,
        world: &World<'_>,
    ) -> Outcome<()> {
        world.encode(key, value, out)
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
