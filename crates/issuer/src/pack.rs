//! A trust pack's keys, ceremonies with them, and releases of packs of one or several authorities.

mod error;
mod keys;
mod overlay;
mod release;

pub use error::PackOpenError;
pub use keys::PackKeys;
pub use keys::{only_key, published_targets};
pub use release::{Partners, PublishedPack, owners_documents, publish_pack, publish_pack_with};

pub(crate) use keys::{OfflineTargets, newest, read_bounded, read_roots, root_name, targets_name};
pub(crate) use release::waiting;

use verilabel_label::Timestamp;
use verilabel_trust::Role;

/// For how many seconds each role's metadata is good.
#[derive(Debug, Clone, Copy)]
pub struct Validities {
    /// Root.
    pub root: u64,
    /// Targets.
    pub targets: u64,
    /// Snapshot and timestamp.
    pub online: u64,
}

impl Default for Validities {
    /// A year; 90 days; a week.
    fn default() -> Self {
        const DAY: u64 = 86_400;
        Self { root: 365 * DAY, targets: 90 * DAY, online: 7 * DAY }
    }
}

impl Validities {
    pub(crate) fn expiry(&self, role: Role, now: Timestamp) -> Timestamp {
        now.plus_seconds(self.of(role))
    }

    pub(crate) fn of(&self, role: Role) -> u64 {
        match role {
            Role::Root => self.root,
            Role::Targets => self.targets,
            Role::Snapshot | Role::Timestamp => self.online,
        }
    }
}
