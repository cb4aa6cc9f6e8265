//! Rows: values of documents without the documents. Twin of `codec/shaping.py`.

use std::collections::HashMap;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

use super::elements::{Elements, Seen};
use super::part::LONGEST_PATH;
use super::{Context, Document, Field};
use crate::bson::{Element, Reader, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::{ListBuilder, list_of, new_dict, push, tuple_of};
use crate::values::{pass_over, pass_over_unknown};

/// What becomes of the values of a document.
#[derive(Clone, Copy)]
enum Form {
    Dict,
    Tuple,
    Flat,
}

/// The rows that a codec reads.
pub(crate) struct RowReader {
    form: Form,
    /// What the values are called.
    names: Vec<Py<PyString>>,
    wanted: Wanted,
    /// The columns that have the `_id`.
    ids: Vec<usize>,
    /// The columns of what the server has computed, by key.
    computed: HashMap<Vec<u8>, usize>,
    /// Whether each row comes in a pair, behind the id of its document.
    is_keyed: bool,
}

/// What is wanted of the documents of a class.
struct Wanted {
    /// Where the plan of the class stands among the codec's.
    plan: usize,
    /// For each field.
    fields: Vec<Option<Want>>,
    /// For each place that of the next field, from this one on, of which anything is wanted.
    next: Vec<usize>,
}

/// What is wanted of a field.
enum Want {
    /// Its value, in this column.
    Value(usize),
    /// Values of the documents in it.
    Inside(Wanted),
}

/// The values of a row by column.
type Found<'py> = Vec<Option<Bound<'py, PyAny>>>;

impl RowReader {
    /// `None` where Python makes the rows. The first argument is a `Shape`.
    pub(crate) fn compile(shape: &Bound<'_, PyAny>, plans: &[Document]) -> PyResult<Option<Self>> {
        let py = shape.py();
        let form = match shape.getattr("kind")?.extract()? {
            "dict" => Form::Dict,
            "tuple" => Form::Tuple,
            "flat" => Form::Flat,
            _ => return Ok(None),
        };
        let is_keyed = shape.getattr("is_keyed")?.extract()?;
        let Some(plan) = plans
            .first()
            .filter(|_| !shape.getattr("part").is_ok_and(|it| it.is_none()))
        else {
            return Ok(None);
        };
        let Some(wanted) = Wanted::new(0, plans) else {
            return Ok(None);
        };
        let mut rows = Self {
            form,
            names: Vec::new(),
            wanted,
            ids: Vec::new(),
            computed: HashMap::new(),
            is_keyed,
        };
        for (column, value) in shape.getattr("values")?.try_iter()?.enumerate() {
            let value = value?;
            let name: String = value.getattr("name")?.extract()?;
            rows.names.push(PyString::intern(py, &name).unbind());
            let computed: String = value.getattr("computed")?.extract()?;
            let path: Vec<String> = value.getattr("path")?.extract()?;
            let is_known = if !computed.is_empty() {
                rows.computed
                    .insert(computed.into_bytes(), column)
                    .is_none()
            } else if path.is_empty() {
                rows.ids.push(column);
                !plan.declares_key
            } else {
                path.len() <= LONGEST_PATH && rows.wanted.add(py, &path, column, plans)?
            };
            if !is_known {
                return Ok(None);
            }
        }
        rows.wanted.find_next();
        Ok(Some(rows))
    }

    /// The row of a document.
    pub(crate) fn read<'py>(
        &self,
        elements: Reader<'_>,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let py = context.py;
        let mut found = Found::new();
        found
            .try_reserve_exact(self.names.len())
            .map_err(|_| Stop::AskPython)?;
        found.resize_with(self.names.len(), || None);
        let id = self
            .wanted
            .read(elements, Some(self), &mut found, context)?;
        if self.is_keyed && id.is_none() {
            return Err(Stop::AskPython);
        }
        for &column in &self.ids {
            put(
                &mut found,
                column,
                id.clone().unwrap_or_else(|| context.none()),
            )?;
        }
        let mut values = found
            .into_iter()
            .map(|value| value.unwrap_or_else(|| context.none()));
        let row = match self.form {
            Form::Flat => values.next().ok_or(Stop::AskPython)?,
            Form::Tuple => tuple_of(py, values)?.into_any(),
            Form::Dict => {
                let row = new_dict(py)?;
                for (name, value) in self.names.iter().zip(values) {
                    row.set_item(name, value)?;
                }
                row.into_any()
            }
        };
        match id.filter(|_| self.is_keyed) {
            Some(id) => Ok(tuple_of(py, [id, row].into_iter())?.into_any()),
            None => Ok(row),
        }
    }
}

impl Wanted {
    /// Nothing of the documents of a class; `None` where Python has to read them.
    fn new(plan: usize, plans: &[Document]) -> Option<Self> {
        let document = plans.get(plan).filter(|document| document.gives_rows())?;
        let mut fields = Vec::new();
        fields.resize_with(document.fields.len(), || None);
        let next = Vec::new();
        Some(Self { plan, fields, next })
    }

    /// Find what is next, once all is known that is wanted.
    fn find_next(&mut self) {
        let mut next = self.fields.len();
        self.next = vec![next; next];
        for ((place, want), found) in self.fields.iter_mut().enumerate().zip(&mut self.next).rev() {
            if let Some(Want::Inside(inside)) = want {
                inside.find_next();
            }
            if want.is_some() {
                next = place;
            }
            *found = next;
        }
    }

    /// Have what a path leads to in a column. Answers `false` where Python makes the rows.
    fn add(
        &mut self,
        py: Python<'_>,
        path: &[String],
        column: usize,
        plans: &[Document],
    ) -> PyResult<bool> {
        let (Some((name, inner)), Some(document)) = (path.split_first(), plans.get(self.plan))
        else {
            return Ok(false);
        };
        let mut place = None;
        for (index, field) in document.fields.iter().enumerate() {
            if *field.name.bind(py) == name.as_str() {
                place = Some(index);
            }
        }
        let Some((field, want)) = place
            .and_then(|place| Some((document.fields.get(place)?, self.fields.get_mut(place)?)))
        else {
            return Ok(false);
        };
        if inner.is_empty() {
            if want.is_some() || !field.is_shown(plans) {
                return Ok(false);
            }
            *want = Some(Want::Value(column));
            return Ok(true);
        }
        if want.is_none() {
            let documents = field
                .holds_documents_at_once()
                .filter(|_| !field.has_users_from_son());
            let inside = documents.and_then(|plan| Self::new(plan, plans));
            *want = inside.map(Want::Inside);
        }
        match want {
            Some(Want::Inside(inside)) => inside.add(py, inner, column, plans),
            _ => Ok(false),
        }
    }

    /// Find what is wanted of a document. Returns its `_id`, if it has one.
    ///
    /// Only of a whole one, of which there are rows, the server may have computed something.
    fn read<'py>(
        &self,
        elements: Reader<'_>,
        rows: Option<&RowReader>,
        found: &mut Found<'py>,
        context: &Context<'py>,
    ) -> Outcome<Option<Bound<'py, PyAny>>> {
        let document = context.plans.get(self.plan).ok_or(Stop::AskPython)?;
        let mut id = None;
        let mut elements = Elements::of(document, elements);
        while let Some((field, element)) = elements.next(|place| self.next(place), context)? {
            let Some((place, field)) = field else {
                self.read_other(&element, rows, document, &mut id, found, context)?;
                continue;
            };
            match self.fields.get(place) {
                Some(Some(Want::Value(column))) => {
                    put(found, *column, field.read_shown(&element, context)?)?;
                }
                Some(Some(Want::Inside(inside))) => {
                    inside.read_inside(&element, field, found, context)?;
                }
                _ => pass_over(&element, context)?,
            }
        }
        self.fill_in(document, &elements.seen, found, context)?;
        Ok(id)
    }

    /// The next place from one on whose field is wanted.
    #[inline]
    fn next(&self, place: usize) -> usize {
        self.next.get(place).copied().unwrap_or(place)
    }

    /// Read what is stored under a key that is no field's own.
    #[cold]
    fn read_other<'py>(
        &self,
        element: &Element<'_>,
        rows: Option<&RowReader>,
        document: &Document,
        id: &mut Option<Bound<'py, PyAny>>,
        found: &mut Found<'py>,
        context: &Context<'py>,
    ) -> Outcome<()> {
        if let Some(&column) = rows.and_then(|rows| rows.computed.get(element.key)) {
            return put(found, column, context.decode(element)?);
        }
        if element.key == b"_id" {
            let again = match rows {
                Some(rows) if rows.is_keyed || !rows.ids.is_empty() => {
                    id.replace(context.decode(element)?).is_some()
                }
                _ => {
                    pass_over(element, context)?;
                    id.replace(context.none()).is_some()
                }
            };
            return if again { Err(Stop::AskPython) } else { Ok(()) }; // one key twice
        }
        // It may be how a field was stored before; or Python refuses it.
        if document.may_be_read(element.key)
            || document.refuses_unknown
            || element.key.starts_with(b"$")
        {
            return Err(Stop::AskPython);
        }
        pass_over_unknown(element, context)
    }

    /// Give what is not stored its default.
    fn fill_in<'py>(
        &self,
        document: &Document,
        seen: &Seen,
        found: &mut Found<'py>,
        context: &Context<'py>,
    ) -> Outcome<()> {
        let py = context.py;
        for (place, want) in self.fields.iter().enumerate() {
            let Some(want) = want.as_ref().filter(|_| !seen.has(place)) else {
                continue;
            };
            let default = document
                .beginning
                .values
                .get(place)
                .and_then(Option::as_ref);
            let default = default.ok_or(Stop::AskPython)?.bind(py);
            match want {
                Want::Value(column) if default.is_none() || !document.holds_documents_at(place) => {
                    put(found, *column, default.clone())?;
                }
                Want::Inside(inside) if default.is_none() => inside.fill(found, &context.none())?,
                _ => return Err(Stop::AskPython),
            }
        }
        // As many are made as for a document.
        for (place, make) in &document.factories {
            let Some(want) = self.fields.get(*place).and_then(Option::as_ref) else {
                Document::make_in_vain(make, context)?;
                continue;
            };
            if seen.has(*place) {
                continue;
            }
            let is_list = make.is(py.get_type::<PyList>());
            match want {
                Want::Value(column) if is_list || !document.holds_documents_at(*place) => {
                    let made = make.bind(py).call0().map_err(Stop::raised)?;
                    put(found, *column, made)?;
                }
                Want::Inside(inside) if is_list => inside.fill_with_lists(found, py)?,
                _ => return Err(Stop::AskPython),
            }
        }
        Ok(())
    }

    /// The columns that are filled from here.
    fn columns(&self, columns: &mut Vec<usize>) -> PyResult<()> {
        for want in self.fields.iter().flatten() {
            match want {
                Want::Value(column) => push(columns, *column)?,
                Want::Inside(inside) => inside.columns(columns)?,
            }
        }
        Ok(())
    }

    /// Have one value in all columns that are filled from here.
    fn fill<'py>(&self, found: &mut Found<'py>, value: &Bound<'py, PyAny>) -> Outcome<()> {
        let mut columns = Vec::new();
        self.columns(&mut columns)?;
        columns
            .into_iter()
            .try_for_each(|column| put(found, column, value.clone()))
    }

    /// Have an empty list in each of them.
    fn fill_with_lists<'py>(&self, found: &mut Found<'py>, py: Python<'py>) -> Outcome<()> {
        let mut columns = Vec::new();
        self.columns(&mut columns)?;
        for column in columns {
            put(
                found,
                column,
                list_of(py, 0, std::iter::empty())?.into_any(),
            )?;
        }
        Ok(())
    }

    /// Find what is wanted of the documents in a field: of one, or of each in a list, in lists.
    fn read_inside<'py>(
        &self,
        element: &Element<'_>,
        field: &Field,
        found: &mut Found<'py>,
        context: &Context<'py>,
    ) -> Outcome<()> {
        let context = context.deeper()?;
        let py = context.py;
        match element.kind {
            kind::NULL if field.item.is_none() => self.fill(found, &context.none()),
            kind::DOCUMENT if field.item.is_none() => {
                let elements = element.as_document()?;
                self.read(elements, None, found, &context).map(drop)
            }
            kind::ARRAY if field.item.is_some() => {
                let mut columns = Vec::new();
                self.columns(&mut columns)?;
                let mut lists: Vec<_> = columns.iter().map(|_| Vec::new()).collect();
                let mut items = element.as_document()?;
                while let Some(item) = items.next_element()? {
                    let context = context.deeper()?;
                    match item.kind {
                        kind::NULL => self.fill(found, &context.none())?,
                        kind::DOCUMENT => {
                            self.read(item.as_document()?, None, found, &context)?;
                        }
                        _ => return Err(Stop::AskPython),
                    }
                    for (list, &column) in lists.iter_mut().zip(&columns) {
                        let value = found.get_mut(column).and_then(Option::take);
                        push(list, value.ok_or(Stop::AskPython)?)?;
                    }
                }
                for (list, column) in lists.into_iter().zip(columns) {
                    let list = list_of(py, list.len(), list.into_iter().map(Ok))?;
                    put(found, column, list.into_any())?;
                }
                Ok(())
            }
            _ => Err(Stop::AskPython),
        }
    }
}

#[inline]
fn put<'py>(found: &mut Found<'py>, column: usize, value: Bound<'py, PyAny>) -> Outcome<()> {
    *found.get_mut(column).ok_or(Stop::AskPython)? = Some(value);
    Ok(())
}

// -- what rows have of documents ---------------------------------------------------------------------

impl Document {
    /// Whether rows may be read without documents: no method of the program's, and no other class, has
    /// a say in what they are.
    fn gives_rows(&self) -> bool {
        self.reads && !self.shares_collection()
    }

    fn holds_documents_at(&self, place: usize) -> bool {
        self.fields.get(place).is_none_or(Field::holds_documents)
    }

    /// A document in another one, as rows have it: a dict by the names of its attributes.
    fn read_as_dict<'py>(
        &self,
        elements: Reader<'_>,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyDict>> {
        let py = context.py;
        if self.declares_key {
            return Err(Stop::AskPython);
        }
        let mut found: Found<'py> = Vec::new();
        found
            .try_reserve_exact(self.fields.len())
            .map_err(|_| Stop::AskPython)?;
        found.resize_with(self.fields.len(), || None);
        let dict = new_dict(py)?;
        let mut elements = Elements::of(self, elements);
        while let Some((field, element)) = elements.next(|place| place, context)? {
            let Some((place, field)) = field else {
                if element.key != b"_id" {
                    return Err(Stop::AskPython); // values that no field declares are Python's
                }
                let id = context.decode(&element)?;
                if dict.contains(intern!(py, "_id"))? {
                    return Err(Stop::AskPython); // one key twice
                }
                if !id.is_none() {
                    dict.set_item(intern!(py, "_id"), id)?;
                }
                continue;
            };
            put(&mut found, place, field.read_shown(&element, context)?)?;
        }
        for (place, make) in &self.factories {
            if found.get(*place).is_some_and(Option::is_none) {
                let is_list = make.is(py.get_type::<PyList>());
                if !is_list && self.holds_documents_at(*place) {
                    return Err(Stop::AskPython);
                }
                put(
                    &mut found,
                    *place,
                    make.bind(py).call0().map_err(Stop::raised)?,
                )?;
            }
        }
        for (place, (field, value)) in self.fields.iter().zip(found).enumerate() {
            let value = match value {
                Some(value) => value,
                None => {
                    let default = self.beginning.values.get(place).and_then(Option::as_ref);
                    let default = default.ok_or(Stop::AskPython)?.bind(py).clone();
                    if !default.is_none() && field.holds_documents() {
                        return Err(Stop::AskPython);
                    }
                    default
                }
            };
            dict.set_item(&field.name, value)?;
        }
        Ok(dict)
    }
}

impl Field {
    /// Whether rows may have its values without Python.
    fn is_shown(&self, plans: &[Document]) -> bool {
        if self.is_shown_as_read {
            return true;
        }
        let documents = self
            .holds_documents_at_once()
            .and_then(|plan| plans.get(plan));
        !self.has_users_from_son() && documents.is_some_and(Document::gives_rows)
    }

    /// Where the plan of the documents stands that are its values, or the items of its list, if it is no
    /// list of lists.
    fn holds_documents_at_once(&self) -> Option<usize> {
        let is_deep = self.item.as_ref().is_some_and(|item| item.item.is_some());
        self.holds_only_documents().filter(|_| !is_deep)
    }

    /// A value as rows have it.
    fn read_shown<'py>(
        &self,
        element: &Element<'_>,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        if self.is_shown_as_read {
            return self.read(element, context);
        }
        if !self.is_shown(context.plans) {
            return Err(Stop::AskPython);
        }
        let plan = self
            .holds_documents_at_once()
            .and_then(|plan| context.plans.get(plan));
        let plan = plan.ok_or(Stop::AskPython)?;
        let context = context.deeper()?;
        match (element.kind, &self.item) {
            (kind::NULL, None) => Ok(context.none()),
            (kind::DOCUMENT, None) => Ok(plan
                .read_as_dict(element.as_document()?, &context)?
                .into_any()),
            (kind::ARRAY, Some(_)) => {
                let mut list = ListBuilder::new(context.py, context.items);
                let mut items = element.as_document()?;
                while let Some(item) = items.next_element()? {
                    let context = context.deeper()?;
                    list.push(match item.kind {
                        kind::NULL => context.none(),
                        kind::DOCUMENT => {
                            plan.read_as_dict(item.as_document()?, &context)?.into_any()
                        }
                        _ => return Err(Stop::AskPython),
                    })?;
                }
                Ok(list.finish()?.into_any())
            }
            _ => Err(Stop::AskPython),
        }
    }
}
