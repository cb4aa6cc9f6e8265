//! Several values of one kind. Twin of `fields/list_field.py`.

use pyo3::prelude::*;
use pyo3::types::PyList;

use super::Kind;
use crate::bson::{Element, Key, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::{Value, exact};
use crate::plan::{Arguments, Field, World};

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

/// A list that is owned while its items are visited: a user's method may let go of it.
fn owned<'py>(value: Value<'_, 'py>) -> Option<Bound<'py, PyList>> {
    exact::<PyList>(value).map(Borrowed::to_owned)
}

impl Kind for List {
    fn is_empty(&self, value: Value<'_, '_>, field: &Field, world: &World<'_>) -> Outcome<bool> {
        match exact::<PyList>(value) {
            Some(list) => Ok(list.is_empty()),
            None => field.is_empty_in_python(value, world),
        }
    }

    fn validate(&self, value: Value<'_, '_>, field: &Field, world: &World<'_>) -> Outcome<bool> {
        if value.is_none() {
            return Ok(!self.is_required);
        }
        match (owned(value), &field.item) {
            (Some(list), Some(item)) => item.accepts_items(&list, &world.deeper()?),
            _ => field.validate_in_python(value, world),
        }
    }

    fn write(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        world: &World<'_>,
    ) -> Outcome<()> {
        let list = owned(value);
        let Some(item) = field
            .item
            .as_ref()
            .filter(|_| list.is_some() || value.is_none())
        else {
            return field.write_in_python(key, value, out, world);
        };
        out.key(kind::ARRAY, key);
        let start = out.begin();
        // What was never set is stored as an empty list.
        if let Some(list) = list {
            item.write_items(&list, out, &world.deeper()?)?;
        }
        Ok(out.end(start)?)
    }

    fn write_valid(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        world: &World<'_>,
    ) -> Outcome<()> {
        // Its items are validated as they are written.
        if value.is_exact_instance_of::<PyList>() || self.validate(value, field, world)? {
            return self.write(key, value, field, out, world);
        }
        Err(Stop::AskPython)
    }

    fn read<'py>(
        &self,
        element: &Element<'_>,
        field: &Field,
        world: &World<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let list = match (element.kind, &field.item) {
            (kind::NULL, _) => PyList::empty(world.py),
            (kind::ARRAY, Some(item)) => {
                item.read_items(element.as_document()?, &world.deeper()?)?
            }
            _ => return field.read_in_python(element, world),
        };
        Ok(list.into_any())
    }
}
