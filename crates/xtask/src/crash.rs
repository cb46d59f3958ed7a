//! `cargo xtask crash`: the authority is killed, and its writes fail.

use crate::process::{Outcome, program, run as run_program};
use crate::{programs, tools};

/// Every so-manieth point, and so many kills, of a sample. Kills and errors alternate, so the number is odd.
const SAMPLE: [&str; 4] = ["--every", "25", "--kills", "12"];

/// Every point and all kills.
pub(crate) fn run(json: bool) -> Outcome {
    start(if json { &["--json"] } else { &[] })
}

/// Some points and a few kills; the same each time, but for what calls that come now and then shift.
pub(crate) fn sample() -> Outcome {
    start(&SAMPLE)
}

fn start(args: &[&str]) -> Outcome {
    tools::openssl()?;
    tools::strace()?;
    run_program(program(programs::built()?.join("verilabel-crash")).args(args))
}
