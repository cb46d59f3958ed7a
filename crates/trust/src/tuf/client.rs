//! The client workflow of the TUF specification, §5, in its order.

use verilabel_label::Timestamp;

use super::listing::TargetList;
use super::metadata::{Body, MetaFile, Proven, Received, Root, Snapshot, Targets, TimestampBody};
use super::store::MAX_METADATA;
use super::{MetadataError, Repository, Role, TrustedStore, UpdateError, hex};

/// Root rotations followed in one update.
const MAX_ROTATIONS: u64 = 256;
/// Limits where no other metadata gives a length.
const MAX_ROOT: usize = 512 << 10;
const MAX_TIMESTAMP: usize = 64 << 10;
/// Largest target of a pack.
const MAX_TARGET: usize = 64 << 20;

/// What to do about metadata past its expiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// Refuse it, as an update must: whoever serves it may be hiding a newer one.
    Refuse,
    /// Use it and say so, as an offline verifier does: old knowledge with a date beats none.
    Report,
}

/// A client that follows one repository from its pinned root.
pub struct Client<S> {
    store: S,
    root: Proven<Root>,
}

impl<S: TrustedStore> Client<S> {
    /// Takes up what the store has accepted or, the first time, the pinned root.
    ///
    /// # Errors
    /// If the store cannot be read or written, or the root does not stand by itself.
    pub fn open(mut store: S, pinned_root: &[u8]) -> Result<Self, UpdateError> {
        if let Some(accepted) = store.load(Role::Root)? {
            let root = Received::<Root>::read(&accepted)?.prove_root(None)?;
            return Ok(Self { store, root });
        }
        let root = Received::<Root>::read(pinned_root)?.prove_root(None)?;
        store.save(Role::Root, &root.bytes)?;
        Ok(Self { store, root })
    }

    /// Follows the repository to its newest state. `now` is fixed for the whole update (§5.1).
    ///
    /// # Errors
    /// What was accepted before stays accepted.
    pub fn update(
        &mut self,
        repository: &dyn Repository,
        now: Timestamp,
        expiry: Expiry,
    ) -> Result<Accepted, UpdateError> {
        let mut watch = ExpiryWatch { now, expiry, expired: Vec::new() };
        self.update_root(repository)?;
        watch.check(Role::Root, &self.root)?;
        let timestamp = self.update_timestamp(repository)?;
        watch.check(Role::Timestamp, &timestamp)?;
        let snapshot = self.update_snapshot(repository, &timestamp)?;
        watch.check(Role::Snapshot, &snapshot)?;
        let targets = self.update_targets(repository, &snapshot)?;
        watch.check(Role::Targets, &targets)?;
        Ok(Accepted {
            roles: [
                RoleState::of(Role::Root, &self.root),
                RoleState::of(Role::Timestamp, &timestamp),
                RoleState::of(Role::Snapshot, &snapshot),
                RoleState::of(Role::Targets, &targets),
            ],
            expired: watch.expired,
            consistent: self.root.body.consistent_snapshot,
            targets: targets.body,
        })
    }

    /// The store, with what was accepted.
    #[must_use]
    pub fn into_store(self) -> S {
        self.store
    }

    /// §5.3: every root between the trusted and the newest, each accepted by the one before it.
    fn update_root(&mut self, repository: &dyn Repository) -> Result<(), UpdateError> {
        let before = self.root.body.keys.clone();
        let first = self.root.version;
        loop {
            let due = self.root.version.saturating_add(1);
            let Some(bytes) = repository.metadata(&format!("{due}.root.json"), MAX_ROOT)? else { break };
            if due - first > MAX_ROTATIONS {
                return Err(UpdateError::TooManyRoots { limit: MAX_ROTATIONS });
            }
            let received = Received::<Root>::read(&bytes)?;
            if received.version() != due {
                return Err(UpdateError::RootVersion { found: received.version(), due });
            }
            let root = received.prove_root(Some(&self.root.body.keys))?;
            self.store.save(Role::Root, &root.bytes)?;
            self.root = root;
        }
        // §5.3.11: after a rotation the old versions bind no longer, so that a thief of the old keys cannot
        // lock the client out with a very high version.
        let rotated = |role| !before.same_for(&self.root.body.keys, role);
        if rotated(Role::Timestamp) || rotated(Role::Snapshot) {
            self.store.remove(Role::Timestamp)?;
            self.store.remove(Role::Snapshot)?;
        }
        Ok(())
    }

    /// §5.4.
    fn update_timestamp(
        &mut self,
        repository: &dyn Repository,
    ) -> Result<Proven<TimestampBody>, UpdateError> {
        let name = "timestamp.json";
        let bytes = repository.metadata(name, MAX_TIMESTAMP)?.ok_or_else(|| missing(name))?;
        let new = Received::<TimestampBody>::read(&bytes)?.prove(&self.root.body.keys, Role::Timestamp)?;
        if let Some(trusted) = self.trusted::<TimestampBody>()? {
            forbid_rollback(Role::Timestamp, new.version, trusted.version)?;
            forbid_rollback(Role::Snapshot, new.body.snapshot.version, trusted.body.snapshot.version)?;
            if new.version == trusted.version {
                return Ok(trusted);
            }
        }
        self.store.save(Role::Timestamp, &new.bytes)?;
        Ok(new)
    }

    /// §5.5.
    fn update_snapshot(
        &mut self,
        repository: &dyn Repository,
        timestamp: &Proven<TimestampBody>,
    ) -> Result<Proven<Snapshot>, UpdateError> {
        let listed = &timestamp.body.snapshot;
        let trusted = self.trusted::<Snapshot>()?;
        if let Some(trusted) = &trusted
            && trusted.version == listed.version
            && listed.matches(&trusted.bytes)
        {
            return Ok(trusted.clone());
        }
        let new = self.fetch_listed::<Snapshot>(repository, listed, Role::Timestamp)?;
        for (name, old) in trusted.iter().flat_map(|t| &t.body.meta) {
            let found = new.body.meta.get(name).map_or(0, |file| file.version);
            forbid_rollback(Role::Targets, found, old.version)?;
        }
        self.store.save(Role::Snapshot, &new.bytes)?;
        Ok(new)
    }

    /// §5.6 for the top-level targets role.
    fn update_targets(
        &mut self,
        repository: &dyn Repository,
        snapshot: &Proven<Snapshot>,
    ) -> Result<Proven<Targets>, UpdateError> {
        let listed =
            snapshot.body.meta.get("targets.json").ok_or(MetadataError::Unlisted { role: Role::Targets })?;
        if let Some(trusted) = self.trusted::<Targets>()?
            && trusted.version == listed.version
            && listed.matches(&trusted.bytes)
        {
            return Ok(trusted);
        }
        let new = self.fetch_listed::<Targets>(repository, listed, Role::Snapshot)?;
        self.store.save(Role::Targets, &new.bytes)?;
        Ok(new)
    }

    /// Fetches metadata that other metadata lists, and holds it to what the list says.
    fn fetch_listed<T: Body>(
        &self,
        repository: &dyn Repository,
        listed: &MetaFile,
        listed_in: Role,
    ) -> Result<Proven<T>, UpdateError> {
        let role = T::ROLE;
        let name = if self.root.body.consistent_snapshot {
            format!("{}.{role}.json", listed.version)
        } else {
            format!("{role}.json")
        };
        let bytes = repository.metadata(&name, listed.limit(MAX_METADATA))?.ok_or_else(|| missing(&name))?;
        if !listed.matches(&bytes) {
            return Err(UpdateError::Mixed { what: name, listed_in });
        }
        let new = Received::<T>::read(&bytes)?.prove(&self.root.body.keys, role)?;
        if new.version != listed.version {
            return Err(UpdateError::Mixed { what: name, listed_in });
        }
        Ok(new)
    }

    /// What was accepted before, if the present root still vouches for it.
    fn trusted<T: Body>(&self) -> Result<Option<Proven<T>>, UpdateError> {
        let Some(bytes) = self.store.load(T::ROLE)? else { return Ok(None) };
        match Received::<T>::read(&bytes)?.prove(&self.root.body.keys, T::ROLE) {
            Ok(trusted) => Ok(Some(trusted)),
            Err(MetadataError::TooFewSignatures { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

fn missing(name: &str) -> UpdateError {
    UpdateError::Missing { what: name.to_owned() }
}

fn forbid_rollback(role: Role, found: u64, accepted: u64) -> Result<(), UpdateError> {
    if found < accepted { Err(UpdateError::RolledBack { role, found, accepted }) } else { Ok(()) }
}

struct ExpiryWatch {
    now: Timestamp,
    expiry: Expiry,
    expired: Vec<(Role, Timestamp)>,
}

impl ExpiryWatch {
    fn check<T>(&mut self, role: Role, metadata: &Proven<T>) -> Result<(), UpdateError> {
        let expires = metadata.expires;
        if self.now < expires {
            return Ok(());
        }
        match self.expiry {
            Expiry::Refuse => Err(UpdateError::Expired { role, expires }),
            Expiry::Report => {
                self.expired.push((role, expires));
                Ok(())
            }
        }
    }
}

/// Version and expiry of a role's metadata in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoleState {
    /// The role.
    pub role: Role,
    /// Its version.
    pub version: u64,
    /// Until when it is good.
    pub expires: Timestamp,
}

impl RoleState {
    fn of<T>(role: Role, metadata: &Proven<T>) -> Self {
        Self { role, version: metadata.version, expires: metadata.expires }
    }
}

/// A state of the repository that was accepted: which targets there are, and what they must be.
#[derive(Debug, Clone)]
pub struct Accepted {
    roles: [RoleState; 4],
    expired: Vec<(Role, Timestamp)>,
    consistent: bool,
    targets: Targets,
}

impl Accepted {
    /// Root, timestamp, snapshot and targets, in this order.
    #[must_use]
    pub fn roles(&self) -> &[RoleState; 4] {
        &self.roles
    }

    /// Roles past their expiry, where that was to be reported.
    #[must_use]
    pub fn expired(&self) -> &[(Role, Timestamp)] {
        &self.expired
    }

    /// Paths of all targets, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.targets.targets.keys().map(String::as_str)
    }

    /// What it lists, for whoever publishes the next state.
    #[must_use]
    pub fn target_list(&self) -> TargetList {
        TargetList::of(&self.targets).unwrap_or_default()
    }

    /// Fetches a target and holds it to its length and hash (§5.7).
    pub fn target(&self, repository: &dyn Repository, path: &str) -> Result<Vec<u8>, UpdateError> {
        let no_target = || UpdateError::NoTarget { path: path.to_owned() };
        let file = self.targets.targets.get(path).ok_or_else(no_target)?;
        let stored = self.stored_path(path).ok_or_else(no_target)?;
        let limit = usize::try_from(file.length).unwrap_or(usize::MAX).min(MAX_TARGET);
        let bytes = repository.target(&stored, limit)?.ok_or_else(|| missing(&stored))?;
        if file.matches(&bytes) {
            Ok(bytes)
        } else {
            Err(UpdateError::TargetMismatch { path: path.to_owned() })
        }
    }

    /// The path below `targets/`: with the hash before the file name where the repository is consistent.
    #[must_use]
    pub fn stored_path(&self, path: &str) -> Option<String> {
        let file = self.targets.targets.get(path)?;
        if self.consistent {
            consistent_path(path, file.hashes.get("sha256")?)
        } else {
            Some(path.to_owned())
        }
    }
}

/// `folder/name` and a hash as `folder/HASH.name` (§6.2).
pub(super) fn consistent_path(path: &str, hash: &str) -> Option<String> {
    hex::decode_32(hash)?;
    Some(match path.rsplit_once('/') {
        Some((folder, name)) => format!("{folder}/{hash}.{name}"),
        None => format!("{hash}.{path}"),
    })
}
