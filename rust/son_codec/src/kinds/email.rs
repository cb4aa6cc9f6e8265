//! The text of an e-mail address. Twin of `fields/email_field.py`.

use pyo3::prelude::*;

use super::Kind;
use super::as_is::AsIs;
use super::domain::{class, is, is_mail_domain, run};
use crate::bson::{Element, Key, Writer};
use crate::errors::Outcome;
use crate::objects::{Value, is_ascii_and, write_ascii_if};
use crate::plan::{Context, Field};

/// Addresses in ASCII are matched here, others by the field's pattern.
pub(super) struct Email;

impl Kind for Email {
    fn is_empty(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        AsIs.is_empty(value, field, context)
    }

    #[inline]
    fn validate(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        if value.is_none() || is_ascii_and(value, is_address) {
            return Ok(true);
        }
        field.validate_in_python(value, context)
    }

    #[inline(always)]
    fn write_plain(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        out: &mut Writer,
        _: &Context<'_>,
    ) -> Outcome<bool> {
        write_ascii_if(is_address, key, value, out)
    }

    #[inline]
    fn write(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        AsIs.write(key, value, field, out, context)
    }

    #[inline]
    fn read<'py>(
        &self,
        element: &Element<'_>,
        field: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        AsIs.read(element, field, context)
    }
}

/// Whether an ASCII text matches `EmailField.EMAIL_REGEX`.
#[inline]
fn is_address(text: &[u8]) -> bool {
    domain_of(text).is_some_and(is_mail_domain)
}

/// What follows the `@` of an address, if what is before it is words with dots between them, or text
/// in quotation marks.
#[inline]
fn domain_of(text: &[u8]) -> Option<&[u8]> {
    if let Some(quoted) = text.strip_prefix(b"\"") {
        return after_quoted(quoted)?.strip_prefix(b"@");
    }
    let mut rest = text;
    loop {
        let length = run(rest, class::WORD);
        let (next, after) = rest.get(length..)?.split_first()?;
        match next {
            _ if length == 0 => return None,
            b'@' => return Some(after),
            b'.' => rest = after,
            _ => return None,
        }
    }
}

/// What follows the quotation mark that ends a quoted text.
#[cold]
fn after_quoted(text: &[u8]) -> Option<&[u8]> {
    let mut is_escaped = false;
    for (index, &byte) in text.iter().enumerate() {
        match byte {
            b'"' if !is_escaped => return text.get(index + 1..),
            b'\\' => is_escaped = !is_escaped,
            _ if is(byte, class::VISIBLE) => is_escaped = false,
            _ => return None,
        }
    }
    None
}
