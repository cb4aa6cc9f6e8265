//! Reads the Python plan once into Rust structs, and converts documents by them.

use std::collections::HashMap;

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};

use crate::bson::{Element, Reader, Writer};
use crate::errors::{Outcome, Stop};
use crate::kinds::{self, Kind};
use crate::values::{self, DEEPEST, Options, Types};

/// What a conversion needs besides the document: the plans of embedded classes, types, options.
pub(crate) struct World<'py> {
    pub(crate) py: Python<'py>,
    pub(crate) plans: &'py [Document],
    pub(crate) types: &'py Types,
    pub(crate) options: &'py Options,
    pub(crate) depth: usize,
}

impl<'py> World<'py> {
    /// The same, one level further down; stops where Python's own limit has to decide.
    pub(crate) fn deeper(&self) -> Outcome<Self> {
        if self.depth >= DEEPEST {
            return Err(Stop::AskPython);
        }
        Ok(Self {
            depth: self.depth + 1,
            ..*self
        })
    }

    pub(crate) fn encode(
        &self,
        key: &[u8],
        value: &Bound<'_, PyAny>,
        out: &mut Writer,
    ) -> Outcome<()> {
        values::encode(key, value, out, self.types, self.options, self.depth)
    }

    pub(crate) fn decode(&self, element: &Element<'_>) -> Outcome<Bound<'py, PyAny>> {
        values::decode(self.py, element, self.types, self.options, self.depth)
    }

    /// The plan at a place, if the value is an instance of exactly its class.
    pub(crate) fn plan_for(&self, place: usize, value: &Bound<'_, PyAny>) -> Option<&'py Document> {
        let plan = self.plans.get(place)?;
        value.get_type().is(&plan.class).then_some(plan)
    }
}

/// Which methods of a field a user has replaced.
#[derive(Clone, Copy, Default)]
struct Overridden {
    is_empty: bool,
    get_value: bool,
    validate: bool,
    to_son: bool,
    from_son: bool,
}

/// One field of a document class.
pub(crate) struct Field {
    name: Py<PyString>,
    key: Vec<u8>,
    python: Py<PyAny>,
    is_required: bool,
    kind: Box<dyn Kind>,
    overridden: Overridden,
    /// For a list, the field of its items.
    pub(crate) item: Option<Box<Field>>,
}

impl Field {
    /// The value that validation and saving see.
    fn value<'py>(
        &self,
        stored: Option<Bound<'py, PyAny>>,
        world: &World<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let stored = stored.unwrap_or_else(|| world.py.None().into_bound(world.py));
        if self.overridden.get_value {
            return self.call(intern!(world.py, "get_value"), &stored, true);
        }
        Ok(stored)
    }

    /// Whether an item (or, less what `required` asks, a value) may be saved.
    pub(crate) fn is_valid(&self, value: &Bound<'_, PyAny>, world: &World<'_>) -> Outcome<bool> {
        if self.overridden.get_value {
            let value = self.call(intern!(world.py, "get_value"), value, true)?;
            return self.is_valid_as_read(&value, world);
        }
        self.is_valid_as_read(value, world)
    }

    fn is_valid_as_read(&self, value: &Bound<'_, PyAny>, world: &World<'_>) -> Outcome<bool> {
        if self.overridden.validate {
            let answer = self.call(intern!(world.py, "validate"), value, true)?;
            return answer.is_truthy().map_err(Stop::Raised);
        }
        self.kind.validate(value, self, world)
    }

    fn is_satisfied(&self, value: &Bound<'_, PyAny>, world: &World<'_>) -> Outcome<bool> {
        if !self.is_required {
            return Ok(true);
        }
        if self.overridden.is_empty {
            let answer = self.call(intern!(world.py, "is_empty"), value, true)?;
            return Ok(!answer.is_truthy().map_err(Stop::Raised)?);
        }
        Ok(!self.kind.is_empty(value, self, world)?)
    }

    /// Write a value that was not read yet: an item of a list.
    pub(crate) fn write(
        &self,
        key: &[u8],
        value: &Bound<'_, PyAny>,
        out: &mut Writer,
        world: &World<'_>,
    ) -> Outcome<()> {
        if self.overridden.get_value {
            let value = self.call(intern!(world.py, "get_value"), value, true)?;
            return self.write_as_read(key, &value, out, world);
        }
        self.write_as_read(key, value, out, world)
    }

    fn write_as_read(
        &self,
        key: &[u8],
        value: &Bound<'_, PyAny>,
        out: &mut Writer,
        world: &World<'_>,
    ) -> Outcome<()> {
        if self.overridden.to_son {
            let stored = self.call(intern!(world.py, "to_son"), value, true)?;
            return world.encode(key, &stored, out);
        }
        self.kind.write(key, value, self, out, world)
    }

    pub(crate) fn read<'py>(
        &self,
        element: &Element<'_>,
        world: &World<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        if self.overridden.from_son {
            let value = world.decode(element)?;
            return self.call(intern!(world.py, "from_son"), &value, true);
        }
        self.kind.read(element, self, world)
    }

    // -- the field's own methods, for values that its kind does not know at a glance ---------------

    pub(crate) fn is_empty_in_python(
        &self,
        value: &Bound<'_, PyAny>,
        world: &World<'_>,
    ) -> Outcome<bool> {
        Ok(self
            .call(intern!(world.py, "is_empty"), value, false)?
            .is_truthy()?)
    }

    pub(crate) fn validate_in_python(
        &self,
        value: &Bound<'_, PyAny>,
        world: &World<'_>,
    ) -> Outcome<bool> {
        let value = self.call(intern!(world.py, "get_value"), value, false)?;
        Ok(self
            .call(intern!(world.py, "validate"), &value, false)?
            .is_truthy()?)
    }

    pub(crate) fn write_in_python(
        &self,
        key: &[u8],
        value: &Bound<'_, PyAny>,
        out: &mut Writer,
        world: &World<'_>,
    ) -> Outcome<()> {
        let value = self.call(intern!(world.py, "get_value"), value, false)?;
        let stored = self.call(intern!(world.py, "to_son"), &value, false)?;
        world.encode(key, &stored, out)
    }

    pub(crate) fn read_in_python<'py>(
        &self,
        element: &Element<'_>,
        world: &World<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        self.loaded_in_python(&world.decode(element)?, world)
    }

    pub(crate) fn loaded_in_python<'py>(
        &self,
        value: &Bound<'py, PyAny>,
        world: &World<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        self.call(intern!(world.py, "from_son"), value, false)
    }

    /// Call a method of the field. What a user's method raises goes out as it is; a built-in one is
    /// asked again by the Python side, which says more about it.
    fn call<'py>(
        &self,
        method: &Bound<'py, PyString>,
        value: &Bound<'py, PyAny>,
        is_users: bool,
    ) -> Outcome<Bound<'py, PyAny>> {
        let answer = self.python.bind(value.py()).call_method1(method, (value,));
        if is_users {
            answer.map_err(Stop::Raised)
        } else {
            Ok(answer?)
        }
    }

    fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.name)?;
        visit.call(&self.python)?;
        self.item
            .as_ref()
            .map_or(Ok(()), |item| item.traverse(visit))
    }
}

/// One document class.
pub(crate) struct Document {
    pub(crate) class: Py<PyType>,
    fields: Vec<Field>,
    /// Key in MongoDB -> place among the fields.
    places: HashMap<Vec<u8>, usize>,
    /// What a new instance starts with, in the order of the fields.
    template: Py<PyDict>,
    /// The fields whose default is made for each instance: place, and what makes it.
    factories: Vec<(usize, Py<PyAny>)>,
    new: Py<PyAny>,
    /// Which conversions of whole documents are native.
    pub(crate) validates: bool,
    pub(crate) writes: bool,
    pub(crate) reads: bool,
}

impl Document {
    /// The values of an instance, if they are those of its fields and nothing else.
    pub(crate) fn values<'py>(
        &self,
        document: &Bound<'py, PyAny>,
        py: Python<'py>,
    ) -> Outcome<Bound<'py, PyDict>> {
        if !document.getattr(intern!(py, "_hidden"))?.is_none() {
            return Err(Stop::AskPython);
        }
        let values = document.getattr(intern!(py, "__dict__"))?;
        let values = values.cast_into::<PyDict>().map_err(|_| Stop::AskPython)?;
        if values.len() == self.fields.len() {
            Ok(values)
        } else {
            Err(Stop::AskPython)
        }
    }

    pub(crate) fn is_valid(&self, document: &Bound<'_, PyAny>, world: &World<'_>) -> Outcome<bool> {
        let values = document.getattr(intern!(world.py, "__dict__"))?;
        let values = values.cast_into::<PyDict>().map_err(|_| Stop::AskPython)?;
        for field in &self.fields {
            let stored = values.get_item(&field.name)?;
            let value = field.value(stored, world)?;
            if !field.is_satisfied(&value, world)? || !field.is_valid_as_read(&value, world)? {
                return Err(Stop::AskPython); // it is refused, and Python has the words
            }
        }
        Ok(true)
    }

    /// Write a document; with an `_id` in front where one is given.
    pub(crate) fn write(
        &self,
        document: &Bound<'_, PyAny>,
        id: Option<&Bound<'_, PyAny>>,
        out: &mut Writer,
        world: &World<'_>,
    ) -> Outcome<()> {
        let values = self.values(document, world.py)?;
        let start = out.begin();
        if let Some(id) = id {
            world.encode(b"_id", id, out)?;
        }
        for field in &self.fields {
            let stored = values.get_item(&field.name)?;
            let value = field.value(stored, world)?;
            field.write_as_read(&field.key, &value, out, world)?;
        }
        if out.end(start) {
            Ok(())
        } else {
            Err(Stop::AskPython)
        }
    }

    pub(crate) fn read<'py>(
        &self,
        mut elements: Reader<'_>,
        world: &World<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let py = world.py;
        let values = self.template.bind(py).copy()?;
        let mut id = py.None().into_bound(py);
        let mut seen = vec![false; self.fields.len()];
        let mut expected = 0;
        while let Some(element) = elements.next_element()? {
            // Mostly the next key is that of the next field.
            let place = match self.fields.get(expected) {
                Some(field) if field.key == element.key => expected,
                _ => match self.places.get(element.key) {
                    Some(&place) => place,
                    None if element.key == b"_id" => {
                        id = world.decode(&element)?;
                        continue;
                    }
                    None => return Err(Stop::AskPython), // a value that no field declares
                },
            };
            let (Some(field), Some(seen)) = (self.fields.get(place), seen.get_mut(place)) else {
                return Err(Stop::AskPython);
            };
            if *seen {
                return Err(Stop::AskPython); // one key twice
            }
            *seen = true;
            values.set_item(&field.name, field.read(&element, world)?)?;
            expected = place + 1;
        }
        for (place, make) in &self.factories {
            if let (Some(false), Some(field)) = (seen.get(*place), self.fields.get(*place)) {
                values.set_item(&field.name, make.bind(py).call0().map_err(Stop::Raised)?)?;
            }
        }
        let document = self.new.bind(py).call1((&self.class,))?;
        document.setattr(intern!(py, "_id"), id)?;
        document.setattr(intern!(py, "_is_persisted"), true)?;
        document.setattr(intern!(py, "_stored_keys"), py.None())?;
        document.setattr(intern!(py, "_hidden"), py.None())?;
        document.setattr(intern!(py, "__dict__"), values)?;
        Ok(document)
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.class)?;
        visit.call(&self.template)?;
        visit.call(&self.new)?;
        for (_, make) in &self.factories {
            visit.call(make)?;
        }
        self.fields
            .iter()
            .try_for_each(|field| field.traverse(visit))
    }
}

// -- reading the Python plan ---------------------------------------------------------------------

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

    pub(crate) fn get<T: for<'a> FromPyObjectOwned<'py>>(&self, name: &str) -> PyResult<Option<T>> {
        let Some(value) = self.value(name)? else {
            return Ok(None);
        };
        value.extract().map(Some).map_err(Into::into)
    }
}

/// Reads the plans of a class and of all that are embedded in it.
pub(crate) struct Compiler<'py> {
    py: Python<'py>,
    places: HashMap<usize, usize>,
    waiting: Vec<(usize, Bound<'py, PyAny>)>,
    documents: Vec<Option<Document>>,
}

impl<'py> Compiler<'py> {
    /// The plans; the first is that of the class itself.
    pub(crate) fn compile(plan: &Bound<'py, PyAny>) -> PyResult<Vec<Document>> {
        let py = plan.py();
        let mut compiler = Self {
            py,
            places: HashMap::new(),
            waiting: Vec::new(),
            documents: Vec::new(),
        };
        compiler.place_of(&plan.getattr("document_class")?, Some(plan.clone()))?;
        while let Some((place, plan)) = compiler.waiting.pop() {
            let document = compiler.document(&plan)?;
            if let Some(slot) = compiler.documents.get_mut(place) {
                *slot = Some(document);
            }
        }
        Ok(compiler.documents.into_iter().flatten().collect())
    }

    fn place_of(
        &mut self,
        class: &Bound<'py, PyAny>,
        plan: Option<Bound<'py, PyAny>>,
    ) -> PyResult<usize> {
        let address = class.as_ptr() as usize;
        if let Some(&place) = self.places.get(&address) {
            return Ok(place);
        }
        let plan = match plan {
            Some(plan) => plan,
            None => self
                .py
                .import("aiomotorengine.codec.plan")?
                .getattr("plan_of")?
                .call1((class,))?,
        };
        let place = self.documents.len();
        self.places.insert(address, place);
        self.documents.push(None);
        self.waiting.push((place, plan));
        Ok(place)
    }

    fn document(&mut self, plan: &Bound<'py, PyAny>) -> PyResult<Document> {
        let class = plan.getattr("document_class")?;
        let conversion = self
            .py
            .import("aiomotorengine.conversion")?
            .getattr("conversion_of")?
            .call1((&class,))?;
        let mut fields = Vec::new();
        let mut places = HashMap::new();
        let mut is_usual = true;
        for field in plan.getattr("fields")?.try_iter()? {
            let field = field?;
            let name: String = field.getattr("name")?.extract()?;
            is_usual &= reads_as_usual(&class, &name)?;
            let field = self.field(&field, false)?;
            is_usual &= !field.key.contains(&0);
            places.insert(field.key.clone(), fields.len());
            fields.push(field);
        }
        let names: Vec<String> = fields.iter().map(|field| field.name.to_string()).collect();
        let mut factories = Vec::new();
        for factory in conversion.getattr("factories")?.try_iter()? {
            let (name, _, make): (String, Bound<'_, PyAny>, Py<PyAny>) = factory?.extract()?;
            if let Some(place) = names.iter().position(|other| *other == name) {
                factories.push((place, make));
            }
        }
        let routes = plan.getattr("routes")?;
        let is_native = |method: &str| -> PyResult<bool> {
            routes.get_item(method)?.getattr("native")?.extract()
        };
        let construct: String = plan.getattr("construct")?.extract()?;
        Ok(Document {
            fields,
            places,
            factories,
            template: conversion
                .getattr("defaults")?
                .cast::<PyDict>()?
                .copy()?
                .unbind(),
            new: class.getattr("__new__")?.unbind(),
            validates: is_usual && is_native("validate")?,
            writes: is_usual && is_native("to_son")?,
            reads: is_usual && construct == "direct" && is_native("from_son")?,
            class: class.cast_into::<PyType>()?.unbind(),
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
            is_required: plan.getattr("required")?.extract()?,
            is_item,
            embedded: if embedded.is_none() {
                None
            } else {
                Some(self.place_of(&embedded, None)?)
            },
        };
        Ok(Field {
            name: PyString::intern(self.py, &plan.getattr("name")?.extract::<String>()?).unbind(),
            key: plan
                .getattr("db_field")?
                .extract::<Option<String>>()?
                .unwrap_or_default()
                .into_bytes(),
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

/// Whether a field's attribute is one of the library's own, which read by `get_value` or not at all.
fn reads_as_usual(class: &Bound<'_, PyAny>, name: &str) -> PyResult<bool> {
    let conversion = class.py().import("aiomotorengine.conversion")?;
    let attribute = conversion.getattr("find_attribute")?.call1((class, name))?;
    let kind = attribute.get_type().name()?;
    let kind = kind.to_string();
    Ok([
        "StoredAttribute",
        "ConvertedAttribute",
        "ReferenceAttribute",
        "StampedAttribute",
    ]
    .contains(&kind.as_str()))
}
