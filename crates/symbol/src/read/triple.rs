//! Three finder patterns that may belong to one symbol.

use super::finder::{Finder, Frame};
use super::flat::Flat;
use super::number::real;
use super::vector::{Point, along, between, cross, dot, length};

/// Three finders in the order top left, top right, bottom left, and what they say of the symbol.
#[derive(Clone)]
pub(super) struct Triple {
    /// Which of the finders found.
    pub(super) members: [usize; 3],
    /// Their local axes, along the symbol's.
    pub(super) frames: [Frame; 3],
    /// Modules a side.
    pub(super) dimension: usize,
    /// How clearly a timing pattern of that many modules is seen, 1 being perfectly.
    pub(super) timing: f32,
}

/// How many neighbours of a finder are considered.
const NEIGHBOURS: usize = 12;

/// What was looked at, and whether that was all.
pub(super) struct Groups {
    /// The plausible triples.
    pub(super) triples: Vec<Triple>,
    /// Whether there were more shapes than were looked at.
    pub(super) cut: bool,
}

/// The plausible triples, the clearest timing patterns first. At most `most` of the likeliest
/// shapes are looked at.
pub(super) fn triples(flat: &Flat, finders: &[Finder], most: usize) -> Groups {
    let mut shapes = Vec::new();
    for (corner, finder) in finders.iter().enumerate() {
        let near = neighbours(finders, corner);
        for (i, &(_, one)) in near.iter().enumerate() {
            for &(_, other) in &near[i + 1..] {
                shapes.extend(
                    shape(finder, &finders[one], &finders[other])
                        .map(|penalty| (penalty, [corner, one, other])),
                );
            }
        }
    }
    shapes.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut found: Vec<Triple> =
        shapes.iter().take(most).filter_map(|(_, members)| examined(flat, finders, *members)).collect();
    found.sort_by(|a, b| b.timing.total_cmp(&a.timing));
    Groups { triples: found, cut: shapes.len() > most }
}

/// The nearest finders of like size and polarity.
fn neighbours(finders: &[Finder], of: usize) -> Vec<(f32, usize)> {
    let this = &finders[of];
    let mut near: Vec<(f32, usize)> = finders
        .iter()
        .enumerate()
        .filter(|&(i, other)| i != of && other.inverted == this.inverted)
        .filter(|(_, other)| (0.45..2.2).contains(&(other.module / this.module)))
        .map(|(i, other)| (length(between(this.centre, other.centre)), i))
        // From centre to centre a symbol has 14 to 170 modules.
        .filter(|(distance, _)| (8.0..260.0).contains(&(distance / this.module)))
        .collect();
    near.sort_by(|a, b| a.0.total_cmp(&b.0));
    near.truncate(NEIGHBOURS);
    near
}

/// How unlike the corner of a square this is, if at all like it.
fn shape(corner: &Finder, one: &Finder, other: &Finder) -> Option<f32> {
    let (a, b) = (between(corner.centre, one.centre), between(corner.centre, other.centre));
    let cosine = dot(&a, &b) / (length(a) * length(b));
    let skew = (length(a) / length(b)).ln().abs();
    if cosine.abs() > 0.75 || skew > 1.0 {
        return None;
    }
    let all = [corner, one, other];
    let mean = all.iter().map(|finder| finder.module).sum::<f32>() / 3.0;
    let uneven: f32 = all.iter().map(|finder| (finder.module / mean).ln().abs()).sum();
    let unclear: f32 = all.iter().map(|finder| 1.0 - finder.quality).sum();
    let size = (length(a) + length(b)) / (2.0 * mean);
    Some(cosine.abs() + skew + 2.0 * uneven + 2.0 * unclear + size / 100.0)
}

/// Fits the finders' axes and looks for the timing patterns between them.
fn examined(flat: &Flat, finders: &[Finder], [corner, one, other]: [usize; 3]) -> Option<Triple> {
    let at = |i: usize| finders[i].centre;
    // With y downwards, going from the top right to the bottom left turns clockwise.
    let clockwise = cross(between(at(corner), at(one)), between(at(corner), at(other))) > 0.0;
    let members = if clockwise { [corner, one, other] } else { [corner, other, one] };
    let (across, down) = (between(at(corner), at(members[1])), between(at(corner), at(members[2])));
    let [top_left, top_right, bottom_left] = members.map(|i| finders[i].frame(across, down));
    let frames = [top_left?, top_right?, bottom_left?];
    let top = Edge::between(&frames[0], &frames[1], |frame| (frame.point(0.0, 3.0), frame.across));
    let left = Edge::between(&frames[0], &frames[2], |frame| (frame.point(3.0, 0.0), frame.down));
    let guess = f32::midpoint(top.modules(), left.modules()) + 7.0;
    let sign = finders[corner].sign();
    let (dimension, timing) = (1..=40)
        .map(|version| 17 + 4 * version)
        // On a bottle the finders are seen smaller than what lies between them.
        .filter(|&dimension| (0.7 * guess - 4.0..1.15 * guess + 4.0).contains(&real(dimension)))
        .map(|dimension| {
            let [a, b] = [&top, &left].map(|edge| edge.timing(flat, dimension, sign));
            (dimension, (a[0] + b[0]) / (a[1] + b[1] + f32::EPSILON))
        })
        .max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(Triple { members, frames, dimension, timing })
}

/// The way of a timing pattern from one finder to another, as a curve that leaves both in the
/// direction of their axes.
struct Edge {
    ends: [Point; 2],
    steps: [Point; 2],
}

impl Edge {
    fn between(a: &Frame, b: &Frame, end: impl Fn(&Frame) -> (Point, Point)) -> Self {
        let (from, start) = end(a);
        let (to, stop) = end(b);
        Self { ends: [from, to], steps: [start, stop] }
    }

    /// The distance, measured in steps of the ends.
    fn modules(&self) -> f32 {
        2.0 * length(between(self.ends[0], self.ends[1])) / (length(self.steps[0]) + length(self.steps[1]))
    }

    /// How far the modules agree with a timing pattern, and how far they could.
    fn timing(&self, flat: &Flat, dimension: usize, sign: f32) -> [f32; 2] {
        let span = real(dimension) - 7.0;
        let mut sums = [0.0, 0.0];
        for i in 8..dimension - 8 {
            let t = (real(i) - 3.0) / span;
            let (r, near) = (1.0 - t, (1.0 + 2.0 * t) * (1.0 - t) * (1.0 - t));
            let place = along([0.0, 0.0], near, self.ends[0], 1.0 - near, self.ends[1]);
            let place = along(place, span * t * r * r, self.steps[0], -span * t * t * r, self.steps[1]);
            let value = sign * flat.at(place).unwrap_or(0.0);
            sums[0] += if i % 2 == 0 { -value } else { value };
            sums[1] += value.abs();
        }
        sums
    }
}
