//! The rules by which rows are read (`rows/plan.py`), compiled.

use std::collections::HashMap;

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFrozenSet, PyList, PyString, PyTuple};

use super::fetch::{Order, State};
use super::text::Texts;
use crate::objects::new_dict;
use crate::plan::{Document, Field, Stamp};
use crate::pure::pure;

/// Where the value of a key goes.
#[derive(Clone, Copy, Default)]
pub(super) struct Target {
    /// The place of the field that takes it.
    pub(super) place: Option<usize>,
    /// Whether it is the document's id.
    pub(super) is_id: bool,
    /// Whether rows that have it are for Python to read.
    pub(super) is_for_python: bool,
}

/// The version of a document that is inserted.
const FIRST_VERSION: i32 = 1;

/// What a row that does not name a field has there.
pub(super) enum Missing {
    Value(Py<PyAny>),
    /// What a function of the program's makes.
    Made(Py<PyAny>),
}

/// What rows have to do with one field of a class.
pub(super) struct Place {
    pub(super) missing: Missing,
    /// How texts are read, where they are.
    pub(super) texts: Option<Texts>,
    /// Whether it is a date that is set to the present.
    pub(super) stamp: Option<Stamp>,
    /// Whether the field would be asked about mappings that are no documents yet.
    pub(super) is_asked_about_documents: bool,
}

/// What rows have to do with one class of documents.
pub(super) struct Class {
    /// Key of a row -> index among the targets.
    pub(super) indexes: Py<PyDict>,
    pub(super) targets: Vec<Target>,
    pub(super) places: Vec<Place>,
    /// The place of the version, which is always the first, whatever a row has there. Embedded
    /// documents keep theirs.
    pub(super) version: Option<usize>,
    /// Whether any value is to be looked at before it is written.
    pub(super) prepares: bool,
}

/// The columns of rows that are sequences.
pub(super) struct Columns {
    /// Where the value of each goes.
    pub(super) targets: Vec<Option<Target>>,
    /// The same by place, where values can be read by it.
    pub(super) order: Option<Order>,
}

pub(super) struct Rules {
    /// Rows by themselves.
    pub(super) whole: Class,
    /// Rows in the place of embedded documents, by place among the codec's plans. Those of a class
    /// that is not here are for Python.
    pub(super) embedded: Vec<Option<Class>>,
    /// What sequences have where; `None` where rows are mappings.
    pub(super) columns: Option<Columns>,
    pub(super) drops_nulls: bool,
    pub(super) ignores_unknown: bool,
    /// Whether each row must have an id of its own.
    pub(super) needs_id: bool,
    /// How texts are read for the primary key that the class declares, where they are.
    pub(super) key_texts: Option<Texts>,
    /// The texts that mean null, where texts are read at all.
    pub(super) null_values: Option<Py<PyFrozenSet>>,
    /// Whether values may be validated and written in one go.
    pub(super) is_in_one_go: bool,
    /// Whether a row is validated as a whole before anything of it is written, since functions of the
    /// program's are called that must not be called for a row that is refused.
    pub(super) in_two_steps: bool,
    /// Whether any function of the program's is called, of which nobody knows what it does.
    pub(super) calls_functions: bool,
    /// Gives the present, where any date is set to it.
    pub(super) now: Option<Now>,
    /// Whether there are dates that are set anew where they have a value.
    pub(super) renews_dates: bool,
}

/// A function of the Python side's, and the time zone that it is called with.
pub(super) struct Now {
    function: Py<PyAny>,
    zone: Py<PyAny>,
}

impl Now {
    pub(super) fn call(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.function.call1(py, (&self.zone,))
    }
}

impl Rules {
    /// `None` where Python reads all rows.
    pub(super) fn compile(
        plan: &Bound<'_, PyAny>,
        plans: &[Document],
        is_in_one_go: bool,
    ) -> PyResult<Option<Self>> {
        if !plan.getattr("id_function")?.is_none() {
            return Ok(None);
        }
        let null_values = if plan.getattr("parse")?.is_truthy()? {
            Some(plan.getattr("null_values")?.cast_into::<PyFrozenSet>()?)
        } else {
            None
        };
        let id_keys = plan.getattr("id_keys")?.cast_into::<PyTuple>()?;
        let reads_texts = null_values.is_some();
        let Some(document) = plans.first().filter(|document| document.takes_rows) else {
            return Ok(None);
        };
        let key = document.key.as_ref();
        let key_texts = match key.filter(|_| reads_texts) {
            Some(key) => Some(Texts::of(&key.field, plan.py())?),
            None => None,
        };
        let mut whole = Class::compile(&plan.getattr("keys")?, document, &id_keys, reads_texts)?;
        whole.prepares |= key_texts.as_ref().is_some_and(|it| !it.is_as_it_is());
        whole.begin_versions(plan.py(), document)?;
        let all_keys = plan.getattr("embedded_keys")?;
        let mut embedded = Vec::new();
        for document in plans {
            let keys = all_keys.call_method1("get", (&document.class,))?;
            let takes_rows = document.takes_rows && !document.declares_key;
            embedded.push(if takes_rows && !keys.is_none() {
                Some(Class::compile(
                    &keys,
                    document,
                    &PyTuple::empty(plan.py()),
                    reads_texts,
                )?)
            } else {
                None
            });
        }
        let ignores_unknown = plan.getattr("unknown")?.extract::<&str>()? == "ignore";
        let columns = plan.getattr("columns")?;
        let columns = if columns.is_none() {
            None
        } else {
            let found = columns.try_iter()?.map(|key| whole.target_of(&key?));
            let targets = found.collect::<PyResult<Vec<_>>>()?;
            let order = Order::of_columns(&targets, &whole, ignores_unknown);
            Some(Columns { targets, order })
        };
        let all_places = || {
            let classes = embedded.iter().flatten().chain([&whole]);
            classes.flat_map(|class| &class.places)
        };
        let makes = |place: &Place| matches!(place.missing, Missing::Made(_));
        let parses = |place: &Place| place.texts.as_ref().is_some_and(Texts::has_users_method);
        let mut stamps = plans.iter().flat_map(|document| &document.stamps);
        let renews_dates = stamps.clone().any(|stamp| stamp.renews);
        let now = match stamps.next() {
            Some(_) => Some(Now {
                function: pure(plan.py())?.getattr("now")?.unbind(),
                zone: plan.getattr("zone")?.unbind(),
            }),
            None => None,
        };
        let makes_keys = key.is_some_and(|key| key.make.is_some());
        let in_two_steps = !is_in_one_go || makes_keys || all_places().any(makes);
        let parses_keys = key_texts.as_ref().is_some_and(Texts::has_users_method);
        Ok(Some(Self {
            is_in_one_go,
            in_two_steps,
            calls_functions: in_two_steps || parses_keys || all_places().any(parses),
            columns,
            drops_nulls: plan.getattr("nulls")?.extract::<&str>()? == "default",
            ignores_unknown,
            needs_id: !id_keys.is_empty(),
            key_texts,
            null_values: null_values.map(Bound::unbind),
            now,
            renews_dates,
            whole,
            embedded,
        }))
    }

    /// What is kept from one row to the next, when there has been none.
    pub(super) fn new_state(&self) -> State {
        State::of_so_many(1 + self.embedded.len())
    }

    pub(super) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        for class in self.embedded.iter().flatten().chain([&self.whole]) {
            visit.call(&class.indexes)?;
            for place in &class.places {
                match &place.missing {
                    Missing::Value(value) | Missing::Made(value) => visit.call(value)?,
                }
            }
        }
        if let Some(values) = &self.null_values {
            visit.call(values)?;
        }
        if let Some(now) = &self.now {
            visit.call(&now.function)?;
            visit.call(&now.zone)?;
        }
        Ok(())
    }
}

impl Class {
    fn compile(
        keys: &Bound<'_, PyAny>,
        document: &Document,
        id_keys: &Bound<'_, PyTuple>,
        reads_texts: bool,
    ) -> PyResult<Self> {
        let py = keys.py();
        let mut names = HashMap::new();
        for (place, field) in document.fields.iter().enumerate() {
            names.insert(field.name.bind(py).to_cow()?.into_owned(), place);
        }
        let id_name = match &document.key {
            Some(key) => key.field.name.bind(py).to_cow()?.into_owned(),
            None => "_id".to_owned(),
        };
        let indexes = new_dict(py)?;
        let mut targets: Vec<Target> = Vec::new();
        for pair in keys.call_method0("items")?.try_iter()? {
            let (key, name): (Bound<'_, PyAny>, String) = pair?.extract()?;
            // Looking up keys must never run code of the program's. Others are for Python.
            if !key.is_exact_instance_of::<PyString>() {
                continue;
            }
            let place = names.get(&name).copied();
            // With a column of its own for the id, any other is for Python to say something about.
            let is_id = name == id_name && id_keys.is_empty();
            let is_for_python = name == id_name && !id_keys.is_empty();
            if place.is_some() || is_id || is_for_python {
                indexes.set_item(key, targets.len())?;
                targets.push(Target {
                    place,
                    is_id,
                    is_for_python,
                });
            }
        }
        for key in id_keys {
            if !key.is_exact_instance_of::<PyString>() {
                continue;
            }
            let place = match indexes.get_item(&key)? {
                Some(index) => targets
                    .get(index.extract::<usize>()?)
                    .and_then(|it| it.place),
                None => None,
            };
            indexes.set_item(key, targets.len())?;
            targets.push(Target {
                place,
                is_id: true,
                is_for_python: false,
            });
        }
        let mut places = Vec::new();
        for (index, field) in document.fields.iter().enumerate() {
            places.push(Place::compile(py, index, field, document, reads_texts)?);
        }
        Ok(Self {
            prepares: document
                .fields
                .iter()
                .zip(&places)
                .any(|(field, place)| place.looks_at_values(field)),
            version: None,
            indexes: indexes.unbind(),
            targets,
            places,
        })
    }

    /// Say that its documents are inserted, and so have the first version.
    fn begin_versions(&mut self, py: Python<'_>, document: &Document) -> PyResult<()> {
        self.version = document.version;
        if let Some(place) = self.version.and_then(|place| self.places.get_mut(place)) {
            place.missing = Missing::Value(FIRST_VERSION.into_pyobject(py)?.into_any().unbind());
        }
        Ok(())
    }

    /// Where the value of a key goes, if anywhere.
    pub(super) fn target_of(&self, key: &Bound<'_, PyAny>) -> PyResult<Option<Target>> {
        if !key.is_exact_instance_of::<PyString>() {
            return Ok(None);
        }
        let index = match self.indexes.bind(key.py()).get_item(key)? {
            Some(index) => index.extract::<usize>()?,
            None => return Ok(None),
        };
        Ok(self.targets.get(index).copied())
    }
}

impl Place {
    fn compile(
        py: Python<'_>,
        index: usize,
        field: &Field,
        document: &Document,
        reads_texts: bool,
    ) -> PyResult<Self> {
        let mut factories = document.factories.iter();
        let factory = factories.find(|(place, _)| *place == index);
        let missing = match factory {
            // The default of lists is an empty one, which nobody but a user's method would see.
            Some((_, make)) if make.is(py.get_type::<PyList>()) && !field.has_users_methods() => {
                Missing::Value(PyList::empty(py).into_any().unbind())
            }
            Some((_, make)) => Missing::Made(make.clone_ref(py)),
            None => {
                let default = document.beginning.template.bind(py).get_item(&field.name)?;
                Missing::Value(default.map_or_else(|| py.None(), Bound::unbind))
            }
        };
        let mut stamps = document.stamps.iter();
        Ok(Self {
            missing,
            stamp: stamps.find(|stamp| stamp.place == index).copied(),
            texts: if reads_texts {
                Some(Texts::of(field, py)?)
            } else {
                None
            },
            is_asked_about_documents: field.has_users_methods() && field.holds_documents(),
        })
    }

    /// Whether values are to be looked at before they are written.
    fn looks_at_values(&self, field: &Field) -> bool {
        let reads_texts = self
            .texts
            .as_ref()
            .is_some_and(|texts| !texts.is_as_it_is());
        reads_texts || self.is_asked_about_documents || field.hashes()
    }
}
