//! `cargo xtask bench`.

use crate::process::{Outcome, cargo, run as run_program};
use crate::tools;

/// Builds what is measured as a whole, then runs the measurements.
pub(crate) fn run(name: Option<&str>, json: bool) -> Outcome {
    tools::openssl()?;
    run_program(cargo().args([
        "build",
        "--release",
        "--locked",
        "--quiet",
        "-p",
        "verilabel",
        "-p",
        "verilabel-bench",
    ]))?;
    let mut bench = cargo();
    bench.args([
        "run",
        "--release",
        "--locked",
        "--quiet",
        "-p",
        "verilabel-bench",
        "--bin",
        "verilabel-bench",
        "--",
    ]);
    bench.args(name);
    if json {
        bench.arg("--json");
    }
    run_program(&mut bench)
}
