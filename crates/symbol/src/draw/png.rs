//! PNG (ISO/IEC 15948).

use png::{BitDepth, ColorType, Compression, Filter, PixelDimensions, Unit};

use super::{DrawError, number};

/// A picture of rows, top to bottom, each beginning with a new byte.
pub(crate) struct Picture {
    pub(crate) columns: u32,
    pub(crate) rows: u32,
    pub(crate) color: ColorType,
    pub(crate) depth: BitDepth,
    pub(crate) data: Vec<u8>,
    pub(crate) pixels_per_mm: f64,
}

impl Picture {
    /// The file, with its resolution in chunk pHYs, so that programs place it in its true size.
    pub(crate) fn encode(&self) -> Result<Vec<u8>, DrawError> {
        let mut file = Vec::with_capacity(4 << 10);
        self.write(&mut file).map_err(|error| DrawError::Encoding { reason: error.to_string() })?;
        Ok(file)
    }

    fn write(&self, file: &mut Vec<u8>) -> Result<(), png::EncodingError> {
        let mut encoder = png::Encoder::new(file, self.columns, self.rows);
        encoder.set_color(self.color);
        encoder.set_depth(self.depth);
        if self.depth == BitDepth::One {
            // Within a module each row is the one above: that filter makes it nothing, and then the fast
            // encoder is several times faster than the balanced one for a few kilobytes more.
            encoder.set_filter(Filter::Up);
            encoder.set_compression(Compression::Fast);
        } else {
            encoder.set_compression(Compression::Balanced);
        }
        let per_metre = number::whole(self.pixels_per_mm * 1_000.0);
        encoder.set_pixel_dims(Some(PixelDimensions { xppu: per_metre, yppu: per_metre, unit: Unit::Meter }));
        encoder.write_header()?.write_image_data(&self.data)
    }
}

/// Packs rows of light (true) and dark pixels, eight to a byte, the first in the highest bit.
pub(crate) fn pack(light: impl Iterator<Item = bool>, columns: u32, rows: u32) -> Vec<u8> {
    let stride = usize::try_from(columns.div_ceil(8)).unwrap_or(0);
    let columns = usize::try_from(columns).unwrap_or(0);
    let mut data = vec![0; stride * usize::try_from(rows).unwrap_or(0)];
    for (i, _) in light.enumerate().filter(|(_, light)| *light) {
        let (row, column) = (i / columns, i % columns);
        if let Some(byte) = data.get_mut(row * stride + column / 8) {
            *byte |= 0x80 >> (column % 8);
        }
    }
    data
}
