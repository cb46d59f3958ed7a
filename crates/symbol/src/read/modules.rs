//! From places in the picture to bits.

use rxing::common::BitMatrix;
use rxing::qrcode::common::Version;

use super::flat::Flat;
use super::grid::Grid;
use super::number::{real, single};
use super::solve::LeastSquares;
use super::vector::dot;

/// What the picture shows for each module, and for one module around the symbol: ink is negative,
/// and the typical module is at about one.
pub(super) struct Modules {
    dimension: usize,
    values: Vec<f32>,
}

/// Modules of the surroundings that are sampled too.
const MARGIN: usize = 2;

/// The equaliser looks at a square of this many modules.
const REACH: usize = 2 * MARGIN + 1;

/// Coefficients of the equaliser: the modules of the square, and a constant.
const TAPS: usize = REACH * REACH + 1;

impl Modules {
    /// Samples the picture at five points of each module.
    pub(super) fn sample(flat: &Flat, grid: &Grid, sign: f32) -> Self {
        let dimension = grid.dimension();
        let side = dimension + 2 * MARGIN;
        let raw: Vec<f32> = (0..side * side)
            .map(|i| {
                let (u, v) = (real(i % side) + 0.5 - real(MARGIN), real(i / side) + 0.5 - real(MARGIN));
                let around = [(0.0, 0.0), (0.2, 0.0), (-0.2, 0.0), (0.0, 0.2), (0.0, -0.2)];
                let sum: f32 =
                    around.iter().map(|(du, dv)| flat.at(grid.point([u + du, v + dv])).unwrap_or(0.0)).sum();
                sign * sum / 5.0
            })
            .collect();
        let means = boxed(&raw, side, 4);
        let mut values: Vec<f32> = raw.iter().zip(&means).map(|(value, mean)| value - mean).collect();
        let sizes: Vec<f32> = values.iter().map(|value| value.abs()).collect();
        for (value, size) in values.iter_mut().zip(boxed(&sizes, side, 4)) {
            *value /= size + 1.0;
        }
        Self { dimension, values }
    }

    /// Undoes blur: the linear filter over 5 × 5 modules that best turns what is seen into what is
    /// known to be there, the function patterns (ISO/IEC 18004 §6.3).
    pub(super) fn equalised(&self, known: &[Option<bool>]) -> Option<Self> {
        let mut prior = [0.0; TAPS];
        prior[REACH * REACH / 2] = 1.0;
        let mut system = LeastSquares::with_prior(prior, [8.0; TAPS]);
        for (i, ink) in known.iter().enumerate() {
            if let Some(ink) = ink {
                system.add(&self.taps(i), if *ink { -1.0 } else { 1.0 }, 1.0);
            }
        }
        let filter = system.solve()?.map(single);
        let mut values = self.values.clone();
        for i in 0..self.dimension * self.dimension {
            values[self.place(i)] = dot(&self.taps(i), &filter);
        }
        Some(Self { dimension: self.dimension, values })
    }

    /// The modules that are clear enough to learn from, besides those that are known.
    pub(super) fn confident(&self, known: &[Option<bool>]) -> Vec<Option<bool>> {
        let clear = |i: usize| {
            let value = self.values[self.place(i)];
            (value.abs() > 0.6).then_some(value < 0.0)
        };
        known.iter().enumerate().map(|(i, ink)| ink.or_else(|| clear(i))).collect()
    }

    /// The bits, ink as set.
    pub(super) fn bits(&self) -> Option<BitMatrix> {
        let side = u32::try_from(self.dimension).ok()?;
        let mut bits = BitMatrix::new(side, side).ok()?;
        for (y, row) in (0..side).zip(self.values.chunks_exact(self.dimension + 2 * MARGIN).skip(MARGIN)) {
            for (x, &value) in (0..side).zip(&row[MARGIN..]) {
                if value < 0.0 {
                    bits.set(x, y);
                }
            }
        }
        Some(bits)
    }

    fn place(&self, i: usize) -> usize {
        (i / self.dimension + MARGIN) * (self.dimension + 2 * MARGIN) + i % self.dimension + MARGIN
    }

    fn taps(&self, i: usize) -> [f32; TAPS] {
        let side = self.dimension + 2 * MARGIN;
        let first = self.place(i) - MARGIN * (side + 1);
        std::array::from_fn(|k| {
            if k + 1 < TAPS { self.values[first + k / REACH * side + k % REACH] } else { 1.0 }
        })
    }
}

/// The modules that are the same in every symbol of this size: finders with their separators,
/// timing and alignment patterns. `None` for data.
pub(super) fn function_patterns(dimension: usize) -> Option<Vec<Option<bool>>> {
    let version = u32::try_from((dimension - 17) / 4).ok().and_then(|number| Version::Model2(number).ok())?;
    let mut known = vec![None; dimension * dimension];
    for i in 8..dimension - 8 {
        known[6 * dimension + i] = Some(i % 2 == 0);
        known[i * dimension + 6] = Some(i % 2 == 0);
    }
    let mut square = |column: usize, row: usize, reach: usize, light: [usize; 2]| {
        for y in row.saturating_sub(reach)..=(row + reach).min(dimension - 1) {
            for x in column.saturating_sub(reach)..=(column + reach).min(dimension - 1) {
                known[y * dimension + x] = Some(!light.contains(&x.abs_diff(column).max(y.abs_diff(row))));
            }
        }
    };
    let far = dimension - 4;
    let centres: Vec<usize> =
        version.getAlignmentPatternCenters().iter().filter_map(|&c| usize::try_from(c).ok()).collect();
    for &y in &centres {
        for &x in &centres {
            // Where a finder is, there is none.
            let place = (x.min(y), x.max(y));
            if place != (6, 6) && place != (6, dimension - 7) {
                square(x, y, 2, [1, 1]);
            }
        }
    }
    for (x, y) in [(3, 3), (far, 3), (3, far)] {
        square(x, y, 4, [2, 4]);
    }
    Some(known)
}

/// The mean over a square of `2 * reach + 1` values, along rows and then along columns.
fn boxed(values: &[f32], side: usize, reach: usize) -> Vec<f32> {
    let mut out = values.to_vec();
    for (step, stride) in [(side, 1), (1, side)] {
        let source = out.clone();
        for line in 0..side {
            for i in 0..side {
                let range = i.saturating_sub(reach)..=(i + reach).min(side - 1);
                let count = real(range.clone().count());
                let sum: f32 = range.map(|j| source[line * step + j * stride]).sum();
                out[line * step + i * stride] = sum / count;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use qrcode::{Color, EcLevel, QrCode};

    use super::*;

    /// Against symbols of another library: what is known is so in each of them.
    #[test]
    fn function_patterns_are_in_every_symbol() {
        for version in 1..=40 {
            let code =
                QrCode::with_version(b"1", qrcode::Version::Normal(version), EcLevel::M).expect("fits");
            let known = function_patterns(code.width()).expect("is a size");
            let colors = code.to_colors();
            let wrong = known
                .iter()
                .zip(&colors)
                .filter(|(known, color)| known.is_some_and(|ink| ink != (**color == Color::Dark)));
            assert_eq!(wrong.count(), 0, "version {version}");
            assert!(known.iter().flatten().count() >= 3 * 64 + 2 * (code.width() - 16));
        }
    }
}
