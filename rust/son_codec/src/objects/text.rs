//! Strings. Their characters are written where they stand: asking a string for its UTF-8 would leave
//! a second copy in the user's object.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyString;
use pyo3::types::string::PyStringData;

use super::{Value, exact};
use crate::bson::{Key, TooLarge, Writer};
use crate::errors::{Outcome, Stop};

/// Shorter strings Python keeps for ever and hands out again.
const SHARED_BELOW: usize = 2;

/// Write text under a key.
#[inline]
pub(crate) fn write_text(key: &Key, text: &Bound<'_, PyString>, out: &mut Writer) -> Outcome<()> {
    if let Some(bytes) = ascii(text) {
        return Ok(out.text(key, bytes)?);
    }
    write_transcoded(key, text, out)
}

/// The characters of a string, each in as many bytes as the widest of them needs.
pub(crate) fn characters<'a>(text: &'a Bound<'_, PyString>) -> PyResult<PyStringData<'a>> {
    // SAFETY: a string is never changed once it is known to more than its maker.
    unsafe { text.data() }
}

/// Whether a value is a plain string in ASCII, with characters of which something is true.
#[inline]
pub(crate) fn is_ascii_and(value: Value<'_, '_>, check: impl FnOnce(&[u8]) -> bool) -> bool {
    exact::<PyString>(value).is_some_and(|text| ascii(&text).is_some_and(check))
}

/// Whether a value is a plain string in ASCII, and equal to another one.
#[inline]
pub(crate) fn are_equal(value: &Bound<'_, PyAny>, text: &Bound<'_, PyString>) -> bool {
    is_ascii_and(value.as_borrowed(), |bytes| ascii(text) == Some(bytes))
}

/// Write a plain string in ASCII, with characters of which something is true, under a key; `false`
/// for any other value, of which nothing is written.
#[inline(always)]
pub(crate) fn write_ascii_if(
    check: impl FnOnce(&[u8]) -> bool,
    key: &Key,
    value: Value<'_, '_>,
    out: &mut Writer,
) -> Result<bool, TooLarge> {
    if let Some(text) = exact::<PyString>(value)
        && let Some(bytes) = ascii(&text)
        && check(bytes)
    {
        out.text(key, bytes)?;
        return Ok(true);
    }
    Ok(false)
}

/// The characters of a string that is known to be ASCII.
///
/// Where a string can be asked whether it is, that is a twentieth of the time of a document cheaper
/// than going through its characters.
#[cfg(not(Py_3_14))]
#[inline(always)]
pub(crate) fn ascii<'a>(text: &'a Bound<'_, PyString>) -> Option<&'a [u8]> {
    let pointer = text.as_ptr();
    // SAFETY: a string is never changed once it is known to more than its maker, and it lives as
    // long as it is borrowed. The characters of one that is compact and ASCII, a byte each, stand
    // right behind its header; one that an old extension has left unfinished is not compact.
    unsafe {
        if ffi::PyUnicode_IS_COMPACT_ASCII(pointer) == 0 {
            return None;
        }
        let data = pointer.cast::<ffi::PyASCIIObject>().add(1).cast::<u8>();
        let length = ffi::PyUnicode_GET_LENGTH(pointer) as usize;
        Some(std::slice::from_raw_parts(data, length))
    }
}

/// The same where PyO3 has no such question.
#[cfg(Py_3_14)]
#[inline(always)]
pub(crate) fn ascii<'a>(text: &'a Bound<'_, PyString>) -> Option<&'a [u8]> {
    // SAFETY: as above.
    match unsafe { text.data() } {
        Ok(PyStringData::Ucs1(bytes)) if bytes.is_ascii() => Some(bytes),
        _ => None,
    }
}

#[cold]
fn write_transcoded(key: &Key, text: &Bound<'_, PyString>, out: &mut Writer) -> Outcome<()> {
    // SAFETY: a string is never changed once it is known to more than its maker.
    let characters = unsafe { text.data() }?;
    out.text_by(key, |out| match characters {
        PyStringData::Ucs1(bytes) => {
            append_all(bytes.iter().map(|&byte| Some(char::from(byte))), out)
        }
        PyStringData::Ucs2(units) => append_all(
            units.iter().map(|&unit| char::from_u32(u32::from(unit))),
            out,
        ),
        PyStringData::Ucs4(units) => {
            append_all(units.iter().map(|&unit| char::from_u32(unit)), out)
        }
    })
}

/// Write characters in UTF-8. Half of a surrogate pair is none: Python says so.
fn append_all(characters: impl Iterator<Item = Option<char>>, out: &mut Writer) -> Outcome<()> {
    let mut buffer = [0; 4];
    for character in characters {
        let character = character.ok_or(Stop::AskPython)?;
        out.append(character.encode_utf8(&mut buffer).as_bytes())?;
    }
    Ok(())
}

/// A string of the bytes of its UTF-8; an error if they are none.
#[inline]
pub(crate) fn make_text<'py>(py: Python<'py>, bytes: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    // Most texts are so short that two numbers, which may overlap, are all of their bytes.
    match bytes.len() {
        4..8 => make_of_ends(py, bytes, |first, last| {
            (u32::from_ne_bytes(first) | u32::from_ne_bytes(last)) & 0x8080_8080 == 0
        }),
        8..16 => make_of_ends(py, bytes, |first, last| {
            (u64::from_ne_bytes(first) | u64::from_ne_bytes(last)) & (u64::MAX / 255 * 128) == 0
        }),
        16..=32 => make_of_ends(py, bytes, |first, last| {
            (u128::from_ne_bytes(first) | u128::from_ne_bytes(last)) & (u128::MAX / 255 * 128) == 0
        }),
        _ => make_of_any(py, bytes),
    }
}

/// The same for text that is no longer than its first and its last `N` bytes, of which a function says
/// whether they are ASCII.
#[inline(always)]
fn make_of_ends<'py, const N: usize>(
    py: Python<'py>,
    bytes: &[u8],
    are_ascii: impl FnOnce([u8; N], [u8; N]) -> bool,
) -> PyResult<Bound<'py, PyAny>> {
    let (Some(first), Some(last)) = (bytes.first_chunk::<N>(), bytes.last_chunk::<N>()) else {
        return make_of_any(py, bytes);
    };
    if bytes.len() > 2 * N || !are_ascii(*first, *last) {
        return make_of_any(py, bytes);
    }
    make_ascii(py, bytes.len(), |characters| {
        let end = bytes.len() - N;
        // SAFETY: there is room for as many bytes as there are, which is `N` at least.
        unsafe {
            characters.cast::<[u8; N]>().write_unaligned(*first);
            characters.add(end).cast::<[u8; N]>().write_unaligned(*last);
        }
    })
}

#[inline(never)]
fn make_of_any<'py>(py: Python<'py>, bytes: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    if bytes.len() < SHARED_BELOW || !is_ascii(bytes) {
        return Ok(PyString::from_bytes(py, bytes)?.into_any());
    }
    make_ascii(py, bytes.len(), |characters| {
        // SAFETY: there is room for as many bytes.
        unsafe { characters.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) }
    })
}

/// Of some thirty bytes and more the last ones are looked at twice, which is sooner done than one by one.
#[inline(always)]
fn is_ascii(bytes: &[u8]) -> bool {
    const MANY: usize = 32;
    let are_ascii = |bytes: &[u8; MANY]| bytes.iter().fold(0, |all, byte| all | byte) < 0x80;
    match bytes.last_chunk() {
        Some(last) => bytes.as_chunks().0.iter().all(are_ascii) && are_ascii(last),
        None => bytes.is_ascii(),
    }
}

/// A string of so many ASCII characters, which `write` puts where they belong.
#[inline(always)]
fn make_ascii(
    py: Python<'_>,
    length: usize,
    write: impl FnOnce(*mut u8),
) -> PyResult<Bound<'_, PyAny>> {
    // SAFETY: a new string, which nobody else knows, or NULL with an exception. It is compact and ASCII, by
    // the number that is given, so that room for its characters stands right behind its header.
    unsafe {
        let made = ffi::PyUnicode_New(length as ffi::Py_ssize_t, 127);
        let made = Bound::from_owned_ptr_or_err(py, made)?;
        let characters = made.as_ptr().cast::<ffi::PyASCIIObject>().add(1).cast();
        debug_assert_eq!(characters, ffi::PyUnicode_1BYTE_DATA(made.as_ptr()));
        write(characters);
        Ok(made)
    }
}
