//! The text of an e-mail address. Twin of `fields/email_field.py`.

use super::domain::{class, is, is_mail_domain, run};
use super::patterned::Pattern;

pub(super) struct Email;

impl Pattern for Email {
    /// It is `EmailField.EMAIL_REGEX`.
    #[inline]
    fn matches(text: &[u8]) -> bool {
        domain_of(text).is_some_and(is_mail_domain)
    }
}

/// What follows the `@` of an address, if what is before it is words with dots between them, or text
/// in quotation marks.
#[inline]
fn domain_of(text: &[u8]) -> Option<&[u8]> {
    if let Some(quoted) = text.strip_prefix(b"\"") {
        return after_quoted(quoted)?.strip_prefix(b"@");
    }
    let mut rest = text;
    loop {
        let length = run(rest, class::WORD);
        let (next, after) = rest.get(length..)?.split_first()?;
        match next {
            _ if length == 0 => return None,
            b'@' => return Some(after),
            b'.' => rest = after,
            _ => return None,
        }
    }
}

/// What follows the quotation mark that ends a quoted text.
#[cold]
fn after_quoted(text: &[u8]) -> Option<&[u8]> {
    let mut is_escaped = false;
    for (index, &byte) in text.iter().enumerate() {
        match byte {
            b'"' if !is_escaped => return text.get(index + 1..),
            b'\\' => is_escaped = !is_escaped,
            _ if is(byte, class::VISIBLE) => is_escaped = false,
            _ => return None,
        }
    }
    None
}
