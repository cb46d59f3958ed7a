//! Pictures that are made to keep a reader busy: the work they cause is bounded.

use std::cell::Cell;

use verilabel_pictures::{Class, Raster};
use verilabel_symbol::read::{Effort, End, Reading, Work, any, codes};

use super::{picture, read};

const WIDTH: usize = 1600;
const HEIGHT: usize = 1200;

/// A picture of `cell` by `cell` pixel squares; `ink` says of which are dark.
fn mosaic(cell: usize, ink: impl Fn(usize, usize) -> bool) -> Raster {
    let luma =
        (0..WIDTH * HEIGHT).map(|i| if ink(i % WIDTH / cell, i / WIDTH / cell) { 0 } else { 255 }).collect();
    Raster::new(WIDTH, HEIGHT, luma)
}

fn random(x: usize, y: usize) -> bool {
    let mut z = (x * 0x9e37_79b9 + 1) ^ (y * 0x85eb_ca6b + 1);
    z = (z ^ (z >> 15)).wrapping_mul(0x2c1b_3c6d);
    z = (z ^ (z >> 12)).wrapping_mul(0x297a_2d39);
    (z ^ (z >> 15)) & 1 == 1
}

/// Whether a module of a finder pattern is dark; the pattern starts at 0, 0.
fn finder(x: usize, y: usize) -> bool {
    x < 7 && y < 7 && x.abs_diff(3).max(y.abs_diff(3)) != 2
}

/// The corner of something like a symbol: a finder, timing patterns, random data.
fn impostor(pitch: usize) -> impl Fn(usize, usize) -> bool {
    move |column, row| {
        let (x, y) = (column % pitch, row % pitch);
        match (x, y) {
            (0..8, 0..8) => finder(x, y),
            (6, _) => y % 2 == 0,
            (_, 6) => x % 2 == 0,
            (0..8, _) if y == pitch - 1 => false,
            (_, 0..8) if x == pitch - 1 => false,
            _ => random(column, row),
        }
    }
}

fn assert_bounded(reading: &Reading, what: &str) {
    assert!(reading.codes.is_empty(), "{what}: {:?}", reading.codes);
    assert!(reading.work.rays <= Work::MOST.rays, "{what}: {:?}", reading.work);
    assert!(reading.work.modules <= Work::MOST.modules + 177 * 177, "{what}: {:?}", reading.work);
}

#[test]
fn work_is_bounded_whatever_the_picture() {
    for (what, raster) in [
        ("noise", mosaic(1, random)),
        ("coarse noise", mosaic(2, random)),
        ("blocks", mosaic(4, random)),
        ("a chessboard", mosaic(1, |x, y| (x + y) % 2 == 0)),
        ("finders", mosaic(2, |x, y| finder(x % 8, y % 8))),
        ("large finders", mosaic(3, |x, y| finder(x % 9, y % 9))),
        ("stripes", mosaic(2, |x, _| ![1, 5, 7].contains(&(x % 8)))),
        ("small impostors", mosaic(2, impostor(18))),
        ("impostors", mosaic(2, impostor(66))),
        ("large impostors", mosaic(2, impostor(170))),
        ("black", mosaic(1, |_, _| true)),
    ] {
        assert_bounded(&read(&picture(&raster)), what);
    }
}

/// Not having followed up everything is said.
#[test]
fn a_search_that_is_cut_short_says_so() {
    let reading = read(&picture(&mosaic(3, |x, y| finder(x % 9, y % 9))));
    assert_eq!(reading.end, End::OutOfWork);
}

#[test]
fn thin_pictures() {
    for (width, height) in [(21, 32_768), (32_768, 21), (22, 177)] {
        let luma = (0..width * height).map(|i| if random(i % width, i / width) { 0 } else { 255 }).collect();
        assert_bounded(&read(&picture(&Raster::new(width, height, luma))), "thin");
    }
}

#[test]
fn the_caller_can_end_a_search() {
    let frame = picture(&Class::Turned.scene(5003).shoot().raster);
    let reading = codes(&frame, Effort::First, &any, &|| true);
    assert_eq!((reading.codes.len(), reading.end, reading.work), (0, End::OutOfTime, Work::default()));

    // Noise is looked at on many rungs; the question comes before each.
    let asked = Cell::new(0);
    let reading = codes(&picture(&mosaic(1, random)), Effort::First, &any, &|| {
        asked.set(asked.get() + 1);
        asked.get() > 3
    });
    assert_eq!((reading.end, asked.get()), (End::OutOfTime, 4));
}
