//! What is published now, as the folder has it: believed only as far as a client of the pack would.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use verilabel_label::Timestamp;
use verilabel_trust::{Client, Expiry, MemoryStore, Repository, TargetList, UpdateError};

use super::place::Place;
use super::{PublicationError, names};
use crate::PackKeys;

/// The release in the folder.
#[derive(Debug)]
pub(super) struct Present {
    /// Version of snapshot and timestamp.
    pub(super) version: u64,
    /// Version of the targets metadata, which may be older.
    pub(super) targets_version: u64,
    /// What it lists.
    pub(super) list: TargetList,
    /// Metadata files below the pack's folder, `timestamp.json` among them.
    pub(super) metadata: BTreeMap<String, Vec<u8>>,
    pub(super) root_expires: Timestamp,
    pub(super) targets_expire: Timestamp,
    /// The earlier of snapshot and timestamp.
    pub(super) online_expires: Timestamp,
}

impl Present {
    /// Files below the pack's folder that readers of this release may ask for, `timestamp.json` and roots apart.
    pub(super) fn files(&self) -> impl Iterator<Item = String> {
        let metadata = self.metadata.keys().filter(|name| *name != names::TIMESTAMP).cloned();
        metadata.chain(self.list.files())
    }

    pub(super) fn targets_metadata(&self) -> &[u8] {
        self.metadata.get(&targets_name(self.targets_version)).map_or(&[], Vec::as_slice)
    }
}

pub(super) fn targets_name(version: u64) -> String {
    format!("metadata/{version}.targets.json")
}

pub(super) fn snapshot_name(version: u64) -> String {
    format!("metadata/{version}.snapshot.json")
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
    let snapshot = hinted(&metadata, names::TIMESTAMP, "snapshot.json").map(snapshot_name);
    fetch(place, &mut metadata, snapshot.as_deref()).await?;
    let targets = snapshot.and_then(|name| hinted(&metadata, &name, "targets.json")).map(targets_name);
    fetch(place, &mut metadata, targets.as_deref()).await?;
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

fn hinted(metadata: &BTreeMap<String, Vec<u8>>, name: &str, listed: &str) -> Option<u64> {
    let value: Value = serde_json::from_slice(metadata.get(name)?).ok()?;
    value.get("signed")?.get("meta")?.get(listed)?.get("version")?.as_u64()
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
    Ok(Present {
        version: timestamp.version,
        targets_version: targets.version,
        list: accepted.target_list(),
        root_expires: root.expires,
        targets_expire: targets.expires,
        online_expires: snapshot.expires.min(timestamp.expires),
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
