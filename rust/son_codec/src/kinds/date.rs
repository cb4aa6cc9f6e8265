//! Days. Twin of `fields/date_field.py`.

use pyo3::prelude::*;
use pyo3::types::PyDate;

use super::{Kind, writes_scalars};
use crate::bson::{Element, Key, Scalar, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::{Value, date_from_millis, date_from_text, exact, millis_of_date};
use crate::plan::{Arguments, Context, Field};

pub(super) struct Date {
    /// When the first and the last valid day begin. `None` where a bound is no plain date: then
    /// Python compares.
    bounds: Option<(i64, i64)>,
}

impl Date {
    pub(super) fn new(arguments: &Arguments<'_, '_>) -> PyResult<Self> {
        let least = bound(arguments, "min_value", i64::MIN)?;
        let most = bound(arguments, "max_value", i64::MAX)?;
        Ok(Self {
            bounds: least.zip(most),
        })
    }

    /// When the day begins, and whether it is within the bounds.
    #[inline(always)]
    fn day(&self, value: Value<'_, '_>) -> Option<(i64, bool)> {
        let (least, most) = self.bounds?;
        let milliseconds = millis_of_date(&*exact::<PyDate>(value)?);
        Some((milliseconds, least <= milliseconds && milliseconds <= most))
    }

    /// The day as it is stored, if it is within the bounds.
    #[inline(always)]
    fn scalar(&self, value: Value<'_, '_>, _: &Context<'_>) -> Option<Scalar<8>> {
        let (milliseconds, is_valid) = self.day(value)?;
        is_valid.then(|| Scalar::date(milliseconds))
    }
}

fn bound(arguments: &Arguments<'_, '_>, name: &str, otherwise: i64) -> PyResult<Option<i64>> {
    let Some(given) = arguments.value(name)? else {
        return Ok(Some(otherwise));
    };
    Ok(exact::<PyDate>(given.as_borrowed()).map(|date| millis_of_date(&date)))
}

impl Kind for Date {
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
        match self.day(value) {
            Some((_, is_valid)) => Ok(is_valid),
            None if value.is_none() => Ok(true),
            None => field.validate_in_python(value, context),
        }
    }

    #[inline(always)]
    fn knows(&self, value: Value<'_, '_>, _: &Context<'_>) -> bool {
        self.day(value).is_some_and(|(_, is_valid)| is_valid)
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
        if let Some(date) = exact::<PyDate>(value) {
            out.scalar(key, Scalar::date(millis_of_date(&date)))?;
        } else if value.is_none() {
            out.null(key)?;
        } else {
            field.write_in_python(key, value, out, context)?;
        }
        Ok(())
    }

    fn parse<'py>(&self, text: &[u8], context: &Context<'py>) -> Option<Bound<'py, PyAny>> {
        date_from_text(text, context.py)
    }

    #[inline(always)]
    fn read<'py>(
        &self,
        element: &Element<'_>,
        _: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        match element.kind {
            // One that is not the beginning of a day Python keeps, so that a save can write it again.
            kind::DATE => date_from_millis(context.py, element.as_i64()?),
            kind::NULL => Ok(context.none()),
            _ => Err(Stop::AskPython),
        }
    }
}
