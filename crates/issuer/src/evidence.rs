//! The recognised route: an award that rests on a label of another scheme.
//!
//! The foreign link is judged by the authority's own trust pack, without any leniency: it must be authentic and
//! in force by fresh knowledge, and a row of an arrangement must lead from its scheme to the awarded one.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use verilabel_label::{CategoryId, Gtin, LabelNumber, Level, SchemeId, Timestamp};
use verilabel_recognition::{Finding, Mode, Subject};
use verilabel_trust::TrustPack;
use verilabel_verify::{Conclusion, Outcome, Policy, Question, Report, judge};

use crate::lifecycle::Draft;
use crate::schema;

/// What an award rests on, as it was found when the draft was made or approved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Evidence {
    /// The foreign label's number.
    #[schema(value_type = schema::LabelNumber)]
    pub number: LabelNumber,
    /// Its scheme.
    #[schema(value_type = schema::SchemeId)]
    pub scheme: SchemeId,
    /// Its level.
    #[schema(value_type = schema::Level)]
    pub level: Level,
    /// The product that it is for.
    #[schema(value_type = schema::Gtin)]
    pub gtin: Gtin,
    /// The product's category, where the label or the pack names one.
    #[schema(value_type = Option<schema::CategoryId>)]
    pub category: Option<CategoryId>,
    /// The row that recognises it.
    pub row: String,
    /// How it counts.
    #[schema(value_type = schema::Mode)]
    pub mode: Mode,
    /// As which level it counts.
    #[schema(value_type = schema::Level)]
    pub counts_as: Level,
    /// The version of the trust pack that was judged by.
    pub pack_version: u64,
    /// When it was judged.
    #[schema(value_type = schema::Timestamp)]
    pub at: Timestamp,
    /// The verdict (`verilabel-verdict/1`).
    #[schema(value_type = Object)]
    pub verdict: serde_json::Value,
}

impl Evidence {
    /// Judges the foreign label of a draft.
    ///
    /// # Errors
    /// [`EvidenceRefusal`]; a draft without a foreign label has no evidence, and is none of its business.
    pub fn take(
        draft: &Draft,
        pack: Option<&TrustPack>,
        now: Timestamp,
    ) -> Result<Option<Self>, EvidenceRefusal> {
        let Some(foreign) = &draft.foreign else { return Ok(None) };
        let (evidence, gtins) = Self::judged(&foreign.link, &draft.award.scheme, pack, now)?;
        evidence.is_for_the_product_of(draft, &gtins)?;
        if evidence.mode == Mode::SimplifiedApplication {
            let missing = [
                ("application", foreign.application.is_none()),
                ("support_until", draft.support_until.is_none()),
                ("category", draft.award.category.is_none()),
            ];
            if let Some((field, _)) = missing.into_iter().find(|(_, missing)| *missing) {
                return Err(EvidenceRefusal::ApplicationIncomplete { field });
            }
        }
        if draft.award.level > evidence.counts_as {
            return Err(EvidenceRefusal::LevelTooHigh { asked: draft.award.level, most: evidence.counts_as });
        }
        Ok(Some(evidence))
    }

    /// A label of one product says nothing of another: each GTIN of the draft must be one of the foreign label's.
    fn is_for_the_product_of(&self, draft: &Draft, gtins: &[Gtin]) -> Result<(), EvidenceRefusal> {
        let asked = draft.gtins();
        if !asked.iter().any(|gtin| gtins.contains(gtin)) {
            return Err(EvidenceRefusal::OtherProduct { gtin: self.gtin });
        }
        if let Some(gtin) = asked.into_iter().find(|gtin| !gtins.contains(gtin)) {
            return Err(EvidenceRefusal::GtinNotLabelled { gtin });
        }
        match (&self.category, &draft.award.category) {
            (Some(theirs), Some(ours)) if theirs != ours => {
                Err(EvidenceRefusal::OtherCategory { theirs: theirs.clone(), ours: ours.clone() })
            }
            _ => Ok(()),
        }
    }

    /// Judges a foreign label for a scheme: what an award may rest on it, such as the level to take from the row.
    ///
    /// # Errors
    /// [`EvidenceRefusal`].
    pub fn of(
        link: &str,
        scheme: &SchemeId,
        pack: Option<&TrustPack>,
        now: Timestamp,
    ) -> Result<Self, EvidenceRefusal> {
        Ok(Self::judged(link, scheme, pack, now)?.0)
    }

    /// The same, and the GTINs that the foreign label is for: the link's own, and those of its product on record.
    fn judged(
        link: &str,
        scheme: &SchemeId,
        pack: Option<&TrustPack>,
        now: Timestamp,
    ) -> Result<(Self, Vec<Gtin>), EvidenceRefusal> {
        let pack = pack.ok_or(EvidenceRefusal::NoPack)?;
        let expires = pack.accepted().roles().iter().map(|role| role.expires).min();
        if let Some(since) = expires.filter(|expires| now >= *expires) {
            return Err(EvidenceRefusal::PackExpired { since });
        }
        let verdict = judge(link, pack, &Question::default(), &Policy::default(), now);
        let code = verdict.code();
        let Outcome::Authentic(judged) = &verdict.outcome else {
            return Err(EvidenceRefusal::NotAuthentic { code });
        };
        if verdict.conclusion() != Conclusion::InForce {
            return Err(EvidenceRefusal::NotInForce { code });
        }
        let claims = judged.claims();
        if claims.scheme == *scheme {
            return Err(EvidenceRefusal::SameScheme);
        }
        let subject = Subject { category: judged.category.category(), ..Subject::from(claims) };
        let recognition = pack.register().recognise_for_scheme(&subject, scheme, now.date());
        let Some(finding) = best(recognition.findings()) else {
            let reason = recognition.nearest_reason();
            return Err(EvidenceRefusal::NotRecognised {
                code: reason.map_or("no-arrangement", |reason| reason.code()),
                why: reason.map(ToString::to_string).unwrap_or_default(),
            });
        };
        let mut gtins = vec![judged.path.gtin];
        // The verdict names no product where the seal says all itself; its other GTINs are on record anyway.
        gtins.extend(pack.product(judged.issuer, &claims.number).iter().flat_map(|product| &product.gtins));
        let report = serde_json::to_value(Report::of(&verdict));
        let evidence = Self {
            number: claims.number.clone(),
            scheme: claims.scheme.clone(),
            level: claims.level,
            gtin: judged.path.gtin,
            category: judged.category.category().cloned(),
            row: finding.cited.row.id.to_string(),
            mode: finding.mode,
            counts_as: finding.level,
            pack_version: pack.accepted().roles().iter().map(|role| role.version).max().unwrap_or(0),
            at: now,
            verdict: report.map_err(|_| EvidenceRefusal::NotAuthentic { code })?,
        };
        Ok((evidence, gtins))
    }

    /// Whether two findings say the same of the same label, whenever they were made.
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        let said = |evidence: &Self| {
            (
                evidence.number.clone(),
                evidence.scheme.clone(),
                evidence.level,
                evidence.gtin,
                evidence.row.clone(),
            )
        };
        said(self) == said(other) && (self.mode, self.counts_as) == (other.mode, other.counts_as)
    }
}

/// The finding that gives most: what counts as it is before what shortens an application, then the level.
fn best<'f, 'a>(findings: &'f [Finding<'a>]) -> Option<&'f Finding<'a>> {
    findings.iter().max_by_key(|finding| (finding.mode.counts(), finding.level))
}

/// Why an award cannot rest on a foreign label.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvidenceRefusal {
    /// Nothing to judge by.
    #[error("this authority has no trust pack to judge foreign labels by: import one")]
    NoPack,
    /// Nothing fresh to judge by.
    #[error("this authority's trust pack expired at {since}: update it")]
    PackExpired {
        /// Since when.
        since: Timestamp,
    },
    /// Not a genuine label, or nobody can tell.
    #[error("the foreign label is not authentic, or nobody can tell ({code})")]
    NotAuthentic {
        /// The verdict's code.
        code: &'static str,
    },
    /// Suspended, withdrawn, expired or unconfirmed.
    #[error("the foreign label is not in force, or nobody can tell ({code})")]
    NotInForce {
        /// The verdict's code.
        code: &'static str,
    },
    /// A label of this scheme itself.
    #[error("the label is one of the same scheme: renew it instead")]
    SameScheme,
    /// No row covers it.
    #[error("the foreign label is not recognised here ({code}): {why}")]
    NotRecognised {
        /// A code of [`verilabel_recognition::WhyNot`].
        code: &'static str,
        /// The same in words.
        why: String,
    },
    /// The label of another product.
    #[error("the foreign label is for GTIN {gtin}, which is none of this award's")]
    OtherProduct {
        /// The product of the foreign label.
        gtin: Gtin,
    },
    /// A product that the foreign label is not for, beside one that it is for.
    #[error(
        "the foreign label is not for GTIN {gtin}: neither its link nor its product in the trust pack has it"
    )]
    GtinNotLabelled {
        /// The GTIN of the draft.
        gtin: Gtin,
    },
    /// The label of another kind of product.
    #[error("the foreign label is for category {theirs}, this award for {ours}")]
    OtherCategory {
        /// The category of the foreign label.
        theirs: CategoryId,
        /// The category of the draft.
        ours: CategoryId,
    },
    /// More than the row gives.
    #[error("the arrangement gives level {most}, not {asked}")]
    LevelTooHigh {
        /// The level of the draft.
        asked: Level,
        /// The level of the row.
        most: Level,
    },
    /// A simplified application is still an application.
    #[error("the arrangement only shortens the application: {field} must be filled in here")]
    ApplicationIncomplete {
        /// The field.
        field: &'static str,
    },
    /// The ground has shifted since the draft was made.
    #[error("the foreign label is no longer what it was when the draft was made: prepare it again")]
    Changed,
}

impl EvidenceRefusal {
    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoPack => "foreign-no-pack",
            Self::PackExpired { .. } => "foreign-pack-expired",
            Self::NotAuthentic { .. } => "foreign-not-authentic",
            Self::NotInForce { .. } => "foreign-not-in-force",
            Self::SameScheme => "foreign-same-scheme",
            Self::NotRecognised { .. } => "foreign-not-recognised",
            Self::OtherProduct { .. } => "foreign-other-product",
            Self::GtinNotLabelled { .. } => "foreign-gtin-not-labelled",
            Self::OtherCategory { .. } => "foreign-other-category",
            Self::LevelTooHigh { .. } => "foreign-level-too-high",
            Self::ApplicationIncomplete { .. } => "foreign-application-incomplete",
            Self::Changed => "foreign-changed",
        }
    }
}
