//! Why a credential is refused, or cannot be issued.

use verilabel_label::{FieldError, excerpt};
use verilabel_wire::{JsonError, LinkError, SignError};

use crate::BitstringError;

/// Why what a credential says is refused, although its signature holds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// Its JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// Not a credential of the data model.
    #[error("this is no credential of the W3C data model 2.0: {}", excerpt(.reason))]
    Model {
        /// What the reader of the data model said.
        reason: String,
    },
    /// Other contexts than those due, or in another order: its terms may mean something else.
    #[error("the credential has other contexts than {due:?}")]
    Context {
        /// The contexts due, in order.
        due: &'static [&'static str],
    },
    /// A credential of another type.
    #[error("the credential is not of the types VerifiableCredential and {due}")]
    Type {
        /// The type due.
        due: &'static str,
    },
    /// A member that must be there is not, or is of the wrong kind.
    #[error("member {member:?} is missing, or not {expected}")]
    Member {
        /// The member.
        member: &'static str,
        /// What is due.
        expected: &'static str,
    },
    /// A member without meaning here.
    #[error("member {:?} has no meaning here", excerpt(.member))]
    UnknownMember {
        /// The member.
        member: String,
    },
    /// A JWT claim that says something else than the member it repeats.
    #[error("JWT claim {claim:?} says something else than {member:?}")]
    ClaimDisagrees {
        /// The claim.
        claim: &'static str,
        /// The member of the credential.
        member: &'static str,
    },
    /// The value of a member.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// The subject's identifier is not the canonical GS1 Digital Link of a product.
    #[error("the subject: {0}")]
    Product(LinkError),
    /// The subject's GTIN is not the one of its identifier.
    #[error("the subject's gtin is not the one of its id")]
    GtinDisagrees,
    /// Some of brand, models and manufacturer, but not all.
    #[error("of brand, models and manufacturer either all are there or none")]
    NamesIncomplete,
    /// The status is not kept as labels keep it.
    #[error("credentialStatus: {reason}")]
    StatusEntries {
        /// What is wrong.
        reason: &'static str,
    },
    /// The status list itself.
    #[error(transparent)]
    Bitstring(#[from] BitstringError),
}

impl CredentialError {
    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Json(error) => error.code(),
            Self::Model { .. } => "credential-malformed",
            Self::Context { .. } => "credential-context",
            Self::Type { .. } => "credential-type",
            Self::Member { .. } => "credential-member",
            Self::UnknownMember { .. } => "credential-unknown-member",
            Self::ClaimDisagrees { .. } => "claim-disagrees",
            Self::Field(error) => error.code(),
            Self::Product(error) => error.code(),
            Self::GtinDisagrees => "subject-gtin",
            Self::NamesIncomplete => "names-incomplete",
            Self::StatusEntries { .. } => "status-entries",
            Self::Bitstring(error) => error.code(),
        }
    }
}

/// Why a credential cannot be issued.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IssueError {
    /// Verifiers would refuse it.
    #[error("verifiers would refuse the credential: {0}")]
    Refused(#[from] CredentialError),
    /// Verifiers would read something else than was meant.
    #[error("verifiers would read something else than was to be signed")]
    Altered,
    /// The credential cannot be written.
    #[error("the credential cannot be written: {reason}")]
    Writing {
        /// What the writer said.
        reason: String,
    },
    /// The signer.
    #[error(transparent)]
    Signer(#[from] SignError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stranger_wrote_does_nothing_to_a_terminal() {
        let written = "\u{1b}[2J".repeat(1_000);
        for error in [
            CredentialError::Model { reason: written.clone() },
            CredentialError::UnknownMember { member: written.clone() },
            CredentialError::Json(JsonError::Malformed { reason: written.clone() }),
            CredentialError::Json(JsonError::DuplicateMember { member: written.clone() }),
        ] {
            let text = error.to_string();
            assert!(text.len() < 1_024 && !text.chars().any(char::is_control), "{text:?}");
        }
    }
}
