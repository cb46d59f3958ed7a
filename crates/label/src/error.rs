//! What is wrong with a value, where, and what to do.

use std::fmt;

/// The field that a value was meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Field {
    /// Scheme identifier, such as `sg.cls-iot`.
    Scheme,
    /// Version of the scheme's specification.
    SpecificationVersion,
    /// Level within a scheme.
    Level,
    /// The scheme owner's number of the label.
    LabelNumber,
    /// Product category identifier, such as `router`.
    Category,
    /// Issuer identifier.
    Issuer,
    /// Decentralised identifier of an issuer.
    Did,
    /// Market, an ISO 3166-1 alpha-2 code.
    Market,
    /// Brand.
    Brand,
    /// Model number or name.
    Model,
    /// List of models.
    Models,
    /// Manufacturer.
    Manufacturer,
    /// GTIN, AI 01.
    Gtin,
    /// Consumer product variant, AI 22.
    Variant,
    /// Batch or lot number, AI 10.
    Lot,
    /// Serial number, AI 21.
    Serial,
    /// Third-party controlled serial number, AI 235.
    ThirdPartySerial,
    /// Number of a status list.
    StatusList,
    /// Index within a status list.
    StatusIndex,
    /// A calendar date.
    Date,
    /// A point in time.
    Timestamp,
    /// A period of validity.
    Validity,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => "scheme",
            Self::SpecificationVersion => "specification version",
            Self::Level => "level",
            Self::LabelNumber => "label number",
            Self::Category => "product category",
            Self::Issuer => "issuer",
            Self::Did => "DID",
            Self::Market => "market",
            Self::Brand => "brand",
            Self::Model => "model",
            Self::Models => "list of models",
            Self::Manufacturer => "manufacturer",
            Self::Gtin => "GTIN",
            Self::Variant => "consumer product variant (AI 22)",
            Self::Lot => "lot number (AI 10)",
            Self::Serial => "serial number (AI 21)",
            Self::ThirdPartySerial => "third-party serial number (AI 235)",
            Self::StatusList => "status list number",
            Self::StatusIndex => "status index",
            Self::Date => "date",
            Self::Timestamp => "time",
            Self::Validity => "validity",
        })
    }
}

/// Why a value is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FieldError {
    /// Nothing stands where something is due.
    #[error("{field} is empty")]
    Empty {
        /// The field.
        field: Field,
    },
    /// More bytes (or entries, for a list) than allowed.
    #[error("{field} has length {length}, at most {max} is allowed")]
    TooLong {
        /// The field.
        field: Field,
        /// What was found.
        length: usize,
        /// The limit.
        max: usize,
    },
    /// A character that may not stand there.
    #[error("{field} has {character:?} at byte {at}, which is not allowed there")]
    Character {
        /// The field.
        field: Field,
        /// Byte offset of the character.
        at: usize,
        /// The character.
        character: char,
    },
    /// A number outside its range.
    #[error("{field} is {value}, it must lie between {min} and {max}")]
    Range {
        /// The field.
        field: Field,
        /// What was found.
        value: i64,
        /// Least allowed value.
        min: i64,
        /// Greatest allowed value.
        max: i64,
    },
    /// Text that does not read as the field.
    #[error("{field} {text:?} does not read as {expected}")]
    Unreadable {
        /// The field.
        field: Field,
        /// The text, cut to a sensible length.
        text: String,
        /// What was expected.
        expected: &'static str,
    },
    /// A GTIN of a length that does not exist.
    #[error("a GTIN has 8, 12, 13 or 14 digits, this one has {digits}")]
    GtinLength {
        /// Digits found.
        digits: usize,
    },
    /// A shorter GTIN where GS1 Digital Link wants 14 digits.
    #[error("a GTIN of {digits} digits stands where 14 are due: write it as {padded}")]
    GtinNotPadded {
        /// Digits found.
        digits: usize,
        /// The same GTIN in 14 digits.
        padded: String,
    },
    /// The last digit does not follow from the others.
    #[error("the check digit of GTIN {gtin} is {found}, it should be {expected}")]
    GtinCheckDigit {
        /// The GTIN as found.
        gtin: String,
        /// The digit found.
        found: u8,
        /// The digit due.
        expected: u8,
    },
    /// A period that ends before it begins.
    #[error("the label would be valid from {from} but only until {until}")]
    ValidityOrder {
        /// Beginning.
        from: crate::Timestamp,
        /// End.
        until: crate::Timestamp,
    },
}

impl FieldError {
    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty { .. } => "field-empty",
            Self::TooLong { .. } => "field-too-long",
            Self::Character { .. } => "field-character",
            Self::Range { .. } => "field-range",
            Self::Unreadable { .. } => "field-unreadable",
            Self::GtinLength { .. } => "gtin-length",
            Self::GtinNotPadded { .. } => "gtin-not-14",
            Self::GtinCheckDigit { .. } => "gtin-check-digit",
            Self::ValidityOrder { .. } => "validity-order",
        }
    }

    pub(crate) fn unreadable(field: Field, text: &str, expected: &'static str) -> Self {
        Self::Unreadable { field, text: text.chars().take(64).collect(), expected }
    }
}
