//! TUF keys (§4.2, "keytype", "scheme", "keyval") and their ids.

use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier, UintRef};
use der::{Decode, Sequence};
use serde::Deserialize;
use serde_json::{Value, json};
use verilabel_wire::{Algorithm, PublicKey, VerifySignature, sha256};

use super::canonical::canonical;
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
    P256(PublicKey),
    /// RSA with SHA-256; the key as DER `RSAPublicKey` (RFC 8017 §A.1.1).
    #[cfg(feature = "rsa")]
    Rsa(Vec<u8>, Padding),
    Unknown,
}

#[cfg(feature = "rsa")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Padding {
    /// RFC 8017 §8.1, with a salt as long as the hash.
    Pss,
    /// RFC 8017 §8.2.
    Pkcs1,
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
            ("ecdsa" | "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256") => p256(public).map(Verifier::P256),
            #[cfg(feature = "rsa")]
            ("rsa", "rsassa-pss-sha256") => rsa(public).map(|key| Verifier::Rsa(key, Padding::Pss)),
            #[cfg(feature = "rsa")]
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
            Verifier::P256(key) => {
                fixed(signature).is_some_and(|signature| key.verify(message, &signature).is_ok())
            }
            #[cfg(feature = "rsa")]
            Verifier::Rsa(key, padding) => {
                use ring::signature::{
                    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey,
                };
                let algorithm = match padding {
                    Padding::Pss => &RSA_PSS_2048_8192_SHA256,
                    Padding::Pkcs1 => &RSA_PKCS1_2048_8192_SHA256,
                };
                UnparsedPublicKey::new(algorithm, key).verify(message, signature).is_ok()
            }
            Verifier::Unknown => false,
        }
    }

    /// What tells one key from another whatever their ids say.
    pub(super) fn material(&self) -> Option<Vec<u8>> {
        match &self.verifier {
            Verifier::Ed25519(key) | Verifier::P256(key) => Some(key.thumbprint().to_vec()),
            #[cfg(feature = "rsa")]
            Verifier::Rsa(key, _) => Some(key.clone()),
            Verifier::Unknown => None,
        }
    }

    /// Key type and scheme, if nothing here can check its signatures.
    pub(super) fn unknown_scheme(&self) -> Option<&str> {
        matches!(self.verifier, Verifier::Unknown).then_some(&self.scheme)
    }
}

/// `SubjectPublicKeyInfo` (RFC 5280 §4.1).
#[derive(Sequence)]
struct PublicKeyInfo<'a> {
    algorithm: AlgorithmIdentifier<'a>,
    key: BitStringRef<'a>,
}

#[derive(Sequence)]
struct AlgorithmIdentifier<'a> {
    algorithm: ObjectIdentifier,
    parameters: Option<AnyRef<'a>>,
}

/// The key of a PEM text (RFC 7468 §13), if it has that algorithm and, where given, that curve.
fn public_key(pem: &str, algorithm: &str, curve: Option<&str>) -> Option<Vec<u8>> {
    let (label, document) = der::pem::decode_vec(pem.trim().as_bytes()).ok()?;
    let info = PublicKeyInfo::from_der(&document).ok()?;
    let same = |oid: &ObjectIdentifier, text: &str| ObjectIdentifier::new(text).is_ok_and(|due| *oid == due);
    let right_curve = curve.is_none_or(|curve| {
        let parameters = info.algorithm.parameters.and_then(|any| any.decode_as::<ObjectIdentifier>().ok());
        parameters.is_some_and(|oid| same(&oid, curve))
    });
    let right = label == "PUBLIC KEY" && same(&info.algorithm.algorithm, algorithm) && right_curve;
    right.then(|| info.key.as_bytes().map(<[u8]>::to_vec))?
}

/// A P-256 key in PEM or, as older repositories have it, its uncompressed point in hexadecimal.
fn p256(public: &str) -> Option<PublicKey> {
    const EC_PUBLIC_KEY: &str = "1.2.840.10045.2.1";
    const PRIME256V1: &str = "1.2.840.10045.3.1.7";
    let point = public_key(public, EC_PUBLIC_KEY, Some(PRIME256V1)).or_else(|| hex::decode(public))?;
    let (x, y) = point.strip_prefix(&[4])?.split_at_checked(32)?;
    Some(PublicKey::p256(x.try_into().ok()?, y.try_into().ok()?))
}

#[cfg(feature = "rsa")]
fn rsa(public: &str) -> Option<Vec<u8>> {
    const RSA_ENCRYPTION: &str = "1.2.840.113549.1.1.1";
    public_key(public, RSA_ENCRYPTION, None)
}

/// `ECDSA-Sig-Value` (RFC 3279 §2.2.3) as r‖s.
fn fixed(signature: &[u8]) -> Option<[u8; 64]> {
    #[derive(Sequence)]
    struct Pair<'a> {
        r: UintRef<'a>,
        s: UintRef<'a>,
    }
    let pair = Pair::from_der(signature).ok()?;
    let mut out = [0; 64];
    for (half, number) in out.chunks_exact_mut(32).zip([pair.r, pair.s]) {
        let start = half.len().checked_sub(number.as_bytes().len())?;
        half.get_mut(start..)?.copy_from_slice(number.as_bytes());
    }
    Some(out)
}

/// A public key as metadata lists it; only Ed25519 keys sign trust packs of ours.
pub(super) fn write(key: &PublicKey) -> Option<Value> {
    (key.algorithm() == Algorithm::EdDsa).then(
        || json!({"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": hex::encode(key.raw())}}),
    )
}

/// A public key as this project lists it in metadata.
pub(super) fn read(value: &Value) -> Option<PublicKey> {
    match Key::read(value).ok()?.verifier {
        Verifier::Ed25519(key) => Some(key),
        _ => None,
    }
}

/// The id that we give a key: SHA-256 over its canonical form. Other repositories may choose theirs freely.
pub(super) fn id(key: &Value) -> Result<String, MetadataError> {
    Ok(hex::encode(&sha256(&canonical(key)?)))
}
