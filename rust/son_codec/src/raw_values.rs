//! The values of documents as bytes, by which changes are told. Twin of `raw_values` and
//! `differing_values` in `codec/elements.py`.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString};

use crate::bson::{Element, Reader, differences};
use crate::process::Call;
use crate::pure::pure;

/// The values by their keys, each with its type in front.
#[pyfunction]
pub(crate) fn raw_values<'py>(raw: &Bound<'py, PyBytes>) -> PyResult<Bound<'py, PyAny>> {
    let py = raw.py();
    if let Some(values) = split(py, raw.as_bytes())? {
        return Ok(values.into_any());
    }
    // The bytes do not add up, of which Python says how.
    let _call = Call::begin(py);
    pure(py)?.call_method1("raw_values", (raw,))
}

/// The same; `None` if the bytes do not add up.
fn split<'py>(py: Python<'py>, raw: &[u8]) -> PyResult<Option<Bound<'py, PyDict>>> {
    let Ok(mut reader) = Reader::new(raw) else {
        return Ok(None);
    };
    let values = PyDict::new(py);
    loop {
        match reader.next_element() {
            Ok(Some(element)) => {
                let key = PyString::from_bytes(py, element.key)?;
                values.set_item(key, with_type(py, &element)?)?;
            }
            Ok(None) => return Ok(Some(values)),
            Err(_) => return Ok(None),
        }
    }
}

/// The keys whose values differ, each with what is stored, what was written before and what is now.
#[pyfunction]
pub(crate) fn differing_values<'py>(
    stored: &Bound<'py, PyBytes>,
    before: &Bound<'py, PyBytes>,
    now: &Bound<'py, PyBytes>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = stored.py();
    let Ok(found) = differences(stored.as_bytes(), before.as_bytes(), now.as_bytes()) else {
        let _call = Call::begin(py);
        return pure(py)?.call_method1("differing_values", (stored, before, now));
    };
    let list = PyList::empty(py);
    for it in found {
        let [stored, before, now] = it
            .values
            .map(|value| value.map(|element| with_type(py, &element)).transpose());
        list.append((PyString::new(py, it.key), stored?, before?, now?))?;
    }
    Ok(list.into_any())
}

fn with_type<'py>(py: Python<'py>, element: &Element<'_>) -> PyResult<Bound<'py, PyBytes>> {
    PyBytes::new_with(py, 1 + element.value.len(), |bytes| {
        if let Some((first, rest)) = bytes.split_first_mut() {
            *first = element.kind;
            rest.copy_from_slice(element.value);
        }
        Ok(())
    })
}
