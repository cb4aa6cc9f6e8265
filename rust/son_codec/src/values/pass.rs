//! Values that nobody has asked for: passed over, if PyMongo would read them.

use super::types::UUID_SUBTYPE;
use crate::bson::{Element, kind};
use crate::errors::{Outcome, Stop};
use crate::plan::Context;

/// The moments, in milliseconds, that are dates in any time zone: from the second day of the first year
/// on, to the last but one of the year 9999.
const DATES: std::ops::Range<i64> = -62_135_510_400_000..253_402_214_400_000;

/// Pass over a value. Stops where reading it would.
pub(crate) fn pass_over(element: &Element<'_>, context: &Context<'_>) -> Outcome<()> {
    refuse_no_text(element.key)?;
    match element.kind {
        kind::DOUBLE | kind::INT32 | kind::INT64 | kind::NULL | kind::OBJECT_ID => Ok(()),
        kind::BOOLEAN => Ok(element.as_bool().map(drop)?),
        kind::STRING => refuse_no_text(element.as_text()?),
        kind::DATE if DATES.contains(&element.as_i64()?) => Ok(()),
        kind::ARRAY => pass_over_all(element, &context.deeper()?),
        kind::DOCUMENT => {
            // It may be a reference of the old kind, which PyMongo has a class for.
            if element.as_document()?.has_key_with(b'$')? {
                return Err(Stop::AskPython);
            }
            pass_over_all(element, &context.deeper()?)
        }
        kind::BINARY if matches!(element.as_binary()?, (0, _)) => Ok(()),
        kind::BINARY if context.options.standard_uuids => match element.as_binary()? {
            (UUID_SUBTYPE, bytes) if bytes.len() == 16 => Ok(()),
            _ => context.decode(element).map(drop),
        },
        _ => context.decode(element).map(drop),
    }
}

fn pass_over_all(element: &Element<'_>, context: &Context<'_>) -> Outcome<()> {
    let mut inner = element.as_document()?;
    while let Some(element) = inner.next_element()? {
        pass_over(&element, context)?;
    }
    Ok(())
}

fn refuse_no_text(bytes: &[u8]) -> Outcome<()> {
    match std::str::from_utf8(bytes) {
        Ok(_) => Ok(()),
        Err(_) => Err(Stop::AskPython),
    }
}
