//! Keys and signatures, behind two small traits.
//!
//! The algorithm belongs to the key. A message may repeat it, and then must agree.

#[cfg(any(feature = "portable", target_arch = "wasm32"))]
mod portable;
#[cfg(not(any(feature = "portable", target_arch = "wasm32")))]
mod ring;
#[cfg(not(target_arch = "wasm32"))]
mod signing;

#[cfg(any(feature = "portable", target_arch = "wasm32"))]
pub use self::portable::sha256;
#[cfg(not(any(feature = "portable", target_arch = "wasm32")))]
pub use self::ring::sha256;
#[cfg(not(target_arch = "wasm32"))]
pub use self::signing::{NotAKey, SigningKey};

use std::fmt;

/// A signature algorithm together with its only key type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256, signature r‖s (RFC 9053 §2.1).
    Es256,
    /// Ed25519 (RFC 9053 §2.2, RFC 8032).
    EdDsa,
}

impl Algorithm {
    /// The COSE algorithm number.
    #[must_use]
    pub fn cose(self) -> i64 {
        match self {
            Self::Es256 => -7,
            Self::EdDsa => -8,
        }
    }

    /// The JOSE name (RFC 7518 §3.1, RFC 8037 §3.1).
    #[must_use]
    pub fn jose(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.jose())
    }
}

/// The first six bytes of the SHA-256 COSE Key Thumbprint (RFC 9679) of a public key.
///
/// It survives the renewal of certificates, because it derives from the key alone. Six bytes are too
/// many for an honest stranger's key to match a known one by accident (four would not be, over a
/// thousand million scans), and still too few to be unique: try every key that matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; Self::LENGTH]);

impl KeyId {
    /// Bytes of a key id.
    pub const LENGTH: usize = 6;

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }

    /// Reads the form that [`Display`](fmt::Display) writes: lower-case hexadecimal.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; Self::LENGTH];
        let pairs = text.as_bytes().chunks_exact(2);
        if text.len() != 2 * Self::LENGTH || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(pairs) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl From<[u8; KeyId::LENGTH]> for KeyId {
    fn from(bytes: [u8; KeyId::LENGTH]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A public key and its algorithm.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PublicKey {
    material: Material,
    thumbprint: [u8; 32],
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Material {
    /// Uncompressed point, SEC 1 §2.3.3: 04 ‖ x ‖ y.
    P256([u8; 65]),
    Ed25519([u8; 32]),
}

impl PublicKey {
    /// A P-256 key by its coordinates, big-endian.
    #[must_use]
    pub fn p256(x: &[u8; 32], y: &[u8; 32]) -> Self {
        let mut point = [4; 65];
        point[1..33].copy_from_slice(x);
        point[33..].copy_from_slice(y);
        Self::new(Material::P256(point))
    }

    /// An Ed25519 key by its encoded point (RFC 8032 §5.1.2).
    #[must_use]
    pub fn ed25519(x: [u8; 32]) -> Self {
        Self::new(Material::Ed25519(x))
    }

    fn new(material: Material) -> Self {
        let thumbprint = sha256(&cose_key(&material));
        Self { material, thumbprint }
    }

    /// Its algorithm.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match self.material {
            Material::P256(_) => Algorithm::Es256,
            Material::Ed25519(_) => Algorithm::EdDsa,
        }
    }

    /// The key id.
    #[must_use]
    pub fn id(&self) -> KeyId {
        let mut id = [0; KeyId::LENGTH];
        id.copy_from_slice(&self.thumbprint[..KeyId::LENGTH]);
        KeyId(id)
    }

    /// The whole COSE Key Thumbprint (RFC 9679 §3), by which two keys are told apart.
    #[must_use]
    pub fn thumbprint(&self) -> &[u8; 32] {
        &self.thumbprint
    }

    /// Coordinates: x and y of a P-256 key, x alone of an Ed25519 key.
    #[must_use]
    pub fn coordinates(&self) -> (&[u8], Option<&[u8]>) {
        match &self.material {
            Material::P256(point) => (&point[1..33], Some(&point[33..])),
            Material::Ed25519(x) => (x, None),
        }
    }

    /// The bytes that signature libraries take: the uncompressed point, or the encoded Ed25519 point.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        match &self.material {
            Material::P256(point) => point,
            Material::Ed25519(x) => x,
        }
    }
}

/// The required members of a COSE_Key in deterministic order (RFC 9679 §4.1 and §4.2).
fn cose_key(material: &Material) -> Vec<u8> {
    const P256_HEAD: [u8; 8] = [0xA4, 0x01, 0x02, 0x20, 0x01, 0x21, 0x58, 0x20];
    const ED25519_HEAD: [u8; 8] = [0xA3, 0x01, 0x01, 0x20, 0x06, 0x21, 0x58, 0x20];
    match material {
        Material::P256(point) => [&P256_HEAD, &point[1..33], &[0x22, 0x58, 0x20], &point[33..]].concat(),
        Material::Ed25519(x) => [&ED25519_HEAD[..], x].concat(),
    }
}

/// The signature does not belong to this message and key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not hold")]
pub struct BadSignature;

/// Checks signatures with one key.
pub trait VerifySignature {
    /// The key.
    fn key(&self) -> &PublicKey;

    /// Checks one signature of 64 bytes.
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignature>;
}

/// The signer could not sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the signing key could not be used: {reason}")]
pub struct SignError {
    /// What the signer said.
    pub reason: String,
}

/// Makes signatures with one key, which may live in a file or in a device.
pub trait Sign {
    /// The public half.
    fn key(&self) -> &PublicKey;

    /// Signs a message: r‖s for ES256, R‖S for EdDSA.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignError>;
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn hex(text: &str) -> [u8; 32] {
        let mut out = [0; 32];
        for (i, byte) in out.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap();
        }
        out
    }

    #[test]
    fn thumbprint_of_the_rfc_9679_example() {
        // RFC 9679 §6: the key of RFC 8152 appendix C.7.1.
        let key = PublicKey::p256(
            &hex("65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d"),
            &hex("1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c"),
        );
        let expected = hex("496bd8afadf307e5b08c64b0421bf9dc01528a344a43bda88fadd1669da253ec");
        assert_eq!(*key.thumbprint(), expected);
        assert_eq!(key.id().to_string(), "496bd8afadf3");
        assert_eq!(KeyId::from_hex("496bd8afadf3"), Some(key.id()));
        for wrong in ["", "496bd8afadf", "496bd8afadf30", "496BD8AFADF3", "+96bd8afadf3", "496bd8afadfé"] {
            assert_eq!(KeyId::from_hex(wrong), None, "{wrong}");
        }
    }
}
