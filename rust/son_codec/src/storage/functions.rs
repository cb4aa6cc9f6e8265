//! What the Python side asks of an instance by name, without moving its values to the `__dict__`.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use super::base_type::stored;
use super::instance::Stored;
use super::layout::{Layout, interned};
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

/// Put these values in the place of all that a document has. Answers `False`, and does nothing, if one
/// of them is no field's, or the document has a `__dict__`.
#[pyfunction]
#[pyo3(signature = (document, values, /))]
pub(crate) fn take_values<'py>(
    document: &Bound<'py, PyAny>,
    values: &Bound<'py, PyDict>,
) -> PyResult<bool> {
    let stored = self::document(document)?;
    let Some((layout, placed)) = placed(stored, values)? else {
        return Ok(false);
    };
    for (index, (name, value)) in layout.get().names().iter().zip(placed).enumerate() {
        let name = name.bind(document.py());
        match value {
            Some(value) => stored.put(name, index, &value)?,
            None => stored.forget(name, index)?,
        }
    }
    Ok(true)
}

/// The layout of a document, and for each of its indexes one of these values, if there is one for it;
/// `None` if one of them is no field's, or the document has a `__dict__`.
fn placed<'py>(
    document: Stored<'_, 'py>,
    values: &Bound<'py, PyDict>,
) -> PyResult<Option<(Bound<'py, Layout>, Values<'py>)>> {
    let Some(layout) = document
        .layout()
        .filter(|_| document.dict_if_any().is_none())
    else {
        return Ok(None);
    };
    let mut placed = Values::new();
    placed.resize_with(layout.get().len(), || None);
    for (index, (name, value)) in values.iter().enumerate() {
        let name = interned(name.cast_into::<PyString>()?)?;
        let index = layout.get().index_of(&name, index);
        match index.and_then(|index| placed.get_mut(index)) {
            Some(place) => *place = Some(value),
            None => return Ok(None),
        }
    }
    Ok(Some((layout.to_owned(), placed)))
}

type Values<'py> = Vec<Option<Bound<'py, PyAny>>>;
