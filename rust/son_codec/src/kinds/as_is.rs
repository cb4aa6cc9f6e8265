//! What kinds of text have in common: values that are stored as they are.

use pyo3::prelude::*;

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
