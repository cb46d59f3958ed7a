//! Every vector through the command.

#![expect(clippy::unwrap_used, reason = "what is missing fails the test")]

use std::fs;
use std::path::{Path, PathBuf};

use verilabel_e2e::{Desk, root, run};
use verilabel_vectors::write::Expect;

#[test]
fn every_vector_gives_what_is_due() {
    let vectors = root().join("tests/vectors");
    let pack = |name: &str| vectors.join("packs").join(format!("{name}.tar.gz"));
    let mut wrong = Vec::new();
    for folder in folders(&vectors) {
        let expect: Expect = serde_json::from_slice(&fs::read(folder.join("expect.json")).unwrap()).unwrap();
        let desk = Desk::new();
        match &expect {
            Expect::Judge {
                pack: name,
                at,
                market,
                category,
                minimum_level,
                max_status_age,
                conclusion,
                code,
            } => {
                let mut command = desk.verilabel();
                command.args(["verify", "--json", "--at", at]).arg("--pack").arg(pack(name));
                for (flag, value) in
                    [("--market", market), ("--category", category), ("--min-level", minimum_level)]
                {
                    command.args(value.iter().flat_map(|value| [flag, value]));
                }
                if let Some(seconds) = max_status_age {
                    command.args(["--max-status-age", &format!("{seconds}s")]);
                }
                for list in status_lists(&folder) {
                    command.arg("--status-list").arg(list);
                }
                let text = ["link.txt", "credential.jwt"].map(|name| folder.join(name));
                let ran = run(command.args(text.iter().filter(|path| path.exists())));
                let exit = exit_code(conclusion, code);
                if (ran.exit, ran.code()) != (exit, code.clone()) {
                    wrong.push(format!(
                        "{}: due {exit} {code}, found {} {}",
                        folder.display(),
                        ran.exit,
                        ran.code()
                    ));
                }
            }
            Expect::RefuseList { pack: name, at, code } => {
                let mut command = desk.verilabel();
                command.args(["verify", "--at", at]).arg("--pack").arg(pack(name));
                command.arg("--status-list").arg(folder.join("status-list-1.jwt"));
                let ran = run(command.arg(folder.join("credential.jwt")));
                if ran.exit != 1 || !ran.stderr.contains(&format!("error[{code}]")) {
                    wrong.push(format!(
                        "{}: due {code}, found {} {}",
                        folder.display(),
                        ran.exit,
                        ran.stderr
                    ));
                }
            }
            Expect::Update { before, pack: name, at, code } => {
                for earlier in before {
                    let ran = run(desk.verilabel().args(["pack", "import", "--at", at]).arg(pack(earlier)));
                    assert_eq!(ran.exit, 0, "{}", ran.stderr);
                }
                let ran = run(desk.verilabel().args(["pack", "import", "--at", at]).arg(pack(name)));
                let found = match code {
                    None => ran.exit == 0,
                    Some(code) => ran.exit == 1 && ran.stderr.contains(&format!("error[{code}]")),
                };
                if !found {
                    wrong.push(format!(
                        "{}: due {code:?}, found {} {}",
                        folder.display(),
                        ran.exit,
                        ran.stderr
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn status_lists(folder: &Path) -> impl Iterator<Item = PathBuf> {
    (1..).map(|number| folder.join(format!("status-list-{number}.jwt"))).take_while(|path| path.exists())
}

/// docs/spec/verdict.md §3.
fn exit_code(conclusion: &str, code: &str) -> i32 {
    match conclusion {
        "in-force" => 0,
        "not-authentic" => 10,
        "revoked" => 11,
        "out-of-date" => 12,
        "cannot-tell" => 13,
        "not-meeting" => 14,
        other => unreachable!("{other} {code}"),
    }
}

fn folders(vectors: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(vectors).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.join("expect.json").is_file()).collect()
}
