//! A row, validated and written.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use super::fetch::{Fetched, State};
use super::in_step::InStep;
use super::rules::{Class, Missing, Rules};
use super::text::stripped;
use crate::bson::{Scalar, Writer};
use crate::errors::{Outcome, Stop};
use crate::new_ids::{Id, NewIds};
use crate::objects::{Sequence, Value, ascii, exact};
use crate::plan::{Context, Document, Field, FieldValues, PrimaryKey};

/// Where the order of keys is kept that rows by themselves have; those of embedded documents follow.
const WHOLE: usize = 0;

/// The rules for rows, and what is kept from one to the next.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a> {
    pub(super) rules: &'a Rules,
    pub(super) state: &'a State,
    /// The present, where dates are set to it: the same for all rows of a call.
    pub(super) now: Option<&'a Py<PyAny>>,
}

impl<'a> Rows<'a> {
    /// What rows are converted in: mappings are rows, and what is written is validated in the same go
    /// where that may be.
    pub(super) fn context<'py>(&'py self, context: &Context<'py>) -> Context<'py> {
        let context = context.of_rows(self);
        if self.rules.is_in_one_go {
            context.validating()
        } else {
            context
        }
    }

    /// Write a row of the codec's class, with an id: its own, or the one that is made for it.
    pub(super) fn write_row<'py>(
        &self,
        row: Value<'_, 'py>,
        new_ids: &mut NewIds,
        out: &mut Writer,
        context: &Context<'py>,
    ) -> Outcome<()> {
        let plan = context.plans.first().ok_or(Stop::AskPython)?;
        let class = &self.rules.whole;
        let mut row = match &self.rules.columns {
            None => {
                let row = exact::<PyDict>(row).ok_or(Stop::AskPython)?;
                let values = InStep::of_mapping(self, &row, WHOLE, class);
                if self.write_in_step(values, plan, new_ids, out, context)? {
                    return Ok(());
                }
                Fetched::of_mapping(&row, WHOLE, class, self.rules, self.state)?
            }
            Some(columns) => {
                let row = Sequence::of(row).ok_or(Stop::AskPython)?;
                let values = InStep::of_sequence(context.py, self, row);
                if self.write_in_step(values, plan, new_ids, out, context)? {
                    return Ok(());
                }
                Fetched::of_sequence(row, columns, class, self.rules, self.state)?
            }
        };
        let given = self.id_of(row.id.take(), plan, context)?;
        self.prepare(&mut row, plan, class, context)?;
        self.stamp(&mut row, plan, context)?;
        if let Some(given) = class.version.and_then(|place| row.places.get_mut(place)) {
            *given = None;
        }
        if self.rules.in_two_steps {
            self.accepts(&row, plan, class, context)?;
        }
        let id = match plan.key.as_deref().and_then(|key| key.make.as_ref()) {
            Some(make) if given.is_none() => {
                make_values(&mut row, plan, class, context)?;
                made_key(make, plan, new_ids, context)?
            }
            _ => id_to_write(given, plan, new_ids, context)?,
        };
        let mut values = RowValues {
            fetched: row,
            class,
            context,
        };
        write_values(&mut values, plan, Some(&id), out, context)
    }

    /// The same for one that is in step; `false` if it is not, and nothing is written.
    #[inline]
    fn write_in_step<'py>(
        &self,
        values: Option<InStep<'_, 'py>>,
        plan: &Document,
        new_ids: &mut NewIds,
        out: &mut Writer,
        context: &Context<'py>,
    ) -> Outcome<bool> {
        let Some(mut values) = values else {
            return Ok(false);
        };
        let given = values.id();
        if values.is_out() {
            return Ok(false);
        }
        let given = self.id_of(given, plan, context)?;
        let id = id_to_write(given, plan, new_ids, context)?;
        write_if_in_step(values, plan, Some(&id), out, context)
    }

    /// Write a mapping in the place of an embedded document.
    pub(crate) fn write(
        &self,
        index: usize,
        row: &Bound<'_, PyDict>,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        let (plan, class) = self.class_at(index, context)?;
        if let Some(values) = InStep::of_mapping(self, row, index + 1, class)
            && write_if_in_step(values, plan, None, out, context)?
        {
            return Ok(());
        }
        let mut values = RowValues {
            fetched: self.fetch(index, row, plan, class, context)?,
            class,
            context,
        };
        write_values(&mut values, plan, None, out, context)
    }

    /// Stops unless a mapping in the place of an embedded document may be saved: of a row that is
    /// refused Python has the words.
    pub(crate) fn validate(
        &self,
        index: usize,
        row: &Bound<'_, PyDict>,
        context: &Context<'_>,
    ) -> Outcome<()> {
        let (plan, class) = self.class_at(index, context)?;
        let row = self.fetch(index, row, plan, class, context)?;
        self.accepts(&row, plan, class, context)
    }

    fn class_at<'py>(
        &self,
        index: usize,
        context: &Context<'py>,
    ) -> Outcome<(&'py Document, &'a Class)> {
        let plan = context.plans.get(index).ok_or(Stop::AskPython)?;
        let class = self.rules.embedded.get(index).and_then(Option::as_ref);
        Ok((plan, class.ok_or(Stop::AskPython)?))
    }

    fn fetch<'py>(
        &self,
        index: usize,
        row: &Bound<'py, PyDict>,
        plan: &Document,
        class: &Class,
        context: &Context<'py>,
    ) -> Outcome<Fetched<'a, 'py>> {
        let mut row = Fetched::of_mapping(row, index + 1, class, self.rules, self.state)?;
        self.prepare(&mut row, plan, class, context)?;
        self.stamp(&mut row, plan, context)?;
        Ok(row)
    }

    /// The row's own id, if it has one.
    fn id_of<'py>(
        &self,
        mut id: Option<Bound<'py, PyAny>>,
        plan: &Document,
        context: &Context<'py>,
    ) -> Outcome<Option<Bound<'py, PyAny>>> {
        if let Some(key) = &plan.key {
            return self.key_of(id, key, context);
        }
        if let Some(null_values) = &self.rules.null_values
            && let Some(given) = &id
            && given.is_instance_of::<PyString>()
        {
            let given = given.as_borrowed();
            let text = stripped(&exact::<PyString>(given).ok_or(Stop::AskPython)?.to_owned())?;
            id = if null_values.bind(context.py).contains(&text)? {
                None
            } else {
                Some(match ascii(&text).and_then(object_id) {
                    Some(bytes) => context.types.object_ids.make(context.py, bytes)?,
                    None => text.into_any(),
                })
            };
        }
        let id = id.filter(|id| !id.is_none());
        if id.is_none() && self.rules.needs_id {
            return Err(Stop::AskPython);
        }
        Ok(id)
    }

    /// The same where the class declares its primary key: stops unless the value may be that.
    #[inline(never)] // most classes declare none
    fn key_of<'py>(
        &self,
        given: Option<Bound<'py, PyAny>>,
        key: &PrimaryKey,
        context: &Context<'py>,
    ) -> Outcome<Option<Bound<'py, PyAny>>> {
        let Some(mut value) = given else {
            return self.without_key(key, context);
        };
        if let (Some(texts), Some(null_values)) = (&self.rules.key_texts, &self.rules.null_values)
            && value.is_instance_of::<PyString>()
        {
            let null_values = null_values.bind(context.py);
            if !self.rules.needs_id {
                if let Some(read) =
                    texts.read(value.as_borrowed(), &key.field, null_values, context)?
                {
                    value = read;
                }
            } else if texts.has_users_method() {
                return Err(Stop::AskPython); // it is called for the column, and for the id
            } else {
                let given = value.as_borrowed();
                let text = stripped(&exact::<PyString>(given).ok_or(Stop::AskPython)?.to_owned())?;
                if null_values.contains(&text)? {
                    return Err(Stop::AskPython);
                }
                value = key.field.parse(&text, context)?;
            }
        }
        if value.is_none() {
            return self.without_key(key, context);
        }
        key.validate(value.as_borrowed(), context)?;
        Ok(Some(value))
    }

    /// Stops unless a row may be without a key.
    fn without_key<'py>(
        &self,
        key: &PrimaryKey,
        context: &Context<'py>,
    ) -> Outcome<Option<Bound<'py, PyAny>>> {
        if self.rules.needs_id {
            return Err(Stop::AskPython);
        }
        if key.make.is_none() {
            key.validate(context.none().as_borrowed(), context)?;
        }
        Ok(None)
    }

    /// Make of the values of a row what they are in a document: texts are read, passwords hashed.
    #[inline]
    fn prepare<'py>(
        &self,
        row: &mut Fetched<'_, 'py>,
        plan: &Document,
        class: &Class,
        context: &Context<'py>,
    ) -> Outcome<()> {
        if !class.prepares {
            return Ok(());
        }
        let py = context.py;
        let fields = plan.fields.iter().zip(&class.places);
        for (slot, (field, place)) in row.places.iter_mut().zip(fields) {
            let Some(value) = slot.as_ref().map(|value| value.bind(py).clone()) else {
                continue;
            };
            if place.is_asked_about_documents && !value.is_none() {
                return Err(Stop::AskPython);
            }
            let mut value = value;
            if let (Some(texts), Some(null_values)) = (&place.texts, &self.rules.null_values) {
                let null_values = null_values.bind(py);
                if let Some(read) = texts.read(value.as_borrowed(), field, null_values, context)? {
                    value = read;
                }
            }
            if field.hashes() && value.is_instance_of::<PyString>() {
                value = field.value_in_python(value.as_borrowed(), context)?;
            }
            *slot = (!self.rules.drops_nulls || !value.is_none()).then(|| value.unbind());
        }
        Ok(())
    }

    /// Whether dates of documents are set anew where they have a value.
    pub(crate) fn renews_dates(&self) -> bool {
        self.rules.renews_dates
    }

    /// Set the dates that a save sets. One that is set anew is validated before.
    #[inline]
    fn stamp(
        &self,
        row: &mut Fetched<'_, '_>,
        plan: &Document,
        context: &Context<'_>,
    ) -> Outcome<()> {
        for stamp in &plan.stamps {
            let py = context.py;
            let now = self.now.ok_or(Stop::AskPython)?;
            let slot = row.places.get_mut(stamp.place).ok_or(Stop::AskPython)?;
            let field = plan.fields.get(stamp.place).ok_or(Stop::AskPython)?;
            if let Some(given) = slot.as_ref().filter(|given| !given.is_none(py)) {
                if !stamp.renews {
                    continue;
                }
                if !field.accepts(given.bind_borrowed(py), context)? {
                    return Err(Stop::AskPython);
                }
            }
            *slot = Some(now.clone_ref(py));
        }
        Ok(())
    }

    /// Stops unless all values that a row has, and those that it has by default, may be saved.
    fn accepts(
        &self,
        row: &Fetched<'_, '_>,
        plan: &Document,
        class: &Class,
        context: &Context<'_>,
    ) -> Outcome<()> {
        let fields = plan.fields.iter().zip(&class.places);
        for (value, (field, place)) in row.places.iter().zip(fields) {
            let value = match (value, &place.missing) {
                (Some(value), _) | (None, Missing::Value(value)) => value.bind(context.py),
                (None, Missing::Made(_)) => continue,
            };
            if !field.accepts(value.as_borrowed(), context)? {
                return Err(Stop::AskPython);
            }
        }
        Ok(())
    }
}

/// The id that a row has, or a new one.
#[inline(always)]
fn id_to_write(
    given: Option<Bound<'_, PyAny>>,
    plan: &Document,
    new_ids: &mut NewIds,
    context: &Context<'_>,
) -> Outcome<Id> {
    match given {
        Some(id) if plan.key.is_some() => Ok(Id::Key(id.unbind())),
        Some(id) => Ok(Id::Given(id.unbind())),
        None => Ok(new_ids.next(context.py)?),
    }
}

/// Have functions of the program's make what is missing, as they do before they make the key.
#[cold]
fn make_values<'py>(
    row: &mut Fetched<'_, 'py>,
    plan: &Document,
    class: &Class,
    context: &Context<'py>,
) -> Outcome<()> {
    let fields = plan.fields.iter().zip(&class.places);
    for (slot, (field, place)) in row.places.iter_mut().zip(fields) {
        if let (None, Missing::Made(make)) = (&slot, &place.missing) {
            *slot = Some(make_value(make.bind(context.py), field, context)?.unbind());
        }
    }
    Ok(())
}

/// The key that a function of the program's makes; a new id where it makes none, and none is needed.
#[cold]
fn made_key(
    make: &Py<PyAny>,
    plan: &Document,
    new_ids: &mut NewIds,
    context: &Context<'_>,
) -> Outcome<Id> {
    let key = plan.key.as_ref().ok_or(Stop::AskPython)?;
    let made = make.bind(context.py).call0()?;
    key.validate(made.as_borrowed(), context)?;
    let made = Some(made).filter(|made| !made.is_none());
    id_to_write(made, plan, new_ids, context)
}

/// Write a document of such values, with an `_id` in front where one is given.
#[inline]
fn write_values<'py>(
    values: &mut impl FieldValues<'py>,
    plan: &Document,
    id: Option<&Id>,
    out: &mut Writer,
    context: &Context<'_>,
) -> Outcome<()> {
    let start = match id {
        Some(Id::Given(id)) => plan.begin(Some(id.bind_borrowed(context.py)), out, context)?,
        Some(Id::Key(value)) => {
            let start = plan.begin(None, out, context)?;
            let key = plan.key.as_ref().ok_or(Stop::AskPython)?;
            key.write(value.bind_borrowed(context.py), out, context)?;
            start
        }
        Some(Id::New(bytes)) => {
            let start = plan.begin(None, out, context)?;
            out.scalar(&plan.id_key, Scalar::object_id(*bytes))?;
            start
        }
        None => plan.begin(None, out, context)?,
    };
    plan.write_fields(values, out, context)?;
    Ok(out.end(start)?)
}

/// The same for values that may turn out not to be in step: `false` if so, and nothing is written.
#[inline]
fn write_if_in_step(
    mut values: InStep<'_, '_>,
    plan: &Document,
    id: Option<&Id>,
    out: &mut Writer,
    context: &Context<'_>,
) -> Outcome<bool> {
    let start = out.bytes().len();
    let outcome = write_values(&mut values, plan, id, out, context);
    if values.is_out() {
        out.cut(start);
        return Ok(false);
    }
    outcome.map(|()| true)
}

/// The values that the document of a row would have.
struct RowValues<'a, 'r, 'py> {
    fetched: Fetched<'r, 'py>,
    class: &'a Class,
    context: &'a Context<'py>,
}

impl<'py> FieldValues<'py> for RowValues<'_, '_, 'py> {
    #[inline(always)]
    unsafe fn peek(&mut self, place: usize, _: &Field) -> Option<Value<'_, 'py>> {
        let value = self.fetched.places.get(place)?.as_ref()?; // counted here
        Some(value.bind_borrowed(self.context.py))
    }

    #[inline(always)]
    fn value(&mut self, place: usize, field: &Field) -> Outcome<Bound<'py, PyAny>> {
        let py = self.context.py;
        let given = self.fetched.places.get_mut(place).and_then(Option::take);
        if let Some(value) = given {
            return Ok(value.into_bound(py));
        }
        match self.class.places.get(place).map(|place| &place.missing) {
            Some(Missing::Value(value)) => Ok(value.bind(py).clone()),
            Some(Missing::Made(make)) => make_value(make.bind(py), field, self.context),
            None => Err(Stop::AskPython),
        }
    }
}

/// What a function of the program's makes for a field, which comes when all else is validated.
#[cold]
fn make_value<'py>(
    make: &Bound<'py, PyAny>,
    field: &Field,
    context: &Context<'py>,
) -> Outcome<Bound<'py, PyAny>> {
    let made = make.call0()?;
    if context.validates || field.accepts(made.as_borrowed(), context)? {
        Ok(made)
    } else {
        Err(Stop::AskPython)
    }
}

/// The bytes of an `ObjectId` of which this is the text.
fn object_id(text: &[u8]) -> Option<[u8; 12]> {
    let digits: &[u8; 24] = text.try_into().ok()?;
    let mut bytes = [0; 12];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        for &digit in pair {
            *byte = (*byte << 4) | char::from(digit).to_digit(16)? as u8;
        }
    }
    Some(bytes)
}
