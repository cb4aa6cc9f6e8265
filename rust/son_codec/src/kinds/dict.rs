//! Mappings of texts to values. Twin of `fields/dict_field.py` and `fields/map_field.py`.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use super::Kind;
use crate::bson::{Element, Key, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::{Entries, Met, Value, ascii, exact, make_text, new_dict};
use crate::plan::{Arguments, Context, Field};

pub(super) struct Dict {
    /// Whether keys have a field of their own, which only Python asks.
    converts_keys: bool,
}

impl Dict {
    pub(super) fn new(arguments: &Arguments<'_, '_>) -> PyResult<Self> {
        Ok(Self {
            converts_keys: arguments.is_set("converts_keys")?,
        })
    }

    #[inline]
    fn dict<'a, 'py>(&self, value: Value<'a, 'py>) -> Option<Borrowed<'a, 'py, PyDict>> {
        exact::<PyDict>(value).filter(|_| !self.converts_keys)
    }
}

/// Whether a key is one that may be stored, as far as is seen without asking Python.
fn is_plain_key(key: &Bound<'_, PyAny>) -> bool {
    exact::<PyString>(key.as_borrowed())
        .and_then(|text| ascii(&text).map(|bytes| !bytes.starts_with(b"$") && !bytes.contains(&0)))
        .unwrap_or(false)
}

/// Each entry of a dict. What the program does with it meanwhile is for Python to complain about.
fn for_each_entry<'py>(
    dict: &Bound<'py, PyDict>,
    mut visit: impl FnMut(Bound<'py, PyAny>, Bound<'py, PyAny>) -> Outcome<bool>,
) -> Outcome<bool> {
    let length = dict.len();
    let mut entries = Entries::of(dict);
    while let Some((met, value)) = entries.next(None) {
        let Met::Other(key) = met else {
            return Err(Stop::AskPython);
        };
        if !visit(key, value)? {
            return Ok(false);
        }
        if dict.len() != length {
            return Err(Stop::AskPython);
        }
    }
    Ok(true)
}

/// Write the entries of a dict whose values have a field.
fn write_entries(
    dict: &Bound<'_, PyDict>,
    item: &Field,
    out: &mut Writer,
    context: &Context<'_>,
) -> Outcome<()> {
    let context = context.deeper()?;
    for_each_entry(dict, |name, value| {
        let name = name
            .cast_into_exact::<PyString>()
            .map_err(|_| Stop::AskPython)?;
        let key = match ascii(&name) {
            Some(bytes) if context.validates && bytes.starts_with(b"$") => None,
            Some(bytes) => Key::new(bytes),
            None => Key::new(name.encode_utf8()?.as_bytes()),
        };
        let key = key.ok_or(Stop::AskPython)?;
        item.write_item(&key, value.as_borrowed(), out, &context)?;
        Ok(true)
    })?;
    Ok(())
}

impl Kind for Dict {
    fn is_empty(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        match exact::<PyDict>(value) {
            Some(dict) => Ok(dict.is_empty()),
            None => field.is_empty_in_python(value, context),
        }
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
        let Some(dict) = self.dict(value) else {
            return field.validate_in_python(value, context);
        };
        if !dict.iter().all(|(key, _)| is_plain_key(&key)) {
            return field.validate_in_python(value, context);
        }
        let Some(item) = field.inner.first() else {
            return Ok(true);
        };
        let context = context.deeper()?;
        for_each_entry(&dict, |_, value| {
            item.accepts_item(value.as_borrowed(), &context)
        })
    }

    fn write(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        let dict = self.dict(value);
        match (&dict, field.inner.first()) {
            (Some(_), None) => return context.encode(key, value, out),
            (None, _) if !value.is_none() => {
                return field.write_in_python(key, value, out, context);
            }
            _ => {}
        }
        // What was never set is stored as an empty mapping.
        out.key(kind::DOCUMENT, key)?;
        let start = out.begin()?;
        if let (Some(dict), Some(item)) = (dict, field.inner.first()) {
            write_entries(&dict, item, out, context)?;
        }
        Ok(out.end(start)?)
    }

    fn write_valid(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        // Values that have a field are validated as they are written, and keys as well, all but
        // those of other characters.
        let is_validated = field.inner.len() == 1
            && self
                .dict(value)
                .is_some_and(|dict| dict.iter().all(|(key, _)| is_plain_key(&key)));
        if is_validated || self.validate(value, field, context)? {
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
        match (element.kind, field.inner.first()) {
            // It reads as an empty mapping, and Python keeps that it is null.
            (kind::NULL, _) => Err(Stop::AskPython),
            (kind::DOCUMENT, None) if !self.converts_keys => context.decode(element),
            (kind::DOCUMENT, Some(item)) if !self.converts_keys => {
                let mut entries = element.as_document()?;
                // It may be a reference of the old kind, which PyMongo has a class for.
                if entries.clone().has_key_with(b'$')? {
                    return Err(Stop::AskPython);
                }
                let context = context.deeper()?;
                let dict = new_dict(context.py)?;
                while let Some(entry) = entries.next_element()? {
                    let name = make_text(context.py, entry.key)?;
                    if dict.contains(&name)? {
                        return Err(Stop::AskPython); // one key twice
                    }
                    dict.set_item(name, item.read(&entry, &context)?)?;
                }
                Ok(dict.into_any())
            }
            (kind::DOCUMENT, _) => field.read_and_written_in_python(element, context),
            _ => field.read_in_python(element, context),
        }
    }
}
