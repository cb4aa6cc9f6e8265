//! Universally unique identifiers. Twin of `fields/uuid_field.py`.

use pyo3::prelude::*;

use super::Kind;
use crate::bson::{Element, Key, TooLarge, Writer};
use crate::errors::{Outcome, Stop};
use crate::objects::Value;
use crate::plan::{Context, Field};
use crate::values::UUID_SUBTYPE;

/// Where the text of a UUID has its hyphens.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];

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
    fn knows(&self, value: Value<'_, '_>, context: &Context<'_>) -> bool {
        context.types.uuids.is_type_of(value)
    }

    fn writes_null(&self) -> bool {
        true
    }

    #[inline(always)]
    fn write_plain(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Result<bool, TooLarge> {
        if context.options.standard_uuids
            && let Some(uuid) = context.types.uuids.bytes(value)
        {
            out.binary(key, UUID_SUBTYPE, &uuid)?;
            return Ok(true);
        }
        Ok(false)
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

    /// The two forms that programs write; Python takes more.
    fn parse<'py>(&self, text: &[u8], context: &Context<'py>) -> Option<Bound<'py, PyAny>> {
        let mut bytes = [0; 16];
        let is_hyphenated = match text.len() {
            32 => false,
            36 if HYPHENS.iter().all(|&place| text[place] == b'-') => true,
            _ => return None,
        };
        let digits = text.iter().enumerate();
        let digits = digits.filter(|(place, _)| !(is_hyphenated && HYPHENS.contains(place)));
        for (index, (_, &digit)) in digits.enumerate() {
            let half = char::from(digit).to_digit(16)? as u8;
            let byte = bytes.get_mut(index / 2)?;
            *byte = (*byte << 4) | half;
        }
        context.types.uuids.make(context.py, bytes).ok()
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
