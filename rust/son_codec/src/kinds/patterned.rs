//! Text that matches a pattern. Texts in ASCII are matched here, others by the field's own pattern.

use std::marker::PhantomData;

use pyo3::prelude::*;

use super::Kind;
use super::as_is::AsIs;
use crate::bson::{Element, Key, TooLarge, Writer};
use crate::errors::Outcome;
use crate::objects::{Value, is_ascii_and, write_ascii_if};
use crate::plan::{Context, Field};

/// What texts of a kind look like.
pub(super) trait Pattern: Send + Sync {
    /// Whether an ASCII text matches the pattern of the kind's twin.
    fn matches(text: &[u8]) -> bool;
}

/// A kind of text with a pattern.
pub(super) struct Patterned<P>(PhantomData<P>);

impl<P> Patterned<P> {
    pub(super) const NEW: Self = Self(PhantomData);
}

impl<P: Pattern> Kind for Patterned<P> {
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
        if value.is_none() || is_ascii_and(value, P::matches) {
            return Ok(true);
        }
        field.validate_in_python(value, context)
    }

    #[inline(always)]
    fn knows(&self, value: Value<'_, '_>, _: &Context<'_>) -> bool {
        is_ascii_and(value, P::matches)
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
        write_ascii_if(P::matches, key, value, out)
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
