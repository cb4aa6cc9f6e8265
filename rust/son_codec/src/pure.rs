//! The Python side of the codec: the one module of the library that is asked for anything.

use pyo3::intern;
use pyo3::prelude::*;

/// `codec/pure.py`.
pub(crate) fn pure(py: Python<'_>) -> PyResult<Bound<'_, PyModule>> {
    py.import(intern!(py, "aiomotorengine.codec.pure"))
}
