//! Building documents in one buffer that is kept and grown.

use super::element::kind;
use super::key::{Key, Stored};

/// Something is too long for BSON, whose lengths have 31 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRoom;

/// A buffer with documents in the making.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// A writer in a buffer that was used before.
    pub fn reusing(mut bytes: Vec<u8>) -> Self {
        bytes.clear();
        Self { bytes }
    }

    /// The buffer, to be used again.
    pub fn into_buffer(self) -> Vec<u8> {
        self.bytes
    }

    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How long the buffer is, to `cut` it there again.
    pub fn length(&self) -> usize {
        self.bytes.len()
    }

    /// Forget what was written after the buffer had this length.
    pub fn cut(&mut self, length: usize) {
        self.bytes.truncate(length);
    }

    /// Begin a document (or array); `end` takes what this returns.
    #[inline]
    pub fn begin(&mut self) -> usize {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&[0; 4]);
        start
    }

    /// End a document: close it and enter its length.
    #[inline]
    pub fn end(&mut self, start: usize) -> Result<(), NoRoom> {
        self.bytes.push(0);
        let length = i32::try_from(self.bytes.len() - start).map_err(|_| NoRoom)?;
        let head = self.bytes.get_mut(start..start + 4).ok_or(NoRoom)?;
        head.copy_from_slice(&length.to_le_bytes());
        Ok(())
    }

    /// The type byte and the key of an element.
    #[inline(always)]
    pub fn key(&mut self, kind: u8, key: &Key) {
        self.fixed(kind, key, []);
    }

    #[inline(always)]
    pub fn null(&mut self, key: &Key) {
        self.key(kind::NULL, key);
    }

    #[inline(always)]
    pub fn boolean(&mut self, key: &Key, value: bool) {
        self.fixed(kind::BOOLEAN, key, [u8::from(value)]);
    }

    #[inline(always)]
    pub fn double(&mut self, key: &Key, value: f64) {
        self.fixed(kind::DOUBLE, key, value.to_le_bytes());
    }

    /// A whole number, in 32 bits where it fits, as PyMongo does it.
    #[inline(always)]
    pub fn int(&mut self, key: &Key, value: i64) {
        match i32::try_from(value) {
            Ok(small) => self.fixed(kind::INT32, key, small.to_le_bytes()),
            Err(_) => self.fixed(kind::INT64, key, value.to_le_bytes()),
        }
    }

    #[inline(always)]
    pub fn date(&mut self, key: &Key, milliseconds: i64) {
        self.fixed(kind::DATE, key, milliseconds.to_le_bytes());
    }

    #[inline(always)]
    pub fn object_id(&mut self, key: &Key, id: [u8; 12]) {
        self.fixed(kind::OBJECT_ID, key, id);
    }

    /// Text of the bytes that `write` adds to the buffer; what it returns is passed on.
    #[inline]
    pub fn text_by<T>(
        &mut self,
        key: &Key,
        write: impl FnOnce(&mut Vec<u8>) -> T,
    ) -> Result<T, NoRoom> {
        self.fixed(kind::STRING, key, [0; 4]);
        let start = self.bytes.len();
        let result = write(&mut self.bytes);
        self.bytes.push(0);
        let length = i32::try_from(self.bytes.len() - start).map_err(|_| NoRoom)?;
        let head = self.bytes.get_mut(start - 4..start).ok_or(NoRoom)?;
        head.copy_from_slice(&length.to_le_bytes());
        Ok(result)
    }

    #[inline(always)]
    pub fn text(&mut self, key: &Key, text: &[u8]) -> Result<(), NoRoom> {
        let length = i32::try_from(text.len() + 1).map_err(|_| NoRoom)?;
        self.fixed(kind::STRING, key, length.to_le_bytes());
        self.bytes.reserve(text.len() + 1);
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

    pub fn binary(&mut self, key: &Key, subtype: u8, bytes: &[u8]) -> Result<(), NoRoom> {
        let length = i32::try_from(bytes.len()).map_err(|_| NoRoom)?;
        self.fixed(kind::BINARY, key, length.to_le_bytes());
        self.bytes.push(subtype);
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// An element that is BSON already: type byte, key and value.
    pub fn element(&mut self, whole: &[u8]) {
        self.bytes.extend_from_slice(whole);
    }

    /// An element whose value is BSON already.
    pub fn raw(&mut self, kind: u8, key: &[u8], value: &[u8]) {
        self.bytes.push(kind);
        self.bytes.extend_from_slice(key);
        self.bytes.push(0);
        self.bytes.extend_from_slice(value);
    }

    /// An element whose value has a size that is known here.
    #[inline(always)]
    fn fixed<const N: usize>(&mut self, kind: u8, key: &Key, value: [u8; N]) {
        match key.stored() {
            Stored::Word(stored, length) => self.append(kind, stored, length, value),
            Stored::Words(stored, length) => self.append(kind, stored, length, value),
            Stored::Long(stored) => {
                self.bytes.push(kind);
                self.bytes.extend_from_slice(stored);
                self.bytes.extend_from_slice(&value);
            }
        }
    }

    /// A type byte, the first `length` bytes of a key, and a value.
    #[inline(always)]
    fn append<K, const N: usize>(&mut self, kind: u8, key: K, length: usize, value: [u8; N]) {
        assert!(length <= size_of::<K>());
        let room = 1 + size_of::<K>() + N;
        self.bytes.reserve(room);
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
        let start = writer.begin();
        writer.int(&named("small"), 7);
        writer.int(&named("a key that is longer than sixteen bytes"), 1 << 40);
        writer.double(&named("half"), 0.5);
        writer.boolean(&named("yes"), true);
        writer.date(&named("at"), -1);
        writer.object_id(&named("id"), *b"abcdefghijkl");
        writer.null(&named("fifteen letters"));
        writer.text(&named("text"), "häh".as_bytes()).unwrap();
        let pushed = writer.text_by(&named("made"), |bytes| bytes.extend_from_slice(b"abc"));
        assert_eq!(pushed, Ok(()));
        writer.binary(&named("bytes"), 0, b"\0\xFF").unwrap();
        let before = writer.length();
        writer.int(&named("wrong"), 1);
        writer.cut(before);
        writer.key(kind::DOCUMENT, &named("inner"));
        let inner = writer.begin();
        writer.int(&named("n"), -1);
        writer.end(inner).unwrap();
        writer.raw(kind::NULL, b"raw", b"");
        writer.element(b"\x10e\0\x05\0\0\0");
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
}
