//! Runs the project's programs as people do: processes, files, exit codes.
//!
//! **Invariant:** nothing of the product is linked in here; what is looked at is what the programs print.

#![expect(clippy::panic, clippy::missing_panics_doc, reason = "what cannot be started fails the test")]

mod draft;
mod mirror;
mod pages;

pub use draft::{NUMBER, draft};
pub use mirror::Mirror;
pub use pages::follow_page;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

/// A folder for one test, with a home of its own for accepted packs.
pub struct Desk {
    folder: TempDir,
}

impl Desk {
    /// An empty folder.
    #[must_use]
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap_or_else(|e| panic!("no folder: {e}")) }
    }

    /// A path below the folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The `verilabel` command, at work in the folder.
    #[must_use]
    pub fn verilabel(&self) -> Command {
        self.program("verilabel")
    }

    /// A program of the project, at work in the folder.
    #[must_use]
    pub fn program(&self, name: &str) -> Command {
        self.at_work(Command::new(programs().join(name)))
    }

    /// A shell, at work in the folder.
    #[must_use]
    pub fn shell(&self) -> Command {
        self.at_work(Command::new("bash"))
    }

    /// `verilabel-issuer`, at work on the authority in the folder `a`.
    #[must_use]
    pub fn issuer(&self, args: &[&str]) -> Ran {
        run(self.program("verilabel-issuer").env("VERILABEL_AUTHORITY", "a").args(args))
    }

    /// The same, where it must do what it is asked.
    #[expect(clippy::must_use_candidate, reason = "often all that matters is that it did")]
    pub fn done(&self, args: &[&str]) -> Ran {
        let ran = self.issuer(args);
        assert_eq!(ran.exit, 0, "{args:?}: {}", ran.stderr);
        ran
    }

    /// An authority in the folder `a`, with an operator, an officer, an approver and a key.
    #[must_use]
    pub fn with_authority() -> Self {
        Self::with_authority_for(&["sg.cls-iot:1,2,3,4"])
    }

    /// The same, entitled to issue these levels of schemes.
    #[must_use]
    pub fn with_authority_for(entitlements: &[&str]) -> Self {
        let desk = Self::new();
        let may: Vec<&str> = entitlements.iter().flat_map(|levels| ["--may-issue", levels]).collect();
        let who = ["--id", "test.sg", "--name", "Test authority", "--host", "label.example.sg"];
        desk.done(&[&["init"][..], &who, &may].concat());
        desk.done(&["user", "add", "oscar", "--role", "operator"]);
        for (name, role) in [("olga", "officer"), ("anna", "approver")] {
            desk.done(&["user", "add", name, "--role", role, "--as", "oscar"]);
        }
        desk.done(&["key", "new", "--as", "oscar"]);
        desk
    }

    /// Prepares the draft of a file as the officer, and approves it as the approver.
    pub fn award(&self, draft: &str) {
        let id = self.done(&["award", "prepare", draft, "--as", "olga"]).stdout;
        self.done(&["award", "approve", id.trim(), "--as", "anna"]);
    }

    /// Proposes a change of standing as the officer, and approves it as the approver.
    pub fn change(&self, change: &str, number: &str) {
        let propose = [change, number, "--reason", "administrative", "--note", "a test", "--as", "olga"];
        let id = self.done(&propose).stdout;
        self.done(&["change", "approve", id.trim(), "--as", "anna"]);
    }

    fn at_work(&self, mut command: Command) -> Command {
        command
            .current_dir(self.folder.path())
            .env("VERILABEL_HOME", self.path("home"))
            .env("VERILABEL_PASSPHRASE", "a passphrase for tests")
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        command
    }
}

impl Default for Desk {
    fn default() -> Self {
        Self::new()
    }
}

/// What a command gave.
pub struct Ran {
    /// Its exit code.
    pub exit: i32,
    /// What it printed.
    pub stdout: String,
    /// What it said besides.
    pub stderr: String,
}

impl Ran {
    /// The output as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {}{}", self.stdout, self.stderr))
    }

    /// The code of the only verdict or trouble.
    #[must_use]
    pub fn code(&self) -> String {
        let result = &self.json()["results"][0];
        let code = result["verdict"]["code"].as_str().or_else(|| result["trouble"]["code"].as_str());
        code.unwrap_or_default().to_owned()
    }
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Ran {
    let output: Output =
        command.output().unwrap_or_else(|e| panic!("{}: {e}", command.get_program().display()));
    Ran {
        exit: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The workspace's root.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The folder of the programs: `VERILABEL_PROGRAMS`, or they are built first.
#[must_use]
pub fn programs() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        if let Some(folder) = std::env::var_os("VERILABEL_PROGRAMS") {
            return folder.into();
        }
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = Command::new(cargo)
            .current_dir(root())
            .args([
                "build",
                "--quiet",
                "--locked",
                "-p",
                "verilabel",
                "-p",
                "verilabel-issuer",
                "-p",
                "verilabel-shelf",
            ])
            .status();
        assert!(status.is_ok_and(|status| status.success()), "the programs do not build");
        // This test stands in deps/ beside them.
        let here = std::env::current_exe().unwrap_or_else(|e| panic!("no path of this test: {e}"));
        here.parent().and_then(Path::parent).map(Path::to_owned).unwrap_or_default()
    })
}
