//! Decimal numbers in the binary form of IEEE 754-2008 whose coefficient is a whole number.

use std::io::Write;

/// A finite number: its coefficient times ten to its exponent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal128 {
    is_negative: bool,
    coefficient: u128,
    pub(crate) exponent: i32,
}

/// The largest coefficient: 34 nines.
const MOST: u128 = 10_u128.pow(34) - 1;

/// What exponents there are, and what is added to them so that none is below 0.
const LEAST_EXPONENT: i32 = -BIAS;
const MOST_EXPONENT: i32 = 6111;
const BIAS: i32 = 6176;

/// How many bits the coefficient has.
const COEFFICIENT: u32 = 113;

/// How long the text of a number may be: a sign, 34 digits, the exponent and its sign.
const LONGEST: usize = 48;

impl Decimal128 {
    /// The number of a text as Python writes its decimal numbers. `None` for one that is not finite,
    /// has more digits, or an exponent that has to be changed to be stored.
    pub(crate) fn from_text(text: &[u8]) -> Option<Self> {
        let (is_negative, text) = match text {
            [b'-', digits @ ..] => (true, digits),
            digits => (false, digits),
        };
        let (text, exponent) = match text.iter().position(|&byte| byte == b'E') {
            Some(place) => (text.get(..place)?, exponent_of(text.get(place + 1..)?)?),
            None => (text, 0),
        };
        let mut coefficient: u128 = 0;
        let mut places = None;
        let mut digits = 0;
        for &byte in text {
            match (byte, places) {
                (b'.', None) => places = Some(0),
                (b'0'..=b'9', _) => {
                    coefficient = coefficient * 10 + u128::from(byte - b'0');
                    if coefficient > MOST {
                        return None;
                    }
                    digits += 1;
                    places = places.map(|places| places + 1);
                }
                _ => return None,
            }
        }
        let exponent = exponent - places.unwrap_or(0);
        let is_stored = digits > 0 && (LEAST_EXPONENT..=MOST_EXPONENT).contains(&exponent);
        is_stored.then_some(Self {
            is_negative,
            coefficient,
            exponent,
        })
    }

    pub(crate) fn from_int(number: i64) -> Self {
        Self {
            is_negative: number < 0,
            coefficient: number.unsigned_abs().into(),
            exponent: 0,
        }
    }

    /// `None` for what is not finite, and for forms that nobody writes.
    pub(crate) fn from_bytes(bytes: [u8; 16]) -> Option<Self> {
        let bits = u128::from_le_bytes(bytes);
        let head = (bits >> COEFFICIENT) as i32; // the sign and 14 bits of the exponent
        let exponent = (head & 0x3FFF) - BIAS;
        let coefficient = bits & ((1 << COEFFICIENT) - 1);
        (coefficient <= MOST && exponent <= MOST_EXPONENT).then_some(Self {
            is_negative: head & 0x4000 != 0,
            coefficient,
            exponent,
        })
    }

    pub(crate) fn to_bytes(self) -> [u8; 16] {
        let head = (self.exponent + BIAS) as u128 | u128::from(self.is_negative) << 14;
        (head << COEFFICIENT | self.coefficient).to_le_bytes()
    }

    /// The same number with a lower exponent. `None` where it has digits below that, or too many.
    pub(crate) fn with_exponent(self, exponent: i32) -> Option<Self> {
        let zeros = u32::try_from(self.exponent.checked_sub(exponent)?).ok()?;
        let coefficient = match self.coefficient {
            0 => 0,
            coefficient => coefficient.checked_mul(10_u128.checked_pow(zeros)?)?,
        };
        let is_stored = coefficient <= MOST && exponent >= LEAST_EXPONENT;
        is_stored.then_some(Self {
            coefficient,
            exponent,
            ..self
        })
    }

    /// A text that Python reads as this very number.
    pub(crate) fn text(self, buffer: &mut [u8; LONGEST]) -> Option<&[u8]> {
        let sign = if self.is_negative { "-" } else { "" };
        let mut rest = &mut buffer[..];
        write!(rest, "{sign}{}E{}", self.coefficient, self.exponent).ok()?;
        let length = LONGEST - rest.len();
        buffer.get(..length)
    }

    pub(crate) const BUFFER: [u8; LONGEST] = [0; LONGEST];
}

/// The number of a text such as `+3` or `-10`.
fn exponent_of(text: &[u8]) -> Option<i32> {
    const MOST_DIGITS: usize = 6;
    let (is_negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || digits.len() > MOST_DIGITS {
        return None;
    }
    let mut number = 0;
    for digit in digits {
        number = number * 10 + i32::from(digit.is_ascii_digit().then(|| digit - b'0')?);
    }
    Some(if is_negative { -number } else { number })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Option<Decimal128> {
        Decimal128::from_text(text.as_bytes())
    }

    fn shown(number: Decimal128) -> String {
        let mut buffer = Decimal128::BUFFER;
        String::from_utf8(number.text(&mut buffer).unwrap().to_vec()).unwrap()
    }

    #[test]
    fn texts_become_numbers_and_texts_again() {
        for (text, expected) in [
            ("0", "0E0"),
            ("-0.00", "-0E-2"),
            ("1.50", "150E-2"),
            ("1E+3", "1E3"),
            ("-1.23E-7", "-123E-9"),
            (
                "9999999999999999999999999999999999",
                "9999999999999999999999999999999999E0",
            ),
            ("1E+6111", "1E6111"),
            ("0E-6176", "0E-6176"),
        ] {
            let number = number(text).unwrap();
            assert_eq!(shown(number), expected);
            assert_eq!(
                Decimal128::from_bytes(number.to_bytes()),
                Some(number),
                "{text}"
            );
        }
    }

    #[test]
    fn other_texts_are_left_to_python() {
        for text in [
            "",
            "-",
            ".",
            "E1",
            "NaN",
            "sNaN",
            "Infinity",
            "-Infinity",
            "1.2.3",
            "1E",
            "1Ex",
            "+1",
            "10000000000000000000000000000000000",
            "1E+6112",
            "1E-6177",
            "1E+9999999",
            " 1",
            "1_0",
        ] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn bytes_are_those_of_the_standard() {
        // 1.5, from the specification of BSON.
        let bytes = 0x303E_0000_0000_0000_0000_0000_0000_000F_u128.to_le_bytes();
        assert_eq!(number("1.5").unwrap().to_bytes(), bytes);
        for special in [0x7800_u128, 0xF800, 0x7C00, 0x7E00, 0x6C10] {
            let bytes = (special << 112).to_le_bytes();
            assert_eq!(Decimal128::from_bytes(bytes), None);
        }
        let too_large = ((BIAS as u128) << COEFFICIENT | (MOST + 1)).to_le_bytes();
        assert_eq!(Decimal128::from_bytes(too_large), None);
    }

    #[test]
    fn zeros_are_added_as_long_as_there_is_room() {
        let add = |text: &str, exponent| number(text).unwrap().with_exponent(exponent).map(shown);
        assert_eq!(add("1.5", -2).as_deref(), Some("150E-2"));
        assert_eq!(add("1.5", -1).as_deref(), Some("15E-1"));
        assert_eq!(add("-0", -6000).as_deref(), Some("-0E-6000"));
        assert_eq!(add("1.5", 0), None);
        assert_eq!(add("1E+34", 0), None);
        assert_eq!(add("1", -34), None);
        assert_eq!(add("0", -7000), None);
    }
}
