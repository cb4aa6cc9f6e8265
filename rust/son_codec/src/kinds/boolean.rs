//! True or false. Twin of `fields/boolean_field.py`.

use pyo3::prelude::*;
use pyo3::types::PyBool;

use super::{Kind, writes_scalars};
use crate::bson::{Element, Key, Scalar, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::{Value, exact};
use crate::plan::{Arguments, Context, Field};

const TRUE: [&str; 6] = ["true", "t", "yes", "y", "on", "1"];
const FALSE: [&str; 6] = ["false", "f", "no", "n", "off", "0"];

/// What was never set is stored as null where `NULL` says so, and else as false.
struct Boolean<const NULL: bool>;

pub(super) fn kind(arguments: &Arguments<'_, '_>) -> PyResult<Box<dyn Kind>> {
    Ok(if arguments.is_set("null")? {
        Box::new(Boolean::<true>)
    } else {
        Box::new(Boolean::<false>)
    })
}

impl<const NULL: bool> Boolean<NULL> {
    /// The value as it is stored, if it is one of the two.
    #[inline(always)]
    fn scalar(&self, value: Value<'_, '_>, _: &Context<'_>) -> Option<Scalar<1>> {
        exact::<PyBool>(value).map(|truth| Scalar::boolean(truth.is_true()))
    }
}

impl<const NULL: bool> Kind for Boolean<NULL> {
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
        if value.is_exact_instance_of::<PyBool>() || value.is_none() {
            return Ok(true);
        }
        field.validate_in_python(value, context)
    }

    #[inline(always)]
    fn knows(&self, value: Value<'_, '_>, _: &Context<'_>) -> bool {
        value.is_exact_instance_of::<PyBool>()
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
        if let Some(truth) = exact::<PyBool>(value) {
            out.scalar(key, Scalar::boolean(truth.is_true()))?;
        } else if value.is_none() && NULL {
            out.null(key)?;
        } else if value.is_none() {
            out.scalar(key, Scalar::boolean(false))?;
        } else {
            field.write_in_python(key, value, out, context)?;
        }
        Ok(())
    }

    fn parse<'py>(&self, text: &[u8], context: &Context<'py>) -> Option<Bound<'py, PyAny>> {
        let says = |words: &[&str]| {
            let mut words = words.iter();
            words.any(|word| text.eq_ignore_ascii_case(word.as_bytes()))
        };
        let is_true = says(&TRUE);
        (is_true || says(&FALSE)).then(|| PyBool::new(context.py, is_true).to_owned().into_any())
    }

    #[inline(always)]
    fn read<'py>(
        &self,
        element: &Element<'_>,
        _: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        match element.kind {
            kind::BOOLEAN => context.decode(element),
            kind::NULL if NULL => Ok(context.none()),
            // It would be written as true or false, and Python keeps what is stored.
            _ => Err(Stop::AskPython),
        }
    }
}
