//! The four roles' metadata (TUF specification 1.0 §4), read and proven.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;
use verilabel_label::Timestamp;
use verilabel_wire::sha256;

use super::canonical::canonical;
use super::key::Key;
use super::{MetadataError, Role, hex};

/// A role's metadata, proven by a threshold of its keys.
#[derive(Debug, Clone)]
pub(super) struct Proven<T> {
    pub(super) version: u64,
    pub(super) expires: Timestamp,
    pub(super) body: T,
    pub(super) bytes: Vec<u8>,
}

/// Metadata as received: well-formed, and nothing more is known of it.
pub(super) struct Received<T> {
    metadata: Proven<T>,
    signed: Vec<u8>,
    signatures: Vec<(String, Vec<u8>)>,
}

/// What each role's metadata holds beyond version and expiry.
pub(super) trait Body: Sized {
    const ROLE: Role;
    fn read(signed: &Value) -> Result<Self, MetadataError>;
}

impl<T: Body> Received<T> {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, MetadataError> {
        let shape = |e: &serde_json::Error| MetadataError::shape(T::ROLE.name(), e);
        let envelope: Envelope = serde_json::from_slice(bytes).map_err(|e| shape(&e))?;
        let common = Common::deserialize(&envelope.signed).map_err(|e| shape(&e))?;
        if common.kind != T::ROLE.name() {
            return Err(MetadataError::WrongRole { expected: T::ROLE, found: common.kind });
        }
        if !common.spec_version.starts_with("1.") {
            return Err(MetadataError::SpecVersion { found: common.spec_version });
        }
        let signatures = envelope
            .signatures
            .into_iter()
            .map(|s| hex::decode(&s.sig).map(|sig| (s.keyid, sig)))
            .collect::<Option<Vec<_>>>()
            .ok_or(MetadataError::Signature { role: T::ROLE })?;
        Ok(Self {
            signed: canonical(&envelope.signed)?,
            signatures,
            metadata: Proven {
                version: common.version,
                expires: common.expires,
                body: T::read(&envelope.signed)?,
                bytes: bytes.to_vec(),
            },
        })
    }

    /// Checks the signatures: a threshold of distinct keys must have signed (§4.2, §5.3.4).
    pub(super) fn prove(self, keys: &Keys, role: Role) -> Result<Proven<T>, MetadataError> {
        self.check(keys, role)?;
        Ok(self.metadata)
    }

    /// The same for new root metadata, which proves itself by the keys that it lists, after the trusted
    /// root's keys have accepted it.
    pub(super) fn prove_root(self, trusted: Option<&Keys>) -> Result<Proven<T>, MetadataError>
    where
        T: AsRef<Keys>,
    {
        if let Some(trusted) = trusted {
            self.check(trusted, Role::Root)?;
        }
        self.check(self.metadata.body.as_ref(), Role::Root)?;
        Ok(self.metadata)
    }

    fn check(&self, keys: &Keys, role: Role) -> Result<(), MetadataError> {
        let RoleKeys { ids, threshold } = keys.roles.get(&role).ok_or(MetadataError::RoleMissing { role })?;
        let signers: BTreeSet<&[u8; 32]> = self
            .signatures
            .iter()
            .filter(|(id, _)| ids.contains(id))
            .filter_map(|(id, signature)| {
                let key = keys.keys.get(id)?;
                key.verifies(&self.signed, signature).then(|| key.thumbprint())?
            })
            .collect();
        let found = u32::try_from(signers.len()).unwrap_or(u32::MAX);
        if found < *threshold {
            return Err(MetadataError::TooFewSignatures { role, found, threshold: *threshold });
        }
        Ok(())
    }

    pub(super) fn version(&self) -> u64 {
        self.metadata.version
    }
}

#[derive(Deserialize)]
struct Envelope {
    signed: Value,
    signatures: Vec<Signature>,
}

#[derive(Deserialize)]
struct Signature {
    keyid: String,
    sig: String,
}

#[derive(Deserialize)]
struct Common {
    #[serde(rename = "_type")]
    kind: String,
    spec_version: String,
    version: u64,
    expires: Timestamp,
}

/// Keys, and which of them speak for which role.
#[derive(Debug, Clone)]
pub(super) struct Keys {
    keys: BTreeMap<String, Key>,
    roles: BTreeMap<Role, RoleKeys>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct RoleKeys {
    ids: BTreeSet<String>,
    threshold: u32,
}

impl Keys {
    /// Whether both list the same keys and threshold for a role.
    pub(super) fn same_for(&self, other: &Self, role: Role) -> bool {
        self.roles.get(&role) == other.roles.get(&role)
    }
}

/// Root metadata (§4.3).
#[derive(Debug, Clone)]
pub(super) struct Root {
    pub(super) keys: Keys,
    pub(super) consistent_snapshot: bool,
}

impl AsRef<Keys> for Root {
    fn as_ref(&self) -> &Keys {
        &self.keys
    }
}

#[derive(Deserialize)]
struct RootFields {
    #[serde(default)]
    consistent_snapshot: bool,
    keys: BTreeMap<String, Value>,
    roles: BTreeMap<String, RoleFields>,
}

#[derive(Deserialize)]
struct RoleFields {
    keyids: Vec<String>,
    threshold: u32,
}

impl Body for Root {
    const ROLE: Role = Role::Root;

    fn read(signed: &Value) -> Result<Self, MetadataError> {
        let fields = RootFields::deserialize(signed).map_err(|e| MetadataError::shape("root", &e))?;
        let mut keys = BTreeMap::new();
        for (id, value) in &fields.keys {
            if super::key::id(value)? != *id {
                return Err(MetadataError::KeyId { id: id.clone() });
            }
            keys.insert(id.clone(), Key::read(value)?);
        }
        let mut roles = BTreeMap::new();
        for role in Role::ALL {
            let fields = fields.roles.get(role.name()).ok_or(MetadataError::RoleMissing { role })?;
            let ids: BTreeSet<_> = fields.keyids.iter().cloned().collect();
            if fields.threshold == 0 || ids.len() != fields.keyids.len() {
                return Err(MetadataError::Threshold { role });
            }
            roles.insert(role, RoleKeys { ids, threshold: fields.threshold });
        }
        Ok(Self { keys: Keys { keys, roles }, consistent_snapshot: fields.consistent_snapshot })
    }
}

/// What one metadata file says of another (§4.4): its version, and perhaps length and hashes.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct MetaFile {
    pub(super) version: u64,
    length: Option<u64>,
    #[serde(default)]
    hashes: BTreeMap<String, String>,
}

impl MetaFile {
    /// The most bytes to fetch.
    pub(super) fn limit(&self, default: usize) -> usize {
        self.length.and_then(|l| usize::try_from(l).ok()).map_or(default, |length| length.min(default))
    }

    pub(super) fn matches(&self, bytes: &[u8]) -> bool {
        self.length.is_none_or(|length| u64::try_from(bytes.len()) == Ok(length))
            && hashes_match(&self.hashes, bytes)
    }
}

/// Timestamp metadata (§4.6).
#[derive(Debug, Clone)]
pub(super) struct TimestampBody {
    pub(super) snapshot: MetaFile,
}

impl Body for TimestampBody {
    const ROLE: Role = Role::Timestamp;

    fn read(signed: &Value) -> Result<Self, MetadataError> {
        let mut meta = read_meta(signed, "timestamp")?;
        let snapshot =
            meta.remove("snapshot.json").ok_or(MetadataError::Unlisted { role: Role::Snapshot })?;
        Ok(Self { snapshot })
    }
}

/// Snapshot metadata (§4.4).
#[derive(Debug, Clone)]
pub(super) struct Snapshot {
    pub(super) meta: BTreeMap<String, MetaFile>,
}

impl Body for Snapshot {
    const ROLE: Role = Role::Snapshot;

    fn read(signed: &Value) -> Result<Self, MetadataError> {
        Ok(Self { meta: read_meta(signed, "snapshot")? })
    }
}

fn read_meta(signed: &Value, what: &'static str) -> Result<BTreeMap<String, MetaFile>, MetadataError> {
    #[derive(Deserialize)]
    struct Fields {
        meta: BTreeMap<String, MetaFile>,
    }
    Ok(Fields::deserialize(signed).map_err(|e| MetadataError::shape(what, &e))?.meta)
}

/// Targets metadata (§4.5). Delegations are read with the client that follows them.
#[derive(Debug, Clone)]
pub(super) struct Targets {
    pub(super) targets: BTreeMap<String, TargetFile>,
}

/// Length and hashes of a target.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct TargetFile {
    pub(super) length: u64,
    pub(super) hashes: BTreeMap<String, String>,
}

impl TargetFile {
    pub(super) fn matches(&self, bytes: &[u8]) -> bool {
        u64::try_from(bytes.len()) == Ok(self.length) && hashes_match(&self.hashes, bytes)
    }
}

impl Body for Targets {
    const ROLE: Role = Role::Targets;

    fn read(signed: &Value) -> Result<Self, MetadataError> {
        #[derive(Deserialize)]
        struct Fields {
            targets: BTreeMap<String, TargetFile>,
        }
        let fields = Fields::deserialize(signed).map_err(|e| MetadataError::shape("targets", &e))?;
        match fields.targets.iter().find(|(_, file)| !file.hashes.contains_key("sha256")) {
            Some((path, _)) => Err(MetadataError::NoHash { path: path.clone() }),
            None => Ok(Self { targets: fields.targets }),
        }
    }
}

/// Every hash of a kind known here must match; a kind that is not known proves nothing and is passed over.
fn hashes_match(hashes: &BTreeMap<String, String>, bytes: &[u8]) -> bool {
    hashes.get("sha256").is_none_or(|expected| hex::encode(&sha256(bytes)) == *expected)
}
