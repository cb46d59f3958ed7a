//! The states of a message, whatever its envelope: bytes to [`Sealed`] to [`Authentic`].

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use verilabel_label::FieldError;

use crate::crypto::BadSignature;
use crate::status_list::StatusListError;
use crate::{Algorithm, Budget, CborError, KeyId, PublicKey, VerifySignature, sha256};

/// Bytes of a signature by any algorithm known here.
pub(crate) const SIGNATURE_LENGTH: usize = 64;

/// An algorithm as a message names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamedAlgorithm {
    /// COSE algorithm number.
    Cose(i64),
    /// JOSE algorithm name.
    Jose(Box<str>),
}

impl NamedAlgorithm {
    fn is(&self, algorithm: Algorithm) -> bool {
        match self {
            Self::Cose(number) => *number == algorithm.cose(),
            Self::Jose(name) => **name == *algorithm.jose(),
        }
    }
}

impl fmt::Display for NamedAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cose(number) => write!(f, "COSE algorithm {number}"),
            Self::Jose(name) => write!(f, "JOSE algorithm {name:?}"),
        }
    }
}

/// What the message says of its key. Chosen by whoever made the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyHint {
    /// The algorithm.
    pub algorithm: NamedAlgorithm,
    /// Key id as it stands in the message; a status list token may come without one.
    pub key_id: Option<Box<[u8]>>,
}

impl KeyHint {
    /// The key id, if it has the form of one: six bytes in COSE; in JOSE a DID URL whose fragment is those
    /// bytes in lower-case hexadecimal.
    #[must_use]
    pub fn key(&self) -> Option<KeyId> {
        let raw = self.key_id.as_deref()?;
        match self.algorithm {
            NamedAlgorithm::Cose(_) => <[u8; KeyId::LENGTH]>::try_from(raw).ok().map(KeyId::from),
            NamedAlgorithm::Jose(_) => KeyId::from_hex(std::str::from_utf8(raw).ok()?.split_once('#')?.1),
        }
    }

    /// Whether a key has this id.
    #[must_use]
    pub fn names(&self, key: &KeyId) -> bool {
        self.key() == Some(*key)
    }
}

impl fmt::Display for KeyHint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.algorithm, self.key_id.as_deref().unwrap_or_default()) {
            (NamedAlgorithm::Cose(_), bytes) => bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
            (NamedAlgorithm::Jose(_), text) => {
                // A DID URL of ours is shorter; whoever made the message chose the length.
                let start: String = String::from_utf8_lossy(text).chars().take(300).collect();
                write!(f, "{}", start.escape_debug())
            }
        }
    }
}

/// What may be signed: it is decoded only from bytes whose signature held.
pub trait Payload: Sized {
    /// Why a signed payload is refused.
    type Error: std::error::Error;

    /// Decodes the payload.
    fn decode(payload: &[u8]) -> Result<Self, Self::Error>;
}

/// A well-formed signed message of which nothing is known yet but its key hint.
#[derive(Debug)]
pub struct Sealed<'b, T> {
    hint: KeyHint,
    payload: Cow<'b, [u8]>,
    signature: [u8; SIGNATURE_LENGTH],
    to_be_signed: Cow<'b, [u8]>,
    kind: PhantomData<T>,
}

/// A statement whose signature held under one key. Says nothing of trust, time or status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authentic<T> {
    value: T,
    key: PublicKey,
}

/// The SHA-256 of all that a signature covers (in a seal the `Sig_structure`, which has the claims, the key id and
/// the product's path; in a JWS its signing input), and not of the signature. Whoever makes another signature
/// over the same bytes has said the same; whoever says anything else has another digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatementDigest([u8; Self::LENGTH]);

impl StatementDigest {
    /// Bytes of a digest.
    pub const LENGTH: usize = 32;

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }
}

impl From<[u8; StatementDigest::LENGTH]> for StatementDigest {
    fn from(bytes: [u8; StatementDigest::LENGTH]) -> Self {
        Self(bytes)
    }
}

/// An envelope, taken apart.
pub(crate) struct Envelope<'b> {
    pub(crate) hint: KeyHint,
    pub(crate) payload: Cow<'b, [u8]>,
    pub(crate) signature: [u8; SIGNATURE_LENGTH],
    pub(crate) to_be_signed: Cow<'b, [u8]>,
}

impl<'b, T: Payload> Sealed<'b, T> {
    pub(crate) fn new(envelope: Envelope<'b>) -> Self {
        let Envelope { hint, payload, signature, to_be_signed } = envelope;
        Self { hint, payload, signature, to_be_signed, kind: PhantomData }
    }

    /// Use it only to pick which keys to try.
    #[must_use]
    pub fn untrusted_hint(&self) -> &KeyHint {
        &self.hint
    }

    /// The digest of what the signature covers. Nothing is known of the signature by that.
    #[must_use]
    pub fn statement(&self) -> StatementDigest {
        StatementDigest(sha256(&self.to_be_signed))
    }

    /// Checks the signature under `key`, then decodes the payload.
    ///
    /// # Errors
    /// [`OpenError::Key`] says that this is not the key; [`OpenError::Payload`] says that it is, and signed
    /// something that must not be believed.
    pub fn open(
        &self,
        key: &dyn VerifySignature,
        budget: &mut Budget,
    ) -> Result<Authentic<T>, OpenError<T::Error>> {
        let algorithm = key.key().algorithm();
        if !self.hint.algorithm.is(algorithm) {
            let message = self.hint.algorithm.clone();
            return Err(WrongKey::AlgorithmMismatch { key: algorithm, message }.into());
        }
        if !budget.spend_signature() {
            return Err(WrongKey::BudgetSpent.into());
        }
        key.verify(&self.to_be_signed, &self.signature).map_err(WrongKey::from)?;
        let value = T::decode(&self.payload).map_err(OpenError::Payload)?;
        Ok(Authentic { value, key: key.key().clone() })
    }
}

/// What a message says, with nobody vouching for it: for showing to a person who asked for just that.
///
/// # Errors
/// As [`Sealed::open`] for the payload.
pub fn unverified_claims<T: Payload>(sealed: &Sealed<'_, T>) -> Result<T, T::Error> {
    T::decode(&sealed.payload)
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

/// Why a message could not be opened with a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError<E: std::error::Error = PayloadError> {
    /// Not with this key.
    #[error(transparent)]
    Key(#[from] WrongKey),
    /// The signature holds, and what it signs is malformed.
    #[error("{0}")]
    Payload(E),
}

impl OpenError {
    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Key(error) => error.code(),
            Self::Payload(error) => error.code(),
        }
    }
}

/// Why a key did not open a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WrongKey {
    /// Too many keys were tried already.
    #[error("too many keys match this message; the search was given up")]
    BudgetSpent,
    /// The message names another algorithm than the key has.
    #[error("the message names {message}, the key is for {key}")]
    AlgorithmMismatch {
        /// The key's algorithm.
        key: Algorithm,
        /// What the message names.
        message: NamedAlgorithm,
    },
    /// The signature does not hold under this key.
    #[error(transparent)]
    BadSignature(#[from] BadSignature),
}

impl WrongKey {
    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BudgetSpent => "too-many-keys",
            Self::AlgorithmMismatch { .. } => "algorithm-mismatch",
            Self::BadSignature(_) => "bad-signature",
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
