//! The Update Framework, specification 1.0.33 (theupdateframework.github.io/specification).
//!
//! Names follow the specification. What a repository serves is believed only after the workflow of §5 has
//! accepted it; what was accepted is kept, and nothing older is accepted again.

mod accepted;
mod bodies;
mod canonical;
mod client;
mod error;
pub(crate) mod hex;
mod key;
mod listing;
mod metadata;
pub(crate) mod name;
#[cfg(feature = "other-keys")]
mod other_keys;
mod publish;
pub(crate) mod repository;
mod statement;
pub(crate) mod store;
mod targets;

pub use accepted::{Accepted, DelegatedState, RoleState};
pub use client::{Client, Expiry};
pub use error::{MetadataError, Role, UpdateError};
pub use listing::TargetList;
pub use name::as_segment;
pub use publish::{
    Assembly, DelegatedRole, PublishError, Release, RepositoryFile, RoleDefinition, SignedPart, TargetsPart,
    root_metadata, targets_metadata, write_folder,
};
pub use repository::{FolderRepository, Repository};
pub use statement::{RoleSignature, RootStatement, Statement, TargetsStatement, metadata_key_id};
pub use store::{FolderStore, MemoryStore, StagedStore, TrustedStore};
