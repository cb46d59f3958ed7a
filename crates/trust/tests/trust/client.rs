//! The client accepts what it should, and refuses what TUF §5 says it must.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use verilabel_trust::{
    Accepted, ArchiveRepository, Assembly, Client, Expiry, FolderRepository, FolderStore, MemoryStore,
    Repository, RepositoryFile, Role, StagedStore, UpdateError, write_archive, write_folder,
};
use verilabel_wire::Sign;

use crate::common::{Holders, MADE, Memory, NOW, key, release, time};

fn client(memory: &Memory) -> Client<MemoryStore> {
    Client::open(MemoryStore::default(), &memory.get("metadata/1.root.json")).unwrap()
}

fn update(client: &mut Client<MemoryStore>, memory: &Memory) -> Result<Accepted, UpdateError> {
    client.update(memory, time(NOW), Expiry::Refuse)
}

fn refused(client: &mut Client<MemoryStore>, memory: &Memory) -> &'static str {
    update(client, memory).unwrap_err().code()
}

fn versions(accepted: &Accepted) -> [u64; 4] {
    accepted.roles().map(|role| role.version)
}

#[test]
fn a_release_is_accepted_and_its_targets_checked() {
    let memory = Memory::first();
    let accepted = update(&mut client(&memory), &memory).unwrap();
    assert_eq!(versions(&accepted), [1, 1, 1, 1]);
    assert_eq!(accepted.made(), Some(time(MADE)));
    assert_eq!(accepted.target(&memory, "a/b.txt").unwrap(), b"one");
    assert_eq!(accepted.target(&memory, "a/c.txt").unwrap_err().code(), "pack-no-target");
    let stored = format!("targets/{}", accepted.stored_path("a/b.txt").unwrap());
    memory.put(&stored, b"two".to_vec());
    assert_eq!(accepted.target(&memory, "a/b.txt").unwrap_err().code(), "pack-wrong-hash");
    memory.put(&stored, b"a longer text".to_vec());
    assert_eq!(accepted.target(&memory, "a/b.txt").unwrap_err().code(), "pack-wrong-length");
    memory.put(&stored, b"tw".to_vec());
    assert_eq!(accepted.target(&memory, "a/b.txt").unwrap_err().code(), "pack-wrong-length");
    memory.files.borrow_mut().remove(&stored);
    assert_eq!(accepted.target(&memory, "a/b.txt").unwrap_err().code(), "pack-incomplete");
}

#[test]
fn newer_is_accepted_and_older_refused() {
    let memory = Memory::first();
    let old = memory.snapshot();
    let mut client = client(&memory);
    update(&mut client, &memory).unwrap();
    memory.release(2, &[("a/b.txt", "two")]);
    assert_eq!(versions(&update(&mut client, &memory).unwrap()), [1, 2, 2, 2]);
    let error = update(&mut client, &old).unwrap_err();
    assert!(matches!(&error, UpdateError::RolledBack { role, found: 1, accepted: 2 } if role == "timestamp"));
    // What was accepted stays in use.
    assert_eq!(versions(&update(&mut client, &memory).unwrap()), [1, 2, 2, 2]);
}

/// Everything is signed by the keys that must sign it; only the versions fall.
#[test]
fn a_new_timestamp_cannot_carry_an_old_snapshot() {
    for listed in [4, 5] {
        let memory = Memory::first();
        memory.release(4, &[("a/b.txt", "four")]);
        let old = memory.get("metadata/timestamp.json");
        memory.release(5, &[("a/b.txt", "five")]);
        let mut client = client(&memory);
        update(&mut client, &memory).unwrap();
        if listed == 4 {
            memory.put("metadata/timestamp.json", old);
        }
        memory.forge("metadata/timestamp.json", 31, |timestamp| timestamp["version"] = 6.into());
        let found = update(&mut client, &memory);
        if listed == 5 {
            assert_eq!(versions(&found.unwrap()), [1, 6, 5, 5], "what is forged is well signed");
            continue;
        }
        let error = found.unwrap_err();
        assert!(
            matches!(&error, UpdateError::RolledBack { role, found: 4, accepted: 5 } if role == "snapshot"),
            "{error:?}"
        );
    }
}

#[test]
fn a_new_snapshot_cannot_carry_old_targets() {
    for carried in [4, 5] {
        let memory = Memory::first();
        memory.release(4, &[("a/b.txt", "four")]);
        memory.release(5, &[("a/b.txt", "five")]);
        let mut client = client(&memory);
        update(&mut client, &memory).unwrap();
        let targets = memory.get(&format!("metadata/{carried}.targets.json"));
        for (name, bytes) in assemble(6, targets) {
            memory.put(&name, bytes);
        }
        let found = update(&mut client, &memory);
        if carried == 5 {
            assert_eq!(versions(&found.unwrap()), [1, 6, 6, 5]);
            continue;
        }
        let error = found.unwrap_err();
        assert!(
            matches!(&error, UpdateError::RolledBack { role, found: 4, accepted: 5 } if role == "targets"),
            "{error:?}"
        );
    }
}

/// A role that vanishes from snapshot could come back older.
#[test]
fn a_new_snapshot_cannot_leave_targets_out() {
    let memory = Memory::first();
    let mut client = client(&memory);
    update(&mut client, &memory).unwrap();
    memory.release(2, &[]);
    memory.forge("metadata/2.snapshot.json", 21, |snapshot| {
        snapshot["meta"] = json!({"other.json": {"version": 1}});
    });
    memory.forge("metadata/timestamp.json", 31, |timestamp| {
        timestamp["meta"]["snapshot.json"] = json!({"version": 2});
    });
    let error = update(&mut client, &memory).unwrap_err();
    assert!(matches!(&error, UpdateError::Delisted { what } if what == "targets.json"), "{error:?}");
}

/// Snapshot and timestamp of that version, over targets metadata at hand.
fn assemble(version: u64, targets: Vec<u8>) -> Vec<RepositoryFile> {
    let roles = BTreeMap::from([("targets".to_owned(), targets)]);
    let keys = BTreeMap::from([(Role::Snapshot, key(21)), (Role::Timestamp, key(31))]);
    let signers = |role: Role| keys.get(&role).map(|key| -> &dyn Sign { key }).into_iter().collect();
    let expires = &|_| time("2027-01-01");
    let assembly =
        Assembly { version, roles: &roles, previous: None, signers: &signers, expires, made: None };
    assembly.files().unwrap()
}

/// A pack that turns out damaged after its metadata was accepted is as if it had never come.
#[test]
fn what_is_staged_takes_nothing_from_what_was_accepted() {
    let memory = Memory::first();
    let root = memory.get("metadata/1.root.json");
    let mut store = MemoryStore::default();
    Client::open(&mut store, &root).unwrap().update(&memory, time(NOW), Expiry::Refuse).unwrap();
    let before = store.clone();
    let old = memory.snapshot();
    memory.release(2, &[("a/b.txt", "two")]);
    let mut client = Client::open(StagedStore::new(store), &root).unwrap();
    client.update(&memory, time(NOW), Expiry::Refuse).unwrap();
    let staged = client.into_store();
    assert!(!staged.is_unchanged());
    drop(staged);
    let mut store = before;
    let mut client = Client::open(StagedStore::new(&mut store), &root).unwrap();
    assert_eq!(versions(&client.update(&old, time(NOW), Expiry::Refuse).unwrap()), [1, 1, 1, 1]);
    assert!(client.into_store().is_unchanged());
    let mut client = Client::open(StagedStore::new(&mut store), &root).unwrap();
    client.update(&memory, time(NOW), Expiry::Refuse).unwrap();
    client.into_store().commit().unwrap();
    let error = Client::open(store, &root).unwrap().update(&old, time(NOW), Expiry::Refuse).unwrap_err();
    assert_eq!(error.code(), "pack-rolled-back");
}

#[test]
fn the_last_number_ends_the_chain_of_roots() {
    let memory = Memory::default();
    memory.put("metadata/1.root.json", Holders::new().root(u64::MAX, &[1, 2, 3], "2028-01-01"));
    let name = format!("metadata/{}.root.json", u64::MAX);
    memory.put(&name, memory.get("metadata/1.root.json"));
    memory.release(1, &[]);
    assert_eq!(versions(&update(&mut client(&memory), &memory).unwrap()), [u64::MAX, 1, 1, 1]);
    memory.release_by(&Holders::new().with(Role::Timestamp, &[99], 1), 2, &[], "2027-01-01");
    assert_eq!(refused(&mut client(&memory), &memory), "pack-too-few-signatures");
}

#[test]
fn a_lock_is_waited_for_and_then_refused() {
    let folder = tempfile::tempdir().unwrap();
    let patience = Duration::from_millis(40);
    let held = FolderStore::lock(folder.path(), patience).unwrap();
    let error = FolderStore::lock(folder.path(), patience).unwrap_err();
    assert_eq!(error.code(), "pack-in-use");
    let waiting = std::thread::spawn({
        let folder = folder.path().to_owned();
        move || FolderStore::lock(&folder, Duration::from_mins(1)).map(drop)
    });
    drop(held);
    waiting.join().unwrap().unwrap();
}

#[test]
fn versions_cannot_be_mixed() {
    for name in ["1.snapshot.json", "1.targets.json"] {
        let memory = Memory::first();
        let other = release(&Holders::new(), 1, &[("a/b.txt", "other")], "2027-02-01");
        let (_, bytes) = other.iter().find(|(file, _)| file.ends_with(name)).unwrap();
        memory.put(&format!("metadata/{name}"), bytes.clone());
        assert_eq!(refused(&mut client(&memory), &memory), "pack-mixed", "{name}");
    }
}

#[test]
fn missing_metadata_is_named() {
    for name in ["timestamp.json", "1.snapshot.json", "1.targets.json"] {
        let memory = Memory::first();
        memory.files.borrow_mut().remove(&format!("metadata/{name}"));
        let error = update(&mut client(&memory), &memory).unwrap_err();
        assert_eq!((error.code(), error.to_string()), ("pack-incomplete", format!("{name} is missing")));
    }
}

#[test]
fn too_few_keys_are_too_few() {
    let memory = Memory::first();
    // One holder of targets alone.
    let careless = Holders::new().with(Role::Targets, &[11], 1);
    memory.release_by(&careless, 2, &[], "2027-01-01");
    let error = update(&mut client(&memory), &memory).unwrap_err();
    assert_eq!(error.to_string(), "1 of the 2 keys that must sign targets did");
    // The same signature twice, where one would do.
    let memory = Memory::first();
    memory.edit("metadata/timestamp.json", |text| {
        let (start, end) = (text.find('[').unwrap() + 1, text.find(']').unwrap());
        let signature = text[start..end].to_owned();
        text.replacen(&signature, &format!("{signature},{signature}"), 1)
    });
    assert_eq!(refused(&mut client(&memory), &memory), "metadata-duplicate-signature");
    // A stranger's timestamp.
    let memory = Memory::first();
    memory.release_by(&Holders::new().with(Role::Timestamp, &[99], 1), 2, &[], "2027-01-01");
    assert_eq!(refused(&mut client(&memory), &memory), "pack-too-few-signatures");
}

#[test]
fn expired_metadata_is_refused_in_an_update_and_reported_offline() {
    let memory = Memory::first();
    memory.release_by(&Holders::new(), 2, &[], "2026-11-22");
    assert_eq!(refused(&mut client(&memory), &memory), "pack-expired");
    let accepted = client(&memory).update(&memory, time(NOW), Expiry::Report).unwrap();
    let roles: Vec<Role> = accepted.expired().iter().map(|(role, _)| *role).collect();
    assert_eq!(roles, [Role::Timestamp, Role::Snapshot, Role::Targets]);
    let day_before = time("2026-11-21");
    assert!(client(&memory).update(&memory, day_before, Expiry::Refuse).unwrap().expired().is_empty());
}

#[test]
fn root_rotates_by_the_keys_before_it() {
    let memory = Memory::first();
    let mut client = client(&memory);
    update(&mut client, &memory).unwrap();
    let new = Holders::new().with(Role::Root, &[4, 5], 2).with(Role::Timestamp, &[32], 1);
    // Signed by the new holders only: refused.
    memory.put("metadata/2.root.json", new.root(2, &[4, 5], "2028-01-01"));
    assert_eq!(refused(&mut client, &memory), "pack-too-few-signatures");
    // Signed by both: accepted, and the rotated timestamp key speaks from now on.
    memory.put("metadata/2.root.json", new.root(2, &[1, 2, 4, 5], "2028-01-01"));
    assert_eq!(refused(&mut client, &memory), "pack-too-few-signatures");
    memory.release_by(&new, 2, &[], "2027-01-01");
    assert_eq!(versions(&update(&mut client, &memory).unwrap()), [2, 2, 2, 2]);
    // A root that skips a version.
    memory.put("metadata/3.root.json", new.root(4, &[4, 5], "2028-01-01"));
    assert_eq!(refused(&mut client, &memory), "pack-root-version");
}

#[test]
fn a_thief_of_the_timestamp_key_cannot_lock_clients_out() {
    let memory = Memory::first();
    let mut client = client(&memory);
    memory.release(1_000_000, &[]);
    update(&mut client, &memory).unwrap();
    let new = Holders::new().with(Role::Timestamp, &[32], 1).with(Role::Snapshot, &[22], 1);
    memory.put("metadata/2.root.json", new.root(2, &[1, 2, 3], "2028-01-01"));
    memory.release_by(&new, 2, &[], "2027-01-01");
    assert_eq!(versions(&update(&mut client, &memory).unwrap()), [2, 2, 2, 2]);
}

#[test]
fn a_restart_cannot_be_rolled_back() {
    let folder = tempfile::tempdir().unwrap();
    let memory = Memory::first();
    let old = memory.snapshot();
    memory.release(2, &[]);
    let root = memory.get("metadata/1.root.json");
    let open = || Client::open(FolderStore::new(folder.path()), &root).unwrap();
    open().update(&memory, time(NOW), Expiry::Refuse).unwrap();
    let error = open().update(&old, time(NOW), Expiry::Refuse).unwrap_err();
    assert_eq!(error.code(), "pack-rolled-back");
}

#[test]
fn malformed_metadata_is_refused_with_its_reason() {
    for (name, from, to, expected) in [
        ("timestamp.json", "\"timestamp\"", "\"snapshot\"", "metadata-wrong-role"),
        ("timestamp.json", "1.0.33", "2.0.0", "metadata-spec-version"),
        ("timestamp.json", "{\"signatures\"", "{\"signature\"", "metadata-malformed"),
        ("timestamp.json", "\"version\":1}", "\"version\":1.5}", "metadata-malformed"),
        ("timestamp.json", "\"version\":1}", "\"version\":0}", "metadata-malformed"),
        ("timestamp.json", "2027-01-01", "2027-13-01", "metadata-malformed"),
        ("timestamp.json", "2027-01-01T00:00:00Z", "2027-01-01", "metadata-malformed"),
        ("timestamp.json", "2027-01-01T00:00:00Z", "2027-01-01T01:00:00+01:00", "metadata-malformed"),
        ("timestamp.json", "2026-11-21T12:00:00Z", "yesterday", "metadata-malformed"),
        ("timestamp.json", "1}}", "1}", "metadata-truncated"),
        ("timestamp.json", "2027-01-01", "2037-01-01", "pack-too-few-signatures"),
    ] {
        let memory = Memory::first();
        memory.edit(&format!("metadata/{name}"), |text| text.replace(from, to));
        assert_eq!(refused(&mut client(&memory), &memory), expected, "{from} to {to}");
    }
}

#[test]
fn a_folder_and_one_file_serve_the_same_pack() {
    let memory = Memory::first();
    let root = memory.get("metadata/1.root.json");
    let folder = tempfile::tempdir().unwrap();
    write_folder(folder.path(), &memory.all()).unwrap();
    let file = write_archive(&memory.all()).unwrap();
    let mut reversed = memory.all();
    reversed.reverse();
    assert_eq!(file, write_archive(&reversed).unwrap(), "the same files make the same bytes");
    let folder = FolderRepository::new(folder.path());
    let file = ArchiveRepository::read(&file).unwrap();
    let both: [&dyn Repository; 2] = [&folder, &file];
    for repository in both {
        let mut client = Client::open(MemoryStore::default(), &root).unwrap();
        let accepted = client.update(repository, time(NOW), Expiry::Refuse).unwrap();
        assert_eq!(accepted.target(repository, "a/b.txt").unwrap(), b"one");
    }
}

/// Metadata is read before it is proven, so its words may be anybody's.
#[test]
fn a_refusal_repeats_no_hostile_text() {
    let signed =
        r#"{"_type":"root","spec_version":"1.0","version":1,"expires":"2028-01-01","keys":{},"roles":{}}"#;
    for (from, to) in [("\"root\"", r#""\u001b[2J""#), ("1.0", r"2\u001b[2J"), ("2028-01-01", r"\u001b[2J")] {
        let hostile = format!(r#"{{"signatures":[],"signed":{}}}"#, signed.replace(from, to));
        let error = Client::open(MemoryStore::default(), hostile.as_bytes()).err().unwrap();
        assert!(!error.to_string().chars().any(char::is_control), "{error}");
    }
}

#[test]
fn archives_that_are_none_are_refused() {
    let good = write_archive(&Memory::first().all()).unwrap();
    for end in [0, 1, 10, good.len() / 2, good.len() - 9] {
        let code = ArchiveRepository::read(&good[..end]).map_err(|e| e.code()).err();
        assert_eq!(code, Some("pack-file-damaged"), "{end}");
    }
    assert_eq!(ArchiveRepository::read(b"hello").unwrap_err().code(), "pack-file-damaged");
    for more in [&b"\0"[..], &good] {
        let longer = [&good, more].concat();
        assert_eq!(ArchiveRepository::read(&longer).unwrap_err().code(), "pack-file-damaged");
    }
    let escaping = write_archive(&[("a/../../b".to_owned(), vec![])]);
    if let Ok(bytes) = escaping {
        assert_eq!(ArchiveRepository::read(&bytes).unwrap_err().code(), "pack-file-entry");
    }
}
