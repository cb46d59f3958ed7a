//! Conversions between kinds of number, and numbers as text.

use num_traits::ToPrimitive;

/// The nearest single-precision number; 0 for what is none.
pub(crate) fn single(value: f64) -> f32 {
    value.to_f32().filter(|value| value.is_finite()).unwrap_or(0.0)
}

/// A count as a number to measure with.
pub(crate) fn count(value: usize) -> f64 {
    value.to_f64().unwrap_or(f64::MAX)
}

/// The nearest whole number; 0 below that, the greatest possible above.
pub(crate) fn whole(value: f64) -> u32 {
    let rounded = value.round();
    rounded.to_u32().unwrap_or(if rounded > 0.0 { u32::MAX } else { 0 })
}

/// Appends a number with at most `decimals` places, no exponent, no trailing zeros and no negative
/// zero. What is no number becomes 0, so that every drawing stays well-formed.
pub(crate) fn write(out: &mut String, value: f64, decimals: usize) {
    use std::fmt::Write;
    let value = if value.is_finite() { value } else { 0.0 };
    let start = out.len();
    // Writing to a string cannot fail.
    let _ = write!(out, "{value:.decimals$}");
    if out[start..].contains('.') {
        let kept = out.trim_end_matches('0').trim_end_matches('.').len();
        out.truncate(kept);
    }
    if &out[start..] == "-0" {
        out.replace_range(start.., "0");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_shortly() {
        let text = |value| {
            let mut out = String::from("x");
            write(&mut out, value, 4);
            out.split_off(1)
        };
        assert_eq!(text(25.74), "25.74");
        assert_eq!(text(100.0), "100");
        assert_eq!(text(-0.000_01), "0");
        assert_eq!(text(-1.5), "-1.5");
        assert_eq!(text(1.0 / 3.0), "0.3333");
        assert_eq!(text(f64::NAN), "0");
        assert_eq!(text(f64::INFINITY), "0");
    }

    #[test]
    fn conversions_stay_in_range() {
        assert_eq!(whole(-3.0), 0);
        assert_eq!(whole(2.5), 3);
        assert_eq!(whole(1e300), u32::MAX);
        assert_eq!(whole(f64::NAN), 0);
        assert!(single(1e300).abs() < f32::EPSILON);
    }
}
