//! One field: its kind, and which of its methods a user has replaced.

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};

use super::World;
use crate::bson::{Element, Key, Reader, Writer};
use crate::errors::{Outcome, Stop};
use crate::kinds::Kind;
use crate::objects::{Items, ListBuilder, Value};

/// Which methods of a field go to Python.
#[derive(Clone, Copy, Default)]
pub(super) struct Overridden {
    pub(super) is_empty: bool,
    pub(super) get_value: bool,
    pub(super) validate: bool,
    pub(super) to_son: bool,
    pub(super) from_son: bool,
}

/// One field of a document class, or that of a list's items.
pub(crate) struct Field {
    pub(super) name: Py<PyString>,
    pub(super) key: Key,
    pub(super) python: Py<PyAny>,
    pub(super) is_required: bool,
    pub(super) kind: Box<dyn Kind>,
    pub(super) overridden: Overridden,
    /// For a list, the field of its items.
    pub(crate) item: Option<Box<Field>>,
}

impl Field {
    // -- validation ----------------------------------------------------------------------------

    /// Whether a value of a document may be saved.
    #[inline]
    pub(super) fn accepts(&self, value: Value<'_, '_>, world: &World<'_>) -> Outcome<bool> {
        if self.overridden.get_value {
            let value = self.ask(intern!(world.py, "get_value"), value, true, world)?;
            return self.accepts_as_read(value.as_borrowed(), world);
        }
        self.accepts_as_read(value, world)
    }

    #[inline(always)]
    fn accepts_as_read(&self, value: Value<'_, '_>, world: &World<'_>) -> Outcome<bool> {
        if self.is_required && self.is_empty(value, world)? {
            return Ok(false);
        }
        self.is_valid(value, world)
    }

    fn is_empty(&self, value: Value<'_, '_>, world: &World<'_>) -> Outcome<bool> {
        if self.overridden.is_empty {
            let answer = self.ask(intern!(world.py, "is_empty"), value, true, world)?;
            return answer.is_truthy().map_err(Stop::raised);
        }
        self.kind.is_empty(value, self, world)
    }

    #[inline(always)]
    fn is_valid(&self, value: Value<'_, '_>, world: &World<'_>) -> Outcome<bool> {
        if self.overridden.validate {
            let answer = self.ask(intern!(world.py, "validate"), value, true, world)?;
            return answer.is_truthy().map_err(Stop::raised);
        }
        self.kind.validate(value, self, world)
    }

    /// Whether the items of a list may be saved.
    pub(crate) fn accepts_items(
        &self,
        list: &Bound<'_, PyList>,
        world: &World<'_>,
    ) -> Outcome<bool> {
        let items = Items::of(list);
        if !self.overridden.get_value && !self.overridden.validate {
            return self.kind.validate_items(items, self, world);
        }
        for item in items {
            let value = if self.overridden.get_value {
                self.ask(intern!(world.py, "get_value"), item, true, world)?
            } else {
                item.to_owned()
            };
            if !self.is_valid(value.as_borrowed(), world)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    // -- writing -------------------------------------------------------------------------------

    /// Whether any method that validates or writes is a user's own.
    pub(super) fn has_users_methods(&self) -> bool {
        let Overridden {
            is_empty,
            get_value,
            validate,
            to_son,
            from_son: _,
        } = self.overridden;
        let item = self.item.as_ref();
        (is_empty && self.is_required)
            || get_value
            || validate
            || to_son
            || item.is_some_and(|item| item.has_users_methods())
    }

    /// Whether what reads a value is a user's own.
    pub(super) fn has_users_from_son(&self) -> bool {
        let item = self.item.as_ref();
        self.overridden.from_son || item.is_some_and(|item| item.has_users_from_son())
    }

    /// Validate and write a value of a field that has no methods of a user's own.
    #[inline(always)]
    pub(super) fn write_valid(
        &self,
        value: Value<'_, '_>,
        out: &mut Writer,
        world: &World<'_>,
    ) -> Outcome<()> {
        if self.is_required && self.kind.is_empty(value, self, world)? {
            return Err(Stop::AskPython);
        }
        self.kind.write_valid(&self.key, value, self, out, world)
    }

    /// Write a value under the field's own key.
    #[inline]
    pub(super) fn write(
        &self,
        value: Value<'_, '_>,
        out: &mut Writer,
        world: &World<'_>,
    ) -> Outcome<()> {
        if self.overridden.get_value || self.overridden.to_son {
            return self.write_by_users_methods(&self.key, value, out, world);
        }
        self.kind.write(&self.key, value, self, out, world)
    }

    fn write_by_users_methods(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        out: &mut Writer,
        world: &World<'_>,
    ) -> Outcome<()> {
        let value = if self.overridden.get_value {
            self.ask(intern!(world.py, "get_value"), value, true, world)?
        } else {
            value.to_owned()
        };
        if self.overridden.to_son {
            let stored = self.ask(
                intern!(world.py, "to_son"),
                value.as_borrowed(),
                true,
                world,
            )?;
            return world.encode(key, stored.as_borrowed(), out);
        }
        self.kind.write(key, value.as_borrowed(), self, out, world)
    }

    /// Write the items of a list, under the keys 0, 1, 2, …
    pub(crate) fn write_items(
        &self,
        list: &Bound<'_, PyList>,
        out: &mut Writer,
        world: &World<'_>,
    ) -> Outcome<()> {
        if list.len() > Key::MOST_ITEMS {
            return Err(Stop::AskPython);
        }
        let items = Items::of(list);
        if world.validates {
            return self.kind.write_valid_items(items, self, out, world);
        }
        if !self.overridden.get_value && !self.overridden.to_son {
            return self.kind.write_items(items, self, out, world);
        }
        let mut key = Key::first_index();
        for item in items {
            self.write_by_users_methods(&key, item, out, world)?;
            key.advance();
        }
        Ok(())
    }

    // -- reading -------------------------------------------------------------------------------

    #[inline]
    pub(super) fn read<'py>(
        &self,
        element: &Element<'_>,
        world: &World<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        if self.overridden.from_son {
            let value = world.decode(element)?;
            return self.call(intern!(world.py, "from_son"), value.as_borrowed(), true);
        }
        self.kind.read(element, self, world)
    }

    /// Read the elements of an array.
    pub(crate) fn read_items<'py>(
        &self,
        mut items: Reader<'_>,
        world: &World<'py>,
    ) -> Outcome<Bound<'py, PyList>> {
        let mut list = ListBuilder::new(world.py, world.spare);
        if self.overridden.from_son {
            while let Some(item) = items.next_element()? {
                list.push(self.read(&item, world)?);
            }
        } else {
            self.kind.read_items(items, &mut list, self, world)?;
        }
        Ok(list.finish()?)
    }

    // -- the field's own methods, for values that its kind does not know at a glance ---------------

    #[cold]
    #[inline(never)]
    pub(crate) fn is_empty_in_python(
        &self,
        value: Value<'_, '_>,
        world: &World<'_>,
    ) -> Outcome<bool> {
        let value = self.ask(intern!(world.py, "get_value"), value, false, world)?;
        Ok(self
            .ask(
                intern!(world.py, "is_empty"),
                value.as_borrowed(),
                false,
                world,
            )?
            .is_truthy()?)
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn validate_in_python(
        &self,
        value: Value<'_, '_>,
        world: &World<'_>,
    ) -> Outcome<bool> {
        let value = self.ask(intern!(world.py, "get_value"), value, false, world)?;
        Ok(self
            .ask(
                intern!(world.py, "validate"),
                value.as_borrowed(),
                false,
                world,
            )?
            .is_truthy()?)
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn write_in_python(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        out: &mut Writer,
        world: &World<'_>,
    ) -> Outcome<()> {
        let value = self.ask(intern!(world.py, "get_value"), value, false, world)?;
        let stored = self.ask(
            intern!(world.py, "to_son"),
            value.as_borrowed(),
            false,
            world,
        )?;
        world.encode(key, stored.as_borrowed(), out)
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn read_in_python<'py>(
        &self,
        element: &Element<'_>,
        world: &World<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        self.loaded_in_python(&world.decode(element)?, world)
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn loaded_in_python<'py>(
        &self,
        value: &Bound<'py, PyAny>,
        world: &World<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        self.call(intern!(world.py, "from_son"), value.as_borrowed(), false)
    }

    /// Call a method that writes or validates. The value may be looked at again afterwards, and what
    /// is called may let go of it, so it is kept until the document is done.
    #[cold]
    fn ask<'py>(
        &self,
        method: &Bound<'py, PyString>,
        value: Value<'_, 'py>,
        is_users: bool,
        world: &World<'_>,
    ) -> Outcome<Bound<'py, PyAny>> {
        world.kept.add(value);
        self.call(method, value, is_users)
    }

    /// Call a method of the field. What a user's method raises goes out as it is; a built-in one is
    /// asked again by the Python side, which says more about it.
    #[cold]
    fn call<'py>(
        &self,
        method: &Bound<'py, PyString>,
        value: Value<'_, 'py>,
        is_users: bool,
    ) -> Outcome<Bound<'py, PyAny>> {
        let value = value.to_owned();
        let answer = self.python.bind(value.py()).call_method1(method, (value,));
        if is_users {
            answer.map_err(Stop::raised)
        } else {
            Ok(answer?)
        }
    }

    pub(super) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.name)?;
        visit.call(&self.python)?;
        self.item
            .as_ref()
            .map_or(Ok(()), |item| item.traverse(visit))
    }
}
