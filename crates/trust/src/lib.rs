//! Trust packs: everything a verifier needs offline, in one place that never goes backwards.
//!
//! A pack is a repository of The Update Framework (specification 1.0.33): in a folder, or as one file. Its
//! targets are the register, the issuers with their keys, their status lists and product records
//! (docs/spec/trust-pack.md). A [`Client`] follows it from a pinned root and remembers what it accepted; a
//! [`TrustPack`] is made only from what a client accepted.
//!
//! **Invariant:** no clock, no network. Files are touched only below the folders that are handed in. What
//! cannot be reached is [`UpdateError::Unreachable`] and says nothing about any label.

mod archive;
mod pack;
mod tuf;

pub use archive::{ArchiveError, ArchiveRepository, write_archive};
pub use pack::{
    Entitlement, Issuer, IssuerKey, Jwk, JwkError, KeyState, PackContents, PackError, Product, Purpose,
    StatusTrouble, TrustPack, path, product_document,
};
pub use tuf::{
    Accepted, Client, Expiry, FolderRepository, FolderStore, MemoryStore, MetadataError, PublishError,
    Release, Repository, RepositoryFile, RevisedTargets, Revision, Role, RoleDefinition, RoleState,
    StagedStore, TargetList, TrustedStore, UpdateError, root_metadata, write_folder,
};
