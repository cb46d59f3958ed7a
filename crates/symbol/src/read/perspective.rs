//! A plane seen by a pinhole camera.

use super::number::{real, single};
use super::solve::LeastSquares;
use super::vector::Point;

/// The map from a plane, in modules, to its picture, in pixels.
#[derive(Clone)]
pub(super) struct Perspective {
    forward: Matrix,
    backward: Matrix,
}

/// Row by row: the numerators of both coordinates, and their denominator.
type Matrix = [[f32; 3]; 3];

impl Perspective {
    /// From modules to pixels.
    pub(super) fn point(&self, at: Point) -> Point {
        let [x, y, w] = applied(&self.forward, at);
        [x / w, y / w]
    }

    /// From pixels to modules; `None` at and beyond the horizon.
    pub(super) fn symbol(&self, pixel: Point) -> Option<Point> {
        let [u, v, w] = applied(&self.backward, pixel);
        (w > 0.0).then(|| [u / w, v / w])
    }

    /// The perspective that fits points (in modules and in pixels) of a symbol best. `straight`
    /// says how strongly parallel lines are to stay parallel.
    pub(super) fn through(points: &[(Point, Point)], side: f32, straight: f64) -> Option<Self> {
        // Around the middle and in sizes near one, single precision is enough for the equations.
        let middle = points.iter().fold([0.0, 0.0], |sum, (_, p)| [sum[0] + p[0], sum[1] + p[1]]);
        let middle = middle.map(|sum| sum / real(points.len()));
        let far = |p: &Point| (p[0] - middle[0]).abs().max((p[1] - middle[1]).abs());
        let scale = points.iter().map(|(_, p)| far(p)).fold(1.0, f32::max);
        let mut weights = [1e-9; 8];
        weights[6..].fill(straight);
        let mut system = LeastSquares::with_prior([0.0; 8], weights);
        for &(at, seen) in points {
            let [s, t] = at.map(|modules| 2.0 * modules / side - 1.0);
            let (x, y) = ((seen[0] - middle[0]) / scale, (seen[1] - middle[1]) / scale);
            system.add(&[s, t, 1.0, 0.0, 0.0, 0.0, -x * s, -x * t], x, 1.0);
            system.add(&[0.0, 0.0, 0.0, s, t, 1.0, -y * s, -y * t], y, 1.0);
        }
        let found = system.solve()?.map(single);
        // No part of the symbol may lie behind the camera, or nearly so.
        if found[6].abs() + found[7].abs() > 0.75 {
            return None;
        }
        // Undo the scaling, first of the symbol, then of the picture.
        let row = |s: f32, t: f32, one: f32| [2.0 * s / side, 2.0 * t / side, one - s - t];
        let depth = row(found[6], found[7], 1.0);
        let pixels = |row: [f32; 3], middle: f32| std::array::from_fn(|i| row[i] * scale + depth[i] * middle);
        let forward = [
            pixels(row(found[0], found[1], found[2]), middle[0]),
            pixels(row(found[3], found[4], found[5]), middle[1]),
            depth,
        ];
        Some(Self { forward, backward: inverse(&forward)? })
    }
}

fn applied(matrix: &Matrix, [x, y]: Point) -> [f32; 3] {
    matrix.map(|row| row[0] * x + row[1] * y + row[2])
}

fn inverse(matrix: &Matrix) -> Option<Matrix> {
    let minor = |row: usize, column: usize| {
        let (r1, r2) = (&matrix[(row + 1) % 3], &matrix[(row + 2) % 3]);
        let (c1, c2) = ((column + 1) % 3, (column + 2) % 3);
        r1[c1] * r2[c2] - r1[c2] * r2[c1]
    };
    let determinant: f32 = (0..3).map(|column| matrix[0][column] * minor(0, column)).sum();
    let invertible = determinant.is_normal();
    invertible
        .then(|| std::array::from_fn(|row| std::array::from_fn(|column| minor(column, row) / determinant)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A trapezium: what a tilted square looks like.
    const CORNERS: [(Point, Point); 4] = [
        ([0.0, 0.0], [310.0, 200.0]),
        ([25.0, 0.0], [490.0, 200.0]),
        ([25.0, 25.0], [540.0, 420.0]),
        ([0.0, 25.0], [260.0, 420.0]),
    ];

    fn near(a: Point, b: Point) -> bool {
        (a[0] - b[0]).abs() < 0.01 && (a[1] - b[1]).abs() < 0.01
    }

    #[test]
    fn four_points_determine_it_both_ways() {
        let perspective = Perspective::through(&CORNERS, 25.0, 1e-9).expect("is determined");
        for (at, seen) in CORNERS {
            assert!(near(perspective.point(at), seen), "{:?}", perspective.point(at));
            assert!(near(perspective.symbol(seen).expect("is in front"), at));
        }
        // The diagonals meet where the middle is seen, which is above the middle of the trapezium.
        let [x, y] = perspective.point([12.5, 12.5]);
        assert!((x - 400.0).abs() < 0.01 && y < 300.0, "{x} {y}");
    }

    #[test]
    fn held_straight_it_keeps_parallels() {
        let affine = Perspective::through(&CORNERS, 25.0, 1e9).expect("is determined");
        let [a, b] = [affine.point([0.0, 0.0]), affine.point([25.0, 0.0])];
        let [c, d] = [affine.point([0.0, 25.0]), affine.point([25.0, 25.0])];
        assert!(near([b[0] - a[0], b[1] - a[1]], [d[0] - c[0], d[1] - c[1]]));
    }

    #[test]
    fn what_would_reach_behind_the_camera_is_none() {
        let mut corners = CORNERS;
        corners[0].1 = [399.0, 200.0];
        corners[1].1 = [401.0, 200.0];
        assert!(Perspective::through(&corners, 25.0, 1e-9).is_none());
    }
}
