//! Beside the code that is sought, pictures show others.

use qrcode::QrCode;
use verilabel_pictures::Raster;
use verilabel_symbol::read::{Effort, End, Picture, Reading, any, codes};

use super::{drawn, picture};

const WIFI: &str = "WIFI:S:home;T:WPA;P:secret;;";

fn is_label(text: &str) -> bool {
    text.contains("/01/")
}

/// Halves of a pixel of the specimen box whose mean is a pixel of the small one: five would leave nothing out, seven
/// are a blur.
const HALVES: usize = 7;

/// The specimen box at 40 % of its size, a little blurred.
fn small_box() -> Raster {
    let file = std::fs::File::open(format!("{}/../../docs/images/box.png", env!("CARGO_MANIFEST_DIR")));
    let mut decoder = png::Decoder::new(std::io::BufReader::new(file.expect("is there")));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().expect("a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a small picture")];
    let info = reader.next_frame(&mut pixels).expect("a PNG");
    let side = |side: u32| usize::try_from(side).expect("a small picture");
    let samples = info.color_type.samples();
    let (width, height) = (side(info.width), side(info.height));
    let covered = |place: usize, most: usize| (0..HALVES).map(move |k| ((place * 5 + k) >> 1).min(most));
    let luma = |x: usize, y: usize| usize::from(pixels[(y * width + x) * samples]);
    let (w, h) = (width * 2 / 5, height * 2 / 5);
    let shrunk = (0..w * h).map(|i| {
        let places = covered(i / w, height - 1).flat_map(|y| covered(i % w, width - 1).map(move |x| (x, y)));
        let sum: usize = places.map(|(x, y)| luma(x, y)).sum();
        u8::try_from(sum / HALVES.pow(2)).unwrap_or(u8::MAX)
    });
    Raster::new(w, h, shrunk.collect())
}

/// Two pictures beside each other on white.
fn beside(one: &Raster, other: &Raster) -> Picture {
    let (width, height) = (one.width() + other.width(), one.height().max(other.height()));
    let mut luma = vec![255; width * height];
    for (raster, left) in [(one, 0), (other, one.width())] {
        for y in 0..raster.height() {
            let row = &raster.luma()[y * raster.width()..][..raster.width()];
            luma[y * width + left..][..row.len()].copy_from_slice(row);
        }
    }
    picture(&Raster::new(width, height, luma))
}

fn texts(reading: &Reading) -> Vec<&str> {
    reading.codes.iter().map(|code| code.text.as_str()).collect()
}

#[test]
fn a_sharp_code_does_not_hide_a_small_label() {
    let wifi = drawn(&QrCode::new(WIFI).expect("fits"), 6);
    let both = beside(&small_box(), &wifi);
    let all = codes(&both, Effort::Every, &any, &|| false);
    assert_eq!(texts(&all), [WIFI], "the label needs a rung for bad pictures, or this shows nothing");
    for effort in [Effort::Every, Effort::First] {
        let reading = codes(&both, effort, &is_label, &|| false);
        let [first, second] = texts(&reading)[..] else { panic!("{:?}", texts(&reading)) };
        assert_eq!((first, is_label(second), reading.end), (WIFI, true, End::Complete), "{effort:?}");
    }
}

#[test]
fn what_is_not_there_ends_the_search_all_the_same() {
    let wifi = picture(&drawn(&QrCode::new(WIFI).expect("fits"), 6));
    for effort in [Effort::Every, Effort::First] {
        let reading = codes(&wifi, effort, &is_label, &|| false);
        assert_eq!((texts(&reading), reading.end), (vec![WIFI], End::Complete));
    }
}
