//! A picture file: decoding ends within its limits, says the same twice, and what it yields can be looked at.
#![no_main]

use libfuzzer_sys::fuzz_target;
use verilabel_fuzz::{refusal, seeds};
use verilabel_symbol::read::{Effort, Limits, Picture, PictureError, Work, any, codes};

/// Larger pictures are decoded, but not searched: that takes most of the time.
const SEARCHED: usize = 64 * 64;

fuzz_target!(init: seeds::plant(seeds::pictures), |bytes: &[u8]| {
    let mut limits = Limits::default();
    (limits.side, limits.pixels, limits.decoded_bytes) = (2_048, 1 << 18, 1 << 20);
    let picture = match Picture::decode(bytes, &limits) {
        Ok(picture) => picture,
        Err(error) => return refusal::check(error.code(), &error),
    };
    let (width, height) = (picture.width(), picture.height());
    let pixels = width * height;
    assert!(u64::try_from(pixels).is_ok_and(|pixels| pixels <= limits.pixels), "{width} by {height}");
    assert_eq!(Picture::decode(bytes, &limits).as_ref(), Ok(&picture), "the same file is another picture");

    let mut tighter = limits;
    tighter.pixels = u64::try_from(pixels - 1).expect("a small picture");
    let refused = matches!(Picture::decode(bytes, &tighter), Err(PictureError::TooLarge { .. }));
    assert!(refused, "a limit does not bind");

    if pixels <= SEARCHED {
        let reading = codes(&picture, Effort::First, &any, &|| false);
        assert!(reading.work.rays <= Work::MOST.rays);
        assert!(reading.codes.iter().all(|code| code.corners.as_flattened().iter().all(|at| at.is_finite())));
    }
});
