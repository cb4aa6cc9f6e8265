//! The values of a row, taken out by place.

use std::cell::{Cell, OnceCell};

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use super::rules::{Class, Columns, Rules, Target};
use crate::errors::{Outcome, Stop};
use crate::objects::{Entries, Met, Position, Sequence, Value, are_equal, push, value_at};

/// How far ahead a key is searched that does not come where it is expected: so many may be missing.
const MOST_MISSING: usize = 8;

/// How often the order of keys is learned. Rows whose keys come in ever another order have none.
const MOST_ORDERS: usize = 16;

/// Values by place; `None` where a row names none.
pub(super) type Places = Vec<Option<Py<PyAny>>>;

/// What is kept from one row to the next.
pub(super) struct State {
    /// The keys in the order in which they came: of rows by themselves, then of each embedded class.
    orders: Vec<Orders>,
    /// Memory for values; rows inside of rows take more than one.
    places: Cell<Vec<Places>>,
}

impl State {
    pub(super) fn of_so_many(classes: usize) -> Self {
        Self {
            orders: (0..classes).map(|_| Orders::default()).collect(),
            places: Cell::default(),
        }
    }

    /// The order of keys that the last rows had, if it is worth going by.
    #[inline]
    pub(super) fn order(&self, index: usize) -> Option<&Order> {
        let orders = self.orders.get(index)?;
        let last = orders.last().filter(|order| order.is_by_place)?;
        (orders.count.get() < MOST_ORDERS).then_some(last)
    }
}

/// The orders of keys that were learned of one class, each for good, since rows inside of rows of that
/// class may be about to be read by an older one.
#[derive(Default)]
struct Orders {
    learned: [OnceCell<Box<Order>>; MOST_ORDERS],
    count: Cell<usize>,
}

impl Orders {
    #[inline]
    fn last(&self) -> Option<&Order> {
        let last = self.count.get().checked_sub(1)?;
        Some(self.learned.get(last)?.get()?)
    }

    /// Whether another may be learned.
    fn has_room(&self) -> bool {
        self.count.get() < MOST_ORDERS
    }

    fn learn(&self, order: Order) {
        if let Some(place) = self.learned.get(self.count.get())
            && place.set(Box::new(order)).is_ok()
        {
            self.count.set(self.count.get() + 1);
        }
    }
}

/// The keys of a row, or the columns of a sequence, and where the value of each goes.
pub(super) struct Order {
    /// None for sequences.
    pub(super) keys: Vec<Known>,
    /// By place: which of the keys or columns has its value.
    pub(super) indexes: Vec<Option<usize>>,
    /// Which has the id.
    pub(super) id: Option<usize>,
    /// Those that nobody knows.
    pub(super) ignored: Vec<usize>,
    /// Whether values can be read by their place, as nearly always.
    is_by_place: bool,
}

/// A key of a row.
pub(super) struct Known {
    key: Py<PyString>,
    position: Position,
    target: Option<Target>,
}

/// The values of one row.
pub(super) struct Fetched<'a, 'py> {
    pub(super) places: Places,
    pub(super) id: Option<Bound<'py, PyAny>>,
    state: &'a State,
}

impl<'a, 'py> Fetched<'a, 'py> {
    pub(super) fn of_so_many(count: usize, state: &'a State) -> PyResult<Self> {
        let mut kept = state.places.take();
        let mut places = kept.pop().unwrap_or_default();
        state.places.set(kept);
        places.clear();
        places
            .try_reserve(count)
            .map_err(|_| pyo3::exceptions::PyMemoryError::new_err(()))?;
        places.resize_with(count, || None);
        Ok(Self {
            places,
            id: None,
            state,
        })
    }

    /// The values of a mapping.
    pub(super) fn of_mapping(
        row: &Bound<'py, PyDict>,
        index: usize,
        class: &Class,
        rules: &Rules,
        state: &'a State,
    ) -> Outcome<Self> {
        let mut fetched = Self::of_so_many(class.places.len(), state)?;
        let orders = state.orders.get(index).ok_or(Stop::AskPython)?;
        let order = orders.last();
        let keys = order.map_or(&[][..], |order| &order.keys);
        let mut next = 0;
        let mut is_as_before = true;
        let mut entries = Entries::of(row);
        loop {
            let expected = keys.get(next);
            let Some((met, value)) = entries.next(expected.map(|known| &known.key)) else {
                break;
            };
            let target = match (met, expected) {
                (Met::Expected, Some(known)) => {
                    next += 1;
                    known.target
                }
                (Met::Expected, None) => return Err(Stop::AskPython),
                (Met::Other(key), _) => match find(keys, &key, &mut next) {
                    Some(target) => target,
                    None => {
                        is_as_before = false;
                        // Comparing any other key could run code of the program's.
                        if !key.is_exact_instance_of::<PyString>() {
                            return Err(Stop::AskPython);
                        }
                        class.target_of(&key)?
                    }
                },
            };
            fetched.put(target, value, rules)?;
        }
        if !is_as_before && row.len() >= keys.len() && orders.has_room() {
            orders.learn(Order::of_mapping(row, class)?);
        }
        Ok(fetched)
    }

    /// The values of a sequence with columns.
    pub(super) fn of_sequence(
        row: Sequence<'_, 'py>,
        columns: &Columns,
        class: &Class,
        rules: &Rules,
        state: &'a State,
    ) -> Outcome<Self> {
        let mut fetched = Self::of_so_many(class.places.len(), state)?;
        if row.len() != columns.targets.len() {
            return Err(Stop::AskPython);
        }
        for (index, target) in columns.targets.iter().enumerate() {
            let value = row.get(index).ok_or(Stop::AskPython)?;
            fetched.put(*target, value, rules)?;
        }
        Ok(fetched)
    }

    #[inline]
    fn put(
        &mut self,
        target: Option<Target>,
        value: Bound<'py, PyAny>,
        rules: &Rules,
    ) -> Outcome<()> {
        let Some(target) = target else {
            return if rules.ignores_unknown {
                Ok(())
            } else {
                Err(Stop::AskPython)
            };
        };
        if target.is_for_python {
            return Err(Stop::AskPython);
        }
        if rules.drops_nulls && value.is_none() {
            return Ok(());
        }
        if target.is_id && self.id.replace(value.clone()).is_some() {
            return Err(Stop::AskPython); // two keys for one value
        }
        if let Some(place) = target.place {
            let place = self.places.get_mut(place).ok_or(Stop::AskPython)?;
            if place.replace(value.unbind()).is_some() {
                return Err(Stop::AskPython);
            }
        }
        Ok(())
    }
}

impl Drop for Fetched<'_, '_> {
    /// The memory is for the next row.
    fn drop(&mut self) {
        let mut places = std::mem::take(&mut self.places);
        places.clear();
        let mut kept = self.state.places.take();
        if push(&mut kept, places).is_ok() {
            self.state.places.set(kept);
        }
    }
}

impl Order {
    fn without_keys(class: &Class) -> Self {
        Self {
            keys: Vec::new(),
            indexes: vec![None; class.places.len()],
            id: None,
            ignored: Vec::new(),
            is_by_place: true,
        }
    }

    /// That of the columns of sequences, if values can be read by it.
    pub(super) fn of_columns(
        targets: &[Option<Target>],
        class: &Class,
        ignores_unknown: bool,
    ) -> Option<Self> {
        let mut order = Self::without_keys(class);
        for (index, target) in targets.iter().enumerate() {
            match target {
                Some(target) => order.expect(*target, index, class),
                None => order.is_by_place &= ignores_unknown,
            }
        }
        order.is_by_place.then_some(order)
    }

    /// The order of a row's keys, which those to come may have as well.
    #[cold]
    fn of_mapping(row: &Bound<'_, PyDict>, class: &Class) -> Outcome<Self> {
        let mut order = Self::without_keys(class);
        let mut entries = Entries::of(row);
        while let Some((met, _)) = entries.next(None) {
            let Met::Other(key) = met else { continue };
            let Ok(key) = key.cast_into_exact::<PyString>() else {
                order.is_by_place = false;
                continue;
            };
            let target = class.target_of(&key)?;
            let index = order.keys.len();
            match target {
                None => push(&mut order.ignored, index)?,
                Some(target) => order.expect(target, index, class),
            }
            let known = Known {
                key: key.unbind(),
                position: entries.position(),
                target,
            };
            push(&mut order.keys, known)?;
        }
        Ok(order)
    }

    /// The value of a target comes under a key. Two for one target, and dates and versions that are
    /// replaced, have to be looked at.
    fn expect(&mut self, target: Target, index: usize, class: &Class) {
        if target.is_for_python || (target.is_id && self.id.replace(index).is_some()) {
            self.is_by_place = false;
        }
        let Some(place) = target.place else {
            return;
        };
        let stamp = class.places.get(place).and_then(|place| place.stamp);
        let is_replaced = stamp.is_some_and(|stamp| stamp.renews) || class.version == Some(place);
        let known = self.indexes.get_mut(place);
        let is_first = known.is_some_and(|known| known.replace(index).is_none());
        self.is_by_place &= is_first && !is_replaced;
    }

    /// The value of a row under one of the keys, if that stands where it is expected.
    ///
    /// # Safety
    ///
    /// Nobody counts it for the caller: no Python code may run as long as it is used.
    #[inline(always)]
    pub(super) unsafe fn value<'a, 'py>(
        &self,
        index: usize,
        row: &'a Bound<'py, PyDict>,
    ) -> Option<Value<'a, 'py>> {
        let known = self.keys.get(index)?;
        // SAFETY: the caller's promise is the same.
        unsafe { value_at(row, known.position, known.key.bind(row.py())) }
    }

    /// Whether a row has one of the keys where it is expected.
    pub(super) fn has(&self, index: usize, row: &Bound<'_, PyDict>) -> bool {
        // SAFETY: it is not used.
        unsafe { self.value(index, row) }.is_some()
    }
}

/// The target of a key that did not come as the very object that was expected: where keys are missing,
/// or where each row has texts of its own for its keys.
#[inline]
fn find(keys: &[Known], key: &Bound<'_, PyAny>, next: &mut usize) -> Option<Option<Target>> {
    let ahead = keys.iter().enumerate().skip(*next).take(MOST_MISSING);
    for (index, known) in ahead {
        if are_equal(key, known.key.bind(key.py())) {
            *next = index + 1;
            return Some(known.target);
        }
    }
    None
}
