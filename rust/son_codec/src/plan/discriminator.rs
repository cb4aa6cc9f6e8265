//! By which value each of several classes is known that are stored together.

use std::collections::HashMap;

use super::Document;
use crate::bson::{Element, Key, Reader, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::Value;

/// What is stored for the class of a document, where others share its collection.
pub(crate) struct Discriminator {
    pub(super) key: Key,
    /// The same as text.
    pub(super) name: Box<[u8]>,
    /// What is stored for documents of the very class; `None` if it has none.
    pub(super) value: Option<Box<[u8]>>,
    /// Stored value -> where the plan of its class stands among the codec's.
    pub(super) classes: HashMap<Box<[u8]>, usize>,
}

impl Discriminator {
    /// Write what is stored for the very class.
    pub(super) fn write(&self, out: &mut Writer) -> Outcome<()> {
        // There are no documents of an abstract class but those that Python has read.
        let value = self.value.as_ref().ok_or(Stop::AskPython)?;
        Ok(out.text(&self.key, value)?)
    }

    /// Whether a stored value is that of the very class.
    pub(super) fn is_own(&self, element: &Element<'_>) -> Outcome<bool> {
        Ok(element.kind == kind::STRING && self.value.as_deref() == Some(element.as_text()?))
    }
}

impl Document {
    /// The plan of the class whose document some bytes are, which may be one that derives from this.
    #[inline]
    pub(crate) fn of_stored<'a>(
        &'a self,
        elements: &Reader<'_>,
        plans: &'a [Document],
    ) -> Outcome<&'a Document> {
        match &self.discriminator {
            None => Ok(self),
            Some(discriminator) => self.named(discriminator, elements.clone(), plans),
        }
    }

    #[cold]
    fn named<'a>(
        &'a self,
        discriminator: &Discriminator,
        mut elements: Reader<'_>,
        plans: &'a [Document],
    ) -> Outcome<&'a Document> {
        while let Some(element) = elements.next_element()? {
            if *element.key != *discriminator.name {
                continue;
            }
            if element.kind != kind::STRING {
                return Err(Stop::AskPython);
            }
            // Python says what it thinks of a class that is not known.
            let index = discriminator.classes.get(element.as_text()?);
            return index
                .and_then(|&index| plans.get(index))
                .ok_or(Stop::AskPython);
        }
        Ok(self)
    }

    /// Whether others share the collection of the class.
    pub(crate) fn shares_collection(&self) -> bool {
        self.discriminator.is_some()
    }

    /// Where the plans stand of the classes that documents may be of: this one, which stands at an index,
    /// and those that derive from it.
    pub(super) fn with_those_below(&self, index: usize) -> Vec<usize> {
        let others = self.discriminator.iter().flat_map(|it| it.classes.values());
        let mut found: Vec<usize> = others.copied().chain([index]).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whether documents that are read as those of this class may remember what was stored.
    pub(crate) fn may_be_tracked(&self, plans: &[Document]) -> bool {
        let others = self.discriminator.iter().flat_map(|it| it.classes.values());
        let tracked = |&index: &usize| plans.get(index).is_some_and(|plan| plan.is_tracked);
        self.is_tracked || others.into_iter().any(tracked)
    }

    /// The plan of the class of which a document is exactly, if it is this one or derives from it.
    #[inline]
    pub(crate) fn of_instance<'a>(
        &'a self,
        document: Value<'_, '_>,
        plans: &'a [Document],
    ) -> Option<&'a Document> {
        if self.is_type_of(document) {
            return Some(self);
        }
        let mut indexes = self.discriminator.as_ref()?.classes.values();
        indexes.find_map(|&index| plans.get(index).filter(|plan| plan.is_type_of(document)))
    }
}
