//! True or false. Twin of `fields/boolean_field.py`.

use pyo3::prelude::*;
use pyo3::types::PyBool;

use super::Kind;
use crate::bson::{Element, Writer};
use crate::errors::Outcome;
use crate::plan::{Field, World};

pub(super) struct Boolean;

impl Kind for Boolean {
    fn is_empty(&self, value: &Bound<'_, PyAny>, _: &Field, _: &World<'_>) -> Outcome<bool> {
        Ok(value.is_none())
    }

    fn validate(&self, _: &Bound<'_, PyAny>, _: &Field, _: &World<'_>) -> Outcome<bool> {
        Ok(true)
    }

    fn write(
        &self,
        key: &[u8],
        value: &Bound<'_, PyAny>,
        field: &Field,
        out: &mut Writer,
        world: &World<'_>,
    ) -> Outcome<()> {
        if let Ok(truth) = value.cast_exact::<PyBool>() {
            out.boolean(key, truth.is_true());
        } else if value.is_none() {
            out.boolean(key, false); // what was never set is stored as false
        } else {
            field.write_in_python(key, value, out, world)?;
        }
        Ok(())
    }

    fn read<'py>(
        &self,
        element: &Element<'_>,
        _: &Field,
        world: &World<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        world.decode(element)
    }
}
