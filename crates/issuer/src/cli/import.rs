//! `award import` and `product import`.

use std::fmt::Display;
use std::fs::File;
use std::path::PathBuf;

use clap::ValueHint;
use serde_json::json;
use verilabel_issuer::{BatchMode, Decision, ImportReport, ImportTable, TableError};

use super::out::{print, print_json, say};
use super::progress::Progress;
use super::{Exit, Outcome, Session, Trouble};

/// Faults told to a person; all are in JSON.
const TOLD: usize = 200;

#[derive(Debug, clap::Args)]
pub(crate) struct ImportArgs {
    /// The CSV file, with a heading (docs/import.md)
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// Import whatever can be, instead of everything or nothing
    #[arg(long)]
    keep_going: bool,
}

/// Imports a table, and reports on every line that was not.
pub(crate) async fn import<D: Decision<Outcome: Display>>(
    session: &Session,
    args: &ImportArgs,
    what: &'static str,
    read: impl FnOnce(File) -> Result<ImportTable<D>, TableError>,
) -> Outcome {
    let authority = session.open().await?;
    let order = session.order(&authority).await?;
    let path = &args.file;
    let file = File::open(path).map_err(|e| Trouble::file(path, &e))?;
    let table = read(file).map_err(|error| Trouble::Table { path: path.clone(), error })?;
    let mode = if args.keep_going { BatchMode::KeepGoing } else { BatchMode::AllOrNothing };
    let progress = Progress::new(what, table.readable());
    let report = table.carry_out(&authority, &order, mode, |done| progress.at(done)).await?;
    drop(progress);
    if session.json() {
        print_report(&report)?;
    } else {
        tell(&report, what)?;
    }
    Ok(if report.is_clean() { Exit::Good } else { Exit::Refused })
}

fn print_report<T: Display>(report: &ImportReport<T>) -> Result<(), Trouble> {
    let done: Vec<_> =
        report.done.iter().map(|(line, id)| json!({ "line": line, "id": id.to_string() })).collect();
    let report = json!({
        "lines": report.lines,
        "done": done,
        "faults": report.faults,
        "rules_checked": report.rules_checked,
    });
    print_json("import", &report)
}

fn tell<T: Display>(report: &ImportReport<T>, what: &str) -> Result<(), Trouble> {
    for fault in report.faults.iter().take(TOLD) {
        say(&fault.to_string());
    }
    if report.faults.len() > TOLD {
        say(&format!("and {} more; --json has them all", report.faults.len() - TOLD));
    }
    if !report.rules_checked {
        say("the rules were not asked yet: correct these lines first, or give --keep-going");
    }
    let ids = match (report.done.first(), report.done.last()) {
        (Some((_, first)), Some((_, last))) if report.done.len() > 1 => format!(", {first} to {last}"),
        (Some((_, only)), _) => format!(", {only}"),
        _ => String::new(),
    };
    print(&format!("{} of {} {what} imported{ids}", report.done.len(), report.lines))
}
