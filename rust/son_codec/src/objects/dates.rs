//! Datetimes, days and milliseconds since 1970, by the arithmetic of the calendar; lengths of time.

use pyo3::prelude::*;
use pyo3::types::{
    PyDate, PyDateAccess, PyDateTime, PyDelta, PyDeltaAccess, PyTimeAccess, PyTzInfo,
    PyTzInfoAccess,
};

use super::times::{TimeOfDay, number};
use crate::errors::{Outcome, Stop};

const DAY: i64 = 86_400_000;

/// The time zones that are UTC, known by their address.
pub(crate) struct Utc {
    /// PyMongo's own, which it gives to aware datetimes.
    bson: Py<PyTzInfo>,
    /// `datetime.timezone.utc`.
    python: Py<PyTzInfo>,
}

impl Utc {
    pub(crate) fn find(py: Python<'_>) -> PyResult<Self> {
        Ok(Self {
            bson: py
                .import("bson.tz_util")?
                .getattr("utc")?
                .cast_into()?
                .unbind(),
            python: PyTzInfo::utc(py)?.to_owned().unbind(),
        })
    }
}

/// The milliseconds of a datetime that is naive or in UTC; `None` for one of another time zone,
/// whose offset Python knows.
#[inline]
pub(crate) fn millis_of(value: &Bound<'_, PyDateTime>, utc: &Utc) -> Option<i64> {
    if let Some(zone) = value.get_tzinfo()
        && !zone.is(&utc.bson)
        && !zone.is(&utc.python)
    {
        return None;
    }
    let days = days_of_date(value);
    let minutes = u32::from(value.get_hour()) * 60 + u32::from(value.get_minute());
    let seconds = minutes * 60 + u32::from(value.get_second());
    let of_the_day = seconds * 1000 + value.get_microsecond() / 1000;
    Some(i64::from(days) * DAY + i64::from(of_the_day))
}

/// Days since 1970 of a date, or of a datetime.
#[inline]
fn days_of_date(value: &impl PyDateAccess) -> i32 {
    let year = u32::from(value.get_year().unsigned_abs() as u16);
    days_of(
        year,
        u32::from(value.get_month()),
        u32::from(value.get_day()),
    )
}

/// The milliseconds at which a day begins in UTC.
#[inline]
pub(crate) fn millis_of_date(value: &Bound<'_, PyDate>) -> i64 {
    i64::from(days_of_date(value)) * DAY
}

/// The day that begins at some milliseconds; stops where none does.
#[inline]
pub(crate) fn date_from_millis(py: Python<'_>, milliseconds: i64) -> Outcome<Bound<'_, PyAny>> {
    let days = milliseconds.div_euclid(DAY);
    if milliseconds.rem_euclid(DAY) != 0 || !(FIRST_DAY..=LAST_DAY).contains(&days) {
        return Err(Stop::AskPython);
    }
    let (year, month, day) = date_of(days as i32);
    Ok(PyDate::new(py, year as i32, month as u8, day as u8)?.into_any())
}

/// The day that a text means, in the form that files have. `None` for any other text, which Python
/// reads.
pub(crate) fn date_from_text<'py>(text: &[u8], py: Python<'py>) -> Option<Bound<'py, PyAny>> {
    let (year, month, day) = year_month_and_day(text)?;
    // It refuses what is no date, such as the 30th of February.
    Some(PyDate::new(py, year, month, day).ok()?.into_any())
}

/// The numbers in the text of a day, be it one or not.
fn year_month_and_day(text: &[u8]) -> Option<(i32, u8, u8)> {
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = *text else {
        return None;
    };
    let year = number([y0, y1])? * 100 + number([y2, y3])?;
    Some((
        year as i32,
        number([m0, m1])? as u8,
        number([d0, d1])? as u8,
    ))
}

/// The microseconds of a length of time: more than 64 bits have.
#[inline]
pub(crate) fn micros_of(value: &Bound<'_, PyDelta>) -> i128 {
    let seconds = i64::from(value.get_days()) * (DAY / 1000) + i64::from(value.get_seconds());
    i128::from(seconds) * 1_000_000 + i128::from(value.get_microseconds())
}

/// The length of time of so many microseconds; stops where Python has no such one.
#[inline]
pub(crate) fn timedelta_from_micros(py: Python<'_>, micros: i128) -> Outcome<Bound<'_, PyAny>> {
    const MOST_DAYS: i128 = 999_999_999;
    let of_a_day = i128::from(DAY) * 1000;
    let days = micros.div_euclid(of_a_day);
    if days.abs() > MOST_DAYS {
        return Err(Stop::AskPython);
    }
    let rest = micros.rem_euclid(of_a_day) as i64;
    let (seconds, rest) = ((rest / 1_000_000) as i32, (rest % 1_000_000) as i32);
    Ok(PyDelta::new(py, days as i32, seconds, rest, false)?.into_any())
}

/// The datetime of some milliseconds, aware where a time zone is given.
#[inline]
pub(crate) fn datetime_from_millis<'py>(
    py: Python<'py>,
    milliseconds: i64,
    zone: Option<&Bound<'py, PyTzInfo>>,
) -> Outcome<Bound<'py, PyAny>> {
    let days = milliseconds.div_euclid(DAY);
    if !(FIRST_DAY..=LAST_DAY).contains(&days) {
        return Err(Stop::AskPython);
    }
    let (year, month, day) = date_of(days as i32);
    let rest = milliseconds.rem_euclid(DAY) as u32;
    let made = PyDateTime::new(
        py,
        year as i32,
        month as u8,
        day as u8,
        (rest / 3_600_000) as u8,
        (rest / 60_000 % 60) as u8,
        (rest / 1000 % 60) as u8,
        rest % 1000 * 1000,
        zone,
    )?;
    Ok(made.into_any())
}

/// The datetime that a text means, in the forms of ISO 8601 that files have: a date, then also a time
/// to the minute, the second, the millisecond or the microsecond, which may be in UTC. `None` for
/// any other text, which Python reads.
pub(crate) fn datetime_from_text<'py>(
    text: &[u8],
    utc: &Utc,
    py: Python<'py>,
) -> Option<Bound<'py, PyAny>> {
    let (date, rest) = text.split_at_checked(10)?;
    let (year, month, day) = year_month_and_day(date)?;
    let (rest, is_utc) = match rest {
        [rest @ .., b'Z'] | [rest @ .., b'+', b'0', b'0', b':', b'0', b'0'] => (rest, true),
        rest => (rest, false),
    };
    let time = match *rest {
        [] if !is_utc => TimeOfDay::MIDNIGHT,
        [b'T' | b' ', ref time @ ..] => TimeOfDay::from_text(time)?,
        _ => return None,
    };
    let zone = is_utc.then(|| utc.python.bind(py));
    // It refuses what is no date, such as the 30th of February.
    let made = PyDateTime::new(
        py,
        year,
        month,
        day,
        time.hour,
        time.minute,
        time.second,
        time.microsecond,
        zone,
    );
    Some(made.ok()?.into_any())
}

// Years begin in March here, so that the leap day comes last, and are counted from the year 0, so
// that nothing is negative. A period is the 400 years after which the calendar repeats itself.

const DAYS_OF_A_PERIOD: u32 = 146_097;
/// Of which one is a leap year.
const DAYS_OF_4_YEARS: u32 = 1_461;
/// From the 1st of March of the year 0 to 1970.
const DAYS_BEFORE_1970: i32 = 719_468;
/// The days that Python has dates for: those of the years 1 to 9999.
const FIRST_DAY: i64 = -719_162;
const LAST_DAY: i64 = 2_932_896;

/// Days since 1970 of a date in the Gregorian calendar.
#[inline]
fn days_of(year: u32, month: u32, day: u32) -> i32 {
    let (year, month) = if month <= 2 {
        (year - 1, month + 9)
    } else {
        (year, month - 3)
    };
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let days = year * 365 + year / 4 - year / 100 + year / 400 + day_of_year;
    days as i32 - DAYS_BEFORE_1970
}

/// Year, month and day of a number of days since 1970.
#[inline]
fn date_of(days: i32) -> (u32, u32, u32) {
    let days = (days + DAYS_BEFORE_1970) as u32;
    // In quarters of a day the years of a century are all as long, and so are the centuries of a period,
    // but for its last day.
    let quarters = 4 * days + 3;
    let century = quarters / DAYS_OF_A_PERIOD;
    let quarters = quarters % DAYS_OF_A_PERIOD / 4 * 4 + 3;
    let (year_of_century, day_of_year) =
        (quarters / DAYS_OF_4_YEARS, quarters % DAYS_OF_4_YEARS / 4);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = 100 * century + year_of_century + u32::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_agree() {
        assert_eq!(days_of(1970, 1, 1), 0);
        assert_eq!(days_of(2000, 2, 29), 11_016);
        assert_eq!(days_of(1, 1, 1), -719_162);
        assert_eq!(days_of(9999, 12, 31), 2_932_896);
        let mut before = (0, 12, 31);
        for days in FIRST_DAY..=LAST_DAY {
            let date = date_of(days as i32);
            assert!(before < date, "{date:?}");
            assert_eq!(i64::from(days_of(date.0, date.1, date.2)), days);
            before = date;
        }
    }
}
