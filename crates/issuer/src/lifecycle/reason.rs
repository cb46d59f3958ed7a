//! Why a standing changes.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Refusal;

/// Why, in a word that statistics can count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReasonCode {
    /// A vulnerability that puts users at risk.
    Vulnerability,
    /// The product no longer meets the level.
    NonConformity,
    /// The manufacturer does not answer or does not mend.
    ManufacturerUnresponsive,
    /// Security updates have ended.
    SupportEnded,
    /// The manufacturer asks for it.
    ManufacturerRequest,
    /// What the award rested on was wrong or false.
    FalseStatement,
    /// The label was used against its terms.
    Misuse,
    /// The award was made in error.
    Administrative,
    /// The foreign label that the award rests on is no longer in force.
    ForeignLabelEnded,
    /// The reason of a suspension is gone.
    Rectified,
    /// Boxes were lost, stolen or counterfeited.
    UnitsCompromised,
}

impl ReasonCode {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Vulnerability,
        Self::NonConformity,
        Self::ManufacturerUnresponsive,
        Self::SupportEnded,
        Self::ManufacturerRequest,
        Self::FalseStatement,
        Self::Misuse,
        Self::Administrative,
        Self::ForeignLabelEnded,
        Self::Rectified,
        Self::UnitsCompromised,
    ];

    /// Its stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Vulnerability => "vulnerability",
            Self::NonConformity => "non-conformity",
            Self::ManufacturerUnresponsive => "manufacturer-unresponsive",
            Self::SupportEnded => "support-ended",
            Self::ManufacturerRequest => "manufacturer-request",
            Self::FalseStatement => "false-statement",
            Self::Misuse => "misuse",
            Self::Administrative => "administrative",
            Self::ForeignLabelEnded => "foreign-label-ended",
            Self::Rectified => "rectified",
            Self::UnitsCompromised => "units-compromised",
        }
    }
}

impl fmt::Display for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl std::str::FromStr for ReasonCode {
    type Err = UnknownReason;
    fn from_str(text: &str) -> Result<Self, UnknownReason> {
        Self::ALL.into_iter().find(|reason| reason.name() == text).ok_or(UnknownReason)
    }
}

/// No reason has that code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a reason code")]
pub struct UnknownReason;

/// Makes a newtype of bounded text of one line or several.
macro_rules! bounded_text {
    ($(#[$doc:meta])* $name:ident, $what:literal, max $max:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Most characters.
            pub const MAX: usize = $max;

            /// Checks the text.
            ///
            /// # Errors
            /// [`Refusal::TextLength`].
            pub fn new(text: impl Into<String>) -> Result<Self, Refusal> {
                let text = text.into();
                let control = text.chars().any(|c| c.is_control() && c != '\n');
                if text.trim().is_empty() || control || text.chars().count() > Self::MAX {
                    return Err(Refusal::TextLength { what: $what, max: Self::MAX });
                }
                Ok(Self(text))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = Refusal;
            fn try_from(text: String) -> Result<Self, Refusal> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }
    };
}

bounded_text! {
    /// What a decision says in words: up to 2,000 characters.
    Note, "a note", max 2_000
}
bounded_text! {
    /// The advisory that a decision rests on: the URL or the tracking id of a document, such as a CSAF
    /// advisory; up to 500 characters.
    Advisory, "an advisory reference", max 500
}
