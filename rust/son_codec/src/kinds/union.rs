//! Documents of one of several classes. Twin of `fields/generic_embedded_document_field.py`.

use pyo3::prelude::*;

use super::Kind;
use crate::bson::{Element, Key, Reader, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::Value;
use crate::plan::{Arguments, Context, Document, Field};

pub(super) struct Union {
    /// The key that says the class.
    discriminator: Key,
    /// What is stored there for each class, in the order of the inner fields; none where only Python
    /// knows, so that everything is left to it.
    names: Vec<Vec<u8>>,
}

impl Union {
    pub(super) fn new(arguments: &Arguments<'_, '_>) -> PyResult<Self> {
        let key: Option<String> = match arguments.value("discriminator")? {
            Some(key) => key.extract().ok(),
            None => None,
        };
        let key = key.and_then(|key| Key::new(key.as_bytes()));
        let names: Vec<String> = match arguments.value("names")? {
            Some(names) if key.is_some() => names.extract().unwrap_or_default(),
            _ => Vec::new(),
        };
        Ok(Self {
            discriminator: key.unwrap_or_else(Key::first_index),
            names: names.into_iter().map(String::into_bytes).collect(),
        })
    }

    /// The class that a document is an instance of: its name, field and plan.
    #[inline]
    fn class_of<'a, 'py>(
        &'a self,
        value: Value<'_, '_>,
        field: &'a Field,
        context: &Context<'py>,
    ) -> Option<(&'a [u8], &'a Field, &'py Document)> {
        self.names
            .iter()
            .zip(&field.inner)
            .find_map(|(name, inner)| {
                let plan = context.plans.get(inner.document?)?;
                // One that shares its collection has a value of its own, and classes below it.
                let is_it = plan.is_type_of(value) && !plan.shares_collection();
                is_it.then_some(())?;
                Some((name.as_slice(), inner, plan))
            })
    }
}

impl Kind for Union {
    fn is_of_documents(&self) -> bool {
        true
    }

    fn is_empty(&self, value: Value<'_, '_>, _: &Field, _: &Context<'_>) -> Outcome<bool> {
        Ok(value.is_none())
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
        match self.class_of(value, field, context) {
            Some((_, inner, _)) => inner.accepts_item(value, context),
            None => field.validate_in_python(value, context),
        }
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
            out.null(key)?;
            return Ok(());
        }
        let Some((name, _, plan)) = self
            .class_of(value, field, context)
            .filter(|(_, _, plan)| plan.writes)
        else {
            return field.write_in_python(key, value, out, context);
        };
        out.key(kind::DOCUMENT, key)?;
        let start = out.begin()?;
        out.text(&self.discriminator, name)?;
        if let Some(id) = plan.own_id(value)? {
            context.encode(&plan.id_key, id.as_borrowed(), out)?;
        }
        if plan.write_rest(value, start, out, &context.deeper()?.of_documents())? {
            let written = out.bytes().get(start..).ok_or(Stop::AskPython)?;
            let mut elements = Reader::new(written)?;
            // One of the values that no field declares may have the key of the class.
            if let Some(first) = elements.next_element()?
                && has_key(elements, first.key)?
            {
                return Err(Stop::AskPython);
            }
        }
        Ok(())
    }

    fn write_valid(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        // Its values are validated as they are written.
        let is_native = self
            .class_of(value, field, context)
            .is_some_and(|(_, _, plan)| plan.validates && plan.writes);
        if is_native || self.validate(value, field, context)? {
            return self.write(key, value, field, out, context);
        }
        Err(Stop::AskPython)
    }

    fn read<'py>(
        &self,
        element: &Element<'_>,
        field: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        match element.kind {
            kind::NULL => return Ok(context.none()),
            kind::DOCUMENT => {}
            _ => return field.read_in_python(element, context),
        }
        let mut rest = element.as_document()?;
        if let Some(found) = rest.next_if(&self.discriminator)?
            && found.kind == kind::STRING
        {
            let name = found.as_text()?;
            let mut classes = self.names.iter().zip(&field.inner);
            let plan = classes
                .find(|(known, _)| known.as_slice() == name)
                .and_then(|(_, inner)| context.plans.get(inner.document?))
                .filter(|plan| plan.reads && !plan.shares_collection());
            if let Some(plan) = plan
                && !has_key(rest.clone(), found.key)?
            {
                return plan.read(rest, &context.deeper()?);
            }
        }
        field.read_in_python(element, context)
    }
}

/// Whether a document has a key once more.
fn has_key(mut elements: Reader<'_>, key: &[u8]) -> Outcome<bool> {
    while let Some(element) = elements.next_element()? {
        if element.key == key {
            return Ok(true);
        }
    }
    Ok(false)
}
