//! The same for WebAssembly, in Rust alone: p256 and ed25519-dalek.
//!
//! Both accept what ring accepts: for Ed25519 the equation without the cofactor and no second spelling of the
//! signature (RFC 8032 §5.1.7), for ECDSA either of s and n − s.

use ed25519_dalek::{Signature as Ed25519Signature, VerifyingKey as Ed25519Key};
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature as P256Signature, VerifyingKey as P256Key};
use sha2::{Digest, Sha256};

use super::{Algorithm, BadSignature, PublicKey, VerifySignature};

/// SHA-256 (FIPS 180-4).
#[must_use]
pub fn sha256(message: &[u8]) -> [u8; 32] {
    Sha256::digest(message).into()
}

impl VerifySignature for PublicKey {
    fn key(&self) -> &PublicKey {
        self
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        let holds = match self.algorithm() {
            Algorithm::Es256 => p256_holds(self.raw(), message, signature),
            Algorithm::EdDsa => ed25519_holds(self.raw(), message, signature),
        };
        holds.filter(|holds| *holds).map(|_| ()).ok_or(BadSignature)
    }
}

/// None if key or signature cannot be read.
fn p256_holds(key: &[u8], message: &[u8], signature: &[u8]) -> Option<bool> {
    let key = P256Key::from_sec1_bytes(key).ok()?;
    Some(key.verify(message, &P256Signature::from_slice(signature).ok()?).is_ok())
}

/// None if key or signature cannot be read.
fn ed25519_holds(key: &[u8], message: &[u8], signature: &[u8]) -> Option<bool> {
    let key = Ed25519Key::from_bytes(key.try_into().ok()?).ok()?;
    Some(key.verify(message, &Ed25519Signature::from_slice(signature).ok()?).is_ok())
}
