//! WebP, lossy and lossless.

use std::io::Cursor;

use image_webp::{DecodingError, WebPDecoder};

use super::{Limits, damaged, size};
use crate::read::error::PictureError;
use crate::read::luma::append_luma;
use crate::read::picture::Picture;

pub(super) fn decode(file: &[u8], limits: &Limits) -> Result<Picture, PictureError> {
    let wrong = |error: DecodingError| damaged("WebP", &error);
    // The decoder allocates by the size of the inner bitstream before it compares it with the
    // canvas, so every header in the file is checked here.
    for (kind, payload) in Chunks(file.get(12..).unwrap_or_default()) {
        let Some((width, height)) = sides(kind, payload) else { continue };
        limits.check(width, height, 4)?;
    }
    let mut decoder = WebPDecoder::new(Cursor::new(file)).map_err(wrong)?;
    if decoder.is_animated() {
        return Err(PictureError::FormatUnsupported { form: "an animation" });
    }
    let (width, height) = decoder.dimensions();
    limits.check(width, height, 4)?;
    let channels = if decoder.has_alpha() { 4 } else { 3 };
    let mut samples = vec![0; size(width) * size(height) * channels];
    decoder.read_image(&mut samples).map_err(wrong)?;
    let mut luma = Vec::with_capacity(size(width) * size(height));
    append_luma(&mut luma, &samples, channels);
    Picture::from_luma(size(width), size(height), luma)
}

/// The sides that the header of a bitstream announces (RFC 9649 §2.5, §2.6).
fn sides(kind: [u8; 4], payload: &[u8]) -> Option<(u32, u32)> {
    match (&kind, payload) {
        (b"VP8 ", &[_, _, _, _, _, _, w1, w2, h1, h2, ..]) => {
            let side = |bytes| u32::from(u16::from_le_bytes(bytes) & 0x3fff);
            Some((side([w1, w2]), side([h1, h2])))
        }
        (b"VP8L", &[_, a, b, c, d, ..]) => {
            let bits = u32::from_le_bytes([a, b, c, d]);
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        _ => None,
    }
}

/// The chunks of a RIFF file (RFC 9649 §2.3): a name, a length, a payload padded to even length.
struct Chunks<'a>(&'a [u8]);

impl<'a> Iterator for Chunks<'a> {
    type Item = ([u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, rest) = self.0.split_first_chunk::<4>()?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let length = size(u32::from_le_bytes(*length));
        let payload = &rest[..length.min(rest.len())];
        self.0 = rest.get(length.saturating_add(length % 2)..).unwrap_or_default();
        Some((*kind, payload))
    }
}
