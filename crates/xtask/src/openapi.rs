//! `cargo xtask openapi`.

use std::fs;

use crate::process::{Outcome, cargo, output, root};

/// Writes the OpenAPI document of the issuing authority's interface anew.
pub(crate) fn run() -> Outcome {
    let document = output(cargo().args([
        "run",
        "--quiet",
        "--locked",
        "-p",
        "verilabel-issuer",
        "--example",
        "openapi",
    ]))?;
    Ok(fs::write(root().join("docs/openapi.json"), document)?)
}
