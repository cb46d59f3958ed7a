//! The client workflow of the TUF specification, §5, in its order.

use verilabel_label::Timestamp;

use super::accepted::{Accepted, Delegated, RoleState, Search};
use super::bodies::{MetaFile, Root, Snapshot, TimestampBody};
use super::metadata::{Body, KeyRing, Proven, Received};
use super::name::as_segment;
use super::store::MAX_METADATA;
use super::targets::{Delegation, Targets};
use super::{MetadataError, Repository, Role, TrustedStore, UpdateError};

/// Root rotations followed in one update.
const MAX_ROTATIONS: u64 = 256;
/// Delegated roles of one pack, and patterns of paths by which one role delegates.
const MAX_DELEGATED: usize = 256;
const MAX_PATTERNS: usize = 1_024;
/// Limits where no other metadata gives a length, in bytes.
const MAX_ROOT: usize = 512 << 10;
const MAX_TIMESTAMP: usize = 16 << 10;
const MAX_SNAPSHOT: usize = 2_000_000;
const MAX_TARGETS: usize = 5_000_000;

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
        if let Some(root) = accepted_root(&store)? {
            return Ok(Self { store, root });
        }
        let root = Received::<Root>::read(pinned_root)?.prove_root(None)?;
        store.save(Role::Root.name(), &root.bytes)?;
        Ok(Self { store, root })
    }

    /// Takes up what the store has accepted.
    ///
    /// # Errors
    /// [`UpdateError::NoRoot`] if that is nothing; those of [`Client::open`].
    pub fn resume(store: S) -> Result<Self, UpdateError> {
        let root = accepted_root(&store)?.ok_or(UpdateError::NoRoot)?;
        Ok(Self { store, root })
    }

    /// The store, with what was accepted.
    #[must_use]
    pub fn into_store(self) -> S {
        self.store
    }

    /// The version of the trusted root.
    #[must_use]
    pub fn root_version(&self) -> u64 {
        self.root.version
    }

    /// Follows the repository to its newest state, delegated roles included. `now` is fixed for the whole
    /// update (§5.1). A delegated role that is refused takes its targets with it and nothing else.
    ///
    /// # Errors
    /// What was accepted before stays accepted.
    pub fn update(
        &mut self,
        repository: &dyn Repository,
        now: Timestamp,
        expiry: Expiry,
    ) -> Result<Accepted, UpdateError> {
        let mut accepted = self.refresh(repository, now, expiry)?;
        bound(Role::Targets.name(), &accepted.targets)?;
        while accepted.delegated.len() < MAX_DELEGATED
            && let Some((parent, name)) = accepted.next_delegation()
        {
            let found = self.delegated(&accepted, repository, &parent, &name);
            let metadata = match found.and_then(|metadata| bound(&name, &metadata).map(|()| metadata)) {
                Ok(metadata) => Ok(metadata),
                // These say nothing of the role.
                Err(
                    error @ (UpdateError::Unreachable { .. }
                    | UpdateError::Slow { .. }
                    | UpdateError::NotKept { .. }),
                ) => return Err(error),
                Err(error) => Err((error.code(), error.to_string())),
            };
            accepted.delegated.push(Delegated { parent, name, metadata });
        }
        Ok(accepted)
    }

    /// Follows the repository to its newest state, top-level roles only (§5.1 to §5.6.6).
    ///
    /// # Errors
    /// What was accepted before stays accepted.
    pub fn refresh(
        &mut self,
        repository: &dyn Repository,
        now: Timestamp,
        expiry: Expiry,
    ) -> Result<Accepted, UpdateError> {
        let mut watch = ExpiryWatch { now, expiry, expired: Vec::new() };
        self.update_root(repository)?;
        watch.check(Role::Root, &self.root)?;
        let timestamp = self.update_timestamp(repository, &mut watch)?;
        let snapshot = self.update_snapshot(repository, &timestamp, &mut watch)?;
        let targets = self.update_targets(repository, &snapshot, &mut watch)?;
        Ok(Accepted {
            roles: [
                RoleState::of(Role::Root, &self.root),
                RoleState::of(Role::Timestamp, &timestamp),
                RoleState::of(Role::Snapshot, &snapshot),
                RoleState::of(Role::Targets, &targets),
            ],
            watch,
            made: timestamp.body.made,
            consistent: self.root.body.consistent_snapshot,
            snapshot: snapshot.body,
            targets,
            delegated: Vec::new(),
        })
    }

    /// Follows the repository to its newest root and no further (§5.3).
    ///
    /// # Errors
    /// What was accepted before stays accepted.
    pub fn follow_root(
        &mut self,
        repository: &dyn Repository,
        now: Timestamp,
        expiry: Expiry,
    ) -> Result<RoleState, UpdateError> {
        self.update_root(repository)?;
        ExpiryWatch { now, expiry, expired: Vec::new() }.check(Role::Root, &self.root)?;
        Ok(RoleState::of(Role::Root, &self.root))
    }

    /// Whether targets metadata that is not published yet is signed as the trusted root wants it.
    ///
    /// # Errors
    /// If it is not.
    pub fn check_targets(&self, metadata: &[u8]) -> Result<RoleState, UpdateError> {
        let role = Role::Targets;
        let targets = Received::<Targets>::read(metadata)?.prove(&self.root.body.keys, role.name())?;
        bound(role.name(), &targets)?;
        Ok(RoleState::of(role, &targets))
    }

    /// Looks for a target, fetching the delegated roles that the search comes to (§5.6.7). Says whether there
    /// is one.
    ///
    /// # Errors
    /// If a role on the way is refused.
    pub fn find(
        &mut self,
        accepted: &mut Accepted,
        repository: &dyn Repository,
        path: &str,
    ) -> Result<bool, UpdateError> {
        loop {
            match accepted.search(path) {
                Search::Found(_) => return Ok(true),
                Search::Nowhere => return Ok(false),
                Search::Needs { parent, name } => {
                    let metadata = Ok(self.delegated(accepted, repository, &parent, &name)?);
                    accepted.delegated.push(Delegated { parent, name, metadata });
                }
            }
        }
    }

    /// §5.3: every root between the trusted and the newest, each accepted by the one before it.
    fn update_root(&mut self, repository: &dyn Repository) -> Result<(), UpdateError> {
        let before = self.root.body.keys.clone();
        let first = self.root.version;
        // After the highest number there is, nothing can follow.
        while let Some(due) = self.root.version.checked_add(1) {
            let Some(bytes) = repository.metadata(&root_name(due), MAX_ROOT)? else { break };
            if due - first > MAX_ROTATIONS {
                return Err(UpdateError::TooManyRoots { limit: MAX_ROTATIONS });
            }
            let received = Received::<Root>::read(&bytes)?;
            if received.version() != due {
                return Err(UpdateError::RootVersion { found: received.version(), due });
            }
            let root = received.prove_root(Some(&self.root.body.keys))?;
            self.store.save(Role::Root.name(), &root.bytes)?;
            self.root = root;
        }
        // §5.3.11: after a rotation the old versions bind no longer, so that a thief of the old keys cannot
        // lock the client out with a very high version.
        let rotated = |role| !before.same_for(&self.root.body.keys, role);
        if rotated(Role::Timestamp) || rotated(Role::Snapshot) {
            self.store.remove(Role::Timestamp.name())?;
            self.store.remove(Role::Snapshot.name())?;
        }
        Ok(())
    }

    /// §5.4.
    fn update_timestamp(
        &mut self,
        repository: &dyn Repository,
        watch: &mut ExpiryWatch,
    ) -> Result<Proven<TimestampBody>, UpdateError> {
        const NAME: &str = "timestamp.json";
        let role = Role::Timestamp;
        let bytes = repository.metadata(NAME, MAX_TIMESTAMP)?.ok_or_else(|| missing(NAME))?;
        let new = Received::<TimestampBody>::read(&bytes)?
            .prove(&self.root.body.keys, role.name())
            .map_err(|error| self.explain(repository, error))?;
        if let Some(trusted) = self.trusted::<TimestampBody>(role.name(), &self.root.body.keys)? {
            forbid_rollback(role.name(), new.version, trusted.version)?;
            if new.version == trusted.version {
                watch.check(role, &trusted)?;
                return Ok(trusted);
            }
            let (found, accepted) = (new.body.snapshot.version, trusted.body.snapshot.version);
            forbid_rollback(Role::Snapshot.name(), found, accepted)?;
        }
        watch.check(role, &new)?;
        self.store.save(role.name(), &new.bytes)?;
        Ok(new)
    }

    /// A timestamp by keys that are not known may belong to a root that was not served.
    fn explain(&self, repository: &dyn Repository, error: MetadataError) -> UpdateError {
        let (missing, later) = (self.root.version.checked_add(1), self.root.version.checked_add(2));
        match (&error, missing, later) {
            (MetadataError::TooFewSignatures { .. }, Some(version), Some(later))
                if matches!(repository.metadata(&root_name(later), MAX_ROOT), Ok(Some(_))) =>
            {
                UpdateError::RootGap { version }
            }
            _ => error.into(),
        }
    }

    /// §5.5.
    fn update_snapshot(
        &mut self,
        repository: &dyn Repository,
        timestamp: &Proven<TimestampBody>,
        watch: &mut ExpiryWatch,
    ) -> Result<Proven<Snapshot>, UpdateError> {
        let (role, keys) = (Role::Snapshot, &self.root.body.keys);
        let listed =
            Listed { file: &timestamp.body.snapshot, by: Role::Timestamp, default_limit: MAX_SNAPSHOT };
        let trusted = self.trusted::<Snapshot>(role.name(), keys)?;
        if let Some(trusted) = &trusted
            && listed.is(trusted)
        {
            watch.check(role, trusted)?;
            return Ok(trusted.clone());
        }
        let new = self.fetch::<Snapshot>(repository, role.name(), &listed, keys)?;
        for (name, old) in trusted.iter().flat_map(|t| &t.body.meta) {
            let file = new.body.meta.get(name);
            let found = file.ok_or_else(|| UpdateError::Delisted { what: name.clone() })?.version;
            forbid_rollback(name.strip_suffix(".json").unwrap_or(name), found, old.version)?;
        }
        watch.check(role, &new)?;
        self.store.save(role.name(), &new.bytes)?;
        Ok(new)
    }

    /// §5.6 for the top-level targets role.
    fn update_targets(
        &mut self,
        repository: &dyn Repository,
        snapshot: &Proven<Snapshot>,
        watch: &mut ExpiryWatch,
    ) -> Result<Proven<Targets>, UpdateError> {
        let role = Role::Targets;
        let keys = self.root.body.keys.clone();
        let (targets, new) = self.targets_role(repository, &snapshot.body, role.name(), &keys)?;
        watch.check(role, &targets)?;
        if new {
            self.store.save(role.name(), &targets.bytes)?;
        }
        Ok(targets)
    }

    /// §5.6 for a delegated role.
    fn delegated(
        &mut self,
        accepted: &Accepted,
        repository: &dyn Repository,
        parent: &str,
        name: &str,
    ) -> Result<Proven<Targets>, UpdateError> {
        let delegator = accepted.metadata(parent);
        let keys = delegator.map(|delegator| &delegator.body.keys);
        let keys = keys.ok_or_else(|| MetadataError::RoleMissing { role: name.to_owned() })?;
        if let Some(id) = keys.conflict(&self.root.body.keys) {
            return Err(MetadataError::KeyId { role: parent.to_owned(), id: id.to_owned() }.into());
        }
        let (metadata, new) = self.targets_role(repository, &accepted.snapshot, name, keys)?;
        accepted.watch.allow(name, metadata.expires)?;
        if new {
            self.store.save(name, &metadata.bytes)?;
        }
        Ok(metadata)
    }

    /// Metadata of a targets role, from the store if it is the one that is listed; and whether it is new.
    fn targets_role(
        &self,
        repository: &dyn Repository,
        snapshot: &Snapshot,
        role: &str,
        keys: &KeyRing,
    ) -> Result<(Proven<Targets>, bool), UpdateError> {
        let listed = Listed { file: snapshot.listed(role)?, by: Role::Snapshot, default_limit: MAX_TARGETS };
        match self.trusted::<Targets>(role, keys)? {
            Some(trusted) if listed.is(&trusted) => Ok((trusted, false)),
            _ => Ok((self.fetch(repository, role, &listed, keys)?, true)),
        }
    }

    /// Fetches metadata that other metadata lists, and holds it to what the list says.
    fn fetch<T: Body>(
        &self,
        repository: &dyn Repository,
        role: &str,
        listed: &Listed<'_>,
        keys: &KeyRing,
    ) -> Result<Proven<T>, UpdateError> {
        let plain = format!("{}.json", as_segment(role));
        let name = if self.root.body.consistent_snapshot {
            format!("{}.{plain}", listed.file.version)
        } else {
            plain
        };
        let bytes = repository.metadata(&name, listed.limit())?.ok_or_else(|| missing(&name))?;
        let found = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if let Some(length) = listed.file.length.filter(|length| *length != found) {
            return Err(UpdateError::WrongLength { what: name, found, listed: length });
        }
        if !listed.file.hashes_match(&bytes) {
            return Err(UpdateError::Mixed { what: name, listed_in: listed.by });
        }
        let new = Received::<T>::read(&bytes)?.prove(keys, role)?;
        if new.version != listed.file.version {
            return Err(UpdateError::Mixed { what: name, listed_in: listed.by });
        }
        Ok(new)
    }

    /// What was accepted before, if those keys still vouch for it.
    fn trusted<T: Body>(&self, role: &str, keys: &KeyRing) -> Result<Option<Proven<T>>, UpdateError> {
        let Some(bytes) = self.store.load(role)? else { return Ok(None) };
        Ok(Received::<T>::read(&bytes).and_then(|received| received.prove(keys, role)).ok())
    }
}

/// Listing every target of a pack asks every pattern after it: their number is bounded.
fn bound(role: &str, metadata: &Proven<Targets>) -> Result<(), UpdateError> {
    let patterns: usize = metadata.body.delegations.iter().map(Delegation::width).sum();
    if patterns > MAX_PATTERNS {
        return Err(UpdateError::TooManyPatterns { role: role.to_owned(), limit: MAX_PATTERNS });
    }
    Ok(())
}

fn accepted_root(store: &impl TrustedStore) -> Result<Option<Proven<Root>>, UpdateError> {
    let Some(accepted) = store.load(Role::Root.name())? else { return Ok(None) };
    Ok(Some(Received::<Root>::read(&accepted)?.prove_root(None)?))
}

fn root_name(version: u64) -> String {
    format!("{version}.root.json")
}

fn missing(name: &str) -> UpdateError {
    UpdateError::Missing { what: name.to_owned() }
}

fn forbid_rollback(role: &str, found: u64, accepted: u64) -> Result<(), UpdateError> {
    if found < accepted {
        return Err(UpdateError::RolledBack { role: role.to_owned(), found, accepted });
    }
    Ok(())
}

/// What one metadata file says of another that is to be fetched.
struct Listed<'a> {
    file: &'a MetaFile,
    by: Role,
    default_limit: usize,
}

impl Listed<'_> {
    /// The most bytes to fetch.
    fn limit(&self) -> usize {
        let listed = self.file.length.and_then(|length| usize::try_from(length).ok());
        listed.map_or(self.default_limit, |length| length.min(MAX_METADATA))
    }

    /// Whether metadata at hand is what is listed.
    fn is<T>(&self, metadata: &Proven<T>) -> bool {
        let length = u64::try_from(metadata.bytes.len()).unwrap_or(u64::MAX);
        metadata.version == self.file.version
            && self.file.length.is_none_or(|listed| listed == length)
            && self.file.hashes_match(&metadata.bytes)
    }
}

#[derive(Debug, Clone)]
pub(super) struct ExpiryWatch {
    now: Timestamp,
    expiry: Expiry,
    pub(super) expired: Vec<(Role, Timestamp)>,
}

impl ExpiryWatch {
    fn check<T>(&mut self, role: Role, metadata: &Proven<T>) -> Result<(), UpdateError> {
        self.allow(role.name(), metadata.expires)?;
        if self.now >= metadata.expires {
            self.expired.push((role, metadata.expires));
        }
        Ok(())
    }

    /// The expiry must be later than the time of the update (§5.3.10, §5.4.4, §5.5.6, §5.6.5).
    fn allow(&self, role: &str, expires: Timestamp) -> Result<(), UpdateError> {
        if self.now < expires || self.expiry == Expiry::Report {
            return Ok(());
        }
        Err(UpdateError::Expired { role: role.to_owned(), expires })
    }
}
