//! SVG 1.1.

use super::drawing::{Drawing, Item};
use super::path::Segment;
use super::{Color, Modules, Path, Point, Stroke, Transform, number};

/// Places of the decimal point that lengths in millimetres are written with: a tenth of a micrometre.
const PLACES: usize = 4;

impl Drawing {
    /// The drawing as an SVG document of the same size in millimetres.
    ///
    /// Text is drawn as outlines, so that it looks and prints the same everywhere, and told again in
    /// `aria-label`. The document has no ids, scripts, styles or references, so that any number of them
    /// can stand in one page.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let mut svg = Svg(String::with_capacity(16 << 10));
        svg.document(self);
        svg.0
    }
}

struct Svg(String);

impl Svg {
    fn document(&mut self, drawing: &Drawing) {
        let (width, height) = (drawing.width().value(), drawing.height().value());
        self.raw("<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" role=\"img\" width=\"");
        self.number(width).raw("mm\" height=\"").number(height).raw("mm\" viewBox=\"0 0 ");
        self.number(width).raw(" ").number(height).raw("\">");
        self.element("title", drawing.title()).element("desc", drawing.description());
        self.items(drawing.items());
        self.raw("</svg>\n");
    }

    fn element(&mut self, name: &str, text: &str) -> &mut Self {
        if text.is_empty() {
            return self;
        }
        self.raw("<").raw(name).raw(">").escaped(text).raw("</").raw(name).raw(">")
    }

    fn items(&mut self, items: &[Item]) {
        for item in items {
            match item {
                Item::Fill { path, color } => {
                    self.raw("<path").paint("fill", *color).data(path).raw("/>");
                }
                Item::Stroke { path, stroke } => {
                    self.raw("<path fill=\"none\"").stroke(*stroke).data(path).raw("/>");
                }
                Item::Modules { modules, origin, module, color } => {
                    self.modules(modules, *origin, *module, *color);
                }
                Item::Text { run, start, color } => {
                    self.raw("<path aria-label=\"").escaped(run.content()).raw("\"");
                    self.paint("fill", *color).data(&run.outline(*start)).raw("/>");
                }
                Item::Group { transform, items } => {
                    self.raw("<g").transform(*transform).raw(">");
                    self.items(items);
                    self.raw("</g>");
                }
            }
        }
    }

    /// Modules keep whole numbers: the transform carries place and size.
    fn modules(&mut self, modules: &Modules, origin: Point, module: f64, color: Color) {
        let transform = Transform::scale(module).then(Transform::translate(origin.x, origin.y));
        self.raw("<path shape-rendering=\"crispEdges\"").paint("fill", color).transform(transform);
        self.raw(" d=\"");
        for corners in modules.outlines() {
            let mut previous = None;
            for (x, y) in corners.into_iter().map(|(x, y)| (i64::from(x), i64::from(y))) {
                match previous {
                    None => self.raw("M").whole(x).raw(" ").whole(y),
                    Some((was, _)) if was == x => self.raw("V").whole(y),
                    Some(_) => self.raw("H").whole(x),
                };
                previous = Some((x, y));
            }
            self.raw("z");
        }
        self.raw("\"/>");
    }

    fn data(&mut self, path: &Path) -> &mut Self {
        self.raw(" d=\"");
        for segment in &path.segments {
            match *segment {
                Segment::Move(to) => self.raw("M").point(to),
                Segment::Line(to) => self.raw("L").point(to),
                Segment::Quadratic(control, to) => self.raw("Q").point(control).raw(" ").point(to),
                Segment::Cubic(first, second, to) => {
                    self.raw("C").point(first).raw(" ").point(second).raw(" ").point(to)
                }
                Segment::Close => self.raw("Z"),
            };
        }
        self.raw("\"")
    }

    fn paint(&mut self, property: &str, color: Color) -> &mut Self {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        self.raw(" ").raw(property).raw("=\"#");
        for byte in [color.red, color.green, color.blue] {
            self.0.push(char::from(HEX[usize::from(byte >> 4)]));
            self.0.push(char::from(HEX[usize::from(byte & 15)]));
        }
        self.raw("\"");
        if color.alpha < 255 {
            let opacity = f64::from(color.alpha) / 255.0;
            self.raw(" ").raw(property).raw("-opacity=\"").number(opacity).raw("\"");
        }
        self
    }

    fn stroke(&mut self, stroke: Stroke) -> &mut Self {
        self.paint("stroke", stroke.color).raw(" stroke-width=\"").number(stroke.width).raw("\"");
        if stroke.round {
            self.raw(" stroke-linecap=\"round\" stroke-linejoin=\"round\"");
        }
        self
    }

    fn transform(&mut self, t: Transform) -> &mut Self {
        if t == Transform::IDENTITY {
            return self;
        }
        self.raw(" transform=\"matrix(");
        for (i, value) in [t.a, t.b, t.c, t.d, t.e, t.f].into_iter().enumerate() {
            if i > 0 {
                self.raw(" ");
            }
            // Factors multiply whole sheets: more places than lengths have.
            number::write(&mut self.0, value, 9);
        }
        self.raw(")\"")
    }

    fn point(&mut self, point: Point) -> &mut Self {
        self.number(point.x).raw(" ").number(point.y)
    }

    fn number(&mut self, value: f64) -> &mut Self {
        number::write(&mut self.0, value, PLACES);
        self
    }

    fn whole(&mut self, value: i64) -> &mut Self {
        self.0.push_str(&value.to_string());
        self
    }

    /// Text for content and for attributes in double quotes. What XML 1.0 §2.2 has no place for becomes
    /// U+FFFD.
    fn escaped(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\t' | '\n' | '\r' => self.0.push(' '),
                '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => self.0.push('\u{FFFD}'),
                other => self.0.push(other),
            }
        }
        self
    }

    fn raw(&mut self, text: &str) -> &mut Self {
        self.0.push_str(text);
        self
    }
}
