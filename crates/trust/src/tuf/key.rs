//! TUF keys (§4.2, "keytype", "scheme", "keyval") and their ids.

use serde::Deserialize;
use serde_json::{Value, json};
use verilabel_wire::{Algorithm, PublicKey, VerifySignature, sha256};

use super::canonical::canonical;
#[cfg(feature = "other-keys")]
use super::other_keys::{Padding, fixed, p256, rsa, verifies_rsa};
use super::{MetadataError, hex};

/// A key as metadata lists it. A key of a kind that is not known here is kept and never counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    scheme: String,
    verifier: Verifier,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Verifier {
    Ed25519(PublicKey),
    /// The signature is a DER sequence of r and s (RFC 3279 §2.2.3).
    #[cfg(feature = "other-keys")]
    P256(PublicKey),
    /// RSA with SHA-256; the key as DER `RSAPublicKey` (RFC 8017 §A.1.1).
    #[cfg(feature = "other-keys")]
    Rsa(Vec<u8>, Padding),
    Unknown,
}

#[derive(Deserialize)]
struct KeyFields {
    keytype: String,
    scheme: String,
    keyval: serde_json::Map<String, Value>,
}

impl Key {
    pub(super) fn read(value: &Value) -> Result<Self, MetadataError> {
        let fields = KeyFields::deserialize(value).map_err(|e| MetadataError::shape("key", &e))?;
        let public = fields.keyval.get("public").and_then(Value::as_str).unwrap_or_default();
        let verifier = match (fields.keytype.as_str(), fields.scheme.as_str()) {
            ("ed25519", "ed25519") => {
                hex::decode_32(public).map(|x| Verifier::Ed25519(PublicKey::ed25519(x)))
            }
            #[cfg(feature = "other-keys")]
            ("ecdsa" | "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256") => p256(public).map(Verifier::P256),
            #[cfg(feature = "other-keys")]
            ("rsa", "rsassa-pss-sha256") => rsa(public).map(|key| Verifier::Rsa(key, Padding::Pss)),
            #[cfg(feature = "other-keys")]
            ("rsa", "rsa-pkcs1v15-sha256") => rsa(public).map(|key| Verifier::Rsa(key, Padding::Pkcs1)),
            _ => None,
        };
        let scheme = format!("{} {}", fields.keytype, fields.scheme);
        Ok(Self { scheme, verifier: verifier.unwrap_or(Verifier::Unknown) })
    }

    /// Whether the signature holds; a key of an unknown kind verifies nothing.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.verifier {
            Verifier::Ed25519(key) => key.verify(message, signature).is_ok(),
            #[cfg(feature = "other-keys")]
            Verifier::P256(key) => {
                fixed(signature).is_some_and(|signature| key.verify(message, &signature).is_ok())
            }
            #[cfg(feature = "other-keys")]
            Verifier::Rsa(key, padding) => verifies_rsa(key, *padding, message, signature),
            Verifier::Unknown => false,
        }
    }

    /// What tells one key from another whatever their ids say.
    pub(super) fn material(&self) -> Option<Vec<u8>> {
        match &self.verifier {
            Verifier::Ed25519(key) => Some(key.thumbprint().to_vec()),
            #[cfg(feature = "other-keys")]
            Verifier::P256(key) => Some(key.thumbprint().to_vec()),
            #[cfg(feature = "other-keys")]
            Verifier::Rsa(key, _) => Some(key.clone()),
            Verifier::Unknown => None,
        }
    }

    /// Key type and scheme, if nothing here can check its signatures.
    pub(super) fn unknown_scheme(&self) -> Option<&str> {
        matches!(self.verifier, Verifier::Unknown).then_some(&self.scheme)
    }
}

/// A public key as metadata lists it; only Ed25519 keys sign trust packs of ours.
pub(super) fn write(key: &PublicKey) -> Option<Value> {
    (key.algorithm() == Algorithm::EdDsa).then(
        || json!({"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": hex::encode(key.raw())}}),
    )
}

/// A public key as this project lists it in metadata.
pub(super) fn read(value: &Value) -> Option<PublicKey> {
    let Verifier::Ed25519(key) = Key::read(value).ok()?.verifier else { return None };
    Some(key)
}

/// The id that we give a key: SHA-256 over its canonical form. Other repositories may choose theirs freely.
pub(super) fn id(key: &Value) -> Result<String, MetadataError> {
    Ok(hex::encode(&sha256(&canonical(key)?)))
}
