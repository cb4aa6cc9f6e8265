//! Any JSON value, stored as its text. Twin of `fields/json_field.py`.

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::string::PyStringData;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString};

use super::Kind;
use crate::bson::{Element, Key, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::{Items, Value, characters, exact, make_text, whole_number};
use crate::plan::{Arguments, Context, Field};

/// How deep values may nest here; what is deeper Python writes, or refuses.
const DEEPEST: usize = 100;

/// How long a text may be that is made here: longer than any that MongoDB stores.
const LONGEST: usize = 16 * 1024 * 1024;

/// Plain values are written here. What the field writes as extended JSON, and what only looks like
/// it, is left to the field. What is read, Python's own scanner reads.
pub(super) struct Json {
    /// `JSONDecoder().scan_once`: value and end of what begins at an index of a text.
    scan: Py<PyAny>,
}

impl Json {
    pub(super) fn new(arguments: &Arguments<'_, '_>) -> PyResult<Self> {
        Ok(Self {
            scan: arguments.constant("scan")?.unbind(),
        })
    }

    /// The value of a text in which nothing can be extended JSON; `None` where Python has to look.
    fn value<'py>(&self, text: &[u8], py: Python<'py>) -> Outcome<Option<Bound<'py, PyAny>>> {
        if text.contains(&b'$') || text.windows(6).any(|part| part == b"\\u0024") {
            return Ok(None);
        }
        let text = make_text(py, text)?;
        let scanned = match self.scan.bind(py).call1((&text, 0)).map_err(Stop::from) {
            Ok(scanned) => scanned,
            Err(Stop::AskPython) => return Ok(None),
            Err(raised) => return Err(raised),
        };
        let (value, end): (Bound<'_, PyAny>, usize) = scanned.extract()?;
        Ok((end == text.len()?).then_some(value))
    }
}

impl Kind for Json {
    fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.scan)
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
        if value.is_none() || text_of(value).is_ok() {
            return Ok(true);
        }
        field.validate_in_python(value, context)
    }

    fn write(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        match text_of(value) {
            Ok(text) => Ok(out.text(key, &text)?),
            Err(_) => field.write_in_python(key, value, out, context),
        }
    }

    /// What can be written is valid, so that it is looked at once.
    fn write_valid(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        match text_of(value) {
            Ok(text) => Ok(out.text(key, &text)?),
            Err(_) if field.validate_in_python(value, context)? => {
                field.write_in_python(key, value, out, context)
            }
            Err(_) => Err(Stop::AskPython),
        }
    }

    fn read<'py>(
        &self,
        element: &Element<'_>,
        field: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        match element.kind {
            kind::STRING => {
                let text = element.as_text()?;
                let Some(value) = self.value(text, context.py)? else {
                    return field.read_and_written_in_python(element, context);
                };
                match text_of(value.as_borrowed()) {
                    Ok(written) if written == text => Ok(value),
                    // Python keeps a text that is laid out otherwise, so that a save can write it.
                    Ok(_) => Err(Stop::AskPython),
                    Err(NotPlain) => field.read_and_written_in_python(element, context),
                }
            }
            // For null the text "null" would be written, and Python keeps that it is none.
            _ => Err(Stop::AskPython),
        }
    }
}

/// Why a value is not written here: it is for Python to write, or to refuse.
struct NotPlain;

impl From<PyErr> for NotPlain {
    fn from(_: PyErr) -> Self {
        Self
    }
}

/// The text of a value, laid out as Python's `json.dumps` does it.
fn text_of(value: Value<'_, '_>) -> Result<Vec<u8>, NotPlain> {
    let mut text = Text { bytes: Vec::new() };
    text.value(value, 0)?;
    Ok(text.bytes)
}

/// A text in the making.
struct Text {
    bytes: Vec<u8>,
}

impl Text {
    fn push(&mut self, bytes: &[u8]) -> Result<(), NotPlain> {
        if bytes.len() > LONGEST - self.bytes.len() {
            return Err(NotPlain);
        }
        self.bytes.try_reserve(bytes.len()).map_err(|_| NotPlain)?;
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn value(&mut self, value: Value<'_, '_>, depth: usize) -> Result<(), NotPlain> {
        if value.is_none() {
            self.push(b"null")
        } else if let Some(text) = exact::<PyString>(value) {
            self.string(&text)
        } else if let Some(number) = exact::<PyInt>(value) {
            self.int(whole_number(&number).ok_or(NotPlain)?)
        } else if let Some(truth) = exact::<PyBool>(value) {
            self.push(if truth.is_true() { b"true" } else { b"false" })
        } else if let Some(number) = exact::<PyFloat>(value) {
            self.float(&number)
        } else if depth > DEEPEST {
            Err(NotPlain)
        } else if let Some(list) = exact::<PyList>(value) {
            self.list(&list, depth)
        } else if let Some(dict) = exact::<PyDict>(value) {
            self.dict(&dict, depth)
        } else {
            Err(NotPlain)
        }
    }

    fn list(&mut self, list: &Bound<'_, PyList>, depth: usize) -> Result<(), NotPlain> {
        let mut before: &[u8] = b"[";
        for item in Items::of(list) {
            self.push(before)?;
            self.value(item.as_borrowed(), depth + 1)?;
            before = b", ";
        }
        self.push(if list.is_empty() { b"[]" } else { b"]" })
    }

    fn dict(&mut self, dict: &Bound<'_, PyDict>, depth: usize) -> Result<(), NotPlain> {
        let mut before: &[u8] = b"{";
        // Nothing of Python runs meanwhile that could change the dict.
        for (name, item) in dict.iter() {
            let name = name.cast_exact::<PyString>().map_err(|_| NotPlain)?;
            self.push(before)?;
            let start = self.bytes.len();
            self.string(name)?;
            if self.bytes.get(start + 1) == Some(&b'$') {
                return Err(NotPlain); // it may look like extended JSON
            }
            self.push(b": ")?;
            self.value(item.as_borrowed(), depth + 1)?;
            before = b", ";
        }
        self.push(if dict.is_empty() { b"{}" } else { b"}" })
    }

    fn int(&mut self, number: i64) -> Result<(), NotPlain> {
        let mut digits = [0; 20];
        let mut rest = number.unsigned_abs();
        let mut start = digits.len();
        loop {
            start -= 1;
            digits[start] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if number < 0 {
            start -= 1;
            digits[start] = b'-';
        }
        self.push(&digits[start..])
    }

    fn float(&mut self, number: &Bound<'_, PyFloat>) -> Result<(), NotPlain> {
        let value = number.value();
        if value.is_nan() {
            return self.push(b"NaN");
        }
        if value.is_infinite() {
            return self.push(if value > 0.0 {
                b"Infinity"
            } else {
                b"-Infinity"
            });
        }
        let shown = number.repr()?;
        self.push(shown.to_str()?.as_bytes())
    }

    fn string(&mut self, text: &Bound<'_, PyString>) -> Result<(), NotPlain> {
        self.push(b"\"")?;
        match characters(text)? {
            PyStringData::Ucs1(units) => self.plain_or_escaped(units)?,
            PyStringData::Ucs2(units) => self.escaped(units.iter().map(|&unit| u32::from(unit)))?,
            PyStringData::Ucs4(units) => self.escaped(units.iter().copied())?,
        }
        self.push(b"\"")
    }

    fn plain_or_escaped(&mut self, units: &[u8]) -> Result<(), NotPlain> {
        let is_plain = |&unit: &u8| (b' '..=b'~').contains(&unit) && !matches!(unit, b'"' | b'\\');
        if units.iter().all(is_plain) {
            return self.push(units);
        }
        self.escaped(units.iter().map(|&unit| u32::from(unit)))
    }

    fn escaped(&mut self, units: impl Iterator<Item = u32>) -> Result<(), NotPlain> {
        for unit in units {
            match unit {
                0x22 => self.push(b"\\\"")?,
                0x5C => self.push(b"\\\\")?,
                0x0A => self.push(b"\\n")?,
                0x0D => self.push(b"\\r")?,
                0x09 => self.push(b"\\t")?,
                0x08 => self.push(b"\\b")?,
                0x0C => self.push(b"\\f")?,
                0x20..=0x7E => self.push(&[unit as u8])?,
                0..=0xFFFF => self.unit(unit)?,
                _ => {
                    let beyond = unit - 0x1_0000;
                    self.unit(0xD800 + (beyond >> 10))?;
                    self.unit(0xDC00 + (beyond & 0x3FF))?;
                }
            }
        }
        Ok(())
    }

    /// A unit of UTF-16, as its number.
    fn unit(&mut self, unit: u32) -> Result<(), NotPlain> {
        self.push(format!("\\u{unit:04x}").as_bytes())
    }
}
