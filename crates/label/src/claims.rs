//! What a label says.

use crate::{
    CategoryId, Date, FieldError, LabelNumber, Level, Names, SchemeId, SpecificationVersion, StatusRef,
    Timestamp,
};

/// What an issuer states when it awards a label.
///
/// The product is not among the claims: a seal is bound to a [`Gs1Path`](crate::Gs1Path) by its
/// signature, and the issuer is whoever holds the key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LabelClaims {
    /// The scheme.
    pub scheme: SchemeId,
    /// The version of the scheme's specification that the award was made under.
    pub specification: SpecificationVersion,
    /// The level awarded.
    pub level: Level,
    /// The scheme owner's number of the label.
    pub number: LabelNumber,
    /// The date of the award, which decides whether the scheme was still awarding.
    pub awarded: Date,
    /// When the label may be relied on.
    pub validity: Validity,
    /// When this statement was signed, which decides whether the key was in use.
    pub issued_at: Timestamp,
    /// Where its status is kept.
    pub status: StatusRef,
    /// The product category, which decides whether an arrangement covers it.
    pub category: Option<CategoryId>,
    /// Brand, models and manufacturer; absent from a lean seal.
    pub names: Option<Names>,
}

/// A period: from a second on, up to but without another (RFC 8392 §3.1.4 and §3.1.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Validity {
    from: Timestamp,
    until: Timestamp,
}

impl Validity {
    /// Checks that the end comes after the beginning.
    pub fn new(from: Timestamp, until: Timestamp) -> Result<Self, FieldError> {
        if from < until { Ok(Self { from, until }) } else { Err(FieldError::ValidityOrder { from, until }) }
    }

    /// The first second.
    #[must_use]
    pub fn from(self) -> Timestamp {
        self.from
    }

    /// The first second after the end.
    #[must_use]
    pub fn until(self) -> Timestamp {
        self.until
    }

    /// The last whole date of the period, as people read it.
    #[must_use]
    pub fn last_date(self) -> Date {
        self.until.last_date()
    }
}
