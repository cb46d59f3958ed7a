//! `cargo xtask wasm`: what browsers need builds for them, and gives the same answers.

use serde_json::Value;

use crate::process::{Failure, Outcome, cargo, output, program, run as run_program, say, works};
use crate::{programs, tools};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";
/// The verifier with label credentials, so that every vector can be tried.
const VERIFIER: [&str; 4] = ["-p", "verilabel-verify-wasm", "--features", "credential"];

pub(crate) fn run() -> Outcome {
    same_answers_without_ring()?;
    if !has_target() {
        say("could not get the wasm32 target: its build is left out");
        return Ok(());
    }
    let symbol = ["-p", "verilabel-symbol", "--features", "verilabel-symbol/read,verilabel-symbol/print"];
    run_program(cargo().args(["check", "--locked", "--quiet", "--target", TARGET]).args(symbol))?;
    run_program(cargo().args(["build", "--locked", "--quiet", "--target", TARGET]).args(VERIFIER))?;
    vectors_in_node()
}

/// Whether the compiler can build for browsers; what it needs is installed if need be.
pub(crate) fn has_target() -> bool {
    works(program("rustup").args(["target", "add", TARGET]))
}

/// The signature checks that browsers use, natively.
fn same_answers_without_ring() -> Outcome {
    run_program(
        cargo()
            .args(["test", "--workspace", "--locked", "--quiet", "--features", "verilabel-wire/portable"])
            .args(["--test", "wycheproof", "--test", "trust", "--test", "native"]),
    )
}

/// Every vector through the module, as Node runs it.
fn vectors_in_node() -> Outcome {
    if !works(program("node").arg("--version")) {
        say("no node: the vectors are not tried as WebAssembly");
        return Ok(());
    }
    if !tools::wasm_bindgen(&locked_version("wasm-bindgen")?) {
        return Ok(());
    }
    let target = programs::target_folder()?;
    let module = target.join("node-module");
    run_program(
        program("wasm-bindgen")
            .args(["--target", "nodejs", "--out-dir"])
            .arg(&module)
            .arg(target.join(TARGET).join("debug/verilabel_verify_wasm.wasm")),
    )?;
    run_program(
        program("node")
            .arg("tests/wasm/vectors.mjs")
            .arg(module.join("verilabel_verify_wasm.js"))
            .arg("tests/vectors"),
    )
}

/// The version of a package in Cargo.lock. The command must be of the very version of the library.
pub(crate) fn locked_version(name: &str) -> Result<String, Failure> {
    let text = output(cargo().args(["metadata", "--format-version", "1", "--locked"]))?;
    let metadata: Value = serde_json::from_str(&text).map_err(|e| Failure(format!("cargo metadata: {e}")))?;
    let mut packages = metadata["packages"].as_array().into_iter().flatten();
    let version = packages.find(|package| package["name"] == name).and_then(|p| p["version"].as_str());
    version.map(str::to_owned).ok_or_else(|| Failure(format!("Cargo.lock has no {name}")))
}
