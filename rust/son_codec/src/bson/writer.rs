//! Building documents in one buffer that is kept and grown.

use super::Scalar;
use super::element::kind;
use super::key::{Key, Stored, WORD};

/// More than one message to the server holds, so whatever has grown to this is refused anyhow.
const LARGEST: usize = 48_000_000;

/// Room is made for so many items of an array at once.
const AT_ONCE: usize = 128;

/// What is written is larger than anything that MongoDB takes, or than the memory there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLarge;

/// A buffer with documents in the making.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// A writer in a buffer that was used before.
    pub(crate) fn reusing(mut bytes: Vec<u8>) -> Self {
        bytes.clear();
        Self { bytes }
    }

    /// The buffer, to be used again.
    pub(crate) fn into_buffer(self) -> Vec<u8> {
        self.bytes
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Forget what was written after so many bytes.
    pub(crate) fn cut(&mut self, length: usize) {
        self.bytes.truncate(length);
    }

    /// Make room for so many more bytes. Everything that is written asks for its room here.
    #[inline(always)]
    fn reserve(&mut self, count: usize) -> Result<(), TooLarge> {
        if count > self.bytes.capacity() - self.bytes.len() {
            self.grow(count)?;
        }
        Ok(())
    }

    #[cold]
    fn grow(&mut self, count: usize) -> Result<(), TooLarge> {
        let needed = self.bytes.len().saturating_add(count);
        if needed > LARGEST {
            return Err(TooLarge);
        }
        let capacity = needed.max(self.bytes.capacity() * 2).clamp(256, LARGEST);
        self.bytes
            .try_reserve_exact(capacity - self.bytes.len())
            .map_err(|_| TooLarge)
    }

    /// Write bytes as they are.
    #[inline]
    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<(), TooLarge> {
        self.reserve(bytes.len())?;
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// Write a byte so many times.
    pub(crate) fn repeat(&mut self, byte: u8, count: usize) -> Result<(), TooLarge> {
        self.reserve(count)?;
        self.bytes.resize(self.bytes.len() + count, byte);
        Ok(())
    }

    /// Begin a document (or array); `end` takes what this returns.
    #[inline]
    pub(crate) fn begin(&mut self) -> Result<usize, TooLarge> {
        let start = self.bytes.len();
        self.append(&[0; 4])?;
        Ok(start)
    }

    /// End a document: close it and enter its length.
    #[inline]
    pub(crate) fn end(&mut self, start: usize) -> Result<(), TooLarge> {
        self.append(&[0])?;
        self.enter_length(start, self.bytes.len() - start)
    }

    /// Enter a length that was not known when it was passed.
    #[inline]
    fn enter_length(&mut self, at: usize, length: usize) -> Result<(), TooLarge> {
        let length = i32::try_from(length).map_err(|_| TooLarge)?;
        let head = self.bytes.get_mut(at..at + 4).ok_or(TooLarge)?;
        head.copy_from_slice(&length.to_le_bytes());
        Ok(())
    }

    /// The type byte and the key of an element.
    #[inline(always)]
    pub(crate) fn key(&mut self, kind: u8, key: &Key) -> Result<(), TooLarge> {
        self.fixed(kind, key, [])
    }

    #[inline(always)]
    pub(crate) fn null(&mut self, key: &Key) -> Result<(), TooLarge> {
        self.scalar(key, Scalar::NULL)
    }

    #[inline(always)]
    pub(crate) fn scalar<const N: usize>(
        &mut self,
        key: &Key,
        value: Scalar<N>,
    ) -> Result<(), TooLarge> {
        match key.stored() {
            Stored::Word(stored, length) => self.short(stored, length, value),
            Stored::Words(stored, length) => self.short(stored, length, value),
            Stored::Long(stored) => {
                self.append(&[value.kind])?;
                self.append(stored)?;
                self.append(value.bytes.get(..value.length).ok_or(TooLarge)?)
            }
        }
    }

    /// Write items of an array, at most so many, under this key and those that follow it, as long
    /// as `next` gives one.
    #[inline(always)]
    pub(crate) fn scalars<const N: usize>(
        &mut self,
        key: &mut Key,
        most: usize,
        mut next: impl FnMut() -> Option<Scalar<N>>,
    ) -> Result<(), TooLarge> {
        let mut index = key.index();
        let mut left = most;
        let mut is_done = false;
        while left > 0 && !is_done {
            let count = left.min(AT_ONCE);
            self.reserve(count * (1 + WORD + N))?;
            let start = self.bytes.len();
            // SAFETY: each turn writes at most `1 + WORD + N` bytes, from where the last one ended,
            // and there are `count` turns, for which there is room after the end of the buffer since
            // it was just reserved. Of a key all its bytes are written, of which `length` count,
            // which are at most `WORD`; the value goes right after those, and of its `N` bytes those
            // count that `of` and the like say, at most all. So everything before `at` is written.
            unsafe {
                let begin = self.bytes.as_mut_ptr().add(start);
                let mut at = begin;
                for _ in 0..count {
                    let Some((word, length)) = index.word() else {
                        is_done = true; // a key of so many digits is written one by one
                        break;
                    };
                    let Some(value) = next() else {
                        is_done = true;
                        break;
                    };
                    at.write(value.kind);
                    at.add(1).cast::<[u8; WORD]>().write_unaligned(word);
                    let value_at = at.add(1 + length);
                    value_at.cast::<[u8; N]>().write_unaligned(value.bytes);
                    at = value_at.add(value.length);
                    index.advance();
                }
                self.bytes.set_len(start + at.offset_from_unsigned(begin));
            }
            left -= count;
        }
        key.set_index(index);
        Ok(())
    }

    /// Text of the bytes that `write` appends.
    #[inline]
    pub(crate) fn text_by<E: From<TooLarge>>(
        &mut self,
        key: &Key,
        write: impl FnOnce(&mut Self) -> Result<(), E>,
    ) -> Result<(), E> {
        self.fixed(kind::STRING, key, [0; 4])?;
        let start = self.bytes.len();
        write(self)?;
        self.append(&[0])?;
        Ok(self.enter_length(start - 4, self.bytes.len() - start)?)
    }

    #[inline(always)]
    pub(crate) fn text(&mut self, key: &Key, text: &[u8]) -> Result<(), TooLarge> {
        let length = i32::try_from(text.len() + 1).map_err(|_| TooLarge)?;
        self.fixed(kind::STRING, key, length.to_le_bytes())?;
        self.reserve(text.len() + 1)?;
        let start = self.bytes.len();
        // SAFETY: so many bytes after the end belong to the buffer, since they were just reserved;
        // they do not overlap with the text, which was there before; all of them are written.
        unsafe {
            let at = self.bytes.as_mut_ptr().add(start);
            at.copy_from_nonoverlapping(text.as_ptr(), text.len());
            at.add(text.len()).write(0);
            self.bytes.set_len(start + text.len() + 1);
        }
        Ok(())
    }

    pub(crate) fn binary(&mut self, key: &Key, subtype: u8, bytes: &[u8]) -> Result<(), TooLarge> {
        let length = i32::try_from(bytes.len()).map_err(|_| TooLarge)?;
        let [a, b, c, d] = length.to_le_bytes();
        self.fixed(kind::BINARY, key, [a, b, c, d, subtype])?;
        self.append(bytes)
    }

    /// An element whose key and value are BSON already.
    pub(crate) fn element(&mut self, kind: u8, key: &[u8], value: &[u8]) -> Result<(), TooLarge> {
        self.append(&[kind])?;
        self.append(key)?;
        self.append(&[0])?;
        self.append(value)
    }

    /// An element whose value has a size that is known here.
    #[inline(always)]
    fn fixed<const N: usize>(
        &mut self,
        kind: u8,
        key: &Key,
        value: [u8; N],
    ) -> Result<(), TooLarge> {
        self.scalar(key, Scalar::of(kind, value))
    }

    /// The first `length` bytes of a short key, and a value.
    #[inline(always)]
    fn short<K, const N: usize>(
        &mut self,
        key: K,
        length: usize,
        value: Scalar<N>,
    ) -> Result<(), TooLarge> {
        assert!(length <= size_of::<K>() && value.length <= N);
        let room = 1 + size_of::<K>() + N;
        self.reserve(room)?;
        let start = self.bytes.len();
        // SAFETY: `room` bytes after the end belong to the buffer, since they were just reserved.
        // The key is written with all its bytes, of which `length` count; the value goes right after
        // those, so the last byte written is at 1 + size of K or at 1 + length + N, both within
        // `room`; everything below the new length is written. Three appends instead, each with its
        // own check and its own copy of unknown length, cost a third more for a whole document.
        unsafe {
            let at = self.bytes.as_mut_ptr().add(start);
            at.write(value.kind);
            at.add(1).cast::<K>().write_unaligned(key);
            at.add(1 + length)
                .cast::<[u8; N]>()
                .write_unaligned(value.bytes);
            self.bytes.set_len(start + 1 + length + value.length);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Reader;
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let named = |text: &str| Key::new(text.as_bytes()).unwrap();
        let mut writer = Writer::default();
        let start = writer.begin().unwrap();
        writer.scalar(&named("small"), Scalar::int(7)).unwrap();
        writer
            .scalar(
                &named("a key that is longer than sixteen bytes"),
                Scalar::int(1 << 40),
            )
            .unwrap();
        writer.scalar(&named("half"), Scalar::double(0.5)).unwrap();
        writer.scalar(&named("yes"), Scalar::boolean(true)).unwrap();
        writer.scalar(&named("at"), Scalar::date(-1)).unwrap();
        writer
            .scalar(&named("id"), Scalar::object_id(*b"abcdefghijkl"))
            .unwrap();
        writer.null(&named("fifteen letters")).unwrap();
        writer.text(&named("text"), "häh".as_bytes()).unwrap();
        let made = writer.text_by(&named("made"), |writer| writer.append(b"abc"));
        assert_eq!(made, Ok(()));
        writer.binary(&named("bytes"), 0, b"\0\xFF").unwrap();
        writer.key(kind::DOCUMENT, &named("inner")).unwrap();
        let inner = writer.begin().unwrap();
        writer.scalar(&named("n"), Scalar::int(-1)).unwrap();
        writer.end(inner).unwrap();
        writer.element(kind::NULL, b"raw", b"").unwrap();
        writer.append(b"\x10e\0\x05\0\0\0").unwrap();
        writer.end(start).unwrap();

        let mut reader = Reader::new(writer.bytes()).unwrap();
        let mut next = || reader.next_element().unwrap().unwrap();
        assert_eq!(next().as_i32(), Ok(7));
        assert_eq!(next().as_i64(), Ok(1 << 40));
        assert_eq!(next().as_f64(), Ok(0.5));
        assert_eq!(next().as_bool(), Ok(true));
        assert_eq!(next().as_i64(), Ok(-1));
        assert_eq!(next().as_object_id(), Ok(*b"abcdefghijkl"));
        let null = next();
        assert_eq!((null.kind, null.key), (kind::NULL, &b"fifteen letters"[..]));
        assert_eq!(next().as_text(), Ok("häh".as_bytes()));
        assert_eq!(next().as_text(), Ok(&b"abc"[..]));
        assert_eq!(next().as_binary(), Ok((0, &b"\0\xFF"[..])));
        let mut inner = next().as_document().unwrap();
        assert_eq!(inner.next_element().unwrap().unwrap().as_i32(), Ok(-1));
        assert!(inner.next_element().unwrap().is_none());
        assert_eq!(next().key, b"raw");
        assert_eq!(next().as_i32(), Ok(5));
        assert!(reader.next_element().unwrap().is_none());
    }

    #[test]
    fn items_are_written_as_long_as_there_are_any() {
        for count in [0, 1, 10, 127, 128, 129, 12_345] {
            let mut numbers = 0..count;
            let mut writer = Writer::default();
            let start = writer.begin().unwrap();
            let mut key = Key::first_index();
            let next = || numbers.next().map(|number| Scalar::int(number << 20));
            writer.scalars(&mut key, 20_000, next).unwrap();
            writer.scalar(&key, Scalar::boolean(true)).unwrap();
            writer.end(start).unwrap();
            let mut reader = Reader::new(writer.bytes()).unwrap();
            for number in 0..count {
                let element = reader.next_element().unwrap().unwrap();
                assert_eq!(element.key, number.to_string().as_bytes());
                let value = match element.kind {
                    kind::INT32 => element.as_i32().map(i64::from),
                    _ => element.as_i64(),
                };
                assert_eq!(value, Ok(number << 20));
            }
            let last = reader.next_element().unwrap().unwrap();
            assert_eq!(last.key, count.to_string().as_bytes());
            assert_eq!(last.as_bool(), Ok(true));
            assert!(reader.next_element().unwrap().is_none());
        }
        let mut writer = Writer::default();
        let endless = || Some(Scalar::double(0.5));
        let written = writer.scalars(&mut Key::first_index(), 1 << 40, endless);
        assert_eq!(written, Err(TooLarge));
        assert!(writer.bytes.capacity() <= LARGEST);
    }

    #[test]
    fn what_grows_beyond_any_message_is_refused() {
        let mut writer = Writer::default();
        let start = writer.begin().unwrap();
        let key = Key::new(b"k").unwrap();
        let mega = vec![b'x'; 1_000_000];
        let written = (0..100).find(|_| writer.text(&key, &mega).is_err());
        assert_eq!(written, Some(47));
        assert!(writer.bytes.capacity() <= LARGEST);
        writer.end(start).unwrap();
        assert_eq!(writer.repeat(0, usize::MAX), Err(TooLarge));
        assert_eq!(writer.text(&key, &mega), Err(TooLarge));
    }
}
