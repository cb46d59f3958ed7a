//! What cannot be drawn.

use super::Mm;

/// Why something cannot be drawn or written.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DrawError {
    /// A length that is negative, no number, or beyond 5 metres.
    #[error("a length of {millimetres} mm does not lie between 0 and 5000 mm")]
    Length {
        /// What was given.
        millimetres: f64,
    },
    /// No font at hand has the character. Supply one with [`Fonts::with_fallback`](super::Fonts::with_fallback).
    #[error("no font has {character:?} (U+{:04X}) of {text:?}: supply a font that does", u32::from(*character))]
    GlyphMissing {
        /// The character.
        character: char,
        /// The text it stands in.
        text: String,
    },
    /// Writing from the right together with writing or figures from the left.
    #[error(
        "{text:?} mixes writing from the right with letters or figures from the left: give each by itself"
    )]
    MixedDirections {
        /// The text.
        text: String,
    },
    /// Bytes that are no usable font.
    #[error("the font cannot be used: it must be a static OpenType font with TrueType or CFF outlines")]
    FontUnreadable,
    /// A picture with more pixels than [`Resolution::MAX_PIXELS`](super::Resolution::MAX_PIXELS), or with none.
    #[error(
        "a drawing of {width} by {height} gives no picture between 1 and {max} pixels: choose another resolution"
    )]
    PictureSize {
        /// Width of the drawing.
        width: Mm,
        /// Height of the drawing.
        height: Mm,
        /// Most pixels allowed.
        max: u32,
    },
    /// The encoder of a file format refuses, which is a fault of this crate.
    #[error("the file cannot be written: {reason}")]
    Encoding {
        /// Its words.
        reason: String,
    },
}

impl DrawError {
    /// A stable code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Length { .. } => "length-out-of-range",
            Self::GlyphMissing { .. } => "glyph-missing",
            Self::MixedDirections { .. } => "text-mixed-directions",
            Self::FontUnreadable => "font-unreadable",
            Self::PictureSize { .. } => "picture-size",
            Self::Encoding { .. } => "encoding-failed",
        }
    }
}
