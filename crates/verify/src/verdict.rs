//! The facts of a verdict.

use verilabel_label::{
    CategoryId, Date, Gs1Path, IssuerId, LabelClaims, Level, ModelNumber, Name, SchemeId,
    SpecificationVersion, Timestamp,
};
use verilabel_recognition::{Recognition, Rung, Scheme};
use verilabel_trust::{Issuer, IssuerKey, Product, Role, RoleState};
use verilabel_wire::{EnvelopeError, KeyId, LinkError, WrongKey};

use crate::label::Label;
use crate::{Demand, Form, MalformedClaims, MinimumLevel, Standing};

/// What was found out about a label.
#[derive(Debug)]
pub struct Verdict<'p> {
    /// In which form it was presented.
    pub form: Form,
    /// What is known of authenticity, and with it of everything else.
    pub outcome: Outcome<'p>,
    /// The time that was judged for.
    pub at: Timestamp,
}

/// Whether the label is authentic.
#[derive(Debug)]
pub enum Outcome<'p> {
    /// It is not: no issuer of the trust pack makes this statement for this product.
    NotAuthentic(NotAuthentic),
    /// Neither one nor the other can be said.
    CannotTell(CannotTell),
    /// It is: an issuer of the trust pack that may say so says this of this product.
    Authentic(Box<Judged<'p>>),
}

/// Why a label is not authentic.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotAuthentic {
    /// The link is not one that any issuer makes.
    Link(LinkError),
    /// The bytes are no seal.
    Envelope(EnvelopeError),
    /// The text is no label credential.
    Credential(EnvelopeError),
    /// None of the keys with the label's key id made the signature.
    Signature {
        /// The issuer whose key the label names.
        issuer: IssuerId,
        /// Why the last key failed.
        error: WrongKey,
    },
    /// The signature holds, and what it signs is malformed.
    Claims {
        /// The issuer.
        issuer: IssuerId,
        /// What is wrong.
        error: MalformedClaims,
    },
    /// The credential says that another issuer made it than the one whose key signed it.
    AnotherIssuer {
        /// Whose key signed.
        issuer: IssuerId,
        /// Who is said to have signed.
        stated: String,
    },
    /// The key signs other things than labels.
    KeyPurpose {
        /// The issuer.
        issuer: IssuerId,
        /// The key.
        key: KeyId,
    },
    /// The key was stolen or misused; whatever it signed counts for nothing.
    KeyDistrusted {
        /// The issuer.
        issuer: IssuerId,
        /// The key.
        key: KeyId,
    },
    /// The label says that it was signed when the key was not in use.
    KeyNotInUse {
        /// The issuer.
        issuer: IssuerId,
        /// The key.
        key: KeyId,
        /// When the label says it was signed.
        issued_at: Timestamp,
    },
    /// The issuer may not award that level of that scheme.
    NotEntitled {
        /// The issuer.
        issuer: IssuerId,
        /// The scheme.
        scheme: SchemeId,
        /// The level.
        level: Level,
    },
}

/// Why nothing can be said.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CannotTell {
    /// There is no seal to judge.
    NotALabel(LinkError),
    /// The seal has a version of the future.
    UnknownVersion(LinkError),
    /// No issuer of the trust pack has the key that the label names.
    UnknownIssuer {
        /// The key, as the label names it.
        key: String,
    },
    /// More keys match than a verifier tries.
    TooManyKeys {
        /// The key id.
        key_id: KeyId,
    },
}

/// An authentic label and all that was found out about it.
#[derive(Debug)]
pub struct Judged<'p> {
    /// What the label says, and under which key.
    pub(crate) label: Label,
    /// The product, and the box for a unit label: covered by the signature.
    pub path: Gs1Path,
    /// Host of the link, if it was one; the signature does not cover it.
    pub host: Option<String>,
    /// Who says so.
    pub issuer: &'p Issuer,
    /// The key that the issuer said it with.
    pub key: &'p IssuerKey,
    /// What the pack knows of the product beyond the label.
    pub product: Option<&'p Product>,
    /// What the level means.
    pub level: LevelFact<'p>,
    /// In force or not.
    pub standing: Standing,
    /// What the label counts as for the scheme of the level asked for.
    pub level_recognition: Option<Recognition<'p>>,
    /// The level asked for, and whether the label has it.
    pub level_demand: Option<Demand<MinimumLevel>>,
    /// What the label counts as in the market asked for.
    pub recognition: Option<Recognition<'p>>,
    /// The market asked for, and whether the label counts there.
    pub market_demand: Option<Demand<verilabel_label::Market>>,
    /// The product category and where it comes from.
    pub category: CategoryFact,
    /// How old the knowledge is.
    pub freshness: Freshness,
    /// What else a person should know.
    pub notes: Vec<Note>,
}

impl Judged<'_> {
    /// What the label says.
    #[must_use]
    pub fn claims(&self) -> &LabelClaims {
        self.label.claims()
    }

    /// Brand, models and manufacturer for comparing with the box: the label's or, for a lean one, the pack's.
    #[must_use]
    pub fn names(&self) -> Option<NamesFact<'_>> {
        if let Some(names) = &self.claims().names {
            let verilabel_label::Names { brand, models, manufacturer } = names;
            let of_the_pack = self.product.map_or(&[][..], |product| &product.models);
            let more = of_the_pack.iter().filter(|model| !models.contains(model)).collect();
            return Some(NamesFact { brand, models, more, manufacturer, signed: true });
        }
        let Product { brand, models, manufacturer, .. } = self.product?;
        Some(NamesFact { brand, models, more: Vec::new(), manufacturer, signed: false })
    }
}

/// Names and where they come from.
#[derive(Debug, Clone)]
pub struct NamesFact<'a> {
    /// Brand.
    pub brand: &'a Name,
    /// Models.
    pub models: &'a [ModelNumber],
    /// Models of the family that a seal had no room for, from the trust pack.
    pub more: Vec<&'a ModelNumber>,
    /// Manufacturer.
    pub manufacturer: &'a Name,
    /// Whether the label carries them; otherwise the trust pack does.
    pub signed: bool,
}

/// Whether the register can say what the level means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LevelFact<'p> {
    /// A level of a scheme that awarded labels on that day.
    Stated {
        /// The scheme.
        scheme: &'p Scheme,
        /// The level.
        rung: &'p Rung,
    },
    /// The register lacks the scheme.
    UnknownScheme,
    /// The scheme lacks the level.
    UnknownLevel {
        /// The scheme.
        scheme: &'p Scheme,
    },
    /// The award is dated after the scheme's last: the register and the label contradict each other.
    AwardedAfterSchemeEnded {
        /// The scheme.
        scheme: &'p Scheme,
        /// The last date on which it awarded.
        until: Date,
    },
}

/// The product category used for recognition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CategoryFact {
    /// Signed in the label.
    Signed(CategoryId),
    /// From the pack's product record.
    Pack(CategoryId),
    /// As whoever asked says; nobody vouches for it.
    Asked(CategoryId),
    /// Not known.
    Unknown,
}

impl CategoryFact {
    /// The category.
    #[must_use]
    pub fn category(&self) -> Option<&CategoryId> {
        match self {
            Self::Signed(category) | Self::Pack(category) | Self::Asked(category) => Some(category),
            Self::Unknown => None,
        }
    }
}

/// How old the knowledge behind a verdict is, and until when it is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freshness {
    /// Version and expiry of root, timestamp, snapshot and targets of the trust pack.
    pub pack: [RoleState; 4],
    /// When the trust pack was brought to its state, if it says so.
    pub pack_made: Option<Timestamp>,
    /// The role of the partner who speaks for the issuer, its version and its expiry; none where the pack's
    /// owner does.
    pub partner: Option<(String, u64, Timestamp)>,
    /// When the status list was made, if there is one.
    pub status_issued_at: Option<Timestamp>,
    /// Until when it may be relied on.
    pub status_expires: Option<Timestamp>,
}

impl Freshness {
    /// The version that grows with every state of the pack: that of its timestamp metadata.
    #[must_use]
    pub fn pack_version(&self) -> u64 {
        let timestamp = self.pack.iter().find(|role| role.role == Role::Timestamp);
        timestamp.map_or(0, |role| role.version)
    }

    /// The first expiry among the pack's roles, and that of the partner who speaks for the issuer.
    #[must_use]
    pub fn pack_expires(&self) -> Timestamp {
        let partner = self.partner.iter().map(|(_, _, expires)| *expires);
        self.pack.iter().map(|role| role.expires).chain(partner).min().unwrap_or(Timestamp::MAX)
    }
}

/// What a person should know besides.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// The link leads to a host that is not one of the issuer's: do not open it.
    ForeignHost {
        /// The link's host.
        host: String,
    },
    /// The link carries data after `?`, which the signature does not cover.
    QueryNotCovered,
    /// The key was stolen, and the issuer's records confirm this label: it will be minted anew.
    KeyStolen,
    /// The trust pack is past its expiry.
    PackExpired {
        /// Since when.
        since: Timestamp,
    },
    /// The register does not list the label's specification version: what the level means there may differ.
    SpecificationNotListed {
        /// The scheme's short name.
        scheme: String,
        /// The version.
        specification: SpecificationVersion,
    },
    /// Whoever asked named another category than the label has.
    CategoryDiffers {
        /// The category asked with.
        asked: CategoryId,
    },
}

impl Note {
    /// The stable code of this note.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::ForeignHost { .. } => "foreign-host",
            Self::QueryNotCovered => "query-not-covered",
            Self::KeyStolen => "key-stolen-label-confirmed",
            Self::PackExpired { .. } => "pack-expired",
            Self::SpecificationNotListed { .. } => "specification-not-listed",
            Self::CategoryDiffers { .. } => "category-differs",
        }
    }
}

impl NotAuthentic {
    /// The stable code of this reason.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Link(error) => error.code(),
            Self::Envelope(error) | Self::Credential(error) => error.code(),
            Self::Signature { error, .. } => error.code(),
            Self::Claims { error, .. } => error.code(),
            Self::AnotherIssuer { .. } => "issuer-mismatch",
            Self::KeyPurpose { .. } => "key-purpose",
            Self::KeyDistrusted { .. } => "key-distrusted",
            Self::KeyNotInUse { .. } => "key-not-in-use",
            Self::NotEntitled { .. } => "issuer-not-entitled",
        }
    }
}

impl CannotTell {
    /// The stable code of this reason.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotALabel(error) | Self::UnknownVersion(error) => error.code(),
            Self::UnknownIssuer { .. } => "issuer-unknown",
            Self::TooManyKeys { .. } => "too-many-keys",
        }
    }
}

impl LevelFact<'_> {
    /// The stable code of this fact.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Stated { .. } => "level-stated",
            Self::UnknownScheme => "unknown-scheme",
            Self::UnknownLevel { .. } => "unknown-level",
            Self::AwardedAfterSchemeEnded { .. } => "awarded-after-scheme-ended",
        }
    }
}
