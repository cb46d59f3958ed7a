//! The few lossy conversions that drawing needs, in one place.
#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "from real numbers to pixels there is no other conversion; `as` saturates"
)]

/// Exact below 2²⁴, which every side of a picture is.
pub(crate) fn real(value: usize) -> f32 {
    value as f32
}

/// The cell a coordinate lies in.
pub(crate) fn cell(value: f32) -> i32 {
    value.floor() as i32
}

/// The index a coordinate lies at; zero for anything below.
pub(crate) fn index(value: f32) -> usize {
    value as usize
}

/// A luminance of 0 to 1 as a byte.
pub(crate) fn byte(luminance: f32) -> u8 {
    (luminance * 255.0 + 0.5) as u8
}

/// 24 bits of a hash as a number in 0..1.
pub(crate) fn unit(hash: u64) -> f32 {
    (hash >> 40) as f32 / 16_777_216.0
}

/// The bits of a signed cell number, for hashing.
pub(crate) fn bits(value: i32) -> u64 {
    value as u64
}
