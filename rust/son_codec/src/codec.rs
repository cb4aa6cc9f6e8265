//! The codec: three methods, one loop each. It takes part in garbage collection.

use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};

use crate::bson::{Reader, Writer, split_document};
use crate::errors::{Outcome, Stop, is_ordinary};
use crate::plan::{Compiler, Document, World};
use crate::values::{Options, Types};

/// Converts many documents of one class; made by `compile_plan`.
#[pyclass(frozen, module = "aiomotorengine._son_codec")]
pub(crate) struct Codec {
    /// The Python side, for whatever is not done here.
    pure: Py<PyAny>,
    document_error: Py<PyAny>,
    /// The plans; the first is that of the class. Empty where all is left to Python.
    plans: Vec<Document>,
    types: Types,
    options: Option<Options>,
    stepped_back: AtomicUsize,
}

#[pymethods]
impl Codec {
    /// How many documents were given to the Python side.
    #[getter]
    fn stepped_back(&self) -> usize {
        self.stepped_back.load(Ordering::Relaxed)
    }

    fn validate_many(&self, documents: &Bound<'_, PyAny>) -> PyResult<bool> {
        let py = documents.py();
        let name = intern!(py, "validate_many");
        let _pause = PausedCollector::new(py)?;
        for (index, document) in documents.try_iter()?.enumerate() {
            let document = document?;
            let outcome = self.with(&document, |plan, world| {
                if plan.validates {
                    plan.is_valid(&document, world)
                } else {
                    Err(Stop::AskPython)
                }
            });
            let valid = match outcome {
                Ok(valid) => valid,
                Err(stop) => {
                    let one = PyList::new(py, [&document])?;
                    self.stop(py, stop, index, || {
                        self.pure.bind(py).call_method1(name, (one,))
                    })?
                    .is_truthy()?
                }
            };
            if !valid {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn encode_many<'py>(
        &self,
        documents: &Bound<'py, PyAny>,
        ids: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyList>> {
        let py = documents.py();
        let name = intern!(py, "encode_many");
        if documents.len()? != ids.len()? {
            return Ok(self
                .pure
                .bind(py)
                .call_method1(name, (documents, ids))?
                .cast_into()?);
        }
        let _pause = PausedCollector::new(py)?;
        let encoded = PyList::empty(py);
        let mut out = Writer::default();
        for (index, (document, id)) in documents.try_iter()?.zip(ids.try_iter()?).enumerate() {
            let (document, id) = (document?, id?);
            out.clear();
            let outcome = self.with(&document, |plan, world| {
                if plan.writes {
                    plan.write(&document, Some(&id), &mut out, world)
                } else {
                    Err(Stop::AskPython)
                }
            });
            match outcome {
                Ok(()) => encoded.append(PyBytes::new(py, out.bytes()))?,
                Err(stop) => {
                    let one = (PyList::new(py, [&document])?, PyList::new(py, [&id])?);
                    let list = self.stop(py, stop, index, || {
                        self.pure.bind(py).call_method1(name, one)
                    })?;
                    encoded.append(list.get_item(0)?)?;
                }
            }
        }
        Ok(encoded)
    }

    fn decode_many<'py>(&self, py: Python<'py>, batch: &[u8]) -> PyResult<Bound<'py, PyList>> {
        let name = intern!(py, "decode_many");
        let in_python = |bytes: &[u8]| -> PyResult<Bound<'py, PyList>> {
            let list = self
                .pure
                .bind(py)
                .call_method1(name, (PyBytes::new(py, bytes),))?;
            Ok(list.cast_into()?)
        };
        let mut parts = Vec::new();
        let mut rest = batch;
        while !rest.is_empty() {
            // Bytes that do not add up are refused whole, before any document is made.
            let Ok((document, after)) = split_document(rest) else {
                return in_python(batch);
            };
            parts.push(document);
            rest = after;
        }
        let (Some(plan), Some(world)) = (self.plans.first(), self.world(py)) else {
            return in_python(batch);
        };
        let _pause = PausedCollector::new(py)?;
        let decoded = PyList::empty(py);
        for bytes in parts {
            let outcome = if plan.reads {
                Reader::new(bytes)
                    .map_err(Stop::from)
                    .and_then(|reader| plan.read(reader, &world))
            } else {
                Err(Stop::AskPython)
            };
            match outcome {
                Ok(document) => decoded.append(document)?,
                Err(Stop::Raised(error)) if !is_ordinary(&error) => return Err(error),
                // Also where a user's method raised: bytes after what it was given may be no BSON,
                // and then it would not have been called.
                Err(Stop::Raised(_) | Stop::AskPython) => {
                    self.stepped_back.fetch_add(1, Ordering::Relaxed);
                    decoded.append(in_python(bytes)?.get_item(0)?)?;
                }
            }
        }
        Ok(decoded)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.pure)?;
        visit.call(&self.document_error)?;
        self.plans.iter().try_for_each(|plan| plan.traverse(&visit))
    }
}

impl Codec {
    fn world<'py>(&'py self, py: Python<'py>) -> Option<World<'py>> {
        let options = self.options.as_ref()?;
        Some(World {
            py,
            plans: &self.plans,
            types: &self.types,
            options,
            depth: 0,
        })
    }

    /// Convert a document natively, if it is an instance of exactly the codec's class.
    fn with<T>(
        &self,
        document: &Bound<'_, PyAny>,
        convert: impl FnOnce(&Document, &World<'_>) -> Outcome<T>,
    ) -> Outcome<T> {
        let world = self.world(document.py()).ok_or(Stop::AskPython)?;
        let plan = world.plan_for(0, document).ok_or(Stop::AskPython)?;
        convert(plan, &world)
    }

    /// What happens with a document that was not converted here: a user's exception goes out with
    /// the document's number, anything else is done by the Python side.
    fn stop<'py>(
        &self,
        py: Python<'py>,
        stop: Stop,
        index: usize,
        in_python: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let cause = match stop {
            Stop::Raised(error) if !is_ordinary(&error) => return Err(error),
            Stop::Raised(error) => Some(error),
            Stop::AskPython => {
                self.stepped_back.fetch_add(1, Ordering::Relaxed);
                match in_python() {
                    Ok(answer) => return Ok(answer),
                    // The Python side counts in its own call, which had one document.
                    Err(error) if error.is_instance(py, self.document_error.bind(py)) => {
                        error.cause(py)
                    }
                    Err(error) => return Err(error),
                }
            }
        };
        let numbered = PyErr::from_value(self.document_error.bind(py).call1((index,))?);
        numbered.set_cause(py, cause);
        Err(numbered)
    }
}

/// Compile the plan of a document class.
#[pyfunction]
pub(crate) fn compile_plan(
    plan: &Bound<'_, PyAny>,
    codec_options: &Bound<'_, PyAny>,
) -> PyResult<Codec> {
    let py = plan.py();
    let pure = py.import("aiomotorengine.codec.pure")?;
    let options = Options::read(codec_options)?;
    Ok(Codec {
        pure: pure
            .getattr("compile_plan")?
            .call1((plan, codec_options))?
            .unbind(),
        document_error: pure.getattr("DocumentError")?.unbind(),
        plans: if options.is_some() {
            Compiler::compile(plan)?
        } else {
            Vec::new()
        },
        types: Types::new(py)?,
        options,
        stepped_back: AtomicUsize::new(0),
    })
}

/// Python's cyclic garbage collector, paused: it would go through the documents of a batch again
/// and again while they are made. It goes on when this is dropped, whatever happened.
struct PausedCollector<'py> {
    gc: Option<Bound<'py, PyModule>>,
}

impl<'py> PausedCollector<'py> {
    fn new(py: Python<'py>) -> PyResult<Self> {
        let gc = py.import(intern!(py, "gc"))?;
        if !gc.call_method0(intern!(py, "isenabled"))?.is_truthy()? {
            return Ok(Self { gc: None });
        }
        gc.call_method0(intern!(py, "disable"))?;
        Ok(Self { gc: Some(gc) })
    }
}

impl Drop for PausedCollector<'_> {
    fn drop(&mut self) {
        if let Some(gc) = &self.gc {
            // It takes no arguments and cannot fail.
            let _ = gc.call_method0(intern!(gc.py(), "enable"));
        }
    }
}
