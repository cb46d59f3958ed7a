//! What was asked for, and whether the label meets it.

use verilabel_label::{CategoryId, FieldError, Level, Market, SchemeId};
use verilabel_recognition::Recognition;

use crate::Standing;

/// What somebody wants to know beyond authenticity and standing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Question {
    /// In which market the label is to count.
    pub market: Option<Market>,
    /// Which level it is to have, of its own scheme or by an arrangement.
    pub minimum_level: Option<MinimumLevel>,
    /// The product category, for labels that do not say.
    pub category: Option<CategoryId>,
}

/// A level of a scheme, or higher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MinimumLevel {
    /// The scheme.
    pub scheme: SchemeId,
    /// The lowest level that will do.
    pub level: Level,
}

impl std::str::FromStr for MinimumLevel {
    type Err = FieldError;

    /// Reads `SCHEME:LEVEL`, such as `sg.cls-iot:3`.
    fn from_str(text: &str) -> Result<Self, FieldError> {
        let unreadable = || FieldError::Unreadable {
            field: verilabel_label::Field::Level,
            text: text.chars().take(64).collect(),
            expected: "SCHEME:LEVEL, such as sg.cls-iot:3",
        };
        let (scheme, level) = text.rsplit_once(':').ok_or_else(unreadable)?;
        let level = level.parse().map_err(|_| unreadable())?;
        Ok(Self { scheme: SchemeId::new(scheme)?, level: Level::new(level)? })
    }
}

impl std::fmt::Display for MinimumLevel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.scheme, self.level)
    }
}

/// Something asked for, and the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand<T> {
    /// What was asked for.
    pub asked: T,
    /// Whether the label meets it.
    pub met: Result<(), Unmet>,
}

/// Why a label does not meet what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmet {
    /// Nothing counts for anything that is not in force.
    NotInForce,
    /// Its level is lower, by itself or by the arrangement that counts.
    LevelTooLow {
        /// The level that it has or counts as.
        level: Level,
    },
    /// It only shortens the application for a label of the other scheme.
    SimplifiedApplicationOnly,
    /// It is not recognised; the code of the reason that comes nearest to applying.
    NotRecognised {
        /// A code of [`verilabel_recognition::WhyNot`].
        code: &'static str,
        /// Whether that is something that the register does not know, rather than a "no".
        unknown: bool,
    },
}

impl Unmet {
    /// The stable code of this reason.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotInForce => "not-in-force",
            Self::LevelTooLow { .. } => "level-too-low",
            Self::SimplifiedApplicationOnly => "simplified-application-only",
            Self::NotRecognised { code, .. } => code,
        }
    }

    /// Whether this is something that is not known, rather than a "no".
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::NotRecognised { unknown: true, .. })
    }
}

pub(crate) fn level_demand(
    asked: &MinimumLevel,
    recognition: &Recognition<'_>,
    standing: &Standing,
) -> Demand<MinimumLevel> {
    let met = match (standing.is_in_force(), recognition.counts_as(&asked.scheme)) {
        (false, _) => Err(Unmet::NotInForce),
        (true, Some(level)) if level >= asked.level => Ok(()),
        (true, Some(level)) => Err(Unmet::LevelTooLow { level }),
        (true, None) => Err(why(recognition)),
    };
    Demand { asked: asked.clone(), met }
}

pub(crate) fn market_demand(
    asked: Market,
    recognition: &Recognition<'_>,
    standing: &Standing,
) -> Demand<Market> {
    let met = match (standing.is_in_force(), recognition.counts()) {
        (false, _) => Err(Unmet::NotInForce),
        (true, true) => Ok(()),
        (true, false) => Err(why(recognition)),
    };
    Demand { asked, met }
}

fn why(recognition: &Recognition<'_>) -> Unmet {
    match recognition.nearest_reason() {
        Some(reason) => Unmet::NotRecognised { code: reason.code(), unknown: reason.is_unknown() },
        None => Unmet::SimplifiedApplicationOnly,
    }
}
