//! From when until when a row counts, and why we think so.

use std::fmt;

use serde::{Deserialize, Serialize};
use verilabel_label::Date;

use crate::scheme::present;

/// The period in which a row counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// Its beginning.
    #[serde(rename = "from", deserialize_with = "present")]
    pub start: Start,
    /// Its last day; `None` where no end was found.
    #[serde(deserialize_with = "present")]
    pub until: Option<Date>,
    /// What the beginning rests on.
    pub basis: Basis,
}

/// When a row begins to count: `YYYY-MM-DD`, `YYYY-MM`, or `null` in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Option<String>", into = "Option<String>")]
pub enum Start {
    /// On that day.
    Day(Date),
    /// On some day of that month.
    Month(Month),
    /// Looked for and not found.
    Unknown,
}

impl Start {
    /// The first day on which the row can count, where that is known.
    #[must_use]
    pub fn earliest(self) -> Option<Date> {
        match self {
            Self::Day(date) => Some(date),
            Self::Month(month) => Some(month.first()),
            Self::Unknown => None,
        }
    }

    /// Whether the row has certainly begun by that day.
    #[must_use]
    pub fn certainly_by(self, on: Date) -> bool {
        match self {
            Self::Day(date) => on >= date,
            Self::Month(month) => on > month.last(),
            Self::Unknown => false,
        }
    }
}

impl TryFrom<Option<String>> for Start {
    type Error = String;

    fn try_from(text: Option<String>) -> Result<Self, String> {
        match text {
            None => Ok(Self::Unknown),
            Some(text) if text.len() == 7 => Month::new(&text).map(Self::Month),
            Some(text) => text.parse().map(Self::Day).map_err(|error| format!("{error}")),
        }
    }
}

impl From<Start> for Option<String> {
    fn from(start: Start) -> Self {
        match start {
            Start::Day(date) => Some(date.to_string()),
            Start::Month(month) => Some(month.to_string()),
            Start::Unknown => None,
        }
    }
}

/// A calendar month, written `YYYY-MM`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(Date);

impl Month {
    fn new(text: &str) -> Result<Self, String> {
        let first = format!("{text}-01");
        first.parse().map(Self).map_err(|_| format!("{text:?} does not read as a month such as 2025-09"))
    }

    /// Its first day.
    #[must_use]
    pub fn first(self) -> Date {
        self.0
    }

    /// Its last day.
    #[must_use]
    pub fn last(self) -> Date {
        self.0.plus_months(1).plus_days(-1)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, _) = self.0.parts();
        write!(f, "{year:04}-{month:02}")
    }
}

/// What the beginning of a row rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The date in a law.
    Law,
    /// The effective date that the arrangement itself names.
    Memorandum,
    /// The date of signature, because no effective date was found.
    Signature,
    /// Concluded from what was found, not read.
    Inferred,
    /// Nothing: the beginning is not known.
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(text: Option<&str>) -> Result<Start, String> {
        Start::try_from(text.map(str::to_owned))
    }

    #[test]
    fn a_month_is_certain_only_when_it_is_over() {
        let september = start(Some("2025-09")).unwrap();
        assert_eq!(september.earliest().unwrap().to_string(), "2025-09-01");
        for (on, certain) in [("2025-08-31", false), ("2025-09-30", false), ("2025-10-01", true)] {
            assert_eq!(september.certainly_by(on.parse().unwrap()), certain, "{on}");
        }
        let february = Month::new("2024-02").unwrap();
        assert_eq!(
            (february.last().to_string().as_str(), february.to_string().as_str()),
            ("2024-02-29", "2024-02")
        );
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in ["2025", "2025-9", "2025-13", "2025-0a", "2025-09-1", "2025-09-31", "", "soon"] {
            assert!(start(Some(text)).is_err(), "{text}");
        }
        assert_eq!(start(None), Ok(Start::Unknown));
    }
}
