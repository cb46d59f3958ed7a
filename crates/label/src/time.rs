//! Points in time and calendar dates, both in UTC.

use std::fmt;

use jiff::civil;
use jiff::tz::Offset;

use crate::{Field, FieldError};

/// Whole seconds since 1970-01-01T00:00:00Z (RFC 8392 §2, `NumericDate`), up to the end of year 9998.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(i64);

impl Timestamp {
    /// The last second that can be told: 9998-12-31T23:59:59Z.
    pub const MAX: Self = Self(253_370_764_799);

    /// Seconds since the epoch.
    pub fn from_seconds(seconds: i64) -> Result<Self, FieldError> {
        if (0..=Self::MAX.0).contains(&seconds) {
            Ok(Self(seconds))
        } else {
            Err(FieldError::Range { field: Field::Timestamp, value: seconds, min: 0, max: Self::MAX.0 })
        }
    }

    /// Seconds since the epoch.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0
    }

    /// Seconds since the epoch.
    #[must_use]
    pub fn seconds_unsigned(self) -> u64 {
        self.0.unsigned_abs()
    }

    /// The calendar date in UTC.
    #[must_use]
    pub fn date(self) -> Date {
        Date(i32::try_from(self.0.div_euclid(SECONDS_PER_DAY)).unwrap_or_default())
    }

    /// The last date on which something that ends at this time is still good: a validity that ends at
    /// midnight lasts until the day before.
    #[must_use]
    pub fn last_date(self) -> Date {
        Self((self.0 - 1).max(0)).date()
    }

    /// Later by that many seconds, at most [`Self::MAX`].
    #[must_use]
    pub fn plus_seconds(self, seconds: u64) -> Self {
        let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(seconds).min(Self::MAX.0))
    }

    /// Seconds from `earlier` to this time; 0 if it is not earlier.
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> u64 {
        u64::try_from(self.0 - earlier.0).unwrap_or(0)
    }
}

const SECONDS_PER_DAY: i64 = 86_400;

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (minutes, second) = (self.0 / 60, self.0 % 60);
        let (hour, minute) = (minutes / 60 % 24, minutes % 60);
        f.pad(&format!("{}T{hour:02}:{minute:02}:{second:02}Z", self.date()))
    }
}

impl std::str::FromStr for Timestamp {
    type Err = FieldError;

    /// Reads RFC 3339 with whole seconds, or a date, which means its first second in UTC.
    fn from_str(text: &str) -> Result<Self, FieldError> {
        let seconds = text.split_at_checked(10).and_then(|(date, time)| match time {
            "" => date.parse().ok().map(|date: Date| date.first_second().0),
            time => Some(seconds_to(civil(date)?) + seconds_of_day(time)?),
        });
        let expected = "RFC 3339, such as 2026-11-22T09:00:00Z";
        let seconds = seconds.ok_or_else(|| FieldError::unreadable(Field::Timestamp, text, expected))?;
        Self::from_seconds(seconds)
    }
}

/// Seconds from midnight in UTC to a time of day, such as `T17:00:00+08:00`: RFC 3339 §5.6, where a fraction may have
/// zeros alone. There is no leap second.
fn seconds_of_day(time: &str) -> Option<i64> {
    let (clock, zone) = time.strip_prefix(['T', 't'])?.split_at_checked(8)?;
    let (hour_and_minute, second) = clock.split_at_checked(5)?;
    let local = seconds_of(hour_and_minute)? + number(second.strip_prefix(':')?, 2, 59)?;
    let zone = match zone.strip_prefix('.') {
        Some(fraction) => {
            let zone = fraction.trim_start_matches('0');
            (1..=9).contains(&(fraction.len() - zone.len())).then_some(zone)?
        }
        None => zone,
    };
    match zone.split_at_checked(1)? {
        ("Z" | "z", "") => Some(local),
        ("+", offset) => Some(local - seconds_of(offset)?),
        ("-", offset) => Some(local + seconds_of(offset)?),
        _ => None,
    }
}

/// Hours and minutes, such as `09:30`.
fn seconds_of(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    Some(number(hours, 2, 23)? * 3_600 + number(minutes, 2, 59)? * 60)
}

/// A number of so many decimal digits.
fn number(text: &str, digits: usize, max: i64) -> Option<i64> {
    let decimal = text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
    let number = if decimal { text.parse().ok()? } else { return None };
    (number <= max).then_some(number)
}

impl TryFrom<String> for Timestamp {
    type Error = FieldError;
    fn try_from(text: String) -> Result<Self, FieldError> {
        text.parse()
    }
}

impl From<Timestamp> for String {
    fn from(time: Timestamp) -> Self {
        time.to_string()
    }
}

/// A calendar date, counted in days since 1970-01-01 (RFC 8943), up to the end of year 9998.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date(i32);

impl Date {
    const MAX_DAYS: i32 = 2_932_531;

    /// Days since 1970-01-01.
    pub fn from_days(days: u32) -> Result<Self, FieldError> {
        match i32::try_from(days) {
            Ok(days) if days <= Self::MAX_DAYS => Ok(Self(days)),
            _ => Err(FieldError::Range {
                field: Field::Date,
                value: days.into(),
                min: 0,
                max: Self::MAX_DAYS.into(),
            }),
        }
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub fn days(self) -> u32 {
        self.0.unsigned_abs()
    }

    /// The first second of the day in UTC.
    #[must_use]
    pub fn first_second(self) -> Timestamp {
        Timestamp(i64::from(self.0) * SECONDS_PER_DAY)
    }

    /// The first second after the day in UTC: the end of a validity that includes the day.
    #[must_use]
    pub fn end(self) -> Timestamp {
        Timestamp(((i64::from(self.0) + 1) * SECONDS_PER_DAY).min(Timestamp::MAX.0))
    }

    /// The date so many calendar months later, at most the last that can be told; the last day of the month
    /// where the day does not exist.
    #[must_use]
    pub fn plus_months(self, months: u32) -> Self {
        let date = self.civil();
        let months = i64::from(date.year()) * 12 + i64::from(date.month()) - 1 + i64::from(months);
        let year = i16::try_from(months / 12).unwrap_or(i16::MAX);
        let first =
            i8::try_from(months % 12 + 1).ok().and_then(|month| civil::Date::new(year, month, 1).ok());
        let Some(first) = first else { return Self(Self::MAX_DAYS) };
        let days = date.day().min(first.days_in_month()) - 1;
        Self::from_civil(first).plus_days(days.into())
    }

    /// The date so many days later, or earlier where negative.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(days).clamp(0, Self::MAX_DAYS))
    }

    /// Year, month and day.
    #[must_use]
    pub fn parts(self) -> (i16, i8, i8) {
        let date = self.civil();
        (date.year(), date.month(), date.day())
    }

    fn civil(self) -> civil::Date {
        jiff::Timestamp::from_second(self.first_second().0)
            .map(|time| Offset::UTC.to_datetime(time).date())
            .unwrap_or_default()
    }

    /// The nearest date that can be told.
    fn from_civil(date: civil::Date) -> Self {
        let days = seconds_to(date).div_euclid(SECONDS_PER_DAY).clamp(0, Self::MAX_DAYS.into());
        Self(i32::try_from(days).unwrap_or_default())
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        f.pad(&format!("{year:04}-{month:02}-{day:02}"))
    }
}

impl std::str::FromStr for Date {
    type Err = FieldError;

    /// Reads `YYYY-MM-DD`.
    fn from_str(text: &str) -> Result<Self, FieldError> {
        let date = civil(text).filter(|date| (1970..=9998).contains(&date.year()));
        let expected = "a date from 1970 to 9998, such as 2026-11-22";
        date.map(Self::from_civil).ok_or_else(|| FieldError::unreadable(Field::Date, text, expected))
    }
}

/// Seconds from 1970-01-01 to a date.
fn seconds_to(date: civil::Date) -> i64 {
    date.duration_since(civil::date(1970, 1, 1)).as_secs()
}

/// A date of the calendar: RFC 3339 §5.6, `full-date`.
fn civil(text: &str) -> Option<civil::Date> {
    let (year, rest) = text.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    let (year, month, day) = (number(year, 4, 9_999)?, number(month, 2, 12)?, number(day, 2, 31)?);
    civil::Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()
}

impl TryFrom<String> for Date {
    type Error = FieldError;
    fn try_from(text: String) -> Result<Self, FieldError> {
        text.parse()
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_points() {
        let time: Timestamp = "2026-11-22T09:00:00Z".parse().unwrap();
        assert_eq!(time.seconds(), 1_795_338_000);
        assert_eq!(time.date().to_string(), "2026-11-22");
        assert_eq!("2026-11-22".parse::<Date>().unwrap().days(), 20_779);
        assert_eq!("9998-12-31".parse::<Date>().unwrap().days(), 2_932_531);
        assert_eq!("2026-11-22".parse::<Timestamp>().unwrap().to_string(), "2026-11-22T00:00:00Z");
    }

    #[test]
    fn a_validity_until_midnight_lasts_until_the_day_before() {
        let last: Date = "2029-07-22".parse().unwrap();
        assert_eq!(last.end().to_string(), "2029-07-23T00:00:00Z");
        assert_eq!(last.end().last_date(), last);
    }

    #[test]
    fn months_end_where_the_calendar_says() {
        let date: Date = "2024-01-31".parse().unwrap();
        assert_eq!(date.plus_months(1).to_string(), "2024-02-29");
        assert_eq!(date.plus_months(36).to_string(), "2027-01-31");
        assert_eq!(date.plus_months(11).to_string(), "2024-12-31");
        assert_eq!(date.plus_months(13).to_string(), "2025-02-28");
    }

    /// 9999 is what some write for "without end": it must not be read as another date.
    #[test]
    fn dates_do_not_leave_their_range() {
        let last: Date = "9998-12-31".parse().unwrap();
        for months in [0, 1, 12, 100, 100_000, u32::MAX] {
            assert_eq!(last.plus_months(months), last);
        }
        for text in ["9999-01-01", "9999-12-31"] {
            assert_eq!(text.parse::<Date>().unwrap_err().code(), "field-unreadable");
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in ["2026-1-2", "2026-02-30", "1969-12-31", "20261122", "2026-11-22T", "tomorrow", ""] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
        for text in [
            "2026-11-22T09:00:00.5Z",
            "2026-11-22T09:00:00.000000001Z",
            "2026-11-22T09:00:00.0000000000Z",
            "2026-11-22T09:00:00.Z",
            "2026-11-22 09:00",
            "2026-11-22 09:00:00Z",
            "2026-11-22T09:00Z",
            "2026-11-22T9:00:00Z",
            "2026-11-22T09:00:00",
            "2026-11-22T09:00:00+08",
            "2026-11-22T09:00:00+0800",
            "2026-11-22T09:00:00+8:00",
            "2026-11-22T09:00:00+24:00",
            "2026-11-22T09:00:00+08:60",
            "2026-11-22T09:00:00Z+08:00",
            "2026-11-22T09:00:00Z ",
            "2026-11-22T09:00:00[UTC]",
            "2026-11-22T24:00:00Z",
            "2026-11-22T09:60:00Z",
            "2026-12-31T23:59:60Z",
            "2026-11-22T+9:00:00Z",
            "2026-11-22T09:00:00\u{ff3a}",
            "2026-11-2\u{662}T09:00:00Z",
            "20261122T090000Z",
            "1969-12-31T23:59:59Z",
            "1970-01-01T00:00:00+00:01",
            "9998-12-31T23:59:59-00:01",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_time_before_1970_is_out_of_range_and_a_zone_may_bring_it_in() {
        let early = "1969-07-23T00:00:00Z".parse::<Timestamp>();
        assert!(matches!(early, Err(FieldError::Range { .. })), "{early:?}");
        let within: Timestamp = "1969-12-31T23:30:00-01:00".parse().unwrap();
        assert_eq!(within.to_string(), "1970-01-01T00:30:00Z");
    }

    #[test]
    fn one_time_may_be_told_in_several_zones() {
        let time: Timestamp = "2026-11-22T09:00:00Z".parse().unwrap();
        for text in [
            "2026-11-22T17:00:00+08:00",
            "2026-11-21T23:30:00-09:30",
            "2026-11-22T09:00:00-00:00",
            "2026-11-22t09:00:00z",
            "2026-11-22T09:00:00.000Z",
            "2026-11-22T17:00:00.0+08:00",
        ] {
            assert_eq!(text.parse(), Ok(time), "{text}");
        }
    }

    /// Documents are read by the same rule as what people type, and written in one spelling (docs/spec/trust-pack.md §2).
    #[test]
    fn documents_may_tell_a_time_in_any_of_them() {
        let time: Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
        for text in ["2026-11-22", "2026-11-22T08:00:00+08:00", "2026-11-22t00:00:00.00z"] {
            assert_eq!(Timestamp::try_from(text.to_owned()), Ok(time), "{text}");
        }
        assert_eq!(String::from(time), "2026-11-22T00:00:00Z");
        assert!(Timestamp::try_from("2026-11-22T00:00:00.1Z".to_owned()).is_err());
    }

    /// Day by day, by the rules of the calendar and nothing else.
    #[test]
    fn dates_follow_the_calendar() {
        let (mut year, mut month, mut day) = (1_970, 1, 1);
        for days in 0..=2_932_531 {
            let date = Date::from_days(days).unwrap();
            assert_eq!(date.parts(), (year, month, day));
            if day == 1 || days % 97 == 0 {
                assert_eq!(date.to_string(), format!("{year:04}-{month:02}-{day:02}"));
                assert_eq!(date.to_string().parse(), Ok(date));
            }
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let last = match month {
                2 if leap => 29,
                2 => 28,
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            (year, month, day) = match (month, day == last) {
                (12, true) => (year + 1, 1, 1),
                (_, true) => (year, month + 1, 1),
                (_, false) => (year, month, day + 1),
            };
        }
    }

    proptest! {
        #[test]
        fn text_round_trips(seconds in 0..=Timestamp::MAX.0) {
            let time = Timestamp::from_seconds(seconds).unwrap();
            prop_assert_eq!(time.to_string().parse::<Timestamp>().unwrap(), time);
            prop_assert_eq!(time.date().to_string().parse::<Date>().unwrap(), time.date());
        }
    }
}
