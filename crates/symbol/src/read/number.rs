//! The few conversions between pixels and real numbers, in one place.
#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "from real numbers to pixels there is no other conversion; `as` saturates, and NaN becomes 0"
)]

/// Exact below 2²⁴, which every side of a picture is.
pub(super) fn real(value: usize) -> f32 {
    value as f32
}

/// The index a coordinate lies at; zero for anything below.
pub(super) fn index(value: f32) -> usize {
    value as usize
}

/// A luminance difference as a [`super::flat::Flat`] value.
pub(super) fn level(value: f32) -> i16 {
    value as i16
}

/// Coefficients leave the solver in single precision.
pub(super) fn single(value: f64) -> f32 {
    value as f32
}
