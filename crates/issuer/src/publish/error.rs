//! Why nothing was published.

use std::path::PathBuf;

use verilabel_label::Timestamp;
use verilabel_trust::{PackError, PublishError, UpdateError};

use crate::{PackOpenError, Refusal};

/// Why a publication did not come about. What was published before stands.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublicationError {
    /// The records, or a signer.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// Not where anything can be published.
    #[error("{url} is no place to publish to: {reason}")]
    Url {
        /// What was given.
        url: String,
        /// What is wrong, and what to give.
        reason: String,
    },
    /// The publication folder, or an object in it, cannot be read or written.
    #[error("{object} in the publication folder cannot be reached: {reason}")]
    Unreachable {
        /// The object.
        object: String,
        /// What the folder said.
        reason: String,
    },
    /// Another instance has its turn.
    #[error("another instance publishes, until {until} at the latest")]
    Busy {
        /// When its turn ends, if it does not end it before.
        until: Timestamp,
    },
    /// Another process has locked the folder.
    #[error("another process is publishing to {}", folder.display())]
    FolderBusy {
        /// The folder.
        folder: PathBuf,
    },
    /// Another instance has published meanwhile; nothing of it was undone.
    #[error("another instance has published meanwhile")]
    Overtaken,
    /// The folder holds a pack of another root.
    #[error("the publication folder holds the pack of another root: publish to a folder of its own")]
    ForeignFolder,
    /// A URL of the issuer's document has no place in the publication folder.
    #[error(
        "{url} has no place in a publication folder: it must be https://HOST/PATH, the path of plain names"
    )]
    Outside {
        /// The URL.
        url: String,
    },
    /// A pack with partners.
    #[error(
        "this pack has partners, whose parts `publish` does not look after: publish it with `pack publish`"
    )]
    Partners,
    /// Metadata could not be made.
    #[error(transparent)]
    Metadata(#[from] PublishError),
    /// A client of the pack would refuse what was made.
    #[error("verifiers would refuse the release: {0}")]
    WouldBeRefused(#[from] UpdateError),
    /// A document of the pack could not be made.
    #[error(transparent)]
    Document(#[from] PackError),
    /// The pack's keys.
    #[error(transparent)]
    Keys(#[from] PackOpenError),
    /// A file could not be made.
    #[error("{what} cannot be made: {reason}")]
    Making {
        /// The file.
        what: &'static str,
        /// Why.
        reason: String,
    },
}

impl PublicationError {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refusal(refusal) => refusal.code(),
            Self::Url { .. } => "publication-url",
            Self::Unreachable { .. } => "publication-unreachable",
            Self::Busy { .. } => "publication-busy",
            Self::FolderBusy { .. } => "publication-folder-busy",
            Self::Overtaken => "publication-overtaken",
            Self::ForeignFolder => "publication-foreign-folder",
            Self::Outside { .. } => "publication-outside",
            Self::Partners => "publication-partners",
            Self::Metadata(_) | Self::WouldBeRefused(_) | Self::Document(_) => "publication-pack",
            Self::Keys(_) => "publication-keys",
            Self::Making { .. } => "publication-making",
        }
    }

    /// Whether somebody else is at it: nothing is wrong, and the next attempt will do.
    #[must_use]
    pub fn is_contention(&self) -> bool {
        matches!(self, Self::Busy { .. } | Self::FolderBusy { .. } | Self::Overtaken)
    }
}
