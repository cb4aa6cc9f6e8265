//! Text. Twin of `fields/string_field.py`.

use pyo3::prelude::*;
use pyo3::types::PyString;

use super::Kind;
use crate::bson::{Element, Key, TooLarge, Writer, kind};
use crate::errors::Outcome;
use crate::objects::{Value, exact, make_text, write_ascii_if, write_text};
use crate::plan::{Arguments, Context, Field};

pub(super) struct String {
    /// `None` where it is no plain length: then Python compares.
    max_length: Option<usize>,
}

impl String {
    pub(super) fn new(arguments: &Arguments<'_, '_>) -> PyResult<Self> {
        Ok(Self {
            max_length: arguments.most("max_length")?,
        })
    }
}

impl Kind for String {
    fn is_empty(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        match exact::<PyString>(value) {
            Some(text) => Ok(text.code_point_len()? == 0),
            None if value.is_none() => Ok(true),
            None => field.is_empty_in_python(value, context),
        }
    }

    #[inline(always)]
    fn validate(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        match (self.max_length, exact::<PyString>(value)) {
            (Some(most), Some(text)) => Ok(text.code_point_len()? <= most),
            _ if value.is_none() => Ok(true),
            _ => field.validate_in_python(value, context),
        }
    }

    #[inline(always)]
    fn knows(&self, value: Value<'_, '_>, _: &Context<'_>) -> bool {
        let (Some(text), Some(most)) = (exact::<PyString>(value), self.max_length) else {
            return false;
        };
        text.code_point_len()
            .is_ok_and(|length| 0 < length && length <= most)
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
        let Some(most) = self.max_length else {
            return Ok(false);
        };
        let fits = |text: &[u8]| !text.is_empty() && text.len() <= most;
        write_ascii_if(fits, key, value, out)
    }

    #[inline(always)]
    fn write(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        _: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        match exact::<PyString>(value) {
            Some(text) => write_text(key, &text, out),
            None => context.encode(key, value, out),
        }
    }

    #[inline(always)]
    fn read<'py>(
        &self,
        element: &Element<'_>,
        _: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        match element.kind {
            kind::STRING => Ok(make_text(context.py, element.as_text()?)?),
            _ => context.decode(element),
        }
    }
}
