//! Ids as MongoDB makes them. Twin of `fields/object_id_field.py`.

use pyo3::prelude::*;

use super::{Kind, writes_scalars};
use crate::bson::{Element, Key, Scalar, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::Value;
use crate::plan::{Context, Field};

pub(super) struct ObjectId;

impl ObjectId {
    /// The id as it is stored.
    #[inline(always)]
    fn scalar(&self, value: Value<'_, '_>, context: &Context<'_>) -> Option<Scalar<12>> {
        context.types.object_ids.bytes(value).map(Scalar::object_id)
    }
}

impl Kind for ObjectId {
    fn is_empty(&self, value: Value<'_, '_>, _: &Field, _: &Context<'_>) -> Outcome<bool> {
        Ok(value.is_none())
    }

    #[inline(always)]
    fn validate(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        if context.types.object_ids.is_type_of(value) || value.is_none() {
            return Ok(true);
        }
        field.validate_in_python(value, context)
    }

    #[inline(always)]
    fn knows(&self, value: Value<'_, '_>, context: &Context<'_>) -> bool {
        context.types.object_ids.is_type_of(value)
    }

    fn writes_null(&self) -> bool {
        true
    }

    writes_scalars!();

    #[inline(always)]
    fn write(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        if let Some(id) = self.scalar(value, context) {
            out.scalar(key, id)?;
        } else if value.is_none() {
            out.null(key)?;
        } else {
            field.write_in_python(key, value, out, context)?;
        }
        Ok(())
    }

    fn parse<'py>(&self, text: &[u8], context: &Context<'py>) -> Option<Bound<'py, PyAny>> {
        let mut bytes = [0; 12];
        if text.len() != 2 * bytes.len() {
            return None;
        }
        for (byte, digits) in bytes.iter_mut().zip(text.chunks_exact(2)) {
            for &digit in digits {
                *byte = (*byte << 4) | char::from(digit).to_digit(16)? as u8;
            }
        }
        context.types.object_ids.make(context.py, bytes).ok()
    }

    #[inline(always)]
    fn read<'py>(
        &self,
        element: &Element<'_>,
        _: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        match element.kind {
            kind::OBJECT_ID => {
                let bytes = element.as_object_id()?;
                Ok(context.types.object_ids.make(context.py, bytes)?)
            }
            kind::NULL => Ok(context.none()),
            // Python keeps what is stored in another form, so that a save can write it again.
            _ => Err(Stop::AskPython),
        }
    }
}
