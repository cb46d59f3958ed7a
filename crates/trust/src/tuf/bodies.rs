//! What root, timestamp and snapshot metadata hold (TUF specification 1.0 §4.3, §4.4, §4.6).

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use verilabel_label::Timestamp;

use super::metadata::{Body, KeyRing, RoleFields, Time, Version};
use super::targets::hashes_match;
use super::{MetadataError, Role};

/// Root metadata (§4.3).
#[derive(Debug, Clone)]
pub(super) struct Root {
    pub(super) keys: KeyRing,
    pub(super) consistent_snapshot: bool,
}

impl AsRef<KeyRing> for Root {
    fn as_ref(&self) -> &KeyRing {
        &self.keys
    }
}

#[derive(Deserialize)]
struct RootFields {
    #[serde(default)]
    consistent_snapshot: bool,
    keys: Map<String, Value>,
    roles: Map<String, Value>,
}

impl Body for Root {
    const KIND: Role = Role::Root;

    fn read(signed: &Value) -> Result<Self, MetadataError> {
        let fields = RootFields::deserialize(signed).map_err(|e| MetadataError::shape("root", &e))?;
        let mut keys = KeyRing::read(&fields.keys)?;
        for (role, entry) in &fields.roles {
            let entry = RoleFields::deserialize(entry).map_err(|e| MetadataError::shape("root", &e))?;
            if Role::ALL.iter().any(|known| known.name() == role) {
                keys.add_role(role, entry)?;
            }
        }
        if let Some(role) = Role::ALL.into_iter().find(|role| !fields.roles.contains_key(role.name())) {
            return Err(MetadataError::RoleMissing { role: role.name().to_owned() });
        }
        Ok(Self { keys, consistent_snapshot: fields.consistent_snapshot })
    }
}

/// What one metadata file says of another (§4.4): its version, and perhaps length and hashes.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct MetaFile {
    #[serde(deserialize_with = "version")]
    pub(super) version: u64,
    pub(super) length: Option<u64>,
    hashes: Option<BTreeMap<String, String>>,
}

impl MetaFile {
    /// As it stands in metadata.
    pub(super) fn to_json(&self) -> Value {
        let mut entry = serde_json::json!({"version": self.version});
        if let Some(length) = self.length {
            entry["length"] = length.into();
        }
        if let Some(hashes) = &self.hashes {
            entry["hashes"] = serde_json::json!(hashes);
        }
        entry
    }

    /// Whether every hash listed is known here and is that of the bytes.
    pub(super) fn hashes_match(&self, bytes: &[u8]) -> bool {
        self.hashes.as_ref().is_none_or(|hashes| hashes_match(hashes, bytes))
    }
}

fn version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    Version::deserialize(deserializer).map(|version| version.0)
}

#[derive(Deserialize)]
struct MetaFields {
    meta: BTreeMap<String, MetaFile>,
}

fn read_meta(signed: &Value, what: Role) -> Result<BTreeMap<String, MetaFile>, MetadataError> {
    let fields = MetaFields::deserialize(signed).map_err(|e| MetadataError::shape(what.name(), &e))?;
    Ok(fields.meta)
}

/// Timestamp metadata (§4.6).
#[derive(Debug, Clone)]
pub(super) struct TimestampBody {
    pub(super) snapshot: MetaFile,
    /// When it was made; a member of ours.
    pub(super) made: Option<Timestamp>,
}

/// The member of timestamp metadata that says when it was made.
pub(super) const MADE: &str = "x-verilabel-made";

impl Body for TimestampBody {
    const KIND: Role = Role::Timestamp;

    fn read(signed: &Value) -> Result<Self, MetadataError> {
        let mut meta = read_meta(signed, Self::KIND)?;
        let unlisted = || MetadataError::Unlisted { role: Role::Snapshot.name().to_owned() };
        let snapshot = meta.remove("snapshot.json").ok_or_else(unlisted)?;
        let made = signed.get(MADE).map(Time::deserialize).transpose();
        let made = made.map_err(|e| MetadataError::shape(Self::KIND.name(), &e))?;
        Ok(Self { snapshot, made: made.map(|time| time.0) })
    }
}

/// Snapshot metadata (§4.4).
#[derive(Debug, Clone)]
pub(super) struct Snapshot {
    pub(super) meta: BTreeMap<String, MetaFile>,
}

impl Snapshot {
    /// What is listed of a targets role.
    pub(super) fn listed(&self, role: &str) -> Result<&MetaFile, MetadataError> {
        let unlisted = || MetadataError::Unlisted { role: role.to_owned() };
        self.meta.get(&format!("{role}.json")).ok_or_else(unlisted)
    }
}

impl Body for Snapshot {
    const KIND: Role = Role::Snapshot;

    fn read(signed: &Value) -> Result<Self, MetadataError> {
        Ok(Self { meta: read_meta(signed, Self::KIND)? })
    }
}
