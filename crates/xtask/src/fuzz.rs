//! `cargo xtask fuzz`: libFuzzer on the stable toolchain.
//!
//! rustc has LLVM's coverage pass instrument all Rust code, as cargo-fuzz has it do. Sanitizers are left out:
//! stable has none, and code without `unsafe` needs them least. Overflows and failed assertions are findings.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::thread;

use serde_json::Value;

use crate::process::{Failure, Outcome, cargo, output, program, root, run as run_program, say};
use crate::tools;

const FLAGS: [&str; 9] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cllvm-args=-simplifycfg-branch-fold-threshold=0",
    "-Cdebug-assertions",
    "-Coverflow-checks",
    "--cfg=fuzzing",
];

/// Longest input in bytes of a target that says nothing else in `tests/fuzz/Cargo.toml`.
const MAX_LEN: u64 = 4_096;

pub(crate) fn run(target: Option<&str>, seconds: u32) -> Outcome {
    let manifest = root().join("tests/fuzz/Cargo.toml");
    let targets = targets(&manifest, target)?;
    // The issuing authority's keystore.
    tools::openssl()?;
    // libFuzzer itself.
    tools::cpp()?;
    let place = Place::new()?;
    say(&format!("building fuzz targets: {}", targets.len()));
    place.build(&manifest, &targets)?;

    let queue = Mutex::new(targets.into_iter());
    let findings = Mutex::new(Vec::new());
    // A function of its own, so that the lock is not held while the target runs.
    let next = || lock(&queue).next();
    let work = || {
        while let Some(target) = next() {
            match place.fuzz(&target, seconds) {
                Ok(reached) => say(&format!("{:<12} {reached}", target.name)),
                Err(failure) => {
                    say(&failure.0);
                    lock(&findings).push(target.name);
                }
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    match &lock(&findings)[..] {
        [] => Ok(()),
        names => Err(Failure(format!("fuzzing found something in {}: see above", names.join(", ")))),
    }
}

struct Target {
    name: String,
    max_len: u64,
}

/// The target of that name, or all.
fn targets(manifest: &Path, wanted: Option<&str>) -> Result<Vec<Target>, Failure> {
    let mut metadata = cargo();
    metadata.args(["metadata", "--no-deps", "--format-version", "1", "--locked", "--manifest-path"]);
    let text = output(metadata.arg(manifest))?;
    let metadata: Value = serde_json::from_str(&text).map_err(|e| Failure(format!("cargo metadata: {e}")))?;
    let package = &metadata["packages"][0];
    let all: Vec<&str> = package["targets"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|target| target["kind"][0] == "bin")
        .filter_map(|target| target["name"].as_str())
        .collect();
    let target = |name: &str| {
        let max_len = package["metadata"]["max-len"][name].as_u64().unwrap_or(MAX_LEN);
        Target { name: name.to_owned(), max_len }
    };
    match wanted {
        None => Ok(all.into_iter().map(target).collect()),
        Some(name) if all.contains(&name) => Ok(vec![target(name)]),
        Some(name) => Err(Failure(format!("there is no fuzz target {name}, only {}", all.join(", ")))),
    }
}

/// Where everything is that fuzzing makes: below the build folder, outside the sources.
struct Place {
    host: String,
    build: PathBuf,
}

impl Place {
    fn new() -> Result<Self, Failure> {
        let version = output(program("rustc").arg("-vV"))?;
        let host = version.lines().find_map(|line| line.strip_prefix("host: "));
        let host = host.ok_or_else(|| Failure("rustc does not say its host".to_owned()))?.to_owned();
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
        Ok(Self { host, build: root().join(target).join("fuzz") })
    }

    /// Builds the targets. With `--target`, build scripts and macros are not instrumented.
    fn build(&self, manifest: &Path, targets: &[Target]) -> Outcome {
        let mut build = cargo();
        build
            .args(["build", "--release", "--locked", "--quiet", "--target", &self.host])
            .arg("--manifest-path")
            .arg(manifest)
            .arg("--target-dir")
            .arg(&self.build)
            .env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\u{1f}"));
        match targets {
            [target] => run_program(build.args(["--bin", &target.name])),
            _ => run_program(build.arg("--bins")),
        }
    }

    /// Runs a target, from its seeds and from what earlier runs learned.
    fn fuzz(&self, target: &Target, seconds: u32) -> Result<Reached, Failure> {
        let name = &target.name;
        let folder = |kind: &str| self.build.join(kind).join(name);
        let (corpus, seeds, findings) = (folder("corpus"), folder("seeds"), folder("findings"));
        if seeds.is_dir() {
            fs::remove_dir_all(&seeds)?;
        }
        for folder in [&corpus, &seeds, &findings] {
            fs::create_dir_all(folder)?;
        }
        let (binary, log) = (self.binary(name), self.build.join(format!("{name}.log")));
        let mut fuzzer = program(&binary);
        fuzzer
            .args([&corpus, &seeds])
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-max_len={}", target.max_len))
            .args(["-timeout=10", "-rss_limit_mb=1024"])
            .arg(format!("-artifact_prefix={}/", findings.display()))
            .env("VERILABEL_FUZZ_SEEDS", &seeds);
        let succeeded = run_logged(&mut fuzzer, &log)?;
        let text = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
        if !succeeded {
            return Err(found(name, &binary, &log, &text));
        }
        Reached::read(&text).ok_or_else(|| Failure(format!("{name} ran blind: see {}", log.display())))
    }

    fn binary(&self, target: &str) -> PathBuf {
        self.build.join(&self.host).join("release").join(target)
    }
}

fn run_logged(command: &mut Command, log: &Path) -> Result<bool, Failure> {
    let file = File::create(log)?;
    let status = command.stdout(file.try_clone()?).stderr(file).status();
    let name = command.get_program().display();
    Ok(status.map_err(|e| Failure(format!("{name}: {e}")))?.success())
}

/// What is to be said of a target that failed: where, on which input, and how to see it again.
fn found(name: &str, binary: &Path, log: &Path, text: &str) -> Failure {
    let mut lines = text.lines();
    let place: Vec<&str> =
        lines.by_ref().skip_while(|line| !line.contains(" panicked at ")).take(2).collect();
    let input = text.lines().find_map(|line| line.split("Test unit written to ").nth(1));
    let mut words = vec![format!("{name:<12} FAILED, see {}", log.display())];
    words.extend(place.into_iter().map(str::to_owned));
    if let Some(input) = input {
        words.push(format!("again: {} {input}", binary.display()));
    }
    Failure(words.join("\n    "))
}

/// How far a run came.
#[derive(Debug, PartialEq, Eq)]
struct Reached {
    runs: u64,
    edges: u64,
    all_edges: u64,
    features: u64,
    inputs: u64,
}

impl Reached {
    /// Reads libFuzzer's log; nothing if it had no coverage to go by.
    fn read(log: &str) -> Option<Self> {
        let all_edges = log.split(" modules ").nth(1)?.split('(').nth(1)?.split(' ').next()?.parse().ok()?;
        let end = log.lines().rev().find(|line| line.contains("DONE"))?;
        let number = |text: &str| text.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok();
        let after = |word: &str| number(end.split(word).nth(1)?);
        Some(Self {
            runs: number(end.strip_prefix('#')?)?,
            edges: after("cov: ")?,
            all_edges,
            features: after("ft: ")?,
            inputs: after("corp: ")?,
        })
    }
}

impl std::fmt::Display for Reached {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { runs, edges, all_edges, features, inputs } = self;
        write!(
            f,
            "{runs:>9} runs, {edges:>5} of {all_edges:>5} edges, {features:>5} features, {inputs:>4} inputs kept"
        )
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "INFO: Loaded 1 modules   (2206 inline 8-bit counters): 2206 [0x5, 0x6), \n\
        #2\tINITED cov: 12 ft: 13 corp: 1/1b exec/s: 0 rss: 27Mb\n\
        #1764331\tDONE   cov: 582 ft: 1824 corp: 638/189Kb lim: 7200 exec/s: 160393 rss: 29Mb\n";

    #[test]
    fn a_log_says_how_far_a_run_came() {
        let reached = Reached { runs: 1_764_331, edges: 582, all_edges: 2_206, features: 1_824, inputs: 638 };
        assert_eq!(Reached::read(LOG), Some(reached));
        let (_, blind) = LOG.split_once('\n').unwrap();
        assert_eq!(Reached::read(blind), None);
        assert_eq!(Reached::read("#2\tINITED cov: 12"), None);
    }

    #[test]
    fn a_finding_names_its_input() {
        let log = "thread '<unnamed>' panicked at targets/tuf.rs:72:13:\nwent back\nstack\n\
            artifact_prefix='f/'; Test unit written to f/crash-01\n";
        let said = found("tuf", Path::new("bin/tuf"), Path::new("tuf.log"), log).0;
        assert!(said.contains("see tuf.log") && said.contains("went back"), "{said}");
        assert!(said.contains("again: bin/tuf f/crash-01"), "{said}");
    }
}
