//! The symbols of a run, for printers: an archive of SVG files, or sheets of paper.

use std::cell::Cell;
use std::io::{Seek, Write};
use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::Path;

use verilabel_label::{Gtin, Serial};
use verilabel_recognition::Register;
use verilabel_symbol::draw::Fonts;
use verilabel_symbol::{LabelLayout, Sheet, SheetCell, SymbolError};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::fan_out::fan_out;
use super::room::Largest;
use super::{RunError, RunPlan};
use crate::Artwork;
use crate::publish::plain_name;

/// Labels that are drawn before they are put on paper.
const AT_ONCE: usize = 200;

/// Links that a core checks or measures at once.
pub(super) const PART: u32 = 100;

/// How symbols are handed to a printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolFile {
    /// A ZIP archive with an SVG file for each box, named by its serial number.
    Zip,
    /// A PDF file of A4 sheets with cut marks.
    Sheet,
}

/// Draws the labels of a run, with the links of its file.
#[derive(Debug)]
pub struct RunSymbols<'a> {
    /// The run.
    pub plan: &'a RunPlan,
    /// How labels are printed.
    pub artwork: &'a Artwork<'a>,
    /// What gives levels their names.
    pub register: &'a Register,
    /// What they are printed with.
    pub fonts: &'a Fonts,
}

impl RunSymbols<'_> {
    /// Most symbols of one file.
    pub const MAX: u32 = 50_000;

    /// Writes the symbols of some units. The links come from the run's file, which was written that far: the same
    /// box never has two. `progress` hears how many are done.
    ///
    /// # Errors
    /// [`RunError::NoSuchUnits`]; [`RunError::TooManySymbols`]; [`RunError::Links`]; [`RunError::AnotherFile`]
    /// where the file does not have those units of this run, signed with its present key; [`RunError::Symbol`] for a label that cannot be drawn, with what to shorten.
    pub fn write(
        &self,
        kind: SymbolFile,
        (links, units): (&Path, Range<u32>),
        cores: NonZeroUsize,
        out: impl Write + Seek,
        progress: &dyn Fn(u32),
    ) -> Result<(), RunError> {
        let asked = units.end.saturating_sub(units.start);
        let all = self.plan.record().units;
        if asked == 0 || units.end > all {
            return Err(RunError::NoSuchUnits { first: units.start, count: asked, units: all });
        }
        if asked > Self::MAX {
            return Err(RunError::TooManySymbols { units: asked, max: Self::MAX });
        }
        let first = units.start;
        let boxes = boxes(links, units, self.plan.record().gtin)?;
        self.check((links, first), &boxes, cores)?;
        let largest = self.largest(&boxes, cores)?;
        match kind {
            SymbolFile::Zip => self.zip((&boxes, &largest), cores, out, progress),
            SymbolFile::Sheet => self.sheet((&boxes, &largest), cores, out, progress),
        }
    }

    /// Holds all boxes against the run, before any is drawn.
    fn check(
        &self,
        (path, first): (&Path, u32),
        boxes: &[(Serial, String)],
        cores: NonZeroUsize,
    ) -> Result<(), RunError> {
        let gtin = self.plan.record().gtin;
        let check = |part: u32| {
            let skipped = part * PART;
            let some = boxes.iter().skip(as_usize(skipped));
            for (n, (serial, link)) in (first + skipped..).zip(some).take(as_usize(PART)) {
                let fields = (gtin.as_str(), serial.as_str(), link.as_str());
                self.plan.check_box(n, fields).map_err(|reason| in_line(path, n, reason))?;
            }
            Ok(())
        };
        fan_out(count(boxes).div_ceil(PART), cores, check, |()| Ok(())).unwrap_or(Err(RunError::Thread))
    }

    fn zip(
        &self,
        (boxes, largest): (&[(Serial, String)], &Largest),
        cores: NonZeroUsize,
        out: impl Write + Seek,
        progress: &dyn Fn(u32),
    ) -> Result<(), RunError> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let mut zip = ZipWriter::new(out);
        let mut done = 0;
        let failed = |e: &dyn std::fmt::Display| RunError::file(Path::new("the archive"), &e.to_string());
        let draw = |n: u32| {
            let one = boxes.get(as_usize(n)).ok_or(RunError::Thread)?;
            Ok((plain_name(one.0.as_str()), self.label(one, largest.layout)?.to_svg()))
        };
        fan_out(count(boxes), cores, draw, |(name, svg)| {
            zip.start_file(format!("{name}.svg"), options).map_err(|e| failed(&e))?;
            zip.write_all(svg.as_bytes()).map_err(|e| failed(&e))?;
            done += 1;
            progress(done);
            Ok(())
        })
        .unwrap_or(Err(RunError::Thread))?;
        zip.finish().and_then(|mut out| Ok(out.flush()?)).map_err(|e| failed(&e))
    }

    fn sheet(
        &self,
        (boxes, largest): (&[(Serial, String)], &Largest),
        cores: NonZeroUsize,
        out: impl Write,
        progress: &dyn Fn(u32),
    ) -> Result<(), RunError> {
        let title = format!("{}, run {}", self.plan.number(), self.plan.record().id);
        let sheet = Sheet { title: Some(title), ..Sheet::default() };
        let trouble = Cell::new(None);
        let drawn = Vec::new().into_iter();
        let layout = largest.layout;
        let cells =
            Cells { symbols: self, rest: boxes, layout, drawn, cores, done: 0, progress, trouble: &trouble };
        let grid = sheet.grid(&largest.drawing, true).map_err(RunError::Symbol)?;
        let written = sheet.write_pdf_on(&grid, out, cells, self.fonts);
        if let Some(trouble) = trouble.take() {
            return Err(trouble);
        }
        written?.flush().map_err(|e| RunError::file(Path::new("the sheet"), &e))
    }
}

/// Labels for sheets, some hundred drawn ahead.
struct Cells<'a> {
    symbols: &'a RunSymbols<'a>,
    rest: &'a [(Serial, String)],
    layout: LabelLayout,
    drawn: std::vec::IntoIter<SheetCell>,
    cores: NonZeroUsize,
    done: u32,
    progress: &'a dyn Fn(u32),
    /// What ended it early.
    trouble: &'a Cell<Option<RunError>>,
}

impl Cells<'_> {
    fn draw_ahead(&mut self) -> Result<(), RunError> {
        let (now, later) = self.rest.split_at(self.rest.len().min(AT_ONCE));
        self.rest = later;
        let mut drawn = Vec::with_capacity(now.len());
        let draw = |n: u32| {
            let one = now.get(as_usize(n)).ok_or(RunError::Thread)?;
            Ok(SheetCell { drawing: self.symbols.label(one, self.layout)?, caption: Some(one.0.to_string()) })
        };
        let done = fan_out(count(now), self.cores, draw, |cell| {
            drawn.push(cell);
            Ok(())
        });
        done.unwrap_or(Err(RunError::Thread))?;
        self.drawn = drawn.into_iter();
        Ok(())
    }
}

impl Iterator for Cells<'_> {
    type Item = Result<SheetCell, SymbolError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.drawn.len() == 0
            && !self.rest.is_empty()
            && let Err(trouble) = self.draw_ahead()
        {
            self.trouble.set(Some(trouble));
            return None;
        }
        let cell = self.drawn.next()?;
        self.done += 1;
        (self.progress)(self.done);
        Some(Ok(cell))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.rest.len() + self.drawn.len();
        (left, Some(left))
    }
}

impl ExactSizeIterator for Cells<'_> {}

pub(super) fn count(boxes: &[(Serial, String)]) -> u32 {
    u32::try_from(boxes.len()).unwrap_or(u32::MAX)
}

pub(super) fn as_usize(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

/// Serial numbers and links of some units, from the run's file.
fn boxes(path: &Path, units: Range<u32>, gtin: Gtin) -> Result<Vec<(Serial, String)>, RunError> {
    let unread = |e: &dyn std::fmt::Display| RunError::Links { path: path.to_owned(), reason: e.to_string() };
    let file = std::fs::File::open(path).map_err(|e| unread(&e))?;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file);
    let mut record = csv::StringRecord::new();
    let mut read = |record: &mut csv::StringRecord| {
        reader.read_record(record).map_err(|e| {
            if e.is_io_error() {
                RunError::file(path, &e)
            } else {
                other(path, "it has lines of something else")
            }
        })
    };
    if !read(&mut record)? || record != RunPlan::COLUMNS[..] {
        return Err(other(path, "its heading is another"));
    }
    let mut boxes = Vec::new();
    for n in 0..units.end {
        if !read(&mut record)? {
            return Err(other(path, "it ends before those units: write it on"));
        }
        let wrong = |reason| in_line(path, n, reason);
        let fields: Vec<&str> = record.iter().collect();
        let &[unit, of, serial, link] = fields.as_slice() else { return Err(wrong("it has other columns")) };
        if unit != n.to_string() {
            return Err(wrong("its units are not in order"));
        }
        if units.contains(&n) {
            if of != gtin.as_str() {
                return Err(wrong("its GTIN is another"));
            }
            let serial = Serial::new(serial).map_err(|_| wrong("its serial numbers are others"))?;
            boxes.push((serial, link.to_owned()));
        }
    }
    Ok(boxes)
}

fn other(path: &Path, reason: &str) -> RunError {
    RunError::AnotherFile { path: path.to_owned(), reason: reason.to_owned() }
}

/// The n-th unit stands below the heading, and lines count from 1.
fn in_line(path: &Path, n: u32, reason: &str) -> RunError {
    other(path, &format!("{reason}, in line {}", u64::from(n) + 2))
}
