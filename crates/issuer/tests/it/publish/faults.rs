//! Folders that are lost, foreign or touched.

use std::fs;

use verilabel_issuer::lifecycle::ChangeKind;
use verilabel_issuer::{Authority, DatabaseUrl, Order, PackKeys, Passphrase, Publisher, Validities, restore};
use verilabel_label::Status;
use verilabel_trust::{Client, Expiry, FolderRepository, MemoryStore, TrustPack};

use super::{House, quick};
use crate::support::{Bench, Kind, new_database, now, number, on_both, register, signers};
use ring::rand::SystemRandom;

on_both! {
    a_lost_folder_is_made_anew_and_goes_forward,
    records_from_a_backup_do_not_take_the_folder_back,
    a_restored_authority_goes_beyond_what_was_released,
    a_folder_of_another_root_is_left_alone,
    metadata_that_was_touched_is_replaced,
    objects_that_went_missing_come_back,
}

async fn a_lost_folder_is_made_anew_and_goes_forward(bench: Bench) {
    let house = House::new(bench);
    let label = house.bench.label(1).await;
    house.publish().await;
    house.bench.change(&number(1), ChangeKind::Suspend).await.unwrap();
    house.publish().await;
    fs::remove_dir_all(house.folder()).unwrap();
    assert_eq!(house.publish().await.version, Some(3));
    assert_eq!(house.stated(label.status), Status::Suspended);
    assert!(house.folder().join("status/1-suspension").exists());
    let pack = house.pack();
    assert!(pack.product(&pack.issuers()[0], &number(1)).is_some());
}

async fn records_from_a_backup_do_not_take_the_folder_back(bench: Bench) {
    let house = House::new(bench);
    let label = house.bench.label(1).await;
    house.bench.change(&number(1), ChangeKind::Suspend).await.unwrap();
    house.publish().await;
    house.wait(1);
    house.bench.change(&number(1), ChangeKind::Reinstate).await.unwrap();
    house.publish().await;
    // The records as they were before the second release, with the label suspended.
    house.bench.tamper("DELETE FROM releases WHERE version = 2").await;
    house.bench.tamper("UPDATE labels SET status = 2").await;
    house.bench.tamper("UPDATE status_lists SET changed_seq = 1").await;
    assert_eq!(house.publish().await.version, Some(3), "higher than what readers have");
    assert_eq!(house.stated(label.status), Status::Suspended, "the records count, not the folder");
}

/// The folder, which says what was released since the backup, is lost with the records; and once more.
async fn a_restored_authority_goes_beyond_what_was_released(bench: Bench) {
    let mut house = House::new(bench);
    let label = house.bench.label(1).await;
    house.publish().await;
    let backup = house.bench.folder.path().join("backup");
    let order = Order { actor: house.bench.operator.clone(), at: house.now() };
    house.bench.authority.back_up(&backup, order).await.unwrap();
    let root = fs::read(house.folder().join("pack/metadata/1.root.json")).unwrap();
    let mut verifier = Client::open(MemoryStore::default(), &root).unwrap();
    for restored in ["restored", "restored-again"] {
        for _ in 0..3 {
            house.bench.change(&number(1), ChangeKind::Suspend).await.unwrap();
            house.publish().await;
            house.bench.change(&number(1), ChangeKind::Reinstate).await.unwrap();
            house.publish().await;
        }
        let repository = FolderRepository::new(&house.folder().join("pack"));
        verifier.update(&repository, house.now(), Expiry::Refuse).unwrap();
        fs::remove_dir_all(house.folder()).unwrap();
        house.wait(60);
        let folder = house.bench.folder.path().join(restored);
        let database = match house.bench.kind {
            Kind::Sqlite => DatabaseUrl::sqlite("authority.db"),
            Kind::Postgres => new_database("restored"),
        };
        restore(&backup, &folder, &database, house.now(), &SystemRandom::new()).await.unwrap();
        house.bench.authority = Authority::open(&folder, register(), &SystemRandom::new()).await.unwrap();
        house.bench.change(&number(1), ChangeKind::Suspend).await.unwrap();
        house.publish().await;
        let accepted = verifier.update(&repository, house.now(), Expiry::Refuse).unwrap();
        TrustPack::open(accepted, &repository).unwrap();
        assert_eq!(house.stated(label.status), Status::Suspended);
        house.bench.change(&number(1), ChangeKind::Reinstate).await.unwrap();
    }
}

async fn a_folder_of_another_root_is_left_alone(bench: Bench) {
    let house = House::new(bench);
    house.publish().await;
    let before = house.files();
    let passphrase = Passphrase::new("tests protect nothing".to_owned()).unwrap();
    let folder = house.bench.folder.path().join("other-keys");
    let keys =
        PackKeys::create(&folder, &passphrase, &Validities::default(), now(), &SystemRandom::new()).unwrap();
    let authority = house.bench.authority.clone();
    let url = house.folder().to_str().unwrap().to_owned();
    let mut other = Publisher::open(authority, signers(), keys.into(), &url, quick(), house.clock()).unwrap();
    assert_eq!(other.publish().await.unwrap_err().code(), "publication-foreign-folder");
    assert_eq!(house.files(), before);
}

async fn metadata_that_was_touched_is_replaced(bench: Bench) {
    let house = House::new(bench);
    house.bench.label(1).await;
    house.publish().await;
    for (version, file) in (2..).zip(["timestamp.json", "2.snapshot.json", "3.targets.json"]) {
        let path = house.folder().join("pack/metadata").join(file);
        let mut text = fs::read_to_string(&path).unwrap();
        text = text.replace("expires", "expired");
        fs::write(&path, text).unwrap();
        assert_eq!(house.publish().await.version, Some(version), "{file}");
        house.pack();
    }
}

async fn objects_that_went_missing_come_back(bench: Bench) {
    let house = House::new(bench);
    house.bench.label(1).await;
    house.publish().await;
    for file in ["status/1", "status/1-suspension", ".well-known/did.json"] {
        fs::remove_file(house.folder().join(file)).unwrap();
        // A publisher that starts looks whether all is there.
        assert!(house.publish().await.version.is_some(), "{file}");
        assert!(house.folder().join(file).exists(), "{file}");
    }
}
