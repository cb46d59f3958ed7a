//! Hashes and signatures are checked natively by ring.

use ring::signature::{ECDSA_P256_SHA256_FIXED, ED25519, UnparsedPublicKey};

use super::{Algorithm, BadSignature, PublicKey, VerifySignature};

/// SHA-256 (FIPS 180-4).
#[must_use]
pub fn sha256(message: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(ring::digest::digest(&ring::digest::SHA256, message).as_ref());
    out
}

impl VerifySignature for PublicKey {
    fn key(&self) -> &PublicKey {
        self
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        let outcome = match self.algorithm() {
            Algorithm::Es256 => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, self.raw()).verify(message, signature)
            }
            Algorithm::EdDsa => UnparsedPublicKey::new(&ED25519, self.raw()).verify(message, signature),
        };
        outcome.map_err(|_| BadSignature)
    }
}
