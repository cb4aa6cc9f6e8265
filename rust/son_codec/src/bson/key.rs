//! The key of an element, in the form in which it is written and compared fastest.

/// A key of at most so many bytes, its NUL included, is written and compared as one or two numbers.
const SHORT: usize = 16;

/// The first of these numbers.
pub(super) const WORD: usize = 8;

/// A key without NUL in it.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    /// The bytes of a short key, then zeros. Two numbers, and not one of twice the size, since a
    /// processor is slow to read as one what was just written as two.
    head: [u64; 2],
    /// Covers the bytes of a short key.
    mask: [u64; 2],
    /// How many bytes there are, the closing NUL included.
    length: usize,
    /// The bytes of a key that is not short, with their NUL.
    long: Box<[u8]>,
}

impl Key {
    /// `None` if there is a NUL in it, which BSON cannot store, or no memory for it.
    pub(crate) fn new(text: &[u8]) -> Option<Self> {
        if text.contains(&0) {
            return None;
        }
        let length = text.len() + 1;
        let mut head = [0; SHORT];
        let mut long = Vec::new();
        if length <= SHORT {
            for (to, from) in head.iter_mut().zip(text) {
                *to = *from;
            }
        } else {
            long.try_reserve_exact(length).ok()?;
            long.extend_from_slice(text);
            long.push(0);
        }
        Some(Self {
            head: halves(u128::from_le_bytes(head)),
            mask: halves(u128::MAX >> (8 * (SHORT - length.min(SHORT)))),
            length,
            long: long.into(),
        })
    }

    /// How many items an array may have whose keys are counted here: more digits find no room. BSON
    /// of so many is far larger than MongoDB takes.
    pub(crate) const MOST_ITEMS: usize = 100_000_000;

    /// The key of the first item of an array: `0`. Only such a key may `advance`.
    pub(crate) fn first_index() -> Self {
        Self {
            head: [u64::from(b'0'), 0],
            mask: [0xFFFF, 0],
            length: 2,
            long: Box::default(),
        }
    }

    /// The key of the next item of an array.
    #[inline(always)]
    pub(crate) fn advance(&mut self) {
        let mut index = self.index();
        index.advance();
        self.set_index(index);
    }

    /// The key of an item of an array as it is counted on.
    #[inline(always)]
    pub(super) fn index(&self) -> Index {
        Index {
            digits: self.head[0],
            length: self.length,
        }
    }

    #[inline(always)]
    pub(super) fn set_index(&mut self, index: Index) {
        self.head[0] = index.digits;
        if self.length != index.length {
            self.length = index.length;
            self.mask[0] = u64::MAX >> (8 * (WORD - index.length.min(WORD)));
        }
    }

    /// Its bytes with the closing NUL; of a short key, with the zeros after it.
    #[inline(always)]
    pub(super) fn stored(&self) -> Stored<'_> {
        if self.length <= WORD {
            Stored::Word(self.head[0].to_le_bytes(), self.length)
        } else if self.length <= SHORT {
            Stored::Words(self.head.map(u64::to_le_bytes), self.length)
        } else {
            Stored::Long(&self.long)
        }
    }

    /// Whether some bytes begin with this key and its NUL; how many bytes that is.
    #[inline]
    pub(super) fn prefix_of(&self, bytes: &[u8]) -> Option<usize> {
        if self.length > SHORT {
            return bytes.starts_with(&self.long).then_some(self.length);
        }
        let begins = match bytes.first_chunk::<SHORT>() {
            Some(start) => {
                let [low, high] = halves(u128::from_le_bytes(*start));
                low & self.mask[0] == self.head[0] && high & self.mask[1] == self.head[1]
            }
            None => {
                let head = [self.head[0].to_le_bytes(), self.head[1].to_le_bytes()].concat();
                bytes.get(..self.length) == head.get(..self.length)
            }
        };
        begins.then_some(self.length)
    }
}

/// The key of an item of an array: digits, the first of them in the lowest byte.
///
/// It is no more than two numbers, so that a loop may keep it in registers.
#[derive(Clone, Copy)]
pub(super) struct Index {
    digits: u64,
    /// How many bytes there are, the closing NUL included.
    length: usize,
}

impl Index {
    /// What there is to write, with zeros after it; `None` of a key that is longer.
    #[inline(always)]
    pub(super) fn word(self) -> Option<([u8; WORD], usize)> {
        (self.length <= WORD).then_some((self.digits.to_le_bytes(), self.length))
    }

    #[inline(always)]
    pub(super) fn advance(&mut self) {
        let mut shift = 8 * (self.length - 2); // where its last digit stands
        while (self.digits >> shift) as u8 == b'9' {
            self.digits -= 9 << shift; // a zero, and one more in front of it
            if shift == 0 {
                return self.grow();
            }
            shift -= 8;
        }
        self.digits += 1 << shift;
    }

    /// Put a one before the digits.
    #[cold]
    fn grow(&mut self) {
        self.digits = (self.digits << 8) | u64::from(b'1');
        self.length += 1;
    }
}

/// What there is to write of a key: as many of the bytes as the number says.
pub(super) enum Stored<'a> {
    Word([u8; WORD], usize),
    Words([[u8; WORD]; 2], usize),
    Long(&'a [u8]),
}

fn halves(number: u128) -> [u64; 2] {
    [number as u64, (number >> 64) as u64]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(key: &Key) -> Vec<u8> {
        match key.stored() {
            Stored::Word(bytes, length) => bytes[..length].to_vec(),
            Stored::Words(bytes, length) => bytes.concat()[..length].to_vec(),
            Stored::Long(bytes) => bytes.to_vec(),
        }
    }

    #[test]
    fn keys_of_every_length_end_with_their_nul() {
        for length in 0..40 {
            let text = vec![b'k'; length];
            let mut expected = text.clone();
            expected.push(0);
            let key = Key::new(&text).unwrap();
            assert_eq!(bytes(&key), expected);
            for more in 0..40 {
                let mut longer = expected.clone();
                longer.resize(expected.len() + more, b'x');
                assert_eq!(key.prefix_of(&longer), Some(length + 1));
            }
            assert_eq!(key.prefix_of(&text), None, "without its NUL");
            assert_eq!(key.prefix_of(&[b'k'; 60]), None, "a longer key");
            if length > 0 {
                let mut other = expected;
                other[length - 1] = b'j';
                other.resize(60, 0);
                assert_eq!(key.prefix_of(&other), None);
            }
        }
        assert!(Key::new(b"a\0b").is_none());
    }

    #[test]
    fn indexes_count() {
        let mut key = Key::first_index();
        for index in 0..12_345 {
            assert_eq!(bytes(&key), format!("{index}\0").into_bytes());
            key.advance();
        }
    }
}
