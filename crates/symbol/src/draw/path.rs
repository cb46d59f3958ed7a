//! Paths.

use super::{Point, Rect, Transform};

/// A part of a path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Segment {
    Move(Point),
    Line(Point),
    Quadratic(Point, Point),
    Cubic(Point, Point, Point),
    Close,
}

/// Lines and curves; what they enclose is filled by the non-zero rule.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Path {
    pub(crate) segments: Vec<Segment>,
}

/// How far the control points of a quarter circle lie from its ends, in radii.
const ARC: f64 = 0.552_284_749_831;

impl Path {
    /// A path of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A rectangle.
    #[must_use]
    pub fn rect(rect: Rect) -> Self {
        Self::polygon(&[
            Point::new(rect.x, rect.y),
            Point::new(rect.right(), rect.y),
            Point::new(rect.right(), rect.bottom()),
            Point::new(rect.x, rect.bottom()),
        ])
    }

    /// A rectangle with round corners. The radius is cut to half of the shorter side.
    #[must_use]
    pub fn rounded_rect(rect: Rect, radius: f64) -> Self {
        let r = radius.min(rect.width / 2.0).min(rect.height / 2.0);
        if r <= 0.0 {
            return Self::rect(rect);
        }
        // Going round clockwise: where each corner is, and the directions into it and out of it.
        let corners = [
            (Point::new(rect.right(), rect.y), (1.0, 0.0), (0.0, 1.0)),
            (Point::new(rect.right(), rect.bottom()), (0.0, 1.0), (-1.0, 0.0)),
            (Point::new(rect.x, rect.bottom()), (-1.0, 0.0), (0.0, -1.0)),
            (Point::new(rect.x, rect.y), (0.0, -1.0), (1.0, 0.0)),
        ];
        let mut path = Self::new();
        path.move_to(Point::new(rect.x + r, rect.y));
        for (corner, into, out) in corners {
            let before = |by: f64| Point::new(corner.x - into.0 * by, corner.y - into.1 * by);
            let after = |by: f64| Point::new(corner.x + out.0 * by, corner.y + out.1 * by);
            let control = r * (1.0 - ARC);
            path.line_to(before(r)).cubic_to(before(control), after(control), after(r));
        }
        path.close();
        path
    }

    /// A circle.
    #[must_use]
    pub fn circle(centre: Point, radius: f64) -> Self {
        let side = 2.0 * radius;
        Self::rounded_rect(Rect::new(centre.x - radius, centre.y - radius, side, side), radius)
    }

    /// A closed shape with straight sides.
    #[must_use]
    pub fn polygon(corners: &[Point]) -> Self {
        let mut path = Self::polyline(corners);
        path.close();
        path
    }

    /// Straight lines from point to point, left open.
    #[must_use]
    pub fn polyline(points: &[Point]) -> Self {
        let segments = points
            .iter()
            .enumerate()
            .map(|(i, &point)| if i == 0 { Segment::Move(point) } else { Segment::Line(point) });
        Self { segments: segments.collect() }
    }

    /// A straight line.
    #[must_use]
    pub fn line(from: Point, to: Point) -> Self {
        Self::polyline(&[from, to])
    }

    /// A star with one point upwards.
    #[must_use]
    pub fn star(centre: Point, radius: f64, points: u16) -> Self {
        // The ratio of the pentagram, whose sides line up.
        let inner = radius * 0.381_966;
        let corners: Vec<Point> = (0..points * 2)
            .map(|i| {
                let angle = std::f64::consts::PI * f64::from(i) / f64::from(points);
                let reach = if i % 2 == 0 { radius } else { inner };
                Point::new(centre.x + reach * angle.sin(), centre.y - reach * angle.cos())
            })
            .collect();
        Self::polygon(&corners)
    }

    /// Begins a new line or shape.
    pub fn move_to(&mut self, to: Point) -> &mut Self {
        self.push(Segment::Move(to))
    }

    /// Goes straight.
    pub fn line_to(&mut self, to: Point) -> &mut Self {
        self.push(Segment::Line(to))
    }

    /// Goes along a quadratic Bézier curve.
    pub fn quadratic_to(&mut self, control: Point, to: Point) -> &mut Self {
        self.push(Segment::Quadratic(control, to))
    }

    /// Goes along a cubic Bézier curve.
    pub fn cubic_to(&mut self, first: Point, second: Point, to: Point) -> &mut Self {
        self.push(Segment::Cubic(first, second, to))
    }

    /// Goes straight back to where the shape began.
    pub fn close(&mut self) -> &mut Self {
        self.push(Segment::Close)
    }

    /// Appends another path.
    pub fn append(&mut self, other: &Self) -> &mut Self {
        self.segments.extend_from_slice(&other.segments);
        self
    }

    /// The path moved, turned or scaled.
    #[must_use]
    pub fn transformed(&self, by: Transform) -> Self {
        let at = |point| by.apply(point);
        let segments = self.segments.iter().map(|segment| match *segment {
            Segment::Move(p) => Segment::Move(at(p)),
            Segment::Line(p) => Segment::Line(at(p)),
            Segment::Quadratic(c, p) => Segment::Quadratic(at(c), at(p)),
            Segment::Cubic(c, d, p) => Segment::Cubic(at(c), at(d), at(p)),
            Segment::Close => Segment::Close,
        });
        Self { segments: segments.collect() }
    }

    fn push(&mut self, segment: Segment) -> &mut Self {
        self.segments.push(segment);
        self
    }
}
