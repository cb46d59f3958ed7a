//! The drill: back up, lose everything, restore, go on.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use verilabel_issuer::lifecycle::ChangeKind;
use verilabel_issuer::{
    Authority, CreateRun, DatabaseUrl, Keystore, LabelFilter, LabelId, Order, Passphrase, Serials, restore,
};
use verilabel_label::Status;
use verilabel_wire::Algorithm;

use crate::support::{Bench, Kind, draft, edit, gtin, new_database, now, number, on_both, propose, register};
use ring::rand::SystemRandom;

on_both! {
    a_backup_is_restored_into_either_database,
    a_backup_that_was_touched_is_refused,
    nothing_is_restored_over_anything,
    every_restore_goes_on_in_lists_of_its_own,
    a_backup_of_older_software_is_brought_up_to_date,
}

async fn backed_up(bench: &Bench) -> PathBuf {
    let passphrase = Passphrase::new("tests protect nothing".to_owned()).unwrap();
    let keystore = Keystore::new(&bench.authority.folder().keys(), passphrase, SystemRandom::new());
    keystore.generate(Algorithm::EdDsa).unwrap();
    for n in 1..=5 {
        bench.label(n).await;
    }
    bench.decide(&bench.approver, propose(&number(2), ChangeKind::Suspend)).await.unwrap();
    backed_up_as_it_is(bench).await
}

async fn backed_up_as_it_is(bench: &Bench) -> PathBuf {
    let backup = bench.folder.path().join("backup");
    let order = Order { actor: bench.operator.clone(), at: now() };
    bench.authority.back_up(&backup, order).await.unwrap();
    backup
}

async fn a_backup_is_restored_into_either_database(bench: Bench) {
    let backup = backed_up(&bench).await;
    let order = Order { actor: bench.operator.clone(), at: now() };
    assert_eq!(bench.authority.back_up(&backup, order).await.unwrap_err().code(), "authority-exists");
    let before = bench.authority.labels(&LabelFilter::default(), LabelId::new(0), 10).await.unwrap();
    let links = |authority: Authority| async move {
        authority.codes_of_label(authority.label(&number(1)).await.unwrap().id).await.unwrap()
    };
    let codes = links(bench.authority.clone()).await;
    // What is decided after the backup is not in it.
    let lost = bench.label(6).await.status;
    let databases =
        [(Kind::Sqlite, DatabaseUrl::sqlite("other.db")), (Kind::Postgres, new_database("restored"))];
    for (kind, database) in databases {
        let folder = bench.folder.path().join(format!("restored-{kind:?}"));
        let restored = restore(&backup, &folder, &database, now(), &SystemRandom::new()).await.unwrap();
        assert!(restored.rows > 50);
        let authority = Authority::open(&folder, register(), &SystemRandom::new()).await.unwrap();
        assert_eq!(authority.chain_end().await.unwrap(), restored.end);
        assert_eq!(authority.labels(&LabelFilter::default(), LabelId::new(0), 10).await.unwrap(), before);
        assert_eq!(links(authority.clone()).await, codes);
        let report = authority.verify_chain(&[]).await.unwrap();
        assert_eq!(report.faults, []);
        let keys = |folder: &Path| fs::read_dir(folder.join("keys")).unwrap().count();
        assert_eq!((keys(&folder), keys(&bench.path())), (1, 1));
        // It goes on where the backup was made: no number or row twice, and no index of what came after it.
        let place = before[1].status_ref;
        let mut snapshot = authority.snapshot().await.unwrap();
        let statuses = snapshot.status_list(place.list).await.unwrap();
        assert_eq!(statuses.status(place.index), Some(Status::Suspended));
        drop(snapshot);
        let moved = Bench { authority, ..Bench::new(Kind::Sqlite).await };
        let label = moved.label(7).await;
        assert!(before.iter().all(|known| known.status_ref.list < label.status.list));
        assert!(lost.list < label.status.list);
        assert_eq!(label.status.list, restored.next_list);
        assert!(restored.next_list > 1 << 21, "further than 2³¹ entries of lists of 2¹⁰");
        assert_eq!(moved.prepare(draft(3)).await.unwrap_err().code(), "number-taken");
        assert_eq!(moved.authority.verify_chain(&[]).await.unwrap().faults, []);
    }
}

async fn a_backup_that_was_touched_is_refused(bench: Bench) {
    let backup = backed_up(&bench).await;
    let records = backup.join("records.jsonl");
    let whole = fs::read_to_string(&records).unwrap();
    let target = bench.folder.path().join("restored");
    let database = DatabaseUrl::sqlite("authority.db");
    let refused = async || {
        let refused = restore(&backup, &target, &database, now(), &SystemRandom::new()).await.unwrap_err();
        assert!(!target.join("authority.toml").exists());
        fs::remove_dir_all(&target).ok();
        refused
    };
    edit(&records, "Lumora Devices", "Lumora Device5");
    let changed = refused().await;
    assert!(changed.to_string().contains("records.jsonl"), "{changed}");
    assert_eq!(changed.code(), "store-damaged");
    // Even with a manifest that fits, the audit chain tells.
    fs::write(&records, whole.replace("approve-award", "approve-awarD")).unwrap();
    fit_manifest(&backup, None);
    let changed = refused().await;
    assert!(changed.to_string().contains("audit chain"), "{changed}");
    fs::remove_file(backup.join("manifest.json")).unwrap();
    assert_eq!(refused().await.code(), "authority-file");
}

/// Makes the manifest of a backup that was touched one of what it is now, and of another schema if one is given.
fn fit_manifest(backup: &Path, schema: Option<i64>) {
    let records = fs::read(backup.join("records.jsonl")).unwrap();
    let digest = verilabel_wire::sha256(&records);
    let digest = digest.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let manifest = backup.join("manifest.json");
    let mut json: Value = serde_json::from_slice(&fs::read(&manifest).unwrap()).unwrap();
    json["files"]["records.jsonl"] = serde_json::json!({"length": records.len(), "sha256": digest});
    if let Some(schema) = schema {
        json["tables"] = schema.into();
    }
    fs::write(&manifest, json.to_string()).unwrap();
}

/// As it was when runs did not say whether they were written as a whole.
async fn a_backup_of_older_software_is_brought_up_to_date(bench: Bench) {
    bench.label(1).await;
    let serials = Serials::Consecutive("SN0000".parse().unwrap());
    let create = CreateRun { label: number(1), gtin: gtin(1), serials, units: 10 };
    let run = bench.decide(&bench.officer, create).await.unwrap().id;
    bench.tamper("UPDATE runs SET written = units").await;
    assert!(!bench.authority.run(run).await.unwrap().whole);
    let backup = backed_up_as_it_is(&bench).await;
    let records = backup.join("records.jsonl");
    let mut of_runs = false;
    let mut older = Vec::new();
    for line in fs::read_to_string(&records).unwrap().lines() {
        let mut json: Value = serde_json::from_str(line).unwrap();
        if let Some(table) = json.get("table") {
            of_runs = table == "runs";
        }
        if of_runs {
            let cells = if json.is_array() { &mut json } else { &mut json["columns"] };
            cells.as_array_mut().unwrap().pop();
        }
        older.push(json.to_string());
    }
    fs::write(&records, older.join("\n")).unwrap();
    fit_manifest(&backup, Some(5));
    let database = match bench.kind {
        Kind::Sqlite => DatabaseUrl::sqlite("authority.db"),
        Kind::Postgres => new_database("restored"),
    };
    let folder = bench.folder.path().join("restored");
    restore(&backup, &folder, &database, now(), &SystemRandom::new()).await.unwrap();
    let authority = Authority::open(&folder, register(), &SystemRandom::new()).await.unwrap();
    assert!(authority.run(run).await.unwrap().whole, "as the migration has it of runs that were there");
    assert_eq!(authority.verify_chain(&[]).await.unwrap().faults, []);

    fit_manifest(&backup, Some(99));
    let folder = bench.folder.path().join("never");
    let newer = restore(&backup, &folder, &database, now(), &SystemRandom::new()).await.unwrap_err();
    assert_eq!(newer.code(), "store-newer");
}

/// One backup is restored twice, and labels are signed in between.
async fn every_restore_goes_on_in_lists_of_its_own(bench: Bench) {
    let backup = backed_up(&bench).await;
    let mut lists = Vec::new();
    for n in 0..3 {
        let database = match bench.kind {
            Kind::Sqlite => DatabaseUrl::sqlite("authority.db"),
            Kind::Postgres => new_database("restored"),
        };
        let folder = bench.folder.path().join(format!("restored-{n}"));
        let restored = restore(&backup, &folder, &database, now(), &SystemRandom::new()).await.unwrap();
        lists.push(restored.next_list);
    }
    lists.dedup();
    assert!(lists.len() > 1, "{lists:?}");
}

async fn nothing_is_restored_over_anything(bench: Bench) {
    let backup = backed_up(&bench).await;
    let own = restore(&backup, &bench.path(), &DatabaseUrl::sqlite("other.db"), now(), &SystemRandom::new())
        .await
        .unwrap_err();
    assert_eq!(own.code(), "authority-exists");
    let database = match bench.kind {
        Kind::Sqlite => DatabaseUrl::sqlite(bench.path().join("authority.db").to_str().unwrap()),
        Kind::Postgres => bench.authority.folder().database().clone(),
    };
    let folder = bench.folder.path().join("new");
    let occupied = restore(&backup, &folder, &database, now(), &SystemRandom::new()).await.unwrap_err();
    assert_eq!(occupied.code(), "authority-exists");
    assert_eq!(bench.authority.verify_chain(&[]).await.unwrap().faults, []);
}
