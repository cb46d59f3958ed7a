//! The symbols of a run, for printers: an archive of SVG files, or sheets of paper.

use std::cell::Cell;
use std::io::{Seek, Write};
use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::Path;

use verilabel_label::Serial;
use verilabel_recognition::Register;
use verilabel_symbol::draw::{Drawing, Fonts};
use verilabel_symbol::{Sheet, SheetCell, SymbolError};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::fan_out::fan_out;
use super::{RunError, RunPlan};
use crate::Artwork;
use crate::publish::plain_name;

/// Labels that are drawn before they are put on paper.
const AT_ONCE: usize = 200;

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
    /// [`RunError::TooManySymbols`]; [`RunError::AnotherFile`] where the file does not have those units;
    /// [`RunError::Symbol`] for a label that cannot be drawn, with what to shorten.
    pub fn write(
        &self,
        kind: SymbolFile,
        (links, units): (&Path, Range<u32>),
        cores: NonZeroUsize,
        out: impl Write + Seek,
        progress: &dyn Fn(u32),
    ) -> Result<(), RunError> {
        let asked = units.end.saturating_sub(units.start);
        if asked > Self::MAX {
            return Err(RunError::TooManySymbols { units: asked, max: Self::MAX });
        }
        let boxes = boxes(links, units)?;
        match kind {
            SymbolFile::Zip => self.zip(&boxes, cores, out, progress),
            SymbolFile::Sheet => self.sheet(&boxes, cores, out, progress),
        }
    }

    fn zip(
        &self,
        boxes: &[(Serial, String)],
        cores: NonZeroUsize,
        out: impl Write + Seek,
        progress: &dyn Fn(u32),
    ) -> Result<(), RunError> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let mut zip = ZipWriter::new(out);
        let mut done = 0;
        let failed = |e: &dyn std::fmt::Display| RunError::file(Path::new("the archive"), &e.to_string());
        let draw = |n: u32| {
            let one = boxes.get(usize::try_from(n).unwrap_or(usize::MAX)).ok_or(RunError::Thread)?;
            Ok((plain_name(one.0.as_str()), self.label(one)?.to_svg()))
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
        boxes: &[(Serial, String)],
        cores: NonZeroUsize,
        out: impl Write,
        progress: &dyn Fn(u32),
    ) -> Result<(), RunError> {
        let title = format!("{}, run {}", self.plan.number(), self.plan.record().id);
        let sheet = Sheet { title: Some(title), ..Sheet::default() };
        let trouble = Cell::new(None);
        let drawn = Vec::new().into_iter();
        let cells = Cells { symbols: self, rest: boxes, drawn, cores, done: 0, progress, trouble: &trouble };
        let written = sheet.write_pdf(out, cells, self.fonts);
        if let Some(trouble) = trouble.take() {
            return Err(trouble);
        }
        written?.flush().map_err(|e| RunError::file(Path::new("the sheet"), &e))
    }

    fn label(&self, (serial, link): &(Serial, String)) -> Result<Drawing, RunError> {
        let Self { plan, artwork, register, fonts } = self;
        let award = plan.award_of(serial.clone());
        Ok(artwork.print(link, &award, plan.profile(), plan.base(), register, fonts)?.0.drawing)
    }
}

/// Labels for sheets, some hundred drawn ahead.
struct Cells<'a> {
    symbols: &'a RunSymbols<'a>,
    rest: &'a [(Serial, String)],
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
            let one = now.get(usize::try_from(n).unwrap_or(usize::MAX)).ok_or(RunError::Thread)?;
            Ok(SheetCell { drawing: self.symbols.label(one)?, caption: Some(one.0.to_string()) })
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

fn count(boxes: &[(Serial, String)]) -> u32 {
    u32::try_from(boxes.len()).unwrap_or(u32::MAX)
}

/// Serial numbers and links of some units, from the run's file.
fn boxes(path: &Path, units: Range<u32>) -> Result<Vec<(Serial, String)>, RunError> {
    let other = |reason: &str| RunError::AnotherFile { path: path.to_owned(), reason: reason.to_owned() };
    let file = std::fs::File::open(path).map_err(|e| RunError::file(path, &e))?;
    let mut reader = csv::Reader::from_reader(file);
    let mut boxes = Vec::new();
    let mut record = csv::StringRecord::new();
    let mut n = 0;
    while n < units.end {
        if !reader.read_record(&mut record).map_err(|e| RunError::file(path, &e))? {
            return Err(other("it ends before those units: write it on"));
        }
        let (Some(unit), Some(serial), Some(link)) = (record.get(0), record.get(2), record.get(3)) else {
            return Err(other("a line has too few columns"));
        };
        if unit.parse() != Ok(n) {
            return Err(other("its units are not in order"));
        }
        if units.contains(&n) {
            let serial = Serial::new(serial).map_err(|_| other("a serial number is none"))?;
            boxes.push((serial, link.to_owned()));
        }
        n += 1;
    }
    Ok(boxes)
}
