//! Whole numbers of 64 bits. Twin of `fields/int_field.py`.

use pyo3::prelude::*;
use pyo3::types::PyInt;

use super::{Kind, writes_scalars};
use crate::bson::{Element, Key, Scalar, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::{Value, exact, make_int, whole_number};
use crate::plan::{Arguments, Context, Field};

/// So many digits are always a number of 64 bits.
const MOST_DIGITS: usize = 18;

/// Each number is stored in 64 bits where `LONG` says so, and else in as many as it needs.
struct Int<const LONG: bool> {
    /// `None` where a bound is no whole number of 64 bits: then Python compares.
    bounds: Option<(i64, i64)>,
}

pub(super) fn kind(arguments: &Arguments<'_, '_>) -> PyResult<Box<dyn Kind>> {
    let bits: Option<u32> = arguments
        .value("bits")?
        .map_or(Ok(None), |it| it.extract())?;
    let least = bound(arguments, "min_value", i64::MIN)?;
    let most = bound(arguments, "max_value", i64::MAX)?;
    let mut bounds = least.zip(most);
    if bits == Some(32) {
        bounds = bounds.map(|(least, most)| {
            let (least_of_32, most_of_32) = (i32::MIN.into(), i32::MAX.into());
            (least.max(least_of_32), most.min(most_of_32))
        });
    }
    Ok(if bits == Some(64) {
        Box::new(Int::<true> { bounds })
    } else {
        Box::new(Int::<false> { bounds })
    })
}

impl<const LONG: bool> Int<LONG> {
    /// The number as it is stored, if it is within the bounds.
    #[inline(always)]
    fn scalar(&self, value: Value<'_, '_>, _: &Context<'_>) -> Option<Scalar<8>> {
        let (least, most) = self.bounds?;
        let number = whole_number(&*exact::<PyInt>(value)?)?;
        (least <= number && number <= most).then(|| Self::stored(number))
    }

    #[inline(always)]
    fn stored(number: i64) -> Scalar<8> {
        if LONG {
            Scalar::long(number)
        } else {
            Scalar::int(number)
        }
    }
}

fn bound(arguments: &Arguments<'_, '_>, name: &str, otherwise: i64) -> PyResult<Option<i64>> {
    let Some(given) = arguments.value(name)? else {
        return Ok(Some(otherwise));
    };
    Ok(given.cast_exact::<PyInt>().ok().and_then(whole_number))
}

impl<const LONG: bool> Kind for Int<LONG> {
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
        match (self.bounds, exact::<PyInt>(value)) {
            (Some((least, most)), Some(number)) => {
                Ok(whole_number(&number).is_some_and(|number| least <= number && number <= most))
            }
            _ if value.is_none() => Ok(true),
            _ => field.validate_in_python(value, context),
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
        if let Some(number) = exact::<PyInt>(value) {
            out.scalar(
                key,
                Self::stored(whole_number(&number).ok_or(Stop::AskPython)?),
            )?;
        } else if value.is_none() {
            out.null(key)?;
        } else {
            field.write_in_python(key, value, out, context)?;
        }
        Ok(())
    }

    fn parse<'py>(&self, text: &[u8], context: &Context<'py>) -> Option<Bound<'py, PyAny>> {
        let (is_negative, digits) = match text {
            [b'-', digits @ ..] => (true, digits),
            [b'+', digits @ ..] => (false, digits),
            digits => (false, digits),
        };
        if digits.is_empty() || digits.len() > MOST_DIGITS {
            return None;
        }
        let mut number = 0;
        for digit in digits {
            let digit = digit.is_ascii_digit().then(|| digit - b'0')?;
            number = number * 10 + i64::from(digit);
        }
        let number = if is_negative { -number } else { number };
        Some(PyInt::new(context.py, number).into_any())
    }

    #[inline(always)]
    fn read<'py>(
        &self,
        element: &Element<'_>,
        field: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        Ok(match element.kind {
            kind::INT32 => make_int(context.py, element.as_i32()?.into())?,
            kind::INT64 => make_int(context.py, element.as_i64()?)?,
            kind::NULL => context.none(),
            // A number that is whole reads as what it is. Else Python keeps what is stored, so that a
            // save can write it again.
            kind::DOUBLE if element.as_f64()?.fract() == 0.0 => {
                field.read_in_python(element, context)?
            }
            _ => return Err(Stop::AskPython),
        })
    }
}
