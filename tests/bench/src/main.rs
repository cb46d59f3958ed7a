//! `cargo xtask bench`: every measurement of the project.
//!
//! A measurement says name, value, unit, what it is measured against, ratio and goal. What is compared is measured
//! in turns in the same run, on one core, by criterion; the ratio is the median over the turns.
//!
//! **Invariant:** nothing here is asserted. Figures are for people, and for whoever compares two of them.

#![expect(clippy::print_stderr, reason = "a program that reports to people")]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use verilabel_bench::{Outcome, command, publishing, reading, report, seals, symbols};

/// Measures.
#[derive(Parser)]
#[command(name = "verilabel-bench")]
struct Args {
    /// One measurement; all if not given
    name: Option<String>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    /// Runs one contender of a duel and leaves criterion's estimates in that folder
    #[arg(long, hide = true)]
    contender: Option<PathBuf>,
}

type Measure = fn() -> Outcome;

/// Names and what measures them.
const ALL: [(&str, Measure); 7] = [
    ("verify-es256", seals::verify_es256),
    ("verify-eddsa", seals::verify_eddsa),
    ("mint-es256", seals::mint_es256),
    ("symbol-version", symbols::versions),
    ("read-12mp", reading::twelve_megapixels),
    ("cli-verify", command::verify),
    ("suspend-1m", publishing::suspend_among_a_million),
];

fn main() -> ExitCode {
    let args = Args::parse();
    if let (Some(folder), Some(name)) = (&args.contender, &args.name) {
        seals::contend(name, folder);
        return ExitCode::SUCCESS;
    }
    let chosen: Vec<_> =
        ALL.iter().filter(|(name, _)| args.name.as_deref().is_none_or(|wanted| wanted == *name)).collect();
    if chosen.is_empty() {
        eprintln!("no such measurement; there are: {}", ALL.map(|(name, _)| name).join(", "));
        return ExitCode::from(2);
    }
    if !args.json {
        report::heading();
    }
    for (name, measure) in chosen {
        match measure() {
            Ok(measurements) => measurements.iter().for_each(|m| m.print(args.json)),
            Err(error) => {
                eprintln!("{name}: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
