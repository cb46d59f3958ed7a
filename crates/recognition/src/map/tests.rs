//! The map is well-formed, says what it shows, and keeps its words apart, whatever the register holds.

use roxmltree::{Document, Node};
use serde_json::{Value, json};

use super::*;

fn published() -> Register {
    Register::published().unwrap().clone()
}

fn on(date: &str) -> Date {
    date.parse().unwrap()
}

/// The words of a map, with the boxes that they take up; outlines are not words.
fn words(svg: &str) -> Vec<(String, [i32; 4])> {
    let document = Document::parse(svg).unwrap();
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    let shown = texts.filter(|node| node.ancestors().all(|node| node.attribute("aria-hidden").is_none()));
    shown.map(|node| (node.text().unwrap().to_owned(), area(node))).collect()
}

fn area(node: Node<'_, '_>) -> [i32; 4] {
    let number = |name| node.attribute(name).unwrap().parse::<i32>().unwrap();
    let bold = node.attribute("font-weight").is_some();
    let style = Style { size: number("font-size"), bold, ..BODY };
    let (x, y, wide) = (number("x"), number("y"), width(node.text().unwrap(), style));
    let left = if node.attribute("text-anchor").is_some() { x - wide / 2 } else { x };
    [left, y - style.size * 4 / 5, left + wide, y + style.size / 5]
}

fn size(svg: &str) -> [i32; 2] {
    let document = Document::parse(svg).unwrap();
    ["width", "height"].map(|name| document.root_element().attribute(name).unwrap().parse().unwrap())
}

fn assert_apart(svg: &str) {
    let words = words(svg);
    let [right, bottom] = size(svg);
    for (i, (first, a)) in words.iter().enumerate() {
        assert!(
            a[0] >= 0 && a[1] >= 0 && a[2] <= right && a[3] <= bottom,
            "{first:?} leaves the picture: {a:?}"
        );
        for (second, b) in &words[i + 1..] {
            let apart = a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1];
            assert!(apart, "{first:?} {a:?} and {second:?} {b:?} overlap");
        }
    }
}

/// The picture as people looked at it and found it good. After a change, look again, and then write it
/// with `cargo run -p verilabel-recognition --example map 2026-11-22 > crates/recognition/tests/map.svg`.
#[test]
fn the_published_map_is_the_one_that_was_looked_at() {
    let seen = include_str!("../../tests/map.svg");
    assert!(map_svg(&published(), on("2026-11-22"), None) == seen, "the map has changed: look at it");
}

#[test]
fn words_stay_apart_on_every_date() {
    for date in ["2020-01-01", "2022-10-20", "2025-09-15", "2025-12-04", "2026-11-22"] {
        let svg = map_svg(&published(), on(date), None);
        assert_apart(&svg);
        assert!(size(&svg)[0] <= 1200, "readable without scrolling sideways");
        assert!(words(&svg).iter().all(|(text, _)| !text.contains('…')), "nothing is cut");
    }
}

#[test]
fn every_scheme_and_every_row_is_drawn_with_its_direction() {
    let register = published();
    let svg = map_svg(&register, on("2026-11-22"), None);
    let document = Document::parse(&svg).unwrap();
    let groups: Vec<_> = document
        .descendants()
        .filter(|node| node.has_tag_name("g"))
        .filter_map(|node| Some((node.first_element_child()?.text()?, node)))
        .collect();
    let columns = Columns::of(&register);
    for row in register.arrangements().iter().flat_map(|arrangement| &arrangement.rows) {
        let title = format!("{}: ", row.id);
        let (_, group) = groups.iter().find(|(text, _)| text.starts_with(&title)).expect("a group per row");
        let child = |tag: &str| group.children().find(|node| node.has_tag_name(tag)).unwrap();
        let tail: i32 = child("circle").attribute("cx").unwrap().parse().unwrap();
        let head = child("path").attribute("d").unwrap();
        assert_eq!(tail, columns.middle(&row.from), "{title}");
        assert!(head.starts_with(&format!("M{} ", columns.middle(&row.to))), "{title} {head}");
    }
    for scheme in register.schemes() {
        assert!(groups.iter().any(|(text, _)| text.starts_with(scheme.name.as_str())), "{}", scheme.id);
    }
}

/// Colour is never the only signal: the words change with it.
#[test]
fn what_is_not_in_effect_says_so() {
    let register = published();
    let row = "sg-kr-2024.cic-cls";
    let said = |date: &str| {
        let svg = map_svg(&register, on(date), None);
        let document = Document::parse(&svg).unwrap();
        let title = document
            .descendants()
            .find(|node| node.has_tag_name("title") && node.text().is_some_and(|text| text.starts_with(row)));
        let group = title.unwrap().parent().unwrap();
        let colour = group.children().find(|node| node.has_tag_name("circle")).unwrap();
        let state = group.children().filter(|node| node.has_tag_name("text")).nth(1).unwrap();
        (colour.attribute("fill").unwrap().to_owned(), state.text().unwrap().to_owned())
    };
    assert_eq!(said("2024-12-31"), (GREY.to_owned(), "not in effect: begins on 2025-01-01".to_owned()));
    assert_eq!(said("2025-01-01"), ("#0a7a55".to_owned(), "in effect since 2025-01-01".to_owned()));

    let shown = |date: &str| words(&map_svg(&register, on(date), None)).into_iter().map(|(text, _)| text);
    let has = |date: &str, text: &str| shown(date).any(|shown| shown == text);
    assert!(has("2025-08-01", "no effect: Finnish Cybersecurity Label stopped awarding on 2025-07-31"));
    assert!(!has("2025-07-31", "no effect: Finnish Cybersecurity Label stopped awarding on 2025-07-31"));
    assert!(has("2026-11-22", "PSV for CLS(IoT): level and mode not published"));
    assert!(has("2026-11-22", "date of effect not known"));
    assert!(has("2026-11-22", "in effect since 2025-09, a date inferred · REPORTED"));
    assert!(has("2025-09-30", "begins in 2025-09, on a day not known · REPORTED"));
    assert!(has("2026-11-22", "in force by law since 2025-12-04 · specification 1.4 only"));
}

#[test]
fn what_is_pointed_out_is_marked_by_more_than_colour() {
    let register = published();
    let bars = |highlight| {
        let svg = map_svg(&register, on("2026-11-22"), highlight);
        assert_apart(&svg);
        let document = Document::parse(&svg).unwrap();
        let bars = document.descendants().filter(|node| {
            node.has_tag_name("rect")
                && node.attribute("width") == Some("6")
                && node.attribute("fill") == Some(INK)
        });
        bars.count()
    };
    let scheme = "kr.cic".parse().unwrap();
    let row = RowId::new("gb-jp-2025.jc-star-psti").unwrap();
    assert_eq!(bars(None), 0);
    assert_eq!(bars(Some(Highlight::Scheme(&scheme))), 4);
    assert_eq!(bars(Some(Highlight::Row(&row))), 1);
}

/// A register with hostile names, long names, and many more schemes than the published one.
#[test]
fn a_hostile_register_is_drawn_as_words() {
    let mut register: Value = serde_json::from_slice(&published().to_json().unwrap()).unwrap();
    let hostile = "</text><script>alert('&')</script> WWWWWWWWWWWWWWWWWWWWWWWW 빛나라 ".repeat(8);
    let names =
        [("/markets", "name"), ("/schemes", "short"), ("/schemes", "name"), ("/cooperations", "name")];
    for (table, field) in names {
        for entry in register.pointer_mut(table).unwrap().as_array_mut().unwrap() {
            entry[field] = json!(hostile);
        }
    }
    for i in 0..30 {
        let mut scheme = register["schemes"][5].clone();
        scheme["id"] = json!(format!("xx.scheme-{i}"));
        register["schemes"].as_array_mut().unwrap().push(scheme);
    }
    let register = Register::from_json(&serde_json::to_vec(&register).unwrap()).unwrap();
    let scheme = "xx.scheme-7".parse().unwrap();
    let svg = map_svg(&register, on("2026-11-22"), Some(Highlight::Scheme(&scheme)));
    let document = Document::parse(&svg).unwrap();
    assert!(!document.descendants().any(|node| node.has_tag_name("script")));
    assert_apart(&svg);
    assert!(size(&svg)[0] > 1200);
}

#[test]
fn an_empty_register_has_a_map() {
    let empty = json!({
        "schema": Register::SCHEMA, "issued": "2026-11-01", "sources": [], "markets": [], "categories": [],
        "schemes": [], "arrangements": [], "cooperations": []
    });
    let register = Register::from_json(&serde_json::to_vec(&empty).unwrap()).unwrap();
    assert_apart(&map_svg(&register, on("2026-11-22"), None));
}
