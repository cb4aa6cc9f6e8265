//! The elements of a stored document, each with the field that it belongs to.

use super::{Context, Document, Field};
use crate::bson::{Element, Key, Reader};
use crate::errors::{Outcome, Stop};
use crate::values::pass_over;

/// The elements of a document that are wanted. They come mostly in the order of the fields, which is
/// guessed: a key is looked up only where the next field's is another.
pub(super) struct Elements<'p, 'a> {
    document: &'p Document,
    left: Reader<'a>,
    /// The place of the field that is expected next.
    expected: usize,
    /// The fields that were met.
    pub(super) seen: Seen,
}

/// An element.
pub(super) enum Next<'p, 'a> {
    /// The value of the field at a place.
    Field(usize, &'p Field, Element<'a>),
    /// What is stored under a key that is no field's own.
    Other(Element<'a>),
}

impl<'p, 'a> Elements<'p, 'a> {
    #[inline(always)]
    pub(super) fn of(document: &'p Document, elements: Reader<'a>) -> Self {
        Self {
            document,
            left: elements,
            expected: 0,
            seen: Seen::default(),
        }
    }

    /// The next element if it has this key, which is no field's.
    #[inline(always)]
    pub(super) fn next_if(&mut self, key: &Key) -> Outcome<Option<Element<'a>>> {
        Ok(self.left.next_if(key)?)
    }

    /// The next element. Fields that are not wanted are passed over where that is the sooner way to it:
    /// `wanted` tells the next place, from one on, of which anything is wanted.
    #[inline(always)]
    pub(super) fn next(
        &mut self,
        wanted: impl Fn(usize) -> usize,
        context: &Context<'_>,
    ) -> Outcome<Option<Next<'p, 'a>>> {
        while !self.left.is_at_end() {
            let place = wanted(self.expected);
            if let Some(field) = self.document.fields.get(place)
                && let Some(element) = self.left.next_if(&field.key)?
            {
                self.meet(place)?;
                return Ok(Some(Next::Field(place, field, element)));
            }
            if place == self.expected || !self.pass_over_until(place, context)? {
                return self.next_by_key();
            }
        }
        Ok(None)
    }

    /// The field at a place was met, and the one after it is expected.
    #[inline(always)]
    fn meet(&mut self, place: usize) -> Outcome<()> {
        if self.seen.before(place) {
            return Err(Stop::AskPython); // one key twice
        }
        self.expected = place + 1;
        Ok(())
    }

    /// Pass over the elements of the fields from the expected one up to a place, as long as they come in
    /// the order of the fields. Answers whether there were any.
    #[inline(always)]
    fn pass_over_until(&mut self, end: usize, context: &Context<'_>) -> Outcome<bool> {
        let first = self.expected;
        for field in self.document.fields.get(first..end).unwrap_or_default() {
            let Some(element) = self.left.next_if(&field.key)? else {
                break;
            };
            self.meet(self.expected)?;
            pass_over(&element, context)?;
        }
        Ok(self.expected > first)
    }

    /// The next element, whose field is found by the key.
    #[inline(never)]
    fn next_by_key(&mut self) -> Outcome<Option<Next<'p, 'a>>> {
        let Some(element) = self.left.next_element()? else {
            return Ok(None);
        };
        let Some(&place) = self.document.indexes.get(element.key) else {
            return Ok(Some(Next::Other(element)));
        };
        let field = self.document.fields.get(place).ok_or(Stop::AskPython)?;
        self.meet(place)?;
        Ok(Some(Next::Field(place, field, element)))
    }
}

/// Which fields of a document were met, a bit for each: the first ones here, since most documents
/// have no more.
#[derive(Default)]
pub(super) struct Seen {
    first: u64,
    others: Vec<u64>,
}

impl Seen {
    /// Whether the field at an index was met before; from now on it was.
    #[inline]
    pub(super) fn before(&mut self, index: usize) -> bool {
        let (word, bit) = match (index / 64).checked_sub(1) {
            None => (&mut self.first, 1 << index),
            Some(word) => {
                if self.others.len() <= word {
                    self.others.resize(word + 1, 0);
                }
                (&mut self.others[word], 1 << (index % 64))
            }
        };
        let before = *word & bit != 0;
        *word |= bit;
        before
    }

    #[inline]
    pub(super) fn has(&self, index: usize) -> bool {
        let word = match (index / 64).checked_sub(1) {
            None => self.first,
            Some(word) => self.others.get(word).copied().unwrap_or(0),
        };
        word & (1 << (index % 64)) != 0
    }
}
