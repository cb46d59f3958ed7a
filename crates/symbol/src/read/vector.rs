//! Arithmetic of points in the plane.

pub(super) type Point = [f32; 2];

pub(super) fn between(a: Point, b: Point) -> Point {
    [b[0] - a[0], b[1] - a[1]]
}

pub(super) fn length(v: Point) -> f32 {
    v[0].hypot(v[1])
}

pub(super) fn cross(a: Point, b: Point) -> f32 {
    a[0] * b[1] - a[1] * b[0]
}

pub(super) fn dot<const N: usize>(a: &[f32; N], b: &[f32; N]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// `origin + x * a + y * b`.
pub(super) fn along(origin: Point, x: f32, a: Point, y: f32, b: Point) -> Point {
    [origin[0] + x * a[0] + y * b[0], origin[1] + x * a[1] + y * b[1]]
}
