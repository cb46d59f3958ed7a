//! The reader of QR codes for browsers that have none. JavaScript hands over pixels, from a camera or a picture
//! that the browser decoded, and gets texts and places.
//!
//! [`read`] is that in Rust; `binding` gives it to JavaScript (on wasm32 alone) and only converts.
//!
//! **Invariant:** what a code says is not judged here, and nothing is opened. No pictures are decoded: browsers do
//! that.

#[cfg(target_arch = "wasm32")]
mod binding;

use serde::Serialize;
use verilabel_symbol::read::{Effort, Limit, Picture, PictureError, any, codes};

/// Most pixels of a picture: 160 MB of colours.
const MAX_PIXELS: usize = 40_000_000;

/// A code in a picture.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Found {
    /// What it says.
    pub text: String,
    /// Its outer corners in pixels, as printed: top left, top right, bottom right, bottom left.
    pub corners: [[f32; 2]; 4],
}

/// Reads the codes of a picture: red, green, blue and alpha of each pixel, row by row.
///
/// With `time_is_up`, it is the frame of a camera, and the search ends at the first look that finds a code, or when
/// time is up. Without, every look is taken, those for bad pictures only until something was found that may be a label.
///
/// # Errors
/// [`PictureError`]: pixels of another number than `width` times `height`, too few or too many of them.
pub fn read(
    rgba: &[u8],
    width: usize,
    height: usize,
    time_is_up: Option<&dyn Fn() -> bool>,
) -> Result<Vec<Found>, PictureError> {
    if width.saturating_mul(height) > MAX_PIXELS {
        let [width, height] = [width, height].map(|side| u32::try_from(side).unwrap_or(u32::MAX));
        let limit = Limit::Pixels(u64::try_from(MAX_PIXELS).unwrap_or(u64::MAX));
        return Err(PictureError::TooLarge { width, height, limit });
    }
    let picture = Picture::from_rgba(width, height, rgba)?;
    let reading = match time_is_up {
        Some(time_is_up) => codes(&picture, Effort::First, &any, time_is_up),
        None => codes(&picture, Effort::Every, &may_be_a_label, &|| false),
    };
    Ok(reading.codes.into_iter().map(|code| Found { text: code.text, corners: code.corners }).collect())
}

/// Whether a text may be a label: a web address with a fragment that begins with a digit, or a credential. A box carries
/// other codes, and a sharp one must not hide a blurred label. The verifier decides.
fn may_be_a_label(text: &str) -> bool {
    let text = text.trim_ascii();
    let scheme = text.split_once("://").map_or("", |(scheme, _)| scheme);
    let is_http = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    let seal = text.split_once('#').is_some_and(|(_, seal)| seal.starts_with(|c: char| c.is_ascii_digit()));
    (is_http && seal) || text.starts_with("eyJ")
}

#[cfg(test)]
mod tests {
    use super::may_be_a_label;

    #[test]
    fn labels_are_sought_and_other_codes_are_not() {
        for label in ["https://a.example/01/09520000000011#12", "HTTP://A.EXAMPLE#3", " eyJ.e30.e30"] {
            assert!(may_be_a_label(label), "{label}");
        }
        for other in ["", "WIFI:S:home;P:#12;;", "https://a.example/#specs", "https://a.example/"] {
            assert!(!may_be_a_label(other), "{other}");
        }
    }
}
