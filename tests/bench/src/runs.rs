//! Writing runs of unit labels, and importing awards.

use std::fmt::Write;
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Instant;

use ring::rand::SystemRandom;
use tokio::runtime::Runtime;
use verilabel_issuer::lifecycle::Draft;
use verilabel_issuer::{
    Actor, AddKey, AddUser, ApproveAward, Authority, BatchMode, CreateRun, Decision, ImportTable, Order,
    PrepareAward, Role, RunPlan, Serials, Setup, User,
};
use verilabel_label::{Gtin, Timestamp};
use verilabel_recognition::Register;
use verilabel_trust::Purpose;
use verilabel_wire::{Algorithm, Sign};

use crate::Outcome;
use crate::duel::{self, fight};
use crate::fixture::Fixture;
use crate::report::Measurement;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Units and signatures of one turn.
pub(crate) const TURN: u32 = 256;
/// Units of the run whose memory is measured; the last of them are written.
const LONG: u32 = 10_000_000;
const WRITTEN: u32 = 500_000;
/// Lines of the table.
const LINES: u32 = 100_000;

/// Links of a run.
pub fn run_es256() -> Outcome {
    let duel = fight("run-units", "sign-units")?;
    let (memory, rate) = long_run()?;
    Ok(vec![
        Measurement {
            name: "run-es256",
            value: 1e9 * f64::from(TURN) / duel.ours,
            unit: "links/s/core",
            against: "ring's bare ES256 signatures; lines of CSV, status entries and serials included"
                .to_owned(),
            ratio: Some(duel.ratio),
            goal: "ratio >= 0.8".to_owned(),
        },
        Measurement {
            name: "run-es256",
            value: rate,
            unit: "links/s",
            against: format!("the last {WRITTEN} of a run of {LONG} units, on all cores"),
            ratio: None,
            goal: "stated".to_owned(),
        },
        Measurement {
            name: "run-es256",
            value: memory,
            unit: "MiB",
            against: format!("the most memory that it held; a run of {LONG} units"),
            ratio: None,
            goal: "<= 64".to_owned(),
        },
    ])
}

/// Awards from a table.
pub fn import_100k() -> Outcome {
    let house = House::open()?;
    let table = table(LINES)?;
    let start = Instant::now();
    let report = house.runtime.block_on(async {
        let table = ImportTable::awards(table.as_bytes())?;
        let order = Order { actor: house.officer.clone(), at: house.now };
        Ok::<_, Box<dyn std::error::Error>>(
            table.carry_out(&house.authority, &order, BatchMode::AllOrNothing, |_| {}).await?,
        )
    })?;
    let seconds = start.elapsed().as_secs_f64();
    if let Some(fault) = report.faults.first() {
        return Err(fault.to_string().into());
    }
    Ok(vec![Measurement {
        name: "import-100k",
        value: seconds,
        unit: "s",
        against: format!("{} awards as drafts, in one transaction on SQLite", report.done.len()),
        ratio: None,
        goal: "< 60".to_owned(),
    }])
}

/// A table of awards.
fn table(lines: u32) -> Result<String> {
    let mut table = String::from(
        "number,scheme,specification,level,awarded,valid_until,gtin,category,brand,models,manufacturer\n",
    );
    for n in 1..=lines {
        let gtin = gtin(n)?;
        writeln!(
            table,
            "CSA/220729/{n},sg.cls-iot,1.4,3,2026-07-23,2029-07-22,{gtin},hub,Lumora,Hub {n},Lumora Devices Pte Ltd"
        )?;
    }
    Ok(table)
}

fn gtin(n: u32) -> Result<Gtin> {
    let digits = format!("0952{n:09}0");
    Gtin::complete(digits.as_bytes().try_into()?).ok_or_else(|| "no GTIN".into())
}

/// Runs one contender, in a process of its own.
pub(crate) fn contend(name: &str, folder: &Path) -> Result<()> {
    let house = House::open()?;
    let key = &house.fixture.key;
    match name {
        "run-units" => {
            let plan = house.plan(TURN)?;
            duel::run(name, folder, || {
                plan.write_links(0..TURN, key, NonZeroUsize::MIN, |_, _| Ok(())).is_ok()
            });
        }
        "run-memory" => {
            let plan = house.plan(LONG)?;
            let cores = available_parallelism().unwrap_or(NonZeroUsize::MIN);
            let start = Instant::now();
            plan.write_links(LONG - WRITTEN..LONG, key, cores, |_, _| Ok(()))?;
            let rate = f64::from(WRITTEN) / start.elapsed().as_secs_f64();
            let usage = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_SELF)?;
            let memory = f64::from(u32::try_from(usage.max_rss())?) / 1_024.0;
            fs::write(folder.join("figures"), format!("{memory} {rate}"))?;
        }
        _ => return Err("no such contender".into()),
    }
    Ok(())
}

/// MiB, and links in a second on all cores.
fn long_run() -> Result<(f64, f64)> {
    let folder = tempfile::tempdir()?;
    let mut command = Command::new(std::env::current_exe()?);
    let status = command.args(["run-memory", "--contender"]).arg(folder.path()).status()?;
    if !status.success() {
        return Err("the long run could not be measured".into());
    }
    let figures = fs::read_to_string(folder.path().join("figures"))?;
    let (memory, rate) = figures.split_once(' ').ok_or("no figures")?;
    Ok((memory.parse()?, rate.parse()?))
}

/// An authority on SQLite, with people and a key.
struct House {
    runtime: Runtime,
    fixture: Fixture,
    authority: Authority,
    officer: Actor,
    now: Timestamp,
    _folder: tempfile::TempDir,
}

impl House {
    fn open() -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let fixture = Fixture::new(Algorithm::Es256)?;
        let folder = tempfile::tempdir()?;
        let (now, random) = (fixture.now, SystemRandom::new());
        let setup = Setup::new(fixture.issuer()?);
        let register = Arc::new(Register::published()?.clone());
        let (authority, officer) = runtime.block_on(async {
            let authority =
                Authority::init(&folder.path().join("desk"), &setup, register, now, &random).await?;
            let officer = user(&authority, "officer", Role::Officer, now).await?;
            let key = fixture.key.key().clone();
            let purposes = vec![Purpose::Seal, Purpose::Status];
            let system = Order { actor: Actor::System, at: now };
            authority.decide(system, AddKey { key, purposes, from: now, retires: None }).await?;
            Ok::<_, Box<dyn std::error::Error>>((authority, officer))
        })?;
        Ok(Self { runtime, fixture, authority, officer, now, _folder: folder })
    }

    /// A run of a label that was approved.
    fn plan(&self, units: u32) -> Result<RunPlan> {
        let award = &self.fixture.award;
        self.runtime.block_on(async {
            let approver = user(&self.authority, "approver", Role::Approver, self.now).await?;
            let draft = Draft::of(award.clone());
            let prepared = self.decide(&self.officer, PrepareAward { draft }).await?;
            self.decide(&approver, ApproveAward { award: prepared, expected: None }).await?;
            let serials = Serials::Consecutive("LX-00000000".parse()?);
            let create = CreateRun { label: award.number.clone(), gtin: award.gtin, serials, units };
            let run = self.decide(&self.officer, create).await?;
            Ok(self.authority.run_plan(run.id).await?)
        })
    }

    async fn decide<D: Decision>(&self, actor: &Actor, decision: D) -> Result<D::Outcome> {
        Ok(self.authority.decide(Order { actor: actor.clone(), at: self.now }, decision).await?)
    }
}

async fn user(authority: &Authority, name: &str, role: Role, now: Timestamp) -> Result<Actor> {
    let add = AddUser { name: name.to_owned(), external: None, roles: [role].into() };
    let id = authority.decide(Order { actor: Actor::System, at: now }, add).await?;
    Ok(Actor::User(User { id, name: name.to_owned(), roles: [role].into() }))
}
