//! A document that is BSON already, as the driver takes it.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString, PyTuple};

use crate::objects::{Items, PausedCollector, list_of, listed, untracked};
use crate::process::Call;
use crate::pure::pure;

/// The twin of `codec/encoded_document.py`, which does whatever the driver does not ask of every
/// document.
#[pyclass(frozen, mapping, module = "aiomotorengine._son_codec")]
pub(crate) struct EncodedDocument {
    #[pyo3(get)]
    raw: Py<PyBytes>,
}

#[pymethods]
impl EncodedDocument {
    #[classattr]
    #[pyo3(name = "_type_marker")]
    const TYPE_MARKER: u8 = 101; // what PyMongo looks for, to copy the bytes as they are

    #[new]
    fn new(raw: Py<PyBytes>) -> Self {
        Self { raw }
    }

    fn __contains__(&self, key: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(is_id(key) || self.in_python(key.py(), |twin| twin.contains(key))?)
    }

    fn __getitem__<'py>(&self, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        self.in_python(key.py(), |twin| twin.get_item(key))
    }

    fn __setitem__(&self, key: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        self.in_python(key.py(), |twin| twin.set_item(key, value))
    }

    fn __delitem__(&self, key: &Bound<'_, PyAny>) -> PyResult<()> {
        self.in_python(key.py(), |twin| twin.del_item(key))
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        self.in_python(py, |twin| twin.len())
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.in_python(py, |twin| Ok(twin.try_iter()?.into_any()))
    }

    fn __eq__<'py>(&self, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = other.py();
        self.in_python(py, |twin| {
            twin.call_method1(intern!(py, "__eq__"), (other,))
        })
    }

    fn __repr__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        self.in_python(py, |twin| twin.repr())
    }

    /// A copy is the twin: of what listens to commands, some copies them whole.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        (python_class(py)?, (&self.raw,)).into_pyobject(py)
    }

    /// The other methods of a mapping.
    fn __getattr__<'py>(&self, name: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyAny>> {
        self.in_python(name.py(), |twin| twin.getattr(name))
    }
}

impl EncodedDocument {
    #[cold]
    fn in_python<'py, T>(
        &self,
        py: Python<'py>,
        ask: impl FnOnce(&Bound<'py, PyAny>) -> PyResult<T>,
    ) -> PyResult<T> {
        let _call = Call::begin(py);
        ask(&python_class(py)?.call1((&self.raw,))?)
    }
}

fn python_class(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    pure(py)?.getattr(intern!(py, "EncodedDocument"))
}

fn is_id(key: &Bound<'_, PyAny>) -> bool {
    key.cast::<PyString>().is_ok_and(|key| key == "_id")
}

/// Wrap encoded documents for the driver.
#[pyfunction]
pub(crate) fn wrap_many<'py>(encoded: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
    let py = encoded.py();
    let encoded = listed(encoded)?;
    let _pause = PausedCollector::new(py, false);
    let documents = Items::of(&encoded).map(|raw| {
        let raw = raw.cast_into()?.unbind();
        Ok(untracked(Bound::new(py, EncodedDocument { raw })?).into_any())
    });
    list_of(py, encoded.len(), documents)
}
