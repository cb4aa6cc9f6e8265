//! Universally unique identifiers. Twin of `fields/uuid_field.py`.

use pyo3::prelude::*;

use super::Kind;
use crate::bson::{Element, Key, Writer};
use crate::errors::{Outcome, Stop};
use crate::objects::Value;
use crate::plan::{Context, Field};
use crate::values::UUID_SUBTYPE;

pub(super) struct Uuid;

impl Kind for Uuid {
    fn is_empty(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        if context.types.uuids.is_type_of(value) || value.is_none() {
            return Ok(value.is_none());
        }
        field.is_empty_in_python(value, context)
    }

    #[inline(always)]
    fn validate(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        if context.types.uuids.is_type_of(value) || value.is_none() {
            return Ok(true);
        }
        field.validate_in_python(value, context)
    }

    #[inline(always)]
    fn write(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        if context.options.standard_uuids
            && let Some(uuid) = context.types.uuids.bytes(value)
        {
            return Ok(out.binary(key, UUID_SUBTYPE, &uuid)?);
        }
        if value.is_none() || context.types.uuids.is_type_of(value) {
            return context.encode(key, value, out);
        }
        field.write_in_python(key, value, out, context)
    }

    #[inline(always)]
    fn read<'py>(
        &self,
        element: &Element<'_>,
        _: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let value = context.decode(element)?;
        if value.is_none() || context.types.uuids.is_type_of(value.as_borrowed()) {
            return Ok(value);
        }
        // Python keeps what is stored in another form, so that a save can write it again.
        Err(Stop::AskPython)
    }
}
