//! `cargo xtask demo`.

use std::path::Path;

use crate::process::{Outcome, cargo, program, run as run_program, say};
use crate::{programs, tools, web};

const PACKAGES: [&str; 8] =
    ["-p", "verilabel", "-p", "verilabel-issuer", "-p", "verilabel-shelf", "-p", "verilabel-web"];

pub(crate) fn run(once: bool, out: &Path) -> Outcome {
    tools::openssl()?;
    say("building (a few minutes the first time)");
    run_program(cargo().args(["build", "--release", "--locked", "--quiet"]).args(PACKAGES))?;
    let mut demo = program(programs::target_folder()?.join("release/verilabel-demo"));
    demo.arg("--out").arg(std::path::absolute(out)?);
    match web::build() {
        Ok(page) => {
            demo.arg("--app").arg(page);
        }
        Err(failure) => say(&format!("the page is left out: {failure}")),
    }
    if once {
        demo.arg("--once");
    }
    run_program(&mut demo)
}
