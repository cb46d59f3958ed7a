//! Why the authority does not do what was asked.

use std::fmt::Display;
use std::path::PathBuf;

use verilabel_credential::IssueError;
use verilabel_label::{FieldError, Gtin, LabelNumber, SchemeId, Timestamp};
use verilabel_wire::{KeyId, LinkError, SignError, StatusListError};

use crate::lifecycle::{AwardRule, StandingRule};
use crate::{AwardRefusal, EvidenceRefusal, KeystoreError, Role, Version};

/// How a refusal is to be taken; what an HTTP status or an exit code is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalKind {
    /// A rule forbids it: asking again changes nothing.
    Refused,
    /// Somebody else was quicker: read again, then decide again.
    Conflict,
    /// No such thing.
    NotFound,
    /// Not for this actor.
    Forbidden,
    /// Nobody has signed in.
    Unauthenticated,
    /// Not now; nothing was done, or it is not known whether it was: ask again later.
    Unavailable,
    /// The authority's own records or keys are not as they must be: people have to look.
    Broken,
}

/// Why the authority does not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// What the register or the entitlement forbids.
    #[error(transparent)]
    Award(#[from] AwardRefusal),
    /// A value.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// The life of an award.
    #[error(transparent)]
    AwardRule(#[from] AwardRule),
    /// The standing of a label.
    #[error(transparent)]
    Standing(#[from] StandingRule),
    /// The foreign label that an award rests on.
    #[error(transparent)]
    Evidence(#[from] EvidenceRefusal),
    /// Whoever prepared it wants to approve it, or to call off what another has approved.
    #[error("whoever prepared it cannot approve it, nor call it off once approved: another approver has to")]
    TwoPeople,
    /// A role is missing.
    #[error("this needs the role {}", roles_text(roles))]
    RoleMissing {
        /// The roles, any of which would do; none if only the authority itself does it.
        roles: &'static [Role],
    },
    /// Only people decide this.
    #[error("only a person can decide this")]
    NotForSystem,
    /// Nobody has that token.
    #[error("the token is not known, or was revoked: sign in again")]
    TokenUnknown,
    /// Too late.
    #[error("the token expired at {expired}: ask an operator for another")]
    TokenExpired {
        /// When.
        expired: Timestamp,
    },
    /// Another has the name.
    #[error("{what} {name:?} exists already")]
    NameTaken {
        /// What has a name.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Another award has the number.
    #[error("label number {number} belongs to another award")]
    NumberTaken {
        /// The number.
        number: LabelNumber,
    },
    /// The product is labelled already.
    #[error("GTIN {gtin} has label {number} of {scheme} for part of that time: withdraw or renew that one")]
    DuplicateGtin {
        /// The product.
        gtin: Gtin,
        /// The scheme.
        scheme: SchemeId,
        /// The label that it has.
        number: LabelNumber,
    },
    /// A code that is not the product's.
    #[error("GTIN {gtin} is not one of product {product}: add it to the product, or leave it out")]
    GtinNotOfProduct {
        /// The GTIN.
        gtin: Gtin,
        /// The product.
        product: i64,
    },
    /// Another product has the code.
    #[error("GTIN {gtin} belongs to product {product}")]
    GtinTaken {
        /// The GTIN.
        gtin: Gtin,
        /// The product that has it.
        product: i64,
    },
    /// Longer than allowed, or empty.
    #[error("{what} must have between 1 and {max} characters, none of them a control character")]
    TextLength {
        /// What.
        what: &'static str,
        /// The most characters.
        max: usize,
    },
    /// A number outside its range.
    #[error("{what} is {value}; it must lie between {min} and {max}")]
    OutOfRange {
        /// What.
        what: &'static str,
        /// The value.
        value: i64,
        /// The least.
        min: i64,
        /// The most.
        max: i64,
    },
    /// Serial numbers that cannot be counted on.
    #[error("serial numbers from {first:?} on do not reach {units} units within 20 characters")]
    SerialsRunOut {
        /// The first serial number.
        first: String,
        /// Units asked for.
        units: u32,
    },
    /// A box has that serial number already.
    #[error("serial numbers of this run meet those of run {run} for the same GTIN")]
    SerialsOverlap {
        /// The other run.
        run: i64,
    },
    /// No such thing.
    #[error("there is no {what} {name}")]
    NotFound {
        /// What.
        what: &'static str,
        /// Which.
        name: String,
    },
    /// A change that would leave nobody to keep users and keys.
    #[error("no other operator is active: make one before this one goes")]
    LastOperator,
    /// Another has changed it meanwhile.
    #[error("it was changed meanwhile: version {found}, not {expected}; read it again")]
    Stale {
        /// The version expected.
        expected: Version,
        /// The version found.
        found: Version,
    },
    /// The idempotency key stands for another request.
    #[error("idempotency key {key:?} was used for another request: take a new key")]
    KeyReused {
        /// The key.
        key: String,
    },
    /// A value that the database does not take.
    #[error("a value cannot be kept: {reason}")]
    NotKept {
        /// What the database said.
        reason: String,
    },
    /// A constraint of the database.
    #[error("the change contradicts what is on record ({constraint}); read it again")]
    Contradiction {
        /// The constraint.
        constraint: String,
    },
    /// No signing key.
    #[error("no key of this authority is in use for that: make one with `key new`")]
    NoKey,
    /// A key whose signatures count no more.
    #[error("key {key} is marked as compromised")]
    KeyCompromised {
        /// The key.
        key: KeyId,
    },
    /// A key that signs still.
    #[error("key {key} is the one in use: add another first, which then mints anew")]
    KeyStillInUse {
        /// The key.
        key: KeyId,
    },
    /// A run that was minted anew while it was written.
    #[error(
        "run {run} is to be signed anew, with key {key}, since its writing began: write it to a new file"
    )]
    RunSignedAnew {
        /// The run.
        run: i64,
        /// Its key now.
        key: KeyId,
    },
    /// Of several decisions some are refused, so none was made.
    #[error("{} of {of} are refused, so none was done; the first is number {}: {}", faults.len(), first_number(faults), first_fault(faults))]
    Several {
        /// Which, from 0, and why.
        faults: Vec<(usize, Refusal)>,
        /// How many there were.
        of: usize,
    },
    /// The keystore.
    #[error(transparent)]
    Keystore(#[from] KeystoreError),
    /// The signer.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// A label credential, or the list of its status.
    #[error("the credential cannot be made: {reason}")]
    Credential {
        /// Why.
        reason: String,
    },
    /// No host that a label link may have.
    #[error("the authority's link host: {0}")]
    Host(#[from] LinkError),
    /// A document of the authority that no verifier would read.
    #[error("verifiers would refuse it: {reason}")]
    Document {
        /// Why.
        reason: String,
    },
    /// A status list.
    #[error(transparent)]
    StatusList(#[from] StatusListError),
    /// The system gave no randomness.
    #[error("the system gave no randomness")]
    NoRandomness,
    /// The database cannot be reached, is full, or gave up; nothing was done.
    #[error("the authority's database is not available, and nothing was done: {reason}")]
    Unavailable {
        /// What it said.
        reason: String,
    },
    /// The database went away while it committed.
    #[error("the authority's database went away while it committed: look whether it was done ({reason})")]
    OutcomeUnknown {
        /// What it said.
        reason: String,
    },
    /// There is one already.
    #[error("{} holds an authority already", folder.display())]
    Exists {
        /// The folder.
        folder: PathBuf,
    },
    /// A file of the authority's folder.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The database was used by newer software.
    #[error("the database has schema {found}; this software knows {known}: update it")]
    NewerSchema {
        /// The schema found.
        found: i64,
        /// The newest schema known.
        known: i64,
    },
    /// A row that does not read.
    #[error("the authority's database holds what nobody wrote: {what}: {reason}")]
    Damaged {
        /// Where.
        what: &'static str,
        /// Why it does not read.
        reason: String,
    },
}

impl Refusal {
    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Award(refusal) => refusal.code(),
            Self::Field(error) => error.code(),
            Self::AwardRule(rule) => rule.code(),
            Self::Standing(rule) => rule.code(),
            Self::Evidence(refusal) => refusal.code(),
            Self::TwoPeople => "two-people",
            Self::RoleMissing { .. } => "role-missing",
            Self::NotForSystem => "people-only",
            Self::TokenUnknown => "token-unknown",
            Self::TokenExpired { .. } => "token-expired",
            Self::NameTaken { .. } => "name-taken",
            Self::NumberTaken { .. } => "number-taken",
            Self::DuplicateGtin { .. } => "duplicate-gtin",
            Self::GtinNotOfProduct { .. } => "gtin-not-of-product",
            Self::GtinTaken { .. } => "gtin-taken",
            Self::TextLength { .. } => "text-length",
            Self::OutOfRange { .. } => "out-of-range",
            Self::SerialsRunOut { .. } => "serials-run-out",
            Self::SerialsOverlap { .. } => "serials-overlap",
            Self::NotFound { .. } => "not-found",
            Self::LastOperator => "last-operator",
            Self::Stale { .. } => "stale-version",
            Self::KeyReused { .. } => "idempotency-key-reused",
            Self::NotKept { .. } => "value-not-kept",
            Self::Contradiction { .. } => "contradiction",
            Self::NoKey => "no-key",
            Self::KeyCompromised { .. } => "key-compromised",
            Self::KeyStillInUse { .. } => "key-still-in-use",
            Self::RunSignedAnew { .. } => "run-signed-anew",
            Self::Several { .. } => "several-refused",
            Self::Keystore(error) => error.code(),
            Self::Sign(_) => "signer-failed",
            Self::Credential { .. } => "credential-not-made",
            Self::Host(error) => error.code(),
            Self::Document { .. } => "issuer-document",
            Self::StatusList(error) => error.code(),
            Self::NoRandomness => "no-randomness",
            Self::Unavailable { .. } => "store-unavailable",
            Self::OutcomeUnknown { .. } => "outcome-unknown",
            Self::Exists { .. } => "authority-exists",
            Self::File { .. } => "authority-file",
            Self::NewerSchema { .. } => "store-newer",
            Self::Damaged { .. } => "store-damaged",
        }
    }

    /// How it is to be taken.
    #[must_use]
    pub fn kind(&self) -> RefusalKind {
        match self {
            Self::TwoPeople | Self::RoleMissing { .. } | Self::NotForSystem => RefusalKind::Forbidden,
            Self::TokenUnknown | Self::TokenExpired { .. } => RefusalKind::Unauthenticated,
            Self::NotFound { .. } => RefusalKind::NotFound,
            Self::Stale { .. } | Self::Contradiction { .. } | Self::RunSignedAnew { .. } => {
                RefusalKind::Conflict
            }
            Self::Unavailable { .. } | Self::OutcomeUnknown { .. } => RefusalKind::Unavailable,
            Self::Keystore(_)
            | Self::Sign(_)
            | Self::Credential { .. }
            | Self::Host(_)
            | Self::Document { .. }
            | Self::StatusList(_)
            | Self::NoRandomness
            | Self::NewerSchema { .. }
            | Self::File { .. }
            | Self::Damaged { .. } => RefusalKind::Broken,
            _ => RefusalKind::Refused,
        }
    }

    /// Whether the transaction that met it cannot go on.
    pub(crate) fn ends_the_group(&self) -> bool {
        self.kind() == RefusalKind::Unavailable
    }

    pub(crate) fn not_found(what: &'static str, name: &impl Display) -> Self {
        Self::NotFound { what, name: name.to_string() }
    }

    pub(crate) fn file(path: &std::path::Path, error: &impl Display) -> Self {
        Self::File { path: path.to_owned(), reason: error.to_string() }
    }

    pub(crate) fn damaged(what: &'static str, reason: &impl Display) -> Self {
        Self::Damaged { what, reason: reason.to_string() }
    }
}

impl From<IssueError> for Refusal {
    fn from(error: IssueError) -> Self {
        match error {
            IssueError::Signer(error) => Self::Sign(error),
            other => Self::Credential { reason: other.to_string() },
        }
    }
}

/// A broken constraint and a value that is not taken concern one decision; anything else that a database says concerns
/// the connection.
impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::error::ErrorKind;
        match &error {
            sqlx::Error::Database(inner) => match inner.kind() {
                ErrorKind::UniqueViolation
                | ErrorKind::ForeignKeyViolation
                | ErrorKind::NotNullViolation
                | ErrorKind::CheckViolation => Self::Contradiction {
                    constraint: inner.constraint().map_or_else(|| inner.to_string(), str::to_owned),
                },
                _ if is_about_values(inner.code().as_deref()) => Self::NotKept { reason: inner.to_string() },
                _ => Self::Unavailable { reason: inner.to_string() },
            },
            sqlx::Error::ColumnDecode { index, source } => {
                Self::Damaged { what: "a column", reason: format!("{index}: {source}") }
            }
            other => Self::Unavailable { reason: other.to_string() },
        }
    }
}

/// Data exceptions and program limits of PostgreSQL: they say something about what was to be kept or looked for, and
/// nothing about the database.
fn is_about_values(code: Option<&str>) -> bool {
    code.is_some_and(|code| code.len() == 5 && (code.starts_with("22") || code == "54000"))
}

/// Whether a text of somebody is one that people can read, with so many characters at most.
pub(crate) fn is_text(text: &str, max: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= max && !text.chars().any(char::is_control)
}

fn roles_text(roles: &[Role]) -> String {
    if roles.is_empty() {
        return "of the authority itself".to_owned();
    }
    roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(" or ")
}

fn first_number(faults: &[(usize, Refusal)]) -> usize {
    faults.first().map_or(0, |(at, _)| at + 1)
}

fn first_fault(faults: &[(usize, Refusal)]) -> String {
    faults.first().map(|(_, refusal)| refusal.to_string()).unwrap_or_default()
}
