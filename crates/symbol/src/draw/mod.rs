//! Drawing: one display list in millimetres, and SVG, PNG and PDF made from it.
//!
//! ```
//! use verilabel_symbol::draw::{Anchor, Color, Drawing, Fonts, Mm, Path, Point, Rect, Weight};
//!
//! let mut card = Drawing::new(Mm::new(60.0)?, Mm::new(30.0)?).titled("Card", "A rounded card");
//! card.fill(Path::rounded_rect(Rect::new(1.0, 1.0, 58.0, 28.0), 3.0), Color::hex(0x0B_5C_AD));
//! let run = Fonts::default().run("Lumora", Weight::Bold, 6.0)?;
//! card.text(run, Point::new(30.0, 17.0), Anchor::Middle, Color::WHITE);
//! assert!(card.to_svg().starts_with("<svg"));
//! # Ok::<(), verilabel_symbol::draw::DrawError>(())
//! ```

mod color;
mod drawing;
mod error;
mod font;
mod geometry;
mod modules;
mod number;
mod path;
mod pdf;
mod png;
mod raster;
mod svg;
mod text;

#[cfg(test)]
pub(crate) mod rendered;
#[cfg(test)]
mod tests;

pub use color::{Color, Stroke};
pub use drawing::{Drawing, Resolution};
pub use error::DrawError;
pub use font::{Fonts, Weight};
pub use geometry::{Mm, Point, Rect, Transform};
pub use modules::Modules;
pub use path::Path;
pub use pdf::{PdfDocument, PdfError};
pub use raster::Ink;
pub use text::{Anchor, TextRun};

pub(crate) use number::{count, whole};
pub(crate) use png::{Picture, pack};
