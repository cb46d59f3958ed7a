//! The symbol alone: as a drawing, and as a PNG without the detour.

use std::num::NonZeroU8;

use png::{BitDepth, ColorType};

use super::{PrintSpec, Symbol};
use crate::draw::{Color, DrawError, Drawing, Path, Picture, Point, Rect, Resolution, pack};

impl Symbol {
    /// The symbol in black with its quiet zone in white.
    #[must_use]
    pub fn drawing(&self, spec: &PrintSpec) -> Drawing {
        let (_, side) = spec.sides(self);
        let mut drawing = Drawing::new(side, side).titled("QR code", "");
        let area = Rect::new(0.0, 0.0, side.value(), side.value());
        drawing.fill(Path::rect(area), Color::WHITE);
        let (module, before) = (spec.x_dimension.value(), f64::from(spec.quiet_zone));
        let origin = Point::new(before * module, before * module);
        drawing.modules(self.modules(), origin, module, Color::BLACK);
        drawing
    }

    /// The symbol with its quiet zone as a PNG of one bit per pixel, `pixels` wide for each module, with
    /// the true size in chunk pHYs. It is the same picture as the drawing gives, several times faster.
    ///
    /// # Errors
    /// [`DrawError::PictureSize`] for more than [`Resolution::MAX_PIXELS`] pixels.
    pub fn to_png(&self, spec: &PrintSpec, pixels: NonZeroU8) -> Result<Vec<u8>, DrawError> {
        let (_, side) = spec.sides(self);
        let resolution = Resolution::from_module(pixels.get().into(), spec.x_dimension);
        let modules = self.size() + 2 * usize::from(spec.quiet_zone);
        let pixels = usize::from(pixels.get());
        let too_large = || DrawError::PictureSize { width: side, height: side, max: Resolution::MAX_PIXELS };
        let width = u32::try_from(modules * pixels).map_err(|_| too_large())?;
        if width.checked_mul(width).is_none_or(|all| all > Resolution::MAX_PIXELS) {
            return Err(too_large());
        }
        let quiet = usize::from(spec.quiet_zone);
        let mut data = Vec::new();
        for row in 0..modules {
            let light = (0..modules).flat_map(|column| {
                let inside = column.checked_sub(quiet).zip(row.checked_sub(quiet));
                let dark = inside.is_some_and(|(column, row)| self.modules().is_dark(column, row));
                std::iter::repeat_n(!dark, pixels)
            });
            let line = pack(light, width, 1);
            (0..pixels).for_each(|_| data.extend_from_slice(&line));
        }
        let picture = Picture {
            columns: width,
            rows: width,
            color: ColorType::Grayscale,
            depth: BitDepth::One,
            data,
            pixels_per_mm: resolution.pixels_per_mm(),
        };
        picture.encode()
    }
}
