//! Schemes, and the small tables around them: sources, markets, categories.

use serde::{Deserialize, Deserializer, Serialize};
use verilabel_label::{CategoryId, Date, Level, Market, SchemeId, SpecificationVersion};

use crate::{SourceId, Text};

/// For fields that may be `null` but never absent: what is unknown is said, not left out.
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    T::deserialize(from)
}

/// How sure a statement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// Read in an official text.
    Confirmed,
    /// Read in a secondary text only.
    Reported,
    /// Looked for and not found.
    Unknown,
}

/// A text that a statement rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Its identifier within the register.
    pub id: SourceId,
    /// Its title, or what it is.
    pub title: Text,
    /// Who published it.
    pub publisher: Text,
    /// Its date, where it has one.
    #[serde(deserialize_with = "present")]
    pub dated: Option<Date>,
    /// Whether it is the scheme owner's or the legislator's own word.
    pub standing: SourceStanding,
    /// Where it was read.
    #[serde(deserialize_with = "present")]
    pub url: Option<Text>,
}

/// Whose word a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceStanding {
    /// The scheme owner's, the government's or the legislator's.
    Official,
    /// Anybody else's.
    Secondary,
}

/// A market, with its English name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarketEntry {
    /// ISO 3166-1 alpha-2.
    pub code: Market,
    /// English name.
    pub name: Text,
}

/// A product category, with its English name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Its identifier, as labels carry it.
    pub id: CategoryId,
    /// English name, in the plural.
    pub name: Text,
}

/// A labelling scheme or a regulation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scheme {
    /// Its identifier, as labels carry it.
    pub id: SchemeId,
    /// Full name.
    pub name: Text,
    /// Short name for cards and sentences, such as `CLS(IoT)`.
    pub short: Text,
    /// The body that answers for it.
    pub owner: Text,
    /// The market that it belongs to; an industry mark belongs to none.
    #[serde(deserialize_with = "present")]
    pub market: Option<Market>,
    /// Label or regulation.
    pub kind: Kind,
    /// Its levels in ascending order, numbered from 1.
    pub levels: Vec<Rung>,
    /// The specification versions known; empty where none is.
    pub specifications: Vec<SpecificationVersion>,
    /// The period in which it awards.
    pub issuing: Issuing,
    /// How long a label lasts.
    pub validity: ValidityRule,
    /// The states of a label, as far as they are known.
    #[serde(deserialize_with = "present")]
    pub states: Option<Text>,
    /// Where the law asks for it.
    pub mandatory: Vec<Mandatory>,
    /// What else is known, or known to be unknown.
    pub facts: Vec<Fact>,
    /// How sure this entry is as a whole.
    pub certainty: Certainty,
    /// What it rests on.
    pub sources: Vec<SourceId>,
}

impl Scheme {
    /// One of its levels.
    #[must_use]
    pub fn rung(&self, level: Level) -> Option<&Rung> {
        self.levels.iter().find(|rung| rung.number == level)
    }

    /// The scheme and one of its levels as a card shows them, such as `CLS(IoT) Level 3` or `IT-SiK`.
    #[must_use]
    pub fn card(&self, level: Level) -> String {
        match self.rung(level) {
            Some(Rung { name: Some(name), .. }) => format!("{} {name}", self.short),
            Some(Rung { name: None, .. }) => self.short.to_string(),
            None => format!("{} level {level}", self.short),
        }
    }

    /// The last date of award, if the scheme had stopped awarding by `on`.
    #[must_use]
    pub fn ended_by(&self, on: Date) -> Option<Date> {
        self.issuing.until.filter(|until| on > *until)
    }
}

/// What a scheme is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A label awarded to products.
    Label,
    /// A law that products meet; its "label" is the manufacturer's statement of compliance.
    Regulation,
}

/// One level of a scheme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// Its number, from 1.
    pub number: Level,
    /// Its name, such as `Basic` or `★1`; the only tier of a scheme has none.
    #[serde(deserialize_with = "present")]
    pub name: Option<Text>,
    /// What it stands for.
    pub meaning: Text,
}

/// The first and the last date of award, where known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuing {
    /// The first date; `None` where it is not known.
    #[serde(deserialize_with = "present")]
    pub from: Option<Date>,
    /// The last date; `None` where the scheme awards still.
    #[serde(deserialize_with = "present")]
    pub until: Option<Date>,
}

/// How long a label lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValidityRule {
    /// Most calendar months; `None` where the scheme names no limit that we know of.
    #[serde(deserialize_with = "present")]
    pub max_months: Option<u16>,
    /// The rule in words.
    #[serde(deserialize_with = "present")]
    pub text: Option<Text>,
}

/// A legal duty to carry the label, or to meet the regulation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mandatory {
    /// The duty in words.
    pub text: Text,
    /// The categories it concerns; empty for all that the scheme covers.
    pub categories: Vec<CategoryId>,
    /// The least level.
    pub level: Level,
    /// Whether it is in force.
    pub state: Stage,
    /// How sure this is.
    pub certainty: Certainty,
    /// What it rests on.
    pub source: SourceId,
}

/// How far a duty has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// It binds.
    InForce,
    /// It is announced and does not bind.
    Announced,
}

/// Something known about a scheme, or known to be unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// The fact in words.
    pub text: Text,
    /// How sure it is.
    pub certainty: Certainty,
    /// What it rests on; a confirmed fact has a source.
    #[serde(deserialize_with = "present")]
    pub source: Option<SourceId>,
}
