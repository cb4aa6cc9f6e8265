//! So many values, each of a kind of its own. Twin of `fields/tuple_field.py`.

use pyo3::prelude::*;

use super::Kind;
use crate::bson::{Element, Key, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::{Sequence, Value, push, tuple_of};
use crate::plan::{Arguments, Context, Field};

pub(super) struct Tuple {
    is_of_any_length: bool,
}

impl Tuple {
    pub(super) fn new(arguments: &Arguments<'_, '_>) -> PyResult<Self> {
        Ok(Self {
            is_of_any_length: arguments.is_set("is_of_any_length")?,
        })
    }

    /// The field of the value at a place.
    #[inline]
    fn field_at<'a>(&self, field: &'a Field, place: usize) -> Outcome<&'a Field> {
        let place = if self.is_of_any_length { 0 } else { place };
        field.inner.get(place).ok_or(Stop::AskPython)
    }

    /// Whether there are as many values as fields; or none, which is what is unset.
    fn has_length(&self, field: &Field, length: usize) -> bool {
        self.is_of_any_length || length == 0 || length == field.inner.len()
    }

    /// The values, if there are as many as there have to be.
    fn values<'a, 'py>(
        &self,
        value: Value<'a, 'py>,
        field: &Field,
    ) -> Option<(Sequence<'a, 'py>, usize)> {
        let values = Sequence::of(value)?;
        let length = values.len();
        self.has_length(field, length).then_some((values, length))
    }
}

impl Kind for Tuple {
    fn is_empty(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        match Sequence::of(value) {
            Some(values) => Ok(values.len() == 0),
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
        let Some((values, length)) = self.values(value, field) else {
            return field.validate_in_python(value, context);
        };
        let context = context.deeper()?;
        for place in 0..length {
            // A list may have become shorter, as the program's methods run.
            let item = values.get(place).ok_or(Stop::AskPython)?;
            if !self
                .field_at(field, place)?
                .accepts_item(item.as_borrowed(), &context)?
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn write(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        let values = self.values(value, field);
        if values.is_none() && !value.is_none() {
            return field.write_in_python(key, value, out, context);
        }
        out.key(kind::ARRAY, key)?;
        let start = out.begin()?;
        // What was never set is stored as an empty list.
        if let Some((values, length)) = values {
            if length > Key::MOST_ITEMS {
                return Err(Stop::AskPython);
            }
            let context = context.deeper()?;
            let mut index = Key::first_index();
            for place in 0..length {
                let item = values.get(place).ok_or(Stop::AskPython)?;
                self.field_at(field, place)?.write_item(
                    &index,
                    item.as_borrowed(),
                    out,
                    &context,
                )?;
                index.advance();
            }
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
        // Its values are validated as they are written.
        if self.values(value, field).is_some() || self.validate(value, field, context)? {
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
            // It reads as an empty tuple, and Python keeps that it is null.
            kind::NULL => return Err(Stop::AskPython),
            kind::ARRAY => {}
            _ => return field.read_in_python(element, context),
        }
        let context = context.deeper()?;
        let mut values = Vec::new();
        let mut items = element.as_document()?;
        while let Some(item) = items.next_element()? {
            let inner = self.field_at(field, values.len())?;
            push(&mut values, inner.read(&item, &context)?)?;
        }
        if !self.has_length(field, values.len()) {
            return Err(Stop::AskPython);
        }
        Ok(tuple_of(context.py, values.into_iter())?.into_any())
    }
}
