//! Whatever dies when, nothing that somebody was told is lost, no status entry is used twice, nothing is signed that is
//! not on record, and readers never find anything half-published.
//!
//! Three parts. In the first, a process that awards, approves, mints, suspends and publishes is killed at each of its
//! file-changing system calls in turn, and then, from the start again, each of these calls fails with an I/O error
//! (strace injects both). In the second, the same is done to a verifier that brings its trust pack up to date. In the
//! third, `verilabel-issuer serve` is killed at random moments while clients work.
//! After each, the folder is looked at as verifiers would, taken up again as a restart does, and reconciled; and work
//! goes on. docs/crash.md says what is checked, and what is not.
//!
//! **Invariant:** the harness judges by what callers were told, what verifiers find and what the authority's own
//! interface says, never by its database. That it can find faults is shown by planting some.

#![expect(clippy::print_stderr, clippy::print_stdout, reason = "a program that reports to people")]

mod bench;
mod check;
mod client;
mod day;
mod house;
mod kills;
mod load;
mod plants;
mod points;
mod reader;
mod service;
mod strace;
mod tally;
mod times;
mod told;
mod updates;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use plants::Plant;
use tally::Tally;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Kills the authority, makes its writes fail, and looks what is left.
#[derive(Parser)]
#[command(name = "verilabel-crash")]
struct Args {
    /// Print one line of JSON: points, kills, failures
    #[arg(long)]
    json: bool,
    /// Only every so-manieth point; an odd number takes kills and errors in turns
    #[arg(long, default_value_t = 1)]
    every: usize,
    /// How often the service is killed under load
    #[arg(long, default_value_t = 200)]
    kills: u32,
    /// What is random follows from this number
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only the points with that in their names, such as `fdatasync` or `timestamp.json`
    #[arg(long)]
    only: Option<String>,
    /// Only the updates of a verifier
    #[arg(long)]
    updates: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Does the work that is cut off
    #[command(hide = true)]
    Day {
        /// The authority's folder
        folder: PathBuf,
        /// A fault to show that it is found
        #[arg(long)]
        plant: Option<Plant>,
    },
}

fn main() -> ExitCode {
    let args = Args::parse();
    let outcome = match &args.command {
        Some(Command::Day { folder, plant }) => day::work(folder, *plant).map(|()| true),
        None => all(&args),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            say(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn all(args: &Args) -> Result<bool> {
    let tally = Tally::default();
    let bench = bench::Bench::new()?;
    if !args.updates {
        of_the_authority(args, &bench, &tally)?;
    }
    if args.only.is_none() {
        updates::run(&bench, args.every, args.seed, &tally)?;
    }
    let totals = tally.totals();
    if args.json {
        println!("{}", serde_json::to_string(&totals)?);
    } else {
        println!("{totals}");
    }
    Ok(totals.failures == 0)
}

fn of_the_authority(args: &Args, bench: &bench::Bench, tally: &Tally) -> Result<()> {
    if args.only.is_none() {
        plants::are_found(bench, tally)?;
    }
    points::run(
        bench,
        &points::Choice { every: args.every, seed: args.seed, only: args.only.clone() },
        tally,
    )?;
    kills::run(bench, args.kills, args.seed, tally)
}

/// Says something to whoever watches.
fn say(text: &str) {
    eprintln!("{text}");
}
