//! Why a ceremony does not go on.

use std::path::PathBuf;

use verilabel_trust::{PublishError, UpdateError};

use crate::{KeystoreError, PackOpenError};

/// Why a ceremony does not go on. Nothing was signed or put in force then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CeremonyError {
    /// A file that is not what it should be.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A draft that contradicts itself, or what it is to follow on.
    #[error("the draft: {reason}")]
    Draft {
        /// What is wrong.
        reason: String,
    },
    /// A draft with something that nobody could be shown.
    #[error("the draft: {0}")]
    Statement(#[from] PublishError),
    /// The metadata before is not what the holder has.
    #[error("the draft follows on other metadata than {}", path.display())]
    OtherBefore {
        /// What the holder has.
        path: PathBuf,
    },
    /// A key that does not speak for the role.
    #[error("key {key} does not speak for {role}, neither before nor after")]
    NotAHolder {
        /// The key's id.
        key: String,
        /// The role.
        role: String,
    },
    /// A signature of another draft, of nobody who may sign, or one that does not hold.
    #[error("the signature by {key} is not one of a holder under this draft")]
    Signature {
        /// The key's id.
        key: String,
    },
    /// Clients would refuse what was put together.
    #[error("verifiers would refuse it: {reason}")]
    WouldBeRefused {
        /// The client's refusal.
        #[source]
        error: UpdateError,
        /// The same in words, with who has signed and who has not.
        reason: String,
    },
    /// Wishes that nothing can be made of.
    #[error("{0}")]
    Wishes(String),
    /// The folder of the pack's keys.
    #[error(transparent)]
    Keys(#[from] PackOpenError),
    /// The keystore.
    #[error(transparent)]
    Keystore(#[from] KeystoreError),
    /// A file that could not be written, or metadata kept before that does not stand.
    #[error(transparent)]
    Kept(#[from] UpdateError),
}

impl CeremonyError {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "ceremony-file",
            Self::Statement(PublishError::NotShown) => "ceremony-cannot-show",
            Self::Draft { .. } | Self::Statement(_) => "ceremony-draft",
            Self::OtherBefore { .. } => "ceremony-other-before",
            Self::NotAHolder { .. } => "ceremony-not-a-holder",
            Self::Signature { .. } => "ceremony-signature",
            Self::WouldBeRefused { error, .. } | Self::Kept(error) => error.code(),
            Self::Wishes(_) => "ceremony-wishes",
            Self::Keys(error) => error.code(),
            Self::Keystore(error) => error.code(),
        }
    }
}
