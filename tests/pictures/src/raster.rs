//! A grey picture, and what tests do to it.

use std::io::Cursor;

use image::codecs::{jpeg::JpegEncoder, png::PngEncoder, webp::WebPEncoder};
use image::{ExtendedColorType, ImageEncoder};

use crate::number::{byte, index, real};
use crate::optics::bilinear;

/// An 8-bit grey picture, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raster {
    width: usize,
    height: usize,
    luma: Vec<u8>,
}

/// A file format for [`Raster::encode`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Baseline JPEG in colour.
    Jpeg {
        /// 1 to 100.
        quality: u8,
    },
    /// Grey PNG.
    Png,
    /// Lossless WebP.
    WebP,
}

impl Raster {
    /// A picture of `width` by `height` pixels.
    ///
    /// # Panics
    /// If `luma` has another length, or is empty.
    #[must_use]
    pub fn new(width: usize, height: usize, luma: Vec<u8>) -> Self {
        assert!(width * height == luma.len() && !luma.is_empty(), "a picture has width times height pixels");
        Self { width, height, luma }
    }

    /// Width in pixels.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// The pixels, row by row.
    #[must_use]
    pub fn luma(&self) -> &[u8] {
        &self.luma
    }

    /// The picture as a file. JPEG is written in colour (a warm tint), as cameras do.
    ///
    /// # Panics
    /// If a side is over 65,535 pixels (JPEG) or 16,384 pixels (WebP).
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "writing to memory fails only for sides that the caller chose too long"
    )]
    pub fn encode(&self, encoding: Encoding) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        let side = |length: usize| u32::try_from(length).expect("a side fits 32 bits");
        let (width, height) = (side(self.width), side(self.height));
        match encoding {
            Encoding::Jpeg { quality } => {
                let tinted: Vec<u8> = self.luma.iter().flat_map(|&v| [v, v - v / 16, v - v / 8]).collect();
                JpegEncoder::new_with_quality(&mut file, quality).write_image(
                    &tinted,
                    width,
                    height,
                    ExtendedColorType::Rgb8,
                )
            }
            Encoding::Png => {
                PngEncoder::new(&mut file).write_image(&self.luma, width, height, ExtendedColorType::L8)
            }
            Encoding::WebP => WebPEncoder::new_lossless(&mut file).write_image(
                &self.luma,
                width,
                height,
                ExtendedColorType::L8,
            ),
        }
        .expect("the picture can be encoded");
        file.into_inner()
    }

    /// What remains of the picture after a round through a file format.
    ///
    /// # Panics
    /// As [`Raster::encode`].
    #[must_use]
    #[expect(clippy::expect_used, reason = "what was just written can be read")]
    pub fn recompressed(&self, encoding: Encoding) -> Self {
        let picture = image::load_from_memory(&self.encode(encoding)).expect("our own file").into_luma8();
        Self::new(self.width, self.height, picture.into_raw())
    }

    /// Turned about its centre by `radians`, on a canvas that holds all of it; white around.
    #[must_use]
    pub fn turned(&self, radians: f32) -> Self {
        let (sin, cos) = radians.sin_cos();
        let (width, height) = (real(self.width), real(self.height));
        let new_width = (width * cos.abs() + height * sin.abs()).ceil();
        let new_height = (width * sin.abs() + height * cos.abs()).ceil();
        self.mapped(index(new_width), index(new_height), |x, y| {
            let (dx, dy) = (x - new_width / 2.0, y - new_height / 2.0);
            [dx * cos + dy * sin + width / 2.0, dy * cos - dx * sin + height / 2.0]
        })
    }

    /// Scaled by `factor`; downwards each pixel is the average of what it covers.
    #[must_use]
    pub fn scaled(&self, factor: f32) -> Self {
        let (width, height) =
            (index(real(self.width) * factor).max(1), index(real(self.height) * factor).max(1));
        let samples = index((1.0 / factor).ceil()).max(1) * 2;
        let light: Vec<f32> = self.luma.iter().map(|&v| f32::from(v) / 255.0).collect();
        let mut luma = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let mut sum = 0.0;
                for i in 0..samples * samples {
                    let sub = |n: usize| (real(n) + 0.5) / real(samples);
                    let (sx, sy) =
                        ((real(x) + sub(i % samples)) / factor, (real(y) + sub(i / samples)) / factor);
                    sum += bilinear(&light, self.width, self.height, sx - 0.5, sy - 0.5);
                }
                luma.push(byte(sum / real(samples * samples)));
            }
        }
        Self::new(width, height, luma)
    }

    /// Seen from the side: the right edge shrinks to `ratio` (0 to 1) of its height.
    #[must_use]
    pub fn tilted(&self, ratio: f32) -> Self {
        let (width, height) = (real(self.width), real(self.height));
        self.mapped(self.width, self.height, |x, y| {
            // A homography that keeps the left edge: w falls from 1 to `ratio` across the picture.
            let t = x / width;
            let source = t * ratio / (1.0 - t * (1.0 - ratio));
            let shrink = 1.0 - t * (1.0 - ratio);
            [source * width, (y - height / 2.0) / shrink + height / 2.0]
        })
    }

    /// Every pixel times `factor`.
    #[must_use]
    pub fn darkened(&self, factor: f32) -> Self {
        let luma = self.luma.iter().map(|&v| byte(f32::from(v) / 255.0 * factor)).collect();
        Self { luma, ..*self }
    }

    /// Light for dark.
    #[must_use]
    pub fn inverted(&self) -> Self {
        Self { luma: self.luma.iter().map(|v| 255 - v).collect(), ..*self }
    }

    /// A new picture whose pixel centres are looked up in this one; white outside.
    fn mapped(&self, width: usize, height: usize, source: impl Fn(f32, f32) -> [f32; 2]) -> Self {
        let light: Vec<f32> = self.luma.iter().map(|&v| f32::from(v) / 255.0).collect();
        let mut luma = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let [sx, sy] = source(real(x) + 0.5, real(y) + 0.5);
                let inside = sx >= 0.0 && sy >= 0.0 && sx < real(self.width) && sy < real(self.height);
                let value = bilinear(&light, self.width, self.height, sx - 0.5, sy - 0.5);
                luma.push(if inside { byte(value) } else { 255 });
            }
        }
        Self::new(width, height, luma)
    }
}
