//! The command as a whole: start, trust pack, picture, verdict, output.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use verilabel_symbol::PrintSpec;
use verilabel_symbol::draw::{Color, Drawing, Ink, Mm, Path as Outline, Rect, Resolution, Transform};
use verilabel_wire::Algorithm;

use crate::Outcome;
use crate::fixture::Fixture;
use crate::report::{Measurement, median};

const RUNS: usize = 21;

/// `verilabel verify` on a picture of one megapixel.
pub fn verify() -> Outcome {
    let folder = tempfile::tempdir()?;
    let fixture = Fixture::new(Algorithm::Es256)?;
    fixture.publish(folder.path())?;
    let picture = folder.path().join("box.png");
    std::fs::write(&picture, one_megapixel(&fixture.link)?)?;
    let program = program()?;
    let mut starts = Vec::new();
    let mut times = Vec::new();
    for _ in 0..RUNS {
        starts.push(time(Command::new(&program).arg("--version"))?);
        times.push(time(&mut judge(&program, folder.path(), &picture, &fixture))?);
    }
    let (start, all) = (median(starts), median(times));
    let usage = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_CHILDREN)?;
    let memory = f64::from(u32::try_from(usage.max_rss())?) / 1_024.0;
    Ok(vec![
        Measurement {
            name: "cli-verify",
            value: all,
            unit: "ms",
            against: "starting the program and doing nothing; a picture of 1 megapixel".to_owned(),
            ratio: Some(all / start),
            goal: "<= 100".to_owned(),
        },
        Measurement {
            name: "cli-verify",
            value: memory,
            unit: "MiB",
            against: "the most memory that it held".to_owned(),
            ratio: None,
            goal: "<= 64".to_owned(),
        },
    ])
}

fn judge(program: &Path, folder: &Path, picture: &Path, fixture: &Fixture) -> Command {
    let mut command = Command::new(program);
    command
        .env("VERILABEL_HOME", folder.join("home"))
        .args(["verify", "--market", "KR", "--at", &fixture.now.to_string()])
        .arg("--pack")
        .arg(folder.join("pack"))
        .arg(picture);
    command
}

pub(crate) fn time(command: &mut Command) -> Result<f64, Box<dyn std::error::Error>> {
    let start = Instant::now();
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    let elapsed = start.elapsed().as_secs_f64() * 1e3;
    if status.success() { Ok(elapsed) } else { Err(format!("the command ended with {status}").into()) }
}

/// The command beside this program.
pub(crate) fn program() -> Result<PathBuf, Box<dyn std::error::Error>> {
    beside("verilabel")
}

/// A program beside this one.
pub(crate) fn beside(name: &str) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let here = std::env::current_exe()?;
    let program = here.parent().unwrap_or(Path::new(".")).join(name);
    if program.is_file() { Ok(program) } else { Err(format!("build {name} first").into()) }
}

/// A symbol, slightly turned, on a grey picture of 1,152 by 864 pixels.
fn one_megapixel(link: &str) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let spec = PrintSpec::default();
    let symbol = spec.encode(link)?.drawing(&spec);
    let (width, height) = (96.0, 72.0);
    let mut scene = Drawing::new(Mm::new(width)?, Mm::new(height)?);
    scene.fill(Outline::rect(Rect::new(0.0, 0.0, width, height)), Color::gray(190));
    scene.place(symbol, Transform::rotate(8.0).then(Transform::translate(40.0, 20.0)));
    Ok(scene.to_png(Resolution::from_dpi(305), Ink::Color)?)
}
