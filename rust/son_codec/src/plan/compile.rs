//! Reads the Python plan once into Rust structs.

use std::collections::HashMap;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyString, PyType};

use super::document::Undeclared;
use super::field::Overridden;
use super::{Document, Field};
use crate::bson::Key;
use crate::kinds;
use crate::objects::{InstanceLayout, whole_number};

/// What a kind is told when it is made.
pub(crate) struct Arguments<'a, 'py> {
    arguments: &'a Bound<'py, PyAny>,
    pub(crate) is_required: bool,
    /// Whether the field is that of a list's items, and not of a document.
    pub(crate) is_item: bool,
    /// For an embedded document, where the plan of its class stands.
    pub(crate) embedded: Option<usize>,
}

impl<'py> Arguments<'_, 'py> {
    /// An argument of the field, if it was given.
    pub(crate) fn value(&self, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        let value = self.arguments.call_method1("get", (name,))?;
        Ok((!value.is_none()).then_some(value))
    }

    /// Whether an argument is given that is true as Python has it.
    pub(crate) fn is_set(&self, name: &str) -> PyResult<bool> {
        self.value(name)?
            .map_or(Ok(false), |value| value.is_truthy())
    }

    /// How long a value may be at most; `None` where the argument is no length: then Python compares.
    pub(crate) fn most(&self, name: &str) -> PyResult<Option<usize>> {
        let Some(value) = self.value(name)? else {
            return Ok(Some(usize::MAX));
        };
        let number = value.cast_exact::<PyInt>().ok().and_then(whole_number);
        Ok(number.and_then(|number| number.try_into().ok()))
    }
}

/// Reads the plans of a class and of all that are embedded in it.
pub(crate) struct Compiler<'py> {
    py: Python<'py>,
    indexes: HashMap<usize, usize>,
    waiting: Vec<(usize, Bound<'py, PyAny>)>,
    documents: Vec<Option<Document>>,
}

impl<'py> Compiler<'py> {
    /// The plans; the first is that of the class itself.
    pub(crate) fn compile(plan: &Bound<'py, PyAny>) -> PyResult<Vec<Document>> {
        let py = plan.py();
        let mut compiler = Self {
            py,
            indexes: HashMap::new(),
            waiting: Vec::new(),
            documents: Vec::new(),
        };
        compiler.index_of(&plan.getattr("document_class")?, Some(plan.clone()))?;
        while let Some((index, plan)) = compiler.waiting.pop() {
            let document = compiler.document(&plan)?;
            if let Some(slot) = compiler.documents.get_mut(index) {
                *slot = Some(document);
            }
        }
        Ok(compiler.documents.into_iter().flatten().collect())
    }

    fn index_of(
        &mut self,
        class: &Bound<'py, PyAny>,
        plan: Option<Bound<'py, PyAny>>,
    ) -> PyResult<usize> {
        let address = class.as_ptr() as usize;
        if let Some(&index) = self.indexes.get(&address) {
            return Ok(index);
        }
        let plan = match plan {
            Some(plan) => plan,
            None => self
                .py
                .import("aiomotorengine.codec.plan")?
                .getattr("plan_of")?
                .call1((class,))?,
        };
        let index = self.documents.len();
        self.indexes.insert(address, index);
        self.documents.push(None);
        self.waiting.push((index, plan));
        Ok(index)
    }

    fn document(&mut self, plan: &Bound<'py, PyAny>) -> PyResult<Document> {
        let class = plan.getattr("document_class")?;
        let conversion = self
            .py
            .import("aiomotorengine.conversion")?
            .getattr("conversion_of")?
            .call1((&class,))?;
        let mut fields = Vec::new();
        let mut indexes = HashMap::new();
        let mut is_usual = true;
        let mut is_reference = false; // of the old kind, which PyMongo makes objects of
        for field in plan.getattr("fields")?.try_iter()? {
            let field = field?;
            let name: String = field.getattr("name")?.extract()?;
            is_usual &= reads_as_usual(&class, &name)?;
            let key = stored_key(&field)?;
            is_usual &= !key.contains('\0');
            is_reference |= key.starts_with('$');
            indexes.insert(key.into_bytes(), fields.len());
            fields.push(self.field(&field, false)?);
        }
        let names: Vec<String> = fields.iter().map(|field| field.name.to_string()).collect();
        let mut factories = Vec::new();
        for factory in conversion.getattr("factories")?.try_iter()? {
            let (name, _, make): (String, Bound<'_, PyAny>, Py<PyAny>) = factory?.extract()?;
            if let Some(index) = names.iter().position(|other| *other == name) {
                factories.push((index, make));
            }
        }
        let routes = plan.getattr("routes")?;
        let is_native = |method: &str| -> PyResult<bool> {
            routes.get_item(method)?.getattr("native")?.extract()
        };
        let construct: String = plan.getattr("construct")?.extract()?;
        let is_built_directly = construct == "direct";
        let class = class.cast_into::<PyType>()?;
        let layout = InstanceLayout::of(&class)?;
        let defaults = conversion.getattr("defaults")?.cast_into::<PyDict>()?;
        is_usual &= layout.is_some();
        Ok(Document {
            indexes,
            factories,
            id_key: key_of("_id"),
            template: defaults.unbind(),
            undeclared: Undeclared {
                values: self
                    .py
                    .import("aiomotorengine.conversion")?
                    .getattr("dynamic_values")?
                    .unbind(),
                pick_up: conversion.getattr("pick_up")?.unbind(),
            },
            validates: is_usual && is_native("validate")?,
            writes: is_usual && is_native("to_son")?,
            reads: is_usual && !is_reference && is_built_directly && is_native("from_son")?,
            is_in_one_go: !fields.iter().any(Field::has_users_methods),
            is_read_alone: !fields.iter().any(Field::has_users_from_son),
            fields,
            layout,
            class: class.unbind(),
        })
    }

    fn field(&mut self, plan: &Bound<'py, PyAny>, is_item: bool) -> PyResult<Field> {
        let item = plan.getattr("item")?;
        let embedded = plan.getattr("document")?;
        let kind: Option<String> = plan.getattr("kind")?.extract()?;
        let routes = plan.getattr("routes")?;
        let is_python = |method: &str| -> PyResult<bool> {
            let native: bool = routes.get_item(method)?.getattr("native")?.extract()?;
            Ok(!native)
        };
        let arguments = Arguments {
            arguments: &plan.getattr("args")?,
            is_required: plan.getattr("required")?.is_truthy()?,
            is_item,
            embedded: if embedded.is_none() {
                None
            } else {
                Some(self.index_of(&embedded, None)?)
            },
        };
        Ok(Field {
            name: PyString::intern(self.py, &plan.getattr("name")?.extract::<String>()?).unbind(),
            key: key_of(&stored_key(plan)?),
            python: plan.getattr("field")?.unbind(),
            is_required: arguments.is_required,
            overridden: Overridden {
                is_empty: is_python("is_empty")?,
                get_value: is_python("get_value")?,
                validate: is_python("validate")?,
                to_son: is_python("to_son")?,
                from_son: is_python("from_son")?,
            },
            kind: kinds::kind_named(kind.as_deref().unwrap_or_default(), &arguments)?,
            item: if item.is_none() {
                None
            } else {
                Some(Box::new(self.field(&item, true)?))
            },
        })
    }
}

/// The text of a field's key. One that is no text, or cannot be written in UTF-8, is as bad as one
/// with a NUL in it: `bson` complains of them all. The field of a list's items has none.
fn stored_key(plan: &Bound<'_, PyAny>) -> PyResult<String> {
    let key = plan.getattr("db_field")?;
    Ok(key.extract().unwrap_or_else(|_| "\0".into()))
}

/// The key of a field. One that BSON cannot store never gets as far as being written.
fn key_of(text: &str) -> Key {
    Key::new(text.as_bytes()).unwrap_or_else(Key::first_index)
}

/// Whether a field's attribute is one of the library's own, which read by `get_value` or not at all.
fn reads_as_usual(class: &Bound<'_, PyAny>, name: &str) -> PyResult<bool> {
    let py = class.py();
    let find = py
        .import("aiomotorengine.conversion")?
        .getattr("find_attribute")?;
    let kind = find.call1((class, name))?.get_type();
    let storage = py.import("aiomotorengine.storage")?;
    let dates = py.import("aiomotorengine.fields.datetime_field")?;
    Ok(kind.is(&storage.getattr("StoredAttribute")?)
        || kind.is(&storage.getattr("ConvertedAttribute")?)
        || kind.is(&storage.getattr("ReferenceAttribute")?)
        || kind.is(&dates.getattr("StampedAttribute")?))
}
