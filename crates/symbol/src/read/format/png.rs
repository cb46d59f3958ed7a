//! PNG, row by row: only luminance is ever held as a whole.

use std::io::Cursor;

use png::{ColorType, Decoder, InterlaceInfo, Transformations, expand_interlaced_row};

use super::{Limits, damaged, size};
use crate::read::error::PictureError;
use crate::read::luma::append_luma;
use crate::read::picture::Picture;

pub(super) fn decode(file: &[u8], limits: &Limits) -> Result<Picture, PictureError> {
    let wrong = |error: png::DecodingError| damaged("PNG", &error);
    let mut decoder = Decoder::new_with_limits(Cursor::new(file), png::Limits { bytes: 16 << 20 });
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(Transformations::normalize_to_color8());
    let header = decoder.read_header_info().map_err(wrong)?;
    let (width, height) = (header.width, header.height);
    let bits = u64::try_from(header.bits_per_pixel()).unwrap_or(u64::MAX);
    limits.check(width, height, bits.div_ceil(8))?;
    let mut reader = decoder.read_info().map_err(wrong)?;
    let channels = match reader.output_color_type().0 {
        ColorType::Grayscale => 1,
        ColorType::GrayscaleAlpha => 2,
        ColorType::Rgb | ColorType::Indexed => 3,
        ColorType::Rgba => 4,
    };
    let (width, height) = (size(width), size(height));
    let mut luma = Vec::with_capacity(width * height);
    let mut pass = Vec::new();
    while let Some(row) = reader.next_interlaced_row().map_err(wrong)? {
        match row.interlace() {
            InterlaceInfo::Null(_) => append_luma(&mut luma, row.data(), channels),
            InterlaceInfo::Adam7(place) => {
                luma.resize(width * height, 0);
                pass.clear();
                append_luma(&mut pass, row.data(), channels);
                expand_interlaced_row(&mut luma, width, &pass, place, 8);
            }
        }
    }
    Picture::from_luma(width, height, luma)
}
