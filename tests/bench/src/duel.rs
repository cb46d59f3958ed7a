//! Two contenders measured in turns, so that what disturbs one disturbs the other.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use criterion::Criterion;
use serde_json::Value;

use crate::report::median;

const TURNS: usize = 7;

/// Nanoseconds per run of both, and how much of the peer's speed ours reaches.
pub(crate) struct Duel {
    pub(crate) ours: f64,
    pub(crate) ratio: f64,
}

/// Measures `ours` and `peer` by name in turns, each in a process of its own on one core.
pub(crate) fn fight(ours: &str, peer: &str) -> Result<Duel, Box<dyn std::error::Error>> {
    let mut times = Vec::new();
    let mut ratios = Vec::new();
    for _ in 0..TURNS {
        let (peer, ours) = (measure(peer)?, measure(ours)?);
        times.push(ours);
        ratios.push(peer / ours);
    }
    Ok(Duel { ours: median(times), ratio: median(ratios) })
}

fn measure(name: &str) -> Result<f64, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let program = std::env::current_exe()?;
    // Pinned to one core where the system has the tool for it.
    let pinned =
        Command::new("taskset").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    let mut command = if pinned { Command::new("taskset") } else { Command::new(&program) };
    if pinned {
        command.args(["-c", "1"]).arg(&program);
    }
    let status = command
        .arg(name)
        .arg("--contender")
        .arg(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    if !status.success() {
        return Err(format!("{name} could not be measured").into());
    }
    let estimates = fs::read(folder.path().join(name).join("new/estimates.json"))?;
    let estimates: Value = serde_json::from_slice(&estimates)?;
    estimates["median"]["point_estimate"].as_f64().ok_or_else(|| "no estimate".into())
}

/// Runs one contender under criterion.
pub(crate) fn run<T>(name: &str, folder: &Path, mut body: impl FnMut() -> T) {
    Criterion::default()
        .without_plots()
        .output_directory(folder)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .sample_size(30)
        .bench_function(name, |bencher| bencher.iter(|| black_box(body())));
}
