//! `cargo xtask test`: everything that must hold.

use std::time::{Duration, Instant};

use verilabel_postgres::Server;

use crate::process::{Failure, Outcome, cargo, program, run as run_program, say, works};
use crate::{crash, fuzz, page, programs, tidy, tools, tuf, vectors, wasm};

/// Seconds of fuzzing for each target.
const FUZZ_SECONDS: u32 = 60;

pub(crate) fn run(with_fuzz: bool) -> Outcome {
    tools::openssl()?;
    let mut report = Report::default();
    report.step("format", || run_program(cargo().args(["fmt", "--all", "--check"])))?;
    report.step("tidy", tidy::run)?;
    report.step("clippy", || {
        let clippy =
            ["clippy", "--workspace", "--all-targets", "--locked", "--quiet", "--", "-D", "warnings"];
        run_program(cargo().args(clippy))
    })?;
    report.step("tests", tests)?;
    report.step("doc tests", || {
        run_program(cargo().args(["test", "--workspace", "--doc", "--locked", "--quiet"]))
    })?;
    report.step("documentation", || {
        run_program(
            cargo()
                .args(["doc", "--workspace", "--no-deps", "--locked", "--quiet"])
                .env("RUSTDOCFLAGS", "-D warnings"),
        )
    })?;
    report.step("vectors", vectors_are_current)?;
    report.step("tuf", tuf::run)?;
    report.step("wasm", wasm::run)?;
    report.step("page", page::test)?;
    report.step("dependencies", dependencies)?;
    report.step("crashes", crash::sample)?;
    if with_fuzz {
        report.step("fuzz", || fuzz::run(None, FUZZ_SECONDS))?;
    }
    report.print();
    Ok(())
}

fn tests() -> Outcome {
    let server = postgres()?;
    let mut command = cargo();
    command.env("VERILABEL_PROGRAMS", programs::built()?);
    // Each test takes a database of its own on this server.
    command.env("VERILABEL_TEST_POSTGRES", server.url("postgres"));
    run_program(if tools::cargo_tool("cargo-nextest", "0.9.143") {
        command.args(["nextest", "run", "--workspace", "--locked", "--no-fail-fast"])
    } else {
        command.args(["test", "--workspace", "--tests", "--locked", "--quiet", "--no-fail-fast"])
    })
}

/// A PostgreSQL server for the run, from Debian's package, which is installed if need be.
fn postgres() -> Result<Server, Failure> {
    Server::start().or_else(|_| {
        tools::apt(&["postgresql"])?;
        Server::start().map_err(|error| Failure(error.to_string()))
    })
}

/// The generator must write what is checked in.
fn vectors_are_current() -> Outcome {
    vectors::run()?;
    let changed =
        crate::process::output(program("git").args(["status", "--porcelain", "--", "tests/vectors"]))?;
    if changed.is_empty() {
        return Ok(());
    }
    Err(Failure(format!("the vectors checked in are not those that are generated:\n{changed}")))
}

fn dependencies() -> Outcome {
    if tools::cargo_tool("cargo-deny", "0.20.2") {
        run_program(cargo().args(["deny", "--all-features", "check", "bans", "licenses", "sources"]))?;
        if works(cargo().args(["deny", "fetch", "db"])) {
            run_program(cargo().args(["deny", "--all-features", "check", "advisories"]))?;
        } else {
            say("could not get the advisory database: advisories are left out");
        }
    }
    if tools::cargo_tool("cargo-machete", "0.9.2") {
        run_program(cargo().arg("machete"))?;
    }
    Ok(())
}

#[derive(Default)]
struct Report {
    steps: Vec<(&'static str, Duration)>,
}

impl Report {
    #[expect(
        clippy::disallowed_methods,
        reason = "how long a step takes is told to people, and tests nothing"
    )]
    fn step(&mut self, name: &'static str, step: impl FnOnce() -> Outcome) -> Outcome {
        say(&format!("\n== {name}"));
        let start = Instant::now();
        step().map_err(|failure| Failure(format!("{name}: {failure}")))?;
        self.steps.push((name, start.elapsed()));
        Ok(())
    }

    fn print(&self) {
        say("");
        for (name, duration) in &self.steps {
            say(&format!("{name:<16} {:>5} s", duration.as_secs()));
        }
        say("all passed");
    }
}
