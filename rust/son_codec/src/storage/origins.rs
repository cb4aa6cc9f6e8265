//! What many documents are, asked in one go: of which classes, and where they come from, which is said
//! in one go as well. The twin is `storage/origins.py`.

use pyo3::exceptions::PyValueError;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyList, PySet, PyString, PyType};

use super::base_type::storage_type;
use super::calls::release;
use super::cycles::may_be_in_cycle;
use super::instance::Stored;
use super::lookup::lookup;
use super::metaclass::is_of_metaclass;
use super::setters::has_no_own_setter;
use crate::objects::{Items, list_of, listed, push};
use crate::process::Call;

/// The classes that there are among some documents, most of which are of the class of the one before.
#[pyfunction]
#[pyo3(signature = (documents, /))]
pub(crate) fn classes_of<'py>(documents: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PySet>> {
    let py = documents.py();
    let _call = Call::begin(py);
    let documents = listed(documents)?;
    let classes = PySet::empty(py)?;
    let mut last: Option<Bound<'py, PyType>> = None;
    for document in Items::of(&documents) {
        let class = document.get_type_ptr();
        if last.as_ref().map(|last| last.as_type_ptr()) != Some(class) {
            classes.add(&*last.insert(document.get_type()))?;
        }
    }
    Ok(classes)
}

/// The `_id` and the `_is_persisted` of each document.
#[pyfunction]
#[pyo3(signature = (documents, /))]
pub(crate) fn origins_of<'py>(
    documents: &Bound<'py, PyAny>,
) -> PyResult<(Bound<'py, PyList>, Bound<'py, PyList>)> {
    let py = documents.py();
    let _call = Call::begin(py);
    let documents = listed(documents)?;
    let mut class = Class::default();
    let (mut ids, mut states) = (Vec::new(), Vec::new());
    for document in Items::of(&documents) {
        let (id, state) = match class.stored(&document).and_then(Stored::origin) {
            Some(origin) => origin,
            None => (
                document.getattr(intern!(py, "_id"))?,
                document.getattr(intern!(py, "_is_persisted"))?,
            ),
        };
        push(&mut ids, id)?;
        push(&mut states, state)?;
    }
    let list =
        |values: Vec<Bound<'py, PyAny>>| list_of(py, values.len(), values.into_iter().map(Ok));
    Ok((list(ids)?, list(states)?))
}

/// Give each document its `_id`, and all the same `_is_persisted`.
#[pyfunction]
#[pyo3(signature = (documents, ids, is_persisted, /))]
pub(crate) fn set_origins(
    documents: &Bound<'_, PyAny>,
    ids: &Bound<'_, PyAny>,
    is_persisted: &Bound<'_, PyAny>,
) -> PyResult<()> {
    let py = documents.py();
    let _call = Call::begin(py);
    let (documents, ids) = (listed(documents)?, listed(ids)?);
    if documents.len() != ids.len() {
        return Err(PyValueError::new_err("each document needs an id"));
    }
    let mut class = Class::default();
    for (document, id) in Items::of(&documents).zip(Items::of(&ids)) {
        match class.stored(&document) {
            Some(stored) => stored.replace_origin(id, is_persisted.clone()),
            None => {
                document.setattr(intern!(py, "_id"), id)?;
                document.setattr(intern!(py, "_is_persisted"), is_persisted)?;
            }
        }
    }
    Ok(())
}

/// The class of the last document, since most are of one, and whether its instances have nothing of
/// the program's between the slots and whoever asks for them.
#[derive(Default)]
struct Class<'py> {
    class: Option<Bound<'py, PyType>>,
    is_plain: bool,
}

impl<'py> Class<'py> {
    /// The document, if what is in its slots is what its attributes say.
    #[inline]
    fn stored<'a>(&mut self, document: &'a Bound<'py, PyAny>) -> Option<Stored<'a, 'py>> {
        let is_known = |class: &Bound<'py, PyType>| document.get_type_ptr() == class.as_type_ptr();
        if !self.class.as_ref().is_some_and(is_known) {
            let class = document.get_type();
            self.is_plain = is_plain(&class);
            self.class = Some(class);
        }
        // SAFETY: a plain class derives from the base type.
        self.is_plain
            .then(|| unsafe { Stored::new_unchecked(document.as_borrowed()) })
    }
}

/// Whether a class derives from the base type and has its attributes, had and set as objects do it.
fn is_plain(class: &Bound<'_, PyType>) -> bool {
    let py = class.py();
    let Ok(base) = storage_type(py) else {
        return false;
    };
    let pointer = class.as_type_ptr();
    let is_own = |name: &Bound<'_, PyString>| {
        // SAFETY: two live classes and text; what is found is compared at once.
        unsafe {
            let found = lookup(base.as_type_ptr(), name.as_ptr());
            !found.is_null() && found == lookup(pointer, name.as_ptr())
        }
    };
    // SAFETY: reads of live classes.
    let is_had_plainly = unsafe {
        let getters = [(*pointer).tp_getattro, ffi::PyBaseObject_Type.tp_getattro];
        let [own, of_object] = getters.map(|getter| getter.map(|function| function as usize));
        own == of_object
    };
    // SAFETY: as above.
    is_of_metaclass(py, pointer)
        && unsafe { ffi::PyType_IsSubtype(pointer, base.as_type_ptr()) != 0 }
        && is_had_plainly
        && unsafe { has_no_own_setter(pointer) }
        && is_own(intern!(py, "_id"))
        && is_own(intern!(py, "_is_persisted"))
}

impl<'py> Stored<'_, 'py> {
    /// The id and whether it was stored; `None` where a slot is empty.
    #[inline]
    fn origin(self) -> Option<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
        // SAFETY: an instance, whose slots are NULL or counted; they are counted before anything else
        // can happen.
        unsafe {
            let raw = self.raw();
            Some((
                Bound::from_borrowed_ptr_or_opt(self.py(), (*raw).id)?,
                Bound::from_borrowed_ptr_or_opt(self.py(), (*raw).is_persisted)?,
            ))
        }
    }

    /// Put these in the place of what it has, one after the other.
    #[inline]
    fn replace_origin(self, id: Bound<'py, PyAny>, is_persisted: Bound<'py, PyAny>) {
        // SAFETY: an instance, which its caller counts. Each value is counted by it, and in its place
        // before the one that was there is let go of, which may run Python code.
        unsafe {
            let py = self.py();
            if may_be_in_cycle(py, id.as_ptr()) || may_be_in_cycle(py, is_persisted.as_ptr()) {
                self.track();
            }
            let raw = self.raw();
            release((&raw mut (*raw).id).replace(id.into_ptr()));
            release((&raw mut (*raw).is_persisted).replace(is_persisted.into_ptr()));
        }
    }
}
