//! What stands on a page: the operators of its content stream (ISO 32000-1 §8 and §9).

use std::collections::BTreeSet;

use pdf_writer::types::{LineCapStyle, LineJoinStyle};
use pdf_writer::{Finish, Name, Str, TextStr};

use super::fonts::{EmbeddedFonts, font_name};
use super::{POINTS_PER_MM, opacity_name};
use crate::draw::drawing::Item;
use crate::draw::path::Segment;
use crate::draw::text::Span;
use crate::draw::{Color, Modules, Path, Point, Stroke, TextRun, Transform, number};

/// A page in the making.
pub(super) struct Content<'a> {
    operators: pdf_writer::Content,
    embedded: &'a mut EmbeddedFonts,
    fonts: BTreeSet<usize>,
    opacities: BTreeSet<u8>,
}

/// A page's operators and what they refer to.
pub(super) struct PageContent {
    pub(super) operators: Vec<u8>,
    /// The fonts in use, by their place among the embedded ones.
    pub(super) fonts: BTreeSet<usize>,
    pub(super) opacities: BTreeSet<u8>,
}

impl<'a> Content<'a> {
    /// Turns points, upwards from the bottom, into millimetres, downwards from the top.
    pub(super) fn new(height: f64, embedded: &'a mut EmbeddedFonts) -> Self {
        let mut operators = pdf_writer::Content::new();
        let (scale, top) = (number::single(POINTS_PER_MM), number::single(height * POINTS_PER_MM));
        operators.transform([scale, 0.0, 0.0, -scale, 0.0, top]);
        Self { operators, embedded, fonts: BTreeSet::new(), opacities: BTreeSet::new() }
    }

    pub(super) fn finish(self) -> PageContent {
        let operators = self.operators.finish().into_vec();
        PageContent { operators, fonts: self.fonts, opacities: self.opacities }
    }

    pub(super) fn items(&mut self, items: &[Item]) {
        for item in items {
            match item {
                Item::Fill { path, color } => self.with_fill(*color, |page| {
                    page.path(path);
                    page.operators.fill_nonzero();
                }),
                Item::Stroke { path, stroke } => self.stroke(path, *stroke),
                Item::Modules { modules, origin, module, color } => self.with_fill(*color, |page| {
                    page.modules(modules, *origin, *module);
                }),
                Item::Text { run, start, color } => self.with_fill(*color, |page| page.text(run, *start)),
                Item::Group { transform, items } => {
                    self.operators.save_state().transform(matrix(*transform));
                    self.items(items);
                    self.operators.restore_state();
                }
            }
        }
    }

    fn with_fill(&mut self, color: Color, paint: impl FnOnce(&mut Self)) {
        let opaque = color.alpha == 255;
        if !opaque {
            self.operators.save_state();
            self.opacity(color.alpha);
        }
        if color.is_gray() {
            self.operators.set_fill_gray(share(color.red));
        } else {
            self.operators.set_fill_rgb(share(color.red), share(color.green), share(color.blue));
        }
        paint(self);
        if !opaque {
            self.operators.restore_state();
        }
    }

    fn opacity(&mut self, alpha: u8) {
        self.opacities.insert(alpha);
        self.operators.set_parameters(Name(opacity_name(alpha).as_bytes()));
    }

    fn stroke(&mut self, path: &Path, stroke: Stroke) {
        self.operators.save_state();
        if stroke.color.alpha < 255 {
            self.opacity(stroke.color.alpha);
        }
        let Color { red, green, blue, .. } = stroke.color;
        if stroke.color.is_gray() {
            self.operators.set_stroke_gray(share(red));
        } else {
            self.operators.set_stroke_rgb(share(red), share(green), share(blue));
        }
        self.operators.set_line_width(length(stroke.width));
        if stroke.round {
            self.operators.set_line_cap(LineCapStyle::RoundCap).set_line_join(LineJoinStyle::RoundJoin);
        }
        self.path(path);
        self.operators.stroke().restore_state();
    }

    /// Modules keep whole numbers: the transform carries place and size.
    fn modules(&mut self, modules: &Modules, origin: Point, module: f64) {
        let transform = Transform::scale(module).then(Transform::translate(origin.x, origin.y));
        self.operators.save_state().transform(matrix(transform));
        self.path(&modules.path(Point::default(), 1.0));
        self.operators.fill_nonzero().restore_state();
    }

    fn path(&mut self, path: &Path) {
        let mut last = Point::default();
        for segment in &path.segments {
            match *segment {
                Segment::Move(to) => self.operators.move_to(length(to.x), length(to.y)),
                Segment::Line(to) => self.operators.line_to(length(to.x), length(to.y)),
                Segment::Quadratic(control, to) => {
                    let towards = |end: f64, control: f64| length(end + (control - end) * 2.0 / 3.0);
                    self.operators.cubic_to(
                        towards(last.x, control.x),
                        towards(last.y, control.y),
                        towards(to.x, control.x),
                        towards(to.y, control.y),
                        length(to.x),
                        length(to.y),
                    )
                }
                Segment::Cubic(first, second, to) => self.operators.cubic_to(
                    length(first.x),
                    length(first.y),
                    length(second.x),
                    length(second.y),
                    length(to.x),
                    length(to.y),
                ),
                Segment::Close => self.operators.close_path(),
            };
            if let Segment::Move(to)
            | Segment::Line(to)
            | Segment::Quadratic(_, to)
            | Segment::Cubic(_, _, to) = *segment
            {
                last = to;
            }
        }
    }

    fn text(&mut self, run: &TextRun, start: Point) {
        let told_apart = tells_itself(run);
        if !told_apart {
            self.operators
                .begin_marked_content_with_properties(Name(b"Span"))
                .properties()
                .actual_text(TextStr(run.content()));
        }
        for span in run.spans() {
            self.span(run, span, start);
        }
        if !told_apart {
            self.operators.end_marked_content();
        }
    }

    fn span(&mut self, run: &TextRun, span: &Span, start: Point) {
        let Some(first) = span.glyphs.first() else { return };
        let font = self.embedded.font(&span.face);
        self.fonts.insert(font);
        let x = start.x + first.offset.x;
        self.operators
            .begin_text()
            .set_font(Name(font_name(font).as_bytes()), length(run.size()))
            .set_text_matrix([1.0, 0.0, 0.0, -1.0, length(x), length(start.y)]);
        let mut rise = 0.0;
        let mut pen = first.offset.x;
        let mut glyphs = span.glyphs.iter().peekable();
        while glyphs.peek().is_some() {
            let mut show = self.operators.show_positioned();
            let mut items = show.items();
            while let Some(glyph) = glyphs.next_if(|glyph| same(glyph.offset.y, rise)) {
                let adjustment = (pen - glyph.offset.x) / run.size() * 1_000.0;
                // A thousandth of an em is as fine as widths are.
                if adjustment.abs() >= 1.0 {
                    items.adjust(number::single(adjustment.round()));
                    pen -= adjustment.round() * run.size() / 1_000.0;
                }
                let characters = &run.content()[glyph.characters.clone()];
                let (cid, advance) = self.embedded.glyph(font, glyph.id, characters);
                items.show(Str(&cid.to_be_bytes()));
                pen += advance * run.size();
            }
            items.finish();
            show.finish();
            if let Some(next) = glyphs.peek() {
                rise = next.offset.y;
                self.operators.set_rise(length(-rise));
            }
        }
        if !same(rise, 0.0) {
            self.operators.set_rise(0.0);
        }
        self.operators.end_text();
    }
}

fn same(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-6
}

/// Whether the glyphs, each by itself, tell the text in order.
fn tells_itself(run: &TextRun) -> bool {
    let mut told = 0;
    run.spans().iter().flat_map(|span| &span.glyphs).all(|glyph| {
        let next = glyph.characters.start == told && !glyph.characters.is_empty();
        told = glyph.characters.end;
        next
    })
}

/// Millimetres to a tenth of a micrometre.
fn length(value: f64) -> f32 {
    number::single((value * 1e4).round() / 1e4)
}

/// A part of 255 as a part of one.
fn share(value: u8) -> f32 {
    f32::from(value) / 255.0
}

fn matrix(t: Transform) -> [f32; 6] {
    [t.a, t.b, t.c, t.d, t.e, t.f].map(number::single)
}
