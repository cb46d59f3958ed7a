//! Trust packs: everything a verifier needs offline, in one place that never goes backwards.
//!
//! A pack is a repository of The Update Framework (specification 1.0.33): in a folder, or as one file. Its
//! targets are the register, the issuers with their keys, their status lists and product records
//! (docs/spec/trust-pack.md). A [`Client`] follows it from a pinned root and remembers what it accepted; a
//! [`TrustPack`] is made only from what a client accepted.
//!
//! **Invariant:** no clock; no network but that of `HttpRepository`, which is left out unless the feature `http`
//! asks for it. Files are touched only below the folders that are handed in. What cannot be reached is
//! [`UpdateError::Unreachable`] and says nothing about any label.

mod archive;
#[cfg(feature = "http")]
mod http;
mod pack;
mod tuf;

pub use archive::{ArchiveError, ArchiveRepository, write_archive};
#[cfg(feature = "http")]
pub use http::{HttpRepository, Patience};
pub use pack::{
    Confirmed, Entitlement, Issuer, IssuerKey, Jwk, JwkError, KeyState, PackContents, PackError, Partner,
    PartnerTrouble, PicturePath, Product, Purpose, StatusTrouble, TrustPack, path, product_document,
};
pub use tuf::{
    Accepted, Assembly, Client, DelegatedRole, DelegatedState, Expiry, FolderRepository, FolderStore,
    MemoryStore, MetadataError, PublishError, Release, Repository, RepositoryFile, Role, RoleDefinition,
    RoleSignature, RoleState, RootStatement, SignedPart, StagedStore, Statement, TargetList, TargetsPart,
    TargetsStatement, TrustedStore, UpdateError, as_segment, metadata_key_id, root_metadata,
    targets_metadata, write_folder,
};
