//! How many symbols of each class of pictures are read, and how long a picture takes.
//!
//! `cargo bench -p verilabel-symbol --bench reading [-- SEEDS]` prints, for each class, the symbols
//! read, then the median and the longest time in milliseconds. The frames of 12 megapixels are JPEG
//! files, decoding included, and are followed by the largest memory the process has had (Linux).
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "a bench measures and reports"
)]

use std::time::{Duration, Instant};

use verilabel_pictures::{Class, Encoding, Shot};
use verilabel_symbol::read::{Effort, Limits, Picture, Reading, any, codes};

/// Scenes of each class, and frames of 12 megapixels.
const SEEDS: u64 = 40;
const FRAMES: u64 = 24;

/// Far from the seeds that the reader was built on, and from those of the tests.
const FIRST: u64 = 1000;

fn main() {
    let seeds = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(SEEDS);
    println!("{:14} {:>9} {:>8} {:>8}", "class", "read", "median", "longest");
    for class in Class::ALL {
        let seeds = if class == Class::TwelveMegapixels { seeds.min(FRAMES) } else { seeds };
        measure(class, FIRST..FIRST + seeds);
    }
    if let Some(peak) = peak_memory() {
        println!("peak memory {peak}");
    }
}

fn measure(class: Class, seeds: impl Iterator<Item = u64>) {
    let (mut read, mut all, mut times) = (0, 0, Vec::new());
    for seed in seeds {
        let shot = class.scene(seed).shoot();
        let (reading, time) = timed(class, &shot);
        let is_read = |text: &String| reading.codes.iter().any(|code| code.text == *text);
        read += shot.truth.iter().filter(|truth| is_read(&truth.text)).count();
        all += shot.truth.len();
        times.push(time);
    }
    times.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let (Some(&median), Some(&longest)) = (times.get(times.len() / 2), times.last()) else { return };
    println!("{:14} {read:4}/{all:4} {:8.1} {:8.1}", class.name(), ms(median), ms(longest));
}

/// A camera's frame is pixels and shows one code; several codes and large photographs are files.
fn timed(class: Class, shot: &Shot) -> (Reading, Duration) {
    let raster = &shot.raster;
    let effort = if class == Class::Several { Effort::Every } else { Effort::First };
    let file = (class == Class::TwelveMegapixels).then(|| raster.encode(Encoding::Jpeg { quality: 90 }));
    let luma = raster.luma().to_vec();
    let start = Instant::now();
    let picture = match file {
        Some(file) => Picture::decode(&file, &Limits::default()),
        None => Picture::from_luma(raster.width(), raster.height(), luma),
    };
    let reading = codes(&picture.expect("the scene is a picture"), effort, &any, &|| false);
    (reading, start.elapsed())
}

fn peak_memory() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().to_owned())
}
