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

/// An element, behind the place and the field whose value it is; `None` where its key is no field's own.
type Found<'p, 'a> = (Option<(usize, &'p Field)>, Element<'a>);

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
    ) -> Outcome<Option<Found<'p, 'a>>> {
        while !self.left.is_at_end() {
            let place = wanted(self.expected);
            let guessed = self.document.fields.get(place);
            let guessed = guessed.and_then(|field| self.left.has_next(&field.key));
            let (place, key_length) = match guessed {
                Some(key_length) => (place, key_length),
                None if place != self.expected && self.pass_over_until(place, context)? => continue,
                None => {
                    let key = self.left.next_key()?;
                    (self.document.place_of(key), key.len() + 1)
                }
            };
            let element = self.left.take(key_length)?;
            let field = self.document.fields.get(place);
            if field.is_some() {
                self.meet(place)?;
            }
            return Ok(Some((field.map(|field| (place, field)), element)));
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
}

impl Document {
    /// The place of the field with this key; of none, if there is none.
    #[inline(never)]
    fn place_of(&self, key: &[u8]) -> usize {
        self.indexes.get(key).copied().unwrap_or(usize::MAX)
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
        let bit = 1 << (index % 64);
        match (index / 64).checked_sub(1) {
            None => set(&mut self.first, bit),
            Some(word) => set_in(&mut self.others, word, bit),
        }
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

/// Whether a bit was set before; from now on it is.
#[inline(always)]
fn set(word: &mut u64, bit: u64) -> bool {
    let before = *word & bit != 0;
    *word |= bit;
    before
}

/// The same in one of several words. Not where the first word is, which is to stay in a register.
#[inline(never)]
fn set_in(words: &mut Vec<u64>, index: usize, bit: u64) -> bool {
    if words.len() <= index {
        words.resize(index + 1, 0);
    }
    words.get_mut(index).is_some_and(|word| set(word, bit))
}
