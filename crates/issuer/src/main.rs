//! `verilabel-issuer`: the officers' tool.
//!
//! Results go to standard output, everything else to standard error. Exit codes are an interface: see
//! [`cli::Exit`].

mod cli;

use std::process::ExitCode;

use clap::Parser;
use ring::rand::SystemRandom;
use verilabel_label::Timestamp;

fn main() -> ExitCode {
    cli::run(cli::Args::parse(), now, &random()).into()
}

/// The one place that reads the clock.
#[expect(clippy::disallowed_methods, reason = "a binary reads its clock in one place")]
fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_seconds(seconds).unwrap_or(Timestamp::MAX)
}

/// The one place that makes a generator.
#[expect(clippy::disallowed_methods, reason = "a binary makes its generator once")]
fn random() -> SystemRandom {
    SystemRandom::new()
}
