//! From files to luminance. The format is told by the content, never by a name.
//!
//! A file is refused on its header, before anything of its size is allocated. EXIF orientation is
//! not looked at: a QR code is found in any.

mod jpeg;
mod png;
mod webp;

use super::error::{Limit, PictureError};
use super::picture::{MIN_SIDE, Picture};

/// What is decoded at most. A picture within the default limits takes less than a second to decode
/// and less than 300 MiB, whatever is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of the file.
    pub file_bytes: usize,
    /// Pixels of the longer side.
    pub side: u32,
    /// Pixels.
    pub pixels: u64,
    /// Bytes that the decoder produces on the way: samples in their own depth, coefficients.
    pub decoded_bytes: u64,
}

impl Default for Limits {
    /// Enough for the 50-megapixel JPEG of a telephone and a 24-bit scan of 44 megapixels.
    fn default() -> Self {
        Self { file_bytes: 64 << 20, side: 32_768, pixels: 52_000_000, decoded_bytes: 128 << 20 }
    }
}

impl Limits {
    /// Checks what a header announces: the sides, and the bytes that a pixel goes through.
    fn check(&self, width: u32, height: u32, bytes_per_pixel: u64) -> Result<(), PictureError> {
        let pixels = u64::from(width) * u64::from(height);
        let limit = if width.max(height) > self.side {
            Limit::Side(self.side)
        } else if pixels > self.pixels {
            Limit::Pixels(self.pixels)
        } else if pixels * bytes_per_pixel > self.decoded_bytes {
            Limit::Bytes(self.decoded_bytes)
        } else if width.min(height) < MIN_SIDE {
            return Err(PictureError::TooSmall { width, height });
        } else {
            return Ok(());
        };
        Err(PictureError::TooLarge { width, height, limit })
    }
}

impl Picture {
    /// Decodes a PNG, JPEG or WebP file to luminance. What is transparent becomes white.
    ///
    /// A JPEG file that is cut short yields what there is of it.
    pub fn decode(file: &[u8], limits: &Limits) -> Result<Self, PictureError> {
        if file.is_empty() {
            return Err(PictureError::EmptyFile);
        }
        if file.len() > limits.file_bytes {
            return Err(PictureError::FileTooLarge { bytes: file.len(), limit: limits.file_bytes });
        }
        match file {
            [0x89, b'P', b'N', b'G', ..] => png::decode(file, limits),
            [0xff, 0xd8, 0xff, ..] => jpeg::decode(file, limits),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => webp::decode(file, limits),
            _ => Err(other(file)),
        }
    }
}

/// Names the formats that people have and that are not read.
fn other(file: &[u8]) -> PictureError {
    let form = match file {
        [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', ..] => "AVIF",
        [_, _, _, _, b'f', b't', b'y', b'p', b'h' | b'm', ..] => "HEIC",
        [b'G', b'I', b'F', b'8', ..] => "GIF",
        [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => "BMP",
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => "TIFF",
        [b'%', b'P', b'D', b'F', ..] => "PDF",
        _ => return PictureError::NotAPicture,
    };
    PictureError::FormatUnsupported { form }
}

/// The decoders' words, on one line.
fn damaged(format: &'static str, detail: &dyn ToString) -> PictureError {
    let detail = detail.to_string();
    let words: Vec<&str> =
        detail.split(|c: char| c.is_control() || c == ' ').filter(|w| !w.is_empty()).collect();
    PictureError::Damaged { format, detail: words.join(" ") }
}

fn size(side: u32) -> usize {
    usize::try_from(side).unwrap_or(usize::MAX)
}
