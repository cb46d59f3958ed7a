//! Public keys as JWK (RFC 7517, RFC 7518 §6.2, RFC 8037 §2).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use verilabel_label::excerpt;
use verilabel_wire::{Algorithm, PublicKey};

/// The public members of a JWK.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jwk {
    kty: String,
    crv: String,
    x: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    y: Option<String>,
}

/// A JWK that is no public key of a kind known here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a key is due with kty EC and crv P-256, or OKP and Ed25519, and coordinates of 32 bytes; found kty {:?}, crv {:?}",
    excerpt(.kty),
    excerpt(.crv)
)]
pub struct JwkError {
    kty: String,
    crv: String,
}

impl Jwk {
    /// The JWK of a key.
    #[must_use]
    pub fn of(key: &PublicKey) -> Self {
        let (x, y) = key.coordinates();
        let (kty, crv) = match key.algorithm() {
            Algorithm::Es256 => ("EC", "P-256"),
            Algorithm::EdDsa => ("OKP", "Ed25519"),
        };
        Self {
            kty: kty.to_owned(),
            crv: crv.to_owned(),
            x: URL_SAFE_NO_PAD.encode(x),
            y: y.map(|y| URL_SAFE_NO_PAD.encode(y)),
        }
    }

    /// The key.
    ///
    /// # Errors
    /// If it is of another kind, or a coordinate is not 32 bytes in base64url without padding.
    pub fn public_key(&self) -> Result<PublicKey, JwkError> {
        let coordinate =
            |text: &str| -> Option<[u8; 32]> { URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok() };
        let key = match (self.kty.as_str(), self.crv.as_str(), &self.y) {
            ("EC", "P-256", Some(y)) => {
                coordinate(&self.x).zip(coordinate(y)).map(|(x, y)| PublicKey::p256(&x, &y))
            }
            ("OKP", "Ed25519", None) => coordinate(&self.x).map(PublicKey::ed25519),
            _ => None,
        };
        key.ok_or_else(|| JwkError { kty: self.kty.clone(), crv: self.crv.clone() })
    }
}
