//! Building documents in one buffer that is kept and grown.

use super::element::kind;
use super::key::{Key, Stored};

/// More than one message to the server holds, so whatever has grown to this is refused anyhow.
const LARGEST: usize = 48_000_000;

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
        self.key(kind::NULL, key)
    }

    #[inline(always)]
    pub(crate) fn boolean(&mut self, key: &Key, value: bool) -> Result<(), TooLarge> {
        self.fixed(kind::BOOLEAN, key, [u8::from(value)])
    }

    #[inline(always)]
    pub(crate) fn double(&mut self, key: &Key, value: f64) -> Result<(), TooLarge> {
        self.fixed(kind::DOUBLE, key, value.to_le_bytes())
    }

    /// A whole number, in 32 bits where it fits, as PyMongo does it.
    #[inline(always)]
    pub(crate) fn int(&mut self, key: &Key, value: i64) -> Result<(), TooLarge> {
        match i32::try_from(value) {
            Ok(small) => self.fixed(kind::INT32, key, small.to_le_bytes()),
            Err(_) => self.fixed(kind::INT64, key, value.to_le_bytes()),
        }
    }

    #[inline(always)]
    pub(crate) fn date(&mut self, key: &Key, milliseconds: i64) -> Result<(), TooLarge> {
        self.fixed(kind::DATE, key, milliseconds.to_le_bytes())
    }

    #[inline(always)]
    pub(crate) fn object_id(&mut self, key: &Key, id: [u8; 12]) -> Result<(), TooLarge> {
        self.fixed(kind::OBJECT_ID, key, id)
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
        match key.stored() {
            Stored::Word(stored, length) => self.short(kind, stored, length, value),
            Stored::Words(stored, length) => self.short(kind, stored, length, value),
            Stored::Long(stored) => {
                self.append(&[kind])?;
                self.append(stored)?;
                self.append(&value)
            }
        }
    }

    /// A type byte, the first `length` bytes of a short key, and a value.
    #[inline(always)]
    fn short<K, const N: usize>(
        &mut self,
        kind: u8,
        key: K,
        length: usize,
        value: [u8; N],
    ) -> Result<(), TooLarge> {
        assert!(length <= size_of::<K>());
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
            at.write(kind);
            at.add(1).cast::<K>().write_unaligned(key);
            at.add(1 + length).cast::<[u8; N]>().write_unaligned(value);
            self.bytes.set_len(start + 1 + length + N);
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
        writer.int(&named("small"), 7).unwrap();
        writer
            .int(&named("a key that is longer than sixteen bytes"), 1 << 40)
            .unwrap();
        writer.double(&named("half"), 0.5).unwrap();
        writer.boolean(&named("yes"), true).unwrap();
        writer.date(&named("at"), -1).unwrap();
        writer.object_id(&named("id"), *b"abcdefghijkl").unwrap();
        writer.null(&named("fifteen letters")).unwrap();
        writer.text(&named("text"), "häh".as_bytes()).unwrap();
        let made = writer.text_by(&named("made"), |writer| writer.append(b"abc"));
        assert_eq!(made, Ok(()));
        writer.binary(&named("bytes"), 0, b"\0\xFF").unwrap();
        writer.key(kind::DOCUMENT, &named("inner")).unwrap();
        let inner = writer.begin().unwrap();
        writer.int(&named("n"), -1).unwrap();
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
