//! Values of any kind. Twin of `fields/any_field.py`.

use pyo3::prelude::*;

use super::Kind;
use crate::bson::{Element, Key, Writer};
use crate::errors::Outcome;
use crate::objects::Value;
use crate::plan::{Context, Field};

pub(super) struct Anything;

impl Kind for Anything {
    fn is_empty(&self, value: Value<'_, '_>, _: &Field, _: &Context<'_>) -> Outcome<bool> {
        Ok(value.is_none())
    }

    fn validate(&self, _: Value<'_, '_>, _: &Field, _: &Context<'_>) -> Outcome<bool> {
        Ok(true)
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
