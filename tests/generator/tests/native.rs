//! Every vector through the native library.

#![expect(clippy::unwrap_used, reason = "what is missing fails the test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use verilabel_label::Timestamp;
use verilabel_trust::{ArchiveRepository, Client, Expiry, MemoryStore, Repository, TrustPack, UpdateError};
use verilabel_vectors::write::Expect;
use verilabel_verify::{GivenLists, Policy, Question, judge_with_lists};

#[test]
fn every_vector_gives_what_is_due() {
    let mut wrong = Vec::new();
    let mut tried = 0;
    let mut codes = BTreeSet::new();
    for folder in vectors() {
        let expect: Expect = serde_json::from_slice(&fs::read(folder.join("expect.json")).unwrap()).unwrap();
        let (due, found) = run(&folder, &expect);
        codes.insert(due.clone());
        if due != found {
            wrong.push(format!("{}: due {due:?}, found {found:?}", folder.display()));
        }
        tried += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tried >= 60, "{tried} vectors");
    assert!(codes.len() >= 60, "{} different results", codes.len());
}

fn run(folder: &Path, expect: &Expect) -> (String, String) {
    match expect {
        Expect::Judge { pack, at, market, category, minimum_level, max_status_age, conclusion, code } => {
            let pack = open(pack, at);
            let text = ["link.txt", "credential.jwt"].map(|name| fs::read_to_string(folder.join(name)));
            let text = text.into_iter().find_map(Result::ok).unwrap();
            let mut lists = GivenLists::default();
            for list in status_lists(folder) {
                lists.add(list.trim_end(), &pack).unwrap();
            }
            let question = Question {
                market: market.as_ref().map(|m| m.parse().unwrap()),
                category: category.as_ref().map(|c| c.parse().unwrap()),
                minimum_level: minimum_level.as_ref().map(|l| l.parse().unwrap()),
            };
            let policy = Policy { max_status_age: *max_status_age };
            let (text, at) = (text.trim_end_matches('\n'), at.parse().unwrap());
            let verdict = judge_with_lists(text, &lists, &pack, &question, &policy, at);
            let found = format!("{} {}", verdict.conclusion().code(), verdict.code());
            (format!("{conclusion} {code}"), found)
        }
        Expect::RefuseList { pack, at, code } => {
            let list = status_lists(folder).next().unwrap();
            let refused = GivenLists::default().add(list.trim_end(), &open(pack, at));
            (code.clone(), refused.map_or_else(|error| error.code().to_owned(), |()| "accepted".to_owned()))
        }
        Expect::Update { before, pack, at, code } => {
            let mut client = client(pack);
            let now = at.parse().unwrap();
            for earlier in before {
                client.update(&repository(earlier), now, Expiry::Refuse).unwrap();
            }
            let found = match update(&mut client, pack, now) {
                Ok(()) => "accepted".to_owned(),
                Err(code) => code.to_owned(),
            };
            (code.clone().unwrap_or_else(|| "accepted".to_owned()), found)
        }
    }
}

fn status_lists(folder: &Path) -> impl Iterator<Item = String> {
    (1..).map_while(move |number| fs::read_to_string(folder.join(format!("status-list-{number}.jwt"))).ok())
}

fn update(client: &mut Client<MemoryStore>, pack: &str, now: Timestamp) -> Result<(), &'static str> {
    let repository = repository(pack);
    let accepted = client.update(&repository, now, Expiry::Refuse).map_err(|e: UpdateError| e.code())?;
    TrustPack::open(accepted, &repository).map(drop).map_err(|e| e.code())
}

fn open(pack: &str, at: &str) -> TrustPack {
    let repository = repository(pack);
    let accepted = client(pack).update(&repository, at.parse().unwrap(), Expiry::Report).unwrap();
    TrustPack::open(accepted, &repository).unwrap()
}

fn client(pack: &str) -> Client<MemoryStore> {
    let root = repository(pack).metadata("1.root.json", 1 << 20).unwrap().unwrap();
    Client::open(MemoryStore::default(), &root).unwrap()
}

fn repository(pack: &str) -> ArchiveRepository {
    let bytes = fs::read(root().join("packs").join(format!("{pack}.tar.gz"))).unwrap();
    ArchiveRepository::read(&bytes).unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors")
}

fn vectors() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(root())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("expect.json").is_file())
        .collect();
    folders.sort();
    folders
}
