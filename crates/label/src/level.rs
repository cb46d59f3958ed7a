//! Levels.

use std::fmt;

use crate::{Field, FieldError};

/// A rung of one scheme, counted from 1. A scheme with one tier has level 1 only.
///
/// The order of two levels means something only within one scheme and specification version;
/// across schemes nothing but a row of an arrangement relates them. The names of levels ("Basic",
/// "★1") are the register's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Level(u8);

impl Level {
    /// Checks that the number lies between 1 and 9.
    pub fn new(number: u8) -> Result<Self, FieldError> {
        if (1..=9).contains(&number) {
            Ok(Self(number))
        } else {
            Err(FieldError::Range { field: Field::Level, value: number.into(), min: 1, max: 9 })
        }
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl TryFrom<u8> for Level {
    type Error = FieldError;
    fn try_from(number: u8) -> Result<Self, FieldError> {
        Self::new(number)
    }
}

impl From<Level> for u8 {
    fn from(level: Level) -> Self {
        level.0
    }
}
