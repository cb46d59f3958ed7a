//! `cargo xtask bench`.

use serde_json::Value;

use crate::process::{Failure, Outcome, cargo, run as run_program};
use crate::{page, tools};

/// What Chromium measures (tests/web/bench.mjs).
const OF_THE_PAGE: [&str; 6] = [
    "web-first-transfer",
    "web-first-verdict",
    "web-offline-verdict",
    "web-judge",
    "web-frames",
    "web-memory",
];

/// Builds what is measured as a whole, then runs the measurements.
pub(crate) fn run(name: Option<&str>, json: bool) -> Outcome {
    tools::openssl()?;
    match name {
        Some(name) if OF_THE_PAGE.contains(&name) => of_the_page(&[name], json),
        Some(name) => others(Some(name), json),
        None => {
            others(None, json)?;
            of_the_page(&[], json)
        }
    }
}

fn others(name: Option<&str>, json: bool) -> Outcome {
    // Where they cannot be had, the measurement itself says what it lacks.
    if name.is_none_or(|name| name == "web-serve") {
        tools::load();
    }
    run_program(cargo().args([
        "build",
        "--release",
        "--locked",
        "--quiet",
        "-p",
        "verilabel",
        "-p",
        "verilabel-web",
        "-p",
        "verilabel-bench",
    ]))?;
    let mut bench = cargo();
    bench.args([
        "run",
        "--release",
        "--locked",
        "--quiet",
        "-p",
        "verilabel-bench",
        "--bin",
        "verilabel-bench",
        "--",
    ]);
    bench.args(name);
    if json {
        bench.arg("--json");
    }
    run_program(&mut bench)
}

#[expect(clippy::print_stdout, reason = "these are results")]
fn of_the_page(names: &[&str], json: bool) -> Outcome {
    for line in page::bench(names)?.lines() {
        if json {
            println!("{line}");
            continue;
        }
        let figure: Value =
            serde_json::from_str(line).map_err(|error| Failure(format!("{line}: no figure ({error})")))?;
        let text = |name: &str| figure[name].as_str().unwrap_or_default();
        let ratio = figure["ratio"].as_f64().map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.3}"));
        println!(
            "{:<20} {:>7.1} {:<13} {ratio:>7}  {:<18} {}",
            text("name"),
            figure["value"].as_f64().unwrap_or(f64::NAN),
            text("unit"),
            text("goal"),
            text("against")
        );
    }
    Ok(())
}
