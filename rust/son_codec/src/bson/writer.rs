//! Building documents in one buffer that is kept and grown.

use super::element::kind;

/// A buffer with documents in the making.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Begin a document (or array); `end` takes what this returns.
    pub fn begin(&mut self) -> usize {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&[0; 4]);
        start
    }

    /// End a document: close it and enter its length. `false` if it is too long for BSON.
    #[must_use]
    pub fn end(&mut self, start: usize) -> bool {
        self.bytes.push(0);
        let Ok(length) = i32::try_from(self.bytes.len() - start) else {
            return false;
        };
        match self.bytes.get_mut(start..start + 4) {
            Some(head) => {
                head.copy_from_slice(&length.to_le_bytes());
                true
            }
            None => false,
        }
    }

    /// The type byte and the key of an element. The key must hold no NUL.
    pub fn key(&mut self, kind: u8, key: &[u8]) {
        self.bytes.push(kind);
        self.bytes.extend_from_slice(key);
        self.bytes.push(0);
    }

    pub fn null(&mut self, key: &[u8]) {
        self.key(kind::NULL, key);
    }

    pub fn boolean(&mut self, key: &[u8], value: bool) {
        self.key(kind::BOOLEAN, key);
        self.bytes.push(u8::from(value));
    }

    pub fn double(&mut self, key: &[u8], value: f64) {
        self.key(kind::DOUBLE, key);
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// A whole number, in 32 bits where it fits, as PyMongo does it.
    pub fn int(&mut self, key: &[u8], value: i64) {
        match i32::try_from(value) {
            Ok(small) => {
                self.key(kind::INT32, key);
                self.bytes.extend_from_slice(&small.to_le_bytes());
            }
            Err(_) => {
                self.key(kind::INT64, key);
                self.bytes.extend_from_slice(&value.to_le_bytes());
            }
        }
    }

    pub fn date(&mut self, key: &[u8], milliseconds: i64) {
        self.key(kind::DATE, key);
        self.bytes.extend_from_slice(&milliseconds.to_le_bytes());
    }

    pub fn object_id(&mut self, key: &[u8], id: &[u8; 12]) {
        self.key(kind::OBJECT_ID, key);
        self.bytes.extend_from_slice(id);
    }

    /// `false` if the text is too long for BSON.
    #[must_use]
    pub fn text(&mut self, key: &[u8], text: &[u8]) -> bool {
        let Ok(length) = i32::try_from(text.len() + 1) else {
            return false;
        };
        self.key(kind::STRING, key);
        self.bytes.extend_from_slice(&length.to_le_bytes());
        self.bytes.extend_from_slice(text);
        self.bytes.push(0);
        true
    }

    /// `false` if there are too many bytes for BSON.
    #[must_use]
    pub fn binary(&mut self, key: &[u8], subtype: u8, bytes: &[u8]) -> bool {
        let Ok(length) = i32::try_from(bytes.len()) else {
            return false;
        };
        self.key(kind::BINARY, key);
        self.bytes.extend_from_slice(&length.to_le_bytes());
        self.bytes.push(subtype);
        self.bytes.extend_from_slice(bytes);
        true
    }

    /// An element that is BSON already: type byte, key and value.
    pub fn element(&mut self, whole: &[u8]) {
        self.bytes.extend_from_slice(whole);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Reader;
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let mut writer = Writer::default();
        let start = writer.begin();
        writer.int(b"small", 7);
        writer.int(b"large", 1 << 40);
        writer.double(b"half", 0.5);
        writer.boolean(b"yes", true);
        writer.date(b"at", -1);
        writer.object_id(b"id", b"abcdefghijkl");
        writer.null(b"none");
        assert!(writer.text(b"text", "häh".as_bytes()));
        assert!(writer.binary(b"bytes", 0, b"\0\xFF"));
        writer.key(kind::DOCUMENT, b"inner");
        let inner = writer.begin();
        writer.int(b"n", -1);
        assert!(writer.end(inner));
        assert!(writer.end(start));

        let mut reader = Reader::new(writer.bytes()).unwrap();
        let mut next = || reader.next_element().unwrap().unwrap();
        assert_eq!(next().as_i32(), Ok(7));
        assert_eq!(next().as_i64(), Ok(1 << 40));
        assert_eq!(next().as_f64(), Ok(0.5));
        assert_eq!(next().as_bool(), Ok(true));
        assert_eq!(next().as_i64(), Ok(-1));
        assert_eq!(next().as_object_id(), Ok(*b"abcdefghijkl"));
        assert_eq!(next().kind, kind::NULL);
        assert_eq!(next().as_text(), Ok("häh".as_bytes()));
        assert_eq!(next().as_binary(), Ok((0, &b"\0\xFF"[..])));
        let mut inner = next().as_document().unwrap();
        assert_eq!(inner.next_element().unwrap().unwrap().as_i32(), Ok(-1));
        assert!(inner.next_element().unwrap().is_none());
        assert!(reader.next_element().unwrap().is_none());
    }
}
