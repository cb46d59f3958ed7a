//! `cargo xtask bench`: every measurement of the project.
//!
//! A measurement says name, value, unit, what it is measured against, ratio and goal. What is compared is measured
//! in turns in the same run, on one core, by criterion; the ratio is the median over the turns.
//!
//! **Invariant:** nothing here is asserted. Figures are for people, and for whoever compares two of them.

#![expect(clippy::print_stderr, reason = "a program that reports to people")]

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use clap::Parser;

use verilabel_bench::{
    Outcome, approvals, command, load, packs, publishing, reading, report, runs, seals, serving, symbols,
};

/// Measures.
#[derive(Parser)]
#[command(name = "verilabel-bench")]
struct Args {
    /// One measurement; all if not given
    name: Option<String>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    /// Leave out the heading of the table
    #[arg(long, hide = true)]
    no_heading: bool,
    /// Runs one contender of a duel and leaves criterion's estimates in that folder
    #[arg(long, hide = true)]
    contender: Option<PathBuf>,
}

type Measure = fn() -> Outcome;

/// Names and what measures them.
const ALL: [(&str, Measure); 17] = [
    ("verify-es256", seals::verify_es256),
    ("verify-eddsa", seals::verify_eddsa),
    ("mint-es256", seals::mint_es256),
    ("run-es256", runs::run_es256),
    ("import-100k", runs::import_100k),
    ("symbol-version", symbols::versions),
    ("read-12mp", reading::twelve_megapixels),
    ("cli-verify", command::verify),
    ("suspend-1m", publishing::suspend_among_a_million),
    ("approve-sqlite", approvals::approve_sqlite),
    ("load-api", load::load_api),
    ("pack-load", packs::load),
    ("pack-open", packs::open),
    ("pack-transfer", packs::transfer),
    ("pack-daily", packs::daily),
    ("status-100m", packs::hundred_million),
    ("web-serve", serving::serve),
];

fn main() -> ExitCode {
    let args = Args::parse();
    if let (Some(folder), Some(name)) = (&args.contender, &args.name) {
        if name != "load-api" {
            seals::contend(name, folder);
            return ExitCode::SUCCESS;
        }
        return match load::serve(folder) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{name}: {error}");
                ExitCode::FAILURE
            }
        };
    }
    let Some(name) = &args.name else { return measure_all(args.json) };
    let Some((name, measure)) = ALL.iter().find(|(known, _)| known == name) else {
        eprintln!("no such measurement; there are: {}", ALL.map(|(name, _)| name).join(", "));
        return ExitCode::from(2);
    };
    measure_one(name, *measure, &args)
}

fn measure_one(name: &str, measure: Measure, args: &Args) -> ExitCode {
    if !args.json && !args.no_heading {
        report::heading();
    }
    match measure() {
        Ok(measurements) => {
            for measurement in measurements {
                measurement.print(args.json);
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{name}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Each in a process of its own: what one held would else count among the memory of the next.
fn measure_all(json: bool) -> ExitCode {
    if !json {
        report::heading();
    }
    for (name, _) in ALL {
        let run = std::env::current_exe().and_then(|program| {
            let mut command = Command::new(program);
            command.args([name, "--no-heading"]);
            if json {
                command.arg("--json");
            }
            command.status()
        });
        if !run.is_ok_and(|status| status.success()) {
            eprintln!("{name} failed");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
