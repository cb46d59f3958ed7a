//! TUF keys (§4.2, "keytype", "scheme", "keyval") and their ids.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use verilabel_wire::{Algorithm, PublicKey, VerifySignature, sha256};

use super::canonical::canonical;
use super::{MetadataError, hex};

/// A key as metadata lists it. A key of a kind that is not known here is kept and never counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    verifier: Option<PublicKey>,
}

#[derive(Deserialize, Serialize)]
struct KeyFields {
    keytype: String,
    scheme: String,
    keyval: KeyValue,
}

#[derive(Deserialize, Serialize)]
struct KeyValue {
    public: String,
}

impl Key {
    pub(super) fn read(value: &Value) -> Result<Self, MetadataError> {
        let fields = KeyFields::deserialize(value).map_err(|e| MetadataError::shape("key", &e))?;
        let verifier = match (fields.keytype.as_str(), fields.scheme.as_str()) {
            ("ed25519", "ed25519") => hex::decode_32(&fields.keyval.public).map(PublicKey::ed25519),
            _ => None,
        };
        Ok(Self { verifier })
    }

    /// Whether the signature holds; a key of an unknown kind verifies nothing.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.verifier.as_ref().is_some_and(|key| key.verify(message, signature).is_ok())
    }

    /// What tells one key from another whatever their ids say.
    pub(super) fn thumbprint(&self) -> Option<&[u8; 32]> {
        self.verifier.as_ref().map(PublicKey::thumbprint)
    }
}

/// A public key as metadata lists it; only Ed25519 keys sign trust packs of ours.
pub(super) fn write(key: &PublicKey) -> Option<Value> {
    (key.algorithm() == Algorithm::EdDsa).then(
        || json!({"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": hex::encode(key.raw())}}),
    )
}

/// The key's id: SHA-256 over its canonical form (§4.2).
pub(super) fn id(key: &Value) -> Result<String, MetadataError> {
    Ok(hex::encode(&sha256(&canonical(key)?)))
}
