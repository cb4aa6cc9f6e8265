//! Decimal numbers in MongoDB's own type. Twin of `fields/decimal128_field.py`, which rounds; here
//! only numbers pass that rounding would leave as they are.

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;

use super::Kind;
use super::decimal::{Bounds, parsed};
use crate::bson::{Decimal128 as Number, Element, Key, Scalar, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::{Value, make_text};
use crate::plan::{Arguments, Context, Field};

/// To what numbers are rounded.
enum Rounding {
    AsGiven,
    /// To multiples of ten to this exponent.
    To(i32),
    /// To something that only Python knows.
    Unknown,
}

pub(super) struct Decimal128 {
    rounding: Rounding,
    bounds: Bounds,
}

impl Decimal128 {
    pub(super) fn new(arguments: &Arguments<'_, '_>) -> PyResult<Self> {
        let rounding = match arguments.value("precision")? {
            None => Rounding::AsGiven,
            Some(step) => {
                let step = Number::from_text(step.str()?.to_str()?.as_bytes());
                step.map_or(Rounding::Unknown, |step| Rounding::To(step.exponent))
            }
        };
        Ok(Self {
            rounding,
            bounds: Bounds::new(arguments)?,
        })
    }

    /// A number as it is stored, if it is not changed by that.
    fn rounded(&self, number: Number) -> Option<Number> {
        match self.rounding {
            Rounding::AsGiven => Some(number),
            Rounding::To(exponent) => number.with_exponent(exponent),
            Rounding::Unknown => None,
        }
    }

    /// What is stored for a number of Python's, if it is not changed by that.
    fn stored(&self, value: Value<'_, '_>, context: &Context<'_>) -> PyResult<Option<Number>> {
        if !value.get_type().is(&context.types.decimal) {
            return Ok(None);
        }
        let text = value.str()?;
        let number = Number::from_text(text.to_str()?.as_bytes());
        Ok(number.and_then(|number| self.rounded(number)))
    }
}

impl Kind for Decimal128 {
    fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.bounds.traverse(visit)
    }

    fn is_empty(&self, value: Value<'_, '_>, _: &Field, _: &Context<'_>) -> Outcome<bool> {
        Ok(value.is_none())
    }

    fn validate(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        if value.is_none() {
            return Ok(true);
        }
        if self.stored(value, context)?.is_some()
            && let Some(is_valid) = self.bounds.admits(value, context)?
        {
            return Ok(is_valid);
        }
        field.validate_in_python(value, context)
    }

    fn writes_null(&self) -> bool {
        true
    }

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
        } else if let Some(number) = self.stored(value, context)? {
            out.scalar(key, Scalar::decimal128(number))?;
        } else {
            field.write_in_python(key, value, out, context)?;
        }
        Ok(())
    }

    fn parse<'py>(&self, text: &[u8], context: &Context<'py>) -> Option<Bound<'py, PyAny>> {
        parsed(text, context)
    }

    fn read<'py>(
        &self,
        element: &Element<'_>,
        _: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let number = match element.kind {
            kind::DECIMAL128 => element.as_decimal128()?,
            kind::INT32 => Some(Number::from_int(element.as_i32()?.into())),
            kind::INT64 => Some(Number::from_int(element.as_i64()?)),
            kind::NULL => return Ok(context.none()),
            _ => None,
        };
        // Python keeps what would be written as another number, so that a save can write it again.
        let number = number
            .filter(|number| self.rounded(*number).is_some())
            .ok_or(Stop::AskPython)?;
        let mut buffer = Number::BUFFER;
        let text = number.text(&mut buffer).ok_or(Stop::AskPython)?;
        let text = make_text(context.py, text)?;
        Ok(context.types.decimal.bind(context.py).call1((text,))?)
    }
}
