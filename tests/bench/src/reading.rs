//! Reading pictures of twelve megapixels, and the worst pictures that we could think of.

use std::time::Instant;

use verilabel_pictures::{Class, Encoding, Raster};
use verilabel_symbol::read::{Effort, Limits, Picture, any, codes};

use crate::Outcome;
use crate::report::{Measurement, median};

const FRAMES: u64 = 24;
/// Far from the seeds that the reader was built on.
const FIRST_SEED: u64 = 1_000;

/// Milliseconds of one picture: decoding the file, and all of it.
struct Times {
    decoding: f64,
    all: f64,
    found: bool,
}

/// Reading large pictures, easy and hostile.
pub fn twelve_megapixels() -> Outcome {
    let frames: Vec<Times> = (FIRST_SEED..FIRST_SEED + FRAMES).map(frame).collect::<Result<_, _>>()?;
    let found: Vec<&Times> = frames.iter().filter(|times| times.found).collect();
    let middle = |of: fn(&Times) -> f64| median(found.iter().map(|times| of(times)).collect());
    let decoding = middle(|times| times.decoding);
    let longest = found.iter().map(|times| times.all).fold(0.0, f64::max);
    let measurement = |value: f64, what: String, goal: &str| Measurement {
        name: "read-12mp",
        value,
        unit: "ms",
        against: format!("decoding the JPEG alone; {what}"),
        ratio: Some(value / decoding),
        goal: goal.to_owned(),
    };
    let read = format!("{} of {FRAMES} hard frames read", found.len());
    let mut all = vec![
        measurement(middle(|times| times.all), format!("median, {read}"), "<= 500"),
        measurement(longest, format!("longest, {read}"), "<= 500"),
    ];
    for (what, picture) in worst() {
        let times = time(&picture.encode(Encoding::Jpeg { quality: 90 }))?;
        all.push(measurement(times.all, what.to_owned(), "<= 2000"));
    }
    all.push(Measurement {
        name: "read-12mp",
        value: peak_memory()?,
        unit: "MiB",
        against: "the whole of this, pictures being made included".to_owned(),
        ratio: None,
        goal: "<= 512".to_owned(),
    });
    Ok(all)
}

fn frame(seed: u64) -> Result<Times, Box<dyn std::error::Error>> {
    let shot = Class::TwelveMegapixels.scene(seed).shoot();
    time(&shot.raster.encode(Encoding::Jpeg { quality: 90 }))
}

fn time(file: &[u8]) -> Result<Times, Box<dyn std::error::Error>> {
    let start = Instant::now();
    let picture = Picture::decode(file, &Limits::default())?;
    let decoding = start.elapsed().as_secs_f64() * 1e3;
    let reading = codes(&picture, Effort::Every, &any, &|| false);
    let all = start.elapsed().as_secs_f64() * 1e3;
    Ok(Times { decoding, all, found: !reading.codes.is_empty() })
}

/// Pictures of 48 megapixels that keep a reader busy.
fn worst() -> [(&'static str, Raster); 3] {
    const WIDTH: usize = 8_000;
    const HEIGHT: usize = 6_000;
    let mosaic = |ink: fn(usize, usize) -> bool| {
        let luma = (0..WIDTH * HEIGHT).map(|i| if ink(i % WIDTH, i / WIDTH) { 0 } else { 255 }).collect();
        Raster::new(WIDTH, HEIGHT, luma)
    };
    [
        ("48 MP of noise", mosaic(noise)),
        ("48 MP of finder patterns", mosaic(|x, y| finder(x / 4 % 8, y / 4 % 8))),
        (
            "48 MP of coarse finder patterns among noise",
            mosaic(|x, y| {
                let (column, row) = (x / 6 % 24, y / 6 % 24);
                if column < 8 && row < 8 { finder(column, row) } else { noise(x / 6, y / 6) }
            }),
        ),
    ]
}

fn noise(x: usize, y: usize) -> bool {
    let z = x.wrapping_mul(0x9e37_79b9) ^ y.wrapping_mul(0x85eb_ca6b);
    (z ^ (z >> 13)).wrapping_mul(0x2c1b_3c6d) >> 15 & 1 == 1
}

/// Whether a module of a finder pattern is dark.
fn finder(x: usize, y: usize) -> bool {
    x < 7 && y < 7 && x.abs_diff(3).max(y.abs_diff(3)) != 2
}

/// The most memory that this process has held, in MiB.
fn peak_memory() -> Result<f64, Box<dyn std::error::Error>> {
    let usage = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_SELF)?;
    Ok(f64::from(u32::try_from(usage.max_rss())?) / 1_024.0)
}
