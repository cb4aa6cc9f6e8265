//! One field: its kind, and which of its methods a user has replaced.

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};

use super::Context;
use crate::bson::{Element, Key, Reader, TooLarge, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::kinds::Kind;
use crate::objects::{Items, ListBuilder, Value, ascii, exact};

/// Which methods of a field go to Python.
#[derive(Clone, Copy, Default)]
pub(super) struct Overridden {
    pub(super) is_empty: bool,
    pub(super) get_value: bool,
    pub(super) validate: bool,
    pub(super) to_son: bool,
    pub(super) from_son: bool,
    pub(super) parse: bool,
}

/// One field of a document class, or that of a list's items.
pub(crate) struct Field {
    pub(crate) name: Py<PyString>,
    pub(super) key: Key,
    pub(crate) python: Py<PyAny>,
    pub(super) is_required: bool,
    /// Whether `None` may be among the items of which this is the field.
    pub(super) takes_none: bool,
    pub(super) kind: Box<dyn Kind>,
    pub(super) overridden: Overridden,
    /// For a container whose items have to be of their own types: its `validate`, told so.
    pub(super) strict_validate: Option<Py<PyAny>>,
    /// Where Python reads: what says whether the field has read a value in another form than is stored.
    pub(super) reads_otherwise: Option<Py<PyAny>>,
    /// Whether rows have a value just as it was read.
    pub(super) is_shown_as_read: bool,
    /// Whether a value may be written at a glance: no method of a user's reads or converts it, and no
    /// rule is about a list as a whole.
    pub(super) is_plain: bool,
    /// Whether it may be seen at a glance that a value is valid: as above, for what validates.
    pub(super) is_judged_plainly: bool,
    /// For a list or set, the field of its items.
    pub(crate) item: Option<Box<Field>>,
    /// For other containers, the fields of what is inside: of the values of a mapping, of each place
    /// of a tuple, of each class of a union.
    pub(crate) inner: Vec<Field>,
    /// For an embedded document, where the plan of its class stands.
    pub(crate) document: Option<usize>,
}

impl Field {
    // -- validation ----------------------------------------------------------------------------

    /// Whether a value of a document may be saved.
    #[inline]
    pub(crate) fn accepts(&self, value: Value<'_, '_>, context: &Context<'_>) -> Outcome<bool> {
        if self.overridden.get_value {
            let value = self.call(intern!(context.py, "get_value"), value, true)?;
            return self.accepts_as_read(value.as_borrowed(), context);
        }
        self.accepts_as_read(value, context)
    }

    /// Whether it can be seen that a value may be saved without running any Python code.
    #[inline(always)]
    pub(super) fn knows(&self, value: Value<'_, '_>, context: &Context<'_>) -> bool {
        if !self.is_judged_plainly {
            return false;
        }
        match &self.item {
            Some(item) => item.knows_list(value, context),
            None => self.kind.knows(value, context),
        }
    }

    /// The same for a list of values of this field; one that is empty is not known at a glance.
    fn knows_list(&self, value: Value<'_, '_>, context: &Context<'_>) -> bool {
        exact::<PyList>(value)
            .filter(|list| self.is_judged_plainly && !list.is_empty())
            .is_some_and(|list| self.kind.knows_items(Items::of(&list), context))
    }

    #[inline(always)]
    fn accepts_as_read(&self, value: Value<'_, '_>, context: &Context<'_>) -> Outcome<bool> {
        if self.is_required && self.is_empty(value, context)? {
            return Ok(false);
        }
        self.is_valid(value, context)
    }

    fn is_empty(&self, value: Value<'_, '_>, context: &Context<'_>) -> Outcome<bool> {
        if self.overridden.is_empty {
            let answer = self.call(intern!(context.py, "is_empty"), value, true)?;
            return answer.is_truthy().map_err(Stop::raised);
        }
        self.kind.is_empty(value, self, context)
    }

    #[inline(always)]
    fn is_valid(&self, value: Value<'_, '_>, context: &Context<'_>) -> Outcome<bool> {
        if self.overridden.validate {
            let answer = self.call_validate(value, true)?;
            if !answer.is_truthy().map_err(Stop::raised)? {
                return Ok(false);
            }
            self.kind.obeys(value)?;
            return Ok(true);
        }
        self.kind.validate(value, self, context)
    }

    /// Whether the items of a list may be saved.
    pub(crate) fn accepts_items(
        &self,
        list: &Bound<'_, PyList>,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        let items = Items::of(list);
        if !self.overridden.get_value && !self.overridden.validate {
            return self.kind.validate_items(items, self, context);
        }
        for item in items {
            let value = if self.overridden.get_value {
                self.call(intern!(context.py, "get_value"), item.as_borrowed(), true)?
            } else {
                item
            };
            if !self.is_valid_item(value.as_borrowed(), context)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether what stands in a mapping or tuple may be saved.
    #[inline]
    pub(crate) fn accepts_item(
        &self,
        value: Value<'_, '_>,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        if self.overridden.get_value {
            let value = self.call(intern!(context.py, "get_value"), value, true)?;
            return self.is_valid_item(value.as_borrowed(), context);
        }
        self.is_valid_item(value, context)
    }

    #[inline(always)]
    fn is_valid_item(&self, value: Value<'_, '_>, context: &Context<'_>) -> Outcome<bool> {
        Ok(!self.misses(value) && self.is_valid(value, context)?)
    }

    /// Whether a value is `None`, and no item of the field may be.
    #[inline(always)]
    pub(crate) fn misses(&self, value: Value<'_, '_>) -> bool {
        !self.takes_none && value.is_none()
    }

    // -- writing -------------------------------------------------------------------------------

    /// Whether any method that validates or writes is a user's own.
    pub(crate) fn has_users_methods(&self) -> bool {
        let Overridden {
            is_empty,
            get_value,
            validate,
            to_son,
            from_son: _,
            parse: _,
        } = self.overridden;
        let item = self.item.as_ref();
        (is_empty && self.is_required)
            || get_value
            || validate
            || to_son
            || self.kind.has_programs_rules()
            || item.is_some_and(|item| item.has_users_methods())
            || self.inner.iter().any(Self::has_users_methods)
    }

    /// Whether what reads a value is a user's own.
    pub(super) fn has_users_from_son(&self) -> bool {
        let item = self.item.as_ref();
        self.overridden.from_son
            || item.is_some_and(|item| item.has_users_from_son())
            || self.inner.iter().any(Self::has_users_from_son)
    }

    /// Write a value that may be saved, if it can be seen that it may without running any Python
    /// code; `false` where that takes more, and nothing is written yet.
    #[inline(always)]
    pub(super) fn write_plain(
        &self,
        value: Value<'_, '_>,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Result<bool, TooLarge> {
        if !self.is_plain {
            return Ok(false);
        }
        if value.is_none() && !self.is_required && self.kind.writes_null() {
            out.null(&self.key)?;
            return Ok(true);
        }
        match &self.item {
            Some(item) => item.write_plain_list(&self.key, value, out, context),
            None => self.kind.write_plain(&self.key, value, out, context),
        }
    }

    /// The same for a list of values of this field; one that is empty is not known at a glance.
    fn write_plain_list(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Result<bool, TooLarge> {
        let Some(list) = exact::<PyList>(value).filter(|_| self.is_plain) else {
            return Ok(false);
        };
        // There is nothing further down in such items, so the context is good for them, too.
        if list.is_empty() || list.len() > Key::MOST_ITEMS || context.levels_left() == 0 {
            return Ok(false);
        }
        let before = out.bytes().len();
        out.key(kind::ARRAY, key)?;
        let start = out.begin()?;
        let mut items = Items::of(&list);
        let mut index = Key::first_index();
        self.kind
            .write_plain_items(&mut items, &mut index, out, context)?;
        if items.left() > 0 {
            out.cut(before);
            return Ok(false);
        }
        out.end(start)?;
        Ok(true)
    }

    /// Validate and write a value of a field that has no methods of a user's own.
    #[inline(always)]
    pub(crate) fn write_valid(
        &self,
        value: Value<'_, '_>,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        if self.is_required && self.kind.is_empty(value, self, context)? {
            return Err(Stop::AskPython);
        }
        self.kind.write_valid(&self.key, value, self, out, context)
    }

    /// Write a value under the field's own key.
    #[inline]
    pub(crate) fn write(
        &self,
        value: Value<'_, '_>,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        if self.overridden.get_value || self.overridden.to_son {
            return self.write_by_users_methods(&self.key, value, out, context);
        }
        self.kind.write(&self.key, value, self, out, context)
    }

    fn write_by_users_methods(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        let value = if self.overridden.get_value {
            self.call(intern!(context.py, "get_value"), value, true)?
        } else {
            value.to_owned()
        };
        if value.is_none() && self.kind.omits_none() {
            return Ok(());
        }
        if self.overridden.to_son {
            let stored = self.call(intern!(context.py, "to_son"), value.as_borrowed(), true)?;
            return context.encode(key, stored.as_borrowed(), out);
        }
        self.kind
            .write(key, value.as_borrowed(), self, out, context)
    }

    /// Write what stands in a mapping or tuple. Where the context says so, it is validated as well.
    #[inline]
    pub(crate) fn write_item(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        if self.overridden.get_value || self.overridden.to_son {
            return self.write_by_users_methods(key, value, out, context);
        }
        if self.kind.write_plain(key, value, out, context)? {
            return Ok(());
        }
        if context.validates {
            if self.misses(value) {
                return Err(Stop::AskPython);
            }
            return self.kind.write_valid(key, value, self, out, context);
        }
        self.kind.write(key, value, self, out, context)
    }

    /// Write the items of a list, under the keys 0, 1, 2, …
    pub(crate) fn write_items(
        &self,
        list: &Bound<'_, PyList>,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        if list.len() > Key::MOST_ITEMS {
            return Err(Stop::AskPython);
        }
        let items = Items::of(list);
        if context.validates {
            return self.kind.write_valid_items(items, self, out, context);
        }
        if !self.overridden.get_value && !self.overridden.to_son {
            return self.kind.write_items(items, self, out, context);
        }
        let mut key = Key::first_index();
        for item in items {
            self.write_by_users_methods(&key, item.as_borrowed(), out, context)?;
            key.advance();
        }
        Ok(())
    }

    // -- the values of rows ----------------------------------------------------------------------

    /// Whether how it reads texts is a user's own.
    pub(crate) fn has_users_parse(&self) -> bool {
        self.overridden.parse
    }

    /// Whether its values are embedded documents, or lists of them.
    pub(crate) fn holds_documents(&self) -> bool {
        let item = self.item.as_ref();
        self.kind.is_of_documents()
            || item.is_some_and(|item| item.holds_documents())
            || self.inner.iter().any(Self::holds_documents)
    }

    /// Where the plan of the documents stands that are its values, or the items of its lists; `None`
    /// where there may be anything else.
    pub(super) fn holds_only_documents(&self) -> Option<usize> {
        match &self.item {
            Some(item) => item.holds_only_documents(),
            None => self.document.filter(|_| self.kind.is_of_documents()),
        }
    }

    /// Whether a document keeps the hash of a text, and never the text.
    pub(crate) fn hashes(&self) -> bool {
        self.kind.hashes() && !self.overridden.get_value
    }

    /// The value that a text of a file stands for.
    pub(crate) fn parse<'py>(
        &self,
        text: &Bound<'py, PyString>,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        if !self.overridden.parse
            && let Some(bytes) = ascii(text)
            && let Some(value) = self.kind.parse(bytes, context)
        {
            return Ok(value);
        }
        self.parse_in_python(text.as_any().as_borrowed(), context)
    }

    // -- reading -------------------------------------------------------------------------------

    #[inline]
    pub(crate) fn read<'py>(
        &self,
        element: &Element<'_>,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        if self.overridden.from_son {
            return self.read_by_users_method(element, context);
        }
        self.kind.read(element, self, context)
    }

    #[cold]
    fn read_by_users_method<'py>(
        &self,
        element: &Element<'_>,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let stored = context.decode(element)?;
        let value = self.call(intern!(context.py, "from_son"), stored.as_borrowed(), true)?;
        if let Some(differs) = &self.reads_otherwise
            && differs
                .bind(context.py)
                .call1((stored, &value))?
                .is_truthy()?
        {
            return Err(Stop::AskPython); // which keeps what is stored
        }
        Ok(value)
    }

    /// Read the elements of an array.
    pub(crate) fn read_items<'py>(
        &self,
        mut items: Reader<'_>,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyList>> {
        let mut list = ListBuilder::new(context.py, context.items);
        if self.overridden.from_son {
            while let Some(item) = items.next_element()? {
                list.push(self.read(&item, context)?)?;
            }
        } else {
            self.kind.read_items(items, &mut list, self, context)?;
        }
        Ok(list.finish()?)
    }

    // -- the field's own methods, for values that its kind does not know at a glance ---------------

    #[cold]
    #[inline(never)]
    pub(crate) fn is_empty_in_python(
        &self,
        value: Value<'_, '_>,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        let value = self.call(intern!(context.py, "get_value"), value, false)?;
        Ok(self
            .call(intern!(context.py, "is_empty"), value.as_borrowed(), false)?
            .is_truthy()?)
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn validate_in_python(
        &self,
        value: Value<'_, '_>,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        let value = self.call(intern!(context.py, "get_value"), value, false)?;
        Ok(self
            .call_validate(value.as_borrowed(), false)?
            .is_truthy()?)
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn write_in_python(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        let value = self.call(intern!(context.py, "get_value"), value, false)?;
        let stored = self.call(intern!(context.py, "to_son"), value.as_borrowed(), false)?;
        context.encode(key, stored.as_borrowed(), out)
    }

    /// The value that a document keeps.
    #[cold]
    #[inline(never)]
    pub(crate) fn value_in_python<'py>(
        &self,
        value: Value<'_, 'py>,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        self.call(intern!(context.py, "get_value"), value, false)
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn parse_in_python<'py>(
        &self,
        text: Value<'_, 'py>,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        self.call(intern!(context.py, "parse"), text, false)
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn read_in_python<'py>(
        &self,
        element: &Element<'_>,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        self.loaded_in_python(&context.decode(element)?, context)
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn loaded_in_python<'py>(
        &self,
        value: &Bound<'py, PyAny>,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        self.call(intern!(context.py, "from_son"), value.as_borrowed(), false)
    }

    /// The same for a value that the field would write again as it is stored. Others are for the
    /// Python side, which keeps what is stored.
    #[cold]
    #[inline(never)]
    pub(crate) fn read_and_written_in_python<'py>(
        &self,
        element: &Element<'_>,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        if self.overridden.get_value || self.overridden.to_son {
            return self.read_in_python(element, context); // nothing is kept for a user's method
        }
        let stored = context.decode(element)?;
        let value = self.loaded_in_python(&stored, context)?;
        let written = self.call(intern!(context.py, "to_son"), value.as_borrowed(), false)?;
        if written.eq(&stored)? {
            Ok(value)
        } else {
            Err(Stop::AskPython)
        }
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
        let answer = self.python.bind(value.py()).call_method1(method, (value,));
        answer_of(answer, is_users)
    }

    /// Call the `validate` of the field, told whether its items have to be of their own types.
    #[cold]
    fn call_validate<'py>(
        &self,
        value: Value<'_, 'py>,
        is_users: bool,
    ) -> Outcome<Bound<'py, PyAny>> {
        let py = value.py();
        match &self.strict_validate {
            Some(validate) => answer_of(validate.bind(py).call1((value,)), is_users),
            None => self.call(intern!(py, "validate"), value, is_users),
        }
    }

    pub(super) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.name)?;
        visit.call(&self.python)?;
        visit.call(&self.strict_validate)?;
        visit.call(&self.reads_otherwise)?;
        self.kind.traverse(visit)?;
        self.inner
            .iter()
            .try_for_each(|inner| inner.traverse(visit))?;
        self.item
            .as_ref()
            .map_or(Ok(()), |item| item.traverse(visit))
    }
}

fn answer_of(answer: PyResult<Bound<'_, PyAny>>, is_users: bool) -> Outcome<Bound<'_, PyAny>> {
    if is_users {
        answer.map_err(Stop::raised)
    } else {
        Ok(answer?)
    }
}
