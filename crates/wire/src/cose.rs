//! COSE_Sign1 (RFC 9052 §4.2): bytes to [`Sealed`] to [`Authentic`], and back.

use std::marker::PhantomData;

use verilabel_label::FieldError;

use crate::cbor::{self, KeyOrder, Reader};
use crate::crypto::BadSignature;
use crate::status_list::StatusListError;
use crate::{Algorithm, Budget, CborError, KeyId, PublicKey, Sign, SignError, VerifySignature};

/// COSE header parameters (RFC 9052 §3.1, RFC 9596).
mod header {
    pub(super) const ALG: i64 = 1;
    pub(super) const CRIT: i64 = 2;
    pub(super) const KID: i64 = 4;
    pub(super) const TYP: i64 = 16;
}

/// CBOR tag of COSE_Sign1 (RFC 9052 §2).
const TAG_SIGN1: u64 = 18;
/// CBOR tag of a CWT (RFC 8392 §6), which may wrap the other.
const TAG_CWT: u64 = 61;
const SIGNATURE_LENGTH: usize = 64;

/// What the message says of its key. Chosen by whoever made the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyHint {
    /// COSE algorithm number.
    pub algorithm: i64,
    /// Key id; a seal's has the length of a [`KeyId`], a status list token may come without one.
    pub key_id: Option<Box<[u8]>>,
}

impl KeyHint {
    /// Whether a key has this id.
    #[must_use]
    pub fn names(&self, key: &KeyId) -> bool {
        self.key_id.as_deref() == Some(key.as_bytes())
    }
}

/// What may be signed: it is decoded only from bytes whose signature held.
pub trait Payload: Sized {
    /// Decodes the payload.
    fn decode(payload: &[u8]) -> Result<Self, PayloadError>;
}

/// A well-formed COSE_Sign1 message of which nothing is known yet but its key hint.
#[derive(Debug)]
pub struct Sealed<'b, T> {
    hint: KeyHint,
    payload: &'b [u8],
    signature: &'b [u8],
    to_be_signed: Vec<u8>,
    kind: PhantomData<T>,
}

/// A statement whose signature held under one key. Says nothing of trust, time or status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authentic<T> {
    value: T,
    key: PublicKey,
}

impl<'b, T: Payload> Sealed<'b, T> {
    /// Reads the envelope of a message.
    pub(crate) fn read(
        bytes: &'b [u8],
        external_aad: &[u8],
        rules: &EnvelopeRules,
    ) -> Result<Self, EnvelopeError> {
        let envelope = Envelope::read(bytes, rules)?;
        Ok(Self {
            to_be_signed: to_be_signed(envelope.protected, external_aad, envelope.payload),
            hint: envelope.hint,
            payload: envelope.payload,
            signature: envelope.signature,
            kind: PhantomData,
        })
    }

    /// Use it only to pick which keys to try.
    #[must_use]
    pub fn untrusted_hint(&self) -> &KeyHint {
        &self.hint
    }

    /// Checks the signature under `key`, then decodes the payload.
    ///
    /// # Errors
    /// [`OpenError::AlgorithmMismatch`] and [`OpenError::BadSignature`] say that this is not the key;
    /// [`OpenError::Payload`] says that it is, and signed something that must not be believed.
    pub fn open(&self, key: &dyn VerifySignature, budget: &mut Budget) -> Result<Authentic<T>, OpenError> {
        let algorithm = key.key().algorithm();
        if self.hint.algorithm != algorithm.cose() {
            return Err(OpenError::AlgorithmMismatch { key: algorithm, message: self.hint.algorithm });
        }
        if !budget.spend_signature() {
            return Err(OpenError::BudgetSpent);
        }
        key.verify(&self.to_be_signed, self.signature)?;
        Ok(Authentic { value: T::decode(self.payload)?, key: key.key().clone() })
    }

    /// The payload, unverified: for [`crate::unverified_claims`] alone.
    pub(crate) fn unverified_payload(&self) -> &'b [u8] {
        self.payload
    }
}

impl<T> Authentic<T> {
    /// The statement.
    #[must_use]
    pub fn value(&self) -> &T {
        &self.value
    }

    /// The statement.
    #[must_use]
    pub fn into_value(self) -> T {
        self.value
    }

    /// The key under which the signature held.
    #[must_use]
    pub fn key(&self) -> &PublicKey {
        &self.key
    }
}

/// What an envelope of one kind of message may look like.
pub(crate) struct EnvelopeRules {
    /// Longest message in bytes.
    pub(crate) max_length: usize,
    pub(crate) order: KeyOrder,
    /// Whether header parameters without meaning here are passed over, and the key id may stand in the
    /// unprotected header.
    pub(crate) lenient_headers: bool,
    pub(crate) key_id_length: Option<usize>,
    pub(crate) typ: Option<&'static str>,
}

struct Envelope<'b> {
    hint: KeyHint,
    protected: &'b [u8],
    payload: &'b [u8],
    signature: &'b [u8],
}

impl<'b> Envelope<'b> {
    fn read(bytes: &'b [u8], rules: &EnvelopeRules) -> Result<Self, EnvelopeError> {
        if bytes.len() > rules.max_length {
            return Err(EnvelopeError::TooLong { length: bytes.len(), max: rules.max_length });
        }
        let mut reader = Reader::new(bytes);
        if rules.lenient_headers && reader.peek_tag(TAG_CWT) {
            reader.tag(TAG_CWT)?;
        }
        reader.tag(TAG_SIGN1)?;
        reader.array(4)?;
        let protected = reader.bytes()?;
        let mut headers = Headers::default();
        let mut inner = Reader::new(protected);
        headers.read(&mut inner, rules, true)?;
        inner.finish()?;
        headers.read(&mut reader, rules, false)?;
        let payload = reader.bytes()?;
        let signature = reader.bytes()?;
        reader.finish()?;
        if signature.len() != SIGNATURE_LENGTH {
            return Err(EnvelopeError::SignatureLength { length: signature.len() });
        }
        Ok(Self { hint: headers.into_hint(rules)?, protected, payload, signature })
    }
}

#[derive(Default)]
struct Headers<'b> {
    algorithm: Option<i64>,
    key_id: Option<&'b [u8]>,
    typ: Option<&'b str>,
}

impl<'b> Headers<'b> {
    fn read(
        &mut self,
        reader: &mut Reader<'b>,
        rules: &EnvelopeRules,
        protected: bool,
    ) -> Result<(), EnvelopeError> {
        reader.map(rules.order, |reader, key| {
            match key {
                header::CRIT => return Err(EnvelopeError::Critical),
                header::ALG if protected => self.algorithm = Some(reader.integer()?),
                header::TYP if protected && rules.typ.is_some() => self.typ = Some(reader.text()?),
                // A protected key id takes precedence over an unprotected one.
                header::KID if protected || (rules.lenient_headers && self.key_id.is_none()) => {
                    self.key_id = Some(reader.bytes()?);
                }
                _ if rules.lenient_headers => reader.skip(4)?,
                _ => return Err(EnvelopeError::UnknownHeader { label: key, protected }),
            }
            Ok(true)
        })
    }

    fn into_hint(self, rules: &EnvelopeRules) -> Result<KeyHint, EnvelopeError> {
        let algorithm = self.algorithm.ok_or(EnvelopeError::NoAlgorithm)?;
        if self.typ != rules.typ {
            return Err(EnvelopeError::WrongType);
        }
        match (rules.key_id_length, self.key_id.map(<[u8]>::len)) {
            (Some(_), None) => return Err(EnvelopeError::NoKeyId),
            (Some(due), Some(length)) if due != length => {
                return Err(EnvelopeError::KeyIdLength { length, due });
            }
            _ => {}
        }
        Ok(KeyHint { algorithm, key_id: self.key_id.map(Into::into) })
    }
}

/// The `Sig_structure` of RFC 9052 §4.4.
fn to_be_signed(protected: &[u8], external_aad: &[u8], payload: &[u8]) -> Vec<u8> {
    const CONTEXT: &str = "Signature1";
    const HEADS: usize = 32;
    cbor::write(HEADS + protected.len() + external_aad.len() + payload.len(), |e| {
        e.array(4)?.str(CONTEXT)?.bytes(protected)?.bytes(external_aad)?.bytes(payload)?;
        Ok(())
    })
}

/// Signs a payload and writes the tagged message.
pub(crate) fn sign1(
    payload: &[u8],
    external_aad: &[u8],
    typ: Option<&str>,
    signer: &dyn Sign,
) -> Result<Vec<u8>, SignError> {
    let key = signer.key();
    let protected = cbor::write(64, |e| {
        e.map(if typ.is_some() { 3 } else { 2 })?;
        e.i64(header::ALG)?.i64(key.algorithm().cose())?;
        e.i64(header::KID)?.bytes(key.id().as_bytes())?;
        if let Some(typ) = typ {
            e.i64(header::TYP)?.str(typ)?;
        }
        Ok(())
    });
    let signature = signer.sign(&to_be_signed(&protected, external_aad, payload))?;
    Ok(cbor::write(16 + protected.len() + payload.len() + signature.len(), |e| {
        e.tag(minicbor::data::Tag::new(TAG_SIGN1))?.array(4)?;
        e.bytes(&protected)?.map(0)?.bytes(payload)?.bytes(&signature)?;
        Ok(())
    }))
}

/// Why bytes are not a message of the kind due.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// Not CBOR as it must be.
    #[error(transparent)]
    Cbor(#[from] CborError),
    /// Longer than any honest message.
    #[error("{length} bytes are more than the {max} that are allowed")]
    TooLong {
        /// Bytes found.
        length: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// No algorithm in the protected header.
    #[error("the protected header names no algorithm")]
    NoAlgorithm,
    /// No key id.
    #[error("the protected header names no key")]
    NoKeyId,
    /// A key id of the wrong length.
    #[error("the key id has {length} bytes, {due} are due")]
    KeyIdLength {
        /// Bytes found.
        length: usize,
        /// Bytes due.
        due: usize,
    },
    /// A `crit` header parameter: nothing is critical in these messages.
    #[error("the header marks parameters as critical, and this format has none")]
    Critical,
    /// A header parameter without meaning here.
    #[error("header parameter {label} has no meaning here{}", if *.protected { "" } else { " (unprotected)" })]
    UnknownHeader {
        /// Label of the parameter.
        label: i64,
        /// Whether it stands in the protected header.
        protected: bool,
    },
    /// The `typ` header parameter is missing or names another kind of message.
    #[error("the message does not say that it is of this kind (header parameter typ)")]
    WrongType,
    /// A signature of the wrong length.
    #[error("the signature has {length} bytes, 64 are due")]
    SignatureLength {
        /// Bytes found.
        length: usize,
    },
}

impl EnvelopeError {
    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Cbor(error) => error.code(),
            Self::TooLong { .. } => "seal-too-long",
            Self::NoAlgorithm => "algorithm-missing",
            Self::NoKeyId => "key-id-missing",
            Self::KeyIdLength { .. } => "key-id-length",
            Self::Critical => "header-critical",
            Self::UnknownHeader { .. } => "header-unknown",
            Self::WrongType => "type-mismatch",
            Self::SignatureLength { .. } => "signature-length",
        }
    }
}

/// Why a message could not be opened with a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Too many keys were tried already.
    #[error("too many keys match this message; the search was given up")]
    BudgetSpent,
    /// The message names another algorithm than the key has.
    #[error("the message names COSE algorithm {message}, the key is for {key}")]
    AlgorithmMismatch {
        /// The key's algorithm.
        key: Algorithm,
        /// What the message names.
        message: i64,
    },
    /// The signature does not hold under this key.
    #[error(transparent)]
    BadSignature(#[from] BadSignature),
    /// The signature holds, and what it signs is malformed.
    #[error(transparent)]
    Payload(#[from] PayloadError),
}

impl OpenError {
    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BudgetSpent => "too-many-keys",
            Self::AlgorithmMismatch { .. } => "algorithm-mismatch",
            Self::BadSignature(_) => "bad-signature",
            Self::Payload(error) => error.code(),
        }
    }
}

/// Why a signed payload is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PayloadError {
    /// Its CBOR.
    #[error(transparent)]
    Cbor(#[from] CborError),
    /// The value of a claim.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// The list itself.
    #[error(transparent)]
    StatusList(#[from] StatusListError),
    /// A second spelling of claims that have one (such as `nbf` where it equals the date of award).
    #[error("claim {claim} is written although it says nothing new")]
    Redundant {
        /// The claim.
        claim: &'static str,
    },
    /// Some of brand, models and manufacturer, but not all.
    #[error("of brand, models and manufacturer either all are there or none")]
    NamesIncomplete,
}

impl PayloadError {
    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Cbor(error) => error.code(),
            Self::Field(error) => error.code(),
            Self::StatusList(error) => error.code(),
            Self::Redundant { .. } => "claim-redundant",
            Self::NamesIncomplete => "names-incomplete",
        }
    }
}
