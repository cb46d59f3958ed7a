//! A verdict as JSON (docs/verdict-json.md).

use serde::Serialize;
use verilabel_label::{
    CategoryId, Date, Gtin, LabelClaims, LabelNumber, Level, Market, ModelNumber, Name, SchemeId,
    SpecificationVersion, Timestamp,
};
use verilabel_recognition::{Caveat, Finding, Recognition, WhyNot};

use crate::{CategoryFact, Judged, LevelFact, Line, Outcome, Standing, Unmet, Verdict};

const SCHEMA: &str = "verilabel-verdict/1";

/// A verdict in its JSON form.
#[derive(Debug, Serialize)]
pub struct Report {
    schema: &'static str,
    conclusion: &'static str,
    code: &'static str,
    at: Timestamp,
    authenticity: Coded,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<LabelReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<IssuerReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    standing: Option<StandingReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<LevelReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    minimum_level: Option<LevelDemandReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recognition: Option<RecognitionReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    freshness: Option<FreshnessReport>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<Coded>,
    checks: Vec<Line>,
}

/// A code and a sentence.
#[derive(Debug, Serialize)]
struct Coded {
    code: &'static str,
    text: String,
}

impl Coded {
    fn of(caveat: Caveat) -> Self {
        Self { code: caveat.code(), text: caveat.to_string() }
    }
}

#[derive(Debug, Serialize)]
struct LabelReport {
    number: LabelNumber,
    scheme: SchemeId,
    specification: SpecificationVersion,
    level: Level,
    awarded: Date,
    valid_from: Date,
    valid_until: Date,
    expires: Timestamp,
    issued_at: Timestamp,
    gtin: Gtin,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    serial: Option<String>,
    form: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    category: CategoryReport,
    #[serde(skip_serializing_if = "Option::is_none")]
    names: Option<NamesReport>,
}

#[derive(Debug, Serialize)]
struct CategoryReport {
    source: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<CategoryId>,
}

#[derive(Debug, Serialize)]
struct NamesReport {
    source: &'static str,
    brand: Name,
    models: Vec<ModelNumber>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    more: Vec<ModelNumber>,
    manufacturer: Name,
}

#[derive(Debug, Serialize)]
struct IssuerReport {
    id: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<String>,
    key_id: String,
    algorithm: &'static str,
}

#[derive(Debug, Serialize)]
struct StandingReport {
    state: &'static str,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct LevelReport {
    code: &'static str,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<String>,
}

#[derive(Debug, Serialize)]
struct LevelDemandReport {
    asked: String,
    met: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    unknown: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    caveats: Vec<Coded>,
    findings: Vec<FindingReport>,
    reasons: Vec<ReasonReport>,
}

#[derive(Debug, Serialize)]
pub(crate) struct RecognitionReport {
    market: Market,
    outcome: &'static str,
    counts: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    caveats: Vec<Coded>,
    findings: Vec<FindingReport>,
    reasons: Vec<ReasonReport>,
}

#[derive(Debug, Serialize)]
struct FindingReport {
    mode: &'static str,
    scheme: SchemeId,
    level: Level,
    arrangement: String,
    row: String,
    scope: String,
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    clause: Option<String>,
    certainty: verilabel_recognition::Certainty,
    text: String,
    caveats: Vec<Coded>,
    conditions: Vec<String>,
}

#[derive(Debug, Serialize)]
struct ReasonReport {
    code: &'static str,
    unknown: bool,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    arrangement: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clause: Option<String>,
}

#[derive(Debug, Serialize)]
struct FreshnessReport {
    pack: Vec<RoleReport>,
    pack_version: u64,
    pack_expires: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pack_made: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pack_age_seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partner: Option<PartnerReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_issued_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_expires: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_age_seconds: Option<u64>,
}

#[derive(Debug, Serialize)]
struct PartnerReport {
    role: String,
    version: u64,
    expires: Timestamp,
}

#[derive(Debug, Serialize)]
struct RoleReport {
    role: &'static str,
    version: u64,
    expires: Timestamp,
}

impl Report {
    /// The JSON form of a verdict.
    #[must_use]
    pub fn of(verdict: &Verdict<'_>) -> Self {
        let judged = match &verdict.outcome {
            Outcome::Authentic(judged) => Some(judged.as_ref()),
            Outcome::NotAuthentic(_) | Outcome::CannotTell(_) => None,
        };
        let authenticity = match &verdict.outcome {
            Outcome::NotAuthentic(reason) => Coded { code: "not-authentic", text: reason.to_string() },
            Outcome::CannotTell(reason) => Coded { code: "cannot-tell", text: reason.to_string() },
            Outcome::Authentic(judged) => {
                Coded { code: "authentic", text: format!("signed by {}", judged.issuer.name) }
            }
        };
        Self {
            schema: SCHEMA,
            conclusion: verdict.conclusion().code(),
            code: verdict.code(),
            at: verdict.at,
            authenticity,
            label: judged.map(LabelReport::of),
            issuer: judged.map(IssuerReport::of),
            standing: judged.map(|j| StandingReport::of(&j.standing)),
            level: judged.map(|j| LevelReport::of(j.level)),
            minimum_level: judged.and_then(LevelDemandReport::of),
            recognition: judged.and_then(RecognitionReport::of),
            freshness: judged.map(|j| FreshnessReport::of(j, verdict.at)),
            notes: judged.map_or_else(Vec::new, |j| {
                j.notes.iter().map(|note| Coded { code: note.code(), text: note.to_string() }).collect()
            }),
            checks: verdict.lines(),
        }
    }
}

impl LevelDemandReport {
    fn of(judged: &Judged<'_>) -> Option<Self> {
        let (recognition, demand) = (judged.level_recognition.as_ref()?, judged.level_demand.as_ref()?);
        let unmet = demand.met.err();
        Some(Self {
            asked: demand.asked.to_string(),
            met: unmet.is_none(),
            code: unmet.as_ref().map(Unmet::code),
            unknown: unmet.is_some_and(|unmet| unmet.is_unknown()),
            caveats: caveats(recognition),
            findings: findings(recognition),
            reasons: reasons(recognition),
        })
    }
}

/// What to say of a label at home, if anything.
fn caveats(recognition: &Recognition<'_>) -> Vec<Coded> {
    let Recognition::Own(own) = recognition else { return Vec::new() };
    own.caveat.into_iter().map(Coded::of).collect()
}

fn findings(recognition: &Recognition<'_>) -> Vec<FindingReport> {
    recognition.findings().iter().map(FindingReport::of).collect()
}

fn reasons(recognition: &Recognition<'_>) -> Vec<ReasonReport> {
    recognition.reasons().iter().map(ReasonReport::of).collect()
}

impl LabelReport {
    fn of(judged: &Judged<'_>) -> Self {
        let LabelClaims { scheme, specification, level, number, awarded, validity, issued_at, .. } =
            judged.claims().clone();
        let form = judged.label.form().code();
        let (source, id) = match &judged.category {
            CategoryFact::Signed(id) => (form, Some(id)),
            CategoryFact::Pack(id) => ("pack", Some(id)),
            CategoryFact::Asked(id) => ("asked", Some(id)),
            CategoryFact::Unknown => ("unknown", None),
        };
        Self {
            number,
            scheme,
            specification,
            level,
            awarded,
            valid_from: validity.from().date(),
            valid_until: validity.last_date(),
            expires: validity.until(),
            issued_at,
            gtin: judged.path.gtin,
            path: judged.path.to_string(),
            serial: judged.path.serial.as_ref().map(ToString::to_string),
            form,
            host: judged.host.clone(),
            category: CategoryReport { source, id: id.cloned() },
            names: judged.names().map(|names| NamesReport {
                source: if names.signed { form } else { "pack" },
                brand: names.brand.clone(),
                models: names.models.to_vec(),
                more: names.more.iter().copied().cloned().collect(),
                manufacturer: names.manufacturer.clone(),
            }),
        }
    }
}

impl IssuerReport {
    fn of(judged: &Judged<'_>) -> Self {
        Self {
            id: judged.issuer.id.to_string(),
            name: judged.issuer.name.clone(),
            notice: judged.issuer.notice.clone(),
            key_id: judged.key.key.id().to_string(),
            algorithm: judged.key.key.algorithm().jose(),
        }
    }
}

impl StandingReport {
    fn of(standing: &Standing) -> Self {
        let (as_of, reason) = match standing {
            Standing::InForce { as_of } | Standing::Suspended { as_of } | Standing::Withdrawn { as_of } => {
                (Some(*as_of), None)
            }
            Standing::Expired { .. } | Standing::NotYetValid { .. } => (None, None),
            Standing::Unconfirmed { last_known, why } => (last_known.map(|l| l.as_of), Some(why.code())),
        };
        Self { state: standing.code(), text: standing.to_string(), as_of, reason }
    }
}

impl LevelReport {
    fn of(level: LevelFact<'_>) -> Self {
        let card = match level {
            LevelFact::Stated { scheme, rung } => Some(scheme.card(rung.number)),
            _ => None,
        };
        Self { code: level.code(), text: level.to_string(), card }
    }
}

impl RecognitionReport {
    fn of(judged: &Judged<'_>) -> Option<Self> {
        let (recognition, demand) = (judged.recognition.as_ref()?, judged.market_demand.as_ref()?);
        Some(Self::new(demand.asked, demand.met.is_ok(), recognition))
    }

    pub(crate) fn new(market: Market, counts: bool, recognition: &Recognition<'_>) -> Self {
        Self {
            market,
            outcome: recognition.code(),
            counts,
            caveats: caveats(recognition),
            findings: findings(recognition),
            reasons: reasons(recognition),
        }
    }
}

impl FindingReport {
    fn of(finding: &Finding<'_>) -> Self {
        let row = finding.cited.row;
        Self {
            mode: finding.mode.code(),
            scheme: finding.cited.to.id.clone(),
            level: finding.level,
            arrangement: finding.cited.arrangement.id.to_string(),
            row: row.id.to_string(),
            scope: row.scope.text.to_string(),
            source: row.source.to_string(),
            clause: row.clause.as_ref().map(ToString::to_string),
            certainty: row.certainty,
            text: finding.to_string(),
            caveats: finding.caveats().map(Coded::of).collect(),
            conditions: row.conditions.iter().map(ToString::to_string).collect(),
        }
    }
}

impl ReasonReport {
    fn of(reason: &WhyNot<'_>) -> Self {
        let cited = reason.cited();
        Self {
            code: reason.code(),
            unknown: reason.is_unknown(),
            text: reason.to_string(),
            arrangement: cited.map(|c| c.arrangement.id.to_string()),
            row: cited.map(|c| c.row.id.to_string()),
            source: cited.map(|c| c.row.source.to_string()),
            clause: cited.and_then(|c| c.row.clause.as_ref()).map(ToString::to_string),
        }
    }
}

impl FreshnessReport {
    fn of(judged: &Judged<'_>, at: Timestamp) -> Self {
        let freshness = &judged.freshness;
        Self {
            pack: freshness
                .pack
                .iter()
                .map(|role| RoleReport {
                    role: role.role.name(),
                    version: role.version,
                    expires: role.expires,
                })
                .collect(),
            pack_version: freshness.pack_version(),
            pack_expires: freshness.pack_expires(),
            pack_made: freshness.pack_made,
            pack_age_seconds: freshness.pack_made.map(|made| at.seconds_since(made)),
            partner: freshness.partner.clone().map(|(role, version, expires)| PartnerReport {
                role,
                version,
                expires,
            }),
            status_issued_at: freshness.status_issued_at,
            status_expires: freshness.status_expires,
            status_age_seconds: freshness.status_issued_at.map(|made| at.seconds_since(made)),
        }
    }
}
