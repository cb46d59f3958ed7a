//! GTIN: GS1 General Specifications §3.3.2 (AI 01) and §7.9 (check digit).

use std::fmt;

use crate::{Field, FieldError};

/// A Global Trade Item Number, held in 14 digits whatever its length on the product.
///
/// Zero to the left changes neither the product nor the check digit, so GTIN-8, -12 and -13 have
/// one 14-digit form each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Gtin([u8; 14]);

impl Gtin {
    /// Reads 8, 12, 13 or 14 digits and pads them to 14.
    pub fn new(text: &str) -> Result<Self, FieldError> {
        let digits = text.as_bytes();
        if let Some((at, character)) = text.char_indices().find(|(_, c)| !c.is_ascii_digit()) {
            return Err(FieldError::Character { field: Field::Gtin, at, character });
        }
        if !matches!(digits.len(), 8 | 12 | 13 | 14) {
            return Err(FieldError::GtinLength { digits: digits.len() });
        }
        let mut padded = [b'0'; 14];
        padded[14 - digits.len()..].copy_from_slice(digits);
        let (expected, found) = (check_digit(&padded), padded[13] - b'0');
        if expected != found {
            return Err(FieldError::GtinCheckDigit { gtin: text.to_owned(), found, expected });
        }
        Ok(Self(padded))
    }

    /// Reads exactly 14 digits, as GS1 Digital Link URI Syntax wants them.
    pub fn from_14(text: &str) -> Result<Self, FieldError> {
        let gtin = Self::new(text)?;
        if text.len() == 14 {
            Ok(gtin)
        } else {
            Err(FieldError::GtinNotPadded { digits: text.len(), padded: gtin.to_string() })
        }
    }

    /// Completes 13 digits (packaging indicator first) by their check digit; the fourteenth is ignored.
    #[must_use]
    pub fn complete(mut digits: [u8; 14]) -> Option<Self> {
        if !digits[..13].iter().all(u8::is_ascii_digit) {
            return None;
        }
        digits[13] = b'0' + check_digit(&digits);
        Some(Self(digits))
    }

    /// The 14 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Weights 3 and 1 in turn from the left of 14 digits; what is missing to the next ten.
fn check_digit(digits: &[u8; 14]) -> u8 {
    let sum: u32 = digits[..13]
        .iter()
        .enumerate()
        .map(|(i, d)| u32::from(d - b'0') * if i % 2 == 0 { 3 } else { 1 })
        .sum();
    u8::try_from((10 - sum % 10) % 10).unwrap_or_default()
}

impl fmt::Display for Gtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for Gtin {
    type Err = FieldError;
    fn from_str(text: &str) -> Result<Self, FieldError> {
        Self::new(text)
    }
}

impl TryFrom<String> for Gtin {
    type Error = FieldError;
    fn try_from(text: String) -> Result<Self, FieldError> {
        Self::new(&text)
    }
}

impl From<Gtin> for String {
    fn from(gtin: Gtin) -> Self {
        gtin.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shorter_gtins_are_padded() {
        // GS1 General Specifications, example keys of the 952 demonstration range.
        assert_eq!(Gtin::new("9521234543213").unwrap().as_str(), "09521234543213");
        assert_eq!(Gtin::new("95200002").unwrap().as_str(), "00000095200002");
        assert_eq!(Gtin::new("614141999996").unwrap().as_str(), "00614141999996");
    }

    #[test]
    fn digital_link_wants_fourteen_and_says_how() {
        let error = Gtin::from_14("9521234543213").unwrap_err();
        assert_eq!(error.code(), "gtin-not-14");
        assert!(error.to_string().ends_with("write it as 09521234543213"));
    }

    #[test]
    fn wrong_digits_are_named() {
        assert_eq!(Gtin::new("09521234543214").unwrap_err().code(), "gtin-check-digit");
        assert_eq!(Gtin::new("123").unwrap_err(), FieldError::GtinLength { digits: 3 });
        assert_eq!(
            Gtin::new("0952123454321٣").unwrap_err(),
            FieldError::Character { field: Field::Gtin, at: 13, character: '٣' }
        );
    }

    proptest! {
        #[test]
        fn agrees_with_another_implementation(digits in "[0-9]{14}") {
            prop_assert_eq!(Gtin::new(&digits).is_ok(), gtin_validate::gtin14::check(&digits));
        }

        #[test]
        fn completing_gives_a_gtin(digits in "[0-9]{14}") {
            let gtin = Gtin::complete(digits.as_bytes().try_into().unwrap()).unwrap();
            prop_assert_eq!(Gtin::from_14(gtin.as_str()).unwrap(), gtin);
        }
    }
}
