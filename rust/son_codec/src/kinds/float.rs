//! Numbers with a fraction. Twin of `fields/float_field.py`.

use pyo3::prelude::*;
use pyo3::types::PyFloat;

use super::{Kind, writes_scalars};
use crate::bson::{Element, Key, Scalar, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::{Value, exact, make_float};
use crate::plan::{Arguments, Context, Field};

pub(super) struct Float {
    /// `None` where a bound is no float: then Python compares, exactly.
    bounds: Option<(f64, f64)>,
    is_bounded: bool,
}

/// Whether a float holds a whole number exactly.
fn is_exact(number: i64) -> bool {
    const MOST: u64 = 1 << f64::MANTISSA_DIGITS;
    number.unsigned_abs() <= MOST
}

impl Float {
    pub(super) fn new(arguments: &Arguments<'_, '_>) -> PyResult<Self> {
        let least = bound(arguments, "min_value", f64::NEG_INFINITY)?;
        let most = bound(arguments, "max_value", f64::INFINITY)?;
        let bounds = least.zip(most);
        Ok(Self {
            bounds,
            is_bounded: bounds != Some((f64::NEG_INFINITY, f64::INFINITY)),
        })
    }

    /// Whether a number is within the bounds. One that is no number is outside none.
    #[inline(always)]
    fn admits(&self, number: f64) -> Option<bool> {
        if !self.is_bounded {
            return Some(true);
        }
        let (least, most) = self.bounds?;
        Some(number.is_nan() || (least <= number && number <= most))
    }

    /// The number as it is stored, if it is a float within the bounds.
    #[inline(always)]
    fn scalar(&self, value: Value<'_, '_>, _: &Context<'_>) -> Option<Scalar<8>> {
        let number = exact::<PyFloat>(value)?.value();
        (self.admits(number) == Some(true)).then(|| Scalar::double(number))
    }
}

/// A bound as a float; a whole number that is small enough is exactly one. A bound that is no number
/// bounds nothing.
fn bound(arguments: &Arguments<'_, '_>, name: &str, otherwise: f64) -> PyResult<Option<f64>> {
    let Some(given) = arguments.value(name)? else {
        return Ok(Some(otherwise));
    };
    if let Ok(number) = given.cast_exact::<PyFloat>() {
        let number = number.value();
        return Ok(Some(if number.is_nan() { otherwise } else { number }));
    }
    Ok(given.extract::<i32>().ok().map(f64::from))
}

impl Kind for Float {
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
        let number = exact::<PyFloat>(value);
        match number.and_then(|number| self.admits(number.value())) {
            Some(is_valid) => Ok(is_valid),
            None if value.is_none() => Ok(true),
            None => field.validate_in_python(value, context),
        }
    }

    #[inline(always)]
    fn knows(&self, value: Value<'_, '_>, context: &Context<'_>) -> bool {
        self.scalar(value, context).is_some()
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
        if let Some(number) = exact::<PyFloat>(value) {
            out.scalar(key, Scalar::double(number.value()))?;
        } else if value.is_none() {
            out.null(key)?;
        } else {
            field.write_in_python(key, value, out, context)?;
        }
        Ok(())
    }

    fn parse<'py>(&self, text: &[u8], context: &Context<'py>) -> Option<Bound<'py, PyAny>> {
        // What both languages read alike: no names, no other separators.
        let is_plain = |&byte: &u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
        let text = std::str::from_utf8(text).ok()?;
        let number = text
            .bytes()
            .all(|byte| is_plain(&byte))
            .then(|| text.parse().ok())??;
        make_float(context.py, number).ok()
    }

    #[inline(always)]
    fn read<'py>(
        &self,
        element: &Element<'_>,
        _: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        Ok(match element.kind {
            kind::DOUBLE => make_float(context.py, element.as_f64()?)?,
            kind::NULL => context.none(),
            kind::INT32 => make_float(context.py, element.as_i32()?.into())?,
            kind::INT64 if is_exact(element.as_i64()?) => {
                make_float(context.py, element.as_i64()? as f64)?
            }
            // Python keeps what is stored in another form, so that a save can write it again.
            _ => return Err(Stop::AskPython),
        })
    }
}
