//! The answer: what a label counts as, or why not.

use verilabel_label::{CategoryId, Date, Level, Market, SchemeId, SpecificationVersion};

use crate::{Arrangement, Certainty, Mode, Row, Scheme, Start};

/// What a label counts as, in a market or for a scheme, on a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recognition<'a> {
    /// The scheme belongs to the market, or is the one asked for: the label counts as itself.
    Own(Own<'a>),
    /// At least one row says what the label counts as; one finding per row.
    Recognised(Vec<Finding<'a>>),
    /// Nothing says so: one reason per row that was considered, or the one reason why there was none.
    NotRecognised(Vec<WhyNot<'a>>),
}

impl<'a> Recognition<'a> {
    /// Whether the label counts as it is. A label that only shortens an application does not.
    #[must_use]
    pub fn counts(&self) -> bool {
        match self {
            Self::Own(_) => true,
            Self::Recognised(findings) => findings.iter().any(|finding| finding.mode.counts()),
            Self::NotRecognised(_) => false,
        }
    }

    /// The highest level of `scheme` that the label counts as, as it is; `None` where it does not count.
    #[must_use]
    pub fn counts_as(&self, scheme: &SchemeId) -> Option<Level> {
        match self {
            Self::Own(own) if own.scheme.id == *scheme => Some(own.level),
            Self::Own(_) | Self::NotRecognised(_) => None,
            Self::Recognised(findings) => findings
                .iter()
                .filter(|finding| finding.mode.counts() && finding.cited.to.id == *scheme)
                .map(|finding| finding.level)
                .max(),
        }
    }

    /// The findings; empty for [`Self::Own`] and [`Self::NotRecognised`].
    #[must_use]
    pub fn findings(&self) -> &[Finding<'a>] {
        if let Self::Recognised(findings) = self { findings } else { &[] }
    }

    /// The reasons; empty where the label is recognised.
    #[must_use]
    pub fn reasons(&self) -> &[WhyNot<'a>] {
        if let Self::NotRecognised(reasons) = self { reasons } else { &[] }
    }

    /// Of several reasons, that of the row which came nearest to applying: the one whose reason comes last in
    /// the order of evaluation, the first of these in the register.
    #[must_use]
    pub fn nearest_reason(&self) -> Option<&WhyNot<'a>> {
        self.reasons().iter().rev().max_by_key(|reason| reason.place())
    }

    /// The stable name of the variant.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Own(_) => "own",
            Self::Recognised(_) => "recognised",
            Self::NotRecognised(_) => "not-recognised",
        }
    }
}

/// A label at home.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Own<'a> {
    /// Its scheme.
    pub scheme: &'a Scheme,
    /// Its level.
    pub level: Level,
    /// What to say besides.
    pub caveat: Option<Caveat>,
}

/// A row, with all that its statement needs to be read.
#[derive(Debug, Clone, Copy)]
pub struct Citation<'a> {
    /// The arrangement.
    pub arrangement: &'a Arrangement,
    /// The row of it.
    pub row: &'a Row,
    /// The scheme of the label.
    pub from: &'a Scheme,
    /// The scheme that the row leads to.
    pub to: &'a Scheme,
}

/// Rows have an identifier that is unique within the register.
impl PartialEq for Citation<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.row.id == other.row.id
    }
}

impl Eq for Citation<'_> {}

/// What one row makes of the label. Effect, scope, conditions, clause and certainty stand in the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding<'a> {
    /// The row that says so.
    pub cited: Citation<'a>,
    /// The level of the other scheme.
    pub level: Level,
    /// How it counts.
    pub mode: Mode,
    /// The last date of award, if the label's scheme has stopped awarding.
    pub(crate) source_ended: Option<Date>,
}

impl Finding<'_> {
    /// What to say besides, in a fixed order.
    pub fn caveats(&self) -> impl Iterator<Item = Caveat> {
        let row = self.cited.row;
        let ended = self.source_ended.map(|until| Caveat::SourceSchemeEnded { until });
        let reported = (row.certainty != Certainty::Confirmed).then_some(Caveat::Reported);
        ended.into_iter().chain(reported).chain(Caveat::of_basis(row.effect.basis))
    }
}

/// What must be said beside a finding, because it is less sure than it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caveat {
    /// The label's scheme has stopped awarding; what becomes of its live labels is not known.
    SourceSchemeEnded {
        /// The last date of award.
        until: Date,
    },
    /// The row is known from secondary texts only.
    Reported,
    /// No effective date was found: the date of signature is taken.
    StartFromSignature,
    /// The beginning is concluded, not read.
    StartInferred,
}

impl Caveat {
    /// Its stable name.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::SourceSchemeEnded { .. } => "source-scheme-ended",
            Self::Reported => "reported",
            Self::StartFromSignature => "start-from-signature",
            Self::StartInferred => "start-inferred",
        }
    }

    fn of_basis(basis: crate::Basis) -> Option<Self> {
        match basis {
            crate::Basis::Signature => Some(Self::StartFromSignature),
            crate::Basis::Inferred => Some(Self::StartInferred),
            crate::Basis::Law | crate::Basis::Memorandum | crate::Basis::Unknown => None,
        }
    }
}

/// Why a label is not recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyNot<'a> {
    /// The register lacks the scheme.
    UnknownScheme {
        /// The scheme.
        scheme: SchemeId,
    },
    /// The scheme lacks the level.
    UnknownLevel {
        /// The scheme.
        scheme: &'a Scheme,
        /// The level.
        level: Level,
    },
    /// The register lacks the market.
    UnknownMarket {
        /// The market.
        market: Market,
    },
    /// No row leads from the scheme to the market.
    NoArrangement {
        /// The scheme.
        from: &'a Scheme,
        /// Where no row leads to: the name of a market or of a scheme.
        to: &'a str,
    },
    /// At home: the award is dated after the last date on which the scheme awarded.
    AwardedAfterSchemeEnded {
        /// The label's scheme.
        scheme: &'a Scheme,
        /// The date of the award.
        awarded: Date,
        /// The last date.
        until: Date,
    },
    /// A row was considered and does not apply.
    Row {
        /// The row.
        cited: Citation<'a>,
        /// The first reason that applies, in the order of `docs/spec/register.md` §4.
        cause: Cause<'a>,
    },
}

/// Why one row does not apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause<'a> {
    /// The row does not count yet.
    NotYetInEffect {
        /// When it begins.
        start: Start,
        /// The first day on which it could count.
        not_before: Date,
    },
    /// The row counts no longer.
    NoLongerInEffect {
        /// Its last day.
        until: Date,
    },
    /// The award is dated after the last date on which the label's scheme awarded.
    AwardedAfterSchemeEnded {
        /// The date of the award.
        awarded: Date,
        /// The last date.
        until: Date,
    },
    /// The arrangement exists; which level counts as which is not published.
    LevelMappingUnpublished,
    /// Whether the row has begun is not known.
    EffectiveDateUnknown {
        /// What is known of its beginning.
        start: Start,
    },
    /// The text names specification versions, and not the label's.
    SpecificationNotCovered {
        /// The label's.
        found: SpecificationVersion,
        /// Those of the text.
        covered: &'a [SpecificationVersion],
    },
    /// The level is below the lowest that counts.
    LevelTooLow {
        /// The label's.
        found: Level,
        /// The lowest that counts.
        least: Level,
    },
    /// The row names other levels.
    LevelNotCovered {
        /// The label's.
        found: Level,
    },
    /// The text read does not say whether the level counts.
    LevelNotKnownCovered {
        /// The label's.
        found: Level,
    },
    /// The text leaves the category out.
    CategoryOutside {
        /// The label's.
        category: CategoryId,
    },
    /// The label names no category, and the row depends on it.
    CategoryUnknown,
    /// The text neither names the category nor leaves it out.
    CategoryNotKnownInside {
        /// The label's.
        category: CategoryId,
    },
    /// The other scheme has stopped awarding.
    TargetSchemeEnded {
        /// The last date on which it awarded.
        until: Date,
    },
}

impl<'a> WhyNot<'a> {
    /// The stable name of the reason.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownScheme { .. } => "unknown-scheme",
            Self::UnknownLevel { .. } => "unknown-level",
            Self::UnknownMarket { .. } => "unknown-market",
            Self::NoArrangement { .. } => "no-arrangement",
            Self::AwardedAfterSchemeEnded { .. } => "awarded-after-scheme-ended",
            Self::Row { cause, .. } => cause.code(),
        }
    }

    /// Whether this is something that we do not know, rather than a "no": `docs/spec/register.md` §7.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        match self {
            Self::UnknownScheme { .. } | Self::UnknownLevel { .. } | Self::UnknownMarket { .. } => true,
            Self::NoArrangement { .. } | Self::AwardedAfterSchemeEnded { .. } => false,
            Self::Row { cause, .. } => cause.is_unknown(),
        }
    }

    /// What that comes to, and why: "does not count" is never said of what is not known.
    #[must_use]
    pub fn in_words(&self) -> String {
        let outcome = if self.is_unknown() { "cannot be told" } else { "does not count" };
        format!("{outcome}: {self}")
    }

    /// Its place in the order of evaluation (`docs/spec/register.md` §4); 0 before all rows.
    fn place(&self) -> u8 {
        let Self::Row { cause, .. } = self else { return 0 };
        match cause {
            Cause::NotYetInEffect { .. } => 1,
            Cause::NoLongerInEffect { .. } => 2,
            Cause::AwardedAfterSchemeEnded { .. } => 3,
            Cause::LevelMappingUnpublished => 4,
            Cause::EffectiveDateUnknown { .. } => 5,
            Cause::LevelTooLow { .. }
            | Cause::LevelNotCovered { .. }
            | Cause::LevelNotKnownCovered { .. } => 6,
            Cause::SpecificationNotCovered { .. } => 7,
            Cause::CategoryOutside { .. } | Cause::CategoryUnknown | Cause::CategoryNotKnownInside { .. } => {
                8
            }
            Cause::TargetSchemeEnded { .. } => 9,
        }
    }

    /// The row that was considered; `None` where the reason lies before all rows.
    #[must_use]
    pub fn cited(&self) -> Option<Citation<'a>> {
        if let Self::Row { cited, .. } = self { Some(*cited) } else { None }
    }
}

impl Cause<'_> {
    /// The stable name of the reason.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotYetInEffect { .. } => "not-yet-in-effect",
            Self::NoLongerInEffect { .. } => "no-longer-in-effect",
            Self::AwardedAfterSchemeEnded { .. } => "awarded-after-scheme-ended",
            Self::LevelMappingUnpublished => "level-mapping-unpublished",
            Self::EffectiveDateUnknown { .. } => "effective-date-unknown",
            Self::SpecificationNotCovered { .. } => "specification-not-covered",
            Self::LevelTooLow { .. } => "level-too-low",
            Self::LevelNotCovered { .. } => "level-not-covered",
            Self::LevelNotKnownCovered { .. } => "level-not-known-covered",
            Self::CategoryOutside { .. } => "category-outside",
            Self::CategoryUnknown => "category-unknown",
            Self::CategoryNotKnownInside { .. } => "category-not-known-inside",
            Self::TargetSchemeEnded { .. } => "target-scheme-ended",
        }
    }

    /// Whether this is something that we do not know, rather than a "no".
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        match self {
            Self::LevelMappingUnpublished
            | Self::EffectiveDateUnknown { .. }
            | Self::LevelNotKnownCovered { .. }
            | Self::CategoryUnknown
            | Self::CategoryNotKnownInside { .. } => true,
            Self::NotYetInEffect { .. }
            | Self::NoLongerInEffect { .. }
            | Self::AwardedAfterSchemeEnded { .. }
            | Self::SpecificationNotCovered { .. }
            | Self::LevelTooLow { .. }
            | Self::LevelNotCovered { .. }
            | Self::CategoryOutside { .. }
            | Self::TargetSchemeEnded { .. } => false,
        }
    }
}
