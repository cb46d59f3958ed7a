//! The project's programs, as the tests run them.

use std::path::PathBuf;

use serde_json::Value;

use crate::process::{Failure, cargo, output, run};

/// Builds programs and tests at once, so that nothing is built twice with other features; gives the folder of the
/// programs.
pub(crate) fn built() -> Result<PathBuf, Failure> {
    run(cargo().args(["build", "--workspace", "--bins", "--tests", "--locked", "--quiet"]))?;
    Ok(target_folder()?.join("debug"))
}

/// Cargo's target folder.
pub(crate) fn target_folder() -> Result<PathBuf, Failure> {
    let text = output(cargo().args(["metadata", "--no-deps", "--format-version", "1", "--locked"]))?;
    let metadata: Value = serde_json::from_str(&text).map_err(|e| Failure(format!("cargo metadata: {e}")))?;
    let folder = metadata["target_directory"].as_str();
    folder.map(PathBuf::from).ok_or_else(|| Failure("cargo metadata: no target directory".to_owned()))
}
