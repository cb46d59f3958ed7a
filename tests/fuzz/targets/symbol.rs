//! A QR code in a camera's frame: any data bits in an honest symbol, and modules that are no symbol at all.
//! What is read is what was encoded, and the search is bounded.
#![no_main]

use std::cell::Cell;

use libfuzzer_sys::fuzz_target;
use qrcode::bits::Bits;
use qrcode::canvas::Canvas;
use qrcode::ec::construct_codewords;
use qrcode::{Color, EcLevel, QrCode, Version};
use verilabel_fuzz::seeds;
use verilabel_symbol::read::{Effort, Picture, Reading, Work, any, codes};

/// Versions of the symbols: with and without alignment patterns and version information.
const VERSIONS: [i16; 4] = [1, 2, 7, 10];

/// Modules of the quiet zone (ISO/IEC 18004 §9.1), and pixels of a module.
const QUIET: usize = 4;
const SCALE: usize = 3;

fuzz_target!(init: seeds::plant(symbols), |bytes: &[u8]| {
    let Some((&first, rest)) = bytes.split_first() else { return };
    match first {
        0..0x80 => data(VERSIONS[usize::from(first & 3)], rest),
        _ => modules(usize::from(first & 31) + 21, rest, if first & 32 == 0 { 3 } else { usize::MAX }),
    }
});

/// Bytes as the data bits of a symbol, whose error correction is as it should be.
fn data(version: i16, bits: &[u8]) {
    let (symbol, level) = (Version::Normal(version), EcLevel::M);
    let capacity = Bits::new(symbol).max_len(level).expect("a version and level that exist") / 8;
    let mut bits = bits.to_vec();
    bits.resize(capacity, 0);
    let (data, correction) = construct_codewords(&bits, symbol, level).expect("as much data as is due");
    let mut canvas = Canvas::new(symbol, level);
    canvas.draw_all_functional_patterns();
    canvas.draw_data(&data, &correction);
    let colors = canvas.apply_best_mask().into_colors();
    let size = usize::try_from(version * 4 + 17).expect("a size");
    let look = |patience| {
        let reading = search(size, |i| colors[i] == Color::Dark, patience);
        assert!(reading.codes.len() <= 1, "one symbol, several codes");
        reading.codes.into_iter().next()
    };
    // A clear symbol is seen on the first rung and tried first, unless its data draw patterns that are tried before it.
    let seen = look(2);
    if let Some(payload) = only_bytes(version, &bits) {
        let read = seen.or_else(|| look(usize::MAX)).expect("a clear symbol is read");
        assert_eq!(read.bytes, payload);
        // Other encodings than ASCII are guessed, where none is declared (ISO/IEC 18004 §7.3.2).
        assert!(!payload.is_ascii() || read.text.as_bytes() == payload, "{:?} of {payload:?}", read.text);
    }
}

/// The payload of data bits that are one segment in byte mode and a terminator (ISO/IEC 18004 §7.4), if the
/// segment holds anything.
fn only_bytes(version: i16, bits: &[u8]) -> Option<Vec<u8>> {
    let nibble =
        |i: usize| bits.get(i / 2).map_or(0, |byte| if i.is_multiple_of(2) { byte >> 4 } else { byte & 15 });
    let digits = if version < 10 { 2 } else { 4 };
    let length = (1..=digits).fold(0, |length, i| length << 4 | usize::from(nibble(i)));
    let end = 1 + digits + 2 * length;
    let is_all = nibble(0) == 4 && length > 0 && nibble(end) == 0 && end < 2 * bits.len();
    is_all
        .then(|| (0..length).map(|i| nibble(1 + digits + 2 * i) << 4 | nibble(2 + digits + 2 * i)).collect())
}

/// Bytes as modules, row by row; what is missing is light.
fn modules(size: usize, bits: &[u8], patience: usize) {
    search(size, |i| bits.get(i / 8).is_some_and(|byte| byte >> (i % 8) & 1 == 1), patience);
}

/// Looks for codes until the reader has asked so many times whether to go on.
fn search(size: usize, dark: impl Fn(usize) -> bool, patience: usize) -> Reading {
    let pixels = (size + 2 * QUIET) * SCALE;
    let mut luma = vec![230; pixels * pixels];
    for i in (0..size * size).filter(|i| dark(*i)) {
        let (x, y) = ((i % size + QUIET) * SCALE, (i / size + QUIET) * SCALE);
        for row in y..y + SCALE {
            luma[row * pixels + x..][..SCALE].fill(25);
        }
    }
    let picture = Picture::from_luma(pixels, pixels, luma).expect("a square");
    let asked = Cell::new(0);
    let reading = codes(&picture, Effort::First, &any, &|| asked.replace(asked.get() + 1) >= patience);
    assert!(reading.work.rays <= Work::MOST.rays && reading.work.modules <= Work::MOST.modules + 177 * 177);
    for code in &reading.codes {
        assert!(code.corners.as_flattened().iter().all(|at| at.is_finite()));
    }
    reading
}

fn symbols() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (first, version) in (0..).zip(VERSIONS) {
        let mut bits = Bits::new(Version::Normal(version));
        bits.push_optimal_data(b"HTTP#123").expect("it fits");
        bits.push_terminator(EcLevel::M).expect("it fits");
        seeds.push([&[first], &bits.into_bytes()[..]].concat());
    }
    let mut mixed = Bits::new(Version::Normal(10));
    mixed.push_eci_designator(26).expect("it fits");
    mixed.push_byte_data("Särkkä".as_bytes()).expect("it fits");
    mixed.push_kanji_data(b"\x93\x5f\xe4\xaa").expect("it fits");
    mixed.push_numeric_data(b"0123").expect("it fits");
    mixed.push_fnc1_first_position().expect("it fits");
    mixed.push_alphanumeric_data(b"A%%1").expect("it fits");
    mixed.push_terminator(EcLevel::M).expect("it fits");
    seeds.push([&[3], &mixed.into_bytes()[..]].concat());
    let code = QrCode::with_version(b"label", Version::Normal(1), EcLevel::M).expect("it fits");
    let mut drawn = vec![0x80];
    drawn.resize(1 + (21 * 21_usize).div_ceil(8), 0);
    for (i, color) in code.into_colors().into_iter().enumerate() {
        if color == Color::Dark {
            drawn[1 + i / 8] |= 1 << (i % 8);
        }
    }
    seeds.push(drawn);
    seeds
}
