//! The two forms of a label, and what both say.

use verilabel_label::LabelClaims;
use verilabel_wire::{Authentic, PayloadError};

/// In which form a label is presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// A seal, in a label link.
    Seal,
    /// A label credential.
    Credential,
}

impl Form {
    /// The form that a text seems to be meant as: a compact JWS begins with the base64url of `{"` or of `{ `, and
    /// has dots. A web address is neither.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let jws = (text.starts_with("eyJ") || text.starts_with("eyA")) && text.contains('.');
        if cfg!(feature = "credential") && jws { Self::Credential } else { Self::Seal }
    }

    /// The stable code of this form.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Seal => "seal",
            Self::Credential => "credential",
        }
    }

    /// What a person presented.
    pub(crate) fn presented(self) -> &'static str {
        match self {
            Self::Seal => "the link",
            Self::Credential => "the credential",
        }
    }

    /// What the issuer signed.
    pub(crate) fn signed(self) -> &'static str {
        match self {
            Self::Seal => "the seal",
            Self::Credential => "the credential",
        }
    }
}

/// What an issuer signed: the proof that it did stays with it.
#[derive(Debug)]
pub(crate) enum Label {
    Seal(Authentic<LabelClaims>),
    #[cfg(feature = "credential")]
    Credential(Authentic<verilabel_credential::LabelCredential>),
}

impl Label {
    pub(crate) fn claims(&self) -> &LabelClaims {
        match self {
            Self::Seal(label) => label.value(),
            #[cfg(feature = "credential")]
            Self::Credential(label) => &label.value().claims,
        }
    }

    pub(crate) fn form(&self) -> Form {
        match self {
            Self::Seal(_) => Form::Seal,
            #[cfg(feature = "credential")]
            Self::Credential(_) => Form::Credential,
        }
    }
}

/// Why what a label says is malformed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MalformedClaims {
    /// In a seal.
    Seal(PayloadError),
    /// In a label credential.
    #[cfg(feature = "credential")]
    Credential(verilabel_credential::CredentialError),
}

impl MalformedClaims {
    /// The stable code of this reason.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Seal(error) => error.code(),
            #[cfg(feature = "credential")]
            Self::Credential(error) => error.code(),
        }
    }
}

impl std::fmt::Display for MalformedClaims {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Seal(error) => write!(f, "{error}"),
            #[cfg(feature = "credential")]
            Self::Credential(error) => write!(f, "{error}"),
        }
    }
}

impl From<PayloadError> for MalformedClaims {
    fn from(error: PayloadError) -> Self {
        Self::Seal(error)
    }
}

#[cfg(feature = "credential")]
impl From<verilabel_credential::CredentialError> for MalformedClaims {
    fn from(error: verilabel_credential::CredentialError) -> Self {
        Self::Credential(error)
    }
}
