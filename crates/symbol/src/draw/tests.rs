use super::rendered::Rendered;
use super::*;

fn mm(value: f64) -> Mm {
    Mm::new(value).unwrap()
}

/// A drawing with everything in it.
pub(super) fn everything() -> Drawing {
    let fonts = Fonts::default();
    let mut drawing = Drawing::new(mm(60.0), mm(40.0)).titled("Everything", "One of each kind");
    drawing.fill(Path::rect(Rect::new(0.0, 0.0, 60.0, 40.0)), Color::WHITE);
    drawing.fill(Path::rounded_rect(Rect::new(2.0, 2.0, 26.0, 16.0), 3.0), Color::hex(0x0B_5C_AD));
    drawing.fill(Path::circle(Point::new(40.0, 10.0), 7.0), Color::rgb(200, 30, 30).with_opacity(128));
    drawing.fill(Path::star(Point::new(50.0, 10.0), 7.0, 5), Color::gray(90));
    let waves = Stroke::new(Color::BLACK, 0.8).rounded();
    drawing.stroke(
        Path::polyline(&[Point::new(2.0, 22.0), Point::new(9.0, 26.0), Point::new(16.0, 22.0)]),
        waves,
    );
    let see_through = Stroke::new(Color::rgb(0, 90, 0).with_opacity(100), 2.0);
    drawing.stroke(Path::line(Point::new(20.0, 22.0), Point::new(34.0, 27.0)), see_through);
    let mut curve = Path::new();
    curve
        .move_to(Point::new(38.0, 22.0))
        .quadratic_to(Point::new(48.0, 34.0), Point::new(58.0, 22.0))
        .close();
    drawing.fill(curve, Color::gray(160));
    let run = fonts.run("AVATAR Särkkä x\u{301}X\u{301} №1", Weight::Bold, 4.0).unwrap();
    drawing.text(run, Point::new(30.0, 36.0), Anchor::Middle, Color::BLACK);
    let mut turned = Drawing::new(mm(10.0), mm(10.0));
    turned.text(
        fonts.run("fi 07", Weight::Regular, 3.0).unwrap(),
        Point::default(),
        Anchor::End,
        Color::WHITE,
    );
    turned.modules(
        &Modules::new(3, &[true, false, true, false, true]),
        Point::new(1.0, -2.0),
        1.0,
        Color::WHITE,
    );
    drawing.place(turned, Transform::rotate(-30.0).then(Transform::translate(15.0, 10.0)));
    drawing
}

#[test]
fn three_backends_draw_the_same() {
    let drawing = everything();
    let (ours, per_metre) = Rendered::of_png(&drawing.to_png(Resolution::from_dpi(254), Ink::Color).unwrap());
    assert_eq!((ours.width, ours.height, per_metre), (600, 400, 10_000));
    let svg = Rendered::of_svg(&drawing.to_svg(), 10.0);
    assert!(ours.difference(&svg) < 0.1, "{}", ours.difference(&svg));
    let pdf = Rendered::of_pdf(&drawing.to_pdf().unwrap(), 10.0);
    assert_eq!(pdf.len(), 1);
    assert!(ours.difference(&pdf[0]) < 0.6, "{}", ours.difference(&pdf[0]));
    // The measure does see differences.
    let blank = Drawing::new(mm(60.0), mm(40.0)).to_png(Resolution::from_dpi(254), Ink::Color).unwrap();
    assert!(ours.difference(&Rendered::of_png(&blank).0) > 20.0);
}

#[test]
fn the_same_calls_give_the_same_bytes() {
    let (one, other) = (everything(), everything());
    assert_eq!(one.to_svg(), other.to_svg());
    assert_eq!(one.to_pdf().unwrap(), other.to_pdf().unwrap());
    let png = |drawing: &Drawing| drawing.to_png(Resolution::from_dpi(100), Ink::BlackAndWhite).unwrap();
    assert_eq!(png(&one), png(&other));
}

#[test]
fn svg_is_well_formed_whatever_the_text() {
    let hostile = "</title><script>alert(\"1\")</script>&amp; '\u{1}\u{fffe}]]>";
    let mut drawing = Drawing::new(mm(10.0), mm(10.0)).titled(hostile, hostile);
    let text = "\"/><script>&lt;'";
    drawing.text(
        Fonts::default().run(text, Weight::Regular, 1.0).unwrap(),
        Point::new(f64::NAN, f64::INFINITY),
        Anchor::Start,
        Color::BLACK,
    );
    let svg = drawing.to_svg();
    let document = roxmltree::Document::parse(&svg).unwrap();
    let names: Vec<_> =
        document.descendants().filter(roxmltree::Node::is_element).map(|n| n.tag_name().name()).collect();
    assert_eq!(names, ["svg", "title", "desc", "path"]);
    let told = hostile.replace(['\u{1}', '\u{fffe}'], "\u{fffd}");
    let element =
        |name| document.descendants().find(|n| n.has_tag_name(("http://www.w3.org/2000/svg", name))).unwrap();
    assert_eq!(element("title").text(), Some(told.as_str()));
    let path = element("path");
    assert_eq!(path.attribute("aria-label"), Some(text));
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
}

#[test]
fn one_bit_pictures_have_one_bit() {
    let drawing = everything();
    let file = drawing.to_png(Resolution::from_dpi(203), Ink::BlackAndWhite).unwrap();
    assert_eq!(file[24], 1, "bit depth in IHDR");
    let (picture, per_metre) = Rendered::of_png(&file);
    assert_eq!(per_metre, 7_992);
    assert!(picture.luma.iter().all(|&pixel| pixel == 0 || pixel == 255));
}

#[test]
fn greys_need_no_colours() {
    let mut drawing = Drawing::new(mm(2.0), mm(2.0));
    drawing.fill(Path::circle(Point::new(1.0, 1.0), 0.8), Color::gray(100));
    let color_type = |drawing: &Drawing| drawing.to_png(Resolution::from_dpi(254), Ink::Color).unwrap()[25];
    assert_eq!(color_type(&drawing), 0, "greyscale");
    drawing.fill(Path::circle(Point::new(1.0, 1.0), 0.3), Color::hex(0xFF_0000));
    assert_eq!(color_type(&drawing), 2, "truecolour");
}

#[test]
fn pictures_have_bounds() {
    let huge = Drawing::new(mm(5_000.0), mm(5_000.0));
    assert_eq!(huge.to_png(Resolution::from_dpi(600), Ink::Color).unwrap_err().code(), "picture-size");
    let nothing = Drawing::new(Mm::ZERO, mm(5.0));
    assert_eq!(nothing.to_png(Resolution::from_dpi(600), Ink::Color).unwrap_err().code(), "picture-size");
    let no_module = Resolution::from_module(3, Mm::ZERO);
    assert_eq!(everything().to_png(no_module, Ink::Color).unwrap_err().code(), "picture-size");
}

/// At odd resolutions modules shrink to whole pixels of one size, about their middle.
#[test]
fn modules_are_of_one_size() {
    let checkers: Vec<bool> = (0..441).map(|i| i % 2 == 0).collect();
    let mut drawing = Drawing::new(mm(29.0), mm(29.0));
    drawing.modules(&Modules::new(21, &checkers), Point::new(4.0, 4.0), 1.0, Color::BLACK);
    // 10.43 pixels a module.
    let (picture, _) = Rendered::of_png(&drawing.to_png(Resolution::from_dpi(265), Ink::Color).unwrap());
    let middle = picture.height / 2;
    let row: Vec<u8> = (0..picture.width).map(|x| picture.pixel(x, middle)).collect();
    let runs: Vec<usize> = row.chunk_by(|a, b| a == b).map(<[u8]>::len).collect();
    assert_eq!(runs.len(), 23);
    assert!(runs[1..22].iter().all(|&run| run == 10), "{runs:?}");
    assert!(runs[0].abs_diff(runs[22]) <= 1 && runs[0] > 41, "{runs:?}");
}
