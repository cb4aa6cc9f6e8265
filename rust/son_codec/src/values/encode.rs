//! A Python value to a BSON element. Exact types only: of a subclass, PyMongo knows what it means.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDateTime, PyDict, PyFloat, PyInt, PyList, PyString};

use super::types::UUID_SUBTYPE;
use super::{DEEPEST, Options, Types, millis_of, splice};
use crate::bson::{Writer, kind};
use crate::errors::{Outcome, Stop};

/// Write any value under a key.
pub(crate) fn encode(
    key: &[u8],
    value: &Bound<'_, PyAny>,
    out: &mut Writer,
    types: &Types,
    options: &Options,
    depth: usize,
) -> Outcome<()> {
    if depth > DEEPEST {
        return Err(Stop::AskPython);
    }
    if value.is_none() {
        out.null(key);
    } else if let Ok(text) = value.cast_exact::<PyString>() {
        write_text(key, text, out)?;
    } else if let Ok(number) = value.cast_exact::<PyInt>() {
        out.int(key, number.extract()?);
    } else if let Ok(truth) = value.cast_exact::<PyBool>() {
        out.boolean(key, truth.is_true());
    } else if let Ok(number) = value.cast_exact::<PyFloat>() {
        out.double(key, number.value());
    } else if types.is_object_id(value) {
        out.object_id(key, &types.object_id_bytes(value)?);
    } else if let Ok(list) = value.cast_exact::<PyList>() {
        out.key(kind::ARRAY, key);
        let start = out.begin();
        // The length is asked for each time: what is called below may run anything.
        let mut index = 0;
        while index < list.len() {
            let item = list.get_item(index)?;
            encode(
                index.to_string().as_bytes(),
                &item,
                out,
                types,
                options,
                depth + 1,
            )?;
            index += 1;
        }
        ended(out, start)?;
    } else if let Ok(dict) = value.cast_exact::<PyDict>() {
        out.key(kind::DOCUMENT, key);
        let start = out.begin();
        // A copy of the items: what is called below may change the dict.
        for entry in dict.items() {
            let (inner, item): (Bound<'_, PyAny>, Bound<'_, PyAny>) = entry.extract()?;
            let inner = inner
                .cast_exact::<PyString>()
                .map_err(|_| Stop::AskPython)?
                .encode_utf8()?;
            let inner = inner.as_bytes();
            if inner.contains(&0) {
                return Err(Stop::AskPython);
            }
            encode(inner, &item, out, types, options, depth + 1)?;
        }
        ended(out, start)?;
    } else if let Ok(Some(milliseconds)) = value.cast_exact::<PyDateTime>().map(millis_of) {
        out.date(key, milliseconds);
    } else if let Ok(bytes) = value.cast_exact::<PyBytes>() {
        if !out.binary(key, 0, bytes.as_bytes()) {
            return Err(Stop::AskPython);
        }
    } else if options.standard_uuids && types.is_uuid(value) {
        if !out.binary(key, UUID_SUBTYPE, &types.uuid_bytes(value)?) {
            return Err(Stop::AskPython);
        }
    } else {
        splice::write(key, value, out, options)?;
    }
    Ok(())
}

/// Write text. Text that is not ASCII is encoded to bytes of its own: asking the string for its
/// UTF-8 would leave a second copy in the user's object.
pub(crate) fn write_text(key: &[u8], text: &Bound<'_, PyString>, out: &mut Writer) -> Outcome<()> {
    // SAFETY: `text` is a string, alive while it is borrowed; this reads flags of its header.
    let is_ascii = unsafe { ffi::PyUnicode_IS_COMPACT_ASCII(text.as_ptr()) } != 0;
    let written = if is_ascii {
        out.text(key, text.to_str()?.as_bytes())
    } else {
        out.text(key, text.encode_utf8()?.as_bytes())
    };
    if written {
        Ok(())
    } else {
        Err(Stop::AskPython)
    }
}

fn ended(out: &mut Writer, start: usize) -> Outcome<()> {
    if out.end(start) {
        Ok(())
    } else {
        Err(Stop::AskPython)
    }
}
