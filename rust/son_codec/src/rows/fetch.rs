//! The values of a row, taken out by place.

use std::cell::{Cell, RefCell};

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

use super::rules::{Class, Rules, Target};
use crate::errors::{Outcome, Stop};
use crate::objects::{Entries, Met, Value, are_equal, exact, push};

/// How far ahead a key is searched that does not come where it is expected: so many may be missing.
const MOST_MISSING: usize = 8;

/// How often the order of keys is learned. Rows whose keys come in ever another order have none.
const MOST_ORDERS: usize = 16;

/// Values by place; `None` where a row names none.
pub(super) type Places = Vec<Option<Py<PyAny>>>;

/// What is kept from one row to the next.
#[derive(Default)]
pub(super) struct State {
    /// The keys in the order in which they came: of rows by themselves, then of each embedded class.
    orders: RefCell<Vec<Order>>,
    /// Memory for values; rows inside of rows take more than one.
    places: Cell<Vec<Places>>,
}

/// The keys of a row, and where the value of each goes.
#[derive(Default)]
struct Order {
    keys: Vec<(Py<PyString>, Target)>,
    learned: usize,
}

/// The values of one row.
pub(super) struct Fetched<'a, 'py> {
    pub(super) places: Places,
    pub(super) id: Option<Bound<'py, PyAny>>,
    state: &'a State,
}

impl<'a, 'py> Fetched<'a, 'py> {
    fn of_so_many(count: usize, state: &'a State) -> PyResult<Self> {
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
        let mut orders = state.orders.borrow_mut();
        if orders.len() <= index {
            orders.resize_with(index + 1, Order::default);
        }
        let order = &mut orders[index];
        let mut next = 0;
        let mut is_as_before = true;
        let mut entries = Entries::of(row);
        loop {
            let expected = order.keys.get(next);
            let Some((met, value)) = entries.next(expected.map(|(key, _)| key)) else {
                break;
            };
            let target = match (met, expected) {
                (Met::Expected, Some((_, target))) => {
                    next += 1;
                    Some(*target)
                }
                (Met::Expected, None) => return Err(Stop::AskPython),
                (Met::Other(key), _) => match order.find(&key, &mut next) {
                    Some(target) => Some(target),
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
        if !is_as_before && row.len() >= order.keys.len() && order.learned < MOST_ORDERS {
            order.learn(row, class)?;
        }
        Ok(fetched)
    }

    /// The values of a sequence with columns.
    pub(super) fn of_sequence(
        row: Value<'_, 'py>,
        columns: &[Option<Target>],
        class: &Class,
        rules: &Rules,
        state: &'a State,
    ) -> Outcome<Self> {
        let mut fetched = Self::of_so_many(class.places.len(), state)?;
        if let Some(list) = exact::<PyList>(row)
            && list.len() == columns.len()
        {
            for (value, target) in list.iter().zip(columns) {
                fetched.put(*target, value, rules)?;
            }
        } else if let Some(tuple) = exact::<PyTuple>(row)
            && tuple.len() == columns.len()
        {
            for (value, target) in tuple.iter_borrowed().zip(columns) {
                fetched.put(*target, value.to_owned(), rules)?;
            }
        } else {
            return Err(Stop::AskPython);
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
    /// The target of a key that did not come as the very object that was expected: where keys are
    /// missing, or where each row has texts of its own for its keys.
    #[inline]
    fn find(&self, key: &Bound<'_, PyAny>, next: &mut usize) -> Option<Target> {
        let ahead = self.keys.iter().enumerate().skip(*next).take(MOST_MISSING);
        for (index, (known, target)) in ahead {
            if are_equal(key, known.bind(key.py())) {
                *next = index + 1;
                return Some(*target);
            }
        }
        None
    }

    /// Take the order of a row's keys for that of those to come.
    #[cold]
    fn learn(&mut self, row: &Bound<'_, PyDict>, class: &Class) -> Outcome<()> {
        self.learned += 1;
        self.keys.clear();
        let mut entries = Entries::of(row);
        while let Some((met, _)) = entries.next(None) {
            if let Met::Other(key) = met
                && let Some(target) = class.target_of(&key)?
                && let Ok(key) = key.cast_into_exact::<PyString>()
            {
                push(&mut self.keys, (key.unbind(), target))?;
            }
        }
        Ok(())
    }
}
