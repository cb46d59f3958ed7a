//! The files that go from one machine to the other.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use verilabel_label::Timestamp;
use verilabel_trust::{Jwk, RoleSignature, Statement, metadata_key_id};
use verilabel_wire::{Algorithm, PublicKey, Sign};

use super::CeremonyError;
use crate::hex;
use crate::pack::read_bounded;

const KEY: &str = "verilabel-pack-key/1";
const DRAFT: &str = "verilabel-pack-draft/1";
const SIGNATURE: &str = "verilabel-pack-signature/1";
/// Longest key or signature file, and longest draft, in bytes.
const MAX_SMALL: u64 = 16 << 10;
const MAX_DRAFT: u64 = 64 << 20;

/// A holder's public key, with a name for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HolderKey {
    schema: String,
    /// What people call its holder.
    pub name: String,
    jwk: Jwk,
}

impl HolderKey {
    /// Of a key.
    #[must_use]
    pub fn new(name: String, key: &PublicKey) -> Self {
        Self { schema: KEY.to_owned(), name, jwk: Jwk::of(key) }
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// [`CeremonyError::File`] if it is none, or holds no Ed25519 key.
    pub fn read(path: &Path) -> Result<Self, CeremonyError> {
        let key: Self = read(path, MAX_SMALL)?;
        let ed25519 = key.jwk.public_key().is_ok_and(|key| key.algorithm() == Algorithm::EdDsa);
        let schema = key.schema.clone();
        check(path, &schema, KEY, ed25519.then_some(key).ok_or("an Ed25519 key is due"))
    }

    /// The key.
    ///
    /// # Errors
    /// [`CeremonyError::Draft`] if it is none.
    pub fn public_key(&self) -> Result<PublicKey, CeremonyError> {
        self.jwk.public_key().map_err(|e| CeremonyError::Draft { reason: e.to_string() })
    }

    /// Its id in metadata, which holders read out to each other.
    ///
    /// # Errors
    /// As [`HolderKey::public_key`].
    pub fn id(&self) -> Result<String, CeremonyError> {
        Ok(metadata_key_id(&self.public_key()?)?)
    }
}

/// What is to be signed, with all that a holder needs to judge it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    schema: String,
    /// `root` or `targets`.
    pub(super) role: String,
    /// When it was made.
    pub(super) drafted: Timestamp,
    /// The member `signed` of the metadata to be.
    pub(super) statement: Value,
    /// The metadata of the role that it takes the place of.
    pub(super) before: Option<Value>,
    /// Of targets: the root that says who signs it.
    pub(super) root: Option<Value>,
    /// What people call the holders, by key id. It decides nothing.
    pub(super) holders: BTreeMap<String, String>,
    /// Of targets: the documents that it lists, in base64url, by path.
    pub(super) documents: BTreeMap<String, String>,
    /// The same of the metadata before.
    pub(super) documents_before: BTreeMap<String, String>,
}

impl Draft {
    pub(super) fn new(role: &str, drafted: Timestamp, statement: &Statement) -> Result<Self, CeremonyError> {
        Ok(Self {
            schema: DRAFT.to_owned(),
            role: role.to_owned(),
            drafted,
            statement: statement.to_json()?,
            before: None,
            root: None,
            holders: BTreeMap::new(),
            documents: BTreeMap::new(),
            documents_before: BTreeMap::new(),
        })
    }

    /// Reads a draft. What it says is looked at by [`Reading::of`](super::Reading::of).
    ///
    /// # Errors
    /// [`CeremonyError::File`] if it is none.
    pub fn read(path: &Path) -> Result<Self, CeremonyError> {
        let draft: Self = read(path, MAX_DRAFT)?;
        let schema = draft.schema.clone();
        check(path, &schema, DRAFT, Ok(draft))
    }

    /// The bytes of its file.
    ///
    /// # Errors
    /// None that could be met.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CeremonyError> {
        to_bytes(self)
    }

    pub(super) fn statement(&self) -> Result<Statement, CeremonyError> {
        Ok(Statement::read(&value_bytes(&self.statement)?)?)
    }
}

/// One holder's signature under a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleSignatureFile {
    schema: String,
    role: String,
    version: u64,
    /// SHA-256 of the bytes that are signed.
    digest: String,
    pub(super) key: String,
    signature: String,
}

impl RoleSignatureFile {
    pub(super) fn sign(role: &str, statement: &Statement, key: &dyn Sign) -> Result<Self, CeremonyError> {
        let RoleSignature { key_id, signature } = statement.sign(key)?;
        Ok(Self {
            schema: SIGNATURE.to_owned(),
            role: role.to_owned(),
            version: statement.version(),
            digest: statement.digest()?,
            key: key_id,
            signature: hex::encode(&signature),
        })
    }

    /// Reads a signature file.
    ///
    /// # Errors
    /// [`CeremonyError::File`] if it is none.
    pub fn read(path: &Path) -> Result<Self, CeremonyError> {
        let file: Self = read(path, MAX_SMALL)?;
        let schema = file.schema.clone();
        check(path, &schema, SIGNATURE, Ok(file))
    }

    /// The bytes of its file.
    ///
    /// # Errors
    /// None that could be met.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CeremonyError> {
        to_bytes(self)
    }

    /// The signature, if it says that it is of this draft.
    pub(super) fn of(&self, role: &str, statement: &Statement) -> Result<RoleSignature, CeremonyError> {
        let wrong = || CeremonyError::Signature { key: self.key.clone() };
        let same =
            self.role == role && self.version == statement.version() && self.digest == statement.digest()?;
        let signature = hex::decode::<64>(&self.signature).filter(|_| same).ok_or_else(wrong)?;
        Ok(RoleSignature { key_id: self.key.clone(), signature: signature.to_vec() })
    }
}

/// Bytes in a draft.
pub(super) fn encode(documents: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, String> {
    documents.iter().map(|(path, bytes)| (path.clone(), URL_SAFE_NO_PAD.encode(bytes))).collect()
}

pub(super) fn decode(
    documents: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, Vec<u8>>, CeremonyError> {
    let decoded =
        documents.iter().map(|(path, text)| Some((path.clone(), URL_SAFE_NO_PAD.decode(text).ok()?)));
    let wrong = || CeremonyError::Draft { reason: "a document is not in base64url".to_owned() };
    decoded.collect::<Option<_>>().ok_or_else(wrong)
}

pub(super) fn value_bytes(value: &Value) -> Result<Vec<u8>, CeremonyError> {
    serde_json::to_vec(value).map_err(|e| CeremonyError::Draft { reason: e.to_string() })
}

fn to_bytes(value: &impl Serialize) -> Result<Vec<u8>, CeremonyError> {
    let mut bytes =
        serde_json::to_vec_pretty(value).map_err(|e| CeremonyError::Draft { reason: e.to_string() })?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn read<T: DeserializeOwned>(path: &Path, max: u64) -> Result<T, CeremonyError> {
    let bytes = read_bounded(path, max)?;
    let failed = |e: serde_json::Error| CeremonyError::File { path: path.to_owned(), reason: e.to_string() };
    serde_json::from_slice(&bytes).map_err(failed)
}

fn check<T>(path: &Path, found: &str, due: &str, file: Result<T, &str>) -> Result<T, CeremonyError> {
    let failed = |reason: String| CeremonyError::File { path: path.to_owned(), reason };
    if found != due {
        return Err(failed(format!("its schema is {found:?}, not {due:?}")));
    }
    file.map_err(|reason| failed(reason.to_owned()))
}
