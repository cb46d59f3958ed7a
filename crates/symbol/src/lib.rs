//! QR codes of labels: print-ready symbols, and reading them from photographs.
//!
//! Printing (feature `print`) follows ISO/IEC 18004 (QR Code Model 2) and the dimensions that GS1
//! General Specifications §5.12 sets for a GS1 Digital Link URI at retail: encode a label link as a
//! [`Symbol`], check it against a [`PrintSpec`], lay it out beside its text as a [`PrintedLabel`], and
//! put labels on a [`Sheet`]. Everything is drawn with the display list of [`draw`], which becomes SVG,
//! PNG or PDF.
//!
//! **Invariant:** no clock, no randomness, no files and no installed fonts: the same input gives the same
//! bytes. What a symbol says is no business of this crate; links and seals are `verilabel-wire`'s.

#[cfg(feature = "print")]
pub mod draw;
#[cfg(feature = "print")]
mod print;
#[cfg(feature = "scan")]
pub mod read;

#[cfg(feature = "print")]
pub use print::{
    Characters, ErrorCorrection, LabelLayout, LabelText, LevelText, Mark, Part, Parts, Placement, PrintSpec,
    PrintedLabel, Remedy, Sheet, SheetCell, SheetError, SheetGrid, Shorten, SizeReport, Symbol, SymbolError,
    Wording, contact_sheet,
};
