//! One document class, and the three conversions of its instances.

use std::collections::HashMap;

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PySet, PyString, PyType};

use super::discriminator::Discriminator;
use super::elements::{Elements, Seen};
use super::part::PartOfClass;
use super::{Context, Field, Part, PrimaryKey};
use crate::bson::{Element, Key, Reader, Writer};
use crate::errors::{Outcome, Stop};
use crate::objects::{InstanceLayout, Value, Values, list_of, make_text, new_dict, push};
use crate::values::pass_over;

/// One document class.
pub(crate) struct Document {
    pub(crate) class: Py<PyType>,
    /// Where this plan stands among the codec's.
    pub(super) index: usize,
    /// How its instances are laid out; `None` leaves them all to Python.
    pub(super) layout: Option<InstanceLayout>,
    pub(crate) id_key: Key,
    /// Whether the class declares its primary key, so that its documents have it in others, too.
    pub(crate) declares_key: bool,
    /// That key, where it is not left to Python.
    pub(crate) key: Option<Box<PrimaryKey>>,
    pub(crate) fields: Vec<Field>,
    /// Key in MongoDB -> index among the fields.
    pub(super) indexes: HashMap<Vec<u8>, usize>,
    /// Another key that is read where the field's own is absent -> index among the fields, and which
    /// of its aliases it is.
    pub(super) aliases: HashMap<Vec<u8>, (usize, usize)>,
    /// What a loaded instance starts with.
    pub(crate) beginning: Beginning,
    /// The fields whose default is made for each instance: index, and what makes it.
    pub(crate) factories: Vec<(usize, Py<PyAny>)>,
    /// The fields that a save sets to the present.
    pub(crate) stamps: Vec<Stamp>,
    /// The field that holds the version, if there is one.
    pub(crate) version: Option<usize>,
    /// The Python functions for values that no field declares.
    pub(super) undeclared: Undeclared,
    /// Which conversions of whole documents are native.
    pub(crate) validates: bool,
    pub(crate) writes: bool,
    pub(crate) reads: bool,
    /// Whether rows of the class may be written without being documents first.
    pub(crate) takes_rows: bool,
    /// Whether a value may be validated and written in one go: where users' methods are called, they
    /// are called for the whole document first to validate it, and then to write it.
    pub(crate) is_in_one_go: bool,
    /// Whether no method of a user's is called to read a value.
    pub(crate) is_read_alone: bool,
    /// Whether documents remember what was stored when they were read.
    pub(crate) is_tracked: bool,
    /// What is stored for the class, where others share its collection.
    pub(super) discriminator: Option<Box<Discriminator>>,
    /// Whether stored values that no field declares are forgotten.
    pub(super) drops_unknown: bool,
    /// Whether they are refused.
    pub(super) refuses_unknown: bool,
}

/// The values that a loaded instance starts with: its defaults.
pub(crate) struct Beginning {
    /// By name, in the order of the fields.
    pub(crate) template: Py<PyDict>,
    /// For each field; `None` where it has no value at all.
    pub(crate) values: Vec<Option<Py<PyAny>>>,
}

impl Beginning {
    pub(super) fn new(template: Bound<'_, PyDict>) -> Self {
        Self {
            values: template
                .values()
                .iter()
                .map(|it| Some(it.unbind()))
                .collect(),
            template: template.unbind(),
        }
    }

    /// The same for an instance that has values for these fields only.
    pub(super) fn of_part(&self, py: Python<'_>, fields: &[Field], has: &[bool]) -> PyResult<Self> {
        let template = self.template.bind(py).copy()?;
        let mut values = Vec::new();
        for ((field, has), value) in fields.iter().zip(has).zip(&self.values) {
            if *has {
                values.push(value.as_ref().map(|value| value.clone_ref(py)));
            } else {
                template.del_item(&field.name)?;
                values.push(None);
            }
        }
        Ok(Self {
            template: template.unbind(),
            values,
        })
    }

    pub(super) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.template)?;
        self.values
            .iter()
            .flatten()
            .try_for_each(|value| visit.call(value))
    }
}

/// A field that a save sets to the present.
#[derive(Clone, Copy)]
pub(crate) struct Stamp {
    pub(crate) place: usize,
    /// Whether it is set anew where it has a value.
    pub(crate) renews: bool,
}

/// Where the values of a document's fields are found. They are asked for once each, in the order of
/// the fields.
pub(crate) trait FieldValues<'py> {
    /// The value of the field at a place, where it is at hand; else `value` has to be asked for it.
    ///
    /// # Safety
    ///
    /// Nobody counts it for the caller: no Python code may run as long as it is used.
    #[inline(always)]
    unsafe fn peek(&mut self, _place: usize, _field: &Field) -> Option<Value<'_, 'py>> {
        None
    }

    /// The value of the field at a place; `None`, as Python has it, where there is none.
    fn value(&mut self, place: usize, field: &Field) -> Outcome<Bound<'py, PyAny>>;

    /// Code of Python's may run from now on, which must change none of the values after a place.
    #[inline(always)]
    fn take_after(&mut self, _place: usize) -> Outcome<()> {
        Ok(())
    }
}

impl<'py> FieldValues<'py> for Values<'_, 'py> {
    #[inline(always)]
    unsafe fn peek(&mut self, place: usize, field: &Field) -> Option<Value<'_, 'py>> {
        // SAFETY: the caller's promise is the same.
        unsafe { self.peek(place, &field.name) }
    }

    #[inline]
    fn value(&mut self, place: usize, field: &Field) -> Outcome<Bound<'py, PyAny>> {
        self.value_of(place, &field.name)
    }
}

/// The Python side of values that no field declares (`conversion.py`, `stored_forms.py`).
pub(super) struct Undeclared {
    /// Gives the stored key and the value of each that is to be saved.
    pub(super) values: Py<PyAny>,
    /// Takes in those of a loaded document.
    pub(super) pick_up: Py<PyAny>,
    /// Says that a loaded document was stored in another one with the `_id` that it has.
    pub(super) keep_own_id: Py<PyAny>,
    /// Whether a document is stored in another one with an `_id`.
    pub(super) has_own_id: Py<PyAny>,
}

impl Document {
    #[inline]
    pub(crate) fn is_type_of(&self, value: Value<'_, '_>) -> bool {
        std::ptr::eq(value.get_type_ptr(), self.class.as_ptr().cast())
    }

    fn values<'a, 'py>(&'a self, document: Value<'a, 'py>) -> Outcome<Values<'a, 'py>> {
        let layout = self.layout.as_ref().ok_or(Stop::AskPython)?;
        layout.values(document).ok_or(Stop::AskPython)
    }

    /// Stops unless an instance of exactly this class may be saved: one that is refused is asked
    /// again by Python, which has the words.
    pub(crate) fn validate(&self, document: Value<'_, '_>, context: &Context<'_>) -> Outcome<()> {
        if self.has_odd_hidden(document, context)? {
            return Err(Stop::AskPython);
        }
        if let Some(key) = &self.key {
            self.validate_key(key, document, context)?;
        }
        let mut values = self.values(document)?;
        for (place, field) in self.fields.iter().enumerate() {
            // SAFETY: `knows` runs no Python code, and after it the value is counted.
            let value = match unsafe { values.peek(place, &field.name) } {
                Some(value) if field.knows(value, context) => continue,
                Some(value) => value.to_owned(),
                None => values.value(place, field)?,
            };
            if !field.accepts(value.as_borrowed(), context)? {
                return Err(Stop::AskPython);
            }
        }
        if !values.is_all(self.fields.len()) && replaces_methods(&values, context.py)? {
            return Err(Stop::AskPython);
        }
        Ok(())
    }

    /// Stops unless the primary key of a document of exactly this class may be saved.
    #[inline(never)] // most classes declare none
    fn validate_key(
        &self,
        key: &PrimaryKey,
        document: Value<'_, '_>,
        context: &Context<'_>,
    ) -> Outcome<()> {
        let layout = self.layout.as_ref().ok_or(Stop::AskPython)?;
        let id = layout.id(document).ok_or(Stop::AskPython)?;
        key.validate(id.as_borrowed(), context)
    }

    /// Whether there is more about a document than stored values that no attribute shows: it was
    /// loaded in part, or has read what is stored in another form (`HiddenValues`, which is no mere
    /// `dict`). Python knows which of its fields count.
    #[inline]
    fn has_odd_hidden(&self, document: Value<'_, '_>, context: &Context<'_>) -> Outcome<bool> {
        let layout = self.layout.as_ref().ok_or(Stop::AskPython)?;
        if !layout.has_hidden(document) {
            return Ok(false);
        }
        let hidden = document.getattr(intern!(context.py, "_hidden"))?;
        Ok(!hidden.is_exact_instance_of::<PyDict>())
    }

    // -- writing -------------------------------------------------------------------------------

    /// Write an instance of exactly this class; with an `_id` in front where one is given. Where the
    /// context says so, each value is validated as well.
    #[inline(always)] // so that a document takes one call, which is that of `write_rest`
    pub(crate) fn write(
        &self,
        document: Value<'_, '_>,
        id: Option<Value<'_, '_>>,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        let start = self.begin(id, out, context)?;
        self.write_rest(document, start, out, context)?;
        Ok(())
    }

    /// The same for one that is begun already; whether it has values that no field declares.
    pub(crate) fn write_rest(
        &self,
        document: Value<'_, '_>,
        start: usize,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        if context.validates
            && let Some(key) = &self.key
        {
            self.validate_key(key, document, context)?;
        }
        let mut values = self.values(document)?;
        self.write_fields(&mut values, out, context)?;
        let layout = self.layout.as_ref().ok_or(Stop::AskPython)?;
        let has_others = !values.is_all(self.fields.len()) || layout.has_hidden(document);
        if has_others {
            // What is hidden may be the name of a class that is not known.
            let may_be_of_another = self.discriminator.is_some() && layout.has_hidden(document);
            if may_be_of_another || replaces_methods(&values, context.py)? {
                return Err(Stop::AskPython);
            }
            self.write_undeclared(document, out, context)?;
        }
        out.end(start)?;
        Ok(has_others)
    }

    /// The `_id` with which a document of exactly this class is stored in another one: most have none.
    #[inline]
    pub(crate) fn own_id<'py>(
        &self,
        document: Value<'_, 'py>,
    ) -> Outcome<Option<Bound<'py, PyAny>>> {
        let layout = self.layout.as_ref().ok_or(Stop::AskPython)?;
        if self.declares_key || layout.has_stored_keys(document) {
            self.declared_or_stored_id(document)
        } else {
            Ok(None)
        }
    }

    /// Ask Python which one it is.
    #[cold]
    fn declared_or_stored_id<'py>(
        &self,
        document: Value<'_, 'py>,
    ) -> Outcome<Option<Bound<'py, PyAny>>> {
        let py = document.py();
        let has_own_id = self.undeclared.has_own_id.bind(py);
        if !has_own_id.call1((document,))?.is_truthy()? {
            return Ok(None);
        }
        Ok(Some(document.getattr(intern!(py, "_id"))?))
    }

    /// Begin a document, with an `_id` in front where one is given; `Writer::end` takes what this
    /// returns.
    #[inline]
    pub(crate) fn begin(
        &self,
        id: Option<Value<'_, '_>>,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<usize> {
        let start = out.begin()?;
        if let Some(id) = id {
            context.encode(&self.id_key, id, out)?;
        }
        Ok(start)
    }

    /// Write what is stored for the class, where others share its collection, and the values of all
    /// fields, wherever they are found. Where the context says so, each is
    /// validated as well.
    #[inline]
    pub(crate) fn write_fields<'py>(
        &self,
        values: &mut impl FieldValues<'py>,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        if let Some(discriminator) = &self.discriminator {
            discriminator.write(out)?;
        }
        for (place, field) in self.fields.iter().enumerate() {
            // SAFETY: `write_plain` runs no Python code, and after it the value is counted.
            let value = match unsafe { values.peek(place, field) } {
                Some(value) if field.write_plain(value, out, context)? => continue,
                Some(value) => {
                    let value = value.to_owned();
                    values.take_after(place)?;
                    value
                }
                None => values.value(place, field)?,
            };
            let value = value.as_borrowed();
            if context.validates {
                field.write_valid(value, out, context)?;
            } else {
                field.write(value, out, context)?;
            }
        }
        Ok(())
    }

    /// Write the values that no field declares.
    #[cold]
    fn write_undeclared(
        &self,
        document: Value<'_, '_>,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        let written = PySet::empty(context.py)?;
        for pair in self
            .undeclared
            .values
            .bind(context.py)
            .call1((document,))?
            .try_iter()?
        {
            let (name, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) = pair?.extract()?;
            let name = name.cast_exact::<PyString>().map_err(|_| Stop::AskPython)?;
            let encoded = name.encode_utf8()?;
            let bytes = encoded.as_bytes();
            if bytes == b"_id" {
                return Err(Stop::AskPython); // it takes the place of the id that was given
            }
            if self.is_discriminator(bytes) {
                return Err(Stop::AskPython);
            }
            if self.indexes.contains_key(bytes) || written.contains(name)? {
                continue; // a field, or an attribute before it, has that key
            }
            let key = Key::new(bytes).ok_or(Stop::AskPython)?;
            context.encode(&key, value.as_borrowed(), out)?;
            written.add(name)?;
        }
        Ok(())
    }

    // -- reading -------------------------------------------------------------------------------

    /// Read a document, or the part of it that the context names.
    #[inline]
    pub(crate) fn read<'py>(
        &self,
        elements: Reader<'_>,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        match context.part {
            None => self.read_whole(elements, context),
            Some(part) => self.read_part(part, elements, &context.of_part(None)),
        }
    }

    fn read_whole<'py>(
        &self,
        elements: Reader<'_>,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        self.read_fields(None, elements, context)
    }

    /// Read a part of a document. The context names no part: each field has its own, if it has one.
    pub(crate) fn read_part<'py>(
        &self,
        part: &Part,
        elements: Reader<'_>,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let of_class = part.of_class(self.index)?;
        self.read_fields(Some((part, of_class)), elements, context)
    }

    /// Compiled twice, for documents with a part and for those without one: these do not ask for each
    /// of their fields whether it is in some part.
    #[inline(always)]
    fn read_fields<'py>(
        &self,
        part: Option<(&Part, &PartOfClass)>,
        elements: Reader<'_>,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let py = context.py;
        let layout = self.layout.as_ref().ok_or(Stop::AskPython)?;
        let beginning = part.map_or(&self.beginning, |(_, part)| &part.beginning);
        let mut unfinished = layout.unfinished(py, beginning)?;
        let mut absent = part.map(|(_, part)| part.absent).unwrap_or_default();
        let mut elements = Elements::of(self, elements);
        let mut rest = Rest::default();
        // It comes first in what MongoDB sends.
        if let Some(element) = elements.next_if(&self.id_key)? {
            rest.id = Some(context.decode_id(&element)?);
        }
        let wanted = |place| part.map_or(place, |(_, part)| part.next(place));
        while let Some((field, element)) = elements.next(wanted, context)? {
            let Some((place, field)) = field else {
                self.read_other(element, &mut rest, context)?;
                continue;
            };
            let value = match part.map(|(_, part)| part.of_field(place)) {
                None => field.read(&element, context)?,
                Some(Some(part)) => {
                    let value = match &part.inside {
                        None => field.read(&element, context)?,
                        inside => field.read(&element, &context.of_part(inside.as_ref()))?,
                    };
                    absent.set(part.bit, value.is_none());
                    value
                }
                Some(None) => {
                    pass_over(&element, context)?;
                    continue;
                }
            };
            unfinished.set(place, &field.name, value)?;
        }
        let Rest { id, others, .. } = rest;
        let mut seen = elements.seen;
        let id = id.unwrap_or_else(|| context.none());
        let has_own_id = context.is_nested() && !id.is_none();
        let noted = match part {
            Some((part, of_class)) if others.is_empty() && !absent.has_any(of_class.unknown) => {
                part.noting.hidden(py, absent)?
            }
            _ => None,
        };
        let is_noted = noted.is_some();
        let hidden = noted.or_else(|| part.map(|(part, _)| part.noting.nothing(py)));
        let document = unfinished.loaded(id, context.state_of_loaded(self.is_tracked), hidden)?;
        let picked = if others.is_empty() {
            None
        } else {
            if part.is_some() && others.iter().any(|other| self.may_be_read(other.key)) {
                return Err(Stop::AskPython); // it may be how a field was stored that is not read
            }
            let (others, aliases) = self.read_aliases(&document, others, &mut seen, context)?;
            Some(self.pick_up(&document, &others, &aliases, &seen, context)?)
        };
        if has_own_id {
            self.undeclared.keep_own_id.bind(py).call1((&document,))?;
        }
        for (index, make) in &self.factories {
            let field = self.fields.get(*index).ok_or(Stop::AskPython)?;
            let is_picked = match &picked {
                Some(picked) => picked.contains(&field.name)?,
                None => false,
            };
            let part_of_field = part.map(|(_, part)| part.of_field(*index));
            if matches!(part_of_field, Some(None)) {
                Self::make_in_vain(make, context)?;
            } else if !seen.has(*index) && !is_picked {
                let is_list = make.is(py.get_type::<PyList>());
                if !is_list
                    && part_of_field
                        .flatten()
                        .is_some_and(|it| it.inside.is_some())
                {
                    return Err(Stop::AskPython); // only a part of the documents that are made is kept
                }
                let made = make.bind(py).call0().map_err(Stop::raised)?;
                layout.set(&document, *index, &field.name, &made)?;
            }
        }
        if let Some((part, _)) = part
            && !is_noted
        {
            part.noting.note_in_python(&document)?;
        }
        Ok(document)
    }

    /// Read what is stored under a key that is no field's own.
    #[inline(never)] // few documents have more of it than their id
    fn read_other<'a, 'py>(
        &self,
        element: Element<'a>,
        rest: &mut Rest<'a, 'py>,
        context: &Context<'py>,
    ) -> Outcome<()> {
        let is_again = if element.key == b"_id" {
            rest.id.replace(context.decode_id(&element)?).is_some()
        } else if self.is_discriminator(element.key) {
            if !self.is_own(&element)? {
                return Err(Stop::AskPython); // another class
            }
            std::mem::replace(&mut rest.is_class_seen, true)
        } else if element.key.starts_with(b"$") {
            return Err(Stop::AskPython); // a reference of the old kind, which PyMongo has a class for
        } else if self.drops(element.key) {
            // Python refuses what is no BSON, and a key that is no text.
            std::str::from_utf8(element.key).map_err(|_| Stop::AskPython)?;
            context.decode(&element)?;
            false
        } else {
            // One with an underscore in front may be how a field was stored before it was declared.
            push(&mut rest.others, element)?;
            false
        };
        if is_again {
            return Err(Stop::AskPython); // one key twice
        }
        Ok(())
    }

    /// Call what makes the default of a field that is not read: a program's may count its calls, which
    /// are the same in Python.
    #[inline]
    pub(super) fn make_in_vain(make: &Py<PyAny>, context: &Context<'_>) -> Outcome<()> {
        if !make.is(context.py.get_type::<PyList>()) {
            make.bind(context.py).call0().map_err(Stop::raised)?;
        }
        Ok(())
    }

    /// Whether what is stored under a key that is no field's own may be read by a field nonetheless.
    pub(super) fn may_be_read(&self, key: &[u8]) -> bool {
        key.starts_with(b"_") || self.aliases.contains_key(key)
    }

    /// Read the fields whose values are stored under an alias.
    ///
    /// Returns the elements that are left, and the keys of those that were read.
    #[cold]
    fn read_aliases<'a, 'py>(
        &self,
        document: &Bound<'py, PyAny>,
        mut others: Vec<Element<'a>>,
        seen: &mut Seen,
        context: &Context<'py>,
    ) -> Outcome<(Vec<Element<'a>>, Vec<&'a [u8]>)> {
        if self.aliases.is_empty() {
            return Ok((others, Vec::new()));
        }
        let layout = self.layout.as_ref().ok_or(Stop::AskPython)?;
        // Of several, the first that the class names.
        let mut found = HashMap::new();
        for (at, element) in others.iter().enumerate() {
            let Some(&(index, place)) = self.aliases.get(element.key) else {
                continue;
            };
            if seen.has(index) {
                continue;
            }
            let best = found.entry(index).or_insert((place, at));
            if place == best.0 && at != best.1 {
                return Err(Stop::AskPython); // one key twice
            }
            if place < best.0 {
                *best = (place, at);
            }
        }
        let mut taken: Vec<usize> = Vec::new();
        for (index, (_, at)) in found {
            let field = self.fields.get(index).ok_or(Stop::AskPython)?;
            let element = others.get(at).ok_or(Stop::AskPython)?;
            let value = field.read(element, context)?;
            layout.set(document, index, &field.name, &value)?;
            seen.before(index);
            taken.push(at);
        }
        taken.sort_unstable();
        let taken = taken.into_iter().rev();
        let aliases = taken.map(|at| others.remove(at).key).collect();
        Ok((others, aliases))
    }

    /// Whether what is stored under a key that is no field's own is forgotten.
    fn drops(&self, key: &[u8]) -> bool {
        self.drops_unknown && !key.starts_with(b"_") && !self.aliases.contains_key(key)
    }

    fn is_discriminator(&self, key: &[u8]) -> bool {
        let discriminator = self.discriminator.as_ref();
        discriminator.is_some_and(|discriminator| *key == *discriminator.name)
    }

    /// Whether what is stored under the discriminator is that of the very class.
    fn is_own(&self, element: &Element<'_>) -> Outcome<bool> {
        let discriminator = self.discriminator.as_ref();
        discriminator.map_or(Ok(false), |discriminator| discriminator.is_own(element))
    }

    /// Take in stored values that no field declares: Python decides where each goes.
    ///
    /// Returns the names of fields that were found under an older key.
    #[cold]
    fn pick_up<'py>(
        &self,
        document: &Bound<'py, PyAny>,
        others: &[Element<'_>],
        aliases: &[&[u8]],
        seen: &Seen,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let py = context.py;
        if others.is_empty() {
            return Ok(PySet::empty(py)?.into_any());
        }
        // Python asks this which keys there are, and for the values of the undeclared ones.
        let mapping = new_dict(py)?;
        let mut keys = Vec::with_capacity(others.len());
        for element in others {
            let key = make_text(py, element.key)?;
            if mapping.contains(&key)? {
                return Err(Stop::AskPython); // one key twice
            }
            mapping.set_item(&key, context.decode(element)?)?;
            keys.push(key);
        }
        for key in aliases {
            mapping.set_item(make_text(py, key)?, py.None())?;
        }
        for (key, &index) in &self.indexes {
            if seen.has(index) {
                mapping.set_item(make_text(py, key)?, py.None())?;
            }
        }
        let keys = list_of(py, keys.len(), keys.into_iter().map(Ok))?;
        let pick_up = self.undeclared.pick_up.bind(py);
        Ok(pick_up.call1((document, mapping, keys))?)
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.class)?;
        self.beginning.traverse(visit)?;
        if let Some(layout) = &self.layout {
            layout.traverse(visit)?;
        }
        if let Some(key) = &self.key {
            key.traverse(visit)?;
        }
        visit.call(&self.undeclared.values)?;
        visit.call(&self.undeclared.pick_up)?;
        visit.call(&self.undeclared.keep_own_id)?;
        visit.call(&self.undeclared.has_own_id)?;
        for (_, make) in &self.factories {
            visit.call(make)?;
        }
        self.fields
            .iter()
            .try_for_each(|field| field.traverse(visit))
    }
}

/// What a stored document has besides the values of fields.
#[derive(Default)]
struct Rest<'a, 'py> {
    id: Option<Bound<'py, PyAny>>,
    /// Whether it was said which class it is of.
    is_class_seen: bool,
    /// What no field declares, or is stored under a key that a field had before.
    others: Vec<Element<'a>>,
}

/// Whether an instance has a method of its own in the place of one that converts it, as a test may
/// give it.
#[cold]
fn replaces_methods<'py>(values: &Values<'_, 'py>, py: Python<'py>) -> PyResult<bool> {
    values.has_other(&[
        intern!(py, "to_son"),
        intern!(py, "validate"),
        intern!(py, "validate_fields"),
    ])
}
