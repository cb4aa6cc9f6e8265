//! Datetimes and milliseconds since 1970, by the arithmetic of the calendar.

use pyo3::prelude::*;
use pyo3::types::{PyDateAccess, PyDateTime, PyTimeAccess, PyTzInfoAccess};

use super::Options;
use crate::errors::{Outcome, Stop};

const DAY: i64 = 86_400_000;

/// The milliseconds of a naive datetime; `None` for an aware one, whose offset Python knows.
pub(crate) fn millis_of(value: &Bound<'_, PyDateTime>) -> Option<i64> {
    if value.get_tzinfo().is_some() {
        return None;
    }
    let days = days_of(
        i64::from(value.get_year()),
        i64::from(value.get_month()),
        i64::from(value.get_day()),
    );
    let seconds = (i64::from(value.get_hour()) * 60 + i64::from(value.get_minute())) * 60
        + i64::from(value.get_second());
    Some(days * DAY + seconds * 1000 + i64::from(value.get_microsecond() / 1000))
}

/// The datetime of some milliseconds, aware where the options ask for it.
pub(crate) fn datetime_from_millis<'py>(
    py: Python<'py>,
    milliseconds: i64,
    options: &Options,
) -> Outcome<Bound<'py, PyAny>> {
    let (days, rest) = (milliseconds.div_euclid(DAY), milliseconds.rem_euclid(DAY));
    let (year, month, day) = date_of(days);
    let small = |number: i64| u8::try_from(number).map_err(|_| Stop::AskPython);
    let made = PyDateTime::new(
        py,
        i32::try_from(year).map_err(|_| Stop::AskPython)?,
        small(month)?,
        small(day)?,
        small(rest / 3_600_000)?,
        small(rest / 60_000 % 60)?,
        small(rest / 1000 % 60)?,
        u32::try_from(rest % 1000 * 1000).map_err(|_| Stop::AskPython)?,
        options.utc.as_ref().map(|utc| utc.bind(py)),
    )?;
    Ok(made.into_any())
}

/// Days since 1970 of a date in the Gregorian calendar. Years begin in March here, so that the
/// leap day comes last.
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day of a number of days since 1970.
fn date_of(days: i64) -> (i64, i64, i64) {
    let shifted = days.saturating_add(719_468);
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
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
        for days in (-719_162..=2_932_896).step_by(13) {
            let (year, month, day) = date_of(days);
            assert_eq!(days_of(year, month, day), days);
        }
    }
}
