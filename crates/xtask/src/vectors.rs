//! `cargo xtask vectors`.

use crate::process::{Outcome, cargo, run as run_program};

pub(crate) fn run() -> Outcome {
    run_program(cargo().args([
        "run",
        "--quiet",
        "--locked",
        "-p",
        "verilabel-vectors",
        "--",
        "tests/vectors",
    ]))
}
