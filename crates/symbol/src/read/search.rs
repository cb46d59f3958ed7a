//! The ladder: ways of looking at a picture, the cheap and likely ones first.

use super::code::{Code, Payload, payload};
use super::finder;
use super::flat::{Flat, GREY};
use super::grid::{Grid, Shape};
use super::number::real;
use super::picture::Picture;
use super::triple::{Triple, triples};

/// How much to look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// Stop at the first rung that finds a code that is sought: for the frames of a camera.
    First,
    /// Look at every scale, also after a code was found: for files, which may show codes of
    /// several sizes. The rungs for bad pictures are climbed only while nothing was found that is sought.
    Every,
}

/// Seeks every code, whatever it says.
#[must_use]
pub fn any(_text: &str) -> bool {
    true
}

/// A way of looking at a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rung {
    /// The picture's sides are divided by this, a power of two.
    pub shrink: u32,
    /// What is done to it besides.
    pub filter: Filter,
}

/// What is done to a picture before symbols are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// Luminance is compared with its neighbourhood.
    Plain,
    /// With a narrow neighbourhood: for blurred and for small symbols.
    Sharp,
    /// With a wide neighbourhood, after smoothing: for noise.
    Smooth,
    /// Twice as large: for very small symbols.
    Doubled,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The codes, in the order in which they were found. The same text at two places is two codes.
    pub codes: Vec<Code>,
    /// Why the search ended.
    pub end: End,
    /// What it took.
    pub work: Work,
}

/// Why a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Every rung that the effort asks for was climbed.
    Complete,
    /// The caller said that time is up.
    OutOfTime,
    /// The picture is so full of what looks like symbols that not all of it was followed up.
    OutOfWork,
}

/// The rungs start where the picture has at most this many pixels.
const THUMBNAIL: usize = 200_000;

/// The rungs for bad pictures look at pictures of at most this many pixels.
const MODERATE: usize = 3_200_000;

/// Nothing larger is looked at as it is, but only at half its size and less: so fine are only
/// sensors that are finer than their lenses.
const LARGE: usize = 17_000_000;

/// Work that depends on what a picture shows, besides passing over its pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Work {
    /// Rays cast to confirm finder patterns.
    pub rays: u32,
    /// Modules of the symbols that were tried.
    pub modules: u32,
}

impl Work {
    /// What a search does at most. The last symbol tried may go over it by its own size.
    pub const MOST: Self = Self { rays: 800_000, modules: 400_000 };
    /// One rung's share, so that a misleading one leaves something to the others. Symbols that are
    /// read do not count here.
    const ON_A_RUNG: Self = Self { rays: 150_000, modules: 25_000 };
}

/// Groups of three finders whose timing patterns are looked for on one rung.
const GROUPS: usize = 400;

/// Timing patterns less clear than this are not followed up: those of noise mostly reach 0.2.
const TIMING: f32 = 0.3;

/// Reads the QR codes of a picture. `sought` says of a text whether it is one that the caller looks for ([`any`]):
/// other codes are told too, but a sharp one ends no search for a blurred one. `time_is_up` is asked before each rung
/// and before each symbol is tried; if it never says so the search ends all the same, because its work is bounded.
#[must_use]
pub fn codes(
    picture: &Picture,
    effort: Effort,
    sought: &dyn Fn(&str) -> bool,
    time_is_up: &dyn Fn() -> bool,
) -> Reading {
    let mut search = Search {
        levels: Levels::of(picture),
        sought,
        time_is_up,
        codes: Vec::new(),
        work: Work::default(),
        end: End::Complete,
    };
    search.climb(effort);
    let found = effort == Effort::First && search.has_found();
    Reading { end: if found { End::Complete } else { search.end }, codes: search.codes, work: search.work }
}

struct Search<'a> {
    levels: Levels<'a>,
    sought: &'a dyn Fn(&str) -> bool,
    time_is_up: &'a dyn Fn() -> bool,
    codes: Vec<Code>,
    work: Work,
    end: End,
}

impl Search<'_> {
    fn climb(&mut self, effort: Effort) {
        for (level, filter) in self.levels.rungs() {
            let wanted = (effort == Effort::Every && filter == Filter::Plain) || !self.has_found();
            if !wanted || self.end == End::OutOfTime {
                return;
            }
            if (self.time_is_up)() {
                self.end = End::OutOfTime;
                return;
            }
            self.look(level, filter);
        }
    }

    /// Whether a code was found that is sought.
    fn has_found(&self) -> bool {
        self.codes.iter().any(|code| (self.sought)(&code.text))
    }

    /// One rung.
    fn look(&mut self, level: usize, filter: Filter) {
        let picture = self.levels.at(level);
        let (flat, noise) = match filter {
            Filter::Plain => (Flat::new(picture, 5), 3 * GREY),
            Filter::Sharp => (Flat::new(picture, 3), 2 * GREY),
            Filter::Smooth => (Flat::new(&picture.smoothed(), 9), 4 * GREY),
            Filter::Doubled => (Flat::new(&picture.doubled(), 6), 2 * GREY),
        };
        let rung = Rung { shrink: 1 << level, filter };
        let scale = real(1 << level) * if filter == Filter::Doubled { 0.5 } else { 1.0 };

        let allowed = Work::ON_A_RUNG.rays.min(Work::MOST.rays - self.work.rays);
        let mut rays = allowed;
        let finders = finder::find(&flat, noise, &mut rays);
        self.work.rays += allowed - rays;
        if rays == 0 {
            self.end = End::OutOfWork;
        }

        let mut in_vain = 0;
        let known = self.codes.len();
        let mut used = vec![false; finders.len()];
        let groups = triples(&flat, &finders, GROUPS);
        for triple in groups.triples {
            if triple.timing < TIMING {
                break;
            }
            let told = |code: &Code| {
                triple.members.iter().any(|&i| code.covers(finders[i].centre.map(|c| c * scale)))
            };
            if triple.members.iter().any(|&i| used[i]) || self.codes[..known].iter().any(told) {
                continue;
            }
            if (self.time_is_up)() {
                self.end = End::OutOfTime;
                return;
            }
            let sign = finders[triple.members[0]].sign();
            if let Some((grid, payload)) = self.symbol(&flat, &triple, sign, &mut in_vain) {
                for i in triple.members {
                    used[i] = true;
                }
                self.codes.push(Code::new(payload, &grid, scale, rung));
            }
        }

        let codes = &self.codes;
        let left = finders.iter().filter(|finder| {
            let at = finder.centre.map(|c| c * scale);
            !codes.iter().any(|code| code.covers(at))
        });
        if groups.cut && left.count() >= 3 {
            self.end = End::OutOfWork;
        }
    }

    /// Tries to read the symbol between three finders.
    fn symbol(
        &mut self,
        flat: &Flat,
        triple: &Triple,
        sign: f32,
        in_vain: &mut u32,
    ) -> Option<(Grid, Payload)> {
        let mut grids: Vec<(f32, Grid)> = [Shape::Plane, Shape::Bent, Shape::FullyBent]
            .into_iter()
            .filter_map(|shape| Grid::through(triple, shape))
            .map(|grid| (grid.timing(flat, sign), grid))
            .filter(|(timing, _)| *timing > TIMING)
            .collect();
        grids.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (_, mut grid) in grids {
            if *in_vain >= Work::ON_A_RUNG.modules || self.work.modules >= Work::MOST.modules {
                self.end = End::OutOfWork;
                return None;
            }
            // At most 177 modules a side.
            let modules = u32::try_from(grid.dimension().pow(2)).unwrap_or(u32::MAX);
            self.work.modules = self.work.modules.saturating_add(modules);
            grid.settle(flat, sign);
            if let Some(payload) = payload(flat, &grid, sign) {
                return Some((grid, payload));
            }
            *in_vain += modules;
        }
        None
    }
}

/// The picture, its half, its quarter, and so on.
struct Levels<'a> {
    whole: &'a Picture,
    reduced: Vec<Picture>,
}

impl<'a> Levels<'a> {
    /// Down to where a symbol hardly has a pixel for each module.
    const SMALLEST_SIDE: usize = 60;

    fn of(whole: &'a Picture) -> Self {
        let mut levels = Self { whole, reduced: Vec::new() };
        loop {
            let last = levels.at(levels.reduced.len());
            if last.width().min(last.height()) < 2 * Self::SMALLEST_SIDE {
                return levels;
            }
            let half = last.halved();
            levels.reduced.push(half);
        }
    }

    fn at(&self, level: usize) -> &Picture {
        level.checked_sub(1).map_or(self.whole, |i| &self.reduced[i])
    }

    /// From the thumbnail to the full picture, then what is coarser still, then the rungs for bad
    /// pictures.
    fn rungs(&self) -> Vec<(usize, Filter)> {
        let pixels = |level: usize| self.at(level).width() * self.at(level).height();
        let count = self.reduced.len() + 1;
        let start = (0..count).find(|&level| pixels(level) <= THUMBNAIL).unwrap_or(count - 1);
        let plain = (0..=start).rev().chain(start + 1..count).map(|level| (level, Filter::Plain));
        let moderate = (0..count).filter(|&level| pixels(level) <= MODERATE).take(2);
        let bad = [Filter::Sharp, Filter::Smooth, Filter::Doubled]
            .into_iter()
            .flat_map(|filter| moderate.clone().map(move |level| (level, filter)));
        plain
            .chain(bad)
            .filter(|&(level, _)| pixels(level) <= LARGE)
            .filter(|&(level, filter)| filter != Filter::Doubled || 4 * pixels(level) <= MODERATE)
            .collect()
    }
}
