//! Why an envelope is refused, whatever its kind.

use crate::{CborError, JsonError};

/// Why bytes or text are not a message of the kind due.
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
    #[error("the header names no algorithm")]
    NoAlgorithm,
    /// No key id.
    #[error("the header names no key")]
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
    /// A JWS longer than any honest one of its kind.
    #[error("{length} characters are more than the {max} that are allowed")]
    TextTooLong {
        /// Characters found.
        length: usize,
        /// Characters allowed.
        max: usize,
    },
    /// Not the three parts of a compact JWS (RFC 7515 §7.1).
    #[error("a JWS has three parts with dots between them, this text has {found}")]
    Parts {
        /// Parts found.
        found: usize,
    },
    /// A part in another spelling than the one of base64url without padding (RFC 7515 §2).
    #[error("the {part} is not base64url as it must be: no padding, no blanks, no stray bits")]
    Base64Url {
        /// The part.
        part: &'static str,
    },
    /// The header's JSON.
    #[error("the header: {0}")]
    Json(#[from] JsonError),
    /// `alg` is `none`: nobody signed this.
    #[error("the message says that nobody signed it (alg none)")]
    AlgorithmNone,
    /// A MAC: whoever can check it can also make it.
    #[error(
        "the message names {name:?}, a secret that verifiers would share; public keys are no such secret"
    )]
    AlgorithmHmac {
        /// The JOSE name.
        name: String,
    },
    /// The message brings its own key, or says where to fetch one.
    #[error("the header carries {member:?}: keys come from the trust pack and never from the message")]
    OwnKey {
        /// The header parameter.
        member: &'static str,
    },
    /// A JOSE header parameter without meaning here, or of the wrong kind.
    #[error("header parameter {member:?} has no meaning here, or not with that value")]
    UnknownMember {
        /// The header parameter.
        member: String,
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
            Self::UnknownHeader { .. } | Self::UnknownMember { .. } => "header-unknown",
            Self::WrongType => "type-mismatch",
            Self::SignatureLength { .. } => "signature-length",
            Self::TextTooLong { .. } => "credential-too-long",
            Self::Parts { .. } => "jws-parts",
            Self::Base64Url { .. } => "base64url",
            Self::Json(error) => error.code(),
            Self::AlgorithmNone => "algorithm-none",
            Self::AlgorithmHmac { .. } => "algorithm-hmac",
            Self::OwnKey { .. } => "header-key",
        }
    }
}
