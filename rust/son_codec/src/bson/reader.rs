//! Walking the elements of a document. Every length is checked before it is believed.

use super::element::{Element, kind};
use super::key::Key;

/// The bytes do not add up, hold a type that is not read here, or need more memory than there is.
/// Which of these, Python finds out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// The smallest document: its length and its closing NUL.
const SMALLEST: usize = 5;

/// The bytes that a level takes at least: a type, an empty key, a length, a closing NUL.
const SMALLEST_LEVEL: usize = 7;

/// The elements of one document.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// A reader of the document that `bytes` is, no byte more and no byte less.
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let (document, after) = split_document(bytes)?;
        if !after.is_empty() {
            return Err(Malformed);
        }
        // Its closing NUL was checked; what is between that and the length is elements.
        let rest = document.get(4..document.len() - 1).ok_or(Malformed)?;
        Ok(Self { rest })
    }

    /// How many bytes of elements were not read yet.
    pub(crate) fn bytes_left(&self) -> usize {
        self.rest.len()
    }

    /// Whether all elements were read.
    #[inline]
    pub(crate) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// Whether a key that was not read yet begins with this byte.
    pub(crate) fn has_key_with(mut self, first: u8) -> Result<bool, Malformed> {
        while let Some(element) = self.next_element()? {
            if element.key.first() == Some(&first) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The next element, or `None` at the end.
    #[inline(always)]
    pub(crate) fn next_element(&mut self) -> Result<Option<Element<'a>>, Malformed> {
        if self.is_at_end() {
            return Ok(None);
        }
        let key_length = self.next_key()?.len() + 1;
        self.take(key_length).map(Some)
    }

    /// The next element if it has this key: the guess that nearly always comes true, since
    /// documents are stored in the order in which they were written.
    #[inline(always)]
    pub(crate) fn next_if(&mut self, key: &Key) -> Result<Option<Element<'a>>, Malformed> {
        match self.has_next(key) {
            Some(key_length) => self.take(key_length).map(Some),
            None => Ok(None),
        }
    }

    /// Whether the next element has this key; how many bytes that is, its NUL included.
    #[inline(always)]
    pub(crate) fn has_next(&self, key: &Key) -> Option<usize> {
        key.prefix_of(self.rest.get(1..)?)
    }

    /// The key of the next element; there must be one.
    #[inline(always)]
    pub(crate) fn next_key(&self) -> Result<&'a [u8], Malformed> {
        let after_kind = self.rest.get(1..).ok_or(Malformed)?;
        let length = find_nul(after_kind).ok_or(Malformed)?;
        after_kind.get(..length).ok_or(Malformed)
    }

    /// The next element, whose key has so many bytes, its NUL included.
    #[inline(always)]
    pub(crate) fn take(&mut self, key_length: usize) -> Result<Element<'a>, Malformed> {
        let (&kind, after_kind) = self.rest.split_first().ok_or(Malformed)?;
        let (key, after_key) = after_kind.split_at_checked(key_length).ok_or(Malformed)?;
        let size = value_size(kind, after_key)?;
        let (value, rest) = after_key.split_at_checked(size).ok_or(Malformed)?;
        self.rest = rest;
        Ok(Element {
            kind,
            key: key.get(..key_length - 1).ok_or(Malformed)?,
            value,
        })
    }
}

/// Whether documents and arrays nest deeper than so many levels. Bytes that do not add up are for
/// others to complain about.
pub(crate) fn is_deeper_than(levels: usize, bytes: &[u8]) -> bool {
    // Nearly all that is asked about is too small for it.
    let Ok(outermost) = Reader::new(bytes) else {
        return false;
    };
    if bytes.len() / SMALLEST_LEVEL < levels {
        return false;
    }
    // Not by recursion: it is asked where there may be little stack.
    let mut open = vec![outermost];
    while let Some(reader) = open.last_mut() {
        match reader.next_element() {
            Ok(Some(element)) => {
                let inner = match element.kind {
                    kind::DOCUMENT | kind::ARRAY => element.as_document(),
                    kind::SCOPED_CODE => scope_of(element.value),
                    _ => continue,
                };
                if let Ok(inner) = inner {
                    open.push(inner);
                }
                if open.len() > levels {
                    return true;
                }
            }
            Ok(None) | Err(Malformed) => {
                open.pop();
            }
        }
    }
    false
}

/// The document that comes with a piece of code: after its own length and the text of the code.
fn scope_of(value: &[u8]) -> Result<Reader<'_>, Malformed> {
    let text = value.get(4..).ok_or(Malformed)?;
    let size = length_at(text)?.checked_add(4).ok_or(Malformed)?;
    Reader::new(text.get(size..).ok_or(Malformed)?)
}

/// The first document of some bytes, and the bytes after it.
#[inline]
pub(crate) fn split_document(bytes: &[u8]) -> Result<(&[u8], &[u8]), Malformed> {
    let size = length_at(bytes)?;
    if size < SMALLEST || size > bytes.len() {
        return Err(Malformed);
    }
    let (document, after) = bytes.split_at(size);
    match document.last() {
        Some(0) => Ok((document, after)),
        _ => Err(Malformed),
    }
}

/// How many bytes the value at the start of `bytes` says it has.
#[inline(always)]
fn value_size(kind: u8, bytes: &[u8]) -> Result<usize, Malformed> {
    match SIZES[usize::from(kind)] {
        Size::Fixed(size) => Ok(usize::from(size)),
        Size::Counted { least, more } => {
            let count = length_at(bytes)?;
            if count < usize::from(least) {
                return Err(Malformed);
            }
            count.checked_add(usize::from(more)).ok_or(Malformed)
        }
        Size::Other => other_size(kind, bytes),
    }
}

/// How many bytes a value has.
#[derive(Clone, Copy)]
enum Size {
    Fixed(u8),
    /// As many as it begins with says, which may be no less than so many; and some more.
    Counted {
        least: u8,
        more: u8,
    },
    Other,
}

/// The sizes by kind. In a table they are found sooner than by branches.
static SIZES: [Size; 256] = sizes();

const fn sizes() -> [Size; 256] {
    let mut sizes = [Size::Other; 256];
    let mut kind = 0;
    while kind < sizes.len() {
        sizes[kind] = match kind as u8 {
            kind::NULL => Size::Fixed(0),
            kind::BOOLEAN => Size::Fixed(1),
            kind::INT32 => Size::Fixed(4),
            kind::DOUBLE | kind::DATE | kind::INT64 => Size::Fixed(8),
            kind::OBJECT_ID => Size::Fixed(12),
            kind::DOCUMENT | kind::ARRAY => Size::Counted {
                least: SMALLEST as u8,
                more: 0,
            },
            kind::STRING => Size::Counted { least: 1, more: 4 },
            kind::BINARY => Size::Counted { least: 0, more: 5 },
            // Those below are only measured here; PyMongo reads them.
            kind::UNDEFINED | kind::MIN_KEY | kind::MAX_KEY => Size::Fixed(0),
            kind::TIMESTAMP => Size::Fixed(8),
            kind::DECIMAL128 => Size::Fixed(16),
            kind::CODE | kind::SYMBOL => Size::Counted { least: 0, more: 4 },
            kind::SCOPED_CODE => Size::Counted { least: 0, more: 0 },
            kind::POINTER => Size::Counted { least: 0, more: 16 },
            _ => Size::Other,
        };
        kind += 1;
    }
    sizes
}

/// The same of a kind that has another way to say it, or is not known.
#[cold]
fn other_size(kind: u8, bytes: &[u8]) -> Result<usize, Malformed> {
    if kind != kind::REGEX {
        return Err(Malformed);
    }
    let pattern = text_size(bytes)?;
    Ok(pattern + text_size(bytes.get(pattern..).ok_or(Malformed)?)?)
}

/// The length of a text that ends with its first NUL, which is counted.
fn text_size(bytes: &[u8]) -> Result<usize, Malformed> {
    find_nul(bytes).map(|end| end + 1).ok_or(Malformed)
}

/// Where the first NUL is. It is mostly among the first eight bytes, which are looked at as one number.
#[inline(always)]
fn find_nul(bytes: &[u8]) -> Option<usize> {
    const LOWEST: u64 = u64::MAX / 255;
    const HIGHEST: u64 = LOWEST << 7;
    let word = u64::from_le_bytes(*bytes.first_chunk().unwrap_or(&[1; 8]));
    // The highest bit of each byte that is 0, and maybe of some after it.
    let nuls = word.wrapping_sub(LOWEST) & !word & HIGHEST;
    if nuls != 0 {
        return Some(nuls.trailing_zeros() as usize / 8);
    }
    bytes.iter().position(|&byte| byte == 0)
}

#[inline(always)]
fn length_at(bytes: &[u8]) -> Result<usize, Malformed> {
    let head = bytes.first_chunk::<4>().ok_or(Malformed)?;
    usize::try_from(i32::from_le_bytes(*head)).map_err(|_| Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(bytes: &[u8]) -> Result<Vec<Vec<u8>>, Malformed> {
        let mut reader = Reader::new(bytes)?;
        let mut keys = Vec::new();
        while let Some(element) = reader.next_element()? {
            keys.push(element.key.to_vec());
        }
        Ok(keys)
    }

    #[test]
    fn elements_come_in_order() {
        let bytes = b"\x13\0\0\0\x10a\0\x01\0\0\0\x08b\0\x01\x0Ac\0\0";
        assert_eq!(
            keys(bytes),
            Ok(vec![b"a".to_vec(), b"b".to_vec(), b"c".to_vec()])
        );
    }

    #[test]
    fn an_empty_document_has_no_elements() {
        assert_eq!(keys(b"\x05\0\0\0\0"), Ok(vec![]));
    }

    #[test]
    fn every_shorter_beginning_is_malformed() {
        let bytes = b"\x13\0\0\0\x10a\0\x01\0\0\0\x08b\0\x01\x0Ac\0\0";
        for end in 0..bytes.len() {
            assert_eq!(keys(&bytes[..end]), Err(Malformed), "{end} bytes");
        }
    }

    #[test]
    fn lengths_that_lie_are_malformed() {
        // A string that says it has more, fewer than one, or less than no bytes.
        for length in [100_i32, 0, -1, i32::MAX, i32::MIN] {
            let mut bytes = b"\x0E\0\0\0\x02a\0....x\0\0".to_vec();
            bytes[7..11].copy_from_slice(&length.to_le_bytes());
            assert_eq!(keys(&bytes), Err(Malformed), "{length}");
        }
        // A document that says it is longer than what holds it.
        assert_eq!(keys(b"\x0D\0\0\0\x03a\0\x06\0\0\0\0\0"), Err(Malformed));
    }

    #[test]
    fn an_expected_key_is_taken_and_another_is_left() {
        let mut reader = Reader::new(b"\x13\0\0\0\x10a\0\x01\0\0\0\x08b\0\x01\x0Ac\0\0").unwrap();
        let [a, b, c] = [b"a", b"b", b"c"].map(|text| Key::new(text).unwrap());
        assert!(reader.next_if(&b).unwrap().is_none());
        assert_eq!(reader.next_if(&a).unwrap().unwrap().as_i32(), Ok(1));
        assert_eq!(reader.next_if(&b).unwrap().unwrap().as_bool(), Ok(true));
        assert_eq!(reader.next_if(&c).unwrap().unwrap().key, b"c");
        assert!(reader.is_at_end() && reader.next_if(&c).unwrap().is_none());
    }

    #[test]
    fn depth_is_counted_without_recursion() {
        let mut bytes = b"\x05\0\0\0\0".to_vec();
        for _ in 0..9_999 {
            let length = i32::try_from(bytes.len() + 8).unwrap().to_le_bytes();
            bytes = [&length[..], b"\x03a\0", &bytes[..], b"\0"].concat();
        }
        assert!(is_deeper_than(9_999, &bytes));
        assert!(!is_deeper_than(10_000, &bytes));
        assert!(!is_deeper_than(1, b"\x09\0\0\0\x03a\0\x99\0"));
    }

    #[test]
    fn the_first_nul_is_found_wherever_it_is() {
        for length in 0..20 {
            for first in 0..=length {
                for other in [1, 0x7F, 0x80, 0xFF] {
                    let mut bytes = vec![other; length];
                    bytes
                        .iter_mut()
                        .skip(first)
                        .step_by(3)
                        .for_each(|it| *it = 0);
                    bytes
                        .iter_mut()
                        .skip(first + 1)
                        .step_by(2)
                        .for_each(|it| *it = 1);
                    let expected = bytes.iter().position(|&byte| byte == 0);
                    assert_eq!(find_nul(&bytes), expected, "{bytes:?}");
                }
            }
        }
    }

    #[test]
    fn unknown_types_are_for_python() {
        assert_eq!(keys(b"\x08\0\0\0\x20a\0\0"), Err(Malformed));
    }

    #[test]
    fn random_bytes_never_panic() {
        let mut state = 0x2545_F491_4F6C_DD1D_u64;
        for _ in 0..200_000 {
            let mut bytes = Vec::new();
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let length = usize::try_from(state % 40).unwrap();
            for step in 0..length {
                let byte = state.rotate_left(u32::try_from(step).unwrap() * 5) as u8;
                // Mostly small numbers and known types, so that some of it parses.
                bytes.push(if byte & 0xC0 == 0 { byte } else { byte % 0x13 });
            }
            if let Some(head) = bytes.first_chunk_mut::<4>() {
                *head = i32::try_from(length).unwrap().to_le_bytes();
            }
            let _ = keys(&bytes);
        }
    }
}
