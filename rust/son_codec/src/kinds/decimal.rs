//! Decimal numbers, stored as text. Twin of `fields/decimal_field.py`, which rounds; here only
//! numbers pass of which it can be seen that rounding would leave them as they are.

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::PyString;

use super::Kind;
use crate::bson::{Element, Key, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::{Value, make_text};
use crate::plan::{Arguments, Context, Field};

/// How many places the text of any number may have without an exponent.
const MOST_PLAIN_PLACES: usize = 6;

pub(super) struct Decimal {
    /// The number of decimal places; `None` for more than anybody uses.
    places: Option<usize>,
    bounds: Bounds,
}

/// The smallest and the largest valid number, where there is one.
pub(super) struct Bounds {
    least: Option<Py<PyAny>>,
    most: Option<Py<PyAny>>,
}

impl Bounds {
    pub(super) fn new(arguments: &Arguments<'_, '_>) -> PyResult<Self> {
        Ok(Self {
            least: arguments.value("min_value")?.map(Bound::unbind),
            most: arguments.value("max_value")?.map(Bound::unbind),
        })
    }

    /// Whether a plain number is within the bounds; `None` where one of them is no plain number, and
    /// Python has to compare.
    pub(super) fn admits(
        &self,
        value: Value<'_, '_>,
        context: &Context<'_>,
    ) -> PyResult<Option<bool>> {
        let py = value.py();
        for (bound, is_least) in [(&self.least, true), (&self.most, false)] {
            let Some(bound) = bound.as_ref().map(|bound| bound.bind(py)) else {
                continue;
            };
            if !bound.get_type().is(&context.types.decimal) {
                return Ok(None);
            }
            let is_within = if is_least {
                value.ge(bound)?
            } else {
                value.le(bound)?
            };
            if !is_within {
                return Ok(Some(false));
            }
        }
        Ok(Some(true))
    }

    pub(super) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.least)?;
        visit.call(&self.most)
    }
}

impl Decimal {
    pub(super) fn new(arguments: &Arguments<'_, '_>) -> PyResult<Self> {
        let places = match arguments.value("precision")? {
            Some(step) => places_of(step.str()?.to_str()?.as_bytes()),
            None => None,
        };
        Ok(Self {
            places,
            bounds: Bounds::new(arguments)?,
        })
    }

    /// Whether a number that is read from a text would be written as that very text: it has the
    /// places that are kept, no needless zeros in front, and would have no exponent.
    fn reads_as_stored(&self, text: &[u8]) -> bool {
        let digits = text.strip_prefix(b"-").unwrap_or(text);
        let is_plain = !matches!(digits, [b'0', b'0'..=b'9', ..]);
        is_plain
            && self.places.is_some_and(|places| {
                places <= MOST_PLAIN_PLACES && places_of(text) == Some(places)
            })
    }

    /// The text of a number that has no more places than are kept.
    fn text<'py>(
        &self,
        value: Value<'_, 'py>,
        context: &Context<'_>,
    ) -> PyResult<Option<(Bound<'py, PyString>, usize)>> {
        let Some(places) = self.places else {
            return Ok(None);
        };
        if !value.get_type().is(&context.types.decimal) {
            return Ok(None);
        }
        let text = value.str()?;
        let given = places_of(text.to_str()?.as_bytes());
        Ok(given
            .and_then(|given| places.checked_sub(given))
            .map(|missing| (text, missing)))
    }
}

/// How long a text may be to pass here: shorter than what Python refuses for its length.
const LONGEST: usize = 1000;

/// How many decimal places a plain number has: an optional minus, digits, and a point and more
/// digits where there are places. `None` for a text of any other form.
fn places_of(text: &[u8]) -> Option<usize> {
    if text.len() > LONGEST {
        return None;
    }
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let whole = digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let fraction = digits.get(whole..)?;
    match fraction.split_first() {
        _ if whole == 0 => None,
        None => Some(0),
        Some((b'.', places)) if !places.is_empty() && places.iter().all(u8::is_ascii_digit) => {
            Some(places.len())
        }
        Some(_) => None,
    }
}

/// The number that the text of a plain number means, which Python reads in the same way.
pub(super) fn parsed<'py>(text: &[u8], context: &Context<'py>) -> Option<Bound<'py, PyAny>> {
    places_of(text)?;
    let text = make_text(context.py, text).ok()?;
    context.types.decimal.bind(context.py).call1((text,)).ok()
}

impl Kind for Decimal {
    fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.bounds.traverse(visit)
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
        if self.text(value, context)?.is_some()
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
            return Ok(());
        }
        let Some((text, missing)) = self.text(value, context)? else {
            return field.write_in_python(key, value, out, context);
        };
        let text = text.to_str()?.as_bytes();
        Ok(out.text_by(key, |out| {
            out.append(text)?;
            if missing > 0 && !text.contains(&b'.') {
                out.append(b".")?;
            }
            out.repeat(b'0', missing)
        })?)
    }

    fn parse<'py>(&self, text: &[u8], context: &Context<'py>) -> Option<Bound<'py, PyAny>> {
        parsed(text, context)
    }

    fn read<'py>(
        &self,
        element: &Element<'_>,
        field: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        match element.kind {
            kind::NULL => Ok(context.none()),
            kind::STRING if self.reads_as_stored(element.as_text()?) => {
                let text = make_text(context.py, element.as_text()?)?;
                let class = context.types.decimal.bind(context.py);
                class.call1((text,)).map_err(Stop::from)
            }
            _ => field.read_and_written_in_python(element, context),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::places_of;

    #[test]
    fn only_plain_numbers_have_places() {
        for (text, places) in [
            ("0", 0),
            ("-12", 0),
            ("1.5", 1),
            ("-0.00", 2),
            ("007.125", 3),
        ] {
            assert_eq!(places_of(text.as_bytes()), Some(places), "{text}");
        }
        for text in [
            "", "-", ".5", "5.", "+1", "1e5", "1E-7", "NaN", "Infinity", "1.2.3", " 1", "1 ",
            "--1", "1_0",
        ] {
            assert_eq!(places_of(text.as_bytes()), None, "{text}");
        }
    }
}
