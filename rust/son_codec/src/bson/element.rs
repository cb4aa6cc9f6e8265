//! One element of a document: what it is, and the bytes it may use.

use super::Decimal128;
use super::reader::{Malformed, Reader};

/// The type bytes. The first of them are written and read here; the others are left to PyMongo.
pub(crate) mod kind {
    pub(crate) const DOUBLE: u8 = 0x01;
    pub(crate) const STRING: u8 = 0x02;
    pub(crate) const DOCUMENT: u8 = 0x03;
    pub(crate) const ARRAY: u8 = 0x04;
    pub(crate) const BINARY: u8 = 0x05;
    pub(crate) const OBJECT_ID: u8 = 0x07;
    pub(crate) const BOOLEAN: u8 = 0x08;
    pub(crate) const DATE: u8 = 0x09;
    pub(crate) const NULL: u8 = 0x0A;
    pub(crate) const INT32: u8 = 0x10;
    pub(crate) const INT64: u8 = 0x12;

    pub(crate) const UNDEFINED: u8 = 0x06;
    pub(crate) const REGEX: u8 = 0x0B;
    pub(crate) const POINTER: u8 = 0x0C;
    pub(crate) const CODE: u8 = 0x0D;
    pub(crate) const SYMBOL: u8 = 0x0E;
    pub(crate) const SCOPED_CODE: u8 = 0x0F;
    pub(crate) const TIMESTAMP: u8 = 0x11;
    pub(crate) const DECIMAL128: u8 = 0x13;
    pub(crate) const MAX_KEY: u8 = 0x7F;
    pub(crate) const MIN_KEY: u8 = 0xFF;
}

/// An element, borrowed from the bytes of its document.
///
/// The value holds exactly the bytes of the value: its length was checked against the document's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    pub(crate) kind: u8,
    /// The bytes of the key, without their NUL; they may be no UTF-8.
    pub(crate) key: &'a [u8],
    pub(crate) value: &'a [u8],
}

impl<'a> Element<'a> {
    #[inline]
    fn fixed<const N: usize>(&self) -> Result<[u8; N], Malformed> {
        self.value.try_into().map_err(|_| Malformed)
    }

    #[inline]
    pub(crate) fn as_f64(&self) -> Result<f64, Malformed> {
        self.fixed().map(f64::from_le_bytes)
    }

    #[inline]
    pub(crate) fn as_i32(&self) -> Result<i32, Malformed> {
        self.fixed().map(i32::from_le_bytes)
    }

    #[inline]
    pub(crate) fn as_i64(&self) -> Result<i64, Malformed> {
        self.fixed().map(i64::from_le_bytes)
    }

    /// The seconds and the number of a timestamp within its second.
    pub(crate) fn as_timestamp(&self) -> Result<(u32, u32), Malformed> {
        let [c0, c1, c2, c3, s0, s1, s2, s3] = self.fixed()?;
        let seconds = u32::from_le_bytes([s0, s1, s2, s3]);
        Ok((seconds, u32::from_le_bytes([c0, c1, c2, c3])))
    }

    /// Only 0 and 1 are truth values.
    pub(crate) fn as_bool(&self) -> Result<bool, Malformed> {
        match self.value {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(Malformed),
        }
    }

    pub(crate) fn as_object_id(&self) -> Result<[u8; 12], Malformed> {
        self.fixed()
    }

    /// `None` for a number that is not finite.
    pub(crate) fn as_decimal128(&self) -> Result<Option<Decimal128>, Malformed> {
        self.fixed().map(Decimal128::from_bytes)
    }

    /// The bytes of a string, without its length and its NUL; they may be no UTF-8.
    #[inline]
    pub(crate) fn as_text(&self) -> Result<&'a [u8], Malformed> {
        match self.value.get(4..) {
            Some([text @ .., 0]) => Ok(text),
            _ => Err(Malformed),
        }
    }

    /// The subtype and the bytes of a binary value.
    pub(crate) fn as_binary(&self) -> Result<(u8, &'a [u8]), Malformed> {
        match self.value.get(4..) {
            Some([subtype, bytes @ ..]) => Ok((*subtype, bytes)),
            _ => Err(Malformed),
        }
    }

    /// The elements of an embedded document or an array.
    pub(crate) fn as_document(&self) -> Result<Reader<'a>, Malformed> {
        Reader::new(self.value)
    }
}
