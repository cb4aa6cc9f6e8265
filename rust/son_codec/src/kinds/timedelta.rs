//! Lengths of time. Twin of `fields/timedelta_field.py`.

use pyo3::prelude::*;
use pyo3::types::{PyDelta, PyString};

use super::{Kind, writes_scalars};
use crate::bson::{Element, Key, Scalar, Writer, kind};
use crate::errors::Outcome;
use crate::objects::{Value, exact, micros_of, timedelta_from_micros};
use crate::plan::{Arguments, Context, Field};

/// In what a length of time is stored.
#[derive(Clone, Copy)]
enum Unit {
    /// Whole numbers, of a unit of so many microseconds.
    Whole(i64),
    /// Seconds, with their fraction.
    Seconds,
}

const SECOND: i64 = 1_000_000;

/// Below this every whole number is a float, and a float that shows a whole number of microseconds is
/// nearer to it than to any other.
const EXACT: i64 = 1 << 50;

pub(super) struct Timedelta {
    /// `None` for a unit of which only Python knows what it means.
    unit: Option<Unit>,
}

impl Timedelta {
    pub(super) fn new(arguments: &Arguments<'_, '_>) -> PyResult<Self> {
        let unit = arguments.value("unit")?;
        let text = unit
            .as_ref()
            .and_then(|unit| unit.cast_exact::<PyString>().ok()?.to_str().ok());
        let unit = match text {
            Some("microseconds") => Some(Unit::Whole(1)),
            Some("milliseconds") => Some(Unit::Whole(1000)),
            Some("seconds") => Some(Unit::Seconds),
            _ => None,
        };
        Ok(Self { unit })
    }

    /// The length as it is stored; what is shorter than the unit is cut off.
    #[inline(always)]
    fn scalar(&self, value: Value<'_, '_>, _: &Context<'_>) -> Option<Scalar<8>> {
        let micros = micros_of(&*exact::<PyDelta>(value)?);
        match self.unit? {
            Unit::Whole(unit) => {
                let number = micros.div_euclid(i128::from(unit));
                number.try_into().ok().map(Scalar::long)
            }
            Unit::Seconds => {
                let micros = i64::try_from(micros).ok()?;
                (micros.abs() < EXACT).then(|| Scalar::double(micros as f64 / SECOND as f64))
            }
        }
    }

    /// The microseconds of a number that is stored, if it is known that it would be written as the
    /// same number.
    fn micros(&self, element: &Element<'_>) -> Outcome<Option<i128>> {
        let Some(unit) = self.unit else {
            return Ok(None);
        };
        let whole = match unit {
            Unit::Whole(unit) => unit,
            Unit::Seconds => SECOND,
        };
        let number = match (element.kind, unit) {
            (kind::INT32, _) => element.as_i32()?.into(),
            (kind::INT64, _) => element.as_i64()?,
            (kind::DOUBLE, Unit::Whole(_)) => {
                let number = element.as_f64()?;
                if number.fract() != 0.0 || number.abs() >= EXACT as f64 {
                    return Ok(None);
                }
                number as i64
            }
            (kind::DOUBLE, Unit::Seconds) => {
                let seconds = element.as_f64()?;
                let micros = (seconds * SECOND as f64).round();
                let is_exact = micros.abs() < EXACT as f64 && micros / SECOND as f64 == seconds;
                return Ok(is_exact.then_some(micros as i128));
            }
            _ => return Ok(None),
        };
        Ok(Some(i128::from(number) * i128::from(whole)))
    }
}

impl Kind for Timedelta {
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
        if value.is_none() || self.scalar(value, context).is_some() {
            return Ok(true);
        }
        field.validate_in_python(value, context)
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
        if let Some(number) = self.scalar(value, context) {
            out.scalar(key, number)?;
        } else if value.is_none() {
            out.null(key)?;
        } else {
            field.write_in_python(key, value, out, context)?;
        }
        Ok(())
    }

    #[inline(always)]
    fn read<'py>(
        &self,
        element: &Element<'_>,
        field: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        if element.kind == kind::NULL {
            return Ok(context.none());
        }
        match self.micros(element)? {
            Some(micros) => timedelta_from_micros(context.py, micros),
            None => field.read_and_written_in_python(element, context),
        }
    }
}
