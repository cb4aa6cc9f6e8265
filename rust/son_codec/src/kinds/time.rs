//! Times of the day, stored as text. Twin of `fields/time_field.py`.

use pyo3::prelude::*;
use pyo3::types::{PyString, PyTime};

use super::Kind;
use crate::bson::{Element, Key, TooLarge, Writer, kind};
use crate::errors::Outcome;
use crate::objects::{TimeOfDay, Value, ascii, exact};
use crate::plan::{Context, Field};

pub(super) struct Time;

/// The time that a value is, or that its text says in one of the usual forms.
#[inline(always)]
fn time_of(value: Value<'_, '_>) -> Option<TimeOfDay> {
    if let Some(time) = exact::<PyTime>(value) {
        return TimeOfDay::of(&time);
    }
    TimeOfDay::from_text(ascii(&*exact::<PyString>(value)?)?)
}

impl Kind for Time {
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
        if value.is_none() || time_of(value).is_some() {
            return Ok(true);
        }
        field.validate_in_python(value, context)
    }

    #[inline(always)]
    fn knows(&self, value: Value<'_, '_>, _: &Context<'_>) -> bool {
        time_of(value).is_some()
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
        _: &Context<'_>,
    ) -> Result<bool, TooLarge> {
        let Some(time) = time_of(value) else {
            return Ok(false);
        };
        out.text(key, time.text(&mut [0; TimeOfDay::LONGEST]))?;
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
        if value.is_none() {
            out.null(key)?;
        } else if !self.write_plain(key, value, out, context)? {
            field.write_in_python(key, value, out, context)?;
        }
        Ok(())
    }

    fn parse<'py>(&self, text: &[u8], context: &Context<'py>) -> Option<Bound<'py, PyAny>> {
        TimeOfDay::from_text(text)?.make(context.py).ok()
    }

    #[inline(always)]
    fn read<'py>(
        &self,
        element: &Element<'_>,
        field: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        match element.kind {
            kind::NULL => Ok(context.none()),
            kind::STRING => {
                let text = element.as_text()?;
                match TimeOfDay::from_text(text) {
                    Some(time) if time.text(&mut [0; TimeOfDay::LONGEST]) == text => {
                        Ok(time.make(context.py)?)
                    }
                    _ => field.read_and_written_in_python(element, context),
                }
            }
            _ => field.read_and_written_in_python(element, context),
        }
    }
}
