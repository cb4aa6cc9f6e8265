//! Passwords, of which the hash is stored. Twin of `fields/password_field.py`, which hashes.

use std::sync::OnceLock;

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyType};

use super::Kind;
use crate::bson::{Element, Key, Writer, kind};
use crate::errors::Outcome;
use crate::objects::Value;
use crate::plan::{Arguments, Context, Field};

pub(super) struct Password {
    /// The class of hashed passwords.
    class: Py<PyType>,
    /// Makes one without calling it.
    make: Py<PyAny>,
    crypt_func: Py<PyAny>,
    /// The hash of the empty text, which counts as no password; `None` where it is no plain text.
    empty: OnceLock<Option<Py<PyString>>>,
}

impl Password {
    pub(super) fn new(arguments: &Arguments<'_, '_>) -> PyResult<Self> {
        let class = arguments.constant("hashed")?.cast_into::<PyType>()?;
        Ok(Self {
            make: class.getattr("__new__")?.unbind(),
            class: class.unbind(),
            crypt_func: arguments.constant("crypt_func")?.unbind(),
            empty: OnceLock::new(),
        })
    }

    fn is_hashed(&self, value: Value<'_, '_>) -> bool {
        value.get_type().is(&self.class)
    }

    /// Whether it is the hash of the empty text; `None` where Python has to compare.
    fn is_of_nothing(&self, value: Value<'_, '_>) -> PyResult<Option<bool>> {
        let py = value.py();
        if !self.is_hashed(value)
            || !value
                .getattr(intern!(py, "crypt_func"))?
                .is(&self.crypt_func)
        {
            return Ok(None);
        }
        // The program's function is asked once: one text has one hash.
        let empty = match self.empty.get() {
            Some(empty) => empty,
            None => {
                let made = self.crypt_func.bind(py).call1(("",))?;
                let made = made.cast_into_exact::<PyString>().ok();
                self.empty.get_or_init(|| made.map(Bound::unbind))
            }
        };
        let hash = value.getattr(intern!(py, "value"))?;
        match (empty, hash.cast_exact::<PyString>()) {
            (Some(empty), Ok(hash)) => Ok(Some(hash.as_any().eq(empty)?)),
            _ => Ok(None),
        }
    }
}

impl Kind for Password {
    fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.class)?;
        visit.call(&self.make)?;
        visit.call(&self.crypt_func)
    }

    fn hashes(&self) -> bool {
        true
    }

    fn is_empty(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        match self.is_of_nothing(value)? {
            Some(is_empty) => Ok(is_empty),
            None if value.is_none() => Ok(true),
            None => field.is_empty_in_python(value, context),
        }
    }

    fn validate(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        if self.is_hashed(value) || value.is_none() {
            return Ok(true);
        }
        field.validate_in_python(value, context)
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
            return context.encode(key, value, out);
        }
        if !self.is_hashed(value) {
            return field.write_in_python(key, value, out, context);
        }
        let hash = value.getattr(intern!(context.py, "value"))?;
        context.encode(key, hash.as_borrowed(), out)
    }

    fn read<'py>(
        &self,
        element: &Element<'_>,
        _: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let py = context.py;
        let stored = context.decode(element)?;
        if element.kind == kind::NULL {
            return Ok(stored);
        }
        let password = self.make.bind(py).call1((&self.class,))?;
        password.setattr(intern!(py, "value"), stored)?;
        password.setattr(intern!(py, "crypt_func"), &self.crypt_func)?;
        Ok(password)
    }
}
