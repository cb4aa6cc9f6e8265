//! Text that loses what is blank at its ends, or is made small or capital, before all else. Twin of
//! `StringField._normalised`.

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyString;

use super::Kind;
use crate::bson::{Element, Key, TooLarge, Writer};
use crate::errors::{Outcome, Stop};
use crate::objects::{Value, ascii, exact, is_ascii_and};
use crate::plan::{Arguments, Context, Field};

/// What Python takes for blank in ASCII.
const BLANK: [u8; 10] = *b"\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f ";

pub(crate) struct Normalised {
    kind: Box<dyn Kind>,
    strips: bool,
    lowers: bool,
    uppers: bool,
}

impl Normalised {
    /// A kind that is given texts as the options of its field ask for them; the kind itself where they
    /// ask for nothing.
    pub(crate) fn of(
        kind: Box<dyn Kind>,
        arguments: &Arguments<'_, '_>,
    ) -> PyResult<Box<dyn Kind>> {
        let strips = arguments.is_set("strip_whitespace")?;
        let lowers = arguments.is_set("to_lower")?;
        let uppers = arguments.is_set("to_upper")?;
        if !(strips || lowers || uppers) {
            return Ok(kind);
        }
        Ok(Box::new(Self {
            kind,
            strips,
            lowers,
            uppers,
        }))
    }

    /// Whether a text in ASCII stays as it is.
    fn keeps(&self, text: &[u8]) -> bool {
        let is_blank = |byte: Option<&u8>| byte.is_some_and(|byte| BLANK.contains(byte));
        !(self.strips && (is_blank(text.first()) || is_blank(text.last()))
            || self.lowers && text.iter().any(u8::is_ascii_uppercase)
            || self.uppers && text.iter().any(u8::is_ascii_lowercase))
    }

    /// The text that a value becomes; `None` where it stays as it is.
    fn changed<'py>(&self, value: Value<'_, 'py>) -> Outcome<Option<Bound<'py, PyAny>>> {
        let Some(text) = exact::<PyString>(value) else {
            // What a text of a program's own class means only Python knows.
            return if value.is_instance_of::<PyString>() {
                Err(Stop::AskPython)
            } else {
                Ok(None)
            };
        };
        if ascii(&text).is_some_and(|bytes| self.keeps(bytes)) {
            return Ok(None);
        }
        let py = value.py();
        let mut made = value.to_owned();
        if self.strips {
            made = made.call_method0(intern!(py, "strip"))?;
        }
        if self.lowers {
            made = made.call_method0(intern!(py, "lower"))?;
        }
        if self.uppers {
            made = made.call_method0(intern!(py, "upper"))?;
        }
        Ok(if made.eq(value)? { None } else { Some(made) })
    }

    /// Go on with the text that a value becomes.
    fn with<T>(
        &self,
        value: Value<'_, '_>,
        then: impl FnOnce(Value<'_, '_>) -> Outcome<T>,
    ) -> Outcome<T> {
        match self.changed(value)? {
            Some(text) => then(text.as_borrowed()),
            None => then(value),
        }
    }
}

impl Kind for Normalised {
    fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.kind.traverse(visit)
    }

    fn obeys(&self, value: Value<'_, '_>) -> Outcome<()> {
        self.with(value, |text| self.kind.obeys(text))
    }

    fn has_rules(&self) -> bool {
        self.kind.has_rules()
    }

    fn has_programs_rules(&self) -> bool {
        self.kind.has_programs_rules()
    }

    fn omits_none(&self) -> bool {
        self.kind.omits_none()
    }

    fn is_empty(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        self.with(value, |text| self.kind.is_empty(text, field, context))
    }

    fn validate(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        self.with(value, |text| self.kind.validate(text, field, context))
    }

    fn knows(&self, value: Value<'_, '_>, context: &Context<'_>) -> bool {
        is_ascii_and(value, |text| self.keeps(text)) && self.kind.knows(value, context)
    }

    fn write_plain(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Result<bool, TooLarge> {
        if !is_ascii_and(value, |text| self.keeps(text)) {
            return Ok(false);
        }
        self.kind.write_plain(key, value, out, context)
    }

    fn writes_null(&self) -> bool {
        self.kind.writes_null()
    }

    fn write(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        self.with(value, |text| {
            self.kind.write(key, text, field, out, context)
        })
    }

    fn write_valid(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        self.with(value, |text| {
            self.kind.write_valid(key, text, field, out, context)
        })
    }

    /// What is stored otherwise than it would be is for the Python side, which keeps that.
    fn read<'py>(
        &self,
        element: &Element<'_>,
        field: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let value = self.kind.read(element, field, context)?;
        match self.changed(value.as_borrowed())? {
            Some(_) => Err(Stop::AskPython),
            None => Ok(value),
        }
    }
}
