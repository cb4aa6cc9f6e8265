//! Reads the Python plan once into Rust structs.

use std::collections::HashMap;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyString, PyType};

use super::discriminator::Discriminator;
use super::document::{Beginning, Stamp, Undeclared};
use super::field::Overridden;
use super::{Document, Field, PrimaryKey};
use crate::bson::Key;
use crate::kinds::{self, Normalised, WithOptions};
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

    /// What the field's class tells its twin (`fields/native_kind.py`).
    pub(crate) fn constant(&self, name: &str) -> PyResult<Bound<'py, PyAny>> {
        self.arguments.get_item(name)
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

/// Reads the plans of a class and of all that are embedded in it. What is in them, and no more.
pub(crate) struct Compiler<'py> {
    py: Python<'py>,
    /// The plans of embedded classes, by class.
    embedded: Bound<'py, PyAny>,
    indexes: HashMap<usize, usize>,
    waiting: Vec<(usize, Bound<'py, PyAny>)>,
    documents: Vec<Option<Document>>,
}

impl<'py> Compiler<'py> {
    /// The plans; the first is that of the class itself.
    pub(crate) fn compile(plan: &Bound<'py, PyAny>) -> PyResult<Vec<Document>> {
        let mut compiler = Self {
            py: plan.py(),
            embedded: plan.getattr("embedded")?,
            indexes: HashMap::new(),
            waiting: Vec::new(),
            documents: Vec::new(),
        };
        compiler.index_of(plan.clone())?;
        while let Some((index, plan)) = compiler.waiting.pop() {
            let document = compiler.document(&plan, index)?;
            if let Some(slot) = compiler.documents.get_mut(index) {
                *slot = Some(document);
            }
        }
        Ok(compiler.documents.into_iter().flatten().collect())
    }

    fn index_of(&mut self, plan: Bound<'py, PyAny>) -> PyResult<usize> {
        let address = plan.getattr("document_class")?.as_ptr() as usize;
        if let Some(&index) = self.indexes.get(&address) {
            return Ok(index);
        }
        let index = self.documents.len();
        self.indexes.insert(address, index);
        self.documents.push(None);
        self.waiting.push((index, plan));
        Ok(index)
    }

    fn document(&mut self, plan: &Bound<'py, PyAny>, index: usize) -> PyResult<Document> {
        let mut fields = Vec::new();
        let mut indexes = HashMap::new();
        let mut aliases = HashMap::new();
        let mut names = HashMap::new();
        for field in plan.getattr("fields")?.try_iter()? {
            let field = field?;
            names.insert(field.getattr("name")?.extract::<String>()?, fields.len());
            indexes.insert(stored_key(&field)?.into_bytes(), fields.len());
            let of_field: Vec<String> = field.getattr("aliases")?.extract()?;
            for (place, alias) in of_field.into_iter().enumerate() {
                aliases.insert(alias.into_bytes(), (fields.len(), place));
            }
            fields.push(self.field(&field, false)?);
        }
        let mut factories = Vec::new();
        for factory in plan.getattr("factories")?.try_iter()? {
            let (name, make): (String, Py<PyAny>) = factory?.extract()?;
            if let Some(&index) = names.get(&name) {
                factories.push((index, make));
            }
        }
        let mut stamps = Vec::new();
        for stamp in plan.getattr("stamps")?.try_iter()? {
            let (name, renews): (String, bool) = stamp?.extract()?;
            if let Some(&place) = names.get(&name) {
                stamps.push(Stamp { place, renews });
            }
        }
        let version: Option<String> = plan.getattr("version")?.extract()?;
        let routes = plan.getattr("routes")?;
        let is_native = |method: &str| -> PyResult<bool> {
            routes.get_item(method)?.getattr("native")?.extract()
        };
        let is_built_directly = plan.getattr("construct")?.extract::<&str>()? == "direct";
        let class = plan.getattr("document_class")?.cast_into::<PyType>()?;
        let storage = plan.getattr("storage")?.cast_into::<PyType>()?;
        // Checked here too: on this rests that memory is read and written where it should.
        let in_order: Vec<_> = fields.iter().map(|field| &field.name).collect();
        let layout = InstanceLayout::of(&class, &storage, &in_order)?;
        let is_known = layout.is_some();
        let discriminator = self.discriminator(plan)?;
        let undeclared = plan.getattr("undeclared")?;
        let unknown: String = plan.getattr("unknown")?.extract()?;
        let template = plan.getattr("defaults")?.cast_into::<PyDict>()?;
        Ok(Document {
            index,
            indexes,
            aliases,
            factories,
            stamps,
            version: version.and_then(|name| names.get(&name).copied()),
            id_key: key_of("_id"),
            declares_key: plan.getattr("declares_key")?.extract()?,
            key: self.key(plan)?,
            beginning: Beginning::new(template),
            undeclared: Undeclared {
                values: undeclared.getattr("values")?.unbind(),
                pick_up: undeclared.getattr("pick_up")?.unbind(),
                keep_own_id: undeclared.getattr("keep_own_id")?.unbind(),
                has_own_id: undeclared.getattr("has_own_id")?.unbind(),
            },
            validates: is_known && is_native("validate")?,
            writes: is_known && is_native("to_son")?,
            reads: is_known && is_built_directly && is_native("from_son")?,
            takes_rows: is_known && plan.getattr("rows")?.getattr("native")?.extract()?,
            is_in_one_go: !fields.iter().any(Field::has_users_methods),
            is_read_alone: !fields.iter().any(Field::has_users_from_son),
            is_tracked: plan.getattr("tracks_changes")?.extract()?,
            discriminator,
            drops_unknown: unknown == "drop",
            refuses_unknown: unknown == "refuse",
            fields,
            layout,
            class: class.unbind(),
        })
    }

    fn key(&mut self, plan: &Bound<'py, PyAny>) -> PyResult<Option<Box<PrimaryKey>>> {
        let plan = plan.getattr("key")?;
        if plan.is_none() {
            return Ok(None);
        }
        let field = self.field(&plan.getattr("field")?, false)?;
        Ok(Some(Box::new(PrimaryKey::compile(&plan, field)?)))
    }

    fn discriminator(&mut self, plan: &Bound<'py, PyAny>) -> PyResult<Option<Box<Discriminator>>> {
        let discriminator = plan.getattr("discriminator")?;
        if discriminator.is_none() {
            return Ok(None);
        }
        let (name, value): (String, Option<String>) = discriminator.extract()?;
        let mut classes = HashMap::new();
        for pair in plan.getattr("classes")?.call_method0("items")?.try_iter()? {
            let (value, class): (String, Bound<'py, PyAny>) = pair?.extract()?;
            let plan = self.embedded.get_item(class)?;
            classes.insert(bytes_of(value), self.index_of(plan)?);
        }
        Ok(Some(Box::new(Discriminator {
            key: key_of(&name),
            name: bytes_of(name),
            value: value.map(bytes_of),
            classes,
        })))
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
                let plan = self.embedded.get_item(&embedded)?;
                Some(self.index_of(plan)?)
            },
        };
        let allows_empty: bool = plan.getattr("allow_empty")?.extract()?;
        let overridden = Overridden {
            // Nothing but `None` is asked for then.
            is_empty: is_python("is_empty")? && !allows_empty,
            get_value: is_python("get_value")?,
            validate: is_python("validate")?,
            to_son: is_python("to_son")?,
            from_son: is_python("from_son")?,
            parse: is_python("parse")?,
        };
        let kind = kinds::kind_named(kind.as_deref().unwrap_or_default(), &arguments)?;
        let kind = WithOptions::of(kind, plan, is_item)?;
        let kind = Normalised::of(kind, &arguments)?;
        let is_list = !item.is_none();
        Ok(Field {
            name: PyString::intern(self.py, &plan.getattr("name")?.extract::<String>()?).unbind(),
            key: key_of(&stored_key(plan)?),
            python: plan.getattr("field")?.unbind(),
            is_required: arguments.is_required,
            takes_none: plan.getattr("takes_none")?.extract()?,
            strict_validate: plan.getattr("strict_validate")?.extract()?,
            reads_otherwise: plan.getattr("reads_otherwise")?.extract()?,
            is_shown_as_read: plan.getattr("shown_as_read")?.extract()?,
            is_plain: !(overridden.get_value || overridden.to_son || is_list && kind.has_rules()),
            is_judged_plainly: !(overridden.get_value
                || overridden.validate
                || arguments.is_required && overridden.is_empty
                || is_list && kind.has_rules()),
            overridden,
            kind,
            document: arguments.embedded,
            inner: plan
                .getattr("inner")?
                .try_iter()?
                .map(|inner| self.field(&inner?, true))
                .collect::<PyResult<_>>()?,
            item: if is_list {
                Some(Box::new(self.field(&item, true)?))
            } else {
                None
            },
        })
    }
}

fn bytes_of(text: String) -> Box<[u8]> {
    text.into_bytes().into()
}

/// The text of a field's key. The field of a list's items has none; and documents with a key that is
/// no text, or none of UTF-8, stay in Python.
fn stored_key(plan: &Bound<'_, PyAny>) -> PyResult<String> {
    let key = plan.getattr("db_field")?;
    Ok(key.extract().unwrap_or_default())
}

/// The key of a field. One that BSON cannot store never gets as far as being written.
fn key_of(text: &str) -> Key {
    Key::new(text.as_bytes()).unwrap_or_else(Key::first_index)
}
