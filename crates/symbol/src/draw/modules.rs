//! A grid of dark and light modules.

use std::sync::Arc;

use super::{Path, Point};

/// A grid of square modules, such as a QR code, without a quiet zone.
///
/// It is a kind of its own among the things drawn because each backend has a best way for it: one
/// seamless outline in SVG and PDF, whole pixels in PNG.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modules {
    columns: usize,
    dark: Arc<[bool]>,
}

impl Modules {
    /// A grid from its rows, one after the other. An incomplete last row is left out.
    #[must_use]
    pub fn new(columns: usize, dark: &[bool]) -> Self {
        let whole = dark.len().checked_div(columns).unwrap_or(0) * columns;
        Self { columns, dark: dark[..whole].into() }
    }

    /// Modules in a row.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.dark.len().checked_div(self.columns).unwrap_or(0)
    }

    /// Whether a module is dark; outside of the grid everything is light.
    #[must_use]
    pub fn is_dark(&self, column: usize, row: usize) -> bool {
        column < self.columns && self.dark.get(row * self.columns + column).copied().unwrap_or(false)
    }

    /// The runs of dark modules: row, first column, number of modules.
    pub(crate) fn runs(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        (0..self.rows()).flat_map(move |row| {
            let mut column = 0;
            std::iter::from_fn(move || {
                let start = (column..self.columns).find(|&c| self.is_dark(c, row))?;
                let end = (start..self.columns).find(|&c| !self.is_dark(c, row)).unwrap_or(self.columns);
                column = end;
                Some((row, start, end - start))
            })
        })
    }

    /// The boundary between dark and light as closed loops of corners, one unit per module, dark to the
    /// right of the way. Neighbouring modules share no edge, so no renderer can show a seam there.
    pub(crate) fn outlines(&self) -> Vec<Vec<(u32, u32)>> {
        Tracer::new(self).loops()
    }

    /// The outlines as a path with modules of the size given.
    pub(crate) fn path(&self, origin: Point, module: f64) -> Path {
        let mut path = Path::new();
        for corners in self.outlines() {
            let points: Vec<Point> = corners
                .iter()
                .map(|&(x, y)| Point::new(origin.x + f64::from(x) * module, origin.y + f64::from(y) * module))
                .collect();
            path.append(&Path::polygon(&points));
        }
        path
    }
}

/// East, south, west, north: what one step adds to a corner's place.
const STEPS: [(isize, isize); 4] = [(1, 0), (0, 1), (-1, 0), (0, -1)];

/// Walks along the edges, each of which is taken once.
struct Tracer {
    columns: usize,
    /// For each corner of the grid, the directions in which an edge leaves it, as bits.
    leaving: Vec<u8>,
}

impl Tracer {
    fn new(modules: &Modules) -> Self {
        let (columns, rows) = (modules.columns(), modules.rows());
        let mut tracer = Self { columns: columns + 1, leaving: vec![0; (columns + 1) * (rows + 1)] };
        for row in 0..rows {
            for column in (0..columns).filter(|&column| modules.is_dark(column, row)) {
                let above = row > 0 && modules.is_dark(column, row - 1);
                let left = column > 0 && modules.is_dark(column - 1, row);
                let edges = [
                    (above, column, row),
                    (modules.is_dark(column + 1, row), column + 1, row),
                    (modules.is_dark(column, row + 1), column + 1, row + 1),
                    (left, column, row + 1),
                ];
                for (direction, (covered, x, y)) in edges.into_iter().enumerate() {
                    if !covered {
                        tracer.leaving[y * tracer.columns + x] |= 1 << direction;
                    }
                }
            }
        }
        tracer
    }

    fn loops(mut self) -> Vec<Vec<(u32, u32)>> {
        let mut loops = Vec::new();
        for start in 0..self.leaving.len() {
            // A loop's topmost, leftmost corner leaves eastwards or, around a hole, southwards.
            while let Some(direction) = (0..4).find(|d| self.leaving[start] & (1 << d) != 0) {
                loops.push(self.walk(start, direction));
            }
        }
        loops
    }

    fn walk(&mut self, start: usize, first: usize) -> Vec<(u32, u32)> {
        let (mut at, mut direction) = (start, first);
        let mut corners = vec![self.corner(at)];
        loop {
            self.leaving[at] &= !(1 << direction);
            let (dx, dy) = STEPS[direction];
            at = at.wrapping_add_signed(dx).wrapping_add_signed(dy * self.columns.cast_signed());
            if at == start {
                return corners;
            }
            // Where two dark modules touch by a corner, the right turn stays with the module at hand.
            let turns = [direction + 1, direction, direction + 3];
            let Some(next) = turns.into_iter().map(|d| d % 4).find(|d| self.leaving[at] & (1 << d) != 0)
            else {
                return corners;
            };
            if next != direction {
                corners.push(self.corner(at));
            }
            direction = next;
        }
    }

    fn corner(&self, at: usize) -> (u32, u32) {
        let whole = |value| u32::try_from(value).unwrap_or(u32::MAX);
        (whole(at % self.columns), whole(at / self.columns))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn grid(rows: &[&str]) -> Modules {
        let dark: Vec<bool> = rows.iter().flat_map(|row| row.chars()).map(|c| c == '#').collect();
        Modules::new(rows[0].len(), &dark)
    }

    #[test]
    fn a_ring_has_an_outer_and_an_inner_boundary() {
        let outlines = grid(&["###", "#.#", "###"]).outlines();
        assert_eq!(outlines, [vec![(0, 0), (3, 0), (3, 3), (0, 3)], vec![(1, 1), (1, 2), (2, 2), (2, 1)]]);
    }

    #[test]
    fn modules_that_touch_by_a_corner_stay_apart() {
        let outlines = grid(&["#.", ".#"]).outlines();
        assert_eq!(outlines.len(), 2);
        assert!(outlines.iter().all(|corners| corners.len() == 4));
    }

    #[test]
    fn runs_are_maximal() {
        assert_eq!(
            grid(&["##.#", "....", ".###"]).runs().collect::<Vec<_>>(),
            [(0, 0, 2), (0, 3, 1), (2, 1, 3)]
        );
        assert_eq!(Modules::new(0, &[]).rows(), 0);
    }

    proptest! {
        /// By the non-zero rule, exactly the dark modules are inside of the outlines.
        #[test]
        fn outlines_enclose_the_dark_modules(columns in 1_usize..9, dark in proptest::collection::vec(any::<bool>(), 0..70)) {
            let modules = Modules::new(columns, &dark);
            let outlines = modules.outlines();
            for row in 0..modules.rows() {
                for column in 0..columns {
                    let winding: i32 = outlines.iter().map(|corners| winding(corners, column, row)).sum();
                    prop_assert_eq!(winding, i32::from(modules.is_dark(column, row)));
                }
            }
        }
    }

    /// Crossings of a ray from the module's middle to the left, counted by their direction.
    fn winding(corners: &[(u32, u32)], column: usize, row: usize) -> i32 {
        let (column, row) = (u32::try_from(column).unwrap(), u32::try_from(row).unwrap());
        (0..corners.len())
            .map(|i| {
                let ((x, from), (_, to)) = (corners[i], corners[(i + 1) % corners.len()]);
                let crossed = x <= column && from.min(to) <= row && row < from.max(to);
                if crossed { if to < from { 1 } else { -1 } } else { 0 }
            })
            .sum()
    }
}
