//! A label: the symbol, and beside it what people read.

use super::block::{Sizes, least_width, set};
use super::text::{Breaks, Line, Mark};
use super::{LabelText, PrintSpec, Symbol, SymbolError};
use crate::draw::{Anchor, Color, Drawing, Fonts, Mm, Path, Point, Rect, Stroke, TextRun, Weight};

/// Where the text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Placement {
    /// To the right of the symbol.
    #[default]
    Beside,
    /// Under the symbol.
    Below,
}

/// How a label is laid out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LabelLayout {
    /// Where the text stands.
    pub placement: Placement,
    /// The width of the whole label. By default what text beside the symbol takes, or for text below it
    /// the symbol's with its quiet zone, or up to a fifth more where that saves breaking lines.
    pub width: Option<Mm>,
    /// The height of an x where there is room; it shrinks to [`Self::LEAST_X_HEIGHT`] where there is none.
    pub x_height: Mm,
}

impl Default for LabelLayout {
    fn default() -> Self {
        Self { placement: Placement::Beside, width: None, x_height: Mm::of(1.5) }
    }
}

impl LabelLayout {
    /// The least legible height of an x: what Regulation (EU) No 1169/2011, article 13(2), asks of
    /// mandatory text on food packaging.
    pub const LEAST_X_HEIGHT: Mm = Mm::of(1.2);

    /// Finds out whether a label of that width could bear a banner.
    ///
    /// # Errors
    /// As [`PrintedLabel::new`].
    pub fn check_banner(self, banner: &str, width: Mm, fonts: &Fonts) -> Result<(), SymbolError> {
        Banner::new(fonts, banner, self, width.value()).map(|_| ())
    }

    fn sizes(&self, times: f64) -> Sizes {
        let least = Self::LEAST_X_HEIGHT.value();
        Sizes { preferred: self.x_height.value().max(least) * times, least }
    }

    /// The label's width with its text below: the symbol's, or up to a fifth more where that saves
    /// breaking lines.
    fn width_below(&self, fonts: &Fonts, text: &LabelText, side: f64) -> Result<f64, SymbolError> {
        if let Some(width) = self.width {
            return Ok(width.value().max(side));
        }
        let unbroken = least_width(fonts, &text.lines(), Weight::Regular, self.sizes(1.0))?;
        let width = unbroken + 2.0 * MARGIN;
        Ok(if width <= side * 1.2 { width.max(side) } else { side })
    }
}

/// Light space between text and the label's edges, which are cut.
const MARGIN: f64 = 0.8;

/// Light space between the quiet zone and text.
const GAP: f64 = 0.3;

/// From baseline to baseline, in ems.
const LEADING: f64 = 1.25;

/// A label, laid out. Areas are in the drawing's coordinates.
#[derive(Debug, Clone)]
pub struct PrintedLabel {
    /// The label as drawn, on white.
    pub drawing: Drawing,
    /// The symbol without its quiet zone.
    pub symbol: Rect,
    /// The symbol with its quiet zone, in which nothing else stands.
    pub quiet_zone: Rect,
    /// The lines of text and the rows of marks.
    pub text: Vec<Rect>,
}

impl PrintedLabel {
    /// Lays out a label.
    ///
    /// ```
    /// use verilabel_label::Level;
    /// use verilabel_symbol::draw::Fonts;
    /// use verilabel_symbol::{LabelLayout, LabelText, LevelText, Mark, Parts, PrintSpec, PrintedLabel, Wording};
    ///
    /// let spec = PrintSpec::default().on_grid(600);
    /// let symbol = spec.encode("https://label.example.sg/01/09521234543213#1029384756")?;
    /// spec.check(&symbol, &Parts { host: 16, ..Parts::default() })?;
    /// let text = LabelText {
    ///     level: LevelText::new("CLS(IoT) Level 3", Level::new(3)?, Level::new(4)?, Mark::Star)?,
    ///     number: "CSA/220729/00123".parse()?,
    ///     valid_until: "2029-07-22".parse()?,
    ///     gtin: "09521234543213".parse()?,
    ///     serial: None,
    ///     banner: Some("SPECIMEN – not issued by any scheme owner".to_owned()),
    ///     wording: Wording::default(),
    /// };
    /// let label = PrintedLabel::new(&symbol, &spec, &text, LabelLayout::default(), &Fonts::default())?;
    /// assert!(label.drawing.to_svg().contains("CLS(IoT) Level 3"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`SymbolError::TextDoesNotFit`] where a word is wider than its place even at the least legible
    /// size, and [`DrawError::GlyphMissing`](crate::draw::DrawError::GlyphMissing) where no font has a
    /// character.
    pub fn new(
        symbol: &Symbol,
        spec: &PrintSpec,
        text: &LabelText,
        layout: LabelLayout,
        fonts: &Fonts,
    ) -> Result<Self, SymbolError> {
        let (_, side) = spec.sides(symbol);
        let side = side.value();
        let (width, body, anchor) = match layout.placement {
            Placement::Below => {
                let width = layout.width_below(fonts, text, side)?;
                (width, Block::new(fonts, text, layout, Some(width - 2.0 * MARGIN))?, Anchor::Middle)
            }
            Placement::Beside => {
                let room = layout.width.map(|width| (width.value() - side - GAP - MARGIN).max(0.0));
                let body = Block::new(fonts, text, layout, room)?;
                (layout.width.map_or(side + GAP + body.width + MARGIN, Mm::value), body, Anchor::Start)
            }
        };
        let banner = text.banner.as_ref().map(|banner| Banner::new(fonts, banner, layout, width));
        let banner = banner.transpose()?;
        let top = banner.as_ref().map_or(0.0, |banner| banner.height);
        let (quiet_zone, at, height) = match layout.placement {
            Placement::Below => {
                let quiet_zone = Rect::new((width - side) / 2.0, top, side, side);
                let at = Point::new(width / 2.0, top + side + GAP);
                (quiet_zone, at, at.y + body.height + MARGIN)
            }
            Placement::Beside => {
                let height = side.max(body.height + 2.0 * MARGIN);
                let quiet_zone = Rect::new(0.0, top + (height - side) / 2.0, side, side);
                (quiet_zone, Point::new(side + GAP, top + (height - body.height) / 2.0), top + height)
            }
        };
        let drawing = Drawing::new(Mm::new(width)?, Mm::new(height)?);
        let mut label = Self::with_symbol(symbol, spec, quiet_zone, drawing, text);
        if let Some(banner) = banner {
            label.banner(banner, width);
        }
        label.block(body, at, anchor);
        Ok(label)
    }

    fn with_symbol(
        symbol: &Symbol,
        spec: &PrintSpec,
        quiet_zone: Rect,
        drawing: Drawing,
        text: &LabelText,
    ) -> Self {
        let title = format!("{}, {}", text.level.words(), text.number);
        let mut drawing = drawing.titled(title, text.description());
        let (width, height) = (drawing.width().value(), drawing.height().value());
        drawing.fill(Path::rect(Rect::new(0.0, 0.0, width, height)), Color::WHITE);
        let x = spec.x_dimension.value();
        let area = quiet_zone.inset(f64::from(spec.quiet_zone) * x);
        drawing.modules(symbol.modules(), Point::new(area.x, area.y), x, Color::BLACK);
        Self { drawing, symbol: area, quiet_zone, text: Vec::new() }
    }

    /// White on black across the label, so that it cannot be taken for a part of the rest.
    fn banner(&mut self, banner: Banner, width: f64) {
        let bar = Rect::new(0.0, 0.0, width, banner.height);
        self.drawing.fill(Path::rect(bar), Color::BLACK);
        let mut rows = Rows { top: MARGIN };
        for run in banner.runs {
            let baseline = rows.next(&run);
            let at = Point::new(width / 2.0, baseline);
            self.text.push(self.drawing.text(run, at, Anchor::Middle, Color::WHITE));
        }
    }

    fn block(&mut self, block: Block, at: Point, anchor: Anchor) {
        let mut rows = Rows { top: at.y };
        for row in block.rows {
            match row {
                Row::Text(run) => {
                    let baseline = rows.next(&run);
                    let at = Point::new(at.x, baseline);
                    self.text.push(self.drawing.text(run, at, anchor, Color::BLACK));
                }
                Row::Marks(marks) => {
                    let left = if anchor == Anchor::Start { at.x } else { at.x - marks.width() / 2.0 };
                    let area = Rect::new(left, rows.top, marks.width(), marks.size);
                    marks.draw(&mut self.drawing, area);
                    rows.top += marks.size * 1.4;
                    self.text.push(area);
                }
            }
        }
    }
}

/// Hands out baselines from the top down.
struct Rows {
    top: f64,
}

impl Rows {
    fn next(&mut self, run: &TextRun) -> f64 {
        let baseline = self.top + run.ascent();
        self.top += run.size() * LEADING;
        baseline
    }
}

/// The banner's text and its height with margins.
struct Banner {
    runs: Vec<TextRun>,
    height: f64,
}

impl Banner {
    fn new(fonts: &Fonts, text: &str, layout: LabelLayout, width: f64) -> Result<Self, SymbolError> {
        let line = Line { text: text.to_owned(), breaks: Breaks::Blanks };
        let room = Some(width - 2.0 * MARGIN);
        let runs = set(fonts, &[line], Weight::Bold, layout.sizes(1.0), room)?;
        let height = height(&runs) + 2.0 * MARGIN;
        Ok(Self { runs, height })
    }
}

fn height(runs: &[TextRun]) -> f64 {
    let leading: f64 = runs.iter().rev().skip(1).map(|run| run.size() * LEADING).sum();
    leading + runs.last().map_or(0.0, |run| run.ascent() + run.descent())
}

/// The text beside or below the symbol.
struct Block {
    rows: Vec<Row>,
    width: f64,
    height: f64,
}

enum Row {
    Text(TextRun),
    Marks(Marks),
}

impl Block {
    fn new(
        fonts: &Fonts,
        text: &LabelText,
        layout: LabelLayout,
        room: Option<f64>,
    ) -> Result<Self, SymbolError> {
        let heading = Line { text: text.level.words().to_owned(), breaks: Breaks::Blanks };
        let heading = set(fonts, &[heading], Weight::Bold, layout.sizes(1.25), room)?;
        let lines = set(fonts, &text.lines(), Weight::Regular, layout.sizes(1.0), room)?;
        let mut width = heading.iter().chain(&lines).map(TextRun::width).fold(0.0, f64::max);
        let mut height = height(&lines) + heading.iter().map(|run| run.size() * LEADING).sum::<f64>();
        let marks = match text.level.marks() {
            Some((full, all, mark)) => {
                // Stars are slight: they look as large as dots when they are larger.
                let times = if mark == Mark::Star { 1.25 } else { 1.0 };
                let size = heading.first().map_or(2.0, TextRun::cap_height) * times;
                Some(Marks { full, all, mark, size }.within(room, text.level.words())?)
            }
            None => None,
        };
        if let Some(marks) = &marks {
            width = width.max(marks.width());
            height += marks.size * 1.4;
        }
        let mut rows: Vec<Row> = heading.into_iter().map(Row::Text).collect();
        rows.extend(marks.map(Row::Marks));
        rows.extend(lines.into_iter().map(Row::Text));
        Ok(Self { rows, width, height })
    }
}

/// A row of marks, full ones first.
struct Marks {
    full: u8,
    all: u8,
    mark: Mark,
    size: f64,
}

impl Marks {
    /// From the beginning of one mark to the beginning of the next.
    fn step(&self) -> f64 {
        self.size * 1.35
    }

    fn width(&self) -> f64 {
        self.step() * f64::from(self.all - 1) + self.size
    }

    /// Shrunk to the room there is, but not to less than the least size of text.
    fn within(self, room: Option<f64>, words: &str) -> Result<Self, SymbolError> {
        let share = room.map_or(1.0, |room| (room / self.width()).min(1.0));
        let (size, least) = (self.size * share, LabelLayout::LEAST_X_HEIGHT.value());
        if size >= least {
            return Ok(Self { size, ..self });
        }
        let needed = Self { size: least, ..self }.width();
        Err(SymbolError::text_does_not_fit(words, needed, room.unwrap_or_default()))
    }

    fn draw(&self, drawing: &mut Drawing, area: Rect) {
        let radius = self.size / 2.0;
        let line = Stroke::new(Color::BLACK, self.size * 0.08);
        for i in 0..self.all {
            let centre = Point::new(area.x + radius + f64::from(i) * self.step(), area.y + radius);
            // A hollow mark's outer edge is where the full one's is: a line reaches out by half its width,
            // and at the tip of a star, which has 36 degrees, by 1 / sin 18° times that.
            let (shape, reach): (fn(Point, f64) -> Path, f64) = match self.mark {
                Mark::Dot => (Path::circle, 0.5),
                Mark::Star => (|centre, radius| Path::star(centre, radius, 5), 1.618),
            };
            if i < self.full {
                drawing.fill(shape(centre, radius), Color::BLACK);
            } else {
                drawing.stroke(shape(centre, radius - reach * line.width), line);
            }
        }
    }
}
