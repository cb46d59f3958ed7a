//! Bytes as decimal digits: seven bytes as seventeen digits (docs/spec/label-link.md).
//!
//! Digits need no escaping in a URI, have no letter case, and take 3⅓ bits each in a QR code.

/// Digits that stand for the bytes of an incomplete last group, by number of bytes.
const DIGITS: [usize; 8] = [0, 3, 5, 8, 10, 13, 15, 17];
const GROUP: usize = 7;

/// Why digits do not stand for bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DigitsError {
    /// Something other than `0` to `9`.
    #[error("{found:?} at digit {at} is no decimal digit")]
    NotADigit {
        /// Offset within the digits.
        at: usize,
        /// The byte found.
        found: char,
    },
    /// No number of bytes has so many digits.
    #[error("{length} digits stand for no whole number of bytes: some are missing or too many")]
    Length {
        /// Digits found.
        length: usize,
    },
    /// A group larger than its bytes can be.
    #[error("the group at digit {at} is larger than its bytes can hold")]
    Overflow {
        /// Offset of the group.
        at: usize,
    },
}

impl DigitsError {
    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotADigit { .. } => "fragment-not-digits",
            Self::Length { .. } => "fragment-length",
            Self::Overflow { .. } => "fragment-overflow",
        }
    }
}

/// Appends the digits of `bytes`.
pub(crate) fn encode(bytes: &[u8], out: &mut String) {
    out.reserve(bytes.len().div_ceil(GROUP) * DIGITS[GROUP]);
    let mut digits = [0; 17];
    for group in bytes.chunks(GROUP) {
        let value = group.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
        let count = DIGITS[group.len()];
        write_digits(value, &mut digits[..count]);
        out.extend(digits[..count].iter().map(|digit| char::from(*digit)));
    }
}

/// Fills `out` with the low decimal digits of `value`.
fn write_digits(value: u64, out: &mut [u8]) {
    /// Numbers of nine digits fit 32 bits, which divide faster than 64.
    const HALF: u64 = 1_000_000_000;
    let (high, low) = out.split_at_mut(out.len().saturating_sub(9));
    for (half, digits) in [(value / HALF, high), (value % HALF, low)] {
        let mut rest = u32::try_from(half).unwrap_or(u32::MAX);
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
        }
    }
}

/// Reads digits back into bytes. Each byte string has one spelling.
pub(crate) fn decode(digits: &[u8]) -> Result<Vec<u8>, DigitsError> {
    // Without an early exit the compiler looks at many digits at once.
    if !digits.iter().fold(true, |all, byte| all & byte.is_ascii_digit()) {
        let at = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or_default();
        let found = digits.get(at).copied().map_or('?', char::from);
        return Err(DigitsError::NotADigit { at, found });
    }
    let whole = digits.len() / DIGITS[GROUP];
    let rest = digits.len() % DIGITS[GROUP];
    let rest_bytes =
        DIGITS.iter().position(|&n| n == rest).ok_or(DigitsError::Length { length: digits.len() })?;
    let mut out = Vec::with_capacity(whole * GROUP + rest_bytes);
    for (i, group) in digits.chunks(DIGITS[GROUP]).enumerate() {
        let bytes = if i < whole { GROUP } else { rest_bytes };
        let value = number(group);
        if value >> (8 * bytes) != 0 {
            return Err(DigitsError::Overflow { at: i * DIGITS[GROUP] });
        }
        out.extend_from_slice(&value.to_be_bytes()[8 - bytes..]);
    }
    Ok(out)
}

/// The number that digits stand for; eight at a time from the right.
fn number(digits: &[u8]) -> u64 {
    let (head, eights) = digits.as_rchunks::<8>();
    let first = head.iter().fold(0, |value, digit| value * 10 + u64::from(digit & 15));
    eights.iter().fold(first, |value, eight| value * 100_000_000 + eight_digits(*eight))
}

/// Neighbours are joined to pairs, pairs to fours, fours to eight, all lanes of a word at once.
fn eight_digits(digits: [u8; 8]) -> u64 {
    let ones = u64::from_le_bytes(digits) & 0x0F0F_0F0F_0F0F_0F0F;
    let pairs = (ones * 10 + (ones >> 8)) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_FFFF_0000_FFFF;
    (fours * 10_000 + (fours >> 32)) & 0xFFFF_FFFF
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn digits(bytes: &[u8]) -> String {
        let mut out = String::new();
        encode(bytes, &mut out);
        out
    }

    #[test]
    fn known_groups() {
        assert_eq!(digits(&[0xFF]), "255");
        assert_eq!(digits(&[0, 0]), "00000");
        assert_eq!(digits(&[0xFF; 7]), "72057594037927935");
        assert_eq!(digits(&[0xFF; 8]), "72057594037927935255");
    }

    #[test]
    fn faults_have_names() {
        assert_eq!(decode(b"25x").unwrap_err(), DigitsError::NotADigit { at: 2, found: 'x' });
        assert_eq!(decode(b"2").unwrap_err().code(), "fragment-length");
        assert_eq!(decode(b"256").unwrap_err(), DigitsError::Overflow { at: 0 });
        assert_eq!(decode(b"72057594037927936").unwrap_err().code(), "fragment-overflow");
    }

    proptest! {
        #[test]
        fn bytes_round_trip(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            prop_assert_eq!(decode(digits(&bytes).as_bytes()).unwrap(), bytes);
        }

        #[test]
        fn digits_have_one_reading(text in "[0-9]{0,80}") {
            if let Ok(bytes) = decode(text.as_bytes()) {
                prop_assert_eq!(digits(&bytes), text);
            }
        }
    }
}
