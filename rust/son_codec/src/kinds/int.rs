//! Whole numbers of 64 bits. Twin of `fields/int_field.py`.

use pyo3::prelude::*;
use pyo3::types::PyInt;

use super::Kind;
use crate::bson::{Element, Writer, kind};
use crate::errors::Outcome;
use crate::plan::{Arguments, Field, World};

pub(super) struct Int {
    /// `None` where a bound is no whole number of 64 bits: then Python compares.
    bounds: Option<(i64, i64)>,
}

impl Int {
    pub(super) fn new(arguments: &Arguments<'_, '_>) -> PyResult<Self> {
        let least = bound(arguments, "min_value", i64::MIN)?;
        let most = bound(arguments, "max_value", i64::MAX)?;
        Ok(Self {
            bounds: least.zip(most),
        })
    }
}

fn bound(arguments: &Arguments<'_, '_>, name: &str, otherwise: i64) -> PyResult<Option<i64>> {
    let Some(given) = arguments.value(name)? else {
        return Ok(Some(otherwise));
    };
    Ok(given
        .cast_exact::<PyInt>()
        .ok()
        .and_then(|number| number.extract().ok()))
}

impl Kind for Int {
    fn is_empty(&self, value: &Bound<'_, PyAny>, _: &Field, _: &World<'_>) -> Outcome<bool> {
        Ok(value.is_none())
    }

    fn validate(
        &self,
        value: &Bound<'_, PyAny>,
        field: &Field,
        world: &World<'_>,
    ) -> Outcome<bool> {
        if value.is_none() {
            return Ok(true);
        }
        if let (Some((least, most)), Ok(number)) = (self.bounds, value.cast_exact::<PyInt>()) {
            return Ok(number
                .extract::<i64>()
                .is_ok_and(|number| least <= number && number <= most));
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
        if let Ok(number) = value.cast_exact::<PyInt>() {
            out.int(key, number.extract()?);
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
            kind::INT32 => PyInt::new(world.py, element.as_i32()?).into_any(),
            kind::INT64 => PyInt::new(world.py, element.as_i64()?).into_any(),
            kind::NULL => world.py.None().into_bound(world.py),
            _ => field.read_in_python(element, world)?,
        })
    }
}
