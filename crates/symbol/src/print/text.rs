//! What people read beside the code.

use verilabel_label::{Date, Gtin, LabelNumber, Level, Serial};

use super::SymbolError;

/// The text of a label. Colour never tells anything, and nothing is told by the code alone.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelText {
    /// Scheme and level.
    pub level: LevelText,
    /// The scheme owner's number of the label.
    pub number: LabelNumber,
    /// The last day of validity.
    pub valid_until: Date,
    /// The product.
    pub gtin: Gtin,
    /// The unit, for a label of one box.
    pub serial: Option<Serial>,
    /// What must not be overlooked, such as "SPECIMEN – not issued by any scheme owner".
    pub banner: Option<String>,
    /// The words between the facts.
    pub wording: Wording,
}

/// A level in words and in marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelText {
    words: String,
    reached: Level,
    highest: Level,
    mark: Mark,
}

/// What levels are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mark {
    /// Dots, full or hollow.
    #[default]
    Dot,
    /// Stars, full or hollow.
    Star,
}

/// The words of a label in one language. An empty one leaves the fact by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// Before the label number.
    pub number: String,
    /// Before the last day of validity.
    pub valid_until: String,
    /// Before the GTIN.
    pub gtin: String,
    /// Before the serial number.
    pub serial: String,
}

impl Default for Wording {
    fn default() -> Self {
        Self {
            number: "Label".to_owned(),
            valid_until: "valid until".to_owned(),
            gtin: "GTIN".to_owned(),
            serial: "Serial".to_owned(),
        }
    }
}

impl LevelText {
    /// A level of a scheme whose highest is `highest`, as in "CLS(IoT) Level 3", 3 of 4.
    ///
    /// # Errors
    /// [`SymbolError::LevelBeyondScheme`].
    pub fn new(
        words: impl Into<String>,
        reached: Level,
        highest: Level,
        mark: Mark,
    ) -> Result<Self, SymbolError> {
        if reached > highest {
            return Err(SymbolError::LevelBeyondScheme { reached: reached.into(), of: highest.into() });
        }
        Ok(Self { words: words.into(), reached, highest, mark })
    }

    /// Scheme and level in words.
    #[must_use]
    pub fn words(&self) -> &str {
        &self.words
    }

    /// Full marks, all marks and their shape; none for a scheme of one tier, where they tell nothing.
    pub(crate) fn marks(&self) -> Option<(u8, u8, Mark)> {
        let (reached, highest) = (self.reached.number(), self.highest.number());
        (highest > 1).then_some((reached, highest, self.mark))
    }
}

/// A line of a label and where it may be broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) breaks: Breaks,
}

/// Where a line may be broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Breaks {
    /// At blanks.
    Blanks,
    /// At blanks and after the signs that part a number.
    Signs,
}

impl LabelText {
    /// The lines below the level.
    pub(crate) fn lines(&self) -> Vec<Line> {
        let line = |word: &str, fact: &str, breaks| Line {
            text: if word.is_empty() { fact.to_owned() } else { format!("{word} {fact}") },
            breaks,
        };
        let words = &self.wording;
        let mut lines = vec![
            line(&words.number, self.number.as_str(), Breaks::Signs),
            line(&words.valid_until, &self.valid_until.to_string(), Breaks::Blanks),
            line(&words.gtin, self.gtin.as_str(), Breaks::Blanks),
        ];
        if let Some(serial) = &self.serial {
            lines.push(line(&words.serial, serial.as_str(), Breaks::Signs));
        }
        lines
    }

    /// All of it in one sentence, for those who do not see it.
    pub(crate) fn description(&self) -> String {
        let mut parts = Vec::new();
        parts.extend(self.banner.clone());
        parts.push(match self.level.marks() {
            Some((reached, highest, _)) => format!("{} ({reached} of {highest})", self.level.words),
            None => self.level.words.clone(),
        });
        parts.extend(self.lines().into_iter().map(|line| line.text));
        parts.join("; ")
    }
}
