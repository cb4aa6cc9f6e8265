//! What hosts and domain names look like in ASCII. Twin of `fields/domain.py`.

/// What a character is; a byte beyond ASCII is nothing.
pub(super) mod class {
    pub(in super::super) const LETTER: u8 = 1;
    pub(in super::super) const DIGIT: u8 = 1 << 1;
    pub(in super::super) const HYPHEN: u8 = 1 << 2;
    pub(in super::super) const UNDERSCORE: u8 = 1 << 3;
    /// What the words of a mail address are made of.
    pub(in super::super) const WORD: u8 = 1 << 4;
    /// What may be in the user's name and password of a web address.
    pub(in super::super) const USER: u8 = 1 << 5;
    /// Neither a blank nor a control character.
    pub(in super::super) const VISIBLE: u8 = 1 << 6;
}

static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut byte = b'!';
    while byte <= b'~' {
        let mut class = class::VISIBLE;
        if byte.is_ascii_alphabetic() {
            class |= class::LETTER;
        } else if byte.is_ascii_digit() {
            class |= class::DIGIT;
        } else if byte == b'-' {
            class |= class::HYPHEN;
        } else if byte == b'_' {
            class |= class::UNDERSCORE;
        }
        if !matches!(
            byte,
            b'"' | b'('
                | b')'
                | b','
                | b'.'
                | b':'
                | b';'
                | b'<'
                | b'>'
                | b'@'
                | b'['
                | b'\\'
                | b']'
        ) {
            class |= class::WORD;
        }
        if !matches!(byte, b'#' | b'/' | b'?' | b'@' | b'\\') {
            class |= class::USER;
        }
        classes[byte as usize] = class;
        byte += 1;
    }
    classes
}

#[inline(always)]
pub(super) fn is(byte: u8, class: u8) -> bool {
    CLASSES[byte as usize] & class != 0
}

/// How many bytes at the beginning are of a class.
#[inline(always)]
pub(super) fn run(text: &[u8], class: u8) -> usize {
    text.iter().take_while(|&&byte| is(byte, class)).count()
}

/// How long a label may be, as in the system of domain names.
const LONGEST_LABEL: usize = 63;

/// Whether it is the domain of a mail address: two labels or more, the last of letters, and maybe a
/// dot at the end.
#[inline]
pub(super) fn is_mail_domain(text: &[u8]) -> bool {
    let mut rest = text.strip_suffix(b".").unwrap_or(text);
    let mut labels = 0;
    loop {
        let length = run(rest, class::LETTER | class::DIGIT | class::HYPHEN);
        let (label, after) = rest.split_at(length);
        let (Some(first), Some(last)) = (label.first(), label.last()) else {
            return false;
        };
        if *first == b'-' || *last == b'-' || length > LONGEST_LABEL {
            return false;
        }
        labels += 1;
        match after.split_first() {
            None => return labels > 1 && is_top_level(label),
            Some((b'.', next)) => rest = next,
            Some(_) => return false,
        }
    }
}

/// Whether a label, which does not end with a hyphen, can be the last of a domain: at least two
/// letters, or letters of another script in their ASCII form.
#[inline]
fn is_top_level(label: &[u8]) -> bool {
    if label.len() < 2 {
        return false;
    }
    let is_letters = run(label, class::LETTER) == label.len();
    is_letters || (label.len() > 4 && label[..4].eq_ignore_ascii_case(b"xn--"))
}

/// How long the host is that a web address begins with, its scheme and user left out; `None` if it
/// begins with none. What comes after it is the end of the text, or one of `:`, `/`, `?`, `#`.
#[inline]
pub(super) fn host_length(text: &[u8]) -> Option<usize> {
    if let Some(inner) = text.strip_prefix(b"[") {
        let length = inner.iter().position(|&byte| byte == b']')?;
        return is_ipv6(&inner[..length]).then_some(length + 2);
    }
    let mut start = 0;
    loop {
        let rest = &text[start..];
        let length = run(
            rest,
            class::LETTER | class::DIGIT | class::HYPHEN | class::UNDERSCORE,
        );
        if length == 0 || length > LONGEST_LABEL {
            return None;
        }
        let end = start + length;
        let label = &rest[..length];
        match text.get(end) {
            Some(b'.')
                if text
                    .get(end + 1)
                    .is_some_and(|&next| is_host_character(next)) =>
            {
                start = end + 1;
            }
            Some(b'.') => {
                return (!is_number(label) && ends_host(text, end + 1)).then_some(end + 1);
            }
            _ if !ends_host(text, end) => return None,
            // What ends in a number is an IPv4 address or nothing.
            _ => return (!is_number(label) || is_ipv4(&text[..end])).then_some(end),
        }
    }
}

fn is_host_character(byte: u8) -> bool {
    is(
        byte,
        class::LETTER | class::DIGIT | class::HYPHEN | class::UNDERSCORE,
    )
}

fn ends_host(text: &[u8], index: usize) -> bool {
    matches!(text.get(index), None | Some(b':' | b'/' | b'?' | b'#'))
}

/// Whether a label would be read as a number, decimal, octal or hexadecimal.
fn is_number(label: &[u8]) -> bool {
    if !label.first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let is_hexadecimal = label.len() > 1 && label[..2].eq_ignore_ascii_case(b"0x");
    label.iter().all(u8::is_ascii_digit)
        || (is_hexadecimal && label[2..].iter().all(u8::is_ascii_hexdigit))
}

/// Whether it is four numbers below 256 without zeros in front.
fn is_ipv4(text: &[u8]) -> bool {
    let mut count = 0;
    for part in text.split(|&byte| byte == b'.') {
        count += 1;
        let is_octet = match part {
            [digit] => digit.is_ascii_digit(),
            [b'1'..=b'9', digit] => digit.is_ascii_digit(),
            [b'1', digits @ ..] if digits.len() == 2 => digits.iter().all(u8::is_ascii_digit),
            [b'2', b'0'..=b'4', digit] => digit.is_ascii_digit(),
            [b'2', b'5', b'0'..=b'5'] => true,
            _ => false,
        };
        if !is_octet {
            return false;
        }
    }
    count == 4
}

/// Whether it is eight groups of up to four hexadecimal digits, or fewer with a gap of two colons;
/// the last two may be written as an IPv4 address.
fn is_ipv6(text: &[u8]) -> bool {
    const GROUPS: usize = 8;
    match text.windows(2).position(|pair| pair == b"::") {
        None => groups(text, true) == Some(GROUPS),
        Some(gap) => {
            let (before, after) = (&text[..gap], &text[gap + 2..]);
            match (groups(before, false), groups(after, true)) {
                (Some(before), Some(after)) => before + after < GROUPS,
                _ => false,
            }
        }
    }
}

/// How many groups there are; none in no text. `None` if one of them is no group.
fn groups(text: &[u8], may_end_in_ipv4: bool) -> Option<usize> {
    if text.is_empty() {
        return Some(0);
    }
    let mut count = 0;
    let mut parts = text.split(|&byte| byte == b':').peekable();
    while let Some(part) = parts.next() {
        let is_group = (1..=4).contains(&part.len()) && part.iter().all(u8::is_ascii_hexdigit);
        if is_group {
            count += 1;
        } else if may_end_in_ipv4 && parts.peek().is_none() && is_ipv4(part) {
            count += 2;
        } else {
            return None;
        }
    }
    Some(count)
}
