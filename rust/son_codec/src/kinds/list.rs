//! Several values of one kind. Twin of `fields/list_field.py`.

use pyo3::prelude::*;
use pyo3::types::PyList;

use super::Kind;
use crate::bson::{Element, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::plan::{Arguments, Field, World};

pub(super) struct List {
    is_required: bool,
}

impl List {
    pub(super) fn new(arguments: &Arguments<'_, '_>) -> Self {
        Self {
            is_required: arguments.is_required,
        }
    }
}

impl Kind for List {
    fn is_empty(
        &self,
        value: &Bound<'_, PyAny>,
        field: &Field,
        world: &World<'_>,
    ) -> Outcome<bool> {
        match value.cast_exact::<PyList>() {
            Ok(list) => Ok(list.is_empty()),
            Err(_) => field.is_empty_in_python(value, world),
        }
    }

    fn validate(
        &self,
        value: &Bound<'_, PyAny>,
        field: &Field,
        world: &World<'_>,
    ) -> Outcome<bool> {
        if value.is_none() {
            return Ok(!self.is_required);
        }
        let (Ok(list), Some(item)) = (value.cast_exact::<PyList>(), &field.item) else {
            return field.validate_in_python(value, world);
        };
        let deeper = world.deeper()?;
        let mut index = 0;
        while index < list.len() {
            if !item.is_valid(&list.get_item(index)?, &deeper)? {
                return Ok(false);
            }
            index += 1;
        }
        Ok(true)
    }

    fn write(
        &self,
        key: &[u8],
        value: &Bound<'_, PyAny>,
        field: &Field,
        out: &mut Writer,
        world: &World<'_>,
    ) -> Outcome<()> {
        let Some(item) = &field.item else {
            return field.write_in_python(key, value, out, world);
        };
        let list = match value.cast_exact::<PyList>() {
            Ok(list) => Some(list),
            Err(_) if value.is_none() => None, // what was never set is stored as an empty list
            Err(_) => return field.write_in_python(key, value, out, world),
        };
        let deeper = world.deeper()?;
        out.key(kind::ARRAY, key);
        let start = out.begin();
        if let Some(list) = list {
            // The length is asked for each time: what is called below may run anything.
            let mut index = 0;
            while index < list.len() {
                item.write(
                    index.to_string().as_bytes(),
                    &list.get_item(index)?,
                    out,
                    &deeper,
                )?;
                index += 1;
            }
        }
        if out.end(start) {
            Ok(())
        } else {
            Err(Stop::AskPython)
        }
    }

    fn read<'py>(
        &self,
        element: &Element<'_>,
        field: &Field,
        world: &World<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let list = PyList::empty(world.py);
        match (element.kind, &field.item) {
            (kind::NULL, _) => {}
            (kind::ARRAY, Some(item)) => {
                let deeper = world.deeper()?;
                let mut items = element.as_document()?;
                while let Some(inner) = items.next_element()? {
                    list.append(item.read(&inner, &deeper)?)?;
                }
            }
            _ => return field.read_in_python(element, world),
        }
        Ok(list.into_any())
    }
}
