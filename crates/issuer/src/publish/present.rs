//! What is published now, as the folder has it: believed only as far as a client of the pack would.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use verilabel_label::Timestamp;
use verilabel_trust::{Client, Expiry, MemoryStore, Repository, Role, TargetList, UpdateError, as_segment};

use super::place::Place;
use super::{PublicationError, names};
use crate::PackKeys;
use crate::pack::OfflineTargets;

/// The release in the folder.
#[derive(Debug)]
pub(super) struct Present {
    /// Version of snapshot and timestamp.
    pub(super) version: u64,
    /// The metadata file of each targets role of ours, which may be of an older release.
    pub(super) roles: BTreeMap<String, String>,
    /// What they list together.
    pub(super) list: TargetList,
    /// Metadata files below the pack's folder, `timestamp.json` among them.
    pub(super) metadata: BTreeMap<String, Vec<u8>>,
    pub(super) root_expires: Timestamp,
    /// The earliest of the targets roles whose keys are here.
    pub(super) targets_expire: Timestamp,
    /// The earlier of snapshot and timestamp.
    pub(super) online_expires: Timestamp,
    /// When it was made.
    pub(super) made: Option<Timestamp>,
}

impl Present {
    /// Files below the pack's folder that readers of this release may ask for, `timestamp.json` and roots apart.
    pub(super) fn files(&self) -> impl Iterator<Item = String> {
        let metadata = self.metadata.keys().filter(|name| *name != names::TIMESTAMP).cloned();
        metadata.chain(self.list.files())
    }

    /// The metadata of a targets role.
    pub(super) fn role(&self, role: &str) -> Option<&[u8]> {
        self.metadata.get(self.roles.get(role)?).map(Vec::as_slice)
    }

    /// The metadata of snapshot.
    pub(super) fn snapshot(&self) -> Option<&[u8]> {
        self.metadata.get(&role_name(Role::Snapshot.name(), self.version)).map(Vec::as_slice)
    }
}

fn role_name(role: &str, version: u64) -> String {
    format!("metadata/{version}.{}.json", as_segment(role))
}

/// The targets roles of ours: the top-level one, and those that its holders delegate to.
pub(super) fn targets_roles(keys: &PackKeys) -> impl Iterator<Item = &str> {
    let delegated = keys.offline().into_iter().flat_map(OfflineTargets::own_roles);
    std::iter::once(Role::Targets.name()).chain(delegated.map(|role| role.name.as_str()))
}

/// Reads the release in the folder; `None` if there is none that stands, so that all is to be published anew.
/// What was read before is not read again.
pub(super) async fn read(
    place: &Place,
    keys: &PackKeys,
    known: Option<&Arc<Present>>,
    now: Timestamp,
) -> Result<Option<Arc<Present>>, PublicationError> {
    let Some(timestamp) = place.read(&names::pack(names::TIMESTAMP)).await? else { return Ok(None) };
    if let Some(known) = known.filter(|known| known.metadata.get(names::TIMESTAMP) == Some(&timestamp)) {
        return Ok(Some(Arc::clone(known)));
    }
    let mut metadata = BTreeMap::from([(names::TIMESTAMP.to_owned(), timestamp)]);
    // Which files are asked for is a hint; whether they are the right ones the client says.
    let snapshot = hinted(&metadata, names::TIMESTAMP, Role::Snapshot.name());
    fetch(place, &mut metadata, snapshot.as_deref()).await?;
    for role in targets_roles(keys) {
        let file = snapshot.as_deref().and_then(|snapshot| hinted(&metadata, snapshot, role));
        fetch(place, &mut metadata, file.as_deref()).await?;
    }
    Ok(accepted(keys, metadata, now).ok().map(Arc::new))
}

async fn fetch(
    place: &Place,
    metadata: &mut BTreeMap<String, Vec<u8>>,
    name: Option<&str>,
) -> Result<(), PublicationError> {
    if let Some(name) = name
        && let Some(bytes) = place.read(&names::pack(name)).await?
    {
        metadata.insert(name.to_owned(), bytes);
    }
    Ok(())
}

fn hinted(metadata: &BTreeMap<String, Vec<u8>>, name: &str, role: &str) -> Option<String> {
    let value: Value = serde_json::from_slice(metadata.get(name)?).ok()?;
    let listed = value.get("signed")?.get("meta")?.get(format!("{role}.json"))?;
    Some(role_name(role, listed.get("version")?.as_u64()?))
}

/// The release that this metadata makes, if a client takes it.
pub(super) fn accepted(
    keys: &PackKeys,
    metadata: BTreeMap<String, Vec<u8>>,
    now: Timestamp,
) -> Result<Present, UpdateError> {
    let first = keys.roots().values().next().map_or(&[][..], Vec::as_slice);
    let repository = Fetched { keys, metadata: &metadata };
    let accepted = Client::open(MemoryStore::default(), first)?.update(&repository, now, Expiry::Report)?;
    let [root, timestamp, snapshot, targets] = accepted.roles();
    let mut roles = BTreeMap::new();
    let mut list = accepted.target_list();
    let mut targets_expire = keys.offline().is_none().then_some(targets.expires);
    roles.insert(Role::Targets.name().to_owned(), role_name(Role::Targets.name(), targets.version));
    for delegated in accepted.delegated() {
        if !targets_roles(keys).any(|role| role == delegated.role) {
            continue;
        }
        match delegated.state {
            Ok((version, expires)) => {
                list.extend(accepted.target_list_of(&delegated.role).unwrap_or_default());
                roles.insert(delegated.role.clone(), role_name(&delegated.role, version));
                targets_expire = Some(targets_expire.map_or(expires, |earliest| earliest.min(expires)));
            }
            Err(_) => return Err(UpdateError::Missing { what: format!("{}.json", delegated.role) }),
        }
    }
    Ok(Present {
        version: timestamp.version,
        roles,
        list,
        root_expires: root.expires,
        targets_expire: targets_expire.unwrap_or(Timestamp::MAX),
        online_expires: snapshot.expires.min(timestamp.expires),
        made: accepted.made(),
        metadata,
    })
}

/// The metadata that was fetched, and the roots that are kept with the keys.
struct Fetched<'a> {
    keys: &'a PackKeys,
    metadata: &'a BTreeMap<String, Vec<u8>>,
}

impl Repository for Fetched<'_> {
    fn metadata(&self, name: &str, _: usize) -> Result<Option<Vec<u8>>, UpdateError> {
        let root = name.strip_suffix(".root.json").and_then(|version| version.parse().ok());
        Ok(match root {
            Some(version) => self.keys.roots().get(&version).cloned(),
            None => self.metadata.get(&format!("metadata/{name}")).cloned(),
        })
    }

    fn target(&self, _: &str, _: usize) -> Result<Option<Vec<u8>>, UpdateError> {
        Ok(None)
    }
}
