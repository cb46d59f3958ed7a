//! A picture with its lighting taken out.

use super::number::{index, level, real};
use super::picture::Picture;

/// Luminance about its local mean, in eighths of a grey level: ink is below 0, paper above.
///
/// Shadows, gradients and low contrast end here: every later step looks for the sign, or for a
/// shape, and none needs a threshold of its own.
pub(super) struct Flat {
    width: usize,
    height: usize,
    values: Vec<i16>,
}

/// One grey level.
pub(super) const GREY: i16 = 8;

impl Flat {
    /// Subtracts the mean over a square of `2 * reach + 1` pixels, in time that does not depend on
    /// `reach`: a running sum for each column, and one over those along the row. At the border the
    /// square is cut off.
    pub(super) fn new(picture: &Picture, reach: usize) -> Self {
        let (width, height) = (picture.width(), picture.height());
        let mut values = Vec::with_capacity(width * height);
        let mut columns = vec![0_u32; width];
        for y in 0..reach.min(height) {
            add(&mut columns, picture.row(y));
        }
        for y in 0..height {
            if y + reach < height {
                add(&mut columns, picture.row(y + reach));
            }
            if y > reach {
                subtract(&mut columns, picture.row(y - reach - 1));
            }
            let rows = (y + reach).min(height - 1) - y.saturating_sub(reach) + 1;
            flatten_row(&mut values, picture.row(y), &columns, reach, rows);
        }
        Self { width, height, values }
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn height(&self) -> usize {
        self.height
    }

    pub(super) fn row(&self, y: usize) -> &[i16] {
        &self.values[y * self.width..][..self.width]
    }

    /// The value between pixel centres (pixel `i` has its centre at `i + 0.5`); `None` outside.
    pub(super) fn at(&self, [x, y]: [f32; 2]) -> Option<f32> {
        let (x, y) = (x - 0.5, y - 0.5);
        if !(x >= 0.0 && y >= 0.0 && x < real(self.width - 1) && y < real(self.height - 1)) {
            return None;
        }
        let (left, top) = (index(x), index(y));
        let (fx, fy) = (x - real(left), y - real(top));
        let from = &self.values[top * self.width + left..];
        let mixed = |a: i16, b: i16| f32::from(a) + (f32::from(b) - f32::from(a)) * fx;
        let (above, below) = (mixed(from[0], from[1]), mixed(from[self.width], from[self.width + 1]));
        Some(above + (below - above) * fy)
    }
}

fn add(columns: &mut [u32], row: &[u8]) {
    for (sum, &value) in columns.iter_mut().zip(row) {
        *sum += u32::from(value);
    }
}

fn subtract(columns: &mut [u32], row: &[u8]) {
    for (sum, &value) in columns.iter_mut().zip(row) {
        *sum -= u32::from(value);
    }
}

fn flatten_row(values: &mut Vec<i16>, row: &[u8], columns: &[u32], reach: usize, rows: usize) {
    let width = row.len();
    let mut sum: u32 = columns[..reach.min(width)].iter().sum();
    let full = f32::from(GREY) / real(rows * (2 * reach + 1));
    for (x, &value) in row.iter().enumerate() {
        if x + reach < width {
            sum += columns[x + reach];
        }
        if x > reach {
            sum -= columns[x - reach - 1];
        }
        let scale = if x >= reach && x + reach < width {
            full
        } else {
            f32::from(GREY) / real(rows * ((x + reach).min(width - 1) - x.saturating_sub(reach) + 1))
        };
        // At most 19 × 19 pixels of 255: the sum is exact in single precision.
        let mean = real(usize::try_from(sum).unwrap_or(0)) * scale;
        values.push(level(f32::from(value) * f32::from(GREY) - mean));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: usize, height: usize) -> Picture {
        let luma = (0..width * height).map(|i| (i * i * 31 + i * 7).to_le_bytes()[1]).collect();
        Picture::from_luma(width, height, luma).expect("large enough")
    }

    /// The running sums against the definition, borders included.
    #[test]
    fn it_is_the_difference_from_the_mean() {
        for (width, height, reach) in [(40, 30, 5), (21, 50, 12), (33, 21, 25)] {
            let picture = picture(width, height);
            let flat = Flat::new(&picture, reach);
            for y in 0..height {
                for x in 0..width {
                    let rows = y.saturating_sub(reach)..=(y + reach).min(height - 1);
                    let square = rows.flat_map(|row| {
                        picture.row(row)[x.saturating_sub(reach)..=(x + reach).min(width - 1)].iter()
                    });
                    let (sum, count) = square.fold((0.0, 0.0), |(s, n), &v| (s + f32::from(v), n + 1.0));
                    let expected = (f32::from(picture.row(y)[x]) - sum / count) * f32::from(GREY);
                    assert!((f32::from(flat.row(y)[x]) - expected).abs() <= 1.0, "{x} {y}");
                }
            }
        }
    }

    #[test]
    fn between_pixels_it_is_linear_and_outside_it_is_none() {
        let flat = Flat::new(&picture(30, 30), 4);
        let [a, b] = [flat.row(7)[3], flat.row(7)[4]].map(f32::from);
        let middle = flat.at([4.0, 7.5]).expect("is inside");
        assert!((middle - f32::midpoint(a, b)).abs() < 1e-3);
        for outside in [[0.4, 5.0], [5.0, 29.6], [f32::NAN, 5.0], [-1e9, 5.0], [5.0, f32::INFINITY]] {
            assert_eq!(flat.at(outside), None);
        }
    }
}
