//! What JavaScript sees. Errors are `Error` objects whose `name` is the refusal's code.

use js_sys::{Date, Error};
use verilabel_symbol::read::PictureError;
use wasm_bindgen::prelude::wasm_bindgen;

/// Reads the codes of a picture: the `data` of an `ImageData`. Gives JSON: an array of `text` and `corners` (four times
/// x and y in pixels: top left, top right, bottom right, bottom left of the code as printed).
///
/// `milliseconds`, if given, says that it is the frame of a camera, and how long may be looked: another one follows.
#[wasm_bindgen]
#[expect(unreachable_pub, reason = "only public functions reach JavaScript")]
pub fn read(rgba: &[u8], width: u32, height: u32, milliseconds: Option<f64>) -> Result<String, Error> {
    let end = milliseconds.map(|milliseconds| Date::now() + milliseconds);
    let time_is_up = move || end.is_some_and(|end| Date::now() >= end);
    let time_is_up: Option<&dyn Fn() -> bool> = end.is_some().then_some(&time_is_up);
    let found =
        crate::read(rgba, size(width), size(height), time_is_up).map_err(|refusal| refused(&refusal))?;
    serde_json::to_string(&found).map_err(|reason| Error::new(&reason.to_string()))
}

fn size(side: u32) -> usize {
    usize::try_from(side).unwrap_or(usize::MAX)
}

fn refused(refusal: &PictureError) -> Error {
    let error = Error::new(&refusal.to_string());
    error.set_name(refusal.code());
    error
}
