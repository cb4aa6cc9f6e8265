//! References to documents of any class. Twin of `fields/generic_reference_field.py`.

use std::sync::OnceLock;

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyString, PyTuple};

use super::Kind;
use crate::bson::{Element, Key, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::{Value, exact, is_ascii_and, make_text, whole_number, write_text};
use crate::plan::{Context, Field};

/// A reference is written and read here if it has nothing but a collection and an id of the usual
/// types; others are for PyMongo and the field.
pub(super) struct GenericReference {
    /// The classes whose documents it takes, `None` for all; as soon as Python has found them.
    classes: OnceLock<Option<Py<PyTuple>>>,
    collection_key: Key,
    id_key: Key,
}

impl GenericReference {
    pub(super) fn new() -> Self {
        let key = |name: &[u8]| Key::new(name).unwrap_or_else(Key::first_index);
        Self {
            classes: OnceLock::new(),
            collection_key: key(b"$ref"),
            id_key: key(b"$id"),
        }
    }

    /// Whether it takes documents of a collection; `None` as long as only Python knows.
    fn takes(&self, collection: &Bound<'_, PyString>) -> PyResult<Option<bool>> {
        let py = collection.py();
        let Some(classes) = self.classes.get() else {
            return Ok(None);
        };
        let Some(classes) = classes else {
            return Ok(Some(true));
        };
        for class in classes.bind(py) {
            if class
                .getattr(intern!(py, "__collection__"))?
                .eq(collection)?
            {
                return Ok(Some(true));
            }
        }
        Ok(Some(false))
    }

    fn find_classes(&self, field: &Field, py: Python<'_>) -> PyResult<()> {
        let classes = field
            .python
            .bind(py)
            .getattr(intern!(py, "document_classes"))?;
        let classes = if classes.is_none() {
            None
        } else {
            Some(classes.cast_into::<PyTuple>()?.unbind())
        };
        let _ = self.classes.set(classes); // another thread may have been first
        Ok(())
    }

    /// A reference of two parts.
    fn parts<'a>(&self, element: &Element<'a>) -> Outcome<Option<(Element<'a>, Element<'a>)>> {
        let mut elements = element.as_document()?;
        let (Some(collection), Some(id)) = (
            elements.next_if(&self.collection_key)?,
            elements.next_if(&self.id_key)?,
        ) else {
            return Ok(None);
        };
        let is_usual = collection.kind == kind::STRING
            && matches!(id.kind, kind::OBJECT_ID | kind::STRING | kind::INT32)
            && elements.is_at_end();
        Ok(is_usual.then_some((collection, id)))
    }
}

/// The collection and the id of a reference that has nothing else, and whose id is of one of the usual
/// types: they are all valid.
#[inline]
fn parts_of<'py>(
    value: Value<'_, 'py>,
    context: &Context<'_>,
) -> Option<(Bound<'py, PyString>, Bound<'py, PyAny>)> {
    let parts = context.types.db_refs.as_ref()?.parts(value)?;
    let id = parts.1.as_borrowed();
    let is_usual = context.types.object_ids.is_type_of(id)
        || is_ascii_and(id, |_| true)
        || exact::<PyInt>(id).is_some_and(|number| whole_number(&number).is_some());
    is_usual.then_some(parts)
}

impl Kind for GenericReference {
    fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(self.classes.get().and_then(Option::as_ref))
    }

    fn is_empty(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        if value.is_none() || parts_of(value, context).is_some() {
            return Ok(value.is_none());
        }
        field.is_empty_in_python(value, context)
    }

    fn validate(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        if value.is_none() {
            return Ok(true);
        }
        if let Some((collection, _)) = parts_of(value, context) {
            match self.takes(&collection)? {
                Some(is_taken) => return Ok(is_taken),
                None => self.find_classes(field, context.py)?,
            }
        }
        field.validate_in_python(value, context)
    }

    fn writes_null(&self) -> bool {
        true
    }

    fn write(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        if value.is_none() {
            return Ok(out.null(key)?);
        }
        match parts_of(value, context) {
            Some((collection, id)) => {
                out.key(kind::DOCUMENT, key)?;
                let start = out.begin()?;
                write_text(&self.collection_key, &collection, out)?;
                context.encode(&self.id_key, id.as_borrowed(), out)?;
                Ok(out.end(start)?)
            }
            None => field.write_in_python(key, value, out, context),
        }
    }

    fn read<'py>(
        &self,
        element: &Element<'_>,
        _: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        if element.kind == kind::DOCUMENT
            && let Some(references) = &context.types.db_refs
            && let Some((collection, id)) = self.parts(element)?
        {
            let collection = make_text(context.py, collection.as_text()?)?;
            let id = context.decode(&id)?;
            return Ok(references.make(context.py, collection, id)?);
        }
        let value = context.decode(element)?;
        // One of mongoengine's is read otherwise, and Python keeps what is stored.
        if value.is_exact_instance_of::<PyDict>() {
            return Err(Stop::AskPython);
        }
        Ok(value)
    }
}
