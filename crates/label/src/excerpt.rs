//! Words of somebody else in a sentence of ours.

use std::fmt::Display;

use crate::names::readable;

/// Most characters of an excerpt.
const MAX: usize = 200;

/// What an error may repeat of a text that it does not trust, such as another library's complaint about
/// hostile bytes: the first 200 characters, and U+FFFD for each that a [`Name`](crate::Name) may not have,
/// because it would control the terminal or hide or reorder the text.
#[must_use]
pub fn excerpt(text: impl Display) -> String {
    let text = text.to_string();
    let mut shown: String = text.chars().take(MAX).map(harmless).collect();
    if text.chars().nth(MAX).is_some() {
        shown.push('…');
    }
    shown
}

/// The whole of a text that was not checked, such as the name of a file, for a person at a terminal: U+FFFD for each
/// character that would do something there.
#[must_use]
pub fn printable(text: impl Display) -> String {
    text.to_string().chars().map(harmless).collect()
}

fn harmless(character: char) -> char {
    if readable(character) { character } else { char::REPLACEMENT_CHARACTER }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_stays_and_what_does_something_goes() {
        assert_eq!(excerpt("unknown field `größe`"), "unknown field `größe`");
        assert_eq!(excerpt("\u{1b}[2J\r\nall is well"), "\u{fffd}[2J\u{fffd}\u{fffd}all is well");
        assert_eq!(excerpt("a\u{202e}b"), "a\u{fffd}b");
    }

    #[test]
    fn what_is_printed_is_whole() {
        assert_eq!(
            printable(format!("{}\n\u{1b}[1m", "x".repeat(400))),
            format!("{}\u{fffd}\u{fffd}[1m", "x".repeat(400))
        );
    }

    #[test]
    fn it_is_short() {
        assert_eq!(excerpt("★".repeat(200)), "★".repeat(200));
        assert_eq!(excerpt("★".repeat(1_000)).chars().count(), 201);
    }
}
