//! Bytes. Twin of `fields/binary_field.py`.

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::Kind;
use crate::bson::{Element, Key, TooLarge, Writer};
use crate::errors::{Outcome, Stop};
use crate::objects::{Value, exact};
use crate::plan::{Arguments, Context, Field};

pub(super) struct Binary {
    /// `None` where it is no plain length: then Python compares.
    max_bytes: Option<usize>,
}

impl Binary {
    pub(super) fn new(arguments: &Arguments<'_, '_>) -> PyResult<Self> {
        Ok(Self {
            max_bytes: arguments.most("max_bytes")?,
        })
    }
}

impl Kind for Binary {
    fn validate(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        match (self.max_bytes, exact::<PyBytes>(value)) {
            (Some(most), Some(bytes)) => Ok(bytes.as_bytes().len() <= most),
            _ if value.is_none() => Ok(true),
            _ => field.validate_in_python(value, context),
        }
    }

    #[inline(always)]
    fn knows(&self, value: Value<'_, '_>, _: &Context<'_>) -> bool {
        exact::<PyBytes>(value)
            .zip(self.max_bytes)
            .is_some_and(|(bytes, most)| bytes.as_bytes().len() <= most)
    }

    #[inline(always)]
    fn write_plain(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        out: &mut Writer,
        _: &Context<'_>,
    ) -> Result<bool, TooLarge> {
        if let Some(most) = self.max_bytes
            && let Some(bytes) = exact::<PyBytes>(value)
            && bytes.as_bytes().len() <= most
        {
            out.binary(key, 0, bytes.as_bytes())?;
            return Ok(true);
        }
        Ok(false)
    }

    fn write(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        if let Some(bytes) = exact::<PyBytes>(value) {
            out.binary(key, 0, bytes.as_bytes())?;
        } else if value.is_none() {
            out.null(key)?;
        } else {
            field.write_in_python(key, value, out, context)?;
        }
        Ok(())
    }

    fn read<'py>(
        &self,
        element: &Element<'_>,
        field: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let value = context.decode(element)?;
        if value.is_none() || value.is_exact_instance_of::<PyBytes>() {
            return Ok(value);
        }
        if value.is_instance_of::<PyBytes>() {
            return field.loaded_in_python(&value, context);
        }
        // Python keeps what is stored in another form, so that a save can write it again.
        Err(Stop::AskPython)
    }
}
