//! What is wrong with a register, where, and what to do.

use std::fmt;

use verilabel_label::{Date, Level, SchemeId, excerpt};

use crate::{ArrangementId, RowId};

/// A kind of entry in the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Entry {
    /// A source.
    Source,
    /// A market.
    Market,
    /// A product category.
    Category,
    /// A scheme.
    Scheme,
    /// A specification version of a scheme.
    Specification,
    /// A level of a scheme.
    Level,
    /// An arrangement.
    Arrangement,
    /// A row of an arrangement.
    Row,
    /// A cooperation.
    Cooperation,
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Source => "source",
            Self::Market => "market",
            Self::Category => "category",
            Self::Scheme => "scheme",
            Self::Specification => "specification version",
            Self::Level => "level",
            Self::Arrangement => "arrangement",
            Self::Row => "row",
            Self::Cooperation => "cooperation",
        })
    }
}

/// Why a register is refused. A register is refused as a whole: nothing is decided by half of one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// More bytes than a register may have.
    #[error("the register has {length} bytes, at most {max} are allowed")]
    TooLarge {
        /// Bytes found.
        length: usize,
        /// The limit.
        max: usize,
    },
    /// Another form of register than this crate reads.
    #[error("the register has the form {found:?}, this software reads {expected:?}: update one of the two")]
    Schema {
        /// The form found, cut to a sensible length.
        found: String,
        /// The form due.
        expected: &'static str,
    },
    /// Not JSON, or not of the form: a missing or unknown field, a value of another type.
    #[error("the register does not have its form: {}", excerpt(.0))]
    Form(#[from] serde_json::Error),
    /// More entries than allowed.
    #[error("the register has {count} entries of the kind {entry}, at most {max} are allowed")]
    TooMany {
        /// The kind.
        entry: Entry,
        /// Entries found.
        count: usize,
        /// The limit.
        max: usize,
    },
    /// An identifier that stands twice where it may stand once.
    #[error("{entry} {id} stands twice: keep one")]
    Duplicate {
        /// The kind.
        entry: Entry,
        /// The identifier.
        id: String,
    },
    /// A reference to an entry that the register lacks.
    #[error("{at} names {entry} {id}, which the register lacks: add it or correct the name")]
    Dangling {
        /// Where the reference stands.
        at: String,
        /// The kind of entry that is missing.
        entry: Entry,
        /// The identifier.
        id: String,
    },
    /// Levels that are not numbered 1, 2, 3 …, or several of which one has no name.
    #[error(
        "scheme {scheme} must number its levels 1, 2, 3 and so on, and name each unless there is one only"
    )]
    Levels {
        /// The scheme.
        scheme: SchemeId,
    },
    /// A level that the scheme lacks.
    #[error("{at} names level {level} of {scheme}, which that scheme lacks")]
    NoSuchLevel {
        /// Where the level is named.
        at: String,
        /// The scheme.
        scheme: SchemeId,
        /// The level.
        level: Level,
    },
    /// A list that says nothing.
    #[error("{at} has an empty list of the kind {entry}: write null where the text names none")]
    EmptyList {
        /// Where the list stands.
        at: String,
        /// What it would list.
        entry: Entry,
    },
    /// Something that a row both includes and leaves out.
    #[error("row {row} says two things about {entry} {id}")]
    SaysBoth {
        /// The row.
        row: RowId,
        /// The kind.
        entry: Entry,
        /// The identifier.
        id: String,
    },
    /// A row from a scheme to itself.
    #[error("row {row} leads from a scheme to itself")]
    ToItself {
        /// The row.
        row: RowId,
    },
    /// A period that ends before it begins.
    #[error("{at} ends on {until}, before it begins on {from}")]
    EndsBeforeItBegins {
        /// Where the period stands.
        at: String,
        /// Its beginning.
        from: Date,
        /// Its end.
        until: Date,
    },
    /// A date without a basis, or a basis without a date.
    #[error("row {row}: a basis is \"unknown\" exactly where the beginning is null")]
    Basis {
        /// The row.
        row: RowId,
    },
    /// A row that counts though nobody is sure of it.
    #[error("row {row} publishes a mapping of unknown certainty: say \"reported\" and name who reports it")]
    Unsure {
        /// The row.
        row: RowId,
    },
    /// A confirmed statement without an official source.
    #[error("{at} is confirmed by no official source: name one, or say that it is reported")]
    Unsourced {
        /// Where the statement stands.
        at: String,
    },
    /// A row that goes on after its arrangement.
    #[error("row {row} must end by {ended}, when arrangement {arrangement} ended")]
    OutlivesArrangement {
        /// The row.
        row: RowId,
        /// Its arrangement.
        arrangement: ArrangementId,
        /// The last day of the arrangement.
        ended: Date,
    },
    /// Two rows of one arrangement that speak about the same label on the same day.
    #[error(
        "rows {first} and {second} speak about the same label on the same day: part them by date, level or scope"
    )]
    Overlap {
        /// One of them.
        first: RowId,
        /// The other.
        second: RowId,
    },
}

impl RegisterError {
    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "register-too-large",
            Self::Schema { .. } => "register-schema",
            Self::Form(_) => "register-form",
            Self::TooMany { .. } => "register-too-many",
            Self::Duplicate { .. } => "register-duplicate",
            Self::Dangling { .. } => "register-dangling",
            Self::Levels { .. } => "register-levels",
            Self::NoSuchLevel { .. } => "register-no-such-level",
            Self::EmptyList { .. } => "register-empty-list",
            Self::SaysBoth { .. } => "register-says-both",
            Self::ToItself { .. } => "register-to-itself",
            Self::EndsBeforeItBegins { .. } => "register-ends-before-it-begins",
            Self::Basis { .. } => "register-basis",
            Self::Unsure { .. } => "register-unsure",
            Self::Unsourced { .. } => "register-unsourced",
            Self::OutlivesArrangement { .. } => "register-outlives-arrangement",
            Self::Overlap { .. } => "register-overlap",
        }
    }
}
