//! Points in time. Twin of `fields/datetime_field.py`.

use pyo3::prelude::*;
use pyo3::types::PyDateTime;

use super::{Kind, write_scalar, write_scalars};
use crate::bson::{Element, Key, Scalar, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::{Items, Value, datetime_from_millis, datetime_from_text, exact, millis_of};
use crate::plan::{Arguments, Context, Field};

pub(super) struct DateTime {
    /// Whether saves set it: then a missing value is for Python to make. Items of lists are not set.
    is_automatic: bool,
}

impl DateTime {
    pub(super) fn new(arguments: &Arguments<'_, '_>) -> PyResult<Self> {
        let on_insert = arguments.is_set("auto_now_on_insert")?;
        let on_update = arguments.is_set("auto_now_on_update")?;
        Ok(Self {
            is_automatic: !arguments.is_item && (on_insert || on_update),
        })
    }

    /// Whether it is a datetime and nothing more, as nearly all are.
    fn is_plain(value: Value<'_, '_>) -> bool {
        value.is_exact_instance_of::<PyDateTime>()
    }

    /// Stops for what a stamped attribute would read in another way than its field does.
    fn check(&self, value: Value<'_, '_>) -> Outcome<()> {
        if self.is_automatic && !Self::is_plain(value) {
            return Err(Stop::AskPython);
        }
        Ok(())
    }
}

/// The moment as it is stored, if it is a datetime whose time zone is known.
#[inline(always)]
fn scalar(value: Value<'_, '_>, context: &Context<'_>) -> Option<Scalar<8>> {
    let datetime = exact::<PyDateTime>(value)?;
    millis_of(&datetime, &context.types.utc).map(Scalar::date)
}

impl Kind for DateTime {
    fn is_empty(&self, value: Value<'_, '_>, _: &Field, _: &Context<'_>) -> Outcome<bool> {
        self.check(value)?;
        Ok(value.is_none())
    }

    #[inline(always)]
    fn validate(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        self.check(value)?;
        if Self::is_plain(value) || value.is_none() {
            return Ok(true);
        }
        field.validate_in_python(value, context)
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
    ) -> Outcome<bool> {
        write_scalar(scalar(value, context), key, out)
    }

    #[inline(always)]
    fn write_plain_items(
        &self,
        items: &mut Items<'_, '_>,
        key: &mut Key,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        write_scalars(items, key, out, |item| scalar(item, context))
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
        self.check(value)?;
        if let Some(datetime) = exact::<PyDateTime>(value) {
            match millis_of(&datetime, &context.types.utc) {
                Some(milliseconds) => out.scalar(key, Scalar::date(milliseconds))?,
                None => context.encode(key, value, out)?,
            }
        } else if value.is_none() {
            out.null(key)?;
        } else {
            field.write_in_python(key, value, out, context)?;
        }
        Ok(())
    }

    fn parse<'py>(&self, text: &[u8], context: &Context<'py>) -> Option<Bound<'py, PyAny>> {
        datetime_from_text(text, &context.types.utc, context.py)
    }

    #[inline(always)]
    fn read<'py>(
        &self,
        element: &Element<'_>,
        _: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        match element.kind {
            kind::DATE => {
                let zone = context
                    .options
                    .zone
                    .as_ref()
                    .map(|zone| zone.bind(context.py));
                datetime_from_millis(context.py, element.as_i64()?, zone)
            }
            kind::NULL => Ok(context.none()),
            // Python keeps what is stored in another form, so that a save can write it again.
            _ => Err(Stop::AskPython),
        }
    }
}
