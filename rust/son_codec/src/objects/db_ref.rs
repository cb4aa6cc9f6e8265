//! PyMongo's DBRef, read and made without its constructor.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};

use super::Value;
use super::dict::new_dict;
use super::instance::Blank;
use super::slot::Slot;

/// The class of references that say in which collection a document is.
pub(crate) struct DbRefs {
    blank: Blank,
    collection: Slot,
    id: Slot,
    database: Slot,
    others: Slot,
}

impl DbRefs {
    /// `None` if this PyMongo makes them otherwise.
    pub(crate) fn find(py: Python<'_>) -> PyResult<Option<Self>> {
        let class = py
            .import("bson.dbref")?
            .getattr("DBRef")?
            .cast_into::<PyType>()?;
        let found = (
            Blank::of(&class),
            Slot::find(&class, "_DBRef__collection")?,
            Slot::find(&class, "_DBRef__id")?,
            Slot::find(&class, "_DBRef__database")?,
            Slot::find(&class, "_DBRef__kwargs")?,
        );
        let (Some(blank), Some(collection), Some(id), Some(database), Some(others)) = found else {
            return Ok(None);
        };
        Ok(Some(Self {
            blank,
            collection,
            id,
            database,
            others,
        }))
    }

    /// The collection and the id of a reference that names nothing else; `None` for any other value.
    #[inline]
    pub(crate) fn parts<'py>(
        &self,
        value: Value<'_, 'py>,
    ) -> Option<(Bound<'py, PyString>, Bound<'py, PyAny>)> {
        if !self.blank.is_type_of(value) {
            return None;
        }
        // SAFETY: it is an instance of the class that has the slots.
        let (collection, id, database, others) = unsafe {
            (
                self.collection.get(value)?,
                self.id.get(value)?,
                self.database.get(value)?,
                self.others.get(value)?,
            )
        };
        let collection = collection.cast_into_exact::<PyString>().ok()?;
        let is_all = database.is_none() && others.cast_exact::<PyDict>().ok()?.is_empty();
        is_all.then_some((collection, id))
    }

    #[inline]
    pub(crate) fn make<'py>(
        &self,
        py: Python<'py>,
        collection: Bound<'py, PyAny>,
        id: Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let others = new_dict(py)?;
        let new = self.blank.make(py)?;
        // SAFETY: the slots are of the class, each filled once.
        unsafe {
            new.fill(self.collection, collection);
            new.fill(self.id, id);
            new.fill(self.database, py.None().into_bound(py));
            new.fill(self.others, others.into_any());
        }
        Ok(new.tracked())
    }
}
