//! Lengths, points, rectangles and transforms: millimetres, x to the right, y downwards.

use std::fmt;

use super::{DrawError, number};

/// A length in millimetres: finite and not negative.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Mm(f64);

impl Mm {
    /// No length.
    pub const ZERO: Self = Self(0.0);

    /// Checks that the number is finite, not negative and at most 5 metres, which is also as large as a
    /// page of PDF gets.
    pub fn new(millimetres: f64) -> Result<Self, DrawError> {
        if (0.0..=5_000.0).contains(&millimetres) {
            Ok(Self(millimetres))
        } else {
            Err(DrawError::Length { millimetres })
        }
    }

    pub(crate) const fn of(millimetres: f64) -> Self {
        Self(millimetres)
    }

    /// The number of millimetres.
    #[must_use]
    pub fn value(self) -> f64 {
        self.0
    }
}

impl std::ops::Add for Mm {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl fmt::Display for Mm {
    /// Up to three decimals, so down to a micrometre, and the unit.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(12);
        number::write(&mut text, self.0, 3);
        text.push_str(" mm");
        f.pad(&text)
    }
}

impl serde::Serialize for Mm {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64((self.0 * 1e6).round() / 1e6)
    }
}

/// A place.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Downwards.
    pub y: f64,
}

impl Point {
    /// A place.
    #[must_use]
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }
}

/// An upright rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Rect {
    /// A rectangle from its top left corner and its size.
    #[must_use]
    pub const fn new(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self { x, y, width, height }
    }

    /// Right edge.
    #[must_use]
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    /// Bottom edge.
    #[must_use]
    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }

    /// The middle.
    #[must_use]
    pub fn centre(&self) -> Point {
        Point::new(self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    /// The rectangle with each edge moved inwards by `by`, outwards where negative.
    #[must_use]
    pub fn inset(&self, by: f64) -> Self {
        Self::new(self.x + by, self.y + by, self.width - 2.0 * by, self.height - 2.0 * by)
    }

    /// Whether the two share an area; touching edges do not count.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }

    /// Whether `other` lies within, edges included, with a tolerance of a tenth of a micrometre.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        let slack = 1e-4;
        other.x >= self.x - slack
            && other.y >= self.y - slack
            && other.right() <= self.right() + slack
            && other.bottom() <= self.bottom() + slack
    }
}

/// An affine transform: `x' = a·x + c·y + e`, `y' = b·x + d·y + f`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transform {
    pub(crate) a: f64,
    pub(crate) b: f64,
    pub(crate) c: f64,
    pub(crate) d: f64,
    pub(crate) e: f64,
    pub(crate) f: f64,
}

impl Transform {
    /// Leaves everything where it is.
    pub const IDENTITY: Self = Self { a: 1.0, b: 0.0, c: 0.0, d: 1.0, e: 0.0, f: 0.0 };

    /// Moves.
    #[must_use]
    pub const fn translate(x: f64, y: f64) -> Self {
        Self { e: x, f: y, ..Self::IDENTITY }
    }

    /// Enlarges or shrinks about the origin.
    #[must_use]
    pub const fn scale(by: f64) -> Self {
        Self { a: by, d: by, ..Self::IDENTITY }
    }

    /// Turns clockwise about the origin.
    #[must_use]
    pub fn rotate(degrees: f64) -> Self {
        let quarters = (degrees / 90.0).rem_euclid(4.0);
        // Quarter turns are exact, so that what is upright stays so.
        let (sin, cos) = match number::whole(quarters * 1e9) {
            0 | 4_000_000_000 => (0.0, 1.0),
            1_000_000_000 => (1.0, 0.0),
            2_000_000_000 => (0.0, -1.0),
            3_000_000_000 => (-1.0, 0.0),
            _ => degrees.to_radians().sin_cos(),
        };
        Self { a: cos, b: sin, c: -sin, d: cos, e: 0.0, f: 0.0 }
    }

    /// This transform first, then `next`.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        Self {
            a: self.a * next.a + self.b * next.c,
            b: self.a * next.b + self.b * next.d,
            c: self.c * next.a + self.d * next.c,
            d: self.c * next.b + self.d * next.d,
            e: self.e * next.a + self.f * next.c + next.e,
            f: self.e * next.b + self.f * next.d + next.f,
        }
    }

    /// Where a point goes.
    #[must_use]
    pub fn apply(self, point: Point) -> Point {
        Point::new(self.a * point.x + self.c * point.y + self.e, self.b * point.x + self.d * point.y + self.f)
    }

    /// Whether upright rectangles stay upright, unmirrored and in proportion.
    pub(crate) fn is_upright(self) -> bool {
        let tiny = 1e-9;
        self.b.abs() < tiny && self.c.abs() < tiny && self.a > 0.0 && (self.a - self.d).abs() < tiny
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_finite_and_not_negative() {
        assert_eq!(Mm::new(25.74).unwrap().to_string(), "25.74 mm");
        assert_eq!(Mm::new(0.1 + 0.2).unwrap().to_string(), "0.3 mm");
        for wrong in [-0.1, f64::NAN, f64::INFINITY, 5_000.1] {
            assert_eq!(Mm::new(wrong).unwrap_err().code(), "length-out-of-range", "{wrong}");
        }
    }

    #[test]
    fn transforms_apply_in_order() {
        let moved_then_turned = Transform::translate(2.0, 0.0).then(Transform::rotate(90.0));
        assert_eq!(moved_then_turned.apply(Point::new(1.0, 0.0)), Point::new(0.0, 3.0));
        let turned_then_moved = Transform::rotate(90.0).then(Transform::translate(2.0, 0.0));
        assert_eq!(turned_then_moved.apply(Point::new(1.0, 0.0)), Point::new(2.0, 1.0));
        assert_eq!(Transform::rotate(360.0), Transform::IDENTITY);
        assert!(Transform::scale(2.0).is_upright() && !Transform::rotate(180.0).is_upright());
    }

    #[test]
    fn touching_is_not_overlapping() {
        let left = Rect::new(0.0, 0.0, 2.0, 2.0);
        assert!(!left.overlaps(&Rect::new(2.0, 0.0, 1.0, 1.0)));
        assert!(left.overlaps(&Rect::new(1.9, 1.9, 1.0, 1.0)));
        assert!(left.contains(&left.inset(0.0)) && !left.contains(&left.inset(-0.1)));
    }
}
