//! Nothing that a file or a camera contains makes the reader panic.

use proptest::prelude::*;
use verilabel_pictures::{Class, Encoding, Raster};
use verilabel_symbol::read::{Limits, Picture};

use super::{picture, read};

const FIXTURES: [&[u8]; 9] = [
    include_bytes!("fixtures/bilevel.png"),
    include_bytes!("fixtures/palette.png"),
    include_bytes!("fixtures/interlaced.png"),
    include_bytes!("fixtures/progressive.jpg"),
    include_bytes!("fixtures/subsampled.jpg"),
    include_bytes!("fixtures/cmyk.jpg"),
    include_bytes!("fixtures/lossy.webp"),
    include_bytes!("fixtures/transparent-lossy.webp"),
    include_bytes!("fixtures/animated.webp"),
];

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.pixels = 1_000_000;
    limits
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes(start in 0..FIXTURES.len(), kept in 0..16_usize, bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let file = [&FIXTURES[start][..kept], &bytes].concat();
        if let Ok(picture) = Picture::decode(&file, &limits()) {
            read(&picture);
        }
    }

    #[test]
    fn damaged_files(
        of in 0..FIXTURES.len(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        kept in any::<prop::sample::Index>(),
        cut in prop::bool::weighted(0.3),
    ) {
        let mut file = FIXTURES[of].to_vec();
        for (place, value) in damage {
            let place = place.index(file.len());
            file[place] = value;
        }
        if cut {
            file.truncate(kept.index(file.len()));
        }
        if let Ok(picture) = Picture::decode(&file, &limits()) {
            read(&picture);
        }
    }

    #[test]
    fn any_blocks(width in 21..160_usize, height in 21..160_usize, cell in 1..8_usize, seed in any::<usize>()) {
        let luma = (0..width * height).map(|i| {
            let place = i % width / cell * 7919 + i / width / cell * 104_729;
            (place.wrapping_mul(seed | 1) >> 24).to_le_bytes()[0]
        });
        read(&Picture::from_luma(width, height, luma.collect()).expect("large enough"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Symbols that are half destroyed lead deepest into the reader.
    #[test]
    fn spoilt_symbols(seed in 0..1000_u64, stains in prop::collection::vec((0..800_usize, 0..600_usize, 1..120_usize, any::<u8>()), 0..30)) {
        let shot = Class::Hard.scene(seed).shoot();
        let (width, height) = (shot.raster.width(), shot.raster.height());
        let mut luma = shot.raster.luma().to_vec();
        for (x, y, side, value) in stains {
            for row in y..(y + side).min(height) {
                luma[row * width + x..row * width + (x + side).min(width)].fill(value);
            }
        }
        let spoilt = Raster::new(width, height, luma);
        for code in read(&picture(&spoilt)).codes {
            prop_assert_eq!(&code.text, &shot.truth[0].text);
        }
    }

    #[test]
    fn a_picture_is_read_alike_from_any_lossless_file(seed in 0..1000_u64) {
        let raster = Class::Turned.scene(seed).shoot().raster.scaled(0.5);
        for encoding in [Encoding::Png, Encoding::WebP] {
            let decoded = Picture::decode(&raster.encode(encoding), &Limits::default()).expect("is a picture");
            prop_assert_eq!(&decoded, &picture(&raster));
        }
    }
}
