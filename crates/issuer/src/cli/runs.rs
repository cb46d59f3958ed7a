//! `run`.

use std::fs::File;
use std::io::BufWriter;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::available_parallelism;

use clap::{Args, Subcommand, ValueHint};
use serde_json::json;
use verilabel_issuer::lifecycle::ChangeKind;
use verilabel_issuer::{
    Authority, Clock, CreateRun, LabelId, RunId, RunRecord, RunSymbols, Serials, Signers, SymbolFile,
    UnitRange, WriteRun,
};
use verilabel_label::{Gtin, LabelNumber, Serial};
use verilabel_symbol::draw::Fonts;

use super::changes::{Why, propose};
use super::labels::say_standing;
use super::out::{Table, print, print_json, say};
use super::print::PrintArgs;
use super::progress::Progress;
use super::{Exit, Outcome, Session, Trouble};

const PAGE: u32 = 1_000;

#[derive(Debug, Subcommand)]
pub(crate) enum RunCommand {
    /// Put a run on record, and write its links if a file is named
    Create(CreateArgs),
    /// Write the links of a run to a CSV file, or go on where writing stopped
    Write {
        /// The run
        run: RunId,
        /// The CSV file
        #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
        out: PathBuf,
    },
    /// Draw the symbols of some units, with the links of the run's CSV file
    Symbols(SymbolArgs),
    /// List runs
    List {
        /// Only those of that label
        #[arg(long)]
        label: Option<LabelNumber>,
    },
    /// Propose to withdraw some units of a run
    Withdraw(WithdrawArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// The label of the units
    #[arg(long, value_name = "NUMBER")]
    label: LabelNumber,
    /// Their GTIN; the label's own if not given
    #[arg(long)]
    gtin: Option<Gtin>,
    /// How many units
    #[arg(long, value_name = "N")]
    count: u32,
    #[command(flatten)]
    serials: SerialArgs,
    /// Write the links to that CSV file
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    out: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct SerialArgs {
    /// The first serial number: its final digits count up
    #[arg(long, value_name = "SERIAL")]
    first: Option<Serial>,
    /// Serial numbers that nobody can foretell
    #[arg(long)]
    random: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SymbolArgs {
    /// The run
    run: RunId,
    /// The run's CSV file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    links: PathBuf,
    /// The first unit, from 0
    #[arg(long, value_name = "UNIT", default_value_t = 0)]
    first: u32,
    /// How many units; all that are left if not given
    #[arg(long, value_name = "N")]
    count: Option<u32>,
    #[command(flatten)]
    kind: KindArgs,
    #[command(flatten)]
    print: PrintArgs,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct KindArgs {
    /// A ZIP archive with an SVG file for each box
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    zip: Option<PathBuf>,
    /// A PDF file of A4 sheets with cut marks
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    sheet: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct WithdrawArgs {
    /// The run
    run: RunId,
    #[command(flatten)]
    which: WhichArgs,
    /// How many units from there on
    #[arg(long, value_name = "N", default_value_t = 1)]
    count: u32,
    #[command(flatten)]
    why: Why,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct WhichArgs {
    /// The first unit, from 0
    #[arg(long, value_name = "UNIT")]
    first: Option<u32>,
    /// The serial number of the first unit
    #[arg(long)]
    serial: Option<Serial>,
}

pub(crate) async fn run(session: &Session, command: RunCommand) -> Outcome {
    let authority = session.open().await?;
    match command {
        RunCommand::Create(args) => create(session, &authority, args).await,
        RunCommand::Write { run, out } => write(session, &authority, run, &out).await,
        RunCommand::Symbols(args) => symbols(session, &authority, args).await,
        RunCommand::List { label } => list(session, &authority, label).await,
        RunCommand::Withdraw(args) => withdraw(session, &authority, args).await,
    }
}

async fn create(session: &Session, authority: &Authority, args: CreateArgs) -> Outcome {
    if args.out.is_some() {
        // A missing passphrase is to be said before anything is on record.
        session.passphrase()?;
    }
    let gtin = match args.gtin {
        Some(gtin) => gtin,
        None => authority.award(authority.label(&args.label).await?.award).await?.draft.award.gtin,
    };
    let serials = args.serials.first.map_or(Serials::Scattered, Serials::Consecutive);
    let create = CreateRun { label: args.label, gtin, serials, units: args.count };
    let record = session.decide(authority, create).await?;
    if session.json() {
        print_json("run", &record)?;
    } else {
        print(&record.id.to_string())?;
        say(&format!("{} units of GTIN {gtin} are on record, by key {}", record.units, record.key));
    }
    say_standing(session, authority, &authority.label_by_id(record.label).await?, record.award).await?;
    match args.out {
        Some(out) => write(session, authority, record.id, &out).await,
        None => Ok(Exit::Good),
    }
}

/// Writes what is missing. Each block is on record before it is signed.
async fn write(session: &Session, authority: &Authority, id: RunId, out: &Path) -> Outcome {
    let actor = session.actor(authority).await?;
    let signers: Arc<dyn Signers> = session.keystore(authority)?;
    let units = authority.run(id).await?.units;
    let progress = Progress::new("links", as_usize(units));
    let write = WriteRun { run: id, actor, path: out.to_owned(), cores: cores() };
    let at = move |done| progress.at(as_usize(done));
    let before = authority.write_run(write, signers, &Clock::new(session.clock()), at).await?;
    let resumed = if before > 0 { format!(", {before} of them before") } else { String::new() };
    say(&format!("{} has all {units} links{resumed}", out.display()));
    Ok(Exit::Good)
}

async fn symbols(session: &Session, authority: &Authority, args: SymbolArgs) -> Outcome {
    let plan = authority.run_plan(args.run).await?;
    let RunRecord { label, award, .. } = plan.record();
    say_standing(session, authority, &authority.label_by_id(*label).await?, *award).await?;
    let issuer = authority.issuer().await?;
    let register = Arc::clone(authority.register());
    let end = match args.count {
        Some(count) => args.first.saturating_add(count),
        None => plan.record().units.max(args.first),
    };
    let drawn = tokio::task::spawn_blocking(move || {
        let artwork = args.print.artwork(issuer.notice.as_deref())?;
        let fonts = Fonts::default();
        let symbols = RunSymbols { plan: &plan, artwork: &artwork, register: &register, fonts: &fonts };
        let (kind, out) = match (args.kind.zip, args.kind.sheet) {
            (Some(zip), _) => (SymbolFile::Zip, zip),
            (None, sheet) => (SymbolFile::Sheet, sheet.unwrap_or_default()),
        };
        let units = args.first..end;
        let progress = Progress::new("symbols", as_usize(end.saturating_sub(args.first)));
        // It has its name when it is whole.
        let begun = out.with_added_extension("part");
        let file = BufWriter::new(File::create(&begun).map_err(|e| Trouble::file(&begun, &e))?);
        let at = |done| progress.at(as_usize(done));
        let written = symbols.write(kind, (&args.links, units), cores(), file, &at).map_err(Trouble::from);
        let named = written.and_then(|()| std::fs::rename(&begun, &out).map_err(|e| Trouble::file(&out, &e)));
        if named.is_err() {
            let _ = std::fs::remove_file(&begun);
        }
        named
    });
    drawn.await.map_err(|e| Trouble::System(e.to_string()))??;
    Ok(Exit::Good)
}

async fn list(session: &Session, authority: &Authority, label: Option<LabelNumber>) -> Outcome {
    let label: Option<LabelId> = match label {
        Some(number) => Some(authority.label(&number).await?.id),
        None => None,
    };
    let mut runs: Vec<(RunRecord, LabelNumber)> = Vec::new();
    let mut after = RunId::new(0);
    loop {
        let page = authority.runs(label, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        for run in page {
            let number = authority.label_by_id(run.label).await?.number;
            runs.push((run, number));
        }
    }
    if session.json() {
        let runs: Vec<_> =
            runs.iter().map(|(run, number)| json!({ "record": run, "number": number })).collect();
        print_json("runs", &runs)?;
        return Ok(Exit::Good);
    }
    let mut table = Table::with(["id", "label", "gtin", "units", "serials", "key", "issued", "written"]);
    for (run, number) in &runs {
        let serials = match &run.serials {
            Serials::Consecutive(first) => format!("from {first}"),
            Serials::Scattered => "random".to_owned(),
        };
        table.row([
            run.id.to_string(),
            number.to_string(),
            run.gtin.to_string(),
            run.units.to_string(),
            serials,
            run.key.clone(),
            run.issued_at.date().to_string(),
            run.written.to_string(),
        ]);
    }
    table.print()?;
    Ok(Exit::Good)
}

async fn withdraw(session: &Session, authority: &Authority, args: WithdrawArgs) -> Outcome {
    let record = authority.run(args.run).await?;
    let number = authority.label_by_id(record.label).await?.number;
    let first = match (args.which.first, &args.which.serial) {
        (Some(first), _) => first,
        (None, Some(serial)) => authority.unit_of(args.run, serial).await?.ok_or_else(|| {
            Trouble::Usage(format!("run {} has no unit with serial number {serial}", args.run))
        })?,
        (None, None) => 0,
    };
    let range = UnitRange { run: args.run, first, units: args.count };
    propose(session, number, (ChangeKind::WithdrawUnits, Some(range)), args.why).await
}

fn cores() -> NonZeroUsize {
    available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

fn as_usize(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
