//! Why a pack cannot be published.

use std::path::PathBuf;

use verilabel_trust::{PackError, PublishError, UpdateError};

use crate::KeystoreError;

/// Why a pack cannot be published.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackOpenError {
    /// There is one already.
    #[error("{} has a root already", pack.display())]
    Exists {
        /// The pack.
        pack: PathBuf,
    },
    /// No root is kept with the keys.
    #[error("no root metadata is kept in {}: make it with `pack init`, or in a ceremony", folder.display())]
    NoRoot {
        /// The folder.
        folder: PathBuf,
    },
    /// The targets keys are not here, and nothing that they signed is.
    #[error("the keys of targets are not in {}, and no metadata that their holders signed", folder.display())]
    NoTargets {
        /// The folder.
        folder: PathBuf,
    },
    /// A key that releases need is not here.
    #[error("{role} is signed by {}, and {} does not have enough of them", keys.join(" "), folder.display())]
    NoOnlineKey {
        /// The role.
        role: String,
        /// The ids of its keys.
        keys: Vec<String>,
        /// The folder.
        folder: PathBuf,
    },
    /// The pack of another root.
    #[error("{} holds the pack of another root", pack.display())]
    ForeignPack {
        /// The pack.
        pack: PathBuf,
    },
    /// Not exactly one key.
    #[error("{} must hold exactly one key", folder.display())]
    NotOneKey {
        /// The folder.
        folder: PathBuf,
    },
    /// A part that a partner has handed in, and that verifiers would not use.
    #[error("{role}: {reason} [{code}]")]
    Part {
        /// The partner's role.
        role: String,
        /// The stable code of the refusal.
        code: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A partner with the owner's own issuer.
    #[error("{id} is an issuer of the pack's owner, and cannot be a partner's")]
    OwnIssuer {
        /// The issuer.
        id: String,
    },
    /// A file.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The keystore.
    #[error(transparent)]
    Keystore(#[from] KeystoreError),
    /// The metadata.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The contents.
    #[error(transparent)]
    Contents(#[from] PackError),
    /// The pack's present state, or its folder.
    #[error(transparent)]
    Update(#[from] UpdateError),
}

impl PackOpenError {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoRoot { .. } => "pack-root-missing",
            Self::NoTargets { .. } => "pack-no-targets",
            Self::NoOnlineKey { .. } => "pack-no-online-key",
            Self::ForeignPack { .. } => "pack-foreign-folder",
            Self::Part { .. } => "pack-part",
            _ => "pack",
        }
    }
}
