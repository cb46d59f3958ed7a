//! What root and targets metadata state, for those who sign it together: each holder reads the statement, signs it on
//! a machine of their own, and hands back a signature; whoever coordinates puts the signatures under it.
//!
//! **Invariant:** a statement is read only if it can be written again as it was. So whatever is signed, a member or a
//! key of a kind that is not known here too, is something that could be shown before.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use verilabel_label::Timestamp;
use verilabel_wire::{PublicKey, Sign, VerifySignature, sha256};

use super::canonical::canonical;
use super::listing::TargetList;
use super::metadata::{RoleFields, Time, Version};
use super::publish::{DelegatedRole, PublishError, RoleDefinition};
use super::targets::TargetFile;
use super::{MetadataError, Role, hex, key};

const SPEC_VERSION: &str = "1.0.33";

/// What root metadata states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootStatement {
    /// Its version, one more than that of the root before.
    pub version: u64,
    /// Until when it is good.
    pub expires: Timestamp,
    /// Who speaks for each role.
    pub roles: BTreeMap<Role, RoleDefinition>,
}

/// What targets metadata states, of the top-level role or a delegated one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetsStatement {
    /// Its version; each takes a higher one.
    pub version: u64,
    /// Until when it is good.
    pub expires: Timestamp,
    /// Which targets there are.
    pub targets: TargetList,
    /// Roles to which paths are entrusted, in the order in which they are trusted.
    pub delegations: Vec<DelegatedRole>,
}

/// What several holders are to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// Root metadata.
    Root(RootStatement),
    /// Targets metadata.
    Targets(TargetsStatement),
}

/// One key's signature over a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleSignature {
    /// The key's id in metadata.
    pub key_id: String,
    /// Ed25519, 64 bytes.
    pub signature: Vec<u8>,
}

impl RoleSignature {
    /// The signatures under metadata; those that cannot be read are passed over.
    ///
    /// # Errors
    /// [`PublishError::Refused`] if it is no metadata.
    pub fn of_metadata(metadata: &[u8]) -> Result<Vec<Self>, PublishError> {
        let fields: SignatureList =
            serde_json::from_slice(metadata).map_err(|e| MetadataError::shape("the metadata", &e))?;
        let read = |one: SignatureFields| Some(Self { key_id: one.keyid, signature: hex::decode(&one.sig)? });
        Ok(fields.signatures.into_iter().filter_map(read).collect())
    }
}

/// The id that a key has in metadata: SHA-256 of its canonical form, in hexadecimal.
///
/// # Errors
/// [`PublishError::KeyKind`] for a key other than Ed25519.
pub fn metadata_key_id(public: &PublicKey) -> Result<String, PublishError> {
    Ok(key::id(&key::write(public).ok_or(PublishError::KeyKind)?)?)
}

impl Statement {
    /// Reads the member `signed` of metadata.
    ///
    /// # Errors
    /// [`PublishError::NotShown`] if it holds anything that this project does not write, [`PublishError::Refused`] if
    /// it is no root or targets metadata.
    pub fn read(signed: &[u8]) -> Result<Self, PublishError> {
        let value = serde_json::from_slice(signed).map_err(|e| MetadataError::shape("the statement", &e))?;
        Self::of_value(&value)
    }

    /// Reads what metadata states. Nothing is said of its signatures.
    ///
    /// # Errors
    /// As [`Statement::read`].
    pub fn of_metadata(metadata: &[u8]) -> Result<Self, PublishError> {
        let value: Value =
            serde_json::from_slice(metadata).map_err(|e| MetadataError::shape("the metadata", &e))?;
        Self::of_value(value.get("signed").unwrap_or(&Value::Null))
    }

    fn of_value(value: &Value) -> Result<Self, PublishError> {
        let kind: KindFields =
            KindFields::deserialize(value).map_err(|e| MetadataError::shape("the statement", &e))?;
        let statement = match kind.kind.as_str() {
            "root" => Self::Root(RootStatement::of(value)?),
            "targets" => Self::Targets(TargetsStatement::of(value)?),
            other => {
                return Err(MetadataError::WrongRole { expected: Role::Root, found: other.to_owned() }.into());
            }
        };
        if statement.to_json()? == *value { Ok(statement) } else { Err(PublishError::NotShown) }
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> u64 {
        match self {
            Self::Root(root) => root.version,
            Self::Targets(targets) => targets.version,
        }
    }

    /// Until when it is good.
    #[must_use]
    pub fn expires(&self) -> Timestamp {
        match self {
            Self::Root(root) => root.expires,
            Self::Targets(targets) => targets.expires,
        }
    }

    /// The member `signed` of its metadata.
    ///
    /// # Errors
    /// [`PublishError::KeyKind`].
    pub fn to_json(&self) -> Result<Value, PublishError> {
        match self {
            Self::Root(root) => root.to_json(),
            Self::Targets(targets) => targets.to_json(),
        }
    }

    /// SHA-256 of the bytes that signatures cover, in hexadecimal: what holders compare.
    ///
    /// # Errors
    /// [`PublishError::KeyKind`].
    pub fn digest(&self) -> Result<String, PublishError> {
        Ok(hex::encode(&sha256(&self.message()?)))
    }

    /// Signs it.
    ///
    /// # Errors
    /// Those of the signer.
    pub fn sign(&self, signer: &dyn Sign) -> Result<RoleSignature, PublishError> {
        let key_id = metadata_key_id(signer.key())?;
        Ok(RoleSignature { key_id, signature: signer.sign(&self.message()?)?.to_vec() })
    }

    /// The keys of a role that have signed it, each once, in the role's order.
    ///
    /// # Errors
    /// [`PublishError::KeyKind`].
    pub fn signers<'d>(
        &self,
        definition: &'d RoleDefinition,
        signatures: &[RoleSignature],
    ) -> Result<Vec<&'d PublicKey>, PublishError> {
        let message = self.message()?;
        let mut signers = Vec::new();
        for public in &definition.keys {
            let id = metadata_key_id(public)?;
            let holds =
                |one: &RoleSignature| one.key_id == id && public.verify(&message, &one.signature).is_ok();
            if signatures.iter().any(holds) {
                signers.push(public);
            }
        }
        Ok(signers)
    }

    /// Metadata: the statement with these signatures under it, each key's once.
    ///
    /// # Errors
    /// [`PublishError::KeyKind`].
    pub fn metadata(&self, signatures: &[RoleSignature]) -> Result<Vec<u8>, PublishError> {
        let by_key: BTreeMap<&str, &RoleSignature> =
            signatures.iter().map(|one| (one.key_id.as_str(), one)).collect();
        let entries: Vec<Value> = by_key
            .values()
            .map(|one| json!({"keyid": one.key_id, "sig": hex::encode(&one.signature)}))
            .collect();
        Ok(canonical(&json!({"signatures": entries, "signed": self.to_json()?}))?)
    }

    /// Metadata, signed by these at once.
    pub(super) fn signed_by(&self, signers: &[&dyn Sign]) -> Result<Vec<u8>, PublishError> {
        let signatures = signers.iter().map(|signer| self.sign(*signer)).collect::<Result<Vec<_>, _>>()?;
        self.metadata(&signatures)
    }

    fn message(&self) -> Result<Vec<u8>, PublishError> {
        Ok(canonical(&self.to_json()?)?)
    }
}

/// Adds what all metadata has (§4.2).
pub(super) fn common(mut body: Value, role: Role, version: u64, expires: Timestamp) -> Value {
    body["_type"] = role.name().into();
    body["spec_version"] = SPEC_VERSION.into();
    body["version"] = version.into();
    body["expires"] = expires.to_string().into();
    body
}

impl RootStatement {
    fn to_json(&self) -> Result<Value, PublishError> {
        let mut keys = Map::new();
        let mut entries = Map::new();
        for (role, definition) in &self.roles {
            entries.insert(role.name().to_owned(), definition.entry(&mut keys)?);
        }
        let body = json!({"consistent_snapshot": true, "keys": keys, "roles": entries});
        Ok(common(body, Role::Root, self.version, self.expires))
    }

    fn of(value: &Value) -> Result<Self, PublishError> {
        let fields = RootFields::deserialize(value).map_err(|e| MetadataError::shape("root", &e))?;
        let keys = read_keys(&fields.keys)?;
        let mut roles = BTreeMap::new();
        for role in Role::ALL {
            let missing = || MetadataError::RoleMissing { role: role.name().to_owned() };
            let entry = fields.roles.get(role.name()).ok_or_else(missing)?;
            roles.insert(role, definition(role.name(), entry, &keys)?);
        }
        Ok(Self { version: fields.version.0, expires: fields.expires.0, roles })
    }
}

impl TargetsStatement {
    /// Reads what targets metadata states. Nothing is said of its signatures.
    ///
    /// # Errors
    /// As [`Statement::read`].
    pub fn of_metadata(metadata: &[u8]) -> Result<Self, PublishError> {
        match Statement::of_metadata(metadata)? {
            Statement::Targets(targets) => Ok(targets),
            Statement::Root(_) => {
                let found = Role::Root.name().to_owned();
                Err(MetadataError::WrongRole { expected: Role::Targets, found }.into())
            }
        }
    }

    fn to_json(&self) -> Result<Value, PublishError> {
        let mut body = json!({"targets": self.targets.to_json()});
        if !self.delegations.is_empty() {
            let mut keys = Map::new();
            let mut roles = Vec::new();
            for role in &self.delegations {
                let mut entry = role.definition.entry(&mut keys)?;
                entry["name"] = role.name.as_str().into();
                entry["paths"] = role.paths.clone().into();
                entry["terminating"] = role.terminating.into();
                roles.push(entry);
            }
            body["delegations"] = json!({"keys": keys, "roles": roles});
        }
        Ok(common(body, Role::Targets, self.version, self.expires))
    }

    fn of(value: &Value) -> Result<Self, PublishError> {
        let fields = TargetsFields::deserialize(value).map_err(|e| MetadataError::shape("targets", &e))?;
        let mut delegations = Vec::new();
        if let Some(DelegationsFields { keys, roles }) = fields.delegations {
            let keys = read_keys(&keys)?;
            for role in roles {
                let definition = definition(&role.name, &role.keys, &keys)?;
                let DelegationFields { name, paths, terminating, .. } = role;
                delegations.push(DelegatedRole { name, definition, paths, terminating });
            }
        }
        let targets = TargetList::of_files(&fields.targets).ok_or(PublishError::NotShown)?;
        Ok(Self { version: fields.version.0, expires: fields.expires.0, targets, delegations })
    }
}

fn read_keys(keys: &BTreeMap<String, Value>) -> Result<BTreeMap<String, PublicKey>, PublishError> {
    let keys = keys.iter().map(|(id, value)| Some((id.clone(), key::read(value)?)));
    keys.collect::<Option<_>>().ok_or(PublishError::NotShown)
}

fn definition(
    role: &str,
    fields: &RoleFields,
    keys: &BTreeMap<String, PublicKey>,
) -> Result<RoleDefinition, PublishError> {
    let known = |id: &String| keys.get(id).cloned().ok_or(PublishError::NotShown);
    let definition = RoleDefinition {
        keys: fields.keyids.iter().map(known).collect::<Result<_, _>>()?,
        threshold: fields.threshold,
    };
    if definition.can_be_met() {
        Ok(definition)
    } else {
        Err(MetadataError::Threshold { role: role.to_owned() }.into())
    }
}

#[derive(Deserialize)]
struct SignatureList {
    signatures: Vec<SignatureFields>,
}

#[derive(Deserialize)]
struct SignatureFields {
    keyid: String,
    sig: String,
}

#[derive(Deserialize)]
struct KindFields {
    #[serde(rename = "_type")]
    kind: String,
}

#[derive(Deserialize)]
struct RootFields {
    version: Version,
    expires: Time,
    keys: BTreeMap<String, Value>,
    roles: BTreeMap<String, RoleFields>,
}

#[derive(Deserialize)]
struct TargetsFields {
    version: Version,
    expires: Time,
    targets: BTreeMap<String, TargetFile>,
    delegations: Option<DelegationsFields>,
}

#[derive(Deserialize)]
struct DelegationsFields {
    keys: BTreeMap<String, Value>,
    roles: Vec<DelegationFields>,
}

#[derive(Deserialize)]
struct DelegationFields {
    name: String,
    terminating: bool,
    paths: Vec<String>,
    #[serde(flatten)]
    keys: RoleFields,
}

#[cfg(test)]
mod tests {
    use verilabel_wire::SigningKey;

    use super::*;

    fn key(seed: u8) -> SigningKey {
        SigningKey::eddsa(&[seed; 32]).unwrap()
    }

    fn root(threshold: u32, seeds: &[u8]) -> Statement {
        let keys: Vec<PublicKey> = seeds.iter().map(|seed| key(*seed).key().clone()).collect();
        let definition = RoleDefinition { keys, threshold };
        let roles = Role::ALL.map(|role| (role, definition.clone())).into();
        Statement::Root(RootStatement { version: 2, expires: "2027-01-01T00:00:00Z".parse().unwrap(), roles })
    }

    #[test]
    fn a_statement_is_read_as_it_was_written_and_not_with_anything_more() {
        let statement = root(2, &[1, 2, 3]);
        let value = statement.to_json().unwrap();
        let read = |value: &Value| Statement::read(&serde_json::to_vec(value).unwrap());
        assert_eq!(read(&value).unwrap(), statement);
        for (pointer, more) in [
            ("", json!({"extra": 1})),
            ("/roles", json!({"mirrors": {"keyids": [], "threshold": 1}})),
            ("/roles/root", json!({"more": true})),
        ] {
            let mut changed = value.clone();
            let place = changed.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
            place.extend(more.as_object().unwrap().clone());
            assert!(matches!(read(&changed), Err(PublishError::NotShown)), "{pointer}");
        }
        let mut other_kind = value.clone();
        other_kind["_type"] = "timestamp".into();
        assert!(matches!(read(&other_kind), Err(PublishError::Refused(_))));
        for wrong in [0, 4] {
            let mut never_met = value.clone();
            never_met["roles"]["targets"]["threshold"] = wrong.into();
            assert!(matches!(read(&never_met), Err(PublishError::Refused(_))), "{wrong}");
        }
    }

    #[test]
    fn signers_are_counted_once_and_only_for_what_they_signed() {
        let statement = root(2, &[1, 2, 3]);
        let Statement::Root(RootStatement { roles, .. }) = &statement else { unreachable!() };
        let definition = &roles[&Role::Root];
        let first = statement.sign(&key(1)).unwrap();
        let of_another = root(1, &[1, 2, 3]).sign(&key(2)).unwrap();
        let stranger = statement.sign(&key(9)).unwrap();
        let all = [first.clone(), first, of_another, stranger];
        let signers = statement.signers(definition, &all).unwrap();
        assert_eq!(signers, [key(1).key()]);
    }
}
