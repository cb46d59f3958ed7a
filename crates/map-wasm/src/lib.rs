//! The drawing of the register for browsers: who recognises whose labels, as SVG. A module of its own, so that only
//! those who open the map fetch it.
//!
//! [`draw`] is that in Rust; `binding` gives it to JavaScript (on wasm32 alone) and only converts.
//!
//! **Invariant:** nothing is decided here. The register is the one of the pack that the verifier accepted.

#[cfg(target_arch = "wasm32")]
mod binding;

use verilabel_label::Date;
use verilabel_recognition::{Register, RegisterError, map_svg};

/// Draws a register as it stands on a day. `register`: the document (docs/spec/register.md).
///
/// # Errors
/// [`RegisterError`], for a text that is no register.
pub fn draw(register: &str, on: Date) -> Result<String, RegisterError> {
    Ok(map_svg(&Register::from_json(register.as_bytes())?, on, None))
}
