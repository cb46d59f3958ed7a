//! Publishing where the keys of root and targets are kept elsewhere.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use ring::rand::SystemRandom;
use verilabel_issuer::lifecycle::{ChangeKind, Note};
use verilabel_issuer::{
    CompromiseKey, HolderKey, PackKeys, Passphrase, RootWishes, Signatories, TargetsWishes, draft_root,
    draft_targets, generate, owners_documents, store,
};
use verilabel_label::Status;
use verilabel_trust::PackContents;
use verilabel_verify::Conclusion;
use verilabel_wire::{Algorithm, Sign};

use super::House;
use crate::ceremony::{hold, targets, wishes};
use crate::support::{Bench, now, number, on_both, propose};

on_both! {
    daily_work_needs_no_offline_key,
    what_only_the_holders_can_say_waits_for_them,
    another_online_key_takes_over,
    a_stolen_key_does_not_take_the_one_before_with_it,
    a_pack_with_partners_is_left_alone,
}

fn passphrase() -> Passphrase {
    Passphrase::new("tests protect nothing".to_owned()).unwrap()
}

/// Makes an online key in a folder of the house's keys.
fn online(folder: &std::path::Path, role: &str) -> Signatories {
    let private = generate(Algorithm::EdDsa).unwrap();
    store(&folder.join(role), &private, &passphrase(), SystemRandom::new()).unwrap();
    let key = private.signing_key(SystemRandom::new()).unwrap();
    Signatories { keys: vec![HolderKey::new(role.to_owned(), key.key())], threshold: 1 }
}

fn keys_of(bench: &Bench) -> PathBuf {
    bench.folder.path().join("pack-keys")
}

/// The documents that the holders are to sign, as the records have them.
async fn documents(bench: &Bench) -> BTreeMap<String, Vec<u8>> {
    let register = bench.authority.register().to_json().unwrap();
    let issuer = bench.authority.snapshot().await.unwrap().published_issuer().await.unwrap();
    let contents = PackContents { register, issuers: vec![issuer], ..PackContents::default() };
    owners_documents(&contents, &[]).unwrap()
}

fn open(bench: &Bench) -> Arc<PackKeys> {
    Arc::new(PackKeys::open(&keys_of(bench), &passphrase(), &SystemRandom::new()).unwrap())
}

/// A house whose root and targets are held by keys 1 to 3, two at a time, of which none is there.
async fn house(bench: Bench) -> House {
    let folder = keys_of(&bench);
    let root = RootWishes { online: Some(online(&folder, "online")), ..wishes(&[1, 2, 3], 2, None) };
    hold(&folder, &draft_root(&folder, &root, now()).unwrap(), &[1, 2]).unwrap();
    assert_eq!(
        PackKeys::open(&folder, &passphrase(), &SystemRandom::new()).err().unwrap().code(),
        "pack-no-targets"
    );
    let daily = TargetsWishes {
        status: Some(online(&folder, "status")),
        products: Some(online(&folder, "products")),
        ..targets(documents(&bench).await, 7, 8)
    };
    hold(&folder, &draft_targets(&folder, &daily, now()).unwrap(), &[2, 3]).unwrap();
    let keys = open(&bench);
    House { bench, keys, time: Arc::new(AtomicI64::new(now().seconds())) }
}

/// The next ceremony for targets, with the documents as the records have them now.
async fn ceremony(house: &House) {
    let folder = keys_of(&house.bench);
    let mut next = targets(documents(&house.bench).await, 7, 8);
    (next.status, next.products) = (None, None);
    hold(&folder, &draft_targets(&folder, &next, house.now()).unwrap(), &[1, 3]).unwrap();
}

fn metadata(house: &House) -> Vec<String> {
    let folder = house.folder().join("pack/metadata");
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

async fn daily_work_needs_no_offline_key(bench: Bench) {
    let house = house(bench).await;
    let label = house.bench.label(1).await;
    let link = house.link(&label).await;
    let done = house.publish().await;
    assert_eq!((done.version, done.waiting.len()), (Some(1), 0));
    assert_eq!(house.judged(&link), Conclusion::InForce);
    let before = metadata(&house);
    house.bench.decide(&house.bench.approver, propose(&number(1), ChangeKind::Suspend)).await.unwrap();
    let done = house.publish().await;
    assert_eq!((done.version, done.lists), (Some(2), 1));
    assert_eq!(house.judged(&link), Conclusion::Revoked);
    assert_eq!(house.stated(label.status), Status::Suspended);
    let new: Vec<String> = metadata(&house).into_iter().filter(|name| !before.contains(name)).collect();
    let status = format!("2.status-{}.json", house.pack().issuers()[0].id);
    assert_eq!(new, ["2.snapshot.json".to_owned(), status], "nothing else was signed anew");
    assert_eq!(house.publish().await.version, None, "nothing changed, nothing published");
    // A service that starts goes on from what is there.
    house.wait(4 * 86_400);
    assert_eq!(house.publish().await.version, Some(3), "snapshot, timestamp and list after half their time");
    assert_eq!(house.judged(&link), Conclusion::Revoked);
    // The roles' metadata is signed anew before it expires; that of targets cannot be, and need not.
    house.wait(60 * 86_400);
    house.publish().await;
    house.wait(60 * 86_400);
    house.publish().await;
    assert_eq!(house.judged(&link), Conclusion::Revoked);
    assert!(house.pack().accepted().delegated().all(|role| role.state.unwrap().1 > house.now()));
}

async fn what_only_the_holders_can_say_waits_for_them(bench: Bench) {
    let house = house(bench).await;
    let label = house.bench.label(1).await;
    let link = house.link(&label).await;
    let mut publisher = house.publisher();
    publisher.publish().await.unwrap();
    // Another key of the authority's: verifiers do not know it, so lists go on being signed with the one before.
    house.bench.add_key(2).await;
    house.bench.decide(&house.bench.approver, propose(&number(1), ChangeKind::Suspend)).await.unwrap();
    let done = publisher.publish().await.unwrap();
    assert_eq!(done.waiting, [format!("issuers/{}.json", house.pack().issuers()[0].id)]);
    assert_eq!(publisher.health().borrow().waiting, done.waiting);
    assert_eq!(house.pack().issuers()[0].keys.len(), 1);
    assert_eq!(house.judged(&link), Conclusion::Revoked);
    // The holders sign; a service that goes on working takes it up by itself.
    ceremony(&house).await;
    let done = publisher.publish().await.unwrap();
    assert!(done.version.is_some() && done.waiting.is_empty(), "{done:?}");
    assert_eq!(house.pack().issuers()[0].keys.len(), 2);
    assert_eq!(house.judged(&link), Conclusion::Revoked);
    assert_eq!(publisher.publish().await.unwrap().version, None);
}

/// While one key follows another both are in use.
async fn a_stolen_key_does_not_take_the_one_before_with_it(bench: Bench) {
    let house = house(bench).await;
    let label = house.bench.label(1).await;
    let link = house.link(&label).await;
    let key = house.bench.add_key(2).await;
    ceremony(&house).await;
    let mut publisher = house.publisher();
    publisher.publish().await.unwrap();
    let note = Note::new("stolen").unwrap();
    house.bench.decide(&house.bench.operator, CompromiseKey { key, note }).await.unwrap();
    house.bench.decide(&house.bench.approver, propose(&number(1), ChangeKind::Suspend)).await.unwrap();
    let done = publisher.publish().await.unwrap();
    assert_eq!((done.lists, done.lists_without_key), (1, 0));
    assert_eq!(house.judged(&link), Conclusion::Revoked);
}

async fn another_online_key_takes_over(bench: Bench) {
    let house = house(bench).await;
    let label = house.bench.label(1).await;
    let link = house.link(&label).await;
    let mut publisher = house.publisher();
    publisher.publish().await.unwrap();
    let folder = keys_of(&house.bench);
    let next = RootWishes {
        root: None,
        targets: None,
        online: Some(online(&folder, "online-2")),
        expires: house.now().plus_seconds(365 * 86_400),
    };
    hold(&folder, &draft_root(&folder, &next, house.now()).unwrap(), &[1, 3]).unwrap();
    // This one has not opened the new key.
    let error = publisher.publish().await.unwrap_err();
    assert_eq!((error.code(), house.version()), ("publication-keys", 1));
    assert_eq!(house.judged(&link), Conclusion::InForce, "what is out there stands");
    fs::remove_dir_all(folder.join("online")).unwrap();
    let House { bench, time, .. } = house;
    let house = House { keys: open(&bench), bench, time };
    let version = house.publish().await.version;
    assert!(version.is_some_and(|version| version > 1), "{version:?}");
    assert_eq!(house.judged(&link), Conclusion::InForce);
    assert_eq!(house.pack().accepted().roles()[0].version, 2);
    assert_eq!(house.publish().await.version, None);
}

async fn a_pack_with_partners_is_left_alone(bench: Bench) {
    let house = house(bench).await;
    house.bench.label(1).await;
    let partners = keys_of(&house.bench).join("partners");
    fs::create_dir_all(&partners).unwrap();
    let jwk = serde_json::to_value(verilabel_trust::Jwk::of(crate::ceremony::key(5).key())).unwrap();
    let record = serde_json::json!({
        "introduction": {"schema": "verilabel-partner-keys/1", "id": "b.gov", "threshold": 1, "keys": [jwk]},
        "may_issue": [],
    });
    fs::write(partners.join("b.gov.json"), record.to_string()).unwrap();
    let error = house.publisher().publish().await.unwrap_err();
    assert_eq!(error.code(), "publication-partners");
    assert!(!house.folder().join("pack").exists(), "nothing is written");
    fs::remove_dir_all(&partners).unwrap();
    assert!(house.publish().await.version.is_some());
}
