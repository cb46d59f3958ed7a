//! Where the modules of a symbol lie in the picture.

use super::flat::Flat;
use super::number::{index, real, single};
use super::perspective::Perspective;
use super::solve::LeastSquares;
use super::triple::Triple;
use super::vector::{Point, along, between, dot, length};

/// From modules to pixels. Symbol coordinates are bent by a cubic polynomial and then put in
/// perspective: a box needs only the second, a bottle mostly the first.
#[derive(Clone)]
pub(super) struct Grid {
    dimension: usize,
    perspective: Perspective,
    bend: Bend,
    /// Where the grid is known to be right: the middles of patterns, in modules.
    anchors: Vec<Point>,
    /// Points of the symbol that were seen: in modules, and where the perspective has them.
    seen: Vec<(Point, Point)>,
}

/// What a grid is first made of, when no more than its finders is known.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// A plane.
    Plane,
    /// Bent, as far as the finders make it certain.
    Bent,
    /// Bent as the finders have it.
    FullyBent,
}

/// What is added to a point's column and to its row, in modules.
type Bend = [[f32; TERMS]; 2];

/// Powers of two coordinates up to the third degree.
const TERMS: usize = 10;

/// How strongly a fit holds on to what was there before, by the degree of the term, in edges.
const HOLD: [f64; TERMS] = [0.01, 0.05, 0.05, 0.2, 0.2, 0.2, 0.5, 0.5, 0.5, 0.5];

impl Grid {
    /// The grid through three finders.
    pub(super) fn through(triple: &Triple, shape: Shape) -> Option<Self> {
        let far = real(triple.dimension) - 3.5;
        let anchors = vec![[3.5, 3.5], [far, 3.5], [3.5, far]];
        let corners: Vec<(Point, Point)> = triple
            .frames
            .iter()
            .zip(&anchors)
            .flat_map(|(frame, [u, v])| {
                [[-3.5, -3.5], [3.5, -3.5], [3.5, 3.5], [-3.5, 3.5]]
                    .map(|[x, y]| ([u + x, v + y], frame.point(x, y)))
            })
            .collect();
        let (straight, hold) = match shape {
            Shape::Plane => (1e-9, None),
            Shape::Bent => (1e6, Some(0.01)),
            Shape::FullyBent => (1e6, Some(0.0002)),
        };
        let perspective = Perspective::through(&corners, real(triple.dimension), straight)?;
        let seen = corners.iter().filter_map(|&(at, pixel)| Some((at, perspective.symbol(pixel)?))).collect();
        let bend = [[0.0; TERMS]; 2];
        let mut grid = Self { dimension: triple.dimension, perspective, bend, anchors, seen };
        if let Some(hold) = hold {
            grid.bend = grid.tied(hold)?;
        }
        Some(grid)
    }

    /// Modules a side.
    pub(super) fn dimension(&self) -> usize {
        self.dimension
    }

    /// Where a point of the symbol lies in the picture. The middle of the module in column `i` and
    /// row `j` is at `i + 0.5`, `j + 0.5`.
    pub(super) fn point(&self, at: Point) -> Point {
        self.perspective.point(self.bent(at))
    }

    fn bent(&self, at: Point) -> Point {
        let terms = self.terms(at);
        [at[0] + dot(&self.bend[0], &terms), at[1] + dot(&self.bend[1], &terms)]
    }

    fn terms(&self, [u, v]: Point) -> [f32; TERMS] {
        let half = real(self.dimension) / 2.0;
        let (s, t) = (u / half - 1.0, v / half - 1.0);
        [1.0, s, t, s * s, s * t, t * t, s * s * s, s * s * t, s * t * t, t * t * t]
    }

    /// How clearly the timing patterns are where this grid expects them: 1 perfectly, 0 not at all.
    pub(super) fn timing(&self, flat: &Flat, sign: f32) -> f32 {
        let (mut agreement, mut total) = (0.0, f32::EPSILON);
        for i in 8..self.dimension - 8 {
            let expected = if i % 2 == 0 { -sign } else { sign };
            for at in [[real(i) + 0.5, 6.5], [6.5, real(i) + 0.5]] {
                let value = flat.at(self.point(at)).unwrap_or(0.0);
                agreement += value * expected;
                total += value.abs();
            }
        }
        agreement / total
    }

    /// The grid bent so that points come to lie where they were seen.
    fn tied(&self, hold: f64) -> Option<Bend> {
        let mut fit = Fit::new(&self.bend, hold);
        for &(at, to) in &self.seen {
            let terms = self.terms(at);
            for axis in [0, 1] {
                // A corner of a finder stands for the edges that it was found by.
                fit.add(axis, &terms, to[axis] - at[axis], 10.0);
            }
        }
        fit.solve()
    }

    /// Bends the grid until its lines lie on the edges between ink and paper.
    ///
    /// Near its anchors the grid is right from the start. Step by step what lies further from them
    /// is believed, so that no line is drawn to the edge next to its own; the steps grow while the
    /// far corner stays where it is.
    pub(super) fn settle(&mut self, flat: &Flat, sign: f32) {
        let corner = [real(self.dimension); 2];
        let (mut reach, mut step, mut strayed) = (0.15, 0.05, 0.0);
        loop {
            let before = self.bent(corner);
            let Some(bend) = self.on_edges(flat, reach * real(self.dimension)) else { return };
            self.bend = bend;
            if reach > 1.0 {
                return;
            }
            let moved = length(between(before, self.bent(corner)));
            strayed += moved;
            step = if moved < 0.25 { 2.0 * step } else { 0.05 };
            reach += step;
            if reach > 0.6 && strayed > 1.0 && self.anchors.len() == 3 && self.dimension > 21 {
                strayed = f32::NEG_INFINITY;
                if let Some(aligned) = self.aligned(flat, sign) {
                    *self = aligned;
                    (reach, step) = (0.3, 0.05);
                }
            }
        }
    }

    /// Looks for the alignment pattern at the lower right (ISO/IEC 18004 §6.3.6) and ties the grid
    /// to it, if it is there.
    fn aligned(&self, flat: &Flat, sign: f32) -> Option<Self> {
        let p = real(self.dimension) - 6.5;
        let centre = self.point([p, p]);
        let across = between(self.point([p - 0.5, p]), self.point([p + 0.5, p]));
        let down = between(self.point([p, p - 0.5]), self.point([p, p + 0.5]));
        let reach = index(2.0 + 0.06 * real(self.dimension));
        let steps = || (0..=4 * reach).map(|step| real(step) / 2.0 - real(reach));
        let (mut clearest, mut found) = (0.8, None);
        for (x, y) in steps().flat_map(|y| steps().map(move |x| (x, y))) {
            let place = |dx: f32, dy: f32| along(centre, x + dx, across, y + dy, down);
            let clear = alignment_pattern(flat, place, sign);
            if clear > clearest {
                (clearest, found) = (clear, Some(place(0.0, 0.0)));
            }
        }
        let found = self.perspective.symbol(found?)?;
        let mut aligned = self.clone();
        aligned.anchors.push([p, p]);
        aligned.seen.extend([([p, p], found); 4]);
        aligned.bend = aligned.tied(0.02)?;
        Some(aligned)
    }

    /// The grid bent so that its lines lie on the edges that are less than `reach` modules from an
    /// anchor.
    fn on_edges(&self, flat: &Flat, reach: f32) -> Option<Bend> {
        let side = self.dimension;
        let nodes: Vec<Option<Node>> = (0..side * side)
            .map(|i| {
                let at = [real(i % side) + 0.5, real(i / side) + 0.5];
                let near =
                    self.anchors.iter().any(|a| (a[0] - at[0]).abs().max((a[1] - at[1]).abs()) < reach);
                if !near {
                    return None;
                }
                let bent = self.bent(at);
                let seen = self.perspective.point(bent);
                Some(Node { at, bent, seen, value: flat.at(seen)? })
            })
            .collect();
        let mut fit = Fit::new(&self.bend, 1.0);
        for i in 0..side * side {
            for (axis, next) in [(0, i + 1), (1, i + side)] {
                if (axis == 0 && next % side == 0) || next >= side * side {
                    continue;
                }
                let (Some(a), Some(b)) = (&nodes[i], &nodes[next]) else { continue };
                let Some(place) = change(flat, a, b) else { continue };
                let contrast = (a.value - b.value).abs() / (a.value.abs() + b.value.abs() + 40.0);
                let mut middle = a.at;
                middle[axis] += 0.5;
                let bent = a.bent[axis] + place * (b.bent[axis] - a.bent[axis]);
                let off = place - 0.5;
                let weight = contrast / (1.0 + 12.0 * off * off);
                fit.add(axis, &self.terms(middle), bent - middle[axis], weight);
            }
        }
        fit.solve()
    }
}

/// Collects what is known of a bend: for the columns and for the rows.
struct Fit([LeastSquares<TERMS>; 2]);

impl Fit {
    fn new(bend: &Bend, hold: f64) -> Self {
        Self(
            bend.map(|terms| {
                LeastSquares::with_prior(terms.map(f64::from), HOLD.map(|weight| hold * weight))
            }),
        )
    }

    fn add(&mut self, axis: usize, terms: &[f32; TERMS], modules: f32, weight: f32) {
        self.0[axis].add(terms, modules, weight);
    }

    fn solve(self) -> Option<Bend> {
        let [columns, rows] = self.0.map(LeastSquares::solve);
        Some([columns?.map(single), rows?.map(single)])
    }
}

/// How clearly an alignment pattern is seen: ink, a ring of paper, a ring of ink.
fn alignment_pattern(flat: &Flat, place: impl Fn(f32, f32) -> Point, sign: f32) -> f32 {
    let (mut agreement, mut total) = (0.0, f32::EPSILON);
    for (x, y) in (-2..=2_i8).flat_map(|y| (-2..=2_i8).map(move |x| (x, y))) {
        let value = sign * flat.at(place(f32::from(x), f32::from(y))).unwrap_or(0.0);
        let paper = x.abs().max(y.abs()) == 1;
        agreement += if paper { value } else { -value };
        total += value.abs();
    }
    agreement / total
}

/// The middle of a module.
struct Node {
    /// In the symbol.
    at: Point,
    /// As bent.
    bent: Point,
    /// In the picture.
    seen: Point,
    value: f32,
}

/// Where between two modules of different colour the sign changes, as a fraction of the way.
fn change(flat: &Flat, a: &Node, b: &Node) -> Option<f32> {
    const PARTS: usize = 4;
    if a.value * b.value >= 0.0 {
        return None;
    }
    let way = between(a.seen, b.seen);
    let mut last = a.value;
    for i in 1..=PARTS {
        let t = real(i) / real(PARTS);
        let value = if i == PARTS { b.value } else { flat.at(along(a.seen, t, way, 0.0, way))? };
        if (value < 0.0) != (last < 0.0) {
            return Some((real(i - 1) + last / (last - value)) / real(PARTS));
        }
        last = value;
    }
    None
}
