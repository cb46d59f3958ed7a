//! What JavaScript sees. Errors are `Error` objects.

use js_sys::Error;
use verilabel_label::{FieldError, Timestamp};
use wasm_bindgen::prelude::wasm_bindgen;

/// The drawing of a register, which is what `Verifier.register()` gave, on the day of a time such as
/// 2026-11-22T09:00:00Z: SVG. Groups have `data-scheme="ID"` or `data-row="ARRANGEMENT/ROW"`.
#[wasm_bindgen]
#[expect(unreachable_pub, reason = "only public functions reach JavaScript")]
pub fn draw(register: &str, at: &str) -> Result<String, Error> {
    let at: Timestamp = at.parse().map_err(|reason: FieldError| Error::new(&reason.to_string()))?;
    crate::draw(register, at.date()).map_err(|reason| Error::new(&reason.to_string()))
}
