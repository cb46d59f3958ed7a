//! The vocabulary of cybersecurity labels: scheme, level, product, GTIN, label claims, time.
//!
//! Every value that this crate hands out is well-formed: a type is made from outside text by one
//! constructor, which refuses with a [`FieldError`] that says what is wrong and where.
//!
//! **Invariant:** no I/O, no clock, no randomness, no async, no cryptography. Bytes of seals and
//! links are the business of `verilabel-wire`; what a label counts for, of `verilabel-recognition`.

mod claims;
mod did;
mod error;
mod excerpt;
mod gtin;
mod level;
mod names;
mod path;
mod status;
mod text;
mod time;

pub use claims::{LabelClaims, Validity};
pub use did::DidWeb;
pub use error::{Field, FieldError};
pub use excerpt::{excerpt, printable};
pub use gtin::Gtin;
pub use level::Level;
pub use names::{ModelNumber, Name, Names};
pub use path::{Gs1Path, Lot, Serial, ThirdPartySerial, Variant};
pub use status::{Status, StatusRef};
pub use text::{CategoryId, IssuerId, LabelNumber, Market, SchemeId, SpecificationVersion};
pub use time::{Date, Timestamp};
