//! Values of few bytes.

use super::Decimal128;
use super::element::kind;

/// A value of at most `N` bytes, and the type byte of its element.
#[derive(Clone, Copy)]
pub(crate) struct Scalar<const N: usize> {
    pub(super) kind: u8,
    pub(super) bytes: [u8; N],
    /// How many of the bytes count.
    pub(super) length: usize,
}

impl<const N: usize> Scalar<N> {
    /// One of which all bytes count.
    #[inline(always)]
    pub(super) fn of(kind: u8, bytes: [u8; N]) -> Self {
        Self {
            kind,
            bytes,
            length: N,
        }
    }
}

impl Scalar<0> {
    pub(crate) const NULL: Self = Self {
        kind: kind::NULL,
        bytes: [],
        length: 0,
    };
}

impl Scalar<1> {
    #[inline(always)]
    pub(crate) fn boolean(value: bool) -> Self {
        Self::of(kind::BOOLEAN, [u8::from(value)])
    }
}

impl Scalar<8> {
    #[inline(always)]
    pub(crate) fn double(value: f64) -> Self {
        Self::of(kind::DOUBLE, value.to_le_bytes())
    }

    #[inline(always)]
    pub(crate) fn date(milliseconds: i64) -> Self {
        Self::of(kind::DATE, milliseconds.to_le_bytes())
    }

    /// A whole number in 64 bits, whatever it is.
    #[inline(always)]
    pub(crate) fn long(value: i64) -> Self {
        Self::of(kind::INT64, value.to_le_bytes())
    }

    /// A whole number, in 32 bits where it fits, as PyMongo does it.
    #[inline(always)]
    pub(crate) fn int(value: i64) -> Self {
        let (kind, length) = match i32::try_from(value) {
            Ok(_) => (kind::INT32, 4),
            Err(_) => (kind::INT64, 8),
        };
        // The lower half, which comes first, of a number that fits into it is the same number.
        let bytes = value.to_le_bytes();
        Self {
            kind,
            bytes,
            length,
        }
    }
}

impl Scalar<12> {
    #[inline(always)]
    pub(crate) fn object_id(id: [u8; 12]) -> Self {
        Self::of(kind::OBJECT_ID, id)
    }
}

impl Scalar<16> {
    pub(crate) fn decimal128(number: Decimal128) -> Self {
        Self::of(kind::DECIMAL128, number.to_bytes())
    }
}
