//! Numbers with a fraction. Twin of `fields/float_field.py`.

use pyo3::prelude::*;
use pyo3::types::PyFloat;

use super::Kind;
use crate::bson::{Element, Writer, kind};
use crate::errors::Outcome;
use crate::plan::{Arguments, Field, World};

pub(super) struct Float {
    is_bounded: bool,
}

impl Float {
    pub(super) fn new(arguments: &Arguments<'_, '_>) -> PyResult<Self> {
        let least = arguments.value("min_value")?;
        let most = arguments.value("max_value")?;
        Ok(Self {
            is_bounded: least.is_some() || most.is_some(),
        })
    }
}

impl Kind for Float {
    fn is_empty(&self, value: &Bound<'_, PyAny>, _: &Field, _: &World<'_>) -> Outcome<bool> {
        Ok(value.is_none())
    }

    fn validate(
        &self,
        value: &Bound<'_, PyAny>,
        field: &Field,
        world: &World<'_>,
    ) -> Outcome<bool> {
        if value.is_none() || (!self.is_bounded && value.is_exact_instance_of::<PyFloat>()) {
            return Ok(true);
        }
        field.validate_in_python(value, world)
    }

    fn write(
        &self,
        key: &[u8],
        value: &Bound<'_, PyAny>,
        field: &Field,
        out: &mut Writer,
        world: &World<'_>,
    ) -> Outcome<()> {
        if let Ok(number) = value.cast_exact::<PyFloat>() {
            out.double(key, number.value());
        } else if value.is_none() {
            out.null(key);
        } else {
            field.write_in_python(key, value, out, world)?;
        }
        Ok(())
    }

    fn read<'py>(
        &self,
        element: &Element<'_>,
        field: &Field,
        world: &World<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        Ok(match element.kind {
            kind::DOUBLE => PyFloat::new(world.py, element.as_f64()?).into_any(),
            kind::NULL => world.py.None().into_bound(world.py),
            _ => field.read_in_python(element, world)?,
        })
    }
}
