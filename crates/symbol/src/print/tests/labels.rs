use proptest::prelude::*;
use verilabel_label::Level;

use super::*;
use crate::draw::rendered::Rendered;
use crate::draw::{Drawing, Fonts, Ink, Mm, Rect, Resolution};

fn printed(text: &LabelText, layout: LabelLayout) -> Result<PrintedLabel, SymbolError> {
    PrintedLabel::new(&symbol(60), &PrintSpec::default(), text, layout, &Fonts::default())
}

fn full() -> LabelText {
    LabelText {
        serial: Some("LX-000482915".parse().unwrap()),
        banner: Some("SPECIMEN – not issued by any scheme owner".to_owned()),
        ..label_text()
    }
}

fn below() -> LabelLayout {
    LabelLayout { placement: Placement::Below, ..LabelLayout::default() }
}

#[test]
fn a_label_can_be_read_in_every_format() {
    for layout in [LabelLayout::default(), below()] {
        let label = printed(&full(), layout).unwrap();
        let x = PrintSpec::default().x_dimension;
        let png = label.drawing.to_png(Resolution::from_module(5, x), Ink::Color).unwrap();
        assert_eq!(Rendered::of_png(&png).0.read(), Some(link("", 60)), "PNG, {layout:?}");
        let thermal = label.drawing.to_png(Resolution::from_dpi(300), Ink::BlackAndWhite).unwrap();
        assert_eq!(Rendered::of_png(&thermal).0.read(), Some(link("", 60)), "300 dpi, {layout:?}");
        let svg = label.drawing.to_svg();
        assert_eq!(Rendered::of_svg(&svg, 12.0).read(), Some(link("", 60)), "SVG, {layout:?}");
        let pdf = label.drawing.to_pdf().unwrap();
        assert_eq!(Rendered::of_pdf(&pdf, 12.0)[0].read(), Some(link("", 60)), "PDF, {layout:?}");
    }
}

#[test]
fn a_label_tells_everything_in_words() {
    let label = printed(&full(), LabelLayout::default()).unwrap();
    assert_eq!(label.drawing.title(), "CLS(IoT) Level 3, CSA/220729/00123");
    assert_eq!(
        label.drawing.description(),
        "SPECIMEN – not issued by any scheme owner; CLS(IoT) Level 3 (3 of 4); Label CSA/220729/00123; \
         valid until 2029-07-22; GTIN 09521234543213; Serial LX-000482915"
    );
    let pdf = lopdf::Document::load_mem(&label.drawing.to_pdf().unwrap()).unwrap();
    let text = pdf.extract_text(&[1]).unwrap();
    for line in ["CLS(IoT) Level 3", "valid until 2029-07-22", "GTIN 09521234543213", "Serial LX-000482915"] {
        assert!(text.contains(line), "{line:?} in {text:?}");
    }
}

/// All pixels of the quiet zone are white, whatever stands around it.
fn quiet_zone_is_quiet(label: &PrintedLabel) {
    let scale = 20.0;
    let png = label.drawing.to_png(Resolution::from_dpi(508), Ink::Color).unwrap();
    let (picture, _) = Rendered::of_png(&png);
    let pixels = |mm: f64, rounding: fn(f64) -> f64| crate::draw::whole(rounding(mm * scale));
    let (zone, symbol) = (label.quiet_zone.inset(0.05), label.symbol.inset(-0.05));
    for y in pixels(zone.y, f64::ceil)..pixels(zone.bottom(), f64::floor) {
        for x in pixels(zone.x, f64::ceil)..pixels(zone.right(), f64::floor) {
            let (at_x, at_y) = (f64::from(x) / scale, f64::from(y) / scale);
            if !symbol.overlaps(&Rect::new(at_x, at_y, 1.0 / scale, 1.0 / scale)) {
                assert_eq!(picture.pixel(x, y), 255, "pixel {x}, {y}");
            }
        }
    }
}

#[test]
fn nothing_enters_the_quiet_zone() {
    for text in [label_text(), full()] {
        for layout in [LabelLayout::default(), below()] {
            quiet_zone_is_quiet(&printed(&text, layout).unwrap());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn text_keeps_to_its_place(
        words in "[A-Za-z()]{1,12}( [A-Za-z0-9]{1,9}){0,3}",
        serial in prop::option::of("[0-9A-Z<>&\"/.-]{1,20}"),
        banner in prop::option::of("[A-Z]{1,9}( [a-zà-öα-ω]{1,10}){0,9}"),
        beside in any::<bool>(),
        width in prop::option::of(40.0..90.0),
        x_height in 0.5..3.0,
        x in 0.3..0.6,
        claims in 40_usize..160,
    ) {
        let level = |number| Level::new(number).unwrap();
        let text = LabelText {
            level: LevelText::new(words, level(2), level(4), Mark::Star).unwrap(),
            serial: serial.map(|serial| serial.parse().unwrap()),
            banner,
            ..label_text()
        };
        let layout = LabelLayout {
            placement: if beside { Placement::Beside } else { Placement::Below },
            width: width.map(|width| Mm::new(width).unwrap()),
            x_height: Mm::new(x_height).unwrap(),
        };
        let spec = PrintSpec { x_dimension: Mm::new(x).unwrap(), ..PrintSpec::default() };
        match PrintedLabel::new(&symbol(claims), &spec, &text, layout, &Fonts::default()) {
            Ok(label) => {
                let whole = Rect::new(0.0, 0.0, label.drawing.width().value(), label.drawing.height().value());
                prop_assert!(whole.contains(&label.quiet_zone));
                prop_assert!(label.quiet_zone.contains(&label.symbol));
                let (_, side) = spec.sides(&symbol(claims));
                prop_assert!((label.quiet_zone.width - side.value()).abs() < 1e-9);
                prop_assert!((label.symbol.x - label.quiet_zone.x - 4.0 * x).abs() < 1e-9);
                for area in &label.text {
                    prop_assert!(whole.contains(area), "{:?} in {:?}", area, whole);
                    prop_assert!(!area.overlaps(&label.quiet_zone), "{:?} and {:?}", area, label.quiet_zone);
                }
            }
            Err(error) => prop_assert_eq!(error.code(), "text-does-not-fit", "{}", error),
        }
    }
}

#[test]
fn text_shrinks_then_breaks_then_is_refused() {
    let height = |layout| printed(&label_text(), layout).unwrap().text[2].height;
    let narrow = |width| LabelLayout { width: Some(Mm::new(width).unwrap()), ..LabelLayout::default() };
    let (roomy, tight) = (height(LabelLayout::default()), height(narrow(54.5)));
    assert!(tight < roomy * 0.9, "{tight} of {roomy}");
    let lines = |layout| printed(&label_text(), layout).unwrap().text.len();
    assert_eq!((lines(narrow(54.5)), lines(narrow(48.0))), (5, 8));
    let error = printed(&label_text(), narrow(40.0)).unwrap_err();
    assert_eq!(error.code(), "text-does-not-fit");
    assert_eq!(
        error.to_string(),
        "\"09521234543213\" takes 19.23 mm at the least legible size, 13.15 mm are there: shorten it or \
         widen the label"
    );
    assert!(printed(&label_text(), narrow(0.0)).is_err());
}

#[test]
fn marks_shrink_with_the_room() {
    let level = |number| Level::new(number).unwrap();
    let text =
        LabelText { level: LevelText::new("L", level(8), level(9), Mark::Star).unwrap(), ..label_text() };
    let marks = |width| {
        let layout = LabelLayout { width: Some(Mm::new(width).unwrap()), ..LabelLayout::default() };
        printed(&text, layout).unwrap().text[1].width
    };
    assert!(marks(60.0) > 23.0 && marks(47.0) < 20.2, "{} and {}", marks(60.0), marks(47.0));
}

#[test]
fn numbers_are_broken_after_their_signs_and_only_in_need() {
    let mut text = label_text();
    text.number = "CSA-PRODUCT-2026-EXTENDED/220729/00123-A".parse().unwrap();
    let label = printed(&text, below()).unwrap();
    let svg = label.drawing.to_svg();
    let document = roxmltree::Document::parse(&svg).unwrap();
    let told: Vec<_> = document.descendants().filter_map(|node| node.attribute("aria-label")).collect();
    assert_eq!(
        told,
        [
            "CLS(IoT) Level 3",
            "Label CSA-PRODUCT-",
            "2026-EXTENDED/",
            "220729/00123-A",
            "valid until 2029-07-22",
            "GTIN",
            "09521234543213"
        ]
    );
}

#[test]
fn other_languages_need_only_words_and_a_font() {
    let text = LabelText {
        wording: Wording {
            number: "Merkki".to_owned(),
            valid_until: "voimassa".to_owned(),
            gtin: String::new(),
            serial: "Sarjanumero".to_owned(),
        },
        ..full()
    };
    let label = printed(&text, LabelLayout::default()).unwrap();
    assert!(label.drawing.description().contains("voimassa 2029-07-22; 09521234543213; Sarjanumero LX-"));
    let chinese = LabelText { banner: Some("样本".to_owned()), ..label_text() };
    let error = printed(&chinese, LabelLayout::default()).unwrap_err();
    assert_eq!(error.code(), "glyph-missing");
}

#[test]
fn a_level_stays_within_its_scheme() {
    let level = |number| Level::new(number).unwrap();
    let error = LevelText::new("Level 5", level(5), level(4), Mark::Dot).unwrap_err();
    assert_eq!(error.to_string(), "level 5 is beyond the highest level, 4");
    let one_tier = LevelText::new("IT-Sicherheitskennzeichen", level(1), level(1), Mark::Dot).unwrap();
    let with_marks = printed(&label_text(), LabelLayout::default()).unwrap();
    let text = LabelText { level: one_tier, ..label_text() };
    let without = printed(&text, LabelLayout::default()).unwrap();
    assert_eq!(with_marks.text.len(), without.text.len() + 1, "marks tell nothing of one tier");
}

#[test]
fn serials_with_markup_stay_text() {
    let text = LabelText { serial: Some("<b>&\"'/\"</b>".parse().unwrap()), ..label_text() };
    let drawing: Drawing = printed(&text, LabelLayout::default()).unwrap().drawing;
    let svg = drawing.to_svg();
    let document = roxmltree::Document::parse(&svg).unwrap();
    assert!(document.descendants().all(|node| !node.has_tag_name("b")));
    let told = |node: roxmltree::Node<'_, '_>| node.attribute("aria-label") == Some("Serial <b>&\"'/\"</b>");
    assert!(document.descendants().any(told));
}

#[test]
fn a_banner_is_known_to_fit_before_there_is_a_label() {
    let check = |banner: &str, width| {
        LabelLayout::default().check_banner(banner, Mm::new(width).unwrap(), &Fonts::default())
    };
    assert_eq!(check("SPECIMEN – not issued by any scheme owner", 40.0), Ok(()));
    assert_eq!(check(&"x".repeat(999), 40.0).unwrap_err().code(), "text-does-not-fit");
    assert_eq!(check("견본", 40.0).unwrap_err().code(), "glyph-missing");
}
