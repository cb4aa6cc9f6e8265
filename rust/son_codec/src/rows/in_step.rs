//! Rows in step: their keys come as those of the rows before them. Each value is read where it
//! stands, and is counted only where code of Python's may run before it is written.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::Rows;
use super::fetch::{Fetched, Order};
use super::rules::{Class, Missing};
use crate::errors::{Outcome, Stop};
use crate::objects::{Sequence, Value};
use crate::plan::{Field, FieldValues};

/// What the values are in.
#[derive(Clone, Copy)]
enum Given<'a, 'py> {
    Mapping(&'a Bound<'py, PyDict>),
    Sequence(Sequence<'a, 'py>),
}

/// The values of a row by place, as long as it is in step.
pub(super) struct InStep<'a, 'py> {
    py: Python<'py>,
    rows: &'a Rows<'a>,
    given: Given<'a, 'py>,
    class: &'a Class,
    order: &'a Order,
    /// Those that were not written yet when code of Python's could run.
    taken: Option<Fetched<'a, 'py>>,
    is_out: bool,
}

impl<'a, 'py> InStep<'a, 'py> {
    /// `None` for a mapping of which it can be seen at once that it is out of step, or where values
    /// need more than to be written.
    #[inline]
    pub(super) fn of_mapping(
        rows: &'a Rows<'a>,
        row: &'a Bound<'py, PyDict>,
        index: usize,
        class: &'a Class,
    ) -> Option<Self> {
        let order = rows.state.order(index)?;
        if order.keys.len() != row.len() || !order.ignored.iter().all(|&it| order.has(it, row)) {
            return None;
        }
        Self::new(row.py(), rows, Given::Mapping(row), order, class)
    }

    /// The same for a sequence, whose columns are always the same.
    #[inline]
    pub(super) fn of_sequence(
        py: Python<'py>,
        rows: &'a Rows<'a>,
        row: Sequence<'a, 'py>,
    ) -> Option<Self> {
        let columns = rows.rules.columns.as_ref()?;
        if row.len() != columns.targets.len() {
            return None;
        }
        let order = columns.order.as_ref()?;
        Self::new(py, rows, Given::Sequence(row), order, &rows.rules.whole)
    }

    #[inline]
    fn new(
        py: Python<'py>,
        rows: &'a Rows<'a>,
        given: Given<'a, 'py>,
        order: &'a Order,
        class: &'a Class,
    ) -> Option<Self> {
        (!class.prepares && !rows.rules.in_two_steps).then_some(Self {
            py,
            rows,
            given,
            class,
            order,
            taken: None,
            is_out: false,
        })
    }

    /// Whether a key did not come where it was expected, so that the row has to be fetched. It can be
    /// read anew from its beginning, since no Python code has run for it yet.
    pub(super) fn is_out(&self) -> bool {
        self.is_out
    }

    /// What the row has for its id.
    pub(super) fn id(&mut self) -> Option<Bound<'py, PyAny>> {
        let index = self.order.id?;
        // SAFETY: it is counted before anything else can happen.
        let id = unsafe { self.given(index) };
        self.is_out |= id.is_none();
        id.map(|id| id.to_owned())
    }

    /// The value under one of the keys or in one of the columns. `None` out of step.
    ///
    /// # Safety
    ///
    /// Nobody counts it for the caller: no Python code may run as long as it is used.
    #[inline(always)]
    unsafe fn given(&self, index: usize) -> Option<Value<'a, 'py>> {
        // SAFETY: the caller's promise is the same.
        unsafe {
            match self.given {
                Given::Mapping(row) => self.order.value(index, row),
                Given::Sequence(row) => row.peek(index),
            }
        }
    }

    /// The value at a place: that of the row, or what a row without one has. `None` out of step.
    ///
    /// # Safety
    ///
    /// Nobody counts it for the caller: no Python code may run as long as it is used.
    #[inline(always)]
    unsafe fn at(&mut self, place: usize) -> Option<Value<'_, 'py>> {
        if let Some(index) = self.order.indexes.get(place).copied().flatten() {
            // SAFETY: the caller's promise is the same.
            match unsafe { self.given(index) } {
                Some(value) if !value.is_none() => return Some(value),
                Some(null) if self.takes_null(place) => return Some(null),
                Some(_) => {}
                None => {
                    self.is_out = true;
                    return None;
                }
            }
        }
        self.missing(place)
    }

    /// Whether a null that a row has at a place is a value.
    fn takes_null(&self, place: usize) -> bool {
        let place = self.class.places.get(place);
        !self.rows.rules.drops_nulls && place.is_some_and(|place| place.stamp.is_none())
    }

    /// The value at a place for which a row has none.
    #[inline(never)]
    fn missing(&self, place: usize) -> Option<Value<'_, 'py>> {
        let known = self.class.places.get(place)?;
        let default = match (&known.missing, known.stamp) {
            (_, Some(_)) => self.rows.now,
            (Missing::Value(value), None) => Some(value),
            (Missing::Made(_), None) => None,
        };
        default.map(|value| value.bind_borrowed(self.py))
    }
}

impl<'py> FieldValues<'py> for InStep<'_, 'py> {
    #[inline(always)]
    unsafe fn peek(&mut self, place: usize, _: &Field) -> Option<Value<'_, 'py>> {
        if self.taken.is_none() {
            // SAFETY: the caller's promise is the same.
            return unsafe { self.at(place) };
        }
        let taken = self.taken.as_ref()?.places.get(place)?.as_ref()?;
        Some(taken.bind_borrowed(self.py))
    }

    fn value(&mut self, _: usize, _: &Field) -> Outcome<Bound<'py, PyAny>> {
        Err(Stop::AskPython)
    }

    #[inline(never)] // what it needs would be kept at hand for each value
    fn take_after(&mut self, place: usize) -> Outcome<()> {
        let count = self.class.places.len();
        if self.taken.is_some() || place + 1 >= count {
            return Ok(());
        }
        let mut taken = Fetched::of_so_many(count, self.rows.state)?;
        for (place, slot) in taken.places.iter_mut().enumerate().skip(place + 1) {
            // SAFETY: it is counted before anything else can happen.
            let value = unsafe { self.at(place) }.ok_or(Stop::AskPython)?;
            *slot = Some(value.to_owned().unbind());
        }
        self.taken = Some(taken);
        Ok(())
    }
}
