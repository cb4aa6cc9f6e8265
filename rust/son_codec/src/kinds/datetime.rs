//! Points in time. Twin of `fields/datetime_field.py`.

use pyo3::prelude::*;
use pyo3::types::PyDateTime;

use super::Kind;
use crate::bson::{Element, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::plan::{Arguments, Field, World};

pub(super) struct DateTime {
    /// Whether saves set it: then a missing value is for Python to make. Items of lists are not set.
    is_automatic: bool,
}

impl DateTime {
    pub(super) fn new(arguments: &Arguments<'_, '_>) -> PyResult<Self> {
        let on_insert: bool = arguments.get("auto_now_on_insert")?.unwrap_or(false);
        let on_update: bool = arguments.get("auto_now_on_update")?.unwrap_or(false);
        Ok(Self {
            is_automatic: !arguments.is_item && (on_insert || on_update),
        })
    }

    /// Stops for what a stamped attribute would read in another way than its field does.
    fn check(&self, value: &Bound<'_, PyAny>) -> Outcome<()> {
        if self.is_automatic && !value.is_exact_instance_of::<PyDateTime>() {
            return Err(Stop::AskPython);
        }
        Ok(())
    }
}

impl Kind for DateTime {
    fn is_empty(&self, value: &Bound<'_, PyAny>, _: &Field, _: &World<'_>) -> Outcome<bool> {
        self.check(value)?;
        Ok(value.is_none())
    }

    fn validate(&self, value: &Bound<'_, PyAny>, _: &Field, _: &World<'_>) -> Outcome<bool> {
        self.check(value)?;
        Ok(value.is_none() || value.is_instance_of::<PyDateTime>())
    }

    fn write(
        &self,
        key: &[u8],
        value: &Bound<'_, PyAny>,
        field: &Field,
        out: &mut Writer,
        world: &World<'_>,
    ) -> Outcome<()> {
        self.check(value)?;
        if value.is_none() || value.is_exact_instance_of::<PyDateTime>() {
            return world.encode(key, value, out);
        }
        field.write_in_python(key, value, out, world)
    }

    fn read<'py>(
        &self,
        element: &Element<'_>,
        field: &Field,
        world: &World<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        match element.kind {
            kind::DATE | kind::NULL => world.decode(element),
            _ => field.read_in_python(element, world),
        }
    }
}
