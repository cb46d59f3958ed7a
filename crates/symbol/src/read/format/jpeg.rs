//! JPEG. Of the usual colour space only the luminance is reconstructed.

use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;

use super::{Limits, damaged, size};
use crate::read::error::PictureError;
use crate::read::luma::append_luma;
use crate::read::picture::Picture;

/// Scans of a file. Encoders write a dozen; each passes over the whole picture,
/// and may do so for a few bytes.
const SCANS: usize = 24;

pub(super) fn decode(file: &[u8], limits: &Limits) -> Result<Picture, PictureError> {
    let wrong = |error: DecodeErrors| damaged("JPEG", &error);
    let structure = Structure::of(file);
    if structure.scans > SCANS {
        return Err(damaged("JPEG", &format_args!("more than {SCANS} scans")));
    }
    let side = size(limits.side);
    let options = DecoderOptions::default().set_strict_mode(false).set_max_width(side).set_max_height(side);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(file), options);
    // The decoder's own complaint about a long side says less than ours.
    if let Some((width, height)) = structure.sides {
        limits.check(width, height, 1)?;
    }
    decoder.decode_headers().map_err(wrong)?;
    let info = decoder.info().ok_or_else(|| damaged("JPEG", &"no header"))?;
    let (width, height) = (u32::from(info.width), u32::from(info.height));
    let (space, channels) = match decoder.input_colorspace() {
        Some(ColorSpace::YCbCr | ColorSpace::Luma) => (ColorSpace::Luma, 1),
        Some(ColorSpace::RGB | ColorSpace::CMYK | ColorSpace::YCCK) => (ColorSpace::RGB, 3),
        _ => return Err(PictureError::FormatUnsupported { form: "a JPEG file of this colour space" }),
    };
    // With several scans all coefficients are kept until the end, two bytes each.
    let coefficients = if structure.scans > 1 { 2 * u64::from(info.components) } else { 0 };
    limits.check(width, height, coefficients + u64::from(channels))?;
    decoder.set_options(options.jpeg_set_out_colorspace(space));
    let samples = decoder.decode().map_err(wrong)?;
    if channels == 1 {
        return Picture::from_luma(size(width), size(height), samples);
    }
    let mut luma = Vec::with_capacity(size(width) * size(height));
    append_luma(&mut luma, &samples, size(channels));
    Picture::from_luma(size(width), size(height), luma)
}

/// What the markers of a file say (ITU-T T.81 annex B), up to its end-of-image marker.
struct Structure {
    sides: Option<(u32, u32)>,
    scans: usize,
}

impl Structure {
    fn of(file: &[u8]) -> Self {
        let mut structure = Self { sides: None, scans: 0 };
        let mut rest = file.get(2..).unwrap_or_default();
        // Within a scan, 0xff is followed by 0 or a restart marker; everything else ends it.
        while let Some(start) =
            rest.windows(2).position(|w| w[0] == 0xff && !matches!(w[1], 0 | 0xd0..=0xd7 | 0xff))
        {
            let marker = rest[start + 1];
            rest = &rest[start + 2..];
            if marker == 0xd9 {
                break;
            }
            let &[high, low, ref segment @ ..] = rest else { break };
            match (marker, segment) {
                (0xc0..=0xc3, &[_, h1, h2, w1, w2, ..]) => {
                    let side = |bytes| u32::from(u16::from_be_bytes(bytes));
                    structure.sides = Some((side([w1, w2]), side([h1, h2])));
                }
                (0xda, _) => structure.scans += 1,
                _ => {}
            }
            rest = rest.get(usize::from(u16::from_be_bytes([high, low]))..).unwrap_or_default();
        }
        structure
    }
}
