//! `cargo xtask fuzz`: libFuzzer on the stable toolchain, with the coverage flags that cargo-fuzz uses.

use std::fs;
use std::path::PathBuf;
use std::process::Child;

use crate::process::{Failure, Outcome, cargo, program, root, run as run_program, say};

const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Cdebug-assertions -Coverflow-checks --cfg=fuzzing";

/// Targets at work at the same time: these machines have two cores.
const AT_ONCE: usize = 2;

pub(crate) fn run(target: Option<&str>, seconds: u32) -> Outcome {
    let folder = root().join("tests/fuzz");
    let build = root().join("target/fuzz");
    let host = host_triple()?;
    run_program(
        cargo()
            .args(["build", "--release", "--locked", "--quiet", "--bins", "--target", &host])
            .arg("--manifest-path")
            .arg(folder.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(&build)
            .env("RUSTFLAGS", FLAGS),
    )?;
    let targets = match target {
        Some(target) => vec![target.to_owned()],
        None => all_targets()?,
    };
    for group in targets.chunks(AT_ONCE) {
        let mut running = Vec::new();
        for target in group {
            say(&format!("fuzzing {target} for {seconds} s"));
            running.push((target, start(&build.join(&host).join("release").join(target), target, seconds)?));
        }
        for (target, mut child) in running {
            if !child.wait()?.success() {
                return Err(Failure(format!(
                    "the fuzzer found something in {target}: see target/fuzz/{target}.log"
                )));
            }
        }
    }
    Ok(())
}

fn host_triple() -> Result<String, Failure> {
    let version = crate::process::output(program("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Failure("rustc does not say its host".to_owned()))
}

fn all_targets() -> Result<Vec<String>, Failure> {
    let mut names: Vec<String> = fs::read_dir(root().join("tests/fuzz/targets"))?
        .filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    Ok(names)
}

/// Starts a target on its seeds; what it learns goes below `target/`.
fn start(binary: &PathBuf, target: &str, seconds: u32) -> Result<Child, Failure> {
    let learned = root().join("target/fuzz/corpus").join(target);
    fs::create_dir_all(&learned)?;
    let log = fs::File::create(root().join(format!("target/fuzz/{target}.log")))?;
    let mut command = program(binary);
    command.arg(&learned);
    let seeds = root().join("tests/fuzz/seeds").join(target);
    if seeds.is_dir() {
        command.arg(seeds);
    }
    command
        .arg(format!("-max_total_time={seconds}"))
        .args(["-rss_limit_mb=1024", "-timeout=10", "-print_final_stats=1"])
        .arg(format!("-artifact_prefix={}/", learned.display()))
        .stdout(log.try_clone()?)
        .stderr(log);
    Ok(command.spawn()?)
}
