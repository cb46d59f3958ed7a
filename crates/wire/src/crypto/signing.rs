//! Private keys, which are never in a browser: ring.

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};

use super::{Algorithm, PublicKey, Sign, SignError};

/// A private key in this process.
pub struct SigningKey {
    pair: Pair,
    public: PublicKey,
}

enum Pair {
    Es256(EcdsaKeyPair, SystemRandom),
    EdDsa(Ed25519KeyPair),
}

/// The parts are no private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("private and public part do not make a key for {0}")]
pub struct NotAKey(Algorithm);

impl SigningKey {
    /// An ES256 key from its scalar and its point, big-endian. The generator serves the nonces.
    ///
    /// # Errors
    /// If the point is not that of the scalar.
    pub fn es256(d: &[u8; 32], x: &[u8; 32], y: &[u8; 32], random: SystemRandom) -> Result<Self, NotAKey> {
        let public = PublicKey::p256(x, y);
        let pair = EcdsaKeyPair::from_private_key_and_public_key(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            d,
            public.raw(),
            &random,
        )
        .map_err(|_| NotAKey(Algorithm::Es256))?;
        Ok(Self { pair: Pair::Es256(pair, random), public })
    }

    /// An Ed25519 key from its seed (RFC 8032 §5.1.5).
    ///
    /// # Errors
    /// None for 32 bytes.
    pub fn eddsa(seed: &[u8; 32]) -> Result<Self, NotAKey> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| NotAKey(Algorithm::EdDsa))?;
        let mut x = [0; 32];
        x.copy_from_slice(pair.public_key().as_ref());
        Ok(Self { pair: Pair::EdDsa(pair), public: PublicKey::ed25519(x) })
    }
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
