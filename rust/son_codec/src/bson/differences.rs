//! What differs between three encodings of one document. Twin of `differing_values` in
//! `codec/elements.py`.

use std::borrow::Cow;

use super::element::{Element, kind};
use super::reader::{Malformed, Reader};

/// A key whose values differ.
#[derive(Debug)]
pub(crate) struct Difference<'a> {
    pub(crate) key: &'a str,
    /// What each of the three has there.
    pub(crate) values: [Option<Element<'a>>; 3],
}

/// How many keys there is room for before they are counted.
const USUAL_KEYS: usize = 16;

/// The elements of a document in their order, and where each key stands.
struct Elements<'a, 'o> {
    in_order: Vec<(&'a str, Element<'a>)>,
    /// By key; borrowed from another document that has the same keys in the same order.
    places: Cow<'o, [(&'a str, usize)]>,
}

impl<'a, 'o> Elements<'a, 'o> {
    /// `Malformed` also for what only Python tells apart: keys that come twice.
    fn of(raw: &'a [u8]) -> Result<Self, Malformed> {
        let in_order = in_order(raw, &[])?;
        let places = Cow::Owned(places(&in_order)?);
        Ok(Self { in_order, places })
    }

    /// The same for a document that mostly has the keys of another.
    fn beside(raw: &'a [u8], other: &'o Elements<'a, '_>) -> Result<Self, Malformed> {
        let in_order = in_order(raw, &other.in_order)?;
        let keys = in_order.iter().map(|it| it.0);
        let places = if keys.eq(other.in_order.iter().map(|it| it.0)) {
            Cow::Borrowed(&*other.places)
        } else {
            Cow::Owned(places(&in_order)?)
        };
        Ok(Self { in_order, places })
    }

    /// The element with a key, which stands in another document in this place: mostly in the same.
    fn get(&self, key: &str, place: usize) -> Option<Element<'a>> {
        match self.in_order.get(place) {
            Some(&(found, element)) if found == key => Some(element),
            _ => {
                let at = self
                    .places
                    .binary_search_by_key(&key, |&(key, _)| key)
                    .ok()?;
                let &(_, place) = self.places.get(at)?;
                self.in_order.get(place).map(|it| it.1)
            }
        }
    }
}

/// The elements of a document, with keys of another where it has these in the same places: of them
/// it is known that they are texts.
fn in_order<'a>(
    raw: &'a [u8],
    others: &[(&'a str, Element<'a>)],
) -> Result<Vec<(&'a str, Element<'a>)>, Malformed> {
    let mut reader = Reader::new(raw)?;
    let mut found = Vec::new();
    found
        .try_reserve(others.len().max(USUAL_KEYS))
        .map_err(|_| Malformed)?;
    while let Some(element) = reader.next_element()? {
        let key = match others.get(found.len()) {
            Some(&(key, _)) if key.as_bytes() == element.key => key,
            _ => std::str::from_utf8(element.key).map_err(|_| Malformed)?,
        };
        found.try_reserve(1).map_err(|_| Malformed)?;
        found.push((key, element));
    }
    Ok(found)
}

/// Where each key stands; `Malformed` where two are the same.
fn places<'a>(in_order: &[(&'a str, Element<'a>)]) -> Result<Vec<(&'a str, usize)>, Malformed> {
    let mut places = Vec::new();
    places
        .try_reserve_exact(in_order.len())
        .map_err(|_| Malformed)?;
    places.extend(in_order.iter().enumerate().map(|(place, it)| (it.0, place)));
    places.sort_unstable_by_key(|&(key, _)| key);
    let is_twice = |pair: &[(&str, usize)]| matches!(pair, [one, other] if one.0 == other.0);
    if places.windows(2).any(is_twice) {
        return Err(Malformed);
    }
    Ok(places)
}

/// The keys whose values differ between what a document wrote before and what it writes now, or
/// that only the stored document has. What was stored nowhere and is null now is no difference.
pub(crate) fn differences<'a>(
    stored: &'a [u8],
    before: &'a [u8],
    now: &'a [u8],
) -> Result<Vec<Difference<'a>>, Malformed> {
    let then = Elements::of(before)?;
    let (there, here) = (
        Elements::beside(stored, &then)?,
        Elements::beside(now, &then)?,
    );
    let mut found = Vec::new();
    let mut add = |key, values| {
        found.try_reserve(1).map_err(|_| Malformed)?;
        found.push(Difference { key, values });
        Ok(())
    };
    for (place, &(key, element)) in here.in_order.iter().enumerate() {
        let (stored, before) = (there.get(key, place), then.get(key, place));
        let is_same = match before {
            Some(before) => before.kind == element.kind && before.value == element.value,
            None => stored.is_none() && element.kind == kind::NULL,
        };
        if !is_same {
            add(key, [stored, before, Some(element)])?;
        }
    }
    for (place, &(key, element)) in then.in_order.iter().enumerate() {
        if here.get(key, place).is_none() {
            add(key, [there.get(key, place), Some(element), None])?;
        }
    }
    for (place, &(key, element)) in there.in_order.iter().enumerate() {
        if here.get(key, place).is_none() && then.get(key, place).is_none() {
            add(key, [Some(element), None, None])?;
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &[u8] = b"\x10a\0\x01\0\0\0";
    const OTHER_A: &[u8] = b"\x10a\0\x02\0\0\0";
    const NULL_A: &[u8] = b"\x0Aa\0";
    const B: &[u8] = b"\x08b\0\x01";

    fn document(elements: &[&[u8]]) -> Vec<u8> {
        let body = elements.concat();
        let length = i32::try_from(body.len() + 5).unwrap().to_le_bytes();
        [&length[..], &body, b"\0"].concat()
    }

    /// The keys that differ, each with which of the three have a value.
    fn keys(three: [&[&[u8]]; 3]) -> Vec<(String, [bool; 3])> {
        let [stored, before, now] = three.map(document);
        differences(&stored, &before, &now)
            .unwrap()
            .iter()
            .map(|it| (it.key.to_owned(), it.values.map(|value| value.is_some())))
            .collect()
    }

    #[test]
    fn a_value_that_is_the_same_is_none() {
        assert!(keys([&[A, B], &[A, B], &[B, A]]).is_empty());
        assert!(keys([&[OTHER_A], &[A], &[A]]).is_empty());
    }

    #[test]
    fn changed_removed_and_left_values_come_in_this_order() {
        assert_eq!(
            keys([&[A], &[A], &[OTHER_A]]),
            [("a".to_owned(), [true, true, true])]
        );
        assert_eq!(
            keys([&[A, B], &[A], &[]]),
            [
                ("a".to_owned(), [true, true, false]),
                ("b".to_owned(), [true, false, false])
            ]
        );
    }

    #[test]
    fn keys_are_found_in_whatever_order_they_stand() {
        assert!(keys([&[A, B], &[A, B], &[B, A]]).is_empty());
        assert!(keys([&[B, A], &[A, B], &[B, A]]).is_empty());
        let changed = [("a".to_owned(), [true, true, true])];
        assert_eq!(keys([&[A, B], &[A, B], &[B, OTHER_A]]), changed);
        assert_eq!(keys([&[B, A], &[A, B], &[OTHER_A, B]]), changed);
        assert_eq!(
            keys([&[A, B], &[A, B], &[B]]),
            [("a".to_owned(), [true, true, false])]
        );
    }

    #[test]
    fn null_is_new_only_where_something_was_stored() {
        assert!(keys([&[], &[], &[NULL_A]]).is_empty());
        assert_eq!(
            keys([&[A], &[], &[NULL_A]]),
            [("a".to_owned(), [true, false, true])]
        );
    }

    #[test]
    fn damage_and_keys_that_come_twice_are_left_to_python() {
        let (whole, empty) = (document(&[A, B]), document(&[]));
        for end in 0..whole.len() {
            assert!(differences(&whole[..end], &empty, &empty).is_err());
            assert!(differences(&empty, &whole[..end], &empty).is_err());
            assert!(differences(&empty, &empty, &whole[..end]).is_err());
        }
        let twice = document(&[A, OTHER_A]);
        assert!(differences(&twice, &empty, &empty).is_err());
        let no_text = document(&[b"\x0A\xFF\0"]);
        assert!(differences(&no_text, &empty, &empty).is_err());
    }
}
