//! What the Python side asks of an instance by name, without moving its values to the `__dict__`.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use super::base_type::stored;
use super::instance::Stored;
use super::layout::interned;
use super::state;

fn document<'a, 'py>(object: &'a Bound<'py, PyAny>) -> PyResult<Stored<'a, 'py>> {
    stored(object.as_borrowed())
        .ok_or_else(|| PyTypeError::new_err("values by name are those of documents"))
}

/// A value by name, as it is kept.
#[pyfunction]
#[pyo3(signature = (document, name, default = None, /))]
pub(crate) fn value<'py>(
    document: &Bound<'py, PyAny>,
    name: Bound<'py, PyString>,
    default: Option<Bound<'py, PyAny>>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let found = self::document(document)?.value(&interned(name)?, 0)?;
    Ok(found.or(default))
}

/// The `__dict__` of a document if it has one, in which values may be that are no fields'.
#[pyfunction]
#[pyo3(signature = (document, /))]
pub(crate) fn others<'py>(document: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyDict>>> {
    Ok(self::document(document)?.dict_if_any())
}

/// A copy of all values of a document, by name.
#[pyfunction]
#[pyo3(signature = (document, /))]
pub(crate) fn values_of<'py>(document: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    state::values_of(self::document(document)?)
}

/// Put these values in the place of those that a document has. Answers `False`, and does nothing, if
/// one of them is no field's, or the document has its values in the `__dict__`.
#[pyfunction]
#[pyo3(signature = (document, values, /))]
pub(crate) fn take_values(
    document: &Bound<'_, PyAny>,
    values: &Bound<'_, PyDict>,
) -> PyResult<bool> {
    let stored = self::document(document)?;
    let mut placed = Vec::with_capacity(values.len());
    if let Some(layout) = stored.layout() {
        for (index, (name, value)) in values.iter().enumerate() {
            let name = interned(name.cast_into::<PyString>()?)?;
            match layout.get().index_of(&name, index) {
                Some(index) => placed.push((index, name, value)),
                None => return Ok(false),
            }
        }
    } else {
        return Ok(false);
    }
    for (index, name, value) in placed {
        stored.put(&name, index, &value)?;
    }
    Ok(true)
}
