//! What a person reads on the box: brand, models, manufacturer.

use crate::text::identifier;
use crate::{Field, FieldError};

/// Control characters, and the characters that reorder or hide text, could make one name look like another.
pub(crate) fn readable(c: char) -> bool {
    !c.is_control()
        && !matches!(c,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF0}'..='\u{FFFF}'
            | '\u{E0000}'..='\u{E0FFF}')
}

identifier! {
    /// A brand or a manufacturer's name: up to 96 bytes of UTF-8 without control or bidirectional-format
    /// characters. Zero-width joiners stay allowed, because Indic scripts need them.
    Name, Field::Brand, max 96, readable
}

identifier! {
    /// A model number or name: up to 64 bytes of UTF-8, with the restrictions of [`Name`].
    ModelNumber, Field::Model, max 64, readable
}

/// The names that a shopper compares with the box.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Names {
    /// Brand.
    pub brand: Name,
    /// At least one model; a label covers a family.
    pub models: Vec<ModelNumber>,
    /// Manufacturer.
    pub manufacturer: Name,
}

impl Names {
    /// Most models that a seal carries. The trust pack's product record lists the rest of a family.
    pub const MAX_MODELS: usize = 16;

    /// Checks that there is at least one model and not more than [`Self::MAX_MODELS`].
    pub fn new(brand: Name, models: Vec<ModelNumber>, manufacturer: Name) -> Result<Self, FieldError> {
        match models.len() {
            0 => Err(FieldError::Empty { field: Field::Models }),
            length if length > Self::MAX_MODELS => {
                Err(FieldError::TooLong { field: Field::Models, length, max: Self::MAX_MODELS })
            }
            _ => Ok(Self { brand, models, manufacturer }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_any_script_but_nothing_that_reorders_them() {
        for name in ["Lumora", "光界科技", "ஒளி நெட்வொர்க்ஸ்", "빛나라", "Särkkä & Pojat Oy"]
        {
            assert_eq!(Name::new(name).unwrap().as_str(), name);
        }
        for name in ["a\u{202e}b", "a\nb", "a\u{200b}b", "a\u{feff}", "\u{e0041}"] {
            assert_eq!(Name::new(name).unwrap_err().code(), "field-character", "{name:?}");
        }
    }

    #[test]
    fn a_family_has_one_to_sixteen_models() {
        let name = Name::new("x").unwrap();
        let model = ModelNumber::new("m").unwrap();
        let of = |n| Names::new(name.clone(), vec![model.clone(); n], name.clone());
        assert_eq!(of(0).unwrap_err().code(), "field-empty");
        assert!(of(1).is_ok() && of(16).is_ok());
        assert_eq!(of(17).unwrap_err().code(), "field-too-long");
    }
}
