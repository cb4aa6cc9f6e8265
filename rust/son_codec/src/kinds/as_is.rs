//! What several kinds have in common: values that are stored as they are.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::Kind;
use crate::bson::{Element, Key, Writer};
use crate::errors::Outcome;
use crate::objects::Value;
use crate::plan::{Context, Field};

/// Values of any type, which only `None` leaves empty; whether they are valid Python decides.
pub(super) struct AsIs;

impl Kind for AsIs {
    fn is_empty(&self, value: Value<'_, '_>, _: &Field, _: &Context<'_>) -> Outcome<bool> {
        Ok(value.is_none())
    }

    fn write(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        _: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        context.encode(key, value, out)
    }

    fn read<'py>(
        &self,
        element: &Element<'_>,
        _: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        context.decode(element)
    }
}

/// GeoJSON: mappings are stored as they are, bare lists are wrapped by the field.
pub(super) struct Geometry;

impl Kind for Geometry {
    fn write(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        if value.is_none() || value.is_exact_instance_of::<PyDict>() {
            return context.encode(key, value, out);
        }
        field.write_in_python(key, value, out, context)
    }

    fn read<'py>(
        &self,
        element: &Element<'_>,
        _: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        context.decode(element)
    }
}
