//! Metadata of any role (TUF specification 1.0 §4.2): read, and proven by signatures.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use verilabel_label::Timestamp;

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

/// What each kind of metadata holds beyond version and expiry.
pub(super) trait Body: Sized {
    /// The kind; that of delegated roles is targets.
    const KIND: Role;
    fn read(signed: &Value) -> Result<Self, MetadataError>;
}

impl<T: Body> Received<T> {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, MetadataError> {
        let shape = |e: &serde_json::Error| MetadataError::shape(T::KIND.name(), e);
        let envelope: Envelope = serde_json::from_slice(bytes).map_err(|e| shape(&e))?;
        let common = Common::deserialize(&envelope.signed).map_err(|e| shape(&e))?;
        if common.kind != T::KIND.name() {
            return Err(MetadataError::WrongRole { expected: T::KIND, found: common.kind });
        }
        if !common.spec_version.starts_with("1.") {
            return Err(MetadataError::SpecVersion { found: common.spec_version });
        }
        let mut ids = BTreeSet::new();
        for signature in &envelope.signatures {
            if !ids.insert(&signature.keyid) {
                let (role, id) = (T::KIND.name().to_owned(), signature.keyid.clone());
                return Err(MetadataError::DuplicateSignature { role, id });
            }
        }
        // A signature that cannot be read counts as one that does not hold: the others may suffice.
        let signatures = envelope
            .signatures
            .iter()
            .filter_map(|s| Some((s.keyid.clone(), hex::decode(&s.sig)?)))
            .collect();
        Ok(Self {
            signed: canonical(&envelope.signed)?,
            signatures,
            metadata: Proven {
                version: common.version.0,
                expires: common.expires.0,
                body: T::read(&envelope.signed)?,
                bytes: bytes.to_vec(),
            },
        })
    }

    /// Checks the signatures: a threshold of distinct keys of the role must have signed (§4.2, §5.3.4).
    pub(super) fn prove(self, keys: &KeyRing, role: &str) -> Result<Proven<T>, MetadataError> {
        self.check(keys, role)?;
        Ok(self.metadata)
    }

    /// The same for new root metadata, which proves itself by the keys that it lists, after the trusted
    /// root's keys have accepted it.
    pub(super) fn prove_root(self, trusted: Option<&KeyRing>) -> Result<Proven<T>, MetadataError>
    where
        T: AsRef<KeyRing>,
    {
        if let Some(trusted) = trusted {
            self.check(trusted, Role::Root.name())?;
        }
        self.check(self.metadata.body.as_ref(), Role::Root.name())?;
        Ok(self.metadata)
    }

    fn check(&self, keys: &KeyRing, role: &str) -> Result<(), MetadataError> {
        let missing = || MetadataError::RoleMissing { role: role.to_owned() };
        let RoleKeys { ids, threshold } = keys.roles.get(role).ok_or_else(missing)?;
        let signed_by = || {
            self.signatures.iter().filter(|(id, _)| ids.contains(id)).filter_map(|(id, signature)| {
                let key = keys.keys.get(id)?;
                Some((key, signature))
            })
        };
        // Keys are told apart by what they are, not by what they are called.
        let signers: BTreeSet<Vec<u8>> = signed_by()
            .filter(|(key, signature)| key.verifies(&self.signed, signature))
            .filter_map(|(key, _)| key.material())
            .collect();
        let (found, threshold) = (count(signers.len()), *threshold);
        if found >= threshold {
            return Ok(());
        }
        let role = role.to_owned();
        let unknown: Vec<&str> = signed_by().filter_map(|(key, _)| key.unknown_scheme()).collect();
        match unknown.first() {
            Some(scheme) if found.saturating_add(count(unknown.len())) >= threshold => {
                let scheme = (*scheme).to_owned();
                Err(MetadataError::UnknownScheme { role, found, threshold, scheme })
            }
            _ => Err(MetadataError::TooFewSignatures { role, found, threshold }),
        }
    }

    pub(super) fn version(&self) -> u64 {
        self.metadata.version
    }

    /// What whoever publishes made before, or is handed in; clients never look at it.
    pub(super) fn unproven(self) -> Proven<T> {
        self.metadata
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
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
    version: Version,
    expires: Time,
}

/// A version number, from 1 (§4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Version(pub(super) u64);

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            0 => Err(serde::de::Error::custom("versions begin with 1")),
            version => Ok(Self(version)),
        }
    }
}

/// `YYYY-MM-DDTHH:MM:SSZ` and no other spelling (§4.1).
pub(super) struct Time(pub(super) Timestamp);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || serde::de::Error::custom(format!("{text:?} is no time such as 2026-11-22T09:00:00Z"));
        let time: Timestamp = text.parse().map_err(|_| wrong())?;
        if time.to_string() == text { Ok(Self(time)) } else { Err(wrong()) }
    }
}

/// Keys, and which of them speak for which role: part of root metadata and of delegations.
#[derive(Debug, Clone, Default)]
pub(super) struct KeyRing {
    keys: BTreeMap<String, Key>,
    roles: BTreeMap<String, RoleKeys>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct RoleKeys {
    ids: BTreeSet<String>,
    threshold: u32,
}

/// A role's key ids and threshold as metadata has them.
#[derive(Deserialize)]
pub(super) struct RoleFields {
    pub(super) keyids: Vec<String>,
    pub(super) threshold: u32,
}

impl KeyRing {
    pub(super) fn read(keys: &BTreeMap<String, Value>) -> Result<Self, MetadataError> {
        let keys = keys.iter().map(|(id, value)| Ok((id.clone(), Key::read(value)?)));
        Ok(Self { keys: keys.collect::<Result<_, MetadataError>>()?, roles: BTreeMap::new() })
    }

    pub(super) fn add_role(&mut self, name: &str, fields: &RoleFields) -> Result<(), MetadataError> {
        let ids: BTreeSet<_> = fields.keyids.iter().cloned().collect();
        if fields.threshold == 0 || ids.len() != fields.keyids.len() {
            return Err(MetadataError::Threshold { role: name.to_owned() });
        }
        self.roles.insert(name.to_owned(), RoleKeys { ids, threshold: fields.threshold });
        Ok(())
    }

    /// Whether both list the same keys and threshold for a role.
    pub(super) fn same_for(&self, other: &Self, role: Role) -> bool {
        self.roles.get(role.name()) == other.roles.get(role.name())
    }

    /// A key id that stands for one key here and for another there (§4.2).
    pub(super) fn conflict(&self, other: &Self) -> Option<&str> {
        let differs = |(id, key): &(&String, &Key)| other.keys.get(*id).is_some_and(|there| there != *key);
        self.keys.iter().find(differs).map(|(id, _)| id.as_str())
    }
}
