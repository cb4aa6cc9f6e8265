//! Values that nobody has asked for: passed over, if PyMongo would read them.

use super::types::UUID_SUBTYPE;
use crate::bson::{Element, kind};
use crate::errors::{Outcome, Stop};
use crate::plan::Context;

/// The moments, in milliseconds, that are dates in any time zone: from the second day of the first year
/// on, to the last but one of the year 9999.
const DATES: std::ops::Range<i64> = -62_135_510_400_000..253_402_214_400_000;

/// Pass over a value whose key is known. Stops where reading it would.
#[inline(always)] // of most values there is nothing to look at but the type
pub(crate) fn pass_over(element: &Element<'_>, context: &Context<'_>) -> Outcome<()> {
    match element.kind {
        kind::DOUBLE | kind::INT32 | kind::INT64 | kind::NULL | kind::OBJECT_ID => Ok(()),
        kind::BOOLEAN => Ok(element.as_bool().map(drop)?),
        kind::STRING => refuse_no_text(element.as_text()?),
        kind::DATE if DATES.contains(&element.as_i64()?) => Ok(()),
        kind::ARRAY | kind::DOCUMENT => pass_over_all(element, context),
        kind::BINARY => pass_over_binary(element, context),
        _ => context.decode(element).map(drop),
    }
}

fn pass_over_binary(element: &Element<'_>, context: &Context<'_>) -> Outcome<()> {
    match element.as_binary()? {
        (0, _) => Ok(()),
        (UUID_SUBTYPE, bytes) if bytes.len() == 16 && context.options.standard_uuids => Ok(()),
        _ => context.decode(element).map(drop),
    }
}

/// Pass over what is in a document or an array.
#[inline(never)]
fn pass_over_all(element: &Element<'_>, context: &Context<'_>) -> Outcome<()> {
    let context = &context.deeper()?;
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
#[inline]
pub(crate) fn pass_over_unknown(element: &Element<'_>, context: &Context<'_>) -> Outcome<()> {
    refuse_no_text(element.key)?;
    pass_over(element, context)
}

fn refuse_no_text(bytes: &[u8]) -> Outcome<()> {
    // Most texts are ASCII, of which that is known sooner than that they are UTF-8.
    if bytes.is_ascii() || std::str::from_utf8(bytes).is_ok() {
        Ok(())
    } else {
        Err(Stop::AskPython)
    }
}
