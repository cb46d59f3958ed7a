//! The display list.

use super::{Anchor, Color, DrawError, Mm, Modules, Path, Point, Rect, Stroke, TextRun, Transform};

/// A drawing: things painted one over the other on nothing, in millimetres, y downwards.
///
/// The same calls in the same order give the same bytes in every backend.
#[derive(Debug, Clone)]
pub struct Drawing {
    width: Mm,
    height: Mm,
    title: String,
    description: String,
    items: Vec<Item>,
}

/// A thing drawn.
#[derive(Debug, Clone)]
pub(crate) enum Item {
    Fill { path: Path, color: Color },
    Stroke { path: Path, stroke: Stroke },
    Modules { modules: Modules, origin: Point, module: f64, color: Color },
    Text { run: TextRun, start: Point, color: Color },
    Group { transform: Transform, items: Vec<Item> },
}

impl Drawing {
    /// An empty drawing.
    #[must_use]
    pub fn new(width: Mm, height: Mm) -> Self {
        Self { width, height, title: String::new(), description: String::new(), items: Vec::new() }
    }

    /// Gives it a title and a description, which SVG and PDF carry for programs and screen readers.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>, description: impl Into<String>) -> Self {
        self.title = title.into();
        self.description = description.into();
        self
    }

    /// Fills a path.
    pub fn fill(&mut self, path: Path, color: Color) -> &mut Self {
        self.push(Item::Fill { path, color })
    }

    /// Draws along a path.
    pub fn stroke(&mut self, path: Path, stroke: Stroke) -> &mut Self {
        self.push(Item::Stroke { path, stroke })
    }

    /// Draws a grid of modules, its top left corner at `origin`, each `module` millimetres wide.
    pub fn modules(&mut self, modules: &Modules, origin: Point, module: f64, color: Color) -> &mut Self {
        self.push(Item::Modules { modules: modules.clone(), origin, module, color })
    }

    /// Writes a line of text on a baseline and returns the box that its letters keep within.
    pub fn text(&mut self, run: TextRun, at: Point, anchor: Anchor, color: Color) -> Rect {
        let before = match anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => run.width() / 2.0,
            Anchor::End => run.width(),
        };
        let start = Point::new(at.x - before, at.y);
        let height = run.ascent() + run.descent();
        let area = Rect::new(start.x, start.y - run.ascent(), run.width(), height);
        self.push(Item::Text { run, start, color });
        area
    }

    /// Puts another drawing here; `transform` leads from its coordinates to this drawing's.
    pub fn place(&mut self, drawing: Drawing, transform: Transform) -> &mut Self {
        self.push(Item::Group { transform, items: drawing.items })
    }

    /// Width.
    #[must_use]
    pub fn width(&self) -> Mm {
        self.width
    }

    /// Height.
    #[must_use]
    pub fn height(&self) -> Mm {
        self.height
    }

    /// The title, or an empty text.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The description, or an empty text.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    pub(crate) fn items(&self) -> &[Item] {
        &self.items
    }

    fn push(&mut self, item: Item) -> &mut Self {
        self.items.push(item);
        self
    }
}

/// Pixels per millimetre.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Resolution(f64);

impl Resolution {
    /// Most pixels of a picture: 100 million, which take 400 MB while drawing.
    pub const MAX_PIXELS: u32 = 100_000_000;

    /// Dots per inch.
    #[must_use]
    pub fn from_dpi(dpi: u16) -> Self {
        Self(f64::from(dpi) / 25.4)
    }

    /// So many whole pixels for each module of the width given.
    #[must_use]
    pub fn from_module(pixels: u16, module: Mm) -> Self {
        Self(f64::from(pixels) / module.value())
    }

    /// Pixels per millimetre.
    #[must_use]
    pub fn pixels_per_mm(self) -> f64 {
        self.0
    }

    /// Width and height of a picture in pixels.
    pub(crate) fn pixels(self, width: Mm, height: Mm) -> Result<(u32, u32), DrawError> {
        let whole = |length: Mm| super::number::whole(length.value() * self.0);
        let (columns, rows) = (whole(width), whole(height));
        match columns.checked_mul(rows) {
            Some(1..=Self::MAX_PIXELS) => Ok((columns, rows)),
            _ => Err(DrawError::PictureSize { width, height, max: Self::MAX_PIXELS }),
        }
    }
}
