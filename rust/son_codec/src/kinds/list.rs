//! Several values of one kind. Twin of `fields/list_field.py`.

use pyo3::prelude::*;
use pyo3::types::PyList;

use super::Kind;
use crate::bson::{Element, Key, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::{Value, exact};
use crate::plan::{Arguments, Context, Field};

pub(super) struct List {
    is_required: bool,
}

impl List {
    pub(super) fn new(arguments: &Arguments<'_, '_>) -> Self {
        Self {
            is_required: arguments.is_required,
        }
    }
}

impl Kind for List {
    fn is_empty(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        match exact::<PyList>(value) {
            Some(list) => Ok(list.is_empty()),
            None => field.is_empty_in_python(value, context),
        }
    }

    fn validate(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        if value.is_none() {
            return Ok(!self.is_required);
        }
        match (exact::<PyList>(value), &field.item) {
            (Some(list), Some(item)) => item.accepts_items(&list, &context.deeper()?),
            _ => field.validate_in_python(value, context),
        }
    }

    fn write(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        let list = exact::<PyList>(value);
        let Some(item) = field
            .item
            .as_ref()
            .filter(|_| list.is_some() || value.is_none())
        else {
            return field.write_in_python(key, value, out, context);
        };
        out.key(kind::ARRAY, key)?;
        let start = out.begin()?;
        // What was never set is stored as an empty list.
        if let Some(list) = list {
            item.write_items(&list, out, &context.deeper()?)?;
        }
        Ok(out.end(start)?)
    }

    fn write_valid(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        // Its items are validated as they are written.
        if value.is_exact_instance_of::<PyList>() || self.validate(value, field, context)? {
            return self.write(key, value, field, out, context);
        }
        Err(Stop::AskPython)
    }

    fn read<'py>(
        &self,
        element: &Element<'_>,
        field: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let list = match (element.kind, &field.item) {
            // It reads as an empty list, and Python keeps that it is null.
            (kind::NULL, _) => return Err(Stop::AskPython),
            (kind::ARRAY, Some(item)) => {
                item.read_items(element.as_document()?, &context.deeper()?)?
            }
            _ => return field.read_in_python(element, context),
        };
        Ok(list.into_any())
    }
}
