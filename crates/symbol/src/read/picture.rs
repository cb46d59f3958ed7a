//! A grey picture in memory.

use super::error::PictureError;
use super::luma::append_luma;

/// An 8-bit luminance picture of at least 21 pixels a side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    width: usize,
    height: usize,
    luma: Vec<u8>,
}

/// The smallest QR code has 21 modules a side.
pub(super) const MIN_SIDE: u32 = 21;

impl Picture {
    /// The frame of a camera: `luma` row by row, `width` times `height` bytes, 0 black.
    pub fn from_luma(width: usize, height: usize, luma: Vec<u8>) -> Result<Self, PictureError> {
        if width.checked_mul(height) != Some(luma.len()) {
            return Err(PictureError::FrameMismatch { width, height, given: luma.len() });
        }
        let [w, h] = [width, height].map(|side| u32::try_from(side).unwrap_or(u32::MAX));
        if w.min(h) < MIN_SIDE {
            return Err(PictureError::TooSmall { width: w, height: h });
        }
        Ok(Self { width, height, luma })
    }

    /// The frame of a camera in colours: red, green, blue and alpha of each pixel, row by row. What is transparent
    /// becomes white.
    pub fn from_rgba(width: usize, height: usize, rgba: &[u8]) -> Result<Self, PictureError> {
        if width.checked_mul(height).and_then(|pixels| pixels.checked_mul(4)) != Some(rgba.len()) {
            return Err(PictureError::FrameMismatch { width, height, given: rgba.len() / 4 });
        }
        let mut luma = Vec::with_capacity(rgba.len() / 4);
        append_luma(&mut luma, rgba, 4);
        Self::from_luma(width, height, luma)
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

    pub(super) fn row(&self, y: usize) -> &[u8] {
        &self.luma[y * self.width..][..self.width]
    }

    /// Half as wide and high; each pixel the mean of four.
    pub(super) fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut luma = Vec::with_capacity(width * height);
        for y in 0..height {
            let (upper, lower) = (self.row(2 * y), self.row(2 * y + 1));
            for (a, b) in upper.chunks_exact(2).zip(lower.chunks_exact(2)) {
                let sum = u16::from(a[0]) + u16::from(a[1]) + u16::from(b[0]) + u16::from(b[1]);
                luma.push(u8::try_from((sum + 2) / 4).unwrap_or(u8::MAX));
            }
        }
        Self { width, height, luma }
    }

    /// Each pixel the weighted mean of nine (1 2 1 in both directions).
    pub(super) fn smoothed(&self) -> Self {
        let mut luma = Vec::with_capacity(self.luma.len());
        for y in 0..self.height {
            let rows = [y.saturating_sub(1), y, (y + 1).min(self.height - 1)].map(|y| self.row(y));
            let column = |x: usize| u16::from(rows[0][x]) + 2 * u16::from(rows[1][x]) + u16::from(rows[2][x]);
            for x in 0..self.width {
                let sum = column(x.saturating_sub(1)) + 2 * column(x) + column((x + 1).min(self.width - 1));
                luma.push(u8::try_from((sum + 8) / 16).unwrap_or(u8::MAX));
            }
        }
        Self { luma, ..*self }
    }

    /// Twice as wide and high, by Catmull and Rom's spline.
    pub(super) fn doubled(&self) -> Self {
        let wide = spread(&self.luma, self.width, self.height, 1, self.width);
        let (width, height) = (2 * self.width, 2 * self.height);
        let tall = spread(&wide, self.height, width, width, 1);
        // `tall` has the columns one after the other.
        let mut luma = vec![0; width * height];
        for (x, column) in tall.chunks_exact(height).enumerate() {
            for (y, &value) in column.iter().enumerate() {
                luma[y * width + x] = value;
            }
        }
        Self { width, height, luma }
    }
}

/// Doubles lines of `length` values; each line `step` after the one before, its values `stride` apart.
fn spread(values: &[u8], length: usize, lines: usize, stride: usize, step: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(2 * length * lines);
    for line in 0..lines {
        let at = |i: usize| i32::from(values[line * step + i.min(length - 1) * stride]);
        for i in 0..length {
            let near = [at(i.saturating_sub(2)), at(i.saturating_sub(1)), at(i), at(i + 1), at(i + 2)];
            // The spline a quarter of a pixel before and after the centre, in 128ths.
            for weights in [[-3, 29, 111, -9, 0], [0, -9, 111, 29, -3]] {
                let sum: i32 = near.iter().zip(weights).map(|(value, weight)| value * weight).sum();
                out.push(u8::try_from(((sum + 64) / 128).clamp(0, 255)).unwrap_or(0));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A slope across and down: 3 x + 2 y.
    fn slope() -> Picture {
        let luma = (0..24 * 30).map(|i| u8::try_from(3 * (i % 24) + 2 * (i / 24)).expect("small")).collect();
        Picture::from_luma(24, 30, luma).expect("large enough")
    }

    #[test]
    fn half_is_the_mean_of_four() {
        let half = slope().halved();
        assert_eq!((half.width(), half.height()), (12, 15));
        // Pixels 4, 5 across and 6, 7 down: 24, 27, 26, 29.
        assert_eq!(half.row(3)[2], 27);
    }

    #[test]
    fn colours_become_luminance() {
        let pixels = [[255, 255, 255, 255], [0, 0, 0, 255], [0, 0, 0, 0], [255, 0, 0, 255], [0, 255, 0, 255]];
        let rgba: Vec<u8> = pixels.into_iter().cycle().take(25 * 25).flatten().collect();
        let picture = Picture::from_rgba(25, 25, &rgba).expect("large enough");
        assert_eq!(&picture.row(0)[..5], [255, 0, 255, 76, 149]);
        for wrong in [&rgba[1..], &rgba[4..], &[]] {
            let refused = Picture::from_rgba(25, 25, wrong);
            assert!(matches!(refused, Err(PictureError::FrameMismatch { .. })));
        }
        assert!(Picture::from_rgba(usize::MAX, 4, &rgba).is_err());
    }

    /// Neither smoothing nor doubling moves anything: a slope stays the same slope inside.
    #[test]
    fn a_slope_stays_where_it_is() {
        let (slope, smoothed, doubled) = (slope(), slope().smoothed(), slope().doubled());
        assert_eq!((doubled.width(), doubled.height()), (48, 60));
        for y in 2..28 {
            for x in 2..22 {
                assert_eq!(smoothed.row(y)[x], slope.row(y)[x]);
                let four = [(0, 0), (1, 0), (0, 1), (1, 1)]
                    .map(|(i, j)| u16::from(doubled.row(2 * y + j)[2 * x + i]));
                assert!(four.iter().sum::<u16>().abs_diff(4 * u16::from(slope.row(y)[x])) <= 2, "{x} {y}");
            }
        }
    }
}
