//! Printing labels.

mod artwork;
mod block;
mod density;
mod error;
mod label;
mod segments;
mod sheet;
mod spec;
mod symbol;
mod text;

#[cfg(test)]
mod tests;

pub use density::{Part, Parts, Remedy, Shorten};
pub use error::SymbolError;
pub use label::{LabelLayout, Placement, PrintedLabel};
pub use sheet::{Sheet, SheetCell, SheetError, SheetGrid, contact_sheet};
pub use spec::{PrintSpec, SizeReport};
pub use symbol::{Characters, ErrorCorrection, Symbol};
pub use text::{LabelText, LevelText, Mark, Wording};
