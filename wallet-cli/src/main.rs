//! `verilabel`: verifies cybersecurity labels offline.
//!
//! Results go to standard output, everything else to standard error. Exit codes are an interface: see
//! [`exit::Exit`].
//!
//! **Invariant:** no check is made here. The verdict is `verilabel-verify`'s; this crate reads inputs, keeps
//! trust packs, and shows results.

mod args;
mod card;
mod diff;
mod exit;
mod input;
mod kept;
mod pack;
mod register;
mod show;
mod store;
mod trouble;
mod tuf;
mod verify;

use std::process::ExitCode;

use clap::Parser;
use verilabel_label::Timestamp;

use crate::args::{Args, Command};
use crate::exit::Exit;
use crate::trouble::Trouble;

fn main() -> ExitCode {
    let args = Args::parse();
    let outcome = match args.command {
        Command::Verify(args) => verify::run(&args, now()),
        Command::Show(args) => show::run(&args),
        Command::Pack(command) => pack::run(&command, now()),
        Command::Register(command) => register::run(&command, now()),
        Command::Completions { shell } => args::completions(shell),
        Command::Man => args::man(),
    };
    match outcome {
        Ok(exit) => exit.into(),
        // Whoever reads our output may stop reading: nothing to say, and nothing that could be called good.
        Err(Trouble::ClosedPipe) => Exit::Trouble.into(),
        Err(trouble) => {
            trouble.report();
            trouble.exit().into()
        }
    }
}

/// The one place that reads the clock.
#[expect(clippy::disallowed_methods, reason = "a binary reads its clock once")]
fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_seconds(seconds).unwrap_or(Timestamp::MAX)
}
