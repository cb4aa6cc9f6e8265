//! Members of an `Enum`. Twin of `fields/enum_field.py`. Those are known here whose value, or name, is
//! a text or a whole number.

use std::collections::HashMap;

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyInt, PyString};

use super::Kind;
use crate::bson::{Element, Key, Scalar, TooLarge, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::{Value, ascii, exact, whole_number};
use crate::plan::{Arguments, Context, Field};

#[derive(Default)]
pub(super) struct Enum {
    members: Vec<Member>,
    /// The indexes of the members, by the address of their objects, in order.
    by_address: Vec<(usize, usize)>,
    /// The same by what is stored.
    by_text: HashMap<Vec<u8>, usize>,
    by_number: HashMap<i64, usize>,
}

struct Member {
    object: Py<PyAny>,
    stored: Stored,
}

/// What is stored for a member.
enum Stored {
    Text(Vec<u8>),
    Number(i64),
}

impl Enum {
    pub(super) fn new(arguments: &Arguments<'_, '_>) -> PyResult<Self> {
        let mut known = Self::default();
        let Some(class) = arguments.value("enum")? else {
            return Ok(known);
        };
        let by_name = arguments.is_set("by_name")?;
        let attribute = if by_name { "_name_" } else { "_value_" };
        // A member may have several names; it is stored under the first.
        let members = class.getattr("__members__")?.call_method0("values")?;
        for member in members.try_iter()? {
            let member = member?;
            if let Some(stored) = Stored::of(&member.getattr(attribute)?) {
                known.add(member, stored);
            }
        }
        known.by_address.sort_unstable();
        known.by_address.dedup_by_key(|(address, _)| *address);
        Ok(known)
    }

    fn add(&mut self, member: Bound<'_, PyAny>, stored: Stored) {
        let index = self.members.len();
        self.by_address.push((member.as_ptr() as usize, index));
        match &stored {
            Stored::Text(text) => self.by_text.insert(text.clone(), index),
            Stored::Number(number) => self.by_number.insert(*number, index),
        };
        self.members.push(Member {
            object: member.unbind(),
            stored,
        });
    }

    /// What is stored for a member, or for what stands for one.
    fn stored(&self, value: Value<'_, '_>) -> Option<&Stored> {
        let address = value.as_ptr() as usize;
        let found = self
            .by_address
            .binary_search_by_key(&address, |(address, _)| *address);
        let index = match found {
            Ok(place) => self.by_address.get(place)?.1,
            Err(_) => *self.index_of_stored(value)?,
        };
        Some(&self.members.get(index)?.stored)
    }

    /// The index of the member for which a plain value stands.
    fn index_of_stored(&self, value: Value<'_, '_>) -> Option<&usize> {
        if let Some(text) = exact::<PyString>(value) {
            return self.by_text.get(ascii(&text)?);
        }
        self.by_number.get(&whole_number(&*exact::<PyInt>(value)?)?)
    }
}

impl Stored {
    /// `None` for what is no plain text or whole number.
    fn of(value: &Bound<'_, PyAny>) -> Option<Self> {
        if let Ok(text) = value.cast_exact::<PyString>() {
            return Some(Self::Text(text.to_str().ok()?.as_bytes().to_vec()));
        }
        let number = whole_number(value.cast_exact::<PyInt>().ok()?)?;
        Some(Self::Number(number))
    }

    fn write(&self, key: &Key, out: &mut Writer) -> Result<(), TooLarge> {
        match self {
            Self::Text(text) => out.text(key, text)?,
            Self::Number(number) => out.scalar(key, Scalar::int(*number))?,
        }
        Ok(())
    }
}

impl Kind for Enum {
    fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        for member in &self.members {
            visit.call(&member.object)?;
        }
        Ok(())
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
        if value.is_none() || self.stored(value).is_some() {
            return Ok(true);
        }
        field.validate_in_python(value, context)
    }

    #[inline(always)]
    fn knows(&self, value: Value<'_, '_>, _: &Context<'_>) -> bool {
        self.stored(value).is_some()
    }

    fn writes_null(&self) -> bool {
        true
    }

    #[inline(always)]
    fn write_plain(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        out: &mut Writer,
        _: &Context<'_>,
    ) -> Result<bool, TooLarge> {
        match self.stored(value) {
            Some(stored) => stored.write(key, out)?,
            None => return Ok(false),
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
        if let Some(stored) = self.stored(value) {
            return Ok(stored.write(key, out)?);
        }
        if value.is_none() {
            return Ok(out.null(key)?);
        }
        field.write_in_python(key, value, out, context)
    }

    fn read<'py>(
        &self,
        element: &Element<'_>,
        field: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let index = match element.kind {
            kind::STRING => self.by_text.get(element.as_text()?),
            kind::INT32 => self.by_number.get(&element.as_i32()?.into()),
            kind::INT64 => self.by_number.get(&element.as_i64()?),
            kind::NULL => return Ok(context.none()),
            // It equals 0 or 1, and Python keeps what is stored.
            kind::BOOLEAN => return Err(Stop::AskPython),
            _ => None,
        };
        match index.and_then(|&index| self.members.get(index)) {
            Some(member) => Ok(member.object.bind(context.py).clone()),
            None => field.read_and_written_in_python(element, context),
        }
    }
}
