//! Keys that are the same in every run, and sign the same in every run.

use p256::ecdsa::signature::Signer;
use verilabel_wire::{PublicKey, Sign, SignError, SigningKey, sha256};

/// A key that signs deterministically.
pub enum Key {
    /// ES256, nonces by RFC 6979.
    Es256(Box<p256::ecdsa::SigningKey>, PublicKey),
    /// EdDSA.
    EdDsa(Box<SigningKey>),
}

/// The ES256 key of that name.
#[must_use]
pub fn es256(name: &str) -> Key {
    let secret = p256::ecdsa::SigningKey::from_slice(&sha256(name.as_bytes())).expect("a scalar in range");
    let point = secret.verifying_key().to_sec1_point(false);
    let coordinate = |range: std::ops::Range<usize>| -> [u8; 32] {
        point.as_bytes()[range].try_into().expect("32 bytes of an uncompressed point")
    };
    let public = PublicKey::p256(&coordinate(1..33), &coordinate(33..65));
    Key::Es256(Box::new(secret), public)
}

/// The EdDSA key of that name.
#[must_use]
pub fn eddsa(name: &str) -> Key {
    Key::EdDsa(Box::new(SigningKey::eddsa(&sha256(name.as_bytes())).expect("any 32 bytes are a seed")))
}

/// One of two EdDSA keys with the same key id. Found among the seeds that are small numbers.
#[must_use]
pub fn colliding(which: usize) -> Key {
    const NUMBERS: [u32; 2] = [5_724_045, 21_677_089];
    let mut seed = [0; 32];
    seed[28..].copy_from_slice(&NUMBERS[which].to_be_bytes());
    Key::EdDsa(Box::new(SigningKey::eddsa(&seed).expect("any 32 bytes are a seed")))
}

impl Sign for Key {
    fn key(&self) -> &PublicKey {
        match self {
            Self::Es256(_, public) => public,
            Self::EdDsa(key) => key.key(),
        }
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignError> {
        match self {
            Self::Es256(secret, _) => {
                let signature: p256::ecdsa::Signature = secret.sign(message);
                Ok(signature.to_bytes().into())
            }
            Self::EdDsa(key) => key.sign(message),
        }
    }
}

/// The key whose id says one thing and whose signature another: the key of `honest`, signing by `thief`.
pub struct Impostor {
    /// Whose id is claimed.
    pub honest: Key,
    /// Who signs.
    pub thief: Key,
}

impl Sign for Impostor {
    fn key(&self) -> &PublicKey {
        self.honest.key()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignError> {
        self.thief.sign(message)
    }
}
