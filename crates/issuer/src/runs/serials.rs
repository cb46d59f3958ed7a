//! Serial numbers of a run (GS1 AI 21): consecutive, or scattered so that nobody guesses the next.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use verilabel_label::Serial;

use crate::Refusal;
use crate::schema;

/// How the units of a run are numbered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Serials {
    /// From this one on: its final digits count up, and keep their number.
    #[schema(value_type = schema::Serial)]
    Consecutive(Serial),
    /// Twelve characters that nobody without the authority's secret can foretell; never twice in an authority.
    Scattered,
}

/// A serial number that counts: what stands before its final digits, and these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Counting {
    pub(super) prefix: String,
    pub(super) first: u64,
    pub(super) width: usize,
}

impl Counting {
    /// Takes a first serial number apart, and checks that so many fit.
    pub(super) fn new(first: &Serial, units: u32) -> Result<Self, Refusal> {
        let text = first.as_str();
        let run_out = || Refusal::SerialsRunOut { first: text.to_owned(), units };
        // Eighteen digits stay within 64 bits.
        let width = text.bytes().rev().take_while(u8::is_ascii_digit).count().min(18);
        let (prefix, digits) = text.split_at_checked(text.len() - width).ok_or_else(run_out)?;
        let number: u64 = digits.parse().map_err(|_| run_out())?;
        let last =
            number.checked_add(u64::from(units)).and_then(|end| end.checked_sub(1)).ok_or_else(run_out)?;
        if last.to_string().len() > width {
            return Err(run_out());
        }
        Ok(Self { prefix: prefix.to_owned(), first: number, width })
    }

    /// The n-th serial number, from 0.
    pub(super) fn at(&self, n: u32) -> Result<Serial, Refusal> {
        let number = self.first + u64::from(n);
        Ok(Serial::new(&format!("{}{number:0width$}", self.prefix, width = self.width))?)
    }

    /// Which unit has a serial number; it may lie beyond the run.
    pub(super) fn place(&self, serial: &Serial) -> Option<u32> {
        let digits =
            serial.as_str().strip_prefix(&self.prefix).filter(|digits| digits.len() == self.width)?;
        let plain = digits.bytes().all(|digit| digit.is_ascii_digit());
        let number: u64 = digits.parse().ok().filter(|_| plain)?;
        u32::try_from(number.checked_sub(self.first)?).ok()
    }

    /// Whether two runs have a serial number in common.
    pub(super) fn meets(&self, units: u32, other: &Self, other_units: u32) -> bool {
        // `A0` with width 1 and `A00` with width 2 never meet: numbers keep their digits.
        self.prefix.len() + self.width == other.prefix.len() + other.width && {
            let ends = |counting: &Self, units: u32| {
                let last = counting.first + u64::from(units) - 1;
                let text = |n: u64| format!("{}{n:0width$}", counting.prefix, width = counting.width);
                (text(counting.first), text(last))
            };
            let ((a, b), (c, d)) = (ends(self, units), ends(other, other_units));
            a <= d && c <= b
        }
    }
}

/// Crockford's base 32: no letter that people take for a digit.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The number behind a scattered serial number.
pub(super) fn gathered(serial: &Serial) -> Option<u64> {
    let text = serial.as_str();
    if text.len() != 12 {
        return None;
    }
    text.bytes().try_fold(0, |number: u64, byte| {
        let digit = DIGITS.iter().position(|digit| *digit == byte)?;
        Some(number * 32 + u64::try_from(digit).ok()?)
    })
}

pub(super) fn scattered(mut number: u64) -> Result<Serial, Refusal> {
    let mut text = [b'0'; 12];
    for place in text.iter_mut().rev() {
        let digit = usize::try_from(number % 32).unwrap_or_default();
        *place = DIGITS[digit];
        number /= 32;
    }
    Ok(Serial::new(std::str::from_utf8(&text).unwrap_or_default())?)
}

/// Bits of the number behind a scattered serial: twelve digits of five.
pub(super) const SCATTERED_BITS: u8 = 60;

#[cfg(test)]
mod tests {
    use super::*;

    fn counting(first: &str, units: u32) -> Result<Counting, Refusal> {
        Counting::new(&Serial::new(first).unwrap(), units)
    }

    #[test]
    fn digits_count_up_and_keep_their_number() {
        let run = counting("SN-0098", 3).unwrap();
        let serials = [0, 1, 2].map(|n| run.at(n).unwrap().to_string());
        assert_eq!(serials, ["SN-0098", "SN-0099", "SN-0100"]);
        assert_eq!(
            counting("99999999999999999999", 1).unwrap().at(0).unwrap().as_str(),
            "99999999999999999999"
        );
    }

    #[test]
    fn a_run_that_does_not_fit_is_refused() {
        assert!(counting("A98", 2).is_ok());
        for (first, units) in [("A98", 3), ("ABC", 1), ("9", 2)] {
            assert_eq!(counting(first, units).unwrap_err().code(), "serials-run-out", "{first}");
        }
    }

    #[test]
    fn runs_meet_where_a_serial_is_in_both() {
        let meets =
            |a: &str, n: u32, b: &str, m: u32| counting(a, n).unwrap().meets(n, &counting(b, m).unwrap(), m);
        assert!(meets("A000", 10, "A009", 1));
        assert!(!meets("A000", 10, "A010", 5));
        assert!(!meets("A000", 10, "B000", 10));
        assert!(!meets("A000", 10, "A0000", 10));
        assert!(meets("1000", 1000, "1999", 1));
    }

    #[test]
    fn scattered_serials_have_twelve_characters() {
        assert_eq!(scattered(0).unwrap().as_str(), "000000000000");
        assert_eq!(scattered((1 << 60) - 1).unwrap().as_str(), "ZZZZZZZZZZZZ");
        for number in [0, 1, 31, 32, 123_456_789_012_345_678, (1 << 60) - 1] {
            assert_eq!(gathered(&scattered(number).unwrap()), Some(number));
        }
        for other in ["0", "00000000000I", "00000000000a", "0000000000000"] {
            assert_eq!(gathered(&Serial::new(other).unwrap()), None, "{other}");
        }
    }

    #[test]
    fn a_serial_number_tells_its_unit() {
        let run = counting("SN-0098", 30).unwrap();
        for n in 0..30 {
            assert_eq!(run.place(&run.at(n).unwrap()), Some(n));
        }
        for other in ["SN-0097", "SN-98", "SN-+098", "SX-0098", "SN-00980"] {
            assert_eq!(run.place(&Serial::new(other).unwrap()), None, "{other}");
        }
    }
}
