//! Trust packs of the size of a nation: loading, opening, transfer.

use std::collections::BTreeMap;
use std::fs;
use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use verilabel_trust::{
    ArchiveRepository, Client, Expiry, MemoryStore, RepositoryFile, TrustPack, write_archive,
};
use verilabel_wire::{StatusListToken, sign_status_list};

use crate::Outcome;
use crate::command::{program, time};
use crate::nation::{Nation, sparse};
use crate::report::{Measurement, median};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const RUNS: usize = 11;
const NATION: &str = "10,000 labels, 20 issuers, 40 arrangements, 4 lists of 2²⁰ entries with 0.5 % set";

/// From the bytes of a pack file to everything verified and read; and the memory of a process that does it.
pub fn load() -> Outcome {
    let nation = Nation::new()?;
    let bytes = write_archive(&nation.files()?)?;
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        black_box(read_whole(&nation, &bytes)?);
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("nation.tar.gz");
    fs::write(&file, &bytes)?;
    // It opens every list, and verifies one label of the issuer with the most records.
    let home = folder.path().join("home");
    let at = nation.now().to_string();
    for arguments in [&["pack", "info"][..], &["verify", &nation.fixture.link]] {
        let mut command = Command::new(program()?);
        time(command.env("VERILABEL_HOME", &home).args(arguments).args(["--at", &at, "--pack"]).arg(&file))?;
    }
    let usage = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_CHILDREN)?;
    let memory = f64::from(u32::try_from(usage.max_rss())?) / 1_024.0;
    Ok(vec![
        figure(
            "pack-load",
            median(times),
            "ms",
            format!("file to pack, lists and records read; {NATION}"),
            "<= 150",
        ),
        figure(
            "pack-load",
            memory,
            "MiB",
            "the most that `pack info` or `verify` held of it".to_owned(),
            "<= 64",
        ),
    ])
}

fn read_whole(nation: &Nation, bytes: &[u8]) -> Result<TrustPack> {
    let repository = ArchiveRepository::read(bytes)?;
    let root =
        verilabel_trust::Repository::metadata(&repository, "1.root.json", 1 << 20)?.ok_or("no root")?;
    let mut client = Client::open(MemoryStore::default(), &root)?;
    let accepted = client.update(&repository, nation.now(), Expiry::Refuse)?;
    let pack = TrustPack::open(accepted, &repository)?;
    for issuer in pack.issuers() {
        black_box(pack.product(issuer, &nation.fixture.award.number));
    }
    for (id, list) in pack.status_lists() {
        let issuer = pack.issuers().iter().find(|issuer| issuer.id == *id).ok_or("no issuer")?;
        black_box(pack.status_list(issuer, list)?);
    }
    Ok(pack)
}

/// `verilabel verify` with that pack imported, start included.
pub fn open() -> Outcome {
    let nation = Nation::new()?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("nation.tar.gz");
    fs::write(&file, write_archive(&nation.files()?)?)?;
    let home = folder.path().join("home");
    let program = program()?;
    // The import reads the clock.
    time(Command::new(&program).env("VERILABEL_HOME", &home).args(["pack", "import"]).arg(&file))?;
    let (mut starts, mut times) = (Vec::new(), Vec::new());
    for _ in 0..2 * RUNS {
        starts.push(time(Command::new(&program).arg("--version"))?);
        let mut verify = Command::new(&program);
        verify.env("VERILABEL_HOME", &home).args(["verify", &nation.fixture.link]);
        times.push(time(verify.args(["--at", &nation.now().to_string()]))?);
    }
    let (start, all) = (median(starts), median(times));
    let mut figure =
        figure("pack-open", all, "ms", format!("starting the program; one label, {NATION}"), "<= 20");
    figure.ratio = Some(all / start);
    Ok(vec![figure])
}

/// The pack as one file.
pub fn transfer() -> Outcome {
    let bytes = write_archive(&Nation::new()?.files()?)?;
    Ok(vec![figure("pack-transfer", kilobytes(bytes.len())?, "kB", format!("one file; {NATION}"), "<= 1500")])
}

/// What an update fetches after a day.
pub fn daily() -> Outcome {
    let mut figures = Vec::new();
    let days = [
        (0, "every list made anew, 80 entries set", "<= 60"),
        (30, "the same, and 30 new labels of an issuer of 500", "stated"),
    ];
    for (new_labels, what, goal) in days {
        let mut nation = Nation::new()?;
        let before: BTreeMap<String, Vec<u8>> = nation.files()?.into_iter().collect();
        nation.pass_a_day(new_labels)?;
        let fetched = nation.files()?.into_iter().filter(|(path, bytes)| before.get(path) != Some(bytes));
        let bytes: usize = fetched.map(|(_, bytes): RepositoryFile| bytes.len()).sum();
        figures.push(figure("pack-daily", kilobytes(bytes)?, "kB", what.to_owned(), goal));
    }
    Ok(figures)
}

/// The lists of 10⁸ entries, one in a thousand set.
pub fn hundred_million() -> Outcome {
    let nation = Nation::new()?;
    let mut bytes = 0;
    let (mut left, mut number) = (100_000_000_u32, 0_u32);
    while left > 0 {
        number += 1;
        let entries = left.min(1 << 24);
        left -= entries;
        let token = StatusListToken {
            subject: format!("https://label.example.sg/status/{number}"),
            issued_at: nation.now(),
            expires: Some(nation.now().plus_seconds(604_800)),
            time_to_live: None,
            list: sparse(entries, entries / 1_000, u64::from(number))?,
        };
        bytes += sign_status_list(&token, &nation.fixture.key)?.len();
    }
    let what = format!("{number} lists of up to 2²⁴ entries, 0.1 % set at random");
    Ok(vec![figure("status-100m", kilobytes(bytes)?, "kB", what, "<= 300")])
}

fn figure(name: &'static str, value: f64, unit: &'static str, against: String, goal: &str) -> Measurement {
    Measurement { name, value, unit, against, ratio: None, goal: goal.to_owned() }
}

fn kilobytes(bytes: usize) -> Result<f64> {
    Ok(f64::from(u32::try_from(bytes)?) / 1_000.0)
}
