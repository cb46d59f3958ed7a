//! What a client accepted: versions, and which targets there are (§5.6.7, §5.7).

use std::collections::HashSet;

use verilabel_label::Timestamp;

use super::bodies::Snapshot;
use super::client::ExpiryWatch;
use super::listing::TargetList;
use super::metadata::Proven;
use super::targets::{TargetFile, Targets};
use super::{Repository, Role, UpdateError};

/// Delegated roles that a search for one target visits at most (§5.6.7.1).
const MAX_VISITED: usize = 32;
/// Largest target of a pack.
const MAX_TARGET: usize = 64 << 20;

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
    pub(super) fn of<T>(role: Role, metadata: &Proven<T>) -> Self {
        Self { role, version: metadata.version, expires: metadata.expires }
    }
}

/// Version and expiry of a delegated role's metadata in use, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelegatedState {
    /// The role.
    pub role: String,
    /// The role that delegates to it.
    pub delegated_by: String,
    /// Its version and until when it is good; or code and reason of the refusal.
    pub state: Result<(u64, Timestamp), (&'static str, String)>,
}

/// A state of the repository that was accepted: which targets there are, and what they must be.
#[derive(Debug, Clone)]
pub struct Accepted {
    pub(super) roles: [RoleState; 4],
    pub(super) watch: ExpiryWatch,
    pub(super) made: Option<Timestamp>,
    pub(super) consistent: bool,
    pub(super) snapshot: Snapshot,
    pub(super) targets: Proven<Targets>,
    pub(super) delegated: Vec<Delegated>,
}

/// Metadata of a delegated role as it was found.
#[derive(Debug, Clone)]
pub(super) struct Delegated {
    pub(super) parent: String,
    pub(super) name: String,
    pub(super) metadata: Result<Proven<Targets>, (&'static str, String)>,
}

/// Where a search for a target came to.
pub(super) enum Search<'a> {
    Found(Located<'a>),
    /// A role must be fetched first.
    Needs {
        parent: String,
        name: String,
    },
    Nowhere,
}

/// A target, and in whose name it is listed.
pub(super) struct Located<'a> {
    pub(super) file: &'a TargetFile,
    /// The role below the top-level targets role through which it was found.
    pub(super) branch: Option<&'a str>,
}

impl Accepted {
    /// Root, timestamp, snapshot and targets, in this order.
    #[must_use]
    pub fn roles(&self) -> &[RoleState; 4] {
        &self.roles
    }

    /// When the repository was brought to this state, if its timestamp metadata says so.
    #[must_use]
    pub fn made(&self) -> Option<Timestamp> {
        self.made
    }

    /// Whether its files carry versions and hashes in their names (§6.2), so that none is ever replaced.
    #[must_use]
    pub fn is_consistent(&self) -> bool {
        self.consistent
    }

    /// Delegated roles that were looked at.
    pub fn delegated(&self) -> impl Iterator<Item = DelegatedState> {
        self.delegated.iter().map(|delegated| DelegatedState {
            role: delegated.name.clone(),
            delegated_by: delegated.parent.clone(),
            state: match &delegated.metadata {
                Ok(metadata) => Ok((metadata.version, metadata.expires)),
                Err(trouble) => Err(trouble.clone()),
            },
        })
    }

    /// Top-level roles past their expiry, where that was to be reported.
    #[must_use]
    pub fn expired(&self) -> &[(Role, Timestamp)] {
        &self.watch.expired
    }

    /// Paths of all targets, in order, that the roles looked at list and are entrusted with.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let delegated = self.delegated.iter().filter_map(|delegated| delegated.metadata.as_ref().ok());
        let all = std::iter::once(&self.targets).chain(delegated);
        let mut paths: Vec<&str> =
            all.flat_map(|metadata| metadata.body.files.keys()).map(String::as_str).collect();
        paths.sort_unstable();
        paths.dedup();
        paths.into_iter().filter(|path| self.locate(path).is_some())
    }

    /// Delegated roles that list paths with which nobody entrusted them: who delegates to them, their name, and the
    /// first such path.
    #[must_use]
    pub fn outside_paths(&self) -> Vec<(&str, &str, &str)> {
        let outside = |delegated| Some((delegated, self.first_outside(delegated)?));
        let outside = self.delegated.iter().filter_map(outside);
        outside.map(|(found, path)| (found.parent.as_str(), found.name.as_str(), path)).collect()
    }

    fn first_outside<'a>(&self, delegated: &'a Delegated) -> Option<&'a str> {
        let by = self.metadata(&delegated.parent)?;
        let covers = |path: &str| {
            by.body.delegations.iter().filter(|d| d.name == delegated.name).any(|d| d.covers(path))
        };
        let files = delegated.metadata.as_ref().ok()?.body.files.keys();
        files.map(String::as_str).filter(|path| !covers(path)).min()
    }

    /// What the top-level targets role lists, for whoever publishes the next state.
    #[must_use]
    pub fn target_list(&self) -> TargetList {
        TargetList::of(&self.targets.body).unwrap_or_default()
    }

    /// The same of a delegated role that was accepted.
    #[must_use]
    pub fn target_list_of(&self, role: &str) -> Option<TargetList> {
        TargetList::of(&self.metadata(role)?.body)
    }

    /// Fetches a target and holds it to its length and hashes (§5.7).
    pub fn target(&self, repository: &dyn Repository, path: &str) -> Result<Vec<u8>, UpdateError> {
        let no_target = || UpdateError::NoTarget { path: path.to_owned() };
        let file = self.locate(path).ok_or_else(no_target)?.file;
        let stored =
            self.stored_name(path, file).ok_or_else(|| UpdateError::NoHash { path: path.to_owned() })?;
        let limit = usize::try_from(file.length).ok().filter(|length| *length <= MAX_TARGET);
        let limit =
            limit.ok_or_else(|| UpdateError::TooLarge { what: path.to_owned(), limit: MAX_TARGET })?;
        let missing = || UpdateError::Missing { what: stored.clone() };
        let bytes = match repository.target(&stored, limit) {
            Ok(found) => found.ok_or_else(missing)?,
            // More than is listed is of another length, however much more.
            Err(UpdateError::TooLarge { what, limit }) => {
                let listed = file.length;
                let found = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
                return Err(UpdateError::WrongLength { what, found, listed });
            }
            Err(error) => return Err(error),
        };
        file.check(path, &bytes)?;
        Ok(bytes)
    }

    /// Holds bytes at hand to what is listed, so that they need not be fetched.
    ///
    /// # Errors
    /// If there is no such target, or it is another.
    pub fn check(&self, path: &str, bytes: &[u8]) -> Result<(), UpdateError> {
        let located = self.locate(path).ok_or_else(|| UpdateError::NoTarget { path: path.to_owned() })?;
        located.file.check(path, bytes)
    }

    /// The path below `targets/`: with the hash before the file name where the repository is consistent.
    #[must_use]
    pub fn stored_path(&self, path: &str) -> Option<String> {
        self.stored_name(path, self.locate(path)?.file)
    }

    /// The length that is listed of a target.
    #[must_use]
    pub fn length(&self, path: &str) -> Option<u64> {
        Some(self.locate(path)?.file.length)
    }

    /// The role through which the top-level targets role lists a target; none if it does so itself.
    #[must_use]
    pub fn branch(&self, path: &str) -> Option<&str> {
        self.locate(path)?.branch
    }

    fn stored_name(&self, path: &str, file: &TargetFile) -> Option<String> {
        if self.consistent { Some(consistent_path(path, file.prefix()?)) } else { Some(path.to_owned()) }
    }

    fn locate(&self, path: &str) -> Option<Located<'_>> {
        match self.search(path) {
            Search::Found(located) => Some(located),
            Search::Needs { .. } | Search::Nowhere => None,
        }
    }

    /// Searches for a target in the order in which roles are trusted: pre-order, depth first (§5.6.7.1).
    pub(super) fn search(&self, path: &str) -> Search<'_> {
        let root = Role::Root.name();
        let mut visited: HashSet<&str> = HashSet::new();
        let mut stack: Vec<(&str, &str, Option<&str>)> = vec![(root, Role::Targets.name(), None)];
        while let Some((parent, name, branch)) = stack.pop() {
            if visited.len() > MAX_VISITED {
                break;
            }
            if !visited.insert(name) {
                continue;
            }
            let metadata = if parent == root {
                &self.targets
            } else {
                match self.delegated.iter().find(|d| d.name == name && d.parent == parent) {
                    Some(Delegated { metadata: Ok(metadata), .. }) => metadata,
                    // Whoever is trusted less does not speak in the place of one who cannot be heard.
                    Some(Delegated { metadata: Err(_), .. }) => return Search::Nowhere,
                    None => return Search::Needs { parent: parent.to_owned(), name: name.to_owned() },
                }
            };
            if let Some(file) = metadata.body.files.get(path) {
                return Search::Found(Located { file, branch });
            }
            let mut children = Vec::new();
            for delegation in metadata.body.delegations.iter().filter(|d| d.covers(path)) {
                children.push((name, delegation.name.as_str(), branch.or(Some(&delegation.name))));
                if delegation.terminating {
                    stack.clear();
                    break;
                }
            }
            stack.extend(children.into_iter().rev());
        }
        Search::Nowhere
    }

    /// A delegation that was not looked at yet: who delegates, and to which role.
    pub(crate) fn next_delegation(&self) -> Option<(String, String)> {
        let targets = std::iter::once((Role::Targets.name(), &self.targets));
        let delegated =
            self.delegated.iter().filter_map(|d| Some((d.name.as_str(), d.metadata.as_ref().ok()?)));
        targets
            .chain(delegated)
            .flat_map(|(parent, metadata)| metadata.body.delegations.iter().map(move |d| (parent, &d.name)))
            .find(|(parent, name)| !self.delegated.iter().any(|d| d.parent == *parent && d.name == **name))
            .map(|(parent, name)| (parent.to_owned(), name.clone()))
    }

    /// The metadata of a targets role. However it was reached, it is the one that snapshot lists.
    pub(super) fn metadata(&self, role: &str) -> Option<&Proven<Targets>> {
        if role == Role::Targets.name() {
            return Some(&self.targets);
        }
        self.delegated.iter().filter(|d| d.name == role).find_map(|d| d.metadata.as_ref().ok())
    }
}

/// `folder/name` and a hash as `folder/HASH.name` (§6.2).
pub(super) fn consistent_path(path: &str, hash: &str) -> String {
    match path.rsplit_once('/') {
        Some((folder, name)) => format!("{folder}/{hash}.{name}"),
        None => format!("{hash}.{path}"),
    }
}
