//! What is wrong with a table.

use serde::Serialize;
use verilabel_label::excerpt;

use super::table::{MAX_LINE, MAX_LINES_OF_RECORD};
use crate::lifecycle::AwardRule;
use crate::{AwardRefusal, EvidenceRefusal, Refusal};

/// What is wrong with a line, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportFault {
    /// The line of the file, from 1; the heading is line 1.
    pub line: u64,
    /// The column; none where the line as a whole is refused.
    pub column: Option<&'static str>,
    /// What stands there, or its beginning.
    pub value: Option<String>,
    /// A stable code.
    pub code: &'static str,
    /// What is wrong.
    pub text: String,
    /// What to write instead.
    pub remedy: &'static str,
}

impl ImportFault {
    pub(super) fn field(
        line: u64,
        column: &super::table::Column,
        value: &str,
        (code, text): (&'static str, String),
    ) -> Self {
        let value = Some(beginning(value)).filter(|value| !value.is_empty());
        Self { line, column: Some(column.name), value, code, text, remedy: column.form }
    }

    pub(super) fn line(line: u64, code: &'static str, text: String, remedy: &'static str) -> Self {
        Self { line, column: None, value: None, code, text, remedy }
    }

    /// A line that reads, and that a rule forbids.
    pub(super) fn refused(line: u64, refusal: &Refusal) -> Self {
        let (column, value) = about(refusal);
        let (code, text) = (refusal.code(), refusal.to_string());
        Self { line, column, value, code, text, remedy: remedy(refusal) }
    }
}

/// Enough to find the value by: the sentence quotes it a second time.
pub(super) fn beginning(value: &str) -> String {
    const MAX: usize = 40;
    match value.char_indices().nth(MAX) {
        Some((end, _)) => format!("{}…", excerpt(value.get(..end).unwrap_or_default())),
        None => excerpt(value),
    }
}

impl std::fmt::Display for ImportFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = self.column {
            write!(f, ", {column}")?;
        }
        if let Some(value) = &self.value {
            // An excerpt needs no escapes.
            write!(f, " \"{value}\"")?;
        }
        write!(f, ": {} [{}]; {}", self.text, self.code, self.remedy)
    }
}

/// The column that a refusal is about, and what stood there.
fn about(refusal: &Refusal) -> (Option<&'static str>, Option<String>) {
    let (column, value) = match refusal {
        Refusal::NumberTaken { number } => ("number", Some(number.to_string())),
        Refusal::DuplicateGtin { gtin, .. }
        | Refusal::GtinTaken { gtin, .. }
        | Refusal::GtinNotOfProduct { gtin, .. } => ("gtin", Some(gtin.to_string())),
        Refusal::Award(rule) => match rule {
            AwardRefusal::UnknownScheme { scheme }
            | AwardRefusal::NotALabel { scheme }
            | AwardRefusal::SchemeEnded { scheme, .. } => ("scheme", Some(scheme.to_string())),
            AwardRefusal::UnknownLevel { level, .. } | AwardRefusal::NotEntitled { level, .. } => {
                ("level", Some(level.to_string()))
            }
            AwardRefusal::UnknownCategory { category } => ("category", Some(category.to_string())),
            AwardRefusal::TooLong { valid_until, .. } => ("valid_until", Some(valid_until.to_string())),
        },
        Refusal::AwardRule(AwardRule::BeyondSupport { valid_until, .. }) => {
            ("valid_until", Some(valid_until.to_string()))
        }
        Refusal::AwardRule(AwardRule::TooManyCodes { .. }) => ("further_gtins", None),
        Refusal::AwardRule(_) => ("renewal", None),
        Refusal::Evidence(EvidenceRefusal::ApplicationIncomplete { .. }) => ("foreign_application", None),
        Refusal::Evidence(_) => ("foreign_link", None),
        Refusal::NotFound { what: "product", name } => ("product", Some(name.clone())),
        _ => return (None, None),
    };
    (Some(column), value)
}

fn remedy(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::NumberTaken { .. } => "take another number, or leave the line out if it was imported before",
        Refusal::DuplicateGtin { .. } => {
            "withdraw or renew the label that the product has, or leave the line out"
        }
        Refusal::GtinTaken { .. } => "correct the GTIN, or leave the line out if the product is on record",
        Refusal::GtinNotOfProduct { .. } => "add the GTIN to the product, or correct it",
        Refusal::Award(AwardRefusal::UnknownLevel { .. } | AwardRefusal::UnknownScheme { .. }) => {
            "write a scheme and a level that the register has: `verilabel register rows` lists them"
        }
        Refusal::Award(AwardRefusal::NotEntitled { .. }) => "leave it to the authority that may award it",
        Refusal::Award(AwardRefusal::UnknownCategory { .. }) => "write a category of the register, or none",
        Refusal::Award(AwardRefusal::TooLong { .. }) => "write an earlier last day",
        Refusal::AwardRule(AwardRule::BeyondSupport { .. }) => "write a last day within the support period",
        Refusal::Evidence(_) => "look at the foreign label with `verilabel verify`, or leave the line out",
        Refusal::RoleMissing { .. } => "import as a user who has that role",
        _ => "correct the line, or leave it out",
    }
}

/// Why a file is no table to import at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// It cannot be read.
    #[error("the table cannot be read: {0}")]
    Read(std::io::Error),
    /// Nothing in it.
    #[error("the table is empty: it needs a heading")]
    Empty,
    /// A line without an end, or quotes without one.
    #[error(
        "line {line} is longer than the {MAX_LINE} bytes, or what is quoted there than the {MAX_LINES_OF_RECORD} lines, \
         that are allowed"
    )]
    LineTooLong {
        /// The line.
        line: u64,
    },
    /// More lines than one import has.
    #[error("the table has more than {max} lines: import it in parts")]
    TooManyLines {
        /// The most.
        max: u64,
    },
    /// A column that must be there.
    #[error("the heading lacks the column {column}")]
    ColumnMissing {
        /// The column.
        column: &'static str,
    },
    /// A column that nobody knows.
    #[error("the heading has an unknown column {column:?}; known are {known}")]
    UnknownColumn {
        /// What it is called.
        column: String,
        /// Those that there are.
        known: String,
    },
    /// A column twice.
    #[error("the heading has the column {column} twice")]
    ColumnTwice {
        /// The column.
        column: &'static str,
    },
}

impl TableError {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read(_) => "table-unreadable",
            Self::Empty => "table-empty",
            Self::LineTooLong { .. } => "table-line-too-long",
            Self::TooManyLines { .. } => "table-too-many-lines",
            Self::ColumnMissing { .. } => "table-column-missing",
            Self::UnknownColumn { .. } => "table-column-unknown",
            Self::ColumnTwice { .. } => "table-column-twice",
        }
    }
}
