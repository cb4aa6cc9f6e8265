//! A server's reply, taken apart for `requests`. Twin of `codec/reply.py`.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::bson::{find_batch, find_document};
use crate::objects::make_bytes;
use crate::process::Call;
use crate::pure::pure;

/// The reply without its batch, the batch's key, and where each of its documents begins in the reply;
/// `None` if it has no batch.
#[pyfunction]
pub(crate) fn cut_reply<'py>(raw: &Bound<'py, PyBytes>) -> PyResult<Bound<'py, PyAny>> {
    let py = raw.py();
    let Ok(Some(batch)) = find_batch(raw.as_bytes()) else {
        // Either there is none, or the bytes do not add up, of which Python says how.
        let _call = Call::begin(py);
        return pure(py)?.call_method1("cut_reply", (raw,));
    };
    let key = PyString::from_bytes(py, batch.key)?;
    let rest = make_bytes(py, &batch.rest)?;
    Ok((rest, key, batch.offsets).into_pyobject(py)?.into_any())
}

/// A reply without the document that was found, and where that begins; `None` if there is none.
#[pyfunction]
pub(crate) fn cut_found<'py>(raw: &Bound<'py, PyBytes>) -> PyResult<Bound<'py, PyAny>> {
    let py = raw.py();
    let Ok(Some(found)) = find_document(raw.as_bytes()) else {
        // As above.
        let _call = Call::begin(py);
        return pure(py)?.call_method1("cut_found", (raw,));
    };
    let rest = make_bytes(py, &found.rest)?;
    Ok((rest, found.offset).into_pyobject(py)?.into_any())
}
