//! Sheets: labels in rows and columns, with cut marks, captions and page numbers.

use std::io::Write;

use super::SymbolError;
use crate::draw::{
    Anchor, Color, DrawError, Drawing, Fonts, Mm, Path, PdfDocument, PdfError, Point, Rect, Stroke, TextRun,
    Transform, Weight, count, whole,
};

/// A label for a sheet.
#[derive(Debug, Clone)]
pub struct SheetCell {
    /// What is cut out.
    pub drawing: Drawing,
    /// Told below it, outside of the cut. Cut short where it is too wide.
    pub caption: Option<String>,
}

/// How labels are put on pages.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// Width of the page.
    pub width: Mm,
    /// Height of the page.
    pub height: Mm,
    /// Free space along the edges of the page, in which title and page number stand.
    pub margin: Mm,
    /// Least free space between labels.
    pub gap: Mm,
    /// Whether lines beside each corner show where to cut.
    pub cut_marks: bool,
    /// Told at the top of each page.
    pub title: Option<String>,
}

impl Default for Sheet {
    /// A4 (ISO 216), upright.
    fn default() -> Self {
        Self {
            width: Mm::of(210.0),
            height: Mm::of(297.0),
            margin: Mm::of(15.0),
            gap: Mm::of(6.0),
            cut_marks: true,
            title: None,
        }
    }
}

/// Why a sheet cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SheetError {
    /// A label cannot be made or does not fit.
    #[error(transparent)]
    Symbol(#[from] SymbolError),
    /// The PDF cannot be written.
    #[error(transparent)]
    Pdf(#[from] PdfError),
}

impl SheetError {
    /// A stable code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Symbol(error) => error.code(),
            Self::Pdf(error) => error.code(),
        }
    }
}

impl From<DrawError> for SheetError {
    fn from(error: DrawError) -> Self {
        Self::Symbol(error.into())
    }
}

/// Rows and columns of a page, for labels of one size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SheetGrid {
    columns: u32,
    rows: u32,
    width: f64,
    height: f64,
    caption: f64,
}

impl SheetGrid {
    /// Labels in a row.
    #[must_use]
    pub fn columns(&self) -> u32 {
        self.columns
    }

    /// Rows on a page.
    #[must_use]
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Labels on a page.
    #[must_use]
    pub fn per_page(&self) -> usize {
        usize::try_from(self.columns.saturating_mul(self.rows)).unwrap_or(usize::MAX)
    }
}

/// Size of captions, titles and page numbers: about 7 points.
const SMALL: f64 = 2.5;

/// Height that a caption takes below a label.
const CAPTION: f64 = 4.5;

/// From a label's corner to its cut marks, and their length.
const CUT_OFFSET: f64 = 0.5;
const CUT_LENGTH: f64 = 2.0;

impl Sheet {
    /// The rows and columns that labels of a size make, captions included.
    ///
    /// # Errors
    /// [`SymbolError::LabelTooLarge`] where not even one fits.
    pub fn grid(&self, label: &Drawing, captions: bool) -> Result<SheetGrid, SymbolError> {
        let caption = if captions { CAPTION } else { 0.0 };
        let (width, height) = (label.width().value(), label.height().value());
        let gap = self.gap.value();
        let fit = |page: Mm, label: f64| {
            let free = page.value() - 2.0 * self.margin.value() + gap + 1e-6;
            whole((free / (label + gap).max(0.1)).floor())
        };
        let (columns, rows) = (fit(self.width, width), fit(self.height, height + caption));
        if columns == 0 || rows == 0 {
            let room = |page: Mm| Mm::of((page.value() - 2.0 * self.margin.value()).max(0.0));
            return Err(SymbolError::LabelTooLarge {
                width: label.width(),
                height: Mm::of(height + caption),
                room_width: room(self.width),
                room_height: room(self.height),
            });
        }
        Ok(SheetGrid { columns, rows, width, height, caption })
    }

    /// Draws one page: `number` counts from 1, `of` is how many there are.
    ///
    /// # Errors
    /// [`SymbolError::LabelsDiffer`] for a label larger than the grid's, and
    /// [`DrawError::GlyphMissing`] for captions.
    pub fn page(
        &self,
        grid: &SheetGrid,
        cells: Vec<SheetCell>,
        (number, of): (usize, usize),
        fonts: &Fonts,
    ) -> Result<Drawing, SymbolError> {
        let mut page = Drawing::new(self.width, self.height);
        page.fill(Path::rect(Rect::new(0.0, 0.0, self.width.value(), self.height.value())), Color::WHITE);
        self.head(&mut page, number, of, fonts)?;
        for (at, cell) in self.places(grid).zip(cells) {
            let (width, height) = (cell.drawing.width(), cell.drawing.height());
            if width.value() > grid.width + 1e-6 || height.value() > grid.height + 1e-6 {
                let (grid_width, grid_height) = (Mm::of(grid.width), Mm::of(grid.height));
                return Err(SymbolError::LabelsDiffer { width, height, grid_width, grid_height });
            }
            let area = Rect::new(at.x, at.y, width.value(), height.value());
            if self.cut_marks {
                cut_marks(&mut page, area);
            }
            if let Some(caption) = &cell.caption {
                let baseline = area.bottom() + CAPTION - 1.2;
                let run = fitting(caption, grid.width - 2.0, fonts)?;
                // Clear of the cut marks.
                let at = Point::new(area.x + 1.0, baseline);
                page.text(run, at, Anchor::Start, Color::gray(60));
            }
            page.place(cell.drawing, Transform::translate(at.x, at.y));
        }
        Ok(page)
    }

    /// Writes labels as a PDF, page by page as the labels come. The grid is that of the first label, and
    /// has room for captions if that has one.
    ///
    /// # Errors
    /// The first label that cannot be made, does not fit or cannot be written.
    pub fn write_pdf<W: Write>(
        &self,
        out: W,
        cells: impl ExactSizeIterator<Item = Result<SheetCell, SymbolError>>,
        fonts: &Fonts,
    ) -> Result<W, SheetError> {
        let mut cells = cells.peekable();
        let grid = match cells.peek() {
            Some(Ok(first)) => self.grid(&first.drawing, first.caption.is_some())?,
            // Writing meets the error.
            Some(Err(_)) | None => SheetGrid { columns: 1, rows: 1, width: 0.0, height: 0.0, caption: 0.0 },
        };
        self.write_pdf_on(&grid, out, cells, fonts)
    }

    /// The same on a given grid, for labels of which the first is not the largest.
    ///
    /// # Errors
    /// As [`Self::write_pdf`].
    pub fn write_pdf_on<W: Write>(
        &self,
        grid: &SheetGrid,
        out: W,
        mut cells: impl ExactSizeIterator<Item = Result<SheetCell, SymbolError>>,
        fonts: &Fonts,
    ) -> Result<W, SheetError> {
        let mut document = PdfDocument::new(out, self.title.clone().unwrap_or_default())?;
        let pages = cells.len().div_ceil(grid.per_page());
        for number in 1..=pages {
            let on_page = cells.by_ref().take(grid.per_page()).collect::<Result<Vec<_>, _>>()?;
            document.page(&self.page(grid, on_page, (number, pages), fonts)?)?;
        }
        Ok(document.finish()?)
    }

    /// Where labels go, row by row, the grid in the middle of the page.
    fn places(&self, grid: &SheetGrid) -> impl Iterator<Item = Point> {
        let (columns, rows, gap) = (grid.columns, grid.rows, self.gap.value());
        let (step_x, step_y) = (grid.width + gap, grid.height + grid.caption + gap);
        let before = |page: Mm, count: u32, step: f64| (page.value() - (f64::from(count) * step - gap)) / 2.0;
        let (left, top) = (before(self.width, columns, step_x), before(self.height, rows, step_y));
        (0..rows).flat_map(move |row| {
            (0..columns).map(move |column| {
                Point::new(left + f64::from(column) * step_x, top + f64::from(row) * step_y)
            })
        })
    }

    /// Title and page number, in the margins.
    fn head(&self, page: &mut Drawing, number: usize, of: usize, fonts: &Fonts) -> Result<(), SymbolError> {
        let margin = self.margin.value();
        if margin < SMALL * 2.0 {
            return Ok(());
        }
        let (left, right) = (margin, self.width.value() - margin);
        if let Some(title) = &self.title {
            let run = fitting(title, right - left, fonts)?;
            page.text(run, Point::new(left, margin / 2.0), Anchor::Start, Color::BLACK);
        }
        if of > 1 {
            let run = fonts.run(&format!("{number} / {of}"), Weight::Regular, SMALL)?;
            let at = Point::new(right, self.height.value() - margin / 2.0 + SMALL / 2.0);
            page.text(run, at, Anchor::End, Color::BLACK);
        }
        Ok(())
    }
}

/// All labels on one page as wide as `columns` of them and as high as it takes, such as for a look at
/// everything at once.
///
/// # Errors
/// As [`Sheet::page`], and [`DrawError::Length`] for a page beyond 5 metres.
pub fn contact_sheet(
    cells: Vec<SheetCell>,
    columns: u32,
    title: Option<&str>,
    fonts: &Fonts,
) -> Result<Drawing, SymbolError> {
    let widest = cells.iter().map(|cell| cell.drawing.width().value()).fold(0.0, f64::max);
    let highest = cells.iter().map(|cell| cell.drawing.height().value()).fold(0.0, f64::max);
    let caption = if cells.iter().any(|cell| cell.caption.is_some()) { CAPTION } else { 0.0 };
    let columns = columns.max(1);
    let rows = whole((count(cells.len()) / f64::from(columns)).ceil()).max(1);
    let grid = SheetGrid { columns, rows, width: widest, height: highest, caption };
    let (margin, gap) = (8.0, 4.0);
    let along = |number: u32, size: f64| f64::from(number) * (size + gap) - gap + 2.0 * margin;
    let sheet = Sheet {
        width: Mm::new(along(columns, widest))?,
        height: Mm::new(along(rows, highest + caption))?,
        margin: Mm::of(margin),
        gap: Mm::of(gap),
        cut_marks: false,
        title: title.map(str::to_owned),
    };
    sheet.page(&grid, cells, (1, 1), fonts)
}

/// Two short lines beside each corner, clear of the label.
fn cut_marks(page: &mut Drawing, area: Rect) {
    let mut marks = Path::new();
    for (x, away_x) in [(area.x, -1.0), (area.right(), 1.0)] {
        for (y, away_y) in [(area.y, -1.0), (area.bottom(), 1.0)] {
            let far = CUT_OFFSET + CUT_LENGTH;
            marks
                .append(&Path::line(Point::new(x + away_x * CUT_OFFSET, y), Point::new(x + away_x * far, y)));
            marks
                .append(&Path::line(Point::new(x, y + away_y * CUT_OFFSET), Point::new(x, y + away_y * far)));
        }
    }
    page.stroke(marks, Stroke::new(Color::BLACK, 0.1));
}

/// A small line of text, cut short with an ellipsis where it is too wide.
fn fitting(text: &str, width: f64, fonts: &Fonts) -> Result<TextRun, DrawError> {
    let mut run = fonts.run(text, Weight::Regular, SMALL)?;
    let mut kept = text.chars().count();
    while run.width() > width && kept > 0 {
        kept -= 1;
        let mut cut: String = text.chars().take(kept).collect();
        cut.push('…');
        run = fonts.run(&cut, Weight::Regular, SMALL)?;
    }
    Ok(run)
}
