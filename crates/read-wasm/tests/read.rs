//! Codes in pixels, as a page hands them over.

#![expect(clippy::unwrap_used, reason = "what is missing fails the test")]

use std::cell::Cell;

use qrcode::{Color, QrCode};
use verilabel_read_wasm::read;

/// Pixels for each module, and of the white around the code.
const MODULE: usize = 4;
const MARGIN: usize = 32;

/// Codes beside each other, as colours; the side of one with its margin, and how many modules it has.
fn picture(texts: &[&str]) -> (Vec<u8>, usize, usize, Vec<usize>) {
    let codes: Vec<QrCode> = texts.iter().map(|text| QrCode::new(text).unwrap()).collect();
    let sides: Vec<usize> = codes.iter().map(|code| code.width() * MODULE).collect();
    let width = sides.iter().map(|side| side + 2 * MARGIN).sum::<usize>().max(1);
    let height = sides.iter().max().copied().unwrap_or(0) + 2 * MARGIN;
    let mut rgba = vec![255; width * height * 4];
    let mut left = MARGIN;
    for (code, side) in codes.iter().zip(&sides) {
        for (y, x) in (0..*side).flat_map(|y| (0..*side).map(move |x| (y, x))) {
            if code[(x / MODULE, y / MODULE)] == Color::Dark {
                let at = 4 * ((y + MARGIN) * width + left + x);
                rgba[at..at + 3].fill(20);
            }
        }
        left += side + 2 * MARGIN;
    }
    (rgba, width, height, sides)
}

#[test]
fn a_code_is_read_where_it_stands() {
    let text = "https://label.example.sg/01/09520000000011#12345678901234567";
    let (rgba, width, height, sides) = picture(&[text]);
    let found = read(&rgba, width, height, None).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].text, text);
    let (first, last) = (MARGIN, MARGIN + sides[0]);
    let due = [[first, first], [last, first], [last, last], [first, last]];
    for (corner, due) in found[0].corners.iter().zip(due) {
        for (part, due) in corner.iter().zip(due) {
            let due = f32::from(u16::try_from(due).unwrap());
            assert!((part - due).abs() < 3.0, "{:?}", found[0].corners);
        }
    }
}

#[test]
fn a_file_gives_every_code() {
    let (rgba, width, height, _) = picture(&["one", "two"]);
    let mut texts: Vec<String> =
        read(&rgba, width, height, None).unwrap().into_iter().map(|f| f.text).collect();
    texts.sort_unstable();
    assert_eq!(texts, ["one", "two"]);
}

#[test]
fn a_frame_is_left_when_time_is_up() {
    let (rgba, width, height, _) = picture(&["one"]);
    let asked = Cell::new(0);
    let at_once = || {
        asked.set(asked.get() + 1);
        true
    };
    assert_eq!(read(&rgba, width, height, Some(&at_once)).unwrap(), []);
    assert_eq!(asked.get(), 1);
    assert_eq!(read(&rgba, width, height, Some(&|| false)).unwrap().len(), 1);
}

#[test]
fn other_pictures_are_refused() {
    let code = |rgba: &[u8], width, height| read(rgba, width, height, None).unwrap_err().code();
    assert_eq!(code(&[255; 400], 10, 10), "picture-too-small");
    assert_eq!(code(&[255; 400], 100, 100), "frame-mismatch");
    assert_eq!(code(&[], 100_000, 100_000), "picture-too-large");
    assert_eq!(code(&[], usize::MAX, usize::MAX), "picture-too-large");
    assert_eq!(code(&[], 0, 0), "picture-too-small");
}
