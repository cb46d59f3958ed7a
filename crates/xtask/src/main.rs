//! `cargo xtask`: the project's own commands.
//!
//! **Invariant:** nothing of the product lives here. Commands start programs, and say what they could not get.

mod bench;
mod crash;
mod demo;
mod fuzz;
mod join;
mod openapi;
mod page;
mod process;
mod programs;
mod test;
mod tidy;
mod tools;
mod tuf;
mod vectors;
mod wasm;
mod web;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The project's own commands.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a shelf of specimen boxes and judge their pictures offline
    Demo {
        /// Do not wait for anything at the end
        #[arg(long)]
        once: bool,
        /// Where to put the shelf
        #[arg(long, default_value = "out/demo")]
        out: PathBuf,
    },
    /// Run everything that must hold
    Test {
        /// Leave out the minute of fuzzing per target
        #[arg(long)]
        no_fuzz: bool,
    },
    /// Serve good and hostile repositories, made by python-tuf, to our client
    Tuf,
    /// Build for browsers, and try every vector there
    Wasm,
    /// Build the page that shoppers open
    Web,
    /// Check the rules that compilers do not know
    Tidy,
    /// Write the test vectors anew
    Vectors,
    /// Write the OpenAPI document of the authority's interface anew
    Openapi,
    /// Measure
    Bench {
        /// One measurement; all if not given
        name: Option<String>,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Kill the authority at every file-changing system call and under load, and look what is left
    Crash {
        /// One line of JSON: points, kills, failures
        #[arg(long)]
        json: bool,
    },
    /// Fuzz every parser
    Fuzz {
        /// One target; all if not given
        target: Option<String>,
        /// Seconds for each target
        #[arg(long, default_value_t = 60)]
        seconds: u32,
    },
}

fn main() -> ExitCode {
    let outcome = match Args::parse().command {
        Command::Demo { once, out } => demo::run(once, &out),
        Command::Test { no_fuzz } => test::run(!no_fuzz),
        Command::Tuf => tuf::run(),
        Command::Wasm => wasm::run(),
        Command::Web => web::run(),
        Command::Tidy => tidy::run(),
        Command::Vectors => vectors::run(),
        Command::Openapi => openapi::run(),
        Command::Bench { name, json } => bench::run(name.as_deref(), json),
        Command::Crash { json } => crash::run(json),
        Command::Fuzz { target, seconds } => fuzz::run(target.as_deref(), seconds),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            process::say(&format!("\n{failure}"));
            ExitCode::FAILURE
        }
    }
}
