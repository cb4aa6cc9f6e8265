//! Values that nobody has asked for: passed over, if PyMongo would read them.

use super::types::UUID_SUBTYPE;
use crate::bson::{Element, kind};
use crate::errors::{Outcome, Stop};
use crate::plan::Context;

/// The moments, in milliseconds, that are dates in any time zone: from the second day of the first year
/// on, to the last but one of the year 9999.
const DATES: std::ops::Range<i64> = -62_135_510_400_000..253_402_214_400_000;

/// Pass over a value whose key is known. Stops where reading it would.
#[inline]
pub(crate) fn pass_over(element: &Element<'_>, context: &Context<'_>) -> Outcome<()> {
    match element.kind {
        kind::DOUBLE | kind::INT32 | kind::INT64 | kind::NULL | kind::OBJECT_ID => Ok(()),
        kind::BOOLEAN => Ok(element.as_bool().map(drop)?),
        kind::STRING => refuse_no_text(element.as_text()?),
        kind::DATE if DATES.contains(&element.as_i64()?) => Ok(()),
        kind::ARRAY | kind::DOCUMENT => pass_over_all(element, &context.deeper()?),
        kind::BINARY if matches!(element.as_binary()?, (0, _)) => Ok(()),
        kind::BINARY if context.options.standard_uuids => match element.as_binary()? {
            (UUID_SUBTYPE, bytes) if bytes.len() == 16 => Ok(()),
            _ => context.decode(element).map(drop),
        },
        _ => context.decode(element).map(drop),
    }
}

/// Pass over what is in a document or an array.
fn pass_over_all(element: &Element<'_>, context: &Context<'_>) -> Outcome<()> {
    let is_document = element.kind == kind::DOCUMENT;
    let mut elements = element.as_document()?;
    while let Some(element) = elements.next_element()? {
        // It may be a reference of the old kind, which PyMongo has a class for.
        if is_document && element.key.starts_with(b"$") {
            return Err(Stop::AskPython);
        }
        pass_over_unknown(&element, context)?;
    }
    Ok(())
}

/// The same with a key that may be no text.
pub(crate) fn pass_over_unknown(element: &Element<'_>, context: &Context<'_>) -> Outcome<()> {
    refuse_no_text(element.key)?;
    pass_over(element, context)
}

#[inline]
fn refuse_no_text(bytes: &[u8]) -> Outcome<()> {
    // Most texts are ASCII, of which that is known sooner than that they are UTF-8.
    if bytes.is_ascii() || std::str::from_utf8(bytes).is_ok() {
        Ok(())
    } else {
        Err(Stop::AskPython)
    }
}
