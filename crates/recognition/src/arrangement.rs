//! Arrangements and their rows: one directed statement each.

use serde::{Deserialize, Serialize};
use verilabel_label::{CategoryId, Date, Level, SchemeId, SpecificationVersion};

use crate::scheme::present;
use crate::{ArrangementId, Certainty, CooperationId, Effect, RowId, SourceId, Text};

/// An agreement between scheme owners.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arrangement {
    /// Its identifier, such as `sg-kr-2024`.
    pub id: ArrangementId,
    /// Who agreed.
    pub parties: Vec<Text>,
    /// Its dates. What counts for a row is the row's own [`Effect`].
    pub dates: ArrangementDates,
    /// How sure it is that the arrangement exists as told.
    pub certainty: Certainty,
    /// What it rests on.
    pub sources: Vec<SourceId>,
    /// What a reader should know besides.
    #[serde(deserialize_with = "present")]
    pub note: Option<Text>,
    /// What it states.
    pub rows: Vec<Row>,
}

/// The dates of an arrangement, each `None` where it was not found or does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArrangementDates {
    /// Made public.
    #[serde(deserialize_with = "present")]
    pub announced: Option<Date>,
    /// Signed.
    #[serde(deserialize_with = "present")]
    pub signed: Option<Date>,
    /// In effect by its own terms.
    #[serde(deserialize_with = "present")]
    pub effective: Option<Date>,
    /// In force by a law that carries it out.
    #[serde(deserialize_with = "present")]
    pub in_law: Option<Date>,
    /// Extended.
    #[serde(deserialize_with = "present")]
    pub extended: Option<Date>,
    /// Its last day.
    #[serde(deserialize_with = "present")]
    pub ended: Option<Date>,
}

/// One directed statement: labels of one scheme count in a certain way as a level of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RowForm", into = "RowForm")]
pub struct Row {
    /// Its identifier, unique within the register.
    pub id: RowId,
    /// The scheme of the label.
    pub from: SchemeId,
    /// The specification versions that the text names; `None` where it names none.
    pub specifications: Option<Vec<SpecificationVersion>>,
    /// The scheme that it counts for.
    pub to: SchemeId,
    /// Which levels count as what, and how; `None` where that is not published.
    pub mapping: Option<Mapping>,
    /// From when until when.
    pub effect: Effect,
    /// Which products.
    pub scope: Scope,
    /// What else must hold. Nothing here decides: whoever reads the verdict has to know.
    pub conditions: Vec<Text>,
    /// What the row rests on.
    pub source: SourceId,
    /// Where in the source.
    pub clause: Option<Text>,
    /// How sure it is.
    pub certainty: Certainty,
    /// What a reader should know besides.
    pub note: Option<Text>,
}

/// Which levels count as what, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The levels of the label's scheme that count.
    pub levels: Levels,
    /// The levels of which the text read does not say whether they count.
    pub levels_unknown: Vec<Level>,
    /// What they count as.
    pub level: Level,
    /// How they count.
    pub mode: Mode,
}

/// A set of levels of one scheme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Levels {
    /// Exactly these.
    Only(Vec<Level>),
    /// This one and every higher one of the scheme.
    AtLeast(Level),
}

impl Levels {
    /// Whether the level belongs to the set.
    #[must_use]
    pub fn contain(&self, level: Level) -> bool {
        match self {
            Self::Only(levels) => levels.contains(&level),
            Self::AtLeast(least) => level >= *least,
        }
    }

    /// The lowest level of the set.
    #[must_use]
    pub fn lowest(&self) -> Option<Level> {
        match self {
            Self::Only(levels) => levels.iter().min().copied(),
            Self::AtLeast(least) => Some(*least),
        }
    }
}

/// How a label counts for the other scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// By law or memorandum it meets the other regime's requirements; nothing further to obtain.
    DeemedCompliant,
    /// The other scheme's owner treats it as fulfilling a level, without a new test. The other label
    /// may still be a separate issue.
    FulfilsLevel,
    /// It only shortens the application for a label of the other scheme.
    SimplifiedApplication,
}

impl Mode {
    /// Its stable name.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::DeemedCompliant => "deemed-compliant",
            Self::FulfilsLevel => "fulfils-level",
            Self::SimplifiedApplication => "simplified-application",
        }
    }

    /// Whether the label counts as it is, without an application.
    #[must_use]
    pub fn counts(self) -> bool {
        match self {
            Self::DeemedCompliant | Self::FulfilsLevel => true,
            Self::SimplifiedApplication => false,
        }
    }
}

/// Which products a row covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// In words.
    pub text: Text,
    /// The categories that the text names as covered; `None` where it covers whatever the scheme covers.
    #[serde(deserialize_with = "present")]
    pub inside: Option<Vec<CategoryId>>,
    /// The categories that the text leaves out.
    pub outside: Vec<CategoryId>,
}

/// What a scope says about a category.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeMatch<'c> {
    /// Covered.
    Inside,
    /// Left out by name.
    Outside(&'c CategoryId),
    /// Neither named nor left out.
    NotKnownInside(&'c CategoryId),
    /// The label names no category, and the scope depends on it.
    NoCategory,
}

impl Scope {
    /// What the scope says about a label's category.
    #[must_use]
    pub fn covers<'c>(&self, category: Option<&'c CategoryId>) -> ScopeMatch<'c> {
        match (category, &self.inside) {
            (Some(id), _) if self.outside.contains(id) => ScopeMatch::Outside(id),
            (Some(id), Some(inside)) if !inside.contains(id) => ScopeMatch::NotKnownInside(id),
            (Some(_), _) => ScopeMatch::Inside,
            (None, None) if self.outside.is_empty() => ScopeMatch::Inside,
            (None, _) => ScopeMatch::NoCategory,
        }
    }
}

/// A cooperation that carries information between the same bodies and recognises no label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cooperation {
    /// Its identifier.
    pub id: CooperationId,
    /// Its name.
    pub name: Text,
    /// Who takes part.
    pub parties: Vec<Text>,
    /// What it carries.
    pub carries: Text,
    /// How sure this is.
    pub certainty: Certainty,
    /// What it rests on.
    pub sources: Vec<SourceId>,
}

/// A row as it stands in JSON.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RowForm {
    id: RowId,
    from: FromForm,
    to: ToForm,
    #[serde(deserialize_with = "present")]
    mode: Option<Mode>,
    effect: Effect,
    scope: Scope,
    conditions: Vec<Text>,
    source: SourceId,
    #[serde(deserialize_with = "present")]
    clause: Option<Text>,
    certainty: Certainty,
    #[serde(deserialize_with = "present")]
    note: Option<Text>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FromForm {
    scheme: SchemeId,
    #[serde(deserialize_with = "present")]
    levels: Option<Levels>,
    levels_unknown: Vec<Level>,
    #[serde(deserialize_with = "present")]
    specifications: Option<Vec<SpecificationVersion>>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ToForm {
    scheme: SchemeId,
    #[serde(deserialize_with = "present")]
    level: Option<Level>,
}

impl TryFrom<RowForm> for Row {
    type Error = String;

    fn try_from(form: RowForm) -> Result<Self, String> {
        let mapping = match (form.from.levels, form.to.level, form.mode) {
            (Some(levels), Some(level), Some(mode)) => {
                Some(Mapping { levels, levels_unknown: form.from.levels_unknown, level, mode })
            }
            (None, None, None) if form.from.levels_unknown.is_empty() => None,
            _ => {
                return Err(format!(
                    "row {} publishes half a mapping: give from.levels, to.level and mode, or null for all three \
                     and no levels_unknown",
                    form.id
                ));
            }
        };
        Ok(Self {
            id: form.id,
            from: form.from.scheme,
            specifications: form.from.specifications,
            to: form.to.scheme,
            mapping,
            effect: form.effect,
            scope: form.scope,
            conditions: form.conditions,
            source: form.source,
            clause: form.clause,
            certainty: form.certainty,
            note: form.note,
        })
    }
}

impl From<Row> for RowForm {
    fn from(row: Row) -> Self {
        let (levels, levels_unknown, level, mode) = match row.mapping {
            Some(m) => (Some(m.levels), m.levels_unknown, Some(m.level), Some(m.mode)),
            None => (None, Vec::new(), None, None),
        };
        Self {
            id: row.id,
            from: FromForm { scheme: row.from, levels, levels_unknown, specifications: row.specifications },
            to: ToForm { scheme: row.to, level },
            mode,
            effect: row.effect,
            scope: row.scope,
            conditions: row.conditions,
            source: row.source,
            clause: row.clause,
            certainty: row.certainty,
            note: row.note,
        }
    }
}
