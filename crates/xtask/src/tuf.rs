//! `cargo xtask tuf`: our client against another implementation's repositories (tests/tuf).

use std::path::{Path, PathBuf};

use crate::process::{Failure, Outcome, output, program, run as run_program, say, works};
use crate::programs;

/// What the cases are made with.
const PACKAGES: [&str; 2] = ["tuf==7.0.1", "securesystemslib[crypto]==1.6.0"];
const TABLE: &str = "docs/tuf-table.md";

pub(crate) fn run() -> Outcome {
    let Some(python) = python(&programs::target_folder()?.join("tuf-venv")) else { return Ok(()) };
    run_program(
        program(python)
            .args(["-B", "tests/tuf/run.py", "--table", TABLE, "--"])
            .arg(programs::built()?.join("verilabel"))
            .args(["pack", "tuf"]),
    )?;
    let changed = output(program("git").args(["status", "--porcelain", "--", TABLE]))?;
    if changed.is_empty() {
        return Ok(());
    }
    Err(Failure(format!("{TABLE} is not what the cases give now: commit it if that is right")))
}

/// A Python with the packages, outside of the sources. None, and a word about it, where there is none.
fn python(folder: &Path) -> Option<PathBuf> {
    let python = folder.join("bin/python3");
    let has_packages = || works(program(&python).args(["-c", "import tuf.api.metadata, cryptography"]));
    if has_packages() {
        return Some(python);
    }
    if !works(program("python3").arg("--version")) {
        say("no python3: python-tuf's repositories are left out");
        return None;
    }
    let made = works(program("python3").args(["-m", "venv"]).arg(folder))
        && works(program(&python).args(["-m", "pip", "install", "--quiet"]).args(PACKAGES));
    if !made || !has_packages() {
        say("could not get python-tuf: its repositories are left out");
        return None;
    }
    Some(python)
}
