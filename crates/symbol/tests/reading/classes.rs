//! A floor for what is read of each class of pictures: no change may lower it unnoticed.

use qrcode::{EcLevel, QrCode};
use verilabel_pictures::{Class, Raster, Shot, label_link};
use verilabel_symbol::read::{Effort, End, any, codes};

use super::{drawn, picture, read};

/// Scenes of each class; the counts of the bench come from other seeds.
const SEEDS: std::ops::Range<u64> = 5000..5012;

/// How many symbols of a class are read. One is granted to another platform's arithmetic.
fn floor(class: Class, at_least: usize) {
    let read: Vec<bool> = SEEDS
        .map(|seed| {
            let shot = class.scene(seed).shoot();
            let reading = codes(&picture(&shot.raster), Effort::First, &any, &|| false);
            let texts: Vec<&str> = reading.codes.iter().map(|code| code.text.as_str()).collect();
            assert!(texts.iter().all(|text| shot.truth[0].text == *text), "{class:?} {seed}: misread");
            !texts.is_empty()
        })
        .collect();
    let count = read.iter().filter(|&&read| read).count();
    assert!(count + 1 >= at_least, "{class:?}: {count} of {} read: {read:?}", read.len());
}

#[test]
fn turned() {
    floor(Class::Turned, 12);
}

#[test]
fn tilted() {
    floor(Class::Tilted, 12);
}

#[test]
fn defocused() {
    floor(Class::Defocused, 11);
}

#[test]
fn shaken() {
    floor(Class::Shaken, 12);
}

#[test]
fn noisy() {
    floor(Class::Noisy, 12);
}

#[test]
fn uneven() {
    floor(Class::Uneven, 12);
}

#[test]
fn faint() {
    floor(Class::Faint, 12);
}

#[test]
fn small() {
    floor(Class::Small, 12);
}

#[test]
fn compressed() {
    floor(Class::Compressed, 12);
}

#[test]
fn curved() {
    floor(Class::Curved, 11);
}

#[test]
fn crowded() {
    floor(Class::Crowded, 12);
}

#[test]
fn inverted() {
    floor(Class::Inverted, 12);
}

#[test]
fn hard() {
    floor(Class::Hard, 10);
}

#[test]
fn a_small_code_in_twelve_megapixels() {
    let shot = Class::TwelveMegapixels.scene(5000).shoot();
    let reading = read(&picture(&shot.raster));
    assert_eq!(reading.codes.len(), 1);
    assert_eq!(reading.codes[0].text, shot.truth[0].text);
}

#[test]
fn every_one_of_several_is_read_once_and_where_it_is() {
    for seed in 5000..5005 {
        let Shot { raster, truth } = Class::Several.scene(seed).shoot();
        let reading = read(&picture(&raster));
        assert_eq!(reading.codes.len(), truth.len(), "scene {seed}");
        for expected in truth {
            let found = reading.codes.iter().find(|code| code.text == expected.text).expect("is read");
            assert_near(found.corners, expected.corners);
        }
    }
}

#[test]
fn corners_are_exact_to_the_pixel() {
    for seed in 5000..5005 {
        let Shot { raster, truth } = Class::Tilted.scene(seed).shoot();
        assert_near(read(&picture(&raster)).codes[0].corners, truth[0].corners);
    }
}

/// A scanned sheet of 24 labels: their finders lie as regularly as those of one symbol.
#[test]
fn a_sheet_of_labels() {
    let texts: Vec<String> = (0..24).map(|seed| label_link(120, seed)).collect();
    let labels: Vec<Raster> = texts
        .iter()
        .map(|text| drawn(&QrCode::with_error_correction_level(text, EcLevel::M).expect("fits"), 3))
        .collect();
    let side = labels[0].width();
    let luma = (0..6 * side * 4 * side).map(|i| {
        let (x, y) = (i % (4 * side), i / (4 * side));
        labels[y / side * 4 + x / side].luma()[y % side * side + x % side]
    });
    let sheet = Raster::new(4 * side, 6 * side, luma.collect()).turned(0.05);
    let mut found: Vec<String> = read(&picture(&sheet)).codes.into_iter().map(|code| code.text).collect();
    found.sort();
    let mut expected = texts;
    expected.sort();
    assert_eq!(found, expected);
}

/// Two of the same label side by side are two codes: somebody counts boxes.
#[test]
fn equal_texts_at_two_places_are_two_codes() {
    let single = Class::Turned.scene(5000).shoot().raster;
    let rows = single.luma().chunks_exact(single.width()).flat_map(|row| [row, row].concat()).collect();
    let double = Raster::new(2 * single.width(), single.height(), rows);
    let reading = read(&picture(&double));
    assert_eq!(reading.codes.len(), 2);
    assert_eq!(reading.codes[0].text, reading.codes[1].text);
    assert_eq!(reading.end, End::Complete);
}

#[test]
fn a_mirror_image_is_read() {
    let Shot { raster, truth } = Class::Turned.scene(5001).shoot();
    let mirrored =
        raster.luma().chunks_exact(raster.width()).flat_map(|row| row.iter().rev()).copied().collect();
    let reading = read(&picture(&Raster::new(raster.width(), raster.height(), mirrored)));
    assert_eq!(reading.codes[0].text, truth[0].text);
}

/// What end-to-end tests do to a printed label.
#[test]
fn a_picture_survives_what_happens_to_pictures() {
    let Shot { raster, truth } = Class::Turned.scene(5002).shoot();
    let versions = [
        raster.turned(0.7),
        raster.scaled(0.6),
        raster.scaled(1.7),
        raster.tilted(0.7),
        raster.darkened(0.25),
        raster.inverted(),
        raster.recompressed(verilabel_pictures::Encoding::Jpeg { quality: 30 }),
    ];
    for (i, version) in versions.iter().enumerate() {
        let reading = read(&picture(version));
        assert_eq!(reading.codes.first().map(|code| &code.text), Some(&truth[0].text), "version {i}");
    }
}

fn assert_near(found: [[f32; 2]; 4], expected: [[f32; 2]; 4]) {
    for (a, b) in found.iter().zip(expected) {
        let off = (a[0] - b[0]).hypot(a[1] - b[1]);
        assert!(off < 1.0, "{found:?} is not {expected:?}");
    }
}
