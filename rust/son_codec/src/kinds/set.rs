//! Several different values of one kind. Twin of `fields/set_field.py`.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyFrozenSet, PyList, PySet};

use super::Kind;
use super::list::List;
use crate::bson::{Element, Key, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::{Value, listed};
use crate::plan::{Arguments, Context, Field};

pub(super) struct Set {
    list: List,
    is_frozen: bool,
}

impl Set {
    pub(super) fn new(arguments: &Arguments<'_, '_>) -> PyResult<Self> {
        Ok(Self {
            list: List::new(arguments),
            is_frozen: arguments.is_set("frozen")?,
        })
    }
}

/// The items of a set, in its order. Finding them runs no code of theirs.
fn items<'py>(value: Value<'_, 'py>) -> PyResult<Option<Bound<'py, PyList>>> {
    if value.is_exact_instance_of::<PySet>() || value.is_exact_instance_of::<PyFrozenSet>() {
        return listed(&value.to_owned()).map(Some);
    }
    Ok(None)
}

impl Kind for Set {
    fn is_empty(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        match items(value)? {
            Some(items) => Ok(items.is_empty()),
            None => self.list.is_empty(value, field, context),
        }
    }

    fn validate(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        match items(value)? {
            Some(items) => self
                .list
                .validate(items.as_any().as_borrowed(), field, context),
            None => self.list.validate(value, field, context),
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
        match items(value)? {
            Some(items) => {
                let items = items.as_any().as_borrowed();
                self.list.write(key, items, field, out, context)
            }
            None => self.list.write(key, value, field, out, context),
        }
    }

    fn write_valid(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        match items(value)? {
            Some(items) => {
                let items = items.as_any().as_borrowed();
                self.list.write_valid(key, items, field, out, context)
            }
            None => self.list.write_valid(key, value, field, out, context),
        }
    }

    fn read<'py>(
        &self,
        element: &Element<'_>,
        field: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        if element.kind != kind::ARRAY {
            return Err(Stop::AskPython);
        }
        let list = self.list.read(element, field, context)?;
        let py = context.py;
        let kind = if self.is_frozen {
            py.get_type::<PyFrozenSet>()
        } else {
            py.get_type::<PySet>()
        };
        match kind.call1((&list,)) {
            // It has items that no set can have.
            Err(error) if error.is_instance_of::<PyTypeError>(py) => Ok(list),
            Err(error) => Err(error.into()),
            // What is stored more than once is kept by Python.
            Ok(set) if set.len()? != list.len()? => Err(Stop::AskPython),
            Ok(set) => Ok(set),
        }
    }
}
