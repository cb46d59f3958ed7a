//! The program: what it does besides calling the library, and what it says of it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sqlx::{Connection, Executor, Row};
use tempfile::TempDir;
use verilabel_label::Status;
use verilabel_trust::{Client, Expiry, FolderRepository, MemoryStore, TrustPack};

use crate::support::now;

/// Days before and after this one, as `date` has them.
const PERIOD: &str = "date -u +%F; date -u -d '2 years -1 day' +%F; date -u -d '1 day' +%FT%TZ";

/// An authority in the folder `a`, with an operator, an officer, an approver, a key and the keys of a trust pack.
pub(crate) struct Desk {
    folder: TempDir,
    key: String,
    environment: Vec<(String, String)>,
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
    pub(crate) fn new() -> Self {
        Self::with(Vec::new())
    }

    /// With more variables in the environment of the program.
    pub(crate) fn with(environment: Vec<(String, String)>) -> Self {
        let mut desk = Self { folder: tempfile::tempdir().unwrap(), key: String::new(), environment };
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
        run(&mut self.command(args))
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_verilabel-issuer"));
        command
            .current_dir(self.folder.path())
            .env("VERILABEL_AUTHORITY", "a")
            .env("VERILABEL_PASSPHRASE", "a passphrase for tests")
            .envs(self.environment.iter().cloned())
            .args(args);
        command
    }

    /// The same, where it must do what it is asked; gives what it printed.
    pub(crate) fn done(&self, args: &[&str]) -> String {
        let ran = self.issuer(args);
        assert_eq!(ran.exit, Some(0), "{args:?}: {}", ran.stderr);
        ran.stdout.trim().to_owned()
    }

    /// Awards the n-th label.
    pub(crate) fn award(&self, n: u32) {
        let dates = run(Command::new("sh").args(["-c", PERIOD])).stdout;
        let [today, last, _] = dates.lines().collect::<Vec<_>>().try_into().unwrap();
        let draft = serde_json::json!({ "award": {
            "scheme": "sg.cls-iot", "specification": "1.4", "level": 2, "number": number(n),
            "awarded": today, "valid_until": last, "gtin": "9521234543213", "category": "camera",
            "brand": "Lumora", "models": ["Eye 2"], "manufacturer": "Lumora Devices",
        }});
        std::fs::write(self.path("draft.json"), draft.to_string()).unwrap();
        let id = self.done(&["award", "prepare", "draft.json", "--as", "olga"]);
        self.done(&["award", "approve", &id, "--as", "anna"]);
    }

    /// Schedules the withdrawal of a label, and lets it fall due.
    fn withdrawal_due(&self, n: u32) {
        let dates = run(Command::new("sh").args(["-c", PERIOD])).stdout;
        let later = dates.lines().nth(2).unwrap();
        let (number, why) = (number(n), ["--reason", "administrative", "--note", "a test", "--as", "olga"]);
        let change = self.done(&[&["withdraw", &number, "--from", later][..], &why].concat());
        self.done(&["change", "approve", &change, "--as", "anna"]);
        self.sql("UPDATE changes SET effective_at = 1 WHERE state = 'scheduled'");
    }

    /// Asks the records for the column `text`, behind the authority's back.
    fn sql(&self, sql: &'static str) -> Vec<String> {
        sqlx::any::install_default_drivers();
        let url = format!("sqlite://{}", self.path("a/authority.db").display());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut connection = sqlx::AnyConnection::connect(&url).await.unwrap();
            let rows = connection.fetch_all(sql).await.unwrap();
            rows.iter().map(|row| row.get("text")).collect()
        })
    }
}

pub(crate) fn number(n: u32) -> String {
    format!("CSA/010128/{n}")
}

/// How many labels a pack states to be withdrawn.
fn withdrawn(pack: &Path) -> usize {
    let root = std::fs::read(pack.join("metadata/1.root.json")).unwrap();
    let repository = FolderRepository::new(pack);
    let mut client = Client::open(MemoryStore::default(), &root).unwrap();
    let accepted = client.update(&repository, now(), Expiry::Report).unwrap();
    let pack = TrustPack::open(accepted, &repository).unwrap();
    let token = pack.status_list(&pack.issuers()[0], 1).unwrap();
    (0..1 << 20).filter(|entry| token.list.status(*entry) == Some(Status::Invalid)).count()
}

#[test]
fn a_pack_of_several_has_what_has_fallen_due() {
    let desk = Desk::new();
    desk.award(1);
    desk.withdrawal_due(1);
    desk.done(&["pack", "publish", "--pack", "pack"]);
    assert_eq!(desk.sql("SELECT state AS text FROM changes"), ["applied"]);
    assert_eq!(withdrawn(&desk.path("pack")), 1);
    assert_eq!(desk.sql("SELECT note AS text FROM publications"), ["release 1 of pack"]);
    assert_eq!(desk.sql("SELECT state AS text FROM awards"), ["published"]);
    // The files of labels are the publication folder's, and no part of a pack.
    desk.done(&["publish"]);
    assert!(desk.path("a/publication/labels/01/09521234543213/link.txt").exists());
}

#[test]
fn a_part_has_what_has_fallen_due_and_is_not_published_yet() {
    let desk = Desk::new();
    desk.award(1);
    desk.withdrawal_due(1);
    desk.done(&["pack", "part", "introduce", "--out", "introduction.json"]);
    desk.done(&["pack", "part", "sign", "--out", "part"]);
    assert_eq!(desk.sql("SELECT state AS text FROM changes"), ["applied"]);
    assert_eq!(desk.sql("SELECT note AS text FROM publications"), Vec::<String>::new());
    assert_eq!(desk.sql("SELECT state AS text FROM awards"), ["minted"]);
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
