//! Finder patterns: the three concentric squares that mark a symbol (ISO/IEC 18004 §6.3.3).
//!
//! Any straight line through the centre meets ink, paper, ink, paper, ink in the ratio 1:1:3:1:1.
//! Rows are scanned for that ratio, and what shows it is confirmed along rays in all directions.

use super::flat::Flat;
use super::number::{index, real, single};
use super::solve::LeastSquares;
use super::vector::{Point, along, between, cross, length};

/// Rays cast from a centre.
pub(super) const RAYS: usize = 32;

/// Where a ray leaves the inner square, enters the ring and leaves the ring: distances in pixels.
pub(super) type Crossings = [f32; 3];

/// A confirmed finder pattern.
#[derive(Clone)]
pub(super) struct Finder {
    pub(super) centre: Point,
    /// Mean size of a module in pixels.
    pub(super) module: f32,
    /// Light on dark.
    pub(super) inverted: bool,
    /// Fraction of rays that show the pattern.
    pub(super) quality: f32,
    rays: [Option<Crossings>; RAYS],
}

/// A finder's own axes: one module to the right and one down, as the symbol was printed.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    centre: Point,
    pub(super) across: Point,
    pub(super) down: Point,
}

impl Frame {
    /// A place near the finder, in modules from its centre.
    pub(super) fn point(&self, x: f32, y: f32) -> Point {
        along(self.centre, x, self.across, y, self.down)
    }
}

impl Finder {
    /// Makes ink negative also in an inverted symbol.
    pub(super) fn sign(&self) -> f32 {
        if self.inverted { -1.0 } else { 1.0 }
    }

    /// The axes that fit the edges of the squares best. The directions in which the symbol's other
    /// finders lie tell which side is which.
    pub(super) fn frame(&self, across: Point, down: Point) -> Option<Frame> {
        let scale = |v: Point| v.map(|part| part / length(v) * self.module);
        let mut frame = Frame { centre: self.centre, across: scale(across), down: scale(down) };
        for _ in 0..2 {
            frame = self.fitted(&frame)?;
        }
        Some(frame)
    }

    fn fitted(&self, rough: &Frame) -> Option<Frame> {
        let area = cross(rough.across, rough.down);
        let mut sides = [const { LeastSquares::with_prior([0.0; 3], [1e-9; 3]) }; 2];
        for (direction, crossings) in directions().iter().zip(&self.rays) {
            for (distance, half) in crossings.iter().flatten().zip([1.5_f32, 2.5, 3.5]) {
                let [x, y] = direction.map(|part| part * distance);
                let from = between(rough.centre, [self.centre[0] + x, self.centre[1] + y]);
                let (u, v) = (cross(from, rough.down) / area, cross(rough.across, from) / area);
                // A ray near a corner may have met either side.
                if u.abs() > 1.2 * v.abs() {
                    sides[0].add(&[x, y, 1.0], half.copysign(u), 1.0);
                } else if v.abs() > 1.2 * u.abs() {
                    sides[1].add(&[x, y, 1.0], half.copysign(v), 1.0);
                }
            }
        }
        let [u, v] = sides.map(LeastSquares::solve);
        let (u, v) = (u?.map(single), v?.map(single));
        let area = u[0] * v[1] - u[1] * v[0];
        let (across, down) = ([v[1] / area, -v[0] / area], [-u[1] / area, u[0] / area]);
        (area > 0.0).then(|| Frame { centre: along(self.centre, -u[2], across, -v[2], down), across, down })
    }
}

/// Rows from one scan line to the next. The inner square of the smallest symbol that can be read
/// is four pixels high.
const STRIDE: usize = 2;

/// The clearest finders are kept, as many as a sheet of labels may have.
const MOST: usize = 512;

/// The finder patterns of a picture. A change between ink and paper must exceed `noise`. Stops when
/// `rays` is spent.
pub(super) fn find(flat: &Flat, noise: i16, rays: &mut u32) -> Vec<Finder> {
    let mut search = Search { flat, noise, claimed: Claimed::new(flat), found: Vec::new(), rays };
    // Every fourth scan line first: should the rays run out, all of the picture has been looked at.
    for phase in [0, 2, 1, 3] {
        for y in (phase * STRIDE..flat.height()).step_by(4 * STRIDE) {
            search.row(y);
        }
    }
    let mut found = search.found;
    found.sort_by(|a, b| b.quality.total_cmp(&a.quality));
    found.truncate(MOST);
    found
}

struct Search<'a> {
    flat: &'a Flat,
    noise: i16,
    claimed: Claimed,
    found: Vec<Finder>,
    rays: &'a mut u32,
}

impl Search<'_> {
    fn row(&mut self, y: usize) {
        let noise = self.noise;
        let row = self.flat.row(y);
        // The places of the last six changes.
        let mut edges = [f32::NEG_INFINITY; 6];
        let (mut ink, mut x) = (false, 0);
        loop {
            let ahead = &row[x..];
            let next = if ink {
                ahead.iter().position(|&value| value >= noise)
            } else {
                ahead.iter().position(|&value| value <= -noise)
            };
            let Some(run) = next else { return };
            x += run;
            edges.rotate_left(1);
            edges[5] = crossing_before(row, x);
            // The run that just ended was of ink if it ended in paper.
            if one_one_three(&edges) {
                let centre = [f32::midpoint(edges[2], edges[3]), real(y) + 0.5];
                self.confirm(centre, (edges[5] - edges[0]) / 7.0, !ink);
            }
            ink = !ink;
        }
    }

    fn confirm(&mut self, centre: Point, module: f32, inverted: bool) {
        if self.claimed.contains(centre) {
            return;
        }
        let sign = if inverted { -1.0 } else { 1.0 };
        let mut sight = Sight { flat: self.flat, noise: f32::from(self.noise), sign, left: self.rays };
        let Some((centre, height)) = sight.through(centre, [0.0, 1.0], module) else { return };
        let Some((centre, width)) = sight.through(centre, [1.0, 0.0], height) else { return };
        if self.claimed.contains(centre) {
            return;
        }
        if let Some(finder) = sight.around(centre, f32::midpoint(width, height), inverted) {
            self.claimed.mark(finder.centre, finder.module * 3.0);
            self.found.push(finder);
        } else {
            self.claimed.mark(centre, 0.5);
        }
    }
}

/// The last place before pixel `x` where the sign changed.
fn crossing_before(row: &[i16], x: usize) -> f32 {
    let ink = row[x] < 0;
    let Some(last) = row[..x].iter().rposition(|&value| (value < 0) != ink) else { return f32::NEG_INFINITY };
    let (before, after) = (f32::from(row[last]), f32::from(row[last + 1]));
    // The centre of pixel `last` is half a pixel further.
    real(last) + 0.5 + before / (before - after)
}

/// Whether the five runs between six edges are 1:1:3:1:1. Sums of neighbours are compared, from
/// like edge to like edge, which stay true when ink spreads or blur thins it.
fn one_one_three(e: &[f32; 6]) -> bool {
    let unit = (e[5] - e[0] + e[4] - e[1]) / 12.0;
    let slack = 0.7 * unit + 0.3;
    let near = |length: f32, modules: f32| (length - modules * unit).abs() < slack;
    let (core, left, right) = (e[3] - e[2], e[2] - e[1], e[4] - e[3]);
    unit.is_finite()
        && core > left
        && core > right
        && near(e[2] - e[0], 2.0)
        && near(e[3] - e[1], 4.0)
        && near(e[4] - e[2], 4.0)
        && near(e[5] - e[3], 2.0)
}

/// A way of looking along lines: `sign` makes ink negative also in an inverted symbol.
struct Sight<'a> {
    flat: &'a Flat,
    noise: f32,
    sign: f32,
    /// Rays that may still be cast.
    left: &'a mut u32,
}

impl Sight<'_> {
    /// Looks both ways from `centre`; the corrected centre and the module along that line.
    fn through(&mut self, centre: [f32; 2], [dx, dy]: [f32; 2], module: f32) -> Option<([f32; 2], f32)> {
        let forward = self.ray(centre, [dx, dy], module)?;
        let backward = self.ray(centre, [-dx, -dy], module)?;
        let edges = [-backward[2], -backward[1], -backward[0], forward[0], forward[1], forward[2]];
        let length = (edges[5] - edges[0]) / 7.0;
        if !one_one_three(&edges) || length > 2.5 * module || length < 0.4 * module {
            return None;
        }
        let shift = f32::midpoint(edges[2], edges[3]);
        Some(([centre[0] + shift * dx, centre[1] + shift * dy], length))
    }

    /// Looks all round.
    fn around(&mut self, centre: Point, module: f32, inverted: bool) -> Option<Finder> {
        let directions = directions();
        let mut rays = [None; RAYS];
        // A quarter of the rays tells most impostors.
        for (first, step, needed) in [(0, 4, RAYS / 8), (1, 4, 0), (2, 4, 0), (3, 4, 0)] {
            for i in (first..RAYS).step_by(step) {
                rays[i] = self.ray(centre, directions[i], module).filter(concentric);
            }
            if rays.iter().flatten().count() < needed {
                return None;
            }
        }
        let seen: Vec<_> =
            rays.iter().zip(directions).filter_map(|(ray, d)| ray.map(|ray| (ray[2], d))).collect();
        let count = real(seen.len());
        let quality = count / real(RAYS);
        if quality < 0.6 {
            return None;
        }
        let reach = seen.iter().map(|(distance, _)| distance).sum::<f32>() / count;
        // From the middle of a square's side to its corner: on average 1.122 times half the side.
        Some(Finder { centre, module: reach / (3.5 * 1.122), inverted, quality, rays })
    }

    /// The next three changes between ink and paper, starting in ink.
    fn ray(&mut self, from: [f32; 2], [dx, dy]: [f32; 2], module: f32) -> Option<Crossings> {
        *self.left = self.left.checked_sub(1)?;
        let step = (module / 4.0).clamp(0.4, 2.0);
        let (flat, sign) = (self.flat, self.sign);
        let value_at = |d: f32| flat.at([from[0] + d * dx, from[1] + d * dy]).map(|v| v * sign);
        let (mut ink, mut crossing, mut found) = (true, 0.0, 0);
        let mut crossings = [0.0; 3];
        let mut last = value_at(0.0)?;
        for i in 1..=index(8.0 * module / step) {
            let d = real(i) * step;
            // The inner square ends after 1.5 modules, or 2.1 towards its corner.
            if found == 0 && d > 4.0 * module {
                return None;
            }
            let value = value_at(d)?;
            if (value < 0.0) != (last < 0.0) {
                crossing = d - step + step * last / (last - value);
            }
            last = value;
            if (if ink { value } else { -value }) >= self.noise {
                crossings[found] = crossing;
                found += 1;
                if found == 3 {
                    return Some(crossings);
                }
                ink = !ink;
            }
        }
        None
    }
}

/// Whether a ray leaves three concentric squares: 1.5, 2.5 and 3.5 modules from their centre.
fn concentric(ray: &Crossings) -> bool {
    let unit = (ray[2] + ray[1]) / 6.0;
    (ray[0] - 1.5 * unit).abs() < 0.65 * unit && (ray[2] - ray[1] - unit).abs() < 0.65 * unit
}

fn directions() -> [[f32; 2]; RAYS] {
    std::array::from_fn(|i| {
        let (sin, cos) = (std::f32::consts::TAU * real(i) / real(RAYS)).sin_cos();
        [cos, sin]
    })
}

/// Marks where finders are known, on a raster of cells of four pixels.
struct Claimed {
    width: usize,
    cells: Vec<bool>,
}

impl Claimed {
    const CELL: usize = 4;

    fn new(flat: &Flat) -> Self {
        let width = flat.width() / Self::CELL + 1;
        Self { width, cells: vec![false; width * (flat.height() / Self::CELL + 1)] }
    }

    fn contains(&self, [x, y]: [f32; 2]) -> bool {
        self.cells[index(y) / Self::CELL * self.width + index(x) / Self::CELL]
    }

    fn mark(&mut self, [x, y]: [f32; 2], reach: f32) {
        let rows = self.cells.len() / self.width;
        let cell = |v: f32, count: usize| (index(v) / Self::CELL).min(count - 1);
        for row in cell(y - reach, rows)..=cell(y + reach, rows) {
            let start = row * self.width;
            self.cells[start + cell(x - reach, self.width)..=start + cell(x + reach, self.width)].fill(true);
        }
    }
}
