//! The text of a web address. Twin of `fields/url_field.py`.

use super::domain::{class, host_length, run};
use super::patterned::Pattern;

pub(super) struct Url;

impl Pattern for Url {
    /// It is `URLField.URL_REGEX`.
    #[inline]
    fn matches(text: &[u8]) -> bool {
        after_scheme(text)
            .map(after_user)
            .and_then(after_host)
            .and_then(after_port)
            .is_some_and(is_rest)
    }
}

#[inline]
fn after_scheme(text: &[u8]) -> Option<&[u8]> {
    let (name, rest) = text.split_at_checked(4)?;
    if !name.eq_ignore_ascii_case(b"http") {
        return None;
    }
    let rest = match rest.split_first() {
        Some((b's' | b'S', rest)) => rest,
        _ => rest,
    };
    rest.strip_prefix(b"://")
}

/// What follows the `@`, if there is one after a user's name and password.
#[inline]
fn after_user(text: &[u8]) -> &[u8] {
    let length = run(text, class::USER);
    match text.get(length..).and_then(<[u8]>::split_first) {
        Some((b'@', rest)) => rest,
        _ => text,
    }
}

#[inline]
fn after_host(text: &[u8]) -> Option<&[u8]> {
    text.get(host_length(text)?..)
}

/// What follows a colon and a port up to 65535, or a colon alone; all of it where there is none.
#[inline]
fn after_port(text: &[u8]) -> Option<&[u8]> {
    let Some(rest) = text.strip_prefix(b":") else {
        return Some(text);
    };
    let (digits, rest) = rest.split_at(run(rest, class::DIGIT));
    let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
    let port = digits.get(zeros..)?;
    let number = port
        .iter()
        .take(6)
        .fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
    (port.len() < 6 && u16::try_from(number).is_ok()).then_some(rest)
}

/// Whether it is nothing, or path, query and fragment, without blanks.
#[inline]
fn is_rest(text: &[u8]) -> bool {
    match text.first() {
        None => true,
        Some(b'/' | b'?' | b'#') => text.iter().all(u8::is_ascii_graphic),
        Some(_) => false,
    }
}
