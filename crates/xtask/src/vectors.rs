//! `cargo xtask vectors`.

use crate::process::{Outcome, program, run as run_program};
use crate::programs;

pub(crate) fn run() -> Outcome {
    run_program(program(programs::built()?.join("verilabel-vectors")).arg("tests/vectors"))
}
