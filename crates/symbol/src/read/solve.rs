//! Least squares with a handful of unknowns.

/// Collects equations `row · x = value` and solves for the `x` that fits them best.
pub(super) struct LeastSquares<const N: usize> {
    normal: [[f64; N]; N],
    right: [f64; N],
}

impl<const N: usize> LeastSquares<N> {
    /// Draws each unknown towards `prior` as strongly as `weights` equations of unit size would.
    pub(super) const fn with_prior(prior: [f64; N], weights: [f64; N]) -> Self {
        let mut system = Self { normal: [[0.0; N]; N], right: [0.0; N] };
        let mut i = 0;
        while i < N {
            system.normal[i][i] = weights[i];
            system.right[i] = weights[i] * prior[i];
            i += 1;
        }
        system
    }

    pub(super) fn add(&mut self, row: &[f32; N], value: f32, weight: f32) {
        let value = f64::from(value);
        let row = row.map(f64::from);
        for (i, part) in row.iter().enumerate() {
            let scaled = part * f64::from(weight);
            // The matrix is symmetric; only what is below its diagonal is kept.
            for (sum, other) in self.normal[i].iter_mut().zip(&row[..=i]) {
                *sum += scaled * other;
            }
            self.right[i] += scaled * value;
        }
    }

    /// Cholesky's method; `None` if the equations do not determine the unknowns.
    pub(super) fn solve(mut self) -> Option<[f64; N]> {
        let scale: f64 = (0..N).map(|i| self.normal[i][i]).sum();
        for i in 0..N {
            for j in 0..=i {
                let mut sum = self.normal[i][j];
                for k in 0..j {
                    sum -= self.normal[i][k] * self.normal[j][k];
                }
                if i == j {
                    self.normal[i][i] = Some(sum).filter(|sum| *sum > scale * 1e-13)?.sqrt();
                } else {
                    self.normal[i][j] = sum / self.normal[j][j];
                }
            }
        }
        for i in 0..N {
            for k in 0..i {
                self.right[i] -= self.normal[i][k] * self.right[k];
            }
            self.right[i] /= self.normal[i][i];
        }
        for i in (0..N).rev() {
            for k in i + 1..N {
                self.right[i] -= self.normal[k][i] * self.right[k];
            }
            self.right[i] /= self.normal[i][i];
        }
        Some(self.right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line through five points, one of which is off and weighs nothing.
    #[test]
    fn the_best_fit() {
        let mut system = LeastSquares::with_prior([0.0; 2], [1e-12; 2]);
        for (x, y, weight) in
            [(0.0, 1.0, 1.0), (1.0, 3.1, 1.0), (1.0, 2.9, 1.0), (2.0, 5.0, 1.0), (3.0, 99.0, 0.0)]
        {
            system.add(&[1.0, x], y, weight);
        }
        let [offset, slope] = system.solve().expect("is determined");
        assert!((offset - 1.0).abs() < 1e-6 && (slope - 2.0).abs() < 1e-6, "{offset} {slope}");
    }

    #[test]
    fn what_is_not_determined_has_no_solution() {
        let mut system = LeastSquares::with_prior([0.0; 2], [0.0; 2]);
        system.add(&[1.0, 2.0], 3.0, 1.0);
        assert_eq!(system.solve(), None);
    }

    #[test]
    fn a_prior_decides_what_the_equations_leave_open() {
        let mut system = LeastSquares::with_prior([5.0, 7.0], [1e-6, 1e-6]);
        system.add(&[1.0, 0.0], 3.0, 1.0);
        let [known, open] = system.solve().expect("is determined");
        assert!((known - 3.0).abs() < 1e-4 && (open - 7.0).abs() < 1e-9, "{known} {open}");
    }
}
