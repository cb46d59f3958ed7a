//! The symbol itself.

use std::fmt;

use qrcode::bits::Bits;
use qrcode::optimize::{Segment, total_encoded_len};
use qrcode::types::{Color, Mode, QrError, Version};
use qrcode::{EcLevel, QrCode};

use super::SymbolError;
use super::segments::segments;
use crate::draw::Modules;

/// How much damage a symbol survives (ISO/IEC 18004 §7.5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize)]
pub enum ErrorCorrection {
    /// About 7 % of the codewords.
    L,
    /// About 15 %: the usual level for packaging. Higher levels make symbols denser, which costs more
    /// readings than it saves.
    #[default]
    M,
    /// About 25 %.
    Q,
    /// About 30 %.
    H,
}

impl fmt::Display for ErrorCorrection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::L => "L",
            Self::M => "M",
            Self::Q => "Q",
            Self::H => "H",
        })
    }
}

impl From<ErrorCorrection> for EcLevel {
    fn from(level: ErrorCorrection) -> Self {
        match level {
            ErrorCorrection::L => Self::L,
            ErrorCorrection::M => Self::M,
            ErrorCorrection::Q => Self::Q,
            ErrorCorrection::H => Self::H,
        }
    }
}

/// How many characters are in which mode (ISO/IEC 18004 §7.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Characters {
    /// Decimal digits, at 3⅓ bits each.
    pub numeric: usize,
    /// Digits, capitals and some signs, at 5½ bits each.
    pub alphanumeric: usize,
    /// Any others, at 8 bits each.
    pub byte: usize,
}

/// A QR Code Model 2 symbol (ISO/IEC 18004), without its quiet zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    version: u8,
    error_correction: ErrorCorrection,
    modules: Modules,
    characters: Characters,
    bits_used: usize,
    bits_available: usize,
}

/// Versions up to each of these share the widths of their character counts (ISO/IEC 18004, table 3).
const CLASSES: [(u8, u8); 3] = [(1, 9), (10, 26), (27, 40)];

/// Most characters of any symbol: version 40, level L, digits only.
const MOST_CHARACTERS: usize = 7_089;

impl Symbol {
    /// Encodes ASCII text, such as a label link, in the smallest version and the shortest mix of modes.
    ///
    /// # Errors
    /// [`SymbolError::Empty`], [`SymbolError::NotAscii`] and [`SymbolError::TooLong`].
    pub fn encode(text: &str, error_correction: ErrorCorrection) -> Result<Self, SymbolError> {
        let plan = Plan::of(text, error_correction)?;
        plan.draw(text.as_bytes(), error_correction).map_err(|_| plan.too_long(error_correction))
    }

    /// The version that [`Self::encode`] takes for a text, many times faster.
    ///
    /// # Errors
    /// As [`Self::encode`].
    pub fn version_for(text: &str, error_correction: ErrorCorrection) -> Result<u8, SymbolError> {
        Ok(Plan::of(text, error_correction)?.version)
    }

    /// The version, 1 to 40, which gives the size.
    #[must_use]
    pub fn version(&self) -> u8 {
        self.version
    }

    /// The level of error correction.
    #[must_use]
    pub fn error_correction(&self) -> ErrorCorrection {
        self.error_correction
    }

    /// Modules along a side: 17 + 4 × version.
    #[must_use]
    pub fn size(&self) -> usize {
        self.modules.columns()
    }

    /// The modules.
    #[must_use]
    pub fn modules(&self) -> &Modules {
        &self.modules
    }

    /// How the text was encoded.
    #[must_use]
    pub fn characters(&self) -> Characters {
        self.characters
    }

    /// Data bits that the text takes, and data bits that the version has at its level.
    #[must_use]
    pub fn bits(&self) -> (usize, usize) {
        (self.bits_used, self.bits_available)
    }
}

/// Data bits of a version at a level; 0 for what is no version.
pub(crate) fn capacity(version: u8, level: ErrorCorrection) -> usize {
    Bits::new(Version::Normal(version.into())).max_len(level.into()).unwrap_or(0)
}

struct Plan {
    version: u8,
    segments: Vec<Segment>,
    bits: usize,
}

impl Plan {
    fn of(text: &str, level: ErrorCorrection) -> Result<Self, SymbolError> {
        if text.is_empty() {
            return Err(SymbolError::Empty);
        }
        if let Some((at, character)) = text.char_indices().find(|(_, c)| !c.is_ascii()) {
            return Err(SymbolError::NotAscii { at, character });
        }
        Self::smallest(text.as_bytes(), level)
    }

    fn smallest(text: &[u8], level: ErrorCorrection) -> Result<Self, SymbolError> {
        let mut plan = Self { version: 40, segments: Vec::new(), bits: text.len() * 10 / 3 };
        if text.len() > MOST_CHARACTERS {
            return Err(plan.too_long(level));
        }
        for (first, last) in CLASSES {
            let class = Version::Normal(last.into());
            plan.segments = segments(text, class);
            plan.bits = total_encoded_len(&plan.segments, class);
            if let Some(version) = (first..=last).find(|&version| plan.bits <= capacity(version, level)) {
                plan.version = version;
                return Ok(plan);
            }
        }
        Err(plan.too_long(level))
    }

    fn too_long(&self, level: ErrorCorrection) -> SymbolError {
        SymbolError::TooLong { bits: self.bits, available: capacity(40, level), error_correction: level }
    }

    fn draw(&self, text: &[u8], level: ErrorCorrection) -> Result<Symbol, QrError> {
        let mut bits = Bits::new(Version::Normal(self.version.into()));
        bits.push_segments(text, self.segments.iter().copied())?;
        bits.push_terminator(level.into())?;
        let code = QrCode::with_bits(bits, level.into())?;
        let columns = code.width();
        let dark: Vec<bool> = code.into_colors().into_iter().map(|color| color == Color::Dark).collect();
        let count = |mode| self.segments.iter().filter(|s| s.mode == mode).map(|s| s.end - s.begin).sum();
        Ok(Symbol {
            version: self.version,
            error_correction: level,
            modules: Modules::new(columns, &dark),
            characters: Characters {
                numeric: count(Mode::Numeric),
                alphanumeric: count(Mode::Alphanumeric),
                byte: count(Mode::Byte),
            },
            bits_used: self.bits,
            bits_available: capacity(self.version, level),
        })
    }
}
