//! TUF metadata, unsigned and signed by the very keys that may: what is accepted never goes backwards, and
//! nothing is accepted that is not signed.
#![no_main]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use serde_json::{Value, json};
use verilabel_fuzz::pack::{self, Memory, NOW, ROOT};
use verilabel_fuzz::{json, refusal, seeds};
use verilabel_trust::{Client, Expiry, MemoryStore, Role, TrustedStore, UpdateError};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    json::mutate(data, size, max_size, seed, 1)
});

/// The release that the client has accepted.
const BEFORE: u64 = 5;

/// Release 5, its only target, and the store of a client that accepted it.
static ACCEPTED: LazyLock<(Memory, MemoryStore)> = LazyLock::new(|| {
    let targets = BTreeMap::from([("a/b.txt".to_owned(), b"one".to_vec())]);
    let repository = Memory::of(pack::release(BEFORE, &targets));
    let store = RefCell::new(MemoryStore::default());
    let mut client = Client::open(Shared(&store), &ROOT).expect("the root stands");
    client.update(&repository, *NOW, Expiry::Refuse).expect("an honest release is accepted");
    (repository, store.into_inner())
});

fuzz_target!(init: seeds::plant(metadata), |bytes: &[u8]| {
    let Some((&first, document)) = bytes.split_first() else { return };
    let role = Role::ALL[usize::from(first & 3)];
    if first & 4 == 0 {
        let Ok(body) = serde_json::from_slice::<Value>(document) else { return };
        let version = body["version"].as_u64().unwrap_or(BEFORE + 1);
        update(role, version, pack::signed(&body), true);
    } else {
        update(role, BEFORE + 1, document.to_vec(), false);
    }
});

/// Updates a client from a repository that serves a hostile document in the place of a role's metadata; gives the
/// role's version that the client has afterwards.
fn update(role: Role, version: u64, document: Vec<u8>, signed: bool) -> Option<u64> {
    pin(role, &document);
    let (honest, store) = &*ACCEPTED;
    let mut repository = honest.clone();
    serve(&mut repository, role, version, document);
    let store = RefCell::new(store.clone());
    let mut client = Client::open(Shared(&store), &ROOT).expect("the root stands");
    let outcome = client.update(&repository, *NOW, Expiry::Report);
    match &outcome {
        Ok(accepted) => {
            let late = accepted.roles().iter().filter(|state| state.expires <= *NOW).count();
            assert_eq!(accepted.expired().len(), late, "what is past its expiry is said");
            for path in accepted.paths() {
                match accepted.target(&repository, path) {
                    Ok(bytes) => assert_eq!(bytes, b"one", "the only target there is"),
                    Err(error) => refusal::check(error.code(), &error),
                }
            }
        }
        Err(error) => refusal::check(error.code(), error),
    }
    for state in Role::ALL {
        let (before, after) = (stored(&ACCEPTED.1, state), stored(&store.borrow(), state));
        // Whoever holds the root keys may start afresh; nobody else goes back.
        let afresh = signed && role == Role::Root && state != Role::Root;
        assert!(afresh || before <= after, "{state} went back");
        assert!(signed || state != role || before == after, "{state} was accepted without a signature");
    }
    stored(&store.borrow(), role)
}

/// A document as the root that somebody pins: it stands by itself, or it is refused.
fn pin(role: Role, document: &[u8]) {
    if role != Role::Root {
        return;
    }
    let store = RefCell::new(MemoryStore::default());
    match Client::open(Shared(&store), document) {
        Ok(_) => assert!(Client::open(Shared(&store), b"").is_ok(), "what was stored is not believed"),
        Err(error) => {
            refusal::check(error.code(), &error);
            assert_eq!(stored(&store.borrow(), Role::Root), None, "what was refused is stored");
        }
    }
}

/// Puts a document in a role's place, and lists it where it must be listed.
fn serve(repository: &mut Memory, role: Role, version: u64, document: Vec<u8>) {
    let lists = |listing: Role, listed: &str, version: u64| {
        pack::signed(&json!({
            "_type": listing.name(), "spec_version": "1.0.33", "version": BEFORE + 1, "expires": "2028-01-01T00:00:00Z",
            "meta": {listed: {"version": version}},
        }))
    };
    let mut put = |name: &str, bytes| repository.put(&format!("metadata/{name}"), bytes);
    match role {
        Role::Root => put("2.root.json", document),
        Role::Timestamp => put("timestamp.json", document),
        Role::Snapshot => {
            put("timestamp.json", lists(Role::Timestamp, "snapshot.json", version));
            put(&format!("{version}.snapshot.json"), document);
        }
        Role::Targets => {
            put("timestamp.json", lists(Role::Timestamp, "snapshot.json", BEFORE + 1));
            put(&format!("{}.snapshot.json", BEFORE + 1), lists(Role::Snapshot, "targets.json", version));
            put(&format!("{version}.targets.json"), document);
        }
    }
}

fn stored(store: &MemoryStore, role: Role) -> Option<u64> {
    let bytes = store.load(role.name()).expect("memory is read")?;
    let metadata: Value = serde_json::from_slice(&bytes).expect("what is stored was read");
    Some(metadata["signed"]["version"].as_u64().expect("what is stored has a version"))
}

/// A store that can be looked into.
struct Shared<'s>(&'s RefCell<MemoryStore>);

impl TrustedStore for Shared<'_> {
    fn load(&self, role: &str) -> Result<Option<Vec<u8>>, UpdateError> {
        self.0.borrow().load(role)
    }

    fn save(&mut self, role: &str, bytes: &[u8]) -> Result<(), UpdateError> {
        self.0.borrow_mut().save(role, bytes)
    }

    fn remove(&mut self, role: &str) -> Result<(), UpdateError> {
        self.0.borrow_mut().remove(role)
    }
}

/// Each role's metadata as the client has it, and a next version's body for the fuzzer to sign.
fn metadata() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (first, role) in (0..).zip(Role::ALL) {
        let whole = ACCEPTED.1.load(role.name()).ok().flatten().expect("the client has it");
        let metadata: Value = serde_json::from_slice(&whole).expect("metadata is JSON");
        let mut body = metadata["signed"].clone();
        let next = body["version"].as_u64().expect("metadata has a version") + 1;
        body["version"] = next.into();
        assert_eq!(update(role, next, pack::signed(&body), true), Some(next), "the fuzzer's signature holds");
        seeds.push([&[first | 4], &whole[..]].concat());
        seeds.push([&[first], body.to_string().as_bytes()].concat());
    }
    seeds
}
