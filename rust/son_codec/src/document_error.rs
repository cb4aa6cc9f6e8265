//! `DocumentError`: which document of a call was refused, and what was made of those before it.

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;

use crate::objects::list_of;

/// The class of these errors (`codec/contract.py`).
pub(crate) struct DocumentError {
    class: Py<PyAny>,
}

impl DocumentError {
    pub(crate) fn find(pure: &Bound<'_, PyModule>) -> PyResult<Self> {
        Ok(Self {
            class: pure.getattr("DocumentError")?.unbind(),
        })
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.class)
    }

    /// The error of the document at an index, for which a user's method has raised.
    #[cold]
    pub(crate) fn caused_by(&self, py: Python<'_>, cause: PyErr, index: usize) -> PyResult<PyErr> {
        let error = PyErr::from_value(self.class.bind(py).call1((index,))?);
        error.set_cause(py, Some(cause));
        Ok(error)
    }

    /// The error that the Python side has raised for a document. It counts in its own call, which had
    /// one: from here on the error has the document's number in this call, and by their names the lists
    /// of what was made before. Any other error stays as it is.
    #[cold]
    pub(crate) fn renumbered<'py, const LISTS: usize>(
        &self,
        py: Python<'py>,
        error: PyErr,
        index: usize,
        made: [(&str, Vec<Bound<'py, PyAny>>); LISTS],
    ) -> PyResult<PyErr> {
        if error.is_instance(py, self.class.bind(py)) {
            let value = error.value(py);
            value.setattr(intern!(py, "index"), index)?;
            value.setattr(intern!(py, "args"), (index,))?;
            for (name, items) in made {
                let items = list_of(py, items.len(), items.into_iter().map(Ok))?;
                value.setattr(name, items)?;
            }
            error.set_traceback(py, None);
        }
        Ok(error)
    }
}
