//! `cargo xtask crash`: the authority is killed, and its writes fail.

use crate::process::{Outcome, cargo, run as run_program};
use crate::tools;

/// Every so-manieth point, and so many kills, of a sample. Kills and errors alternate, so the number is odd.
const SAMPLE: [&str; 4] = ["--every", "25", "--kills", "12"];

/// Every point and all kills.
pub(crate) fn run(json: bool) -> Outcome {
    start(if json { &["--json"] } else { &[] })
}

/// Some points and a few kills, always the same.
pub(crate) fn sample() -> Outcome {
    start(&SAMPLE)
}

fn start(args: &[&str]) -> Outcome {
    const PACKAGES: [&str; 4] = ["-p", "verilabel-crash", "-p", "verilabel-issuer"];
    tools::openssl()?;
    tools::strace()?;
    run_program(cargo().args(["build", "--locked", "--quiet"]).args(PACKAGES))?;
    let run = ["run", "--locked", "--quiet", "-p", "verilabel-crash", "--"];
    run_program(cargo().args(run).args(args))
}
