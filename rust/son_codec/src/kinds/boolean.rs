//! True or false. Twin of `fields/boolean_field.py`.

use pyo3::prelude::*;
use pyo3::types::PyBool;

use super::Kind;
use crate::bson::{Element, Key, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::{Value, exact};
use crate::plan::{Context, Field};

pub(super) struct Boolean;

impl Kind for Boolean {
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
        if value.is_exact_instance_of::<PyBool>() || value.is_none() {
            return Ok(true);
        }
        field.validate_in_python(value, context)
    }

    #[inline(always)]
    fn write_plain(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        out: &mut Writer,
        _: &Context<'_>,
    ) -> Outcome<bool> {
        let Some(truth) = exact::<PyBool>(value) else {
            return Ok(false);
        };
        out.boolean(key, truth.is_true())?;
        Ok(true)
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
        if let Some(truth) = exact::<PyBool>(value) {
            out.boolean(key, truth.is_true())?;
        } else if value.is_none() {
            out.boolean(key, false)?; // what was never set is stored as false
        } else {
            field.write_in_python(key, value, out, context)?;
        }
        Ok(())
    }

    #[inline(always)]
    fn read<'py>(
        &self,
        element: &Element<'_>,
        _: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        match element.kind {
            kind::BOOLEAN => context.decode(element),
            // It would be written as true or false, and Python keeps what is stored.
            _ => Err(Stop::AskPython),
        }
    }
}
