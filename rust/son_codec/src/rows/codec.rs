//! The codec of rows: one method, one loop.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyList;

use super::Rows;
use super::fetch::State;
use super::rules::Rules;
use crate::codec::{Codec, UNKNOWN};
use crate::deadline::Deadline;
use crate::document_error::DocumentError;
use crate::errors::{Stop, is_ordinary};
use crate::new_ids::NewIds;
use crate::objects::{Items, Kept, PausedCollector, list_of, listed, make_bytes, push};
use crate::process::Call;
use crate::pure::pure;

/// Writes rows of one kind; made by `Codec.compile_rows`.
#[pyclass(frozen, module = "aiomotorengine._son_codec")]
pub(crate) struct RowCodec {
    codec: Py<Codec>,
    /// The Python side, for whatever is not done here.
    pure: Py<PyAny>,
    document_error: DocumentError,
    /// `None` where all rows are left to Python.
    rules: Option<Rules>,
    stepped_back: AtomicUsize,
    /// What the last call has learned of the rows.
    state: Mutex<Option<State>>,
}

impl RowCodec {
    pub(crate) fn compile(codec: &Bound<'_, Codec>, plan: &Bound<'_, PyAny>) -> PyResult<Self> {
        let pure = pure(codec.py())?;
        let native = codec.get();
        let rules = match native.plans() {
            Some(plans) => Rules::compile(plan, plans, native.is_in_one_go())?,
            None => None,
        };
        Ok(Self {
            pure: pure.getattr("RowCodec")?.call1((codec, plan))?.unbind(),
            document_error: DocumentError::find(&pure)?,
            codec: codec.clone().unbind(),
            rules,
            stepped_back: AtomicUsize::new(0),
            state: Mutex::default(),
        })
    }
}

#[pymethods]
impl RowCodec {
    /// How many rows were given to the Python side.
    #[getter]
    fn stepped_back(&self) -> usize {
        self.stepped_back.load(Ordering::Relaxed)
    }

    #[pyo3(signature = (rows, ids = None, *, seconds = None))]
    fn encode_many<'py>(
        &self,
        rows: &Bound<'py, PyAny>,
        ids: Option<&Bound<'py, PyAny>>,
        seconds: Option<f64>,
    ) -> PyResult<Bound<'py, PyList>> {
        let py = rows.py();
        let _call = Call::begin(py);
        let mut deadline = Deadline::after(seconds);
        let rows = listed(rows)?;
        let given_ids = ids.map(listed).transpose()?;
        if let Some(ids) = given_ids.as_ref().filter(|ids| ids.len() != rows.len()) {
            return self.all_in_python(&rows, ids);
        }
        let mut given_ids = given_ids.as_ref().map(Items::of);
        let codec = self.codec.get();
        let kept = Kept::default();
        let state = self.take_state();
        let now = match self.rules.as_ref().and_then(|rules| rules.now.as_ref()) {
            Some(now) => Some(now.call(py)?),
            None => None,
        };
        let known = self.rules.as_ref().and_then(|rules| {
            let (_, context) = codec.plan_and_context(py, &kept)?;
            let rows = Rows {
                rules,
                state: &state,
                now: now.as_ref(),
            };
            Some((rows, context))
        });
        let known = known
            .as_ref()
            .map(|(rows, context)| (rows, rows.context(context)));
        let calls_functions = self.calls_functions();
        let _pause = PausedCollector::new(py, calls_functions);
        let mut new_ids = NewIds::for_so_many(rows.len());
        let mut encoded = Vec::new();
        let mut out = codec.writer();
        for row in Items::of(&rows) {
            out.clear();
            let given_id = given_ids.as_mut().and_then(Iterator::next);
            let id = given_id.clone().filter(|id| !id.is_none());
            new_ids.give(id.map(Bound::unbind));
            let outcome = match &known {
                Some((rows, context)) => {
                    rows.write_row(row.as_borrowed(), &mut new_ids, &mut out, context)
                }
                None => Err(Stop::AskPython),
            };
            let mut size = if calls_functions {
                UNKNOWN
            } else {
                out.bytes().len()
            };
            let outcome = outcome.and_then(|()| Ok(make_bytes(py, out.bytes())?.into_any()));
            let bytes = match outcome {
                Ok(done) => done,
                Err(Stop::Raised(error)) if !is_ordinary(&error) => return Err(*error),
                Err(Stop::Raised(_) | Stop::AskPython) => {
                    size = UNKNOWN;
                    match self.in_python(&row, given_id) {
                        Ok(done) => done,
                        Err(error) => {
                            codec.keep(out);
                            self.keep_state(state);
                            let index = encoded.len();
                            let made = [("encoded", encoded)];
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
        codec.keep(out);
        self.keep_state(state);
        list_of(py, encoded.len(), encoded.into_iter().map(Ok))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.codec)?;
        visit.call(&self.pure)?;
        self.document_error.traverse(&visit)?;
        self.rules
            .as_ref()
            .map_or(Ok(()), |rules| rules.traverse(&visit))
    }
}

impl RowCodec {
    /// What is known of the rows. A function of the program's may call the codec again meanwhile,
    /// which learns anew.
    fn take_state(&self) -> State {
        let kept = self.state.lock().ok().and_then(|mut kept| kept.take());
        kept.unwrap_or_else(|| match &self.rules {
            Some(rules) => rules.new_state(),
            None => State::of_so_many(0),
        })
    }

    fn keep_state(&self, state: State) {
        if let Ok(mut kept) = self.state.lock() {
            *kept = Some(state);
        }
    }

    fn calls_functions(&self) -> bool {
        self.rules
            .as_ref()
            .is_none_or(|rules| rules.calls_functions)
    }

    /// The bytes of a row by the Python side.
    #[cold]
    fn in_python<'py>(
        &self,
        row: &Bound<'py, PyAny>,
        given_id: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = row.py();
        self.stepped_back.fetch_add(1, Ordering::Relaxed);
        let id = given_id.unwrap_or_else(|| py.None().into_bound(py));
        self.all_in_python(&PyList::new(py, [row])?, &PyList::new(py, [id])?)?
            .get_item(0)
    }

    #[cold]
    fn all_in_python<'py>(
        &self,
        rows: &Bound<'py, PyList>,
        ids: &Bound<'py, PyList>,
    ) -> PyResult<Bound<'py, PyList>> {
        let py = rows.py();
        let name = intern!(py, "encode_many");
        let done = self.pure.bind(py).call_method1(name, (rows, ids))?;
        Ok(done.cast_into()?)
    }
}
