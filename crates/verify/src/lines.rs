//! Every check as a line: what was checked, how it came out, the fact and its source.

use std::fmt::Display;

use verilabel_recognition::Recognition;
use verilabel_wire::WrongKey;

use crate::words::Age;
use crate::{CannotTell, Form, Judged, LevelFact, NotAuthentic, Outcome, Standing, Verdict};

/// A check, in the order in which they run (docs/spec/verdict.md §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// The text is a label link.
    Link,
    /// Its fragment is a seal.
    Seal,
    /// The text is a label credential: in place of the two before it.
    Credential,
    /// The trust pack knows the key that the label names.
    Issuer,
    /// The signature holds for this product.
    Signature,
    /// What is signed is well-formed.
    Claims,
    /// The key is the stated issuer's, signs labels, is trusted, and was in use.
    Key,
    /// The issuer may award this level of this scheme.
    Entitlement,
    /// The label's dates.
    Dates,
    /// The status list.
    Status,
    /// The register knows what the level means.
    Level,
    /// The level that was asked for.
    MinimumLevel,
    /// The market that was asked for.
    Recognition,
    /// Whatever else a person should know.
    Note,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// As it should be.
    Passed,
    /// Not as it should be.
    Failed,
    /// It could not be found out.
    Unknown,
    /// Worth a look.
    Attention,
}

/// A check and its result.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Line {
    /// What was checked.
    pub check: Check,
    /// How it came out.
    pub mark: Mark,
    /// The stable code of the fact.
    pub code: &'static str,
    /// The fact, in words.
    pub fact: String,
    /// Where the fact comes from.
    pub source: String,
}

impl Verdict<'_> {
    /// All checks that ran, in their order. What is not authentic is not described.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        match &self.outcome {
            Outcome::NotAuthentic(reason) => {
                let source = reason.source(self.form);
                self.stopped(reason.check(), Mark::Failed, reason.code(), reason.to_string(), &source)
            }
            Outcome::CannotTell(reason) => {
                let source = reason.source();
                self.stopped(reason.check(), Mark::Unknown, reason.code(), reason.to_string(), source)
            }
            Outcome::Authentic(judged) => judged.lines(self),
        }
    }

    fn stopped(&self, at: Check, mark: Mark, code: &'static str, fact: String, source: &str) -> Vec<Line> {
        let passed = authenticity(self.form).take_while(|(check, ..)| *check < at);
        let presented = self.form.presented();
        let mut lines: Vec<Line> =
            passed.map(|(check, code, fact)| line(check, Mark::Passed, code, fact, presented)).collect();
        lines.push(line(at, mark, code, fact, source));
        lines
    }
}

const AUTHENTICITY: [(Check, &str, &str); 8] = [
    (Check::Link, "label-link", "the text is a label link"),
    (Check::Seal, "seal", "its fragment is a seal"),
    (Check::Credential, "credential", "the text is a label credential"),
    (Check::Issuer, "issuer-known", "the trust pack knows the key that the label names"),
    (Check::Signature, "signature", "the signature holds"),
    (Check::Claims, "claims", "what is signed is well-formed"),
    (Check::Key, "key", "the key is trusted and was in use"),
    (Check::Entitlement, "entitlement", "the issuer may award this"),
];

/// The checks of authenticity that a form takes.
fn authenticity(form: Form) -> impl Iterator<Item = (Check, &'static str, &'static str)> {
    AUTHENTICITY.into_iter().filter(move |(check, ..)| match form {
        Form::Seal => *check != Check::Credential,
        Form::Credential => !matches!(check, Check::Link | Check::Seal),
    })
}

fn line(
    check: Check,
    mark: Mark,
    code: &'static str,
    fact: impl Into<String>,
    source: impl Into<String>,
) -> Line {
    Line { check, mark, code, fact: fact.into(), source: source.into() }
}

impl NotAuthentic {
    fn check(&self) -> Check {
        match self {
            Self::Link(_) => Check::Link,
            Self::Envelope(_) => Check::Seal,
            Self::Credential(_) => Check::Credential,
            Self::Signature { .. } => Check::Signature,
            Self::Claims { .. } => Check::Claims,
            Self::AnotherIssuer { .. }
            | Self::KeyPurpose { .. }
            | Self::KeyDistrusted { .. }
            | Self::KeyNotInUse { .. } => Check::Key,
            Self::NotEntitled { .. } => Check::Entitlement,
        }
    }

    fn source(&self, form: Form) -> String {
        let signed = form.signed();
        match self {
            Self::Link(_) => "the link".to_owned(),
            Self::Envelope(_) | Self::Credential(_) => signed.to_owned(),
            Self::Signature { error: WrongKey::AlgorithmMismatch { .. }, .. } => format!("{signed}'s header"),
            Self::Signature { .. } | Self::Claims { .. } => format!("{signed} and the issuer's key"),
            Self::AnotherIssuer { .. } => format!("{signed} and the trust pack"),
            Self::KeyPurpose { .. }
            | Self::KeyDistrusted { .. }
            | Self::KeyNotInUse { .. }
            | Self::NotEntitled { .. } => "the trust pack".to_owned(),
        }
    }
}

impl CannotTell {
    fn check(&self) -> Check {
        match self {
            Self::NotALabel(_) | Self::UnknownVersion(_) => Check::Link,
            Self::UnknownIssuer { .. } | Self::TooManyKeys { .. } => Check::Issuer,
        }
    }

    fn source(&self) -> &'static str {
        match self {
            Self::NotALabel(_) | Self::UnknownVersion(_) => "the link",
            Self::UnknownIssuer { .. } | Self::TooManyKeys { .. } => "the trust pack",
        }
    }
}

impl Judged<'_> {
    fn lines(&self, verdict: &Verdict<'_>) -> Vec<Line> {
        let mut lines = self.authenticity_lines();
        lines.push(self.dates_line());
        lines.push(self.status_line(verdict));
        lines.push(self.level_line());
        lines.extend(self.minimum_level_lines());
        lines.extend(self.market_lines());
        let notes = self.notes.iter();
        lines.extend(notes.map(|n| {
            let source = format!("{} and the trust pack", verdict.form.presented());
            line(Check::Note, Mark::Attention, n.code(), n.to_string(), source)
        }));
        lines
    }

    fn authenticity_lines(&self) -> Vec<Line> {
        let claims = self.claims();
        let (issuer, key) = (&self.issuer.name, self.key.key.id());
        let form = self.label.form();
        let (presented, signed) = (form.presented().to_owned(), form.signed().to_owned());
        let pack = || "the trust pack".to_owned();
        authenticity(form)
            .map(|(check, code, plain)| {
                let (fact, source) = match check {
                    Check::Link => (format!("a label link for {}", self.path), presented.clone()),
                    Check::Credential => (format!("a label credential for {}", self.path), presented.clone()),
                    Check::Issuer => (format!("key {key} is one of {issuer}"), pack()),
                    Check::Signature => {
                        let algorithm = self.key.key.algorithm();
                        (
                            format!("the {algorithm} signature holds for this product"),
                            format!("{signed} and the issuer's key"),
                        )
                    }
                    Check::Claims => (format!("label {}", claims.number), signed.clone()),
                    Check::Key => (format!("key {key} was in use on {}", claims.issued_at.date()), pack()),
                    Check::Entitlement => {
                        (format!("{issuer} may award level {} of {}", claims.level, claims.scheme), pack())
                    }
                    _ => (plain.to_owned(), presented.clone()),
                };
                line(check, Mark::Passed, code, fact, source)
            })
            .collect()
    }

    fn dates_line(&self) -> Line {
        let validity = self.claims().validity;
        let signed = self.label.form().signed();
        let fact = format!(
            "awarded on {}, valid from {} until {}",
            self.claims().awarded,
            validity.from().date(),
            validity.last_date()
        );
        match &self.standing {
            Standing::Expired { .. } | Standing::NotYetValid { .. } => {
                line(Check::Dates, Mark::Failed, self.standing.code(), self.standing.to_string(), signed)
            }
            _ => line(Check::Dates, Mark::Passed, "in-date", fact, signed),
        }
    }

    fn status_line(&self, verdict: &Verdict<'_>) -> Line {
        let status = self.claims().status;
        let source = match self.freshness.status_issued_at {
            Some(made) => {
                let age = Age::between(made, verdict.at);
                format!("status {status} of {}, made {made} ({age} before)", self.issuer.id)
            }
            None => format!("status {status} of {}", self.issuer.id),
        };
        let (mark, code) = match &self.standing {
            Standing::InForce { .. } => (Mark::Passed, "status-valid"),
            Standing::Suspended { .. } | Standing::Withdrawn { .. } => (Mark::Failed, self.standing.code()),
            Standing::Unconfirmed { why, .. } => (Mark::Unknown, why.code()),
            Standing::Expired { .. } | Standing::NotYetValid { .. } => (Mark::Attention, "status-moot"),
        };
        line(Check::Status, mark, code, self.standing.to_string(), source)
    }

    fn level_line(&self) -> Line {
        let mark = match self.level {
            LevelFact::Stated { .. } => Mark::Passed,
            _ => Mark::Unknown,
        };
        line(Check::Level, mark, self.level.code(), self.level.to_string(), "the register")
    }

    /// Whether the level is met, and what that rests on.
    fn minimum_level_lines(&self) -> Vec<Line> {
        let (Some(recognition), Some(demand)) = (&self.level_recognition, &self.level_demand) else {
            return Vec::new();
        };
        let asked = format!("{} was asked for", demand.asked);
        let (mark, code, fact) = match demand.met {
            Ok(()) => (Mark::Passed, "level-met", format!("{asked}, and is met")),
            Err(unmet) if unmet.is_unknown() => (Mark::Unknown, unmet.code(), format!("{asked}; {unmet}")),
            Err(unmet) => (Mark::Failed, unmet.code(), format!("{asked}; {unmet}")),
        };
        let mut lines = vec![line(Check::MinimumLevel, mark, code, fact, "the register")];
        lines.extend(self.recognition_lines(Check::MinimumLevel, recognition, demand.met.is_ok()));
        lines
    }

    fn market_lines(&self) -> Vec<Line> {
        match (&self.recognition, &self.market_demand) {
            (Some(recognition), Some(demand)) => {
                self.recognition_lines(Check::Recognition, recognition, demand.met.is_ok())
            }
            _ => Vec::new(),
        }
    }

    /// One line per finding, each with what must be said beside it, or per reason why not.
    fn recognition_lines(&self, check: Check, recognition: &Recognition<'_>, met: bool) -> Vec<Line> {
        let mark = if met { Mark::Passed } else { Mark::Failed };
        let (mark, condition) =
            if self.standing.is_in_force() { (mark, "") } else { (Mark::Attention, "if it were in force: ") };
        let category = format!("the register; category {}", self.category);
        let said = |mark, code, fact| line(check, mark, code, fact, category.as_str());
        let besides =
            |code, fact: &dyn Display| line(check, Mark::Attention, code, fact.to_string(), "the register");
        let mut lines = Vec::new();
        if let Recognition::Own(own) = recognition {
            lines.push(said(mark, "own", format!("{condition}{own}")));
            lines.extend(own.caveat.map(|caveat| besides(caveat.code(), &caveat)));
        }
        for finding in recognition.findings() {
            lines.push(said(mark, finding.mode.code(), finding.to_string()));
            lines.extend(finding.caveats().map(|caveat| besides(caveat.code(), &caveat)));
            let conditions = finding.cited.row.conditions.iter();
            lines.extend(conditions.map(|condition| besides("condition", condition)));
        }
        for reason in recognition.reasons() {
            let mark = if reason.is_unknown() && mark == Mark::Failed { Mark::Unknown } else { mark };
            lines.push(said(mark, reason.code(), reason.to_string()));
        }
        lines
    }
}
