//! What every refusal owes to whoever reads it.

use std::fmt::Display;

/// Longest sentence that a refusal says. Hostile text is quoted, if at all, in part.
const LONGEST: usize = 1_024;

/// Checks a refusal: a stable code, and a sentence that is short and does nothing to a terminal.
///
/// # Panics
/// If it is not so.
pub fn check(code: &str, error: &dyn Display) {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    assert!(!code.is_empty() && code.chars().all(plain), "{code:?} is no code");
    let text = error.to_string();
    assert!(!text.is_empty() && text.len() <= LONGEST, "{code}: a sentence of {} bytes", text.len());
    assert!(!text.chars().any(char::is_control), "{code}: {text:?} holds control characters");
}
