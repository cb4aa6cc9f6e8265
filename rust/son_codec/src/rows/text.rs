//! What the texts of a file mean to a field (`parse=True`).

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyFrozenSet, PyList, PyString};

use crate::errors::{Outcome, Stop};
use crate::objects::{Items, Value, ascii, exact, list_of, push};
use crate::plan::{Context, Field};

/// How a field reads texts.
pub(super) struct Texts {
    /// Whether a text is given to the field with its blanks, and also one that stands for null.
    keeps_blanks: bool,
    /// Whether how it reads them is a user's own.
    is_users: bool,
    /// Whether the field takes texts as they are, by a method that is its kind's own.
    is_as_it_is: bool,
    /// How the items of a list read theirs.
    item: Option<Box<Texts>>,
}

impl Texts {
    pub(super) fn of(field: &Field, py: Python<'_>) -> PyResult<Self> {
        let keeps_blanks = field
            .python
            .bind(py)
            .getattr("_keeps_blanks")?
            .is_truthy()?;
        let item = match &field.item {
            Some(item) => Some(Box::new(Self::of(item, py)?)),
            None => None,
        };
        Ok(Self {
            is_users: field.has_users_parse(),
            is_as_it_is: keeps_blanks && !field.has_users_parse(),
            keeps_blanks,
            item,
        })
    }

    /// Whether a user's method reads texts, here or in items.
    pub(super) fn has_users_method(&self) -> bool {
        let item = self.item.as_ref();
        self.is_users || item.is_some_and(|item| item.has_users_method())
    }

    /// Whether no text has to be looked at, here or in items.
    pub(super) fn is_as_it_is(&self) -> bool {
        let item = self.item.as_ref();
        self.is_as_it_is && item.is_none_or(|item| item.is_as_it_is())
    }

    /// What a value becomes if it is a text, or a list with texts; `None` where it stays as it is.
    pub(super) fn read<'py>(
        &self,
        value: Value<'_, 'py>,
        field: &Field,
        null_values: &Bound<'py, PyFrozenSet>,
        context: &Context<'py>,
    ) -> Outcome<Option<Bound<'py, PyAny>>> {
        if !value.is_instance_of::<PyString>() {
            return match (&self.item, &field.item) {
                (Some(texts), Some(item)) if !texts.is_as_it_is() => {
                    texts.read_items(value, item, null_values, context)
                }
                _ => Ok(None),
            };
        }
        if self.is_as_it_is {
            return Ok(None);
        }
        let text = exact::<PyString>(value).ok_or(Stop::AskPython)?;
        let parsed = if self.keeps_blanks {
            field.parse_in_python(text.as_any().as_borrowed(), context)?
        } else {
            let text = stripped(&text)?;
            if null_values.contains(&text)? {
                return Ok(Some(context.none()));
            }
            field.parse(&text, context)?
        };
        // What the JSON of a list has may be texts again.
        let inner = match (&self.item, &field.item) {
            (Some(texts), Some(item)) if !texts.is_as_it_is() => {
                texts.read_items(parsed.as_borrowed(), item, null_values, context)?
            }
            _ => None,
        };
        Ok(Some(inner.unwrap_or(parsed)))
    }

    fn read_items<'py>(
        &self,
        value: Value<'_, 'py>,
        field: &Field,
        null_values: &Bound<'py, PyFrozenSet>,
        context: &Context<'py>,
    ) -> Outcome<Option<Bound<'py, PyAny>>> {
        if value.is_none() {
            return Ok(None);
        }
        let list = exact::<PyList>(value).ok_or(Stop::AskPython)?;
        let context = &context.deeper()?;
        let mut read = Vec::new();
        let mut is_same = true;
        for item in Items::of(&list) {
            let found = self.read(item.as_borrowed(), field, null_values, context)?;
            is_same &= found.is_none();
            push(&mut read, found.unwrap_or(item))?;
        }
        if is_same {
            return Ok(None);
        }
        let list = list_of(context.py, read.len(), read.into_iter().map(Ok))?;
        Ok(Some(list.into_any()))
    }
}

/// A text without the blanks around it.
pub(super) fn stripped<'py>(text: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyString>> {
    let is_edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    if ascii(text).is_some_and(|text| is_edge(text.first()) && is_edge(text.last())) {
        return Ok(text.clone());
    }
    let name = intern!(text.py(), "strip");
    Ok(text.call_method0(name)?.cast_into()?)
}
