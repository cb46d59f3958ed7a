//! Text and identifiers of the register. They reach screens, so what hides or reorders text is refused.

use verilabel_label::{FieldError, Name};

/// Why a text of the register is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing stands where something is due; an absent text is written `null`.
    #[error("text is empty; write null where there is none")]
    Empty,
    /// More bytes than allowed.
    #[error("text has {length} bytes, at most {max} are allowed")]
    TooLong {
        /// Bytes found.
        length: usize,
        /// The limit.
        max: usize,
    },
    /// A character that may not stand there.
    #[error("{character:?} at byte {at} is not allowed there")]
    Character {
        /// Byte offset of the character.
        at: usize,
        /// The character.
        character: char,
    },
}

/// Makes a newtype of bounded text with its constructor, `Display` and serde forms.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident, max $max:expr, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// Most bytes that the text may have.
            pub const MAX: usize = $max;

            /// Checks the text.
            pub fn new(text: &str) -> Result<Self, TextError> {
                if text.is_empty() {
                    return Err(TextError::Empty);
                }
                if text.len() > Self::MAX {
                    return Err(TextError::TooLong { length: text.len(), max: Self::MAX });
                }
                match $check(text) {
                    Some((at, character)) => Err(TextError::Character { at, character }),
                    None => Ok(Self(text.into())),
                }
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

        impl TryFrom<String> for $name {
            type Error = TextError;
            fn try_from(text: String) -> Result<Self, TextError> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0.into()
            }
        }
    };
}

text! {
    /// A sentence or a name: the characters that a [`Name`] may have, but longer.
    Text, max 1000, first_unreadable
}

text! {
    /// An arrangement, such as `sg-kr-2024`.
    ArrangementId, max 48, first_outside_slug
}

text! {
    /// A row, such as `sg-kr-2024.cic-cls`; unique within the register.
    RowId, max 64, first_outside_slug
}

text! {
    /// A source, such as `uk-si-2025-1267`.
    SourceId, max 48, first_outside_slug
}

text! {
    /// A cooperation that carries information, not recognition.
    CooperationId, max 48, first_outside_slug
}

fn first_outside_slug(text: &str) -> Option<(usize, char)> {
    text.char_indices().find(|(_, c)| !matches!(c, 'a'..='z' | '0'..='9' | '.' | '-'))
}

/// The first character that a name may not have. The rule is [`Name`]'s; it is asked about one piece
/// of the text after another, because a name is shorter than a text.
fn first_unreadable(text: &str) -> Option<(usize, char)> {
    let mut rest = text;
    while !rest.is_empty() {
        let mut end = rest.len().min(Name::MAX);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        let (piece, tail) = rest.split_at(end);
        if let Err(FieldError::Character { at, character, .. }) = Name::new(piece) {
            return Some((text.len() - rest.len() + at, character));
        }
        rest = tail;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_or_reorders_is_refused_wherever_it_stands() {
        assert!(Text::new(&"★ Särkkä, 빛나라. ".repeat(20)).is_ok());
        for at in [0, 1, 95, 96, 97, 300] {
            let text = format!("{}\u{202e}b", "x".repeat(at));
            assert_eq!(Text::new(&text), Err(TextError::Character { at, character: '\u{202e}' }));
        }
        let text = format!("{}\n", "★".repeat(50));
        assert_eq!(Text::new(&text), Err(TextError::Character { at: 150, character: '\n' }));
    }

    #[test]
    fn text_is_bounded() {
        assert_eq!(Text::new(""), Err(TextError::Empty));
        assert!(Text::new(&"x".repeat(1000)).is_ok());
        assert_eq!(Text::new(&"x".repeat(1001)), Err(TextError::TooLong { length: 1001, max: 1000 }));
    }

    #[test]
    fn identifiers_have_one_spelling() {
        assert!(RowId::new("sg-kr-2024.cic-cls").is_ok());
        assert_eq!(RowId::new("sg_kr"), Err(TextError::Character { at: 2, character: '_' }));
        assert_eq!(RowId::new("SG"), Err(TextError::Character { at: 0, character: 'S' }));
    }
}
