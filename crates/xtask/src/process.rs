//! Starting programs.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What failed, for a person.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

pub(crate) type Outcome = Result<(), Failure>;

/// Says something to whoever watches.
#[expect(clippy::print_stderr, reason = "this is where these commands talk to people")]
pub(crate) fn say(text: &str) {
    eprintln!("{text}");
}

/// The workspace's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap_or_else(|_| PathBuf::from("."))
}

/// A program, to be run in the workspace's root.
pub(crate) fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root());
    command
}

/// Cargo itself. Subcommands such as cargo-machete take the variable for a sign that they are run by `cargo run`.
pub(crate) fn cargo() -> Command {
    let mut command = program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.env_remove("CARGO_PKG_NAME");
    command
}

/// Runs a program; its failure is ours.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let status = command.status().map_err(|e| Failure(format!("{}: {e}", name(command))))?;
    if status.success() { Ok(()) } else { Err(Failure(format!("{} failed ({status})", words(command)))) }
}

/// Runs a program for its standard output.
pub(crate) fn output(command: &mut Command) -> Result<String, Failure> {
    let output =
        command.stderr(Stdio::inherit()).output().map_err(|e| Failure(format!("{}: {e}", name(command))))?;
    if !output.status.success() {
        return Err(Failure(format!("{} failed ({})", words(command), output.status)));
    }
    String::from_utf8(output.stdout).map_err(|_| Failure(format!("{} printed no UTF-8", name(command))))
}

/// Whether a program runs at all.
pub(crate) fn works(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

fn words(command: &Command) -> String {
    let mut all = name(command);
    for argument in command.get_args() {
        all.push(' ');
        all.push_str(&argument.to_string_lossy());
    }
    all
}
