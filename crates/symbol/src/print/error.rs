//! What is wrong with a symbol or a label, and what to do.

use super::{ErrorCorrection, Remedy};
use crate::draw::{DrawError, Mm};

/// Why a symbol or a label cannot, or should not, be printed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SymbolError {
    /// No text.
    #[error("there is no text to encode")]
    Empty,
    /// A character beyond ASCII, which no label link has.
    #[error("character {character:?} at byte {at} is not ASCII: percent-encode it")]
    NotAscii {
        /// Byte offset of the character.
        at: usize,
        /// The character.
        character: char,
    },
    /// More than the largest symbol holds.
    #[error(
        "the text takes {bits} bits, the largest symbol holds {available} at error correction {error_correction}: shorten it"
    )]
    TooLong {
        /// Bits of the text, at least.
        bits: usize,
        /// Bits of version 40.
        available: usize,
        /// The level asked for.
        error_correction: ErrorCorrection,
    },
    /// A symbol that is larger than there is room for.
    #[error("the symbol (version {version}) takes {needed} with its quiet zone, {allowed} are allowed ({}): {remedy}", room(*.largest_version))]
    TooDense {
        /// Its version.
        version: u8,
        /// Side with quiet zone.
        needed: Mm,
        /// The greatest side allowed.
        allowed: Mm,
        /// The largest version that the room is enough for, if any.
        largest_version: Option<u8>,
        /// Bits too many for that version.
        excess_bits: usize,
        /// What to shorten and by how much.
        remedy: Remedy,
    },
    /// Modules too small for retail scanners and phones.
    #[error("the X-dimension of {x} is below {least}: print larger, as far as the room allows")]
    XDimensionTooSmall {
        /// What was given.
        x: Mm,
        /// GS1's least X-dimension at retail.
        least: Mm,
    },
    /// Modules too large for scanners at a till.
    #[error("the X-dimension of {x} is above {most}, which scanners at a till may not frame: print smaller")]
    XDimensionTooLarge {
        /// What was given.
        x: Mm,
        /// GS1's greatest X-dimension at retail.
        most: Mm,
    },
    /// Modules that are no whole number of printer dots, so that some come out wider than others.
    #[error(
        "the X-dimension of {x} is no whole number of dots at {dpi} dpi: use {nearest}, which is {dots} dots"
    )]
    XDimensionOffGrid {
        /// What was given.
        x: Mm,
        /// Dots per inch.
        dpi: u16,
        /// The nearest X-dimension that is, and is not below the least.
        nearest: Mm,
        /// Its dots.
        dots: u16,
    },
    /// Too little light space around the symbol.
    #[error("the quiet zone of {modules} modules is below {least}: leave the symbol more light space")]
    QuietZoneTooSmall {
        /// What was given.
        modules: u8,
        /// What ISO/IEC 18004 §9.1 asks for.
        least: u8,
    },
    /// Text that is too wide even at the least size.
    #[error(
        "{text:?} takes {needed} at the least legible size, {available} are there: shorten it or widen the label"
    )]
    TextDoesNotFit {
        /// The part that cannot be broken.
        text: String,
        /// Its width at the least size.
        needed: Mm,
        /// The width there is.
        available: Mm,
    },
    /// A level beyond the highest of its scheme.
    #[error("level {reached} is beyond the highest level, {of}")]
    LevelBeyondScheme {
        /// The level.
        reached: u8,
        /// The highest.
        of: u8,
    },
    /// Labels that are larger than a sheet's printable area.
    #[error(
        "a label of {width} by {height} does not fit the page, which has room for {room_width} by {room_height}"
    )]
    LabelTooLarge {
        /// Its width.
        width: Mm,
        /// Its height, with its caption.
        height: Mm,
        /// Width of the page within its margins.
        room_width: Mm,
        /// Height of the page within its margins.
        room_height: Mm,
    },
    /// A label that is larger than those that the rows and columns of a sheet were made for.
    #[error(
        "a label of {width} by {height} is larger than the labels before it, {grid_width} by {grid_height}: give all labels of a sheet one size"
    )]
    LabelsDiffer {
        /// Its width.
        width: Mm,
        /// Its height.
        height: Mm,
        /// The width of the others.
        grid_width: Mm,
        /// The height of the others.
        grid_height: Mm,
    },
    /// Something cannot be drawn.
    #[error(transparent)]
    Draw(#[from] DrawError),
}

impl SymbolError {
    /// Widths are told to a hundredth of a millimetre, on the safe side.
    pub(crate) fn text_does_not_fit(text: &str, needed: f64, available: f64) -> Self {
        Self::TextDoesNotFit {
            text: text.to_owned(),
            needed: Mm::of((needed * 100.0).ceil() / 100.0),
            available: Mm::of((available * 100.0).floor() / 100.0),
        }
    }

    /// A stable code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "symbol-empty",
            Self::NotAscii { .. } => "symbol-not-ascii",
            Self::TooLong { .. } => "symbol-too-long",
            Self::TooDense { .. } => "symbol-too-dense",
            Self::XDimensionTooSmall { .. } => "x-dimension-too-small",
            Self::XDimensionTooLarge { .. } => "x-dimension-too-large",
            Self::XDimensionOffGrid { .. } => "x-dimension-off-grid",
            Self::QuietZoneTooSmall { .. } => "quiet-zone-too-small",
            Self::TextDoesNotFit { .. } => "text-does-not-fit",
            Self::LevelBeyondScheme { .. } => "level-beyond-scheme",
            Self::LabelTooLarge { .. } => "label-too-large",
            Self::LabelsDiffer { .. } => "labels-differ-in-size",
            Self::Draw(error) => error.code(),
        }
    }
}

fn room(largest_version: Option<u8>) -> String {
    largest_version.map_or_else(|| "room for no symbol".to_owned(), |v| format!("room for version {v}"))
}
