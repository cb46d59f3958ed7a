//! The GS1 path: what a seal is bound to.
//!
//! GS1 Digital Link URI Syntax gives key 01 the qualifiers 22, 10 and 21, in that order, or 235.

use std::fmt;

use crate::text::identifier;
use crate::{Field, Gtin};

/// GS1 AI encodable character set 82 (GS1 General Specifications, figure 7.11-1).
fn set_82(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(
            c,
            '!' | '"'
                | '%'
                | '&'
                | '\''
                | '('
                | ')'
                | '*'
                | '+'
                | ','
                | '-'
                | '.'
                | '/'
                | ':'
                | ';'
                | '<'
                | '='
                | '>'
                | '?'
                | '_'
        )
}

identifier! {
    /// Serial number, AI 21: 1 to 20 characters of set 82.
    Serial, Field::Serial, max 20, set_82
}
identifier! {
    /// Batch or lot number, AI 10: 1 to 20 characters of set 82.
    Lot, Field::Lot, max 20, set_82
}
identifier! {
    /// Consumer product variant, AI 22: 1 to 20 characters of set 82.
    Variant, Field::Variant, max 20, set_82
}
identifier! {
    /// Third-party controlled, serialised extension of GTIN, AI 235: 1 to 28 characters of set 82.
    ThirdPartySerial, Field::ThirdPartySerial, max 28, set_82
}

/// A GTIN and its key qualifiers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Gs1Path {
    /// Key 01.
    pub gtin: Gtin,
    /// AI 22.
    pub variant: Option<Variant>,
    /// AI 10.
    pub lot: Option<Lot>,
    /// AI 21. A path with a serial number speaks of one box: a unit label.
    pub serial: Option<Serial>,
    /// AI 235, never together with 22, 10 or 21.
    pub third_party_serial: Option<ThirdPartySerial>,
}

impl Gs1Path {
    /// The path of a product without qualifiers.
    #[must_use]
    pub fn of(gtin: Gtin) -> Self {
        Self { gtin, variant: None, lot: None, serial: None, third_party_serial: None }
    }

    /// The path of one box.
    #[must_use]
    pub fn of_unit(gtin: Gtin, serial: Serial) -> Self {
        Self { serial: Some(serial), ..Self::of(gtin) }
    }

    /// Appends the canonical spelling, such as `/01/09521234543213/21/A%2F1`: 14 digits, qualifiers in
    /// GS1 order, every character outside RFC 3986's unreserved set percent-encoded in capitals.
    pub fn write_canonical(&self, out: &mut String) {
        out.push_str("/01/");
        out.push_str(self.gtin.as_str());
        let qualifiers = [
            ("/22/", self.variant.as_ref().map(Variant::as_str)),
            ("/10/", self.lot.as_ref().map(Lot::as_str)),
            ("/21/", self.serial.as_ref().map(Serial::as_str)),
            ("/235/", self.third_party_serial.as_ref().map(ThirdPartySerial::as_str)),
        ];
        for (ai, value) in qualifiers.into_iter().filter_map(|(ai, v)| Some((ai, v?))) {
            out.push_str(ai);
            value.bytes().for_each(|byte| percent_encode(byte, out));
        }
    }
}

fn percent_encode(byte: u8, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
        out.push(char::from(byte));
    } else {
        out.push('%');
        out.push(char::from(HEX[usize::from(byte >> 4)]));
        out.push(char::from(HEX[usize::from(byte & 15)]));
    }
}

impl fmt::Display for Gs1Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(64);
        self.write_canonical(&mut text);
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_spelling() {
        let gtin = Gtin::new("9521234543213").unwrap();
        assert_eq!(Gs1Path::of(gtin).to_string(), "/01/09521234543213");
        let unit = Gs1Path::of_unit(gtin, Serial::new("A/1").unwrap());
        assert_eq!(unit.to_string(), "/01/09521234543213/21/A%2F1");
        let full = Gs1Path { lot: Some(Lot::new("B<1").unwrap()), ..unit };
        assert_eq!(full.to_string(), "/01/09521234543213/10/B%3C1/21/A%2F1");
    }

    #[test]
    fn serials_stay_within_set_82() {
        assert_eq!(Serial::new("A B").unwrap_err().code(), "field-character");
        assert_eq!(Serial::new("A#").unwrap_err().code(), "field-character");
        assert_eq!(Serial::new("ä").unwrap_err().code(), "field-character");
        assert_eq!(Serial::new(&"9".repeat(21)).unwrap_err().code(), "field-too-long");
        assert!(Serial::new("!\"%&'()*+,-./:;<=>?_").is_ok());
    }
}
