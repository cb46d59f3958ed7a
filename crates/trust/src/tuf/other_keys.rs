//! Keys of other TUF repositories than ours: ECDSA on P-256, and RSA.

use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier, UintRef};
use der::{Decode, Sequence};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
use verilabel_wire::PublicKey;

use super::hex;

/// How an RSA signature is padded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Padding {
    /// RFC 8017 §8.1, with a salt as long as the hash.
    Pss,
    /// RFC 8017 §8.2.
    Pkcs1,
}

/// Whether an RSA signature holds; the key as DER `RSAPublicKey` (RFC 8017 §A.1.1).
pub(super) fn verifies_rsa(key: &[u8], padding: Padding, message: &[u8], signature: &[u8]) -> bool {
    let algorithm = match padding {
        Padding::Pss => &RSA_PSS_2048_8192_SHA256,
        Padding::Pkcs1 => &RSA_PKCS1_2048_8192_SHA256,
    };
    UnparsedPublicKey::new(algorithm, key).verify(message, signature).is_ok()
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
pub(super) fn p256(public: &str) -> Option<PublicKey> {
    const EC_PUBLIC_KEY: &str = "1.2.840.10045.2.1";
    const PRIME256V1: &str = "1.2.840.10045.3.1.7";
    let point = public_key(public, EC_PUBLIC_KEY, Some(PRIME256V1)).or_else(|| hex::decode(public))?;
    let (x, y) = point.strip_prefix(&[4])?.split_at_checked(32)?;
    Some(PublicKey::p256(x.try_into().ok()?, y.try_into().ok()?))
}

pub(super) fn rsa(public: &str) -> Option<Vec<u8>> {
    const RSA_ENCRYPTION: &str = "1.2.840.113549.1.1.1";
    public_key(public, RSA_ENCRYPTION, None)
}

/// `ECDSA-Sig-Value` (RFC 3279 §2.2.3) as r‖s.
pub(super) fn fixed(signature: &[u8]) -> Option<[u8; 64]> {
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
