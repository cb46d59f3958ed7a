//! Tests of the register and of what it decides, through the public interface only.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod arrangements;
mod one_row;
mod strictness;
mod support;
mod wording;
