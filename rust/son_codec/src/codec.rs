//! The codec: three methods, one loop each. It takes part in garbage collection.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyBytes, PyList, PyMemoryView};

use crate::bson::{Reader, Writer, split_document};
use crate::deadline::Deadline;
use crate::document_error::DocumentError;
use crate::errors::{Outcome, Stop, is_ordinary};
use crate::objects::{Items, Kept, PausedCollector, Value, list_of, listed, make_bytes, push};
use crate::plan::{Compiler, Context, Document, Part, RowReader};
use crate::process::Call;
use crate::pure::pure;
use crate::rows::RowCodec;
use crate::values::{Options, Types, decode_document};

/// A buffer that has grown larger than this is not kept.
const LARGEST_BUFFER: usize = 4 * 1024 * 1024;

/// Stands for the size of a document that Python had a hand in: nobody knows how long that took.
pub(crate) const UNKNOWN: usize = usize::MAX;

/// Converts many documents of one class; made by `compile_plan`.
#[pyclass(frozen, module = "aiomotorengine._son_codec")]
pub(crate) struct Codec {
    /// The Python side, for whatever is not done here.
    pure: Py<PyAny>,
    document_error: DocumentError,
    /// What conversions need; `None` where all is left to Python.
    native: Option<Native>,
    stepped_back: AtomicUsize,
    /// The buffer of the last call: new memory would cost more than what is written into it.
    buffer: Mutex<Vec<u8>>,
}

/// What is known here of a class and all that are embedded in it.
struct Native {
    /// The plans; the first is that of the class.
    plans: Vec<Document>,
    types: Types,
    options: Options,
    /// `None` where Python reads.
    reading: Option<Reading>,
    /// Whether documents may be validated and written in one go.
    is_in_one_go: bool,
    /// Whether they are read without a user's methods.
    is_read_alone: bool,
    /// The class of what they remember of what was stored (`snapshots.py`), if they do.
    snapshot_class: Option<Py<PyAny>>,
}

/// What documents are read as: what a `Shape` says.
enum Reading {
    Whole,
    Part(Part),
    Rows(RowReader),
    /// What PyMongo makes of them.
    Raw,
}

impl Reading {
    /// `None` where that is left to Python.
    fn of_shape(
        shape: Option<&Bound<'_, PyAny>>,
        plans: &[Document],
        pure: &Bound<'_, PyAny>,
    ) -> PyResult<Option<Self>> {
        let Some(shape) = shape else {
            return Ok(Some(Self::Whole));
        };
        let (kind, part) = (shape.getattr("kind")?, shape.getattr("part")?);
        match kind.extract()? {
            "partial" if part.is_none() => Ok(Some(Self::Whole)),
            "partial" => Ok(Part::compile(&part, 0, plans, pure)?.map(Self::Part)),
            "raw" if !shape.getattr("is_keyed")?.extract()? => Ok(Some(Self::Raw)),
            _ => Ok(RowReader::compile(shape, plans)?.map(Self::Rows)),
        }
    }

    /// What becomes of the document that some bytes are.
    #[inline]
    fn read<'py>(
        &'py self,
        plan: &'py Document,
        bytes: &[u8],
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        match self {
            Self::Whole => {
                let (plan, elements) = stored(plan, bytes, context)?;
                plan.read(elements, context)
            }
            Self::Part(part) => {
                let (plan, elements) = stored(plan, bytes, context)?;
                plan.read_part(part, elements, context)
            }
            Self::Rows(rows) => rows.read(Reader::new(bytes)?, context),
            Self::Raw => Ok(decode_document(Reader::new(bytes)?, context)?.into_any()),
        }
    }

    /// Whether what is read are instances of a class.
    fn are_documents(&self) -> bool {
        matches!(self, Self::Whole | Self::Part(_))
    }
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
        let _call = Call::begin(py);
        let documents = listed(documents)?;
        let kept = Kept::default();
        let native = self.plan_and_context(py, &kept);
        let _pause = PausedCollector::new(py, !self.is_in_one_go());
        for (index, document) in Items::of(&documents).enumerate() {
            let outcome = convert(&native, document.as_borrowed(), |plan, context| {
                if plan.validates {
                    plan.validate(document.as_borrowed(), context)
                } else {
                    Err(Stop::AskPython)
                }
            });
            let valid = match outcome {
                Ok(()) => true,
                Err(stop) => {
                    let name = intern!(py, "validate_many");
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

    #[pyo3(signature = (documents, ids, *, validate = false, seconds = None))]
    fn encode_many<'py>(
        &self,
        documents: &Bound<'py, PyAny>,
        ids: &Bound<'py, PyAny>,
        validate: bool,
        seconds: Option<f64>,
    ) -> PyResult<Bound<'py, PyList>> {
        let py = documents.py();
        let _call = Call::begin(py);
        let mut deadline = Deadline::after(seconds);
        let in_python = |documents: Bound<'py, PyList>, ids: Bound<'py, PyList>| {
            let method = self.pure.bind(py).getattr(intern!(py, "encode_many"))?;
            let named = [(intern!(py, "validate"), validate)].into_py_dict(py)?;
            method.call((documents, ids), Some(&named))
        };
        let (documents, ids) = (listed(documents)?, listed(ids)?);
        if documents.len() != ids.len() {
            return Ok(in_python(documents, ids)?.cast_into()?);
        }
        let kept = Kept::default();
        let is_in_one_go = validate && self.is_in_one_go();
        let native = self.plan_and_context(py, &kept);
        let native = native.map(|(plan, context)| match is_in_one_go {
            true => (plan, context.validating()),
            false => (plan, context),
        });
        let _pause = PausedCollector::new(py, !self.is_in_one_go());
        let mut encoded = Vec::new();
        let mut out = self.writer();
        for (document, id) in Items::of(&documents).zip(Items::of(&ids)) {
            out.clear();
            let outcome = convert(&native, document.as_borrowed(), |plan, context| {
                let (document, id) = (document.as_borrowed(), Some(id.as_borrowed()));
                if !plan.writes || (validate && !plan.validates) {
                    return Err(Stop::AskPython);
                }
                if validate && !is_in_one_go {
                    plan.validate(document, context)?;
                }
                plan.write(document, id, &mut out, context)
            });
            let mut size = if self.is_in_one_go() {
                out.bytes().len()
            } else {
                UNKNOWN
            };
            let outcome = outcome.and_then(|()| Ok(make_bytes(py, out.bytes())?));
            let bytes = match outcome {
                Ok(bytes) => bytes.into_any(),
                Err(stop) => {
                    size = UNKNOWN;
                    let (document, id) = (PyList::new(py, [document])?, PyList::new(py, [id])?);
                    match self.stop(py, stop, encoded.len(), || in_python(document, id)) {
                        Ok(list) => list.get_item(0)?,
                        Err(error) => {
                            self.keep(out);
                            let (index, made) = (encoded.len(), [("encoded", encoded)]);
                            let error = self.document_error.renumbered(py, error, index, made)?;
                            return Err(error);
                        }
                    }
                }
            };
            push(&mut encoded, bytes)?;
            if deadline.is_over(size) {
                break;
            }
        }
        self.keep(out);
        list_of(py, encoded.len(), encoded.into_iter().map(Ok))
    }

    #[pyo3(signature = (batch, offsets = None, *, seconds = None))]
    fn decode_many<'py>(
        &self,
        batch: &Bound<'py, PyBytes>,
        offsets: Option<&Bound<'py, PyAny>>,
        seconds: Option<f64>,
    ) -> PyResult<Bound<'py, PyList>> {
        let py = batch.py();
        let _call = Call::begin(py);
        let mut deadline = Deadline::after(seconds);
        let name = intern!(py, "decode_many");
        let in_python = |bytes: &Bound<'py, PyBytes>, offsets| -> PyResult<Bound<'py, PyList>> {
            let method = self.pure.bind(py).getattr(name)?;
            let named = [(intern!(py, "seconds"), seconds)].into_py_dict(py)?;
            Ok(method.call((bytes, offsets), Some(&named))?.cast_into()?)
        };
        // Bytes that do not add up are refused whole, before any document is made.
        let Some(parts) = parts_of(batch.as_bytes(), offsets)? else {
            return in_python(batch, offsets);
        };
        let kept = Kept::default();
        let (Some((plan, context)), Some(reading)) =
            (self.plan_and_context(py, &kept), self.reading())
        else {
            return in_python(batch, offsets);
        };
        let snapshot = match self.snapshot_class() {
            Some(class) => Some(snapshot_of(
                class.bind(py),
                batch,
                offsets,
                &parts,
                &context,
            )?),
            None => None,
        };
        let context = context.remembering(snapshot.as_ref());
        let _pause = PausedCollector::new(py, !self.is_read_alone());
        let mut decoded = Vec::new();
        for bytes in parts {
            let outcome = reading.read(plan, bytes, &context);
            let mut size = if self.is_read_alone() {
                bytes.len()
            } else {
                UNKNOWN
            };
            let document = match outcome {
                Ok(document) => document,
                Err(Stop::Raised(error)) if !is_ordinary(&error) => return Err(*error),
                // Also where a user's method raised: bytes after what it was given may be no BSON,
                // and then it would not have been called.
                Err(Stop::Raised(_) | Stop::AskPython) => {
                    size = UNKNOWN;
                    self.stepped_back.fetch_add(1, Ordering::Relaxed);
                    match in_python(&make_bytes(py, bytes)?, None) {
                        Ok(list) => list.get_item(0)?,
                        Err(error) => {
                            let (index, made) = (decoded.len(), [("decoded", decoded)]);
                            let error = self.document_error.renumbered(py, error, index, made)?;
                            return Err(error);
                        }
                    }
                }
            };
            push(&mut decoded, document)?;
            if deadline.is_over(size) {
                break;
            }
        }
        list_of(py, decoded.len(), decoded.into_iter().map(Ok))
    }

    fn compile_rows(slf: &Bound<'_, Self>, plan: &Bound<'_, PyAny>) -> PyResult<RowCodec> {
        RowCodec::compile(slf, plan)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.pure)?;
        self.document_error.traverse(&visit)?;
        let Some(native) = &self.native else {
            return Ok(());
        };
        visit.call(&native.options.python)?;
        visit.call(&native.snapshot_class)?;
        if let Some(Reading::Part(part)) = &native.reading {
            part.traverse(&visit)?;
        }
        native
            .plans
            .iter()
            .try_for_each(|plan| plan.traverse(&visit))
    }
}

impl Codec {
    /// The plans; the first is that of the codec's class. `None` where all is left to Python.
    pub(crate) fn plans(&self) -> Option<&[Document]> {
        self.native.as_ref().map(|native| native.plans.as_slice())
    }

    pub(crate) fn plan_and_context<'py>(
        &'py self,
        py: Python<'py>,
        kept: &'py Kept,
    ) -> Option<(&'py Document, Context<'py>)> {
        let native = self.native.as_ref()?;
        let context = Context::new(py, &native.plans, &native.types, &native.options, kept);
        Some((native.plans.first()?, context))
    }

    /// Whether documents may be validated and written in one go.
    pub(crate) fn is_in_one_go(&self) -> bool {
        self.native
            .as_ref()
            .is_some_and(|native| native.is_in_one_go)
    }

    fn snapshot_class(&self) -> Option<&Py<PyAny>> {
        self.native.as_ref()?.snapshot_class.as_ref()
    }

    /// What documents are read as, unless that is left to Python.
    fn reading(&self) -> Option<&Reading> {
        self.native.as_ref()?.reading.as_ref()
    }

    fn is_read_alone(&self) -> bool {
        self.native
            .as_ref()
            .is_some_and(|native| native.is_read_alone)
    }

    /// The kept buffer. A user's method may call the codec again meanwhile, and gets another one.
    pub(crate) fn writer(&self) -> Writer {
        let kept = self
            .buffer
            .lock()
            .map(|mut kept| std::mem::take(&mut *kept));
        Writer::reusing(kept.unwrap_or_default())
    }

    pub(crate) fn keep(&self, writer: Writer) {
        let buffer = writer.into_buffer();
        if buffer.capacity() <= LARGEST_BUFFER
            && let Ok(mut kept) = self.buffer.lock()
        {
            *kept = buffer;
        }
    }

    /// What happens with a document that was not converted here: a user's exception goes out with
    /// the document's number, anything else is done by the Python side.
    #[cold]
    fn stop<'py>(
        &self,
        py: Python<'py>,
        stop: Stop,
        index: usize,
        in_python: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match stop {
            Stop::Raised(error) if !is_ordinary(&error) => Err(*error),
            Stop::Raised(error) => Err(self.document_error.caused_by(py, *error, index)?),
            Stop::AskPython => {
                self.stepped_back.fetch_add(1, Ordering::Relaxed);
                match in_python() {
                    Ok(answer) => Ok(answer),
                    Err(error) => Err(self.document_error.renumbered(py, error, index, [])?),
                }
            }
        }
    }
}

/// Convert a document natively, if it is an instance of exactly the codec's class or of one that is
/// stored with it.
#[inline]
fn convert<T>(
    native: &Option<(&Document, Context<'_>)>,
    document: Value<'_, '_>,
    convert: impl FnOnce(&Document, &Context<'_>) -> Outcome<T>,
) -> Outcome<T> {
    match native {
        Some((plan, context)) => match plan.of_instance(document, context.plans) {
            Some(plan) => convert(plan, context),
            None => Err(Stop::AskPython),
        },
        None => Err(Stop::AskPython),
    }
}

/// The elements of the document that some bytes are, and its plan: that of the codec's class, or of one
/// that is stored with it.
#[inline]
fn stored<'a, 'py>(
    plan: &'py Document,
    bytes: &'a [u8],
    context: &Context<'py>,
) -> Outcome<(&'py Document, Reader<'a>)> {
    let elements = Reader::new(bytes)?;
    let plan = plan.of_stored(&elements, context.plans)?;
    if !plan.reads {
        return Err(Stop::AskPython);
    }
    Ok((plan, elements))
}

/// The documents in some bytes: those that begin at the given offsets, or all that stand end to end.
/// `None` if one is no document.
fn parts_of<'a>(
    bytes: &'a [u8],
    offsets: Option<&Bound<'_, PyAny>>,
) -> PyResult<Option<Vec<&'a [u8]>>> {
    let mut parts = Vec::new();
    if let Some(offsets) = offsets {
        for offset in offsets.try_iter()? {
            let offset = offset?.extract().ok();
            match offset
                .and_then(|offset: usize| bytes.get(offset..))
                .map(split_document)
            {
                Some(Ok((document, _))) => push(&mut parts, document)?,
                _ => return Ok(None),
            }
        }
        return Ok(Some(parts));
    }
    let mut rest = bytes;
    while !rest.is_empty() {
        let Ok((document, after)) = split_document(rest) else {
            return Ok(None);
        };
        push(&mut parts, document)?;
        rest = after;
    }
    Ok(Some(parts))
}

/// What the documents in some bytes remember of them: one object for all.
fn snapshot_of<'py>(
    class: &Bound<'py, PyAny>,
    batch: &Bound<'py, PyBytes>,
    offsets: Option<&Bound<'py, PyAny>>,
    parts: &[&[u8]],
    context: &Context<'_>,
) -> PyResult<Bound<'py, PyAny>> {
    let options = &context.options.python;
    if let Some(offsets) = offsets {
        return class.call1((batch, offsets, options, true));
    }
    // Numbers that stand in bytes: an int for each document would take a twentieth of the time in which
    // it is read, and mostly nobody asks for one.
    let start = batch.as_bytes().as_ptr().addr();
    let places = parts.iter().map(|part| part.as_ptr().addr() - start);
    let numbers: Vec<u8> = places.flat_map(usize::to_ne_bytes).collect();
    let numbers = PyMemoryView::from(make_bytes(batch.py(), &numbers)?.as_any())?;
    let offsets = numbers.call_method1("cast", ("N",))?;
    class.call1((batch, offsets, options, true))
}

/// Compile the plan of a document class. Documents are read as a `Shape` says, whole by default.
#[pyfunction]
#[pyo3(signature = (plan, codec_options, shape = None))]
pub(crate) fn compile_plan(
    plan: &Bound<'_, PyAny>,
    codec_options: &Bound<'_, PyAny>,
    shape: Option<&Bound<'_, PyAny>>,
) -> PyResult<Codec> {
    let py = plan.py();
    let pure = pure(py)?;
    let native = match Types::find(&pure)? {
        Some(types) => {
            let plans = Compiler::compile(plan)?;
            let reading = Reading::of_shape(shape, &plans, &pure)?;
            let are_documents = reading.as_ref().is_some_and(Reading::are_documents);
            Some(Native {
                reading,
                is_in_one_go: plans.iter().all(|plan| plan.is_in_one_go),
                is_read_alone: plans.iter().all(|plan| plan.is_read_alone),
                snapshot_class: match plans.first() {
                    Some(first) if are_documents && first.may_be_tracked(&plans) => {
                        Some(pure.getattr("Snapshot")?.unbind())
                    }
                    _ => None,
                },
                plans,
                types,
                options: Options::read(codec_options)?,
            })
        }
        None => None,
    };
    Ok(Codec {
        pure: pure
            .getattr("compile_plan")?
            .call1((plan, codec_options, shape))?
            .unbind(),
        document_error: DocumentError::find(&pure)?,
        native,
        stepped_back: AtomicUsize::new(0),
        buffer: Mutex::default(),
    })
}
