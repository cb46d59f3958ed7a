//! Why something could not be done: a stable code and a sentence, whatever it came from.

use std::fmt;

use verilabel_trust::{ArchiveError, PackError, UpdateError};

/// Says nothing about any label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    code: &'static str,
    text: String,
}

impl Refusal {
    pub(crate) fn new(code: &'static str, text: String) -> Self {
        Self { code, text }
    }

    /// Its stable code (docs/codes.md).
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Refusal {}

impl From<ArchiveError> for Refusal {
    fn from(error: ArchiveError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl From<UpdateError> for Refusal {
    fn from(error: UpdateError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl From<PackError> for Refusal {
    fn from(error: PackError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}
