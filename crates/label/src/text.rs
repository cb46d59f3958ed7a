//! Identifiers: short ASCII text with one alphabet each.

use crate::{Field, FieldError};

/// Makes a newtype of bounded ASCII text with its constructor, `Display`, `FromStr` and serde forms.
macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $field:expr, max $max:expr, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// Most bytes that the text may have.
            pub const MAX: usize = $max;

            /// Checks the text.
            pub fn new(text: &str) -> Result<Self, $crate::FieldError> {
                $crate::text::check(text, $field, $max, $allowed)?;
                Ok(Self(text.into()))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::FieldError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::FieldError;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0.into()
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}
pub(crate) use identifier;

pub(crate) fn check(
    text: &str,
    field: Field,
    max: usize,
    allowed: fn(char) -> bool,
) -> Result<(), FieldError> {
    if text.is_empty() {
        return Err(FieldError::Empty { field });
    }
    if text.len() > max {
        return Err(FieldError::TooLong { field, length: text.len(), max });
    }
    match text.char_indices().find(|&(_, c)| !allowed(c)) {
        Some((at, character)) => Err(FieldError::Character { field, at, character }),
        None => Ok(()),
    }
}

fn slug(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-'
}

identifier! {
    /// A labelling scheme or regulation: `<owner's country or body>.<short name>`, such as `sg.cls-iot`.
    SchemeId, Field::Scheme, max 32, slug
}

identifier! {
    /// A product category of the register, such as `router`.
    CategoryId, Field::Category, max 24, slug
}

identifier! {
    /// Whoever issues labels, as named in the trust pack, such as `sg.csa`.
    IssuerId, Field::Issuer, max 48, slug
}

identifier! {
    /// The version of a scheme's specification that an award was made under, such as `1.4`.
    SpecificationVersion, Field::SpecificationVersion, max 32,
    |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | ' ')
}

identifier! {
    /// The number that the scheme owner gave to the label, such as `CSA/220729/00123`.
    LabelNumber, Field::LabelNumber, max 40,
    |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | '#' | '(' | ')' | ':')
}

/// A market: ISO 3166-1 alpha-2, such as `SG`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Market([u8; 2]);

impl Market {
    /// Reads two upper-case letters.
    pub fn new(text: &str) -> Result<Self, FieldError> {
        match text.as_bytes() {
            &[a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Ok(Self([a, b])),
            _ => Err(FieldError::unreadable(
                Field::Market,
                text,
                "two capital letters of ISO 3166-1, such as SG",
            )),
        }
    }
}

impl std::fmt::Display for Market {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(std::str::from_utf8(&self.0).unwrap_or_default())
    }
}

impl std::str::FromStr for Market {
    type Err = FieldError;
    fn from_str(text: &str) -> Result<Self, FieldError> {
        Self::new(text)
    }
}

impl TryFrom<String> for Market {
    type Error = FieldError;
    fn try_from(text: String) -> Result<Self, FieldError> {
        Self::new(&text)
    }
}

impl From<Market> for String {
    fn from(market: Market) -> Self {
        market.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_refuse_what_their_alphabet_lacks() {
        assert_eq!(SchemeId::new("sg.cls-iot").unwrap().as_str(), "sg.cls-iot");
        assert_eq!(SchemeId::new("").unwrap_err().code(), "field-empty");
        assert_eq!(SchemeId::new(&"x".repeat(33)).unwrap_err().code(), "field-too-long");
        assert_eq!(
            SchemeId::new("sg.CLS").unwrap_err(),
            FieldError::Character { field: Field::Scheme, at: 3, character: 'C' }
        );
        assert!(LabelNumber::new("CSA/220729/00123").is_ok());
        assert_eq!(LabelNumber::new("CSA 1").unwrap_err().code(), "field-character");
        assert_eq!(LabelNumber::new("CSA/\u{202e}1").unwrap_err().code(), "field-character");
    }

    #[test]
    fn a_market_is_two_capitals() {
        assert_eq!(Market::new("SG").unwrap().to_string(), "SG");
        for wrong in ["sg", "S", "SGP", "S1", "é"] {
            assert_eq!(Market::new(wrong).unwrap_err().code(), "field-unreadable");
        }
    }
}
