//! Why metadata or an update is refused.

use std::fmt;

use verilabel_label::{Timestamp, excerpt};

/// The four top-level roles (TUF specification §2.1). Delegated targets roles go by their names.
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
    /// JSON that breaks off.
    #[error("{what} metadata breaks off before its end")]
    Truncated {
        /// Which metadata.
        what: String,
    },
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
    /// One key signed twice, or another in its name (§4.2).
    #[error("{} metadata bears two signatures with key id {:?}", excerpt(.role), excerpt(.id))]
    DuplicateSignature {
        /// The role.
        role: String,
        /// The key id.
        id: String,
    },
    /// A key id that stands for two keys (§4.2).
    #[error(
        "key id {:?} stands for another key in root metadata than where {} delegates",
        excerpt(.id),
        excerpt(.role)
    )]
    KeyId {
        /// The delegating role.
        role: String,
        /// The id.
        id: String,
    },
    /// A role without keys.
    #[error("nothing says which keys speak for {}", excerpt(.role))]
    RoleMissing {
        /// The role.
        role: String,
    },
    /// A threshold of none, or the same key id twice.
    #[error("{} has a threshold of 0 or lists a key twice", excerpt(.role))]
    Threshold {
        /// The role.
        role: String,
    },
    /// A delegation to a role whose name is empty or that of a top-level role, or twice to one role.
    #[error("{} delegates to {:?}, which is no name for a delegated role here", excerpt(.role), excerpt(.name))]
    RoleName {
        /// The delegating role.
        role: String,
        /// The name.
        name: String,
    },
    /// Fewer keys signed than must.
    #[error("{found} of the {threshold} keys that must sign {} did", excerpt(.role))]
    TooFewSignatures {
        /// The role.
        role: String,
        /// Distinct keys whose signature holds.
        found: u32,
        /// Keys needed.
        threshold: u32,
    },
    /// Enough signatures only if those of unknown kinds counted.
    #[error(
        "{found} of the {threshold} keys that must sign {} did; others signed by {:?}, which is not known here",
        excerpt(.role),
        excerpt(.scheme)
    )]
    UnknownScheme {
        /// The role.
        role: String,
        /// Distinct keys whose signature holds.
        found: u32,
        /// Keys needed.
        threshold: u32,
        /// The first unknown key type and scheme.
        scheme: String,
    },
    /// Metadata that is not listed where it must be.
    #[error("{} metadata is not listed", excerpt(.role))]
    Unlisted {
        /// The role.
        role: String,
    },
}

impl MetadataError {
    pub(super) fn shape(what: &str, error: &serde_json::Error) -> Self {
        if error.is_eof() {
            Self::Truncated { what: what.to_owned() }
        } else {
            Self::Shape { what: what.to_owned(), reason: error.to_string() }
        }
    }

    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Truncated { .. } => "metadata-truncated",
            Self::Shape { .. }
            | Self::TooDeep
            | Self::NotAnInteger { .. }
            | Self::RoleMissing { .. }
            | Self::Threshold { .. }
            | Self::RoleName { .. } => "metadata-malformed",
            Self::WrongRole { .. } => "metadata-wrong-role",
            Self::SpecVersion { .. } => "metadata-spec-version",
            Self::DuplicateSignature { .. } => "metadata-duplicate-signature",
            Self::KeyId { .. } => "metadata-key-id",
            Self::UnknownScheme { .. } => "metadata-unknown-scheme",
            Self::TooFewSignatures { .. } => "pack-too-few-signatures",
            Self::Unlisted { .. } => "pack-mixed",
        }
    }
}

/// Why an update is refused. What was accepted before stays in use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UpdateError {
    /// The repository could not be read; says nothing of the pack.
    #[error("{} could not be reached: {}", excerpt(.what), excerpt(.reason))]
    Unreachable {
        /// The file.
        what: String,
        /// The reason.
        reason: String,
    },
    /// A server that sends next to nothing, for ever.
    #[error("{} comes too slowly: {received} bytes in {seconds} seconds", excerpt(.what))]
    Slow {
        /// The file.
        what: String,
        /// Bytes received.
        received: usize,
        /// In how many seconds.
        seconds: u64,
    },
    /// What was accepted could not be kept.
    #[error("{what} could not be kept: {reason}")]
    NotKept {
        /// The file.
        what: String,
        /// What kind of trouble.
        kind: std::io::ErrorKind,
        /// The reason.
        reason: String,
    },
    /// Somebody else has held the store locked all the while.
    #[error("{what} is in use by another run, and still was after {} seconds", .waited.as_secs())]
    InUse {
        /// The folder.
        what: String,
        /// How long it was waited for.
        waited: std::time::Duration,
    },
    /// There is no trusted root to begin with.
    #[error("there is no root metadata to begin with")]
    NoRoot,
    /// A file that must be there is not.
    #[error("{} is missing", excerpt(.what))]
    Missing {
        /// The file.
        what: String,
    },
    /// A root version that must be there is not, though a later one is.
    #[error("root metadata of version {version} is missing, though there is a later one")]
    RootGap {
        /// The version.
        version: u64,
    },
    /// A file larger than allowed, perhaps without end.
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
    /// More patterns of paths than the delegations of a pack have.
    #[error("{} delegates by more than {limit} patterns of paths", excerpt(.role))]
    TooManyPatterns {
        /// The role.
        role: String,
        /// The limit.
        limit: usize,
    },
    /// Older than what was accepted before.
    #[error(
        "{} metadata has version {found}, but version {accepted} was accepted before: this pack is older",
        excerpt(.role)
    )]
    RolledBack {
        /// The role.
        role: String,
        /// Version found.
        found: u64,
        /// Version accepted before.
        accepted: u64,
    },
    /// A role that was listed before and is no more.
    #[error("{} was listed when the pack was last accepted, and is no more", excerpt(.what))]
    Delisted {
        /// The metadata file.
        what: String,
    },
    /// Metadata of several versions of the pack in one.
    #[error(
        "{} is not the one that {listed_in} metadata lists: the pack mixes several versions or was damaged",
        excerpt(.what)
    )]
    Mixed {
        /// The file.
        what: String,
        /// The role that lists it.
        listed_in: Role,
    },
    /// Past its expiry.
    #[error("{} metadata expired on {expires}: fetch a newer pack", excerpt(.role))]
    Expired {
        /// The role.
        role: String,
        /// When.
        expires: Timestamp,
    },
    /// A target that the pack does not have.
    #[error("the pack has no {}", excerpt(.path))]
    NoTarget {
        /// The target.
        path: String,
    },
    /// A target that nothing known here could check.
    #[error("{} is listed with no hash that is known here (sha256, sha512)", excerpt(.path))]
    NoHash {
        /// The target.
        path: String,
    },
    /// A file of another length than listed.
    #[error("{} has {found} bytes, {listed} are listed: it was cut, damaged or replaced", excerpt(.what))]
    WrongLength {
        /// The file.
        what: String,
        /// Bytes found.
        found: u64,
        /// Bytes listed.
        listed: u64,
    },
    /// A target with other contents than listed.
    #[error("{} is not the file that the pack lists: it was damaged or replaced", excerpt(.path))]
    WrongHash {
        /// The target.
        path: String,
    },
}

impl UpdateError {
    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        use std::io::ErrorKind;
        match self {
            Self::Unreachable { .. } => "pack-unreachable",
            Self::Slow { .. } => "pack-slow-server",
            Self::NotKept { kind: ErrorKind::StorageFull | ErrorKind::QuotaExceeded, .. } => "pack-disk-full",
            Self::NotKept { kind: ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied, .. } => {
                "pack-read-only"
            }
            Self::NotKept { .. } => "pack-not-kept",
            Self::InUse { .. } => "pack-in-use",
            Self::NoRoot => "pack-no-root",
            Self::Missing { .. } => "pack-incomplete",
            Self::RootGap { .. } => "pack-root-gap",
            Self::TooLarge { .. } => "pack-too-large",
            Self::Metadata(error) => error.code(),
            Self::RootVersion { .. } => "pack-root-version",
            Self::TooManyPatterns { .. } => "pack-too-many-patterns",
            Self::TooManyRoots { .. } => "pack-too-many-roots",
            Self::RolledBack { .. } | Self::Delisted { .. } => "pack-rolled-back",
            Self::Mixed { .. } => "pack-mixed",
            Self::Expired { role, .. } if role == "root" => "pack-root-expired",
            Self::Expired { .. } => "pack-expired",
            Self::NoTarget { .. } => "pack-no-target",
            Self::NoHash { .. } => "pack-no-hash",
            Self::WrongLength { .. } => "pack-wrong-length",
            Self::WrongHash { .. } => "pack-wrong-hash",
        }
    }
}
