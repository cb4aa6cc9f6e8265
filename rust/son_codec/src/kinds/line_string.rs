//! A line on the globe. Twin of `fields/geojson/line_string_field.py`, which wraps bare lists.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::Kind;
use crate::bson::{Element, Writer};
use crate::errors::Outcome;
use crate::plan::{Field, World};

pub(super) struct LineString;

impl Kind for LineString {
    fn write(
        &self,
        key: &[u8],
        value: &Bound<'_, PyAny>,
        field: &Field,
        out: &mut Writer,
        world: &World<'_>,
    ) -> Outcome<()> {
        if value.is_none() || value.is_exact_instance_of::<PyDict>() {
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
