//! The Update Framework, specification 1.0.33 (theupdateframework.github.io/specification).
//!
//! Names follow the specification. What a repository serves is believed only after the workflow of §5 has
//! accepted it; what was accepted is kept, and nothing older is accepted again.

mod canonical;
mod client;
mod error;
pub(crate) mod hex;
mod key;
mod listing;
mod metadata;
mod publish;
pub(crate) mod repository;
pub(crate) mod store;

pub use client::{Accepted, Client, Expiry, RoleState};
pub use error::{MetadataError, Role, UpdateError};
pub use listing::TargetList;
pub use publish::{
    PublishError, Release, RepositoryFile, RevisedTargets, Revision, RoleDefinition, root_metadata,
    write_folder,
};
pub use repository::{FolderRepository, Repository};
pub use store::{FolderStore, MemoryStore, StagedStore, TrustedStore};
