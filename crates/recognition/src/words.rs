//! English words for findings and reasons.
//!
//! A finding says how a label counts and by which arrangement, never that the product "has" a level of
//! another scheme. A reason is a lower-case fragment.

use std::fmt::{Display, Formatter, Result};

use verilabel_label::Date;

use crate::{
    Basis, Cause, Caveat, Certainty, Citation, Effect, Finding, Mode, Own, Recognition, Register, Row,
    Scheme, Start, WhyNot,
};

impl Recognition<'_> {
    /// What is to be said of it, line by line: each finding with its caveats and conditions, or each reason.
    #[must_use]
    pub fn in_words(&self) -> Vec<String> {
        let but = |caveat: Caveat| format!("  but {caveat}");
        match self {
            Self::Own(own) => std::iter::once(own.to_string()).chain(own.caveat.map(but)).collect(),
            Self::Recognised(findings) => {
                let of = |finding: &Finding<'_>| {
                    let conditions = finding.cited.row.conditions.iter();
                    let conditions = conditions.map(|condition| format!("  condition: {condition}"));
                    let said = std::iter::once(finding.to_string());
                    said.chain(finding.caveats().map(but)).chain(conditions).collect::<Vec<_>>()
                };
                findings.iter().flat_map(of).collect()
            }
            Self::NotRecognised(reasons) => reasons.iter().map(WhyNot::in_words).collect(),
        }
    }
}

impl Display for Own<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "This label counts as what it is: {}", self.scheme.card(self.level))
    }
}

impl Display for Finding<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Citation { arrangement, row, to, .. } = self.cited;
        let card = to.card(self.level);
        match (self.mode, row.effect.basis) {
            (Mode::DeemedCompliant, Basis::Law) => {
                write!(f, "This label counts by law as meeting the {card}")
            }
            (Mode::DeemedCompliant, _) => {
                write!(f, "This label counts under the arrangement as meeting the {card}")
            }
            (Mode::FulfilsLevel, _) => write!(f, "{} treats this label as fulfilling {card}", to.owner),
            (Mode::SimplifiedApplication, _) => {
                write!(f, "This label only shortens the application for {card}; it does not count as one")
            }
        }?;
        write!(f, " (arrangement {}, {}", arrangement.id, row.effect)?;
        f.write_str(if row.certainty == Certainty::Confirmed { ")" } else { "; reported, not confirmed)" })
    }
}

impl Display for Effect {
    /// For a row that counts, such as `in effect since 2025-01-01`.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.basis {
            Basis::Law => write!(f, "in force by law since {}", self.start),
            Basis::Memorandum => write!(f, "in effect since {}", self.start),
            Basis::Signature => {
                write!(f, "counted from its signature on {}, no effective date being known", self.start)
            }
            Basis::Inferred => write!(f, "in effect since {}, a date inferred", self.start),
            Basis::Unknown => f.write_str("in effect since a date not known"),
        }?;
        self.until.map_or(Ok(()), |until| write!(f, ", until {until}"))
    }
}

impl Display for Start {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Day(date) => date.fmt(f),
            Self::Month(month) => month.fmt(f),
            Self::Unknown => f.write_str("a date not known"),
        }
    }
}

impl Display for Caveat {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::SourceSchemeEnded { until } => write!(
                f,
                "the label's scheme stopped awarding on {until}; what becomes of its live labels is not known"
            ),
            Self::Reported => {
                f.write_str("known from secondary texts only, not confirmed by an official one")
            }
            Self::StartFromSignature => {
                f.write_str("no effective date was found; the date of signature is taken")
            }
            Self::StartInferred => f.write_str("the beginning is inferred, not read in a text"),
        }
    }
}

impl Display for WhyNot<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::UnknownScheme { scheme } => write!(f, "the register has no scheme {scheme}"),
            Self::UnknownLevel { scheme, level } => write!(f, "{} has no level {level}", scheme.short),
            Self::UnknownMarket { market } => write!(f, "the register has no market {market}"),
            Self::NoArrangement { from, to } => write!(f, "no arrangement leads from {} to {to}", from.short),
            Self::AwardedAfterSchemeEnded { scheme, awarded, until } => {
                awarded_too_late(scheme, *awarded, *until, f)
            }
            Self::Row { cited, cause } => row_does_not_apply(*cited, cause, f),
        }
    }
}

fn awarded_too_late(scheme: &Scheme, awarded: Date, until: Date, f: &mut Formatter<'_>) -> Result {
    write!(f, "the label was awarded on {awarded}, after {} stopped awarding on {until}", scheme.short)
}

fn row_does_not_apply(cited: Citation<'_>, cause: &Cause<'_>, f: &mut Formatter<'_>) -> Result {
    let Citation { arrangement, from, to, .. } = cited;
    let id = &arrangement.id;
    match cause {
        Cause::NotYetInEffect { start: Start::Day(date), .. } => {
            write!(f, "arrangement {id} counts in this way only from {date}")
        }
        Cause::NotYetInEffect { start: Start::Month(month), .. } => {
            write!(f, "arrangement {id} counts in this way from {month} at the earliest")
        }
        Cause::NotYetInEffect { start: Start::Unknown, not_before } => {
            write!(f, "arrangement {id} was signed only on {not_before}")
        }
        Cause::NoLongerInEffect { until } => {
            write!(f, "arrangement {id} counted in this way only until {until}")
        }
        Cause::AwardedAfterSchemeEnded { awarded, until } => awarded_too_late(from, *awarded, *until, f),
        Cause::LevelMappingUnpublished => {
            write!(f, "arrangement {id} exists, but which level counts as which is not published")
        }
        Cause::EffectiveDateUnknown { start: Start::Month(month) } => {
            write!(f, "arrangement {id} begins in {month}, on a day not known")
        }
        Cause::EffectiveDateUnknown { .. } => write!(f, "arrangement {id} begins on a date not known"),
        Cause::SpecificationNotCovered { found, covered } => {
            write!(f, "arrangement {id} covers {} specification {}", from.short, list(covered))?;
            write!(f, ", and the label was awarded under {found}")
        }
        Cause::LevelTooLow { found, least } => {
            let (found, least) = (from.card(*found), from.card(*least));
            write!(f, "arrangement {id} begins at {least}, and the label has {found}")
        }
        Cause::LevelNotCovered { found } => {
            write!(f, "arrangement {id} does not name {}", from.card(*found))
        }
        Cause::LevelNotKnownCovered { found } => {
            write!(f, "arrangement {id} does not say, in the text read, whether {} counts", from.card(*found))
        }
        Cause::CategoryOutside { category } => {
            write!(f, "arrangement {id} leaves out the category {category}")
        }
        Cause::CategoryUnknown => {
            write!(f, "arrangement {id} depends on the product category, and the label names none")
        }
        Cause::CategoryNotKnownInside { category } => {
            write!(f, "arrangement {id} does not say whether it covers the category {category}")
        }
        Cause::TargetSchemeEnded { until } => {
            write!(f, "arrangement {id} leads to {}, which stopped awarding on {until}", to.short)
        }
    }
}

impl Effect {
    /// From when until when, whatever the day on which it is read.
    fn span(self) -> String {
        let start = self.start;
        let from = match self.basis {
            Basis::Law => format!("by law from {start}"),
            Basis::Memorandum | Basis::Unknown => format!("from {start}"),
            Basis::Signature => format!("from its signature on {start}, no effective date being known"),
            Basis::Inferred => format!("from {start}, a date inferred"),
        };
        self.until.map_or(from.clone(), |until| format!("{from}, until {until}"))
    }
}

impl Register {
    /// What a row says, in one line: from, to, mode, effect, scope, conditions, certainty, source.
    #[must_use]
    pub fn row_in_words(&self, row: &Row) -> String {
        let (Some(from), Some(to)) = (self.scheme(&row.from), self.scheme(&row.to)) else {
            return row.id.to_string();
        };
        let what = match &row.mapping {
            Some(mapping) => format!(
                "{} -> {} ({})",
                levels(from, &mapping.levels),
                to.card(mapping.level),
                mapping.mode.code()
            ),
            None => format!("{} -> {} (level mapping not published)", from.short, to.short),
        };
        let specifications = row
            .specifications
            .as_ref()
            .map_or(String::new(), |versions| format!("; specification {} only", list(versions)));
        let conditions =
            row.conditions.iter().fold(String::new(), |all, one| format!("{all}; condition: {one}"));
        let clause = row.clause.as_ref().map_or(String::new(), |clause| format!(", {clause}"));
        format!(
            "{what}; {}{specifications}; {}{conditions}; {} [{}{clause}]",
            row.effect.span(),
            row.scope.text,
            row.certainty,
            row.source
        )
    }
}

fn list<T: Display>(items: &[T]) -> String {
    items.iter().map(T::to_string).collect::<Vec<_>>().join(", ")
}

impl Display for Certainty {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.pad(match self {
            Self::Confirmed => "confirmed",
            Self::Reported => "reported",
            Self::Unknown => "unknown",
        })
    }
}

/// A set of levels of a scheme, such as `CIC Basic or above`.
pub(crate) fn levels(scheme: &Scheme, levels: &crate::Levels) -> String {
    match levels {
        crate::Levels::AtLeast(least) if scheme.levels.len() == 1 => scheme.card(*least),
        crate::Levels::AtLeast(least) if least.number() == 1 => format!("{} at any level", scheme.short),
        crate::Levels::AtLeast(least) => format!("{} or above", scheme.card(*least)),
        crate::Levels::Only(levels) => {
            let mut cards = levels.iter().map(|level| scheme.card(*level));
            let first = cards.next().unwrap_or_default();
            let prefix = format!("{} ", scheme.short);
            cards.fold(first, |all, card| format!("{all} or {}", card.strip_prefix(&prefix).unwrap_or(&card)))
        }
    }
}

#[cfg(test)]
mod tests {
    use verilabel_label::Level;

    use crate::{Levels, Register};

    #[test]
    fn sets_of_levels_read_as_people_say_them() {
        let said = |scheme: &str, levels| {
            let scheme = Register::published().unwrap().scheme(&scheme.parse().unwrap()).unwrap();
            super::levels(scheme, &levels)
        };
        let level = |number| Level::new(number).unwrap();
        assert_eq!(said("kr.cic", Levels::AtLeast(level(2))), "CIC Basic or above");
        assert_eq!(said("kr.cic", Levels::AtLeast(level(1))), "CIC at any level");
        assert_eq!(said("de.it-sik", Levels::AtLeast(level(1))), "IT-SiK");
        assert_eq!(said("kr.cic", Levels::Only(vec![level(2), level(3)])), "CIC Basic or Standard");
        assert_eq!(said("jp.jc-star", Levels::Only(vec![level(1)])), "JC-STAR ★1");
    }
}
