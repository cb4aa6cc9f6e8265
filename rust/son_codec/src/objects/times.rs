//! Times of the day, and their text in ISO 8601.

use pyo3::prelude::*;
use pyo3::types::{PyTime, PyTimeAccess, PyTzInfoAccess};

/// A time of the day, in no time zone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct TimeOfDay {
    pub(super) hour: u8,
    pub(super) minute: u8,
    pub(super) second: u8,
    pub(super) microsecond: u32,
}

impl TimeOfDay {
    pub(crate) const MIDNIGHT: Self = Self {
        hour: 0,
        minute: 0,
        second: 0,
        microsecond: 0,
    };

    /// How many characters its text may have.
    pub(crate) const LONGEST: usize = "00:00:00.000000".len();

    /// `None` for a time in a time zone.
    #[inline]
    pub(crate) fn of(time: &Bound<'_, PyTime>) -> Option<Self> {
        time.get_tzinfo().is_none().then(|| Self {
            hour: time.get_hour(),
            minute: time.get_minute(),
            second: time.get_second(),
            microsecond: time.get_microsecond(),
        })
    }

    /// The time that a text means, in the forms that files have: to the minute, the second, the
    /// millisecond or the microsecond. `None` for any other text, which Python reads.
    #[inline]
    pub(crate) fn from_text(text: &[u8]) -> Option<Self> {
        let [h0, h1, b':', m0, m1, ref rest @ ..] = *text else {
            return None;
        };
        let (second, rest) = match *rest {
            [b':', s0, s1, ref rest @ ..] => (number([s0, s1])?, rest),
            [] => (0, rest),
            _ => return None,
        };
        let microsecond = match *rest {
            [] => 0,
            [b'.', a, b, c] => number([b'0', a])? * 100_000 + number([b, c])? * 1000,
            [b'.', a, b, c, d, e, f] => {
                number([a, b])? * 10_000 + number([c, d])? * 100 + number([e, f])?
            }
            _ => return None,
        };
        let (hour, minute) = (number([h0, h1])?, number([m0, m1])?);
        (hour < 24 && minute < 60 && second < 60).then_some(Self {
            hour: hour as u8,
            minute: minute as u8,
            second: second as u8,
            microsecond,
        })
    }

    /// Its text, as `time.isoformat` writes it: with the microseconds where there are any.
    #[inline]
    pub(crate) fn text<'a>(&self, buffer: &'a mut [u8; Self::LONGEST]) -> &'a [u8] {
        let [hour, minute, second] = [self.hour, self.minute, self.second].map(u32::from);
        let microsecond = self.microsecond;
        let numbers = [
            hour,
            minute,
            second,
            microsecond / 10_000,
            microsecond / 100 % 100,
            microsecond % 100,
        ];
        let [h, m, s, a, b, c] = numbers.map(digits);
        *buffer = [
            h[0], h[1], b':', m[0], m[1], b':', s[0], s[1], b'.', a[0], a[1], b[0], b[1], c[0],
            c[1],
        ];
        let length = if microsecond == 0 { 8 } else { Self::LONGEST };
        &buffer[..length]
    }

    #[inline]
    pub(crate) fn make<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let (hour, minute, second) = (self.hour, self.minute, self.second);
        Ok(PyTime::new(py, hour, minute, second, self.microsecond, None)?.into_any())
    }
}

/// The number of two digits.
#[inline]
pub(super) fn number(digits: [u8; 2]) -> Option<u32> {
    let [tens, ones] = digits.map(|digit| char::from(digit).to_digit(10));
    Some(tens? * 10 + ones?)
}

/// The two digits of a number below 100.
#[inline]
fn digits(number: u32) -> [u8; 2] {
    [number / 10, number % 10].map(|digit| b'0' + digit as u8)
}

#[cfg(test)]
mod tests {
    use super::TimeOfDay;

    #[test]
    fn a_text_is_read_as_it_is_written() {
        for text in ["00:00:00", "08:30:00", "23:59:59.999999", "00:00:00.000001"] {
            let time = TimeOfDay::from_text(text.as_bytes()).expect(text);
            assert_eq!(time.text(&mut [0; TimeOfDay::LONGEST]), text.as_bytes());
        }
        for (text, written) in [("08:30", "08:30:00"), ("08:30:15.120", "08:30:15.120000")] {
            let time = TimeOfDay::from_text(text.as_bytes()).expect(text);
            assert_eq!(time.text(&mut [0; TimeOfDay::LONGEST]), written.as_bytes());
        }
    }

    #[test]
    fn other_texts_are_left_to_python() {
        for text in [
            "",
            "8:30",
            "08",
            "0830",
            "T08:30",
            "08:30:1",
            "24:00",
            "08:60",
            "08:30:60",
            "08:30.5",
            "08:30:15.1",
            "08:30:15,123",
            "08:30Z",
            "08:30:15+01:00",
            " 08:30",
            "-8:30",
            "+8:30",
        ] {
            assert_eq!(TimeOfDay::from_text(text.as_bytes()), None, "{text}");
        }
    }
}
