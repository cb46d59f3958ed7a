//! The program: what it does besides calling the library, and what it says of it.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// The first and the last day of a label, as `date` has them.
const PERIOD: &str = "date -u +%F; date -u -d '2 years -1 day' +%F";

/// An authority in the folder `a`, with an operator, an officer, an approver, a key and the keys of a trust pack.
struct Desk {
    folder: TempDir,
    key: String,
}

struct Ran {
    exit: Option<i32>,
    stdout: String,
    stderr: String,
}

fn run(command: &mut Command) -> Ran {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { exit: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

impl Desk {
    fn new() -> Self {
        let mut desk = Self { folder: tempfile::tempdir().unwrap(), key: String::new() };
        let who = ["init", "--id", "test.sg", "--name", "Test", "--host", "label.example.sg"];
        desk.done(&[&who[..], &["--may-issue", "sg.cls-iot:1,2,3,4"]].concat());
        desk.done(&["user", "add", "oscar", "--role", "operator"]);
        for (name, role) in [("olga", "officer"), ("anna", "approver")] {
            desk.done(&["user", "add", name, "--role", role, "--as", "oscar"]);
        }
        desk.key = desk.done(&["key", "new", "--as", "oscar"]);
        desk.done(&["pack", "init"]);
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn issuer(&self, args: &[&str]) -> Ran {
        run(Command::new(env!("CARGO_BIN_EXE_verilabel-issuer"))
            .current_dir(self.folder.path())
            .env("VERILABEL_AUTHORITY", "a")
            .env("VERILABEL_PASSPHRASE", "a passphrase for tests")
            .args(args))
    }

    /// The same, where it must do what it is asked; gives what it printed.
    fn done(&self, args: &[&str]) -> String {
        let ran = self.issuer(args);
        assert_eq!(ran.exit, Some(0), "{args:?}: {}", ran.stderr);
        ran.stdout.trim().to_owned()
    }

    /// Awards the n-th label.
    fn award(&self, n: u32) {
        let dates = run(Command::new("sh").args(["-c", PERIOD])).stdout;
        let [today, last] = dates.lines().collect::<Vec<_>>().try_into().unwrap();
        let draft = serde_json::json!({ "award": {
            "scheme": "sg.cls-iot", "specification": "1.4", "level": 2, "number": number(n),
            "awarded": today, "valid_until": last, "gtin": "9521234543213", "category": "camera",
            "brand": "Lumora", "models": ["Eye 2"], "manufacturer": "Lumora Devices",
        }});
        std::fs::write(self.path("draft.json"), draft.to_string()).unwrap();
        let id = self.done(&["award", "prepare", "draft.json", "--as", "olga"]);
        self.done(&["award", "approve", &id, "--as", "anna"]);
    }
}

fn number(n: u32) -> String {
    format!("CSA/010128/{n}")
}

#[test]
fn a_suspension_that_no_key_can_sign_is_said() {
    let desk = Desk::new();
    desk.award(1);
    desk.done(&["publish"]);
    desk.done(&["key", "distrust", &desk.key, "--note", "stolen", "--as", "oscar"]);
    let why = ["--reason", "vulnerability", "--note", "a test", "--as", "anna"];
    desk.done(&[&["suspend", &number(1)][..], &why].concat());
    for _ in 0..2 {
        let ran = desk.issuer(&["publish"]);
        assert_eq!(ran.exit, Some(1), "{}", ran.stdout);
        assert!(ran.stderr.contains("1 status lists are not published"), "{}", ran.stderr);
        assert!(ran.stderr.contains("[no-key]"), "{}", ran.stderr);
    }
    desk.done(&["key", "new", "--as", "oscar"]);
    desk.done(&["publish"]);
}
