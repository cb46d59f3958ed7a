//! `verilabel-demo`: makes the shelf, judges each picture offline with the `verilabel` command, and shows what it
//! found.

mod site;

use std::error::Error;
use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};

use clap::Parser;
use ring::rand::SystemRandom;
use serde_json::Value;
use verilabel_label::Timestamp;
use verilabel_shelf::boxes::SHELF;
use verilabel_shelf::expected::Expected;
use verilabel_shelf::make::{Places, make};
use verilabel_shelf::{MARKETS, NOTICE};

use crate::site::Site;

/// Makes a shelf of specimen boxes and judges their pictures offline.
#[derive(Parser)]
#[command(name = "verilabel-demo", version)]
struct Args {
    /// Where to put the shelf
    #[arg(long)]
    out: PathBuf,
    /// The page that shoppers open, as `cargo xtask web` builds it: it is served with the shelf at the end
    #[arg(long)]
    app: Option<PathBuf>,
    /// Do not wait for anything at the end
    #[arg(long)]
    once: bool,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            say(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Runs the demonstration; gives the number of verdicts that were not those that are due.
fn run(args: &Args) -> Result<usize, Box<dyn Error>> {
    let places = Places::below(&args.out);
    let progress = Progress::new();
    make(&places, &programs()?, &now, &random(), &|step| progress.step(step))?;
    let expected: Vec<Expected> = serde_json::from_slice(&std::fs::read(&places.expected)?)?;
    let mut found = Vec::new();
    for (i, one) in expected.iter().enumerate() {
        progress.step(&format!("judging {} of {}: {}", i + 1, expected.len(), one.file));
        found.push(Found::of(&verify(&places, &one.file, &one.args)?)?);
    }
    progress.done();
    let mut out = std::io::stdout().lock();
    table(&mut out, &found)?;
    let wrong: Vec<_> = expected
        .iter()
        .zip(&found)
        .filter(|(due, found)| (due.exit, due.code.as_str()) != (found.exit, found.code.as_str()))
        .collect();
    for (due, found) in &wrong {
        let args = due.args.join(" ");
        writeln!(
            out,
            "WRONG {} {args}: due {} {}, found {} {}",
            due.file, due.exit, due.code, found.exit, found.code
        )?;
    }
    let right = expected.len() - wrong.len();
    writeln!(out, "\n{right} of {} verdicts are those that are due.", expected.len())?;
    writeln!(out, "Pictures, sheet.pdf, pack/ and expected.json are in {}", args.out.display())?;
    drop(out);
    let site = args.app.as_deref().map(|app| Site::start(&site::program(&programs()?), app, &places));
    let site = site.transpose()?;
    if let Some(site) = &site {
        say(&format!("\nThe shelf, to click or to scan, is at {}", site.shelf));
    }
    if !args.once {
        let left = converse(&places)?;
        // Nobody is there to say when to end.
        if let (Some(site), Left::Alone) = (site, left) {
            site.wait()?;
        }
    }
    Ok(wrong.len())
}

/// What `verilabel verify --json` said of one picture.
struct Found {
    exit: u8,
    code: String,
    why: String,
    counts_as: String,
}

impl Found {
    fn of(output: &Output) -> Result<Self, Box<dyn Error>> {
        let exit = output.status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX);
        let report: Value = serde_json::from_slice(&output.stdout)
            .map_err(|e| format!("{e}: {}", String::from_utf8_lossy(&output.stderr)))?;
        let result = &report["results"][0];
        if let Some(code) = result["trouble"]["code"].as_str() {
            let why = text(&result["trouble"]["text"]);
            return Ok(Self { exit, code: code.to_owned(), why, counts_as: String::new() });
        }
        let verdict = &result["verdict"];
        let why = match verdict["conclusion"].as_str() {
            Some("not-authentic") => text(&verdict["authenticity"]["text"]),
            Some("cannot-tell") if verdict["label"].is_null() => text(&verdict["authenticity"]["text"]),
            Some("in-force" | "not-meeting") => text(&verdict["level"]["card"]),
            Some("cannot-tell") => text(&verdict["level"]["text"]),
            _ => text(&verdict["standing"]["text"]),
        };
        let recognition = &verdict["recognition"];
        let counts_as = match recognition["outcome"].as_str() {
            Some("own") => "own".to_owned(),
            Some("recognised") => {
                let finding = &recognition["findings"][0];
                match finding["mode"].as_str() {
                    Some("simplified-application") => "applies".to_owned(),
                    _ => format!("{}:{}", text(&finding["scheme"]), finding["level"]),
                }
            }
            _ => "-".to_owned(),
        };
        Ok(Self { exit, code: text(&verdict["code"]), why, counts_as })
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// One line a box: the verdict, what it counts as in each market, and why.
fn table(out: &mut impl Write, found: &[Found]) -> std::io::Result<()> {
    writeln!(out, "{NOTICE}\n")?;
    write!(out, "{:<22} {:>4}  {:<27}", "box", "exit", "verdict")?;
    for market in MARKETS {
        write!(out, " {market:<15}")?;
    }
    writeln!(out)?;
    for (specimen, found) in SHELF.iter().zip(found.chunks(1 + MARKETS.len())) {
        let Some((plain, markets)) = found.split_first() else { continue };
        write!(out, "{:<22} {:>4}  {:<27}", specimen.file, plain.exit, plain.code)?;
        if plain.exit == 0 {
            for market in markets {
                write!(out, " {:<15}", market.counts_as)?;
            }
        }
        writeln!(out)?;
        writeln!(out, "{:<22}       {}", "", plain.why)?;
        let reasons = MARKETS.iter().zip(markets).filter(|(_, market)| market.exit == 14);
        let reasons: Vec<String> = reasons.map(|(code, market)| format!("{code} {}", market.code)).collect();
        if !reasons.is_empty() {
            writeln!(out, "{:<22}       not: {}", "", reasons.join(", "))?;
        }
    }
    writeln!(
        out,
        "\nown: a label of that market. applies: only shortens an application there. -: does not count."
    )
}

/// How a conversation ended.
enum Left {
    /// The person said so.
    Said,
    /// There is nobody.
    Alone,
}

/// Lets a person judge pictures and links of their own.
fn converse(places: &Places) -> Result<Left, Box<dyn Error>> {
    let stdin = std::io::stdin();
    loop {
        say("\nA picture or a link to judge (Enter to end), such as 03-cls-3-hub.png --market KR:");
        let mut line = String::new();
        if stdin.lock().read_line(&mut line)? == 0 {
            return Ok(Left::Alone);
        }
        let mut words = line.split_whitespace().map(str::to_owned);
        let Some(input) = words.next() else { return Ok(Left::Said) };
        let status = verilabel(places, &input)?
            .args(words)
            .arg("--details")
            .arg("--pack")
            .arg(std::fs::canonicalize(&places.pack)?)
            .status()?;
        say(&format!("exit code {}", status.code().unwrap_or(-1)));
    }
}

fn verify(places: &Places, file: &str, args: &[String]) -> Result<Output, Box<dyn Error>> {
    Ok(verilabel(places, file)?.args(args).arg("--json").output()?)
}

/// The folder of the other programs: that of this one.
fn programs() -> std::io::Result<PathBuf> {
    Ok(std::env::current_exe()?.parent().map(Path::to_owned).unwrap_or_default())
}

/// The `verilabel` command beside this one, at work in the shelf's folder and with a memory of its own.
fn verilabel(places: &Places, input: &str) -> Result<Command, Box<dyn Error>> {
    let mut command = Command::new(programs()?.join("verilabel"));
    command
        .current_dir(&places.out)
        .env("VERILABEL_HOME", std::fs::canonicalize(&places.out)?.join("home"))
        .args(["verify", input]);
    Ok(command)
}

/// Progress on a terminal, and nowhere else.
struct Progress {
    terminal: bool,
}

impl Progress {
    fn new() -> Self {
        Self { terminal: std::io::stderr().is_terminal() }
    }

    fn step(&self, text: &str) {
        if self.terminal {
            // Nothing can be done where even this cannot be written.
            let _ = write!(std::io::stderr(), "\r\x1b[2K{text}");
        }
    }

    fn done(&self) {
        if self.terminal {
            let _ = write!(std::io::stderr(), "\r\x1b[2K");
        }
    }
}

fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// The one place that reads the clock.
#[expect(clippy::disallowed_methods, reason = "a binary reads its clock once")]
fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_seconds(seconds).unwrap_or(Timestamp::MAX)
}

/// The one place that makes a generator.
#[expect(clippy::disallowed_methods, reason = "a binary makes its generator once")]
fn random() -> SystemRandom {
    SystemRandom::new()
}
