//! Pixels.

use png::{BitDepth, ColorType};
use tiny_skia::{FillRule, LineCap, LineJoin, Paint, PathBuilder, Pixmap};

use super::drawing::{Drawing, Item};
use super::path::Segment;
use super::png::{Picture, pack};
use super::{Color, DrawError, Modules, Path, Point, Resolution, Transform, number};

/// What the pixels of a picture are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Ink {
    /// Greys where the drawing has no other colours, else colours; edges are smooth.
    #[default]
    Color,
    /// Black or white, one bit each: for thermal and other label printers, which would only dither greys.
    BlackAndWhite,
}

impl Drawing {
    /// The drawing as a PNG on white, with its resolution in chunk pHYs.
    ///
    /// Modules become squares of whole pixels, all of one size, where that size is within a tenth of the
    /// true one; choose the resolution by [`Resolution::from_module`] for exactness.
    ///
    /// # Errors
    /// [`DrawError::PictureSize`] where the picture would have no or too many pixels.
    pub fn to_png(&self, resolution: Resolution, ink: Ink) -> Result<Vec<u8>, DrawError> {
        let pixmap = self.rasterise(resolution)?;
        let (columns, rows) = (pixmap.width(), pixmap.height());
        let pixels = pixmap.data().as_chunks::<4>().0;
        let (color, depth, data) = if ink == Ink::BlackAndWhite {
            let data = pack(pixels.iter().map(|&pixel| luma(pixel) >= 128), columns, rows);
            (ColorType::Grayscale, BitDepth::One, data)
        } else if pixels.iter().all(|[r, g, b, _]| r == g && g == b) {
            let data = pixels.iter().map(|[r, ..]| *r).collect();
            (ColorType::Grayscale, BitDepth::Eight, data)
        } else {
            let data = pixels.iter().flat_map(|&[r, g, b, _]| [r, g, b]).collect();
            (ColorType::Rgb, BitDepth::Eight, data)
        };
        Picture { columns, rows, color, depth, data, pixels_per_mm: resolution.pixels_per_mm() }.encode()
    }

    fn rasterise(&self, resolution: Resolution) -> Result<Pixmap, DrawError> {
        let (columns, rows) = resolution.pixels(self.width(), self.height())?;
        let mut pixmap = Pixmap::new(columns, rows).ok_or(DrawError::PictureSize {
            width: self.width(),
            height: self.height(),
            max: Resolution::MAX_PIXELS,
        })?;
        pixmap.fill(tiny_skia::Color::WHITE);
        paint(&mut pixmap, self.items(), Transform::scale(resolution.pixels_per_mm()));
        Ok(pixmap)
    }
}

/// Brightness as ITU-R BT.601 weighs it, from 0 to 255.
fn luma([r, g, b, _]: [u8; 4]) -> u32 {
    (299 * u32::from(r) + 587 * u32::from(g) + 114 * u32::from(b)) / 1_000
}

/// `to_pixels` leads from the items' coordinates to pixels.
fn paint(pixmap: &mut Pixmap, items: &[Item], to_pixels: Transform) {
    for item in items {
        match item {
            Item::Fill { path, color } => fill(pixmap, path, *color, to_pixels),
            Item::Stroke { path, stroke } => {
                let Some(path) = skia_path(path) else { continue };
                let mut how = tiny_skia::Stroke { width: number::single(stroke.width), ..Default::default() };
                if stroke.round {
                    (how.line_cap, how.line_join) = (LineCap::Round, LineJoin::Round);
                }
                let (paint, transform) = (skia_paint(stroke.color), skia_transform(to_pixels));
                pixmap.stroke_path(&path, &paint, &how, transform, None);
            }
            Item::Modules { modules, origin, module, color } => {
                fill_modules(pixmap, modules, *origin, *module, *color, to_pixels);
            }
            Item::Text { run, start, color } => fill(pixmap, &run.outline(*start), *color, to_pixels),
            Item::Group { transform, items } => paint(pixmap, items, transform.then(to_pixels)),
        }
    }
}

fn fill(pixmap: &mut Pixmap, path: &Path, color: Color, to_pixels: Transform) {
    if let Some(path) = skia_path(path) {
        let transform = skia_transform(to_pixels);
        pixmap.fill_path(&path, &skia_paint(color), FillRule::Winding, transform, None);
    }
}

fn fill_modules(
    pixmap: &mut Pixmap,
    modules: &Modules,
    origin: Point,
    module: f64,
    color: Color,
    to_pixels: Transform,
) {
    let true_size = module * to_pixels.a;
    // A little slack for the rounding of sums.
    let size = (true_size + 1e-3).floor();
    if !to_pixels.is_upright() || size < 0.9 * true_size || size < 1.0 {
        return fill(pixmap, &modules.path(origin, module), color, to_pixels);
    }
    let centred = |true_start: f64, count: usize| {
        let count = number::count(count);
        (true_start + count * (true_size - size) / 2.0).round()
    };
    let corner = to_pixels.apply(origin);
    let (left, top) = (centred(corner.x, modules.columns()), centred(corner.y, modules.rows()));
    let mut paint = skia_paint(color);
    paint.anti_alias = false;
    for (row, column, length) in modules.runs() {
        let rect = tiny_skia::Rect::from_xywh(
            number::single(left + number::count(column) * size),
            number::single(top + number::count(row) * size),
            number::single(number::count(length) * size),
            number::single(size),
        );
        if let Some(rect) = rect {
            pixmap.fill_rect(rect, &paint, tiny_skia::Transform::identity(), None);
        }
    }
}

fn skia_path(path: &Path) -> Option<tiny_skia::Path> {
    let mut builder = PathBuilder::new();
    let at = |point: Point| (number::single(point.x), number::single(point.y));
    for segment in &path.segments {
        match *segment {
            Segment::Move(to) => {
                let (x, y) = at(to);
                builder.move_to(x, y);
            }
            Segment::Line(to) => {
                let (x, y) = at(to);
                builder.line_to(x, y);
            }
            Segment::Quadratic(control, to) => {
                let ((cx, cy), (x, y)) = (at(control), at(to));
                builder.quad_to(cx, cy, x, y);
            }
            Segment::Cubic(first, second, to) => {
                let ((fx, fy), (sx, sy), (x, y)) = (at(first), at(second), at(to));
                builder.cubic_to(fx, fy, sx, sy, x, y);
            }
            Segment::Close => builder.close(),
        }
    }
    builder.finish()
}

fn skia_paint(color: Color) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(color.red, color.green, color.blue, color.alpha);
    paint
}

fn skia_transform(t: Transform) -> tiny_skia::Transform {
    let n = number::single;
    tiny_skia::Transform::from_row(n(t.a), n(t.b), n(t.c), n(t.d), n(t.e), n(t.f))
}
