//! `cargo xtask demo`.

use std::path::Path;

use crate::process::{Outcome, cargo, program, root, run as run_program, say};
use crate::tools;

const PACKAGES: [&str; 6] = ["-p", "verilabel", "-p", "verilabel-issuer", "-p", "verilabel-shelf"];

pub(crate) fn run(once: bool, out: &Path) -> Outcome {
    tools::openssl()?;
    say("building (a few minutes the first time)");
    run_program(cargo().args(["build", "--release", "--locked", "--quiet"]).args(PACKAGES))?;
    let mut demo = program(root().join("target/release/verilabel-demo"));
    demo.arg("--out").arg(std::path::absolute(out)?);
    if once {
        demo.arg("--once");
    }
    run_program(&mut demo)
}
