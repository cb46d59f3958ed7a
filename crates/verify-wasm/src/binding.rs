//! What JavaScript sees. Errors are `Error` objects whose `name` is the refusal's code.

use js_sys::Error;
use serde::Serialize;
use verilabel_label::Timestamp;
use verilabel_trust::Expiry;
use verilabel_verify::Report;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{Asked, Memory, Refusal};

/// A verifier; see the Rust type of the same name.
#[wasm_bindgen(js_name = Verifier)]
pub struct Binding {
    verifier: crate::Verifier,
}

#[wasm_bindgen(js_class = Verifier)]
impl Binding {
    /// `root`: the pinned root metadata. `memory`: what `memory()` gave earlier, if there was an earlier one.
    #[wasm_bindgen(constructor)]
    pub fn new(root: &[u8], memory: Option<String>) -> Result<Self, Error> {
        let memory = memory.as_deref().map_or_else(|| Ok(Memory::default()), Memory::from_json);
        Ok(Self { verifier: crate::Verifier::new(root, memory.map_err(error)?) })
    }

    /// What is to be kept: a text.
    pub fn memory(&self) -> String {
        self.verifier.memory().to_json()
    }

    /// Takes the bytes of a pack file into use. `at`: the time, such as 2026-11-22T09:00:00Z. `fresh`: whether
    /// metadata past its expiry is refused; else verdicts say how old it is.
    pub fn accept(&mut self, file: &[u8], at: &str, fresh: bool) -> Result<(), Error> {
        let expiry = if fresh { Expiry::Refuse } else { Expiry::Report };
        self.verifier.accept(file, time(at)?, expiry).map_err(error)
    }

    /// Judges a text. `asked`: JSON with any of market, category, minimum_level, max_status_age. Gives the verdict
    /// as JSON (docs/verdict-json.md).
    pub fn judge(&self, text: &str, asked: &str, at: &str) -> Result<String, Error> {
        let asked: Asked = serde_json::from_slice(asked.as_bytes())
            .map_err(|reason| error(Refusal::new("question", format!("the question is none: {reason}"))))?;
        let verdict = self.verifier.judge(text, &asked, time(at)?).map_err(error)?;
        json(&Report::of(&verdict))
    }

    /// Where a label counts at that time, as JSON: for each market of the register its `name` and the members of
    /// `recognition` of a verdict. An error `not-authentic` if it is not known to be authentic.
    pub fn counts(&self, text: &str, at: &str) -> Result<String, Error> {
        json(&self.verifier.counts(text, time(at)?).map_err(error)?)
    }

    /// Where the picture is of the product that a label is for, such as `pictures/` and its SHA-256 in hexadecimal with
    /// `.png`, below the place that the pack came from. Nothing without one.
    pub fn picture(&self, text: &str, at: &str) -> Result<String, Error> {
        let picture = self.verifier.picture(text, time(at)?).map_err(error)?;
        Ok(picture.map_or_else(String::new, ToString::to_string))
    }

    /// The pictures of all products, a line each.
    pub fn pictures(&self) -> Result<String, Error> {
        let mut lines = String::new();
        for path in self.verifier.pack().map_err(error)?.pictures() {
            lines += path.as_str();
            lines.push('\n');
        }
        Ok(lines)
    }

    /// The pack in use, as JSON: `version`, `made`, `age_seconds`, `expires`; `roles` (`role`, `version`,
    /// `expires`); `warnings` (`code`, `text`); `issuers` (`id`, `name`, `notice`).
    pub fn pack(&self, at: &str) -> Result<String, Error> {
        json(&self.verifier.state(time(at)?).map_err(error)?)
    }

    /// The register of the pack in use, as it was published: JSON (docs/spec/register.md).
    pub fn register(&self) -> Result<String, Error> {
        self.verifier.register().map(str::to_owned).map_err(error)
    }
}

fn json(report: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(report).map_err(|reason| error(Refusal::new("report", reason.to_string())))
}

fn time(text: &str) -> Result<Timestamp, Error> {
    text.parse()
        .map_err(|reason: verilabel_label::FieldError| error(Refusal::new("time", reason.to_string())))
}

fn error(refusal: Refusal) -> Error {
    let error = Error::new(&refusal.to_string());
    error.set_name(refusal.code());
    error
}
