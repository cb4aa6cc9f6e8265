//! Documents as PyMongo reads them, without a class.

use std::sync::Mutex;

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::bson::Reader;
use crate::errors::{Outcome, Stop, is_ordinary};
use crate::objects::Kept;
use crate::plan::Context;
use crate::process::Call;
use crate::pure::pure;
use crate::values::{Options, Types, decode_document};

/// Decodes documents by some codec options; made by `compile_decoder`. The driver hands it whole replies
/// where it stands in the place of a document class.
#[pyclass(frozen, module = "aiomotorengine._son_codec")]
pub(crate) struct Decoder {
    /// `None` where all is left to PyMongo.
    types: Option<Types>,
    options: Options,
    /// The keys of the last document: replies to one kind of command all have the same ones.
    kept: Mutex<Kept>,
}

#[pymethods]
impl Decoder {
    #[classattr]
    #[pyo3(name = "_type_marker")]
    const TYPE_MARKER: u8 = 101; // what PyMongo looks for, to give the bytes as they are

    #[pyo3(signature = (raw, _codec_options = None))]
    fn __call__(
        &self,
        raw: &Bound<'_, PyAny>,
        _codec_options: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let py = raw.py();
        let raw = match raw.cast::<PyBytes>() {
            Ok(bytes) => bytes,
            Err(_) => &py.get_type::<PyBytes>().call1((raw,))?.cast_into()?, // a memoryview
        };
        let _call = Call::begin(py);
        if let Some(types) = &self.types {
            // Another thread may be decoding, or this one: making a value may run Python code.
            let decoded = match self.kept.try_lock() {
                Ok(kept) => self.decode(raw, types, &kept),
                Err(_) => self.decode(raw, types, &Kept::default()),
            };
            match decoded {
                Err(Stop::AskPython) => {}
                Err(Stop::Raised(error)) if is_ordinary(&error) => {}
                Err(Stop::Raised(error)) => return Err(*error),
                Ok(document) => return Ok(document),
            }
        }
        let decode = py
            .import(intern!(py, "bson"))?
            .getattr(intern!(py, "decode"))?;
        Ok(decode.call1((raw, &self.options.python))?.unbind())
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.options.python)
    }
}

impl Decoder {
    fn decode(&self, raw: &Bound<'_, PyBytes>, types: &Types, kept: &Kept) -> Outcome<Py<PyAny>> {
        let context = Context::new(raw.py(), &[], types, &self.options, kept);
        let document = decode_document(Reader::new(raw.as_bytes())?, &context)?;
        kept.items.take(); // one long list is no reason to keep room for another
        Ok(document.into_any().unbind())
    }
}

/// What decodes documents by some codec options.
#[pyfunction]
pub(crate) fn compile_decoder(codec_options: &Bound<'_, PyAny>) -> PyResult<Decoder> {
    Ok(Decoder {
        types: Types::find(&pure(codec_options.py())?)?,
        options: Options::read(codec_options)?,
        kept: Mutex::default(),
    })
}
