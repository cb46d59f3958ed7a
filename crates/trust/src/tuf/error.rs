//! Why metadata or an update is refused.

use std::fmt;

use verilabel_label::{Timestamp, excerpt};

/// The four top-level roles (TUF specification §2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Says which keys speak for which role.
    Root,
    /// Says which metadata is the newest.
    Timestamp,
    /// Says which versions belong together.
    Snapshot,
    /// Lists the files and their hashes.
    Targets,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Root, Self::Timestamp, Self::Snapshot, Self::Targets];

    /// The name in metadata and file names.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Timestamp => "timestamp",
            Self::Snapshot => "snapshot",
            Self::Targets => "targets",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Why one metadata file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MetadataError {
    /// Not JSON of the shape due.
    #[error("{what} metadata is malformed: {}", excerpt(.reason))]
    Shape {
        /// Which metadata.
        what: String,
        /// What the JSON reader said.
        reason: String,
    },
    /// Nested deeper than any metadata that means something.
    #[error("the metadata is nested too deep")]
    TooDeep,
    /// A number that is no integer.
    #[error("{} is no integer, and canonical JSON knows no other number", excerpt(.number))]
    NotAnInteger {
        /// The number.
        number: String,
    },
    /// Another role's metadata.
    #[error("{expected} metadata is due, this is {:?}", excerpt(.found))]
    WrongRole {
        /// What is due.
        expected: Role,
        /// What it says it is.
        found: String,
    },
    /// A major version that is not known here.
    #[error("the metadata follows TUF {:?}, this client knows 1.x: update it", excerpt(.found))]
    SpecVersion {
        /// The version.
        found: String,
    },
    /// A signature that is no hexadecimal.
    #[error("a signature of {role} is no hexadecimal")]
    Signature {
        /// The role.
        role: Role,
    },
    /// A key id that does not follow from its key.
    #[error("key id {:?} does not follow from its key", excerpt(.id))]
    KeyId {
        /// The id.
        id: String,
    },
    /// A role without keys.
    #[error("root says nothing of the keys of {role}")]
    RoleMissing {
        /// The role.
        role: Role,
    },
    /// A threshold of none, or the same key id twice.
    #[error("root gives {role} a threshold of 0 or lists a key twice")]
    Threshold {
        /// The role.
        role: Role,
    },
    /// Fewer keys signed than must.
    #[error("{found} of the {threshold} keys that must sign {role} did")]
    TooFewSignatures {
        /// The role.
        role: Role,
        /// Distinct keys whose signature holds.
        found: u32,
        /// Keys needed.
        threshold: u32,
    },
    /// Metadata that is not listed where it must be.
    #[error("{role} metadata is not listed")]
    Unlisted {
        /// The role.
        role: Role,
    },
    /// A target without a hash that is known here.
    #[error("{} has no SHA-256", excerpt(.path))]
    NoHash {
        /// The target.
        path: String,
    },
}

impl MetadataError {
    pub(super) fn shape(what: &str, error: &serde_json::Error) -> Self {
        Self::Shape { what: what.to_owned(), reason: error.to_string() }
    }

    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Shape { .. }
            | Self::TooDeep
            | Self::NotAnInteger { .. }
            | Self::Signature { .. }
            | Self::RoleMissing { .. }
            | Self::Threshold { .. }
            | Self::NoHash { .. } => "metadata-malformed",
            Self::WrongRole { .. } => "metadata-wrong-role",
            Self::SpecVersion { .. } => "metadata-spec-version",
            Self::KeyId { .. } => "metadata-key-id",
            Self::TooFewSignatures { .. } => "pack-too-few-signatures",
            Self::Unlisted { .. } => "pack-mixed",
        }
    }
}

/// Why an update is refused. What was accepted before stays in use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UpdateError {
    /// The repository or the store could not be read or written; says nothing of the pack.
    #[error("{what} could not be reached: {reason}")]
    Unreachable {
        /// The file.
        what: String,
        /// The reason.
        reason: String,
    },
    /// A file that must be there is not.
    #[error("{} is missing", excerpt(.what))]
    Missing {
        /// The file.
        what: String,
    },
    /// A file larger than allowed.
    #[error("{} is larger than the {limit} bytes that are allowed", excerpt(.what))]
    TooLarge {
        /// The file.
        what: String,
        /// The limit.
        limit: usize,
    },
    /// Metadata that does not stand by itself.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// Root metadata whose version does not follow the trusted one.
    #[error("root metadata of version {found} stands where version {due} is due")]
    RootVersion {
        /// Version found.
        found: u64,
        /// Version due.
        due: u64,
    },
    /// More root rotations than anybody makes.
    #[error("more than {limit} root rotations at once")]
    TooManyRoots {
        /// The limit.
        limit: u64,
    },
    /// Older than what was accepted before.
    #[error(
        "{role} metadata has version {found}, but version {accepted} was accepted before: this pack is older"
    )]
    RolledBack {
        /// The role.
        role: Role,
        /// Version found.
        found: u64,
        /// Version accepted before.
        accepted: u64,
    },
    /// Metadata of several versions of the pack in one.
    #[error(
        "{what} is not the one that {listed_in} metadata lists: the pack mixes several versions or was damaged"
    )]
    Mixed {
        /// The file.
        what: String,
        /// The role that lists it.
        listed_in: Role,
    },
    /// Past its expiry.
    #[error("{role} metadata expired on {expires}: fetch a newer pack")]
    Expired {
        /// The role.
        role: Role,
        /// When.
        expires: Timestamp,
    },
    /// A target that the pack does not have.
    #[error("the pack has no {}", excerpt(.path))]
    NoTarget {
        /// The target.
        path: String,
    },
    /// A target with other contents than listed.
    #[error("{} is not the file that the pack lists: it was damaged or replaced", excerpt(.path))]
    TargetMismatch {
        /// The target.
        path: String,
    },
}

impl UpdateError {
    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "pack-unreachable",
            Self::Missing { .. } => "pack-incomplete",
            Self::TooLarge { .. } => "pack-too-large",
            Self::Metadata(error) => error.code(),
            Self::RootVersion { .. } => "pack-root-version",
            Self::TooManyRoots { .. } => "pack-too-many-roots",
            Self::RolledBack { .. } => "pack-rolled-back",
            Self::Mixed { .. } => "pack-mixed",
            Self::Expired { .. } => "pack-expired",
            Self::NoTarget { .. } => "pack-no-target",
            Self::TargetMismatch { .. } => "pack-target-mismatch",
        }
    }
}
