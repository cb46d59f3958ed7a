//! Fonts.

use std::sync::Arc;

use harfrust::font::glyph::outline::{DrawMemory, DrawOptions, PathSink};
use harfrust::font::name::NameId;
use harfrust::font::{Blob, Font};
use harfrust::{GlyphId, ShaperFont};

use super::{DrawError, Path, Point};

/// How heavy text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Weight {
    /// For reading.
    Regular,
    /// For what matters most.
    Bold,
}

/// The fonts that text is set in.
///
/// The first font that has a character draws it. `DejaVu` Sans Condensed is built in: it covers Latin,
/// Greek, Cyrillic and more, has a large x-height and tells apart `0O` and `1lI`. Other scripts, such as
/// Chinese or Tamil, need a font from the caller.
#[derive(Debug, Clone)]
pub struct Fonts {
    regular: Vec<Arc<Face>>,
    bold: Vec<Arc<Face>>,
}

impl Default for Fonts {
    fn default() -> Self {
        let built_in = |data| Face::new(Blob::Static(data), 0).map(Arc::new).into_iter().collect();
        Self {
            regular: built_in(dejavu::sans_condensed::regular()),
            bold: built_in(dejavu::sans_condensed::bold()),
        }
    }
}

impl Fonts {
    /// Adds a font for characters that the others lack; `index` picks one of a collection, else 0.
    ///
    /// PDF embeds a subset of it, so its licence must allow that.
    pub fn with_fallback(mut self, weight: Weight, data: Vec<u8>, index: u32) -> Result<Self, DrawError> {
        let face = Face::new(Blob::from(data), index).filter(Face::can_be_embedded);
        let face = Arc::new(face.ok_or(DrawError::FontUnreadable)?);
        match weight {
            Weight::Regular => self.regular.push(face),
            Weight::Bold => self.bold.push(face),
        }
        Ok(self)
    }

    /// The size, in millimetres per em, at which the x-height of the first font is `x_height`.
    #[must_use]
    pub fn size_for_x_height(&self, weight: Weight, x_height: f64) -> f64 {
        self.faces(weight).next().map_or(x_height * 2.0, |face| x_height / face.x_height)
    }

    /// The faces to try for a weight, in order. A regular face is better than none for bold text.
    pub(crate) fn faces(&self, weight: Weight) -> impl Iterator<Item = &Arc<Face>> {
        let bold: &[Arc<Face>] = if weight == Weight::Bold { &self.bold } else { &[] };
        bold.iter().chain(&self.regular)
    }
}

/// One font, with its metrics in ems.
pub(crate) struct Face {
    data: Blob,
    index: u32,
    font: Font,
    name: String,
    units: f64,
    pub(crate) ascent: f64,
    pub(crate) descent: f64,
    pub(crate) x_height: f64,
    pub(crate) cap_height: f64,
}

impl std::fmt::Debug for Face {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Face").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Face {
    fn new(data: Blob, index: u32) -> Option<Self> {
        let font = Font::new(data.clone(), index)?;
        if font.outline_glyphs().is_empty() {
            return None;
        }
        let metrics = font.metrics().scaled_f32(1.0);
        let line = metrics.h_line();
        // What a font does not tell is guessed from what fonts commonly have.
        let told = |ems: Option<f32>, common: f64| ems.map(f64::from).filter(|v| *v > 0.0).unwrap_or(common);
        Some(Self {
            ascent: told(line.map(|l| l.ascender), 0.9),
            descent: told(line.map(|l| -l.descender), 0.25),
            x_height: told(metrics.x_height(), 0.5),
            cap_height: told(metrics.cap_height(), 0.7),
            name: postscript_name(&font),
            units: f64::from(font.units_per_em()),
            data,
            index,
            font,
        })
    }

    /// Whether a PDF can carry it, found out before there is one.
    fn can_be_embedded(&self) -> bool {
        subsetter::subset(&self.data, self.index, &subsetter::GlyphRemapper::new()).is_ok()
    }

    /// Whether both are made of the same bytes in memory: any two built-in faces of one weight are.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.data.as_ptr_range() == other.data.as_ptr_range() && self.index == other.index
    }

    pub(crate) fn covers(&self, character: char) -> bool {
        self.font.charmap().map_unicode(character).is_some()
    }

    pub(crate) fn shaper(&self) -> ShaperFont<'_, '_> {
        ShaperFont::new(&self.font)
    }

    /// Font units as ems.
    pub(crate) fn ems(&self, units: i32) -> f64 {
        f64::from(units) / self.units
    }

    /// The advance of a glyph in ems.
    pub(crate) fn advance(&self, glyph: u16) -> f64 {
        f64::from(self.font.glyph_metrics().h_advance(GlyphId::new(glyph.into()))) / self.units
    }

    /// The box around every glyph in ems: left, bottom, right, top.
    pub(crate) fn bounds(&self) -> [f64; 4] {
        let b = self.font.metrics().bounds;
        [b.x_min, b.y_min, b.x_max, b.y_max].map(|v| v.to_f64() / self.units)
    }

    /// Appends the outline of a glyph: `size` millimetres per em, the glyph's origin at `origin`.
    pub(crate) fn outline(&self, glyph: u16, size: f64, origin: Point, path: &mut Path) {
        let mut pen = Pen { path, origin, scale: size / self.units };
        if let Some(outline) = self.font.outline_glyphs().get(GlyphId::new(glyph.into())) {
            // A glyph that the font holds but cannot draw stays blank, as everywhere.
            let _ = outline.draw(&DrawOptions::new(), DrawMemory::Scratch, &mut pen);
        }
    }

    /// `PostScript` name, of letters, digits and hyphens.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn data(&self) -> (&[u8], u32) {
        (&self.data, self.index)
    }

    /// Whether the outlines are cubic (CFF); otherwise they are `TrueType`'s.
    pub(crate) fn is_cff(&self) -> bool {
        self.font.outline_glyphs().cff_font().is_some()
    }
}

fn postscript_name(font: &Font) -> String {
    let name = font.names().get(NameId::POSTSCRIPT_NAME).and_then(|name| name.english_or_first());
    let name: String = name
        .iter()
        .flat_map(|name| name.name().chars())
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .take(63)
        .collect();
    if name.is_empty() { "Embedded".to_owned() } else { name }
}

/// Turns font units, y upwards, into millimetres, y downwards.
struct Pen<'a> {
    path: &'a mut Path,
    origin: Point,
    scale: f64,
}

impl Pen<'_> {
    fn at(&self, x: f32, y: f32) -> Point {
        Point::new(self.origin.x + f64::from(x) * self.scale, self.origin.y - f64::from(y) * self.scale)
    }
}

impl PathSink for Pen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        let to = self.at(x, y);
        self.path.move_to(to);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let to = self.at(x, y);
        self.path.line_to(to);
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        let (control, to) = (self.at(cx, cy), self.at(x, y));
        self.path.quadratic_to(control, to);
    }

    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        let (first, second, to) = (self.at(cx0, cy0), self.at(cx1, cy1), self.at(x, y));
        self.path.cubic_to(first, second, to);
    }

    fn close(&mut self) {
        self.path.close();
    }
}
