//! Reading QR codes from photographs and scans.
//!
//! `Picture::decode` (feature `read`) turns a PNG, JPEG or WebP file into luminance, [`Picture::from_luma`] and
//! [`Picture::from_rgba`] take the frame of a camera, and [`codes`] finds the QR Code symbols (ISO/IEC 18004) in it: turned, tilted,
//! on bottles, blurred, badly lit, inverted, mirrored, small, several at once.
//!
//! How: the picture is looked at on a ladder of [`Rung`]s, first as a thumbnail, then finer, then in
//! the ways that help bad pictures. On each rung the lighting is taken out (`flat`), finder patterns
//! are located (`finder`), three are joined if timing patterns run between them (`triple`), a grid is
//! laid through them and bent until its lines lie on the edges of modules (`grid`), and the modules
//! are sampled, with blur undone by what the function patterns teach (`modules`). Error correction and
//! segments are rxing's (`code`).
//!
//! Why finding is our own and decoding is not: a decoder is handed at most 177 by 177 bits, whereas a
//! detector meets the whole picture. The detectors that there are may panic or take time without bound
//! on pictures made for it, and work on bits that a threshold has left, where blurred, bent and faint
//! symbols are lost. The bench `reading` counts what this one reads.
//!
//! **Invariant:** every step is bounded whatever the picture: decoding by `Limits`, checked on the
//! header; passes over pixels by the ladder, which has about a dozen rungs; what is done about that
//! which looks like a symbol by [`Work::MOST`]. Nothing reads a clock: who has less time says so through
//! `time_is_up`.

mod code;
mod error;
mod finder;
mod flat;
#[cfg(feature = "read")]
mod format;
mod grid;
mod luma;
mod modules;
mod number;
mod perspective;
mod picture;
mod search;
mod solve;
mod triple;
mod vector;

pub use code::Code;
pub use error::{Limit, PictureError};
#[cfg(feature = "read")]
pub use format::Limits;
pub use picture::Picture;
pub use search::{Effort, End, Filter, Reading, Rung, Work, any, codes};
