//! Prints how many allocations one verdict takes. A program of its own, because counting slows everything down.

#![expect(clippy::print_stdout, reason = "a program that reports to another")]

use std::process::ExitCode;

use verilabel_bench::seals::Verdicts;
use verilabel_wire::Algorithm;

fn main() -> ExitCode {
    let Ok(verdicts) = Verdicts::new(Algorithm::Es256) else { return ExitCode::FAILURE };
    // The first verdict opens the status list.
    let _ = verdicts.run();
    let counted = allocation_counter::measure(|| {
        let _ = verdicts.run();
    });
    println!("{}", counted.count_total);
    ExitCode::SUCCESS
}
