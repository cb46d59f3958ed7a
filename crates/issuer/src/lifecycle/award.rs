//! The life of an award: draft, approved, minted, published; rejected; renewed.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use verilabel_label::{Date, FieldError, Gs1Path, Gtin, StatusRef};
use verilabel_recognition::Register;
use verilabel_trust::Issuer;
use verilabel_wire::Profile;

use super::Note;
use crate::schema;
use crate::{LabelAward, ProductId, Refusal, UserId};

/// What an officer prepares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// The award, with the first code on the package.
    pub award: LabelAward,
    /// GTINs of the same family of products that get a code too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<schema::Gtin>)]
    pub further_gtins: Vec<Gtin>,
    /// Whether names stay out of the seal, for small packages.
    #[serde(default)]
    pub lean: bool,
    /// Whether it prolongs the label that has its number.
    #[serde(default)]
    pub renewal: bool,
    /// The last day of the manufacturer's security updates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Date>)]
    pub support_until: Option<Date>,
    /// The product on record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<ProductId>,
    /// The foreign label that it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub foreign: Option<ForeignLabel>,
}

/// A label of another scheme that an award rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ForeignLabel {
    /// Its label link.
    pub link: String,
    /// The manufacturer's application at this authority: a simplified application is still one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<Note>,
}

impl Draft {
    /// Most codes of one award.
    pub const MAX_CODES: usize = 200;

    /// A draft of nothing but the award.
    #[must_use]
    pub fn of(award: LabelAward) -> Self {
        Self {
            award,
            further_gtins: Vec::new(),
            lean: false,
            renewal: false,
            support_until: None,
            product: None,
            foreign: None,
        }
    }

    /// All its GTINs, each once.
    #[must_use]
    pub fn gtins(&self) -> Vec<Gtin> {
        let mut gtins = vec![self.award.gtin];
        gtins.extend(&self.further_gtins);
        gtins.sort_unstable();
        gtins.dedup();
        gtins
    }

    /// The paths of its codes, each once: a unit label's own, or one for each GTIN.
    #[must_use]
    pub fn paths(&self) -> Vec<Gs1Path> {
        let mut seen = BTreeSet::from([self.award.gtin]);
        let further = self.further_gtins.iter().filter(|gtin| seen.insert(**gtin));
        std::iter::once(self.award.path()).chain(further.map(|gtin| Gs1Path::of(*gtin))).collect()
    }

    /// How much travels in its seals.
    #[must_use]
    pub fn profile(&self) -> Profile {
        if self.lean { Profile::Lean } else { Profile::Named }
    }

    /// From when until when it counts, in seconds.
    ///
    /// # Errors
    /// If the end does not come after the beginning.
    pub fn validity(&self) -> Result<verilabel_label::Validity, FieldError> {
        let from = self.award.valid_from.unwrap_or(self.award.awarded);
        verilabel_label::Validity::new(from.first_second(), self.award.valid_until.end())
    }

    /// Checks what can be told from the draft, the register and the issuer's document alone.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check(&self, register: &Register, issuer: &Issuer) -> Result<(), Refusal> {
        self.award.check(register, issuer)?;
        // What a seal refuses must be known before anything is on record.
        self.award.claims(StatusRef { list: 0, index: 0 }, self.award.awarded.first_second())?;
        if self.further_gtins.len() >= Self::MAX_CODES {
            return Err(AwardRule::TooManyCodes { found: self.further_gtins.len() + 1 }.into());
        }
        Ok(self.within_support(self.support_until)?)
    }

    /// Whether it ends while the product gets security updates.
    pub(crate) fn within_support(&self, support_until: Option<Date>) -> Result<(), AwardRule> {
        let valid_until = self.award.valid_until;
        match support_until {
            Some(support_until) if valid_until > support_until => {
                Err(AwardRule::BeyondSupport { valid_until, support_until })
            }
            _ => Ok(()),
        }
    }
}

/// Where an award stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AwardState {
    /// Prepared; nobody has decided.
    Draft,
    /// Approved, and on record durably; its codes are being signed.
    Approved,
    /// All its codes are signed and on record.
    Minted,
    /// Verifiers can know of it.
    Published,
    /// An approver decided against it.
    Rejected,
    /// Another award of the same label has taken its place.
    Renewed,
}

impl AwardState {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Draft, Self::Approved, Self::Minted, Self::Published, Self::Rejected, Self::Renewed];

    /// Its stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Approved => "approved",
            Self::Minted => "minted",
            Self::Published => "published",
            Self::Rejected => "rejected",
            Self::Renewed => "renewed",
        }
    }

    /// Whether nobody has decided.
    #[must_use]
    pub fn is_draft(self) -> bool {
        self == Self::Draft
    }

    /// Whether it was decided against.
    #[must_use]
    pub fn is_rejected(self) -> bool {
        self == Self::Rejected
    }

    pub(crate) fn must_be_draft(self) -> Result<(), AwardRule> {
        if self.is_draft() { Ok(()) } else { Err(AwardRule::NotADraft { state: self }) }
    }
}

impl fmt::Display for AwardState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl std::str::FromStr for AwardState {
    type Err = UnknownState;
    fn from_str(text: &str) -> Result<Self, UnknownState> {
        Self::ALL.into_iter().find(|state| state.name() == text).ok_or(UnknownState)
    }
}

/// No state has that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a state of an award")]
pub struct UnknownState;

/// Whoever prepared something does not approve it.
pub(crate) fn two_people(preparers: &[UserId], approver: UserId) -> Result<(), Refusal> {
    if preparers.contains(&approver) { Err(Refusal::TwoPeople) } else { Ok(()) }
}

/// A renewal is the same label for longer.
pub(crate) fn check_renewal(renewal: &Draft, current: &Draft) -> Result<(), AwardRule> {
    let differs = |what| Err(AwardRule::RenewalDiffers { what });
    if renewal.award.scheme != current.award.scheme {
        return differs("scheme");
    }
    if renewal.gtins() != current.gtins() || renewal.award.serial != current.award.serial {
        return differs("codes");
    }
    let (until, current_until) = (renewal.award.valid_until, current.award.valid_until);
    if until <= current_until {
        return Err(AwardRule::RenewalNotLater { until, current: current_until });
    }
    Ok(())
}

/// What the life of an award forbids.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AwardRule {
    /// Decided already.
    #[error("the award is {state}; only a draft can be changed or decided")]
    NotADraft {
        /// Its state.
        state: AwardState,
    },
    /// No label to renew.
    #[error("a renewal needs a label in force or expired; that number has none")]
    NothingToRenew,
    /// A renewal that is another label.
    #[error("a renewal has the label's own {what}: award another label for a change")]
    RenewalDiffers {
        /// What differs.
        what: &'static str,
    },
    /// A renewal that prolongs nothing.
    #[error("the renewal would end on {until}, no later than the present {current}")]
    RenewalNotLater {
        /// Last day of the renewal.
        until: Date,
        /// Last day at present.
        current: Date,
    },
    /// Longer than security updates last.
    #[error("the label would be valid until {valid_until}; security updates end on {support_until}")]
    BeyondSupport {
        /// The last day of validity.
        valid_until: Date,
        /// The last day of updates.
        support_until: Date,
    },
    /// More codes than one award has.
    #[error("the award has {found} codes; at most {} are allowed", Draft::MAX_CODES)]
    TooManyCodes {
        /// Codes found.
        found: usize,
    },
}

impl AwardRule {
    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotADraft { .. } => "award-not-a-draft",
            Self::NothingToRenew => "nothing-to-renew",
            Self::RenewalDiffers { .. } => "renewal-differs",
            Self::RenewalNotLater { .. } => "renewal-not-later",
            Self::BeyondSupport { .. } => "award-beyond-support",
            Self::TooManyCodes { .. } => "award-too-many-codes",
        }
    }
}
