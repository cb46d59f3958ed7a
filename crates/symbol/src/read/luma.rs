//! From colours to luminance.

/// Appends the luminance (ITU-R BT.601) of pixels with one to four channels, on white.
pub(super) fn append_luma(luma: &mut Vec<u8>, samples: &[u8], channels: usize) {
    match channels {
        1 => luma.extend_from_slice(samples),
        2 => luma.extend(samples.chunks_exact(2).map(|p| on_white(p[0], p[1]))),
        3 => luma.extend(samples.chunks_exact(3).map(|p| weighed(p[0], p[1], p[2]))),
        _ => luma.extend(samples.chunks_exact(4).map(|p| on_white(weighed(p[0], p[1], p[2]), p[3]))),
    }
}

fn weighed(red: u8, green: u8, blue: u8) -> u8 {
    let [red, green, blue] = [red, green, blue].map(u32::from);
    // The weights sum to 256, so the quotient fits a byte.
    u8::try_from((77 * red + 150 * green + 29 * blue) >> 8).unwrap_or(u8::MAX)
}

fn on_white(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    u8::try_from((value * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
}
