//! The native backend: ring.

use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
    UnparsedPublicKey,
};

use super::{Algorithm, BadSignature, PublicKey, Sign, SignError, VerifySignature};

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

/// A private key in this process.
pub struct SigningKey {
    pair: Pair,
    public: PublicKey,
}

enum Pair {
    Es256(EcdsaKeyPair, SystemRandom),
    EdDsa(Ed25519KeyPair),
}

/// A private key could not be made or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GenerateError {
    /// The system gave no randomness.
    #[error("the system gave no randomness for a new key")]
    NoRandomness,
    /// Not a PKCS#8 document of that algorithm.
    #[error("not a PKCS#8 private key for {0}")]
    NotPkcs8(Algorithm),
}

/// Makes a private key as a PKCS#8 document (RFC 5208; RFC 8410 for Ed25519).
pub fn generate_pkcs8(algorithm: Algorithm, random: &SystemRandom) -> Result<Vec<u8>, GenerateError> {
    let document = match algorithm {
        Algorithm::Es256 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, random),
        Algorithm::EdDsa => Ed25519KeyPair::generate_pkcs8(random),
    };
    document.map(|d| d.as_ref().to_vec()).map_err(|_| GenerateError::NoRandomness)
}

impl SigningKey {
    /// Reads a PKCS#8 document. The generator serves the nonces of ES256.
    pub fn from_pkcs8(
        algorithm: Algorithm,
        document: &[u8],
        random: SystemRandom,
    ) -> Result<Self, GenerateError> {
        let refuse = |_| GenerateError::NotPkcs8(algorithm);
        match algorithm {
            Algorithm::Es256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document, &random)
                    .map_err(refuse)?;
                let public = uncompressed_point(pair.public_key().as_ref())
                    .ok_or(GenerateError::NotPkcs8(algorithm))?;
                Ok(Self { pair: Pair::Es256(pair, random), public })
            }
            Algorithm::EdDsa => Ed25519KeyPair::from_pkcs8(document).map_err(refuse).map(Self::from_ed25519),
        }
    }

    /// An Ed25519 key from its seed (RFC 8032 §5.1.5).
    pub fn from_ed25519_seed(seed: &[u8; 32]) -> Result<Self, GenerateError> {
        Ed25519KeyPair::from_seed_unchecked(seed)
            .map(Self::from_ed25519)
            .map_err(|_| GenerateError::NotPkcs8(Algorithm::EdDsa))
    }

    fn from_ed25519(pair: Ed25519KeyPair) -> Self {
        let mut x = [0; 32];
        x.copy_from_slice(pair.public_key().as_ref());
        Self { pair: Pair::EdDsa(pair), public: PublicKey::ed25519(x) }
    }
}

fn uncompressed_point(point: &[u8]) -> Option<PublicKey> {
    let (x, rest) = point.strip_prefix(&[4])?.split_first_chunk::<32>()?;
    Some(PublicKey::p256(x, rest.try_into().ok()?))
}

impl Sign for SigningKey {
    fn key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignError> {
        let failed = |reason: &str| SignError { reason: reason.to_owned() };
        match &self.pair {
            Pair::Es256(pair, random) => {
                let signature =
                    pair.sign(random, message).map_err(|_| failed("no randomness for the nonce"))?;
                signature.as_ref().try_into().map_err(|_| failed("a signature of the wrong length"))
            }
            Pair::EdDsa(pair) => {
                pair.sign(message).as_ref().try_into().map_err(|_| failed("a signature of the wrong length"))
            }
        }
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").field("public", &self.public.id()).finish_non_exhaustive()
    }
}
