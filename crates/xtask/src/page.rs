//! The page in a real browser: tests/web, which Node runs.

use std::path::Path;
use std::process::Command;

use crate::process::{Failure, Outcome, cargo, program, root, run as run_program, say};
use crate::{programs, tools, web};

/// Where the tests of the page are.
const TESTS: &str = "tests/web";
/// Where they put screenshots.
const OUT: &str = "out/web";

/// Drives the page, as it is built for shoppers, in Chromium.
pub(crate) fn test() -> Outcome {
    if !ready() {
        return Ok(());
    }
    let programs = programs::built()?;
    run_program(&mut script("run.mjs", &programs, &web::build()?))
}

/// Measures the page in Chromium: `names`, or all there is.
pub(crate) fn bench(names: &[&str]) -> Result<String, Failure> {
    if !ready() {
        return Ok(String::new());
    }
    let packages = ["verilabel", "verilabel-issuer", "verilabel-shelf", "verilabel-web"];
    let packages = packages.iter().flat_map(|package| ["-p", package]);
    run_program(cargo().args(["build", "--release", "--locked", "--quiet"]).args(packages))?;
    let programs = programs::target_folder()?.join("release");
    crate::process::output(script("bench.mjs", &programs, &web::build()?).args(names))
}

/// Whether everything is there that the scripts need.
fn ready() -> bool {
    if !tools::browser() {
        return false;
    }
    // Exactly what the lock file names, from wherever npm is told to get it.
    let installed = run_program(program("npm").current_dir(root().join(TESTS)).args([
        "ci",
        "--silent",
        "--no-audit",
        "--no-fund",
    ]));
    if let Err(failure) = installed {
        say(&format!("{failure}: the page is not tried in a browser"));
        return false;
    }
    true
}

fn script(name: &str, programs: &Path, page: &Path) -> Command {
    let mut node = program("node");
    node.arg(root().join(TESTS).join(name))
        .env("VERILABEL_PROGRAMS", programs)
        .env("VERILABEL_APP", page)
        .env("VERILABEL_OUT", root().join(OUT));
    node
}
