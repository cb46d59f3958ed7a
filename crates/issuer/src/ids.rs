//! Names of rows.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Refusal;

/// Makes a newtype of a row's number.
macro_rules! row_number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(i64);

        impl $name {
            /// By its number.
            #[must_use]
            pub const fn new(number: i64) -> Self {
                Self(number)
            }

            /// The number.
            #[must_use]
            pub const fn number(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

row_number! {
    /// A user.
    UserId
}
row_number! {
    /// A bearer token, by its row; the token itself is never stored.
    TokenId
}
row_number! {
    /// A manufacturer.
    ManufacturerId
}
row_number! {
    /// A product.
    ProductId
}
row_number! {
    /// An award: what officers prepare and approve.
    AwardId
}
row_number! {
    /// A label: what an approved award makes, and renewals prolong.
    LabelId
}
row_number! {
    /// A code on a package: one GS1 path of a label.
    CodeId
}
row_number! {
    /// A change of standing that somebody proposed.
    ChangeId
}
row_number! {
    /// A run of unit labels.
    RunId
}
row_number! {
    /// A publication.
    PublicationId
}
row_number! {
    /// Place of an event in the audit chain, from 1.
    Seq
}
row_number! {
    /// Counts the changes of a row, from 1: what an entity tag is made of.
    Version
}

impl Version {
    /// Of a new row.
    pub const FIRST: Self = Self(1);

    /// Checks that nobody has changed the row since it was read.
    pub(crate) fn must_be(self, expected: Option<Self>) -> Result<(), Refusal> {
        match expected {
            Some(expected) if expected != self => Err(Refusal::Stale { expected, found: self }),
            _ => Ok(()),
        }
    }
}
