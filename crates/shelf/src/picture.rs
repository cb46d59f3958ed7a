//! The picture of a box: what a person would see on a shelf.

use verilabel_symbol::draw::{
    Anchor, Color, Drawing, Fonts, Mm, Path, Point, Rect, Stroke, Transform, Weight,
};
use verilabel_symbol::{LabelLayout, SymbolError};

use crate::boxes::SpecimenBox;
use crate::make::MakeError;

const WIDTH: f64 = 116.0;
const HEIGHT: f64 = 82.0;
const MARGIN: f64 = 8.0;
const INK: Color = Color::hex(0x0016_2229);

/// The layout of the printed label on a box.
pub(crate) fn on_the_box() -> Result<LabelLayout, MakeError> {
    Ok(LabelLayout { width: Some(Mm::new(WIDTH - 2.0 * MARGIN)?), ..LabelLayout::default() })
}

/// The layout of the label on the sheet: two of them side by side.
pub(crate) fn on_the_sheet() -> Result<LabelLayout, MakeError> {
    const HALF_A_PAGE: f64 = 87.0;
    Ok(LabelLayout { width: Some(Mm::new(HALF_A_PAGE)?), ..LabelLayout::default() })
}

/// The front of a box with its label.
pub(crate) fn front(specimen: &SpecimenBox, label: &Drawing, fonts: &Fonts) -> Result<Drawing, SymbolError> {
    let (brand, model, manufacturer) = specimen.names;
    let mut front = Drawing::new(Mm::new(WIDTH)?, Mm::new(HEIGHT)?)
        .titled(format!("SPECIMEN box: {brand} {model}"), specimen.story);
    front.fill(Path::rect(Rect::new(0.0, 0.0, WIDTH, HEIGHT)), colour(specimen.category));
    front.fill(Path::rect(Rect::new(0.0, 0.0, WIDTH, 2.5)), INK.with_opacity(200));
    front.text(fonts.run(brand, Weight::Bold, 11.0)?, Point::new(MARGIN, 18.0), Anchor::Start, INK);
    front.text(fonts.run(model, Weight::Regular, 6.5)?, Point::new(MARGIN, 27.0), Anchor::Start, INK);
    front.text(fonts.run(manufacturer, Weight::Regular, 3.2)?, Point::new(MARGIN, 34.0), Anchor::Start, INK);
    device(&mut front, specimen.category, Point::new(WIDTH - 28.0, 22.0));
    let top = HEIGHT - label.height().value() - MARGIN / 2.0;
    let panel = Rect::new(MARGIN, top, label.width().value(), label.height().value());
    front.fill(Path::rounded_rect(panel.inset(-1.5), 2.0), Color::WHITE);
    front.place(label.clone(), Transform::translate(panel.x, panel.y));
    Ok(front)
}

/// The product without its box, as an authority has it on record.
pub(crate) fn product(specimen: &SpecimenBox) -> Result<Drawing, SymbolError> {
    const SIDE: f64 = 44.0;
    let (brand, model, _) = specimen.names;
    let mut product = Drawing::new(Mm::new(SIDE)?, Mm::new(SIDE)?)
        .titled(format!("SPECIMEN product: {brand} {model}"), specimen.category);
    product.fill(Path::rect(Rect::new(0.0, 0.0, SIDE, SIDE)), colour(specimen.category));
    device(&mut product, specimen.category, Point::new(SIDE / 2.0, SIDE / 2.0));
    Ok(product)
}

/// A quiet colour for each kind of product.
fn colour(category: &str) -> Color {
    Color::hex(match category {
        "router" => 0x00D7_E8F4,
        "camera" => 0x00F4_E3D7,
        "hub" => 0x00DC_EFDF,
        "alarm" | "door-lock" => 0x00F2_DCE0,
        "tv" => 0x00E4_E0F2,
        "speaker" => 0x00F4_EFD0,
        _ => 0x00E6_E9EC,
    })
}

/// A small drawing of the product.
fn device(front: &mut Drawing, category: &str, at: Point) {
    let line = Stroke::new(INK, 1.2).rounded();
    let rect = |x: f64, y: f64, w: f64, h: f64| Rect::new(at.x + x, at.y + y, w, h);
    let point = |x: f64, y: f64| Point::new(at.x + x, at.y + y);
    match category {
        "router" | "hub" => {
            front.stroke(Path::rounded_rect(rect(-14.0, 2.0, 28.0, 9.0), 2.5), line);
            for x in [-9.0, 9.0] {
                front.stroke(Path::line(point(x, 2.0), point(x * 1.25, -10.0)), line);
            }
            for x in [-8.0, -4.0, 0.0] {
                front.fill(Path::circle(point(x, 6.5), 1.0), INK);
            }
        }
        "camera" => {
            front.stroke(Path::circle(point(0.0, 0.0), 9.0), line);
            front.fill(Path::circle(point(0.0, 0.0), 4.0), INK);
            front.stroke(Path::line(point(0.0, 9.0), point(0.0, 14.0)), line);
            front.stroke(Path::line(point(-7.0, 14.0), point(7.0, 14.0)), line);
        }
        "tv" => {
            front.stroke(Path::rounded_rect(rect(-17.0, -9.0, 34.0, 20.0), 1.5), line);
            front.stroke(Path::line(point(-7.0, 14.5), point(7.0, 14.5)), line);
        }
        "speaker" => {
            front.stroke(Path::rounded_rect(rect(-8.0, -11.0, 16.0, 26.0), 4.0), line);
            front.stroke(Path::circle(point(0.0, 5.0), 5.0), line);
            front.fill(Path::circle(point(0.0, -5.0), 2.0), INK);
        }
        "door-lock" => {
            front.stroke(Path::rounded_rect(rect(-9.0, -1.0, 18.0, 15.0), 2.0), line);
            front.stroke(
                Path::polyline(&[
                    point(-5.0, -1.0),
                    point(-5.0, -7.0),
                    point(0.0, -11.0),
                    point(5.0, -7.0),
                    point(5.0, -1.0),
                ]),
                line,
            );
            front.fill(Path::circle(point(0.0, 6.0), 2.0), INK);
        }
        "alarm" => {
            front.stroke(
                Path::polyline(&[point(-12.0, 12.0), point(-7.0, -6.0), point(7.0, -6.0), point(12.0, 12.0)]),
                line,
            );
            front.stroke(Path::line(point(-14.0, 12.0), point(14.0, 12.0)), line);
            front.fill(Path::circle(point(0.0, 3.0), 2.5), INK);
        }
        "lighting" => {
            front.stroke(Path::circle(point(0.0, -2.0), 9.0), line);
            front.stroke(Path::rounded_rect(rect(-4.0, 8.0, 8.0, 7.0), 1.0), line);
        }
        _ => {
            front.stroke(Path::rounded_rect(rect(-9.0, -9.0, 18.0, 22.0), 4.0), line);
            for x in [-3.5, 3.5] {
                front.fill(Path::circle(point(x, 1.0), 1.6), INK);
            }
        }
    }
}
