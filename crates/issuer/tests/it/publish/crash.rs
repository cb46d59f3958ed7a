//! Cut off anywhere, the next publication makes it good, and readers never notice.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use verilabel_issuer::lifecycle::ChangeKind;
use verilabel_label::Status;
use verilabel_trust::{Client, Expiry, FolderRepository, MemoryStore, TrustPack};

use super::House;
use crate::support::{Bench, draft, number, on_both, signers};

on_both! {
    a_fault_at_any_object_leaves_the_old_state_and_is_made_good,
    what_follows_the_timestamp_is_made_good_too,
    half_written_files_go,
    half_an_archive_goes,
    a_publisher_that_died_holds_up_nobody,
    whoever_publishes_elsewhere_is_waited_for,
    a_turn_beyond_what_turns_last_holds_up_nobody,
    a_reader_never_sees_a_mixture,
    publishers_take_turns,
}

/// Something that cannot be replaced stands in the way of one object after the other.
async fn a_fault_at_any_object_leaves_the_old_state_and_is_made_good(bench: Bench) {
    let house = House::new(bench);
    let label = house.bench.label(1).await;
    house.publish().await;
    let statuses = [(ChangeKind::Suspend, Status::Suspended), (ChangeKind::Reinstate, Status::Valid)];
    let objects: [fn(u64) -> String; 7] = [
        |version| format!("pack/metadata/{version}.targets.json"),
        |version| format!("pack/metadata/{version}.snapshot.json"),
        |_| "status/1".into(),
        |_| "status/1-revocation".into(),
        |_| "status/1-suspension".into(),
        |_| "pack/targets/status/specimen.sg".into(),
        |_| "pack.tar.gz".into(),
    ];
    for (object, (change, status)) in objects.iter().zip(statuses.iter().cycle()) {
        let before = house.version();
        let path = house.folder().join(object(before + 1));
        let there = Obstacle::put(&path);
        let old = if there.is_pack_folder { None } else { Some(house.stated(label.status)) };
        house.bench.change(&number(1), *change).await.unwrap();
        let error = house.publisher().publish().await.unwrap_err();
        assert_eq!(error.code(), "publication-unreachable", "{}: {error}", path.display());
        if let Some(old) = old {
            let expected = if path.ends_with("pack.tar.gz") { *status } else { old };
            assert_eq!(house.stated(label.status), expected, "{}", path.display());
        }
        there.remove();
        let done = house.publish().await;
        assert_eq!(house.stated(label.status), *status, "{}", path.display());
        // A version that was planned is not used for anything else, even if nobody has seen it.
        let version = match object(0).as_str() {
            "pack.tar.gz" => None,
            "pack/targets/status/specimen.sg" => Some(before + 1),
            _ => Some(before + 2),
        };
        assert_eq!(done.version, version, "{}", path.display());
        let token = fs::read(house.folder().join("status/1")).unwrap();
        assert!(house.files().iter().any(|(name, bytes)| name.contains(".1.cwt") && *bytes == token));
    }
}

/// A folder where a file should be, or a file where a folder should be.
struct Obstacle {
    path: std::path::PathBuf,
    aside: Option<std::path::PathBuf>,
    is_pack_folder: bool,
}

impl Obstacle {
    fn put(path: &Path) -> Self {
        let is_pack_folder = path.is_dir();
        let aside = path.exists().then(|| path.with_extension("aside"));
        if let Some(aside) = &aside {
            fs::rename(path, aside).unwrap();
        }
        if is_pack_folder {
            fs::write(path, "in the way").unwrap();
        } else {
            fs::create_dir(path).unwrap();
        }
        Self { path: path.to_owned(), aside, is_pack_folder }
    }

    fn remove(self) {
        if self.is_pack_folder {
            fs::remove_file(&self.path).unwrap();
        } else {
            fs::remove_dir(&self.path).unwrap();
        }
        if let Some(aside) = self.aside {
            fs::rename(aside, self.path).unwrap();
        }
    }
}

async fn what_follows_the_timestamp_is_made_good_too(bench: Bench) {
    let house = House::new(bench);
    house.bench.label(1).await;
    house.publish().await;
    let before = house.files();
    // As it would be had the publisher died right after the timestamp.
    house.bench.tamper("UPDATE releases SET published = 0").await;
    house.bench.tamper("UPDATE codes SET published = 0").await;
    fs::remove_file(house.folder().join("pack.tar.gz")).unwrap();
    fs::remove_dir_all(house.folder().join("labels")).unwrap();
    let done = house.publish().await;
    assert_eq!((done.version, done.labels), (None, 1));
    assert_eq!(house.files(), before);
    assert_eq!(house.publish().await.labels, 0);
}

async fn half_written_files_go(bench: Bench) {
    let house = House::new(bench);
    house.bench.label(1).await;
    house.publish().await;
    let debris = ["pack/metadata/timestamp.json#1", "pack/metadata/2.targets.json#2", "status/1#1"];
    for name in debris {
        fs::write(house.folder().join(name), "half").unwrap();
    }
    house.bench.change(&number(1), ChangeKind::Suspend).await.unwrap();
    house.publish().await;
    assert!(house.files().keys().all(|name| !name.contains('#')), "{:?}", house.files().keys());
}

async fn half_an_archive_goes(bench: Bench) {
    let house = House::new(bench);
    house.bench.label(1).await;
    house.publish().await;
    // As it would be had the publisher died writing it.
    fs::rename(house.folder().join("pack.tar.gz"), house.folder().join("pack.tar.gz#1")).unwrap();
    assert_eq!(house.publish().await.version, None);
    assert!(house.folder().join("pack.tar.gz").exists());
    assert!(!house.folder().join("pack.tar.gz#1").exists());
}

/// The turn is somebody's for so many seconds still.
async fn turn_of(house: &House, folder: &str, seconds: u64) {
    let until = house.now().plus_seconds(seconds).seconds();
    let sql = format!("UPDATE publishing SET holder = '{folder}/somebody', until = {until} WHERE id = 1");
    assert_eq!(house.bench.tamper(sql.leak()).await, 1);
    house.bench.change(&number(1), ChangeKind::Suspend).await.unwrap();
}

async fn a_publisher_that_died_holds_up_nobody(bench: Bench) {
    let house = House::new(bench);
    let label = house.bench.label(1).await;
    house.publish().await;
    let folder = fs::read_to_string(house.folder().join(".publishing")).unwrap();
    turn_of(&house, &folder, 40).await;
    // It does not hold the folder's lock any more.
    assert_eq!(house.publish().await.version, Some(2));
    assert_eq!(house.stated(label.status), Status::Suspended);
}

async fn whoever_publishes_elsewhere_is_waited_for(bench: Bench) {
    let house = House::new(bench);
    let label = house.bench.label(1).await;
    house.publish().await;
    turn_of(&house, "another-folder", 40).await;
    let error = house.publisher().publish().await.unwrap_err();
    assert_eq!(error.code(), "publication-busy");
    house.wait(41);
    house.publish().await;
    assert_eq!(house.stated(label.status), Status::Suspended);
}

/// It was taken by a clock that was a day ahead, and nobody is at work any more.
async fn a_turn_beyond_what_turns_last_holds_up_nobody(bench: Bench) {
    let house = House::new(bench);
    let label = house.bench.label(1).await;
    house.publish().await;
    turn_of(&house, "another-folder", 86_400).await;
    house.publish().await;
    assert_eq!(house.stated(label.status), Status::Suspended);
}

async fn a_reader_never_sees_a_mixture(bench: Bench) {
    let house = House::new(bench);
    for n in 1..=2 {
        house.bench.label(n).await;
    }
    house.publish().await;
    let stop = Arc::new(AtomicBool::new(false));
    let reader = {
        let (stop, folder, now) = (Arc::clone(&stop), house.folder().join("pack"), house.now());
        std::thread::spawn(move || {
            let root = fs::read(folder.join("metadata/1.root.json")).unwrap();
            // It remembers what it has accepted: a version that falls would be refused.
            let mut client = Client::open(MemoryStore::default(), &root).unwrap();
            let mut versions = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                let repository = FolderRepository::new(&folder);
                let accepted = client.update(&repository, now, Expiry::Refuse).unwrap();
                versions.push(accepted.roles()[1].version);
                let pack = TrustPack::open(accepted, &repository).unwrap();
                let issuer = &pack.issuers()[0];
                pack.status_list(issuer, 1).unwrap();
            }
            versions
        })
    };
    let mut publisher = house.publisher();
    for n in 0..15 {
        house.bench.change(&number(1 + n % 2), ChangeKind::Suspend).await.unwrap();
        publisher.publish().await.unwrap();
        house.bench.change(&number(1 + n % 2), ChangeKind::Reinstate).await.unwrap();
        publisher.publish().await.unwrap();
    }
    stop.store(true, Ordering::Relaxed);
    let versions = reader.join().unwrap();
    assert!(versions.is_sorted());
    assert!(versions.len() > 5, "it has read all the while: {versions:?}");
    assert_eq!(house.version(), 31);
}

async fn publishers_take_turns(bench: Bench) {
    let house = House::new(bench);
    let label = house.bench.label(1).await;
    house.publish().await;
    let other = house.bench.reopened().await;
    let mut publishers = Vec::new();
    for authority in [house.bench.authority.clone(), other.clone(), other] {
        let url = house.folder().to_str().unwrap().to_owned();
        let (keys, signers) = (Arc::clone(&house.keys), signers());
        let opened =
            verilabel_issuer::Publisher::open(authority, signers, keys, &url, super::quick(), house.clock());
        let mut publisher = opened.unwrap();
        publishers.push(tokio::spawn(async move {
            let mut versions = Vec::new();
            for _ in 0..20 {
                match publisher.publish().await {
                    Ok(done) => versions.extend(done.version),
                    Err(error) => assert!(error.is_contention(), "{error}"),
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            versions
        }));
    }
    for n in 2..=9 {
        house.bench.prepare(draft(n)).await.unwrap();
        house.bench.change(&number(1), ChangeKind::Suspend).await.unwrap();
        house.bench.change(&number(1), ChangeKind::Reinstate).await.unwrap();
    }
    let mut versions = Vec::new();
    for publisher in publishers {
        let own = publisher.await.unwrap();
        assert!(own.is_sorted(), "{own:?}");
        versions.extend(own);
    }
    house.bench.change(&number(1), ChangeKind::Suspend).await.unwrap();
    let last = house.publish().await.version.unwrap();
    assert_eq!(house.stated(label.status), Status::Suspended);
    let published = versions.len();
    versions.sort_unstable();
    versions.dedup();
    assert_eq!(versions.len(), published, "no version stands for two releases");
    assert!(versions.iter().all(|version| *version < last));
}
