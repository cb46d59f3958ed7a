//! Day by day: labels come, are suspended, renewed and withdrawn, and verifiers know.

use std::fs;

use verilabel_credential::{StatusPurpose, parse_status_list};
use verilabel_issuer::lifecycle::{AwardState, ChangeKind, Draft};
use verilabel_issuer::{CompromiseKey, LabelAward, LabelId, Remint, Seq, lifecycle::Note, mint};
use verilabel_label::{LabelClaims, Status};
use verilabel_verify::Conclusion;
use verilabel_wire::{Budget, Profile, Sealed, Sign, StatusListToken};

use super::{House, changed};
use crate::support::{Bench, award, claims, draft, issuer, now, number, on_both, propose, test_key};

on_both! {
    what_was_decided_is_what_verifiers_find,
    the_bitstring_lists_say_the_same,
    nothing_changed_nothing_written,
    only_what_changed_is_written,
    a_renewal_takes_the_place_of_the_old_link,
    a_compromised_key_signs_no_list,
    what_no_key_can_sign_is_trouble,
    what_needs_no_list_is_released_once_without_a_key,
    what_waited_for_a_key_is_made_good_with_the_same_one,
    a_stolen_key_leaves_what_the_records_confirm,
    boxes_from_before_a_renewal_outlive_their_key,
    another_key_mints_anew,
    the_one_file_is_the_same_pack,
    links_out_there_agree_with_the_records,
}

async fn what_was_decided_is_what_verifiers_find(bench: Bench) {
    let house = House::new(bench);
    let label = house.bench.label(1).await;
    let link = house.link(&label).await;
    let done = house.publish().await;
    assert_eq!((done.version, done.lists, done.labels, done.more), (Some(1), 1, 1, false));
    assert_eq!(house.judged(&link), Conclusion::InForce);
    assert_eq!(house.bench.authority.award(label.award).await.unwrap().state, AwardState::Published);
    let last = house.bench.authority.last_publication().await.unwrap().unwrap();
    assert_eq!((last.through, last.note.as_str()), (done.through, "release 1"));

    let folder = house.folder().join("labels/01").join(award(1).gtin.as_str());
    assert_eq!(fs::read_to_string(folder.join("link.txt")).unwrap(), format!("{link}\n"));
    let credential = fs::read_to_string(folder.join("credential.jwt")).unwrap();
    assert_eq!(house.judged(&credential), Conclusion::InForce);
    let pack = house.pack();
    let product = pack.product(&pack.issuers()[0], &number(1)).unwrap();
    assert_eq!(product.brand, award(1).brand);
    let did: serde_json::Value =
        serde_json::from_slice(&fs::read(house.folder().join(".well-known/did.json")).unwrap()).unwrap();
    assert_eq!(did["id"], "did:web:label.example.sg");
    assert_eq!(did["assertionMethod"].as_array().unwrap().len(), 1);

    house.bench.decide(&house.bench.approver, propose(&number(1), ChangeKind::Suspend)).await.unwrap();
    assert_eq!(house.judged(&link), Conclusion::InForce, "nothing is published by itself");
    assert_eq!(house.publish().await.version, Some(2));
    assert_eq!(house.judged(&link), Conclusion::Revoked);
    assert_eq!(house.judged(&credential), Conclusion::Revoked);
    assert_eq!(house.stated(label.status), Status::Suspended);
    house.bench.change(&number(1), ChangeKind::Reinstate).await.unwrap();
    house.publish().await;
    assert_eq!(house.judged(&link), Conclusion::InForce);
    house.bench.change(&number(1), ChangeKind::Withdraw).await.unwrap();
    house.publish().await;
    assert_eq!(house.stated(label.status), Status::Invalid);
    assert_eq!(house.bench.authority.verify_chain(&[]).await.unwrap().faults, []);
}

async fn the_bitstring_lists_say_the_same(bench: Bench) {
    let house = House::new(bench);
    let labels = [house.bench.label(1).await, house.bench.label(2).await, house.bench.label(3).await];
    house.bench.change(&number(2), ChangeKind::Suspend).await.unwrap();
    house.bench.change(&number(3), ChangeKind::Withdraw).await.unwrap();
    house.publish().await;
    let key = test_key(1).key().clone();
    let token = fs::read(house.folder().join("status/1")).unwrap();
    let token = Sealed::<StatusListToken>::parse(&token).unwrap();
    let token = token.open(&key, &mut Budget::default()).unwrap().into_value();
    assert_eq!(token.subject, issuer().status_list_uri(1));
    let due = [Status::Valid, Status::Suspended, Status::Invalid];
    for (purpose, file) in [
        (StatusPurpose::Revocation, "status/1-revocation"),
        (StatusPurpose::Suspension, "status/1-suspension"),
    ] {
        let text = fs::read_to_string(house.folder().join(file)).unwrap();
        let list = parse_status_list(&text).unwrap().open(&key, &mut Budget::default()).unwrap().into_value();
        assert_eq!(list.id, format!("https://label.example.sg/{file}"));
        assert_eq!((list.purpose, list.expires), (purpose, token.expires));
        for (label, status) in labels.iter().zip(due) {
            let set = match purpose {
                StatusPurpose::Revocation => status == Status::Invalid,
                StatusPurpose::Suspension => status == Status::Suspended,
            };
            assert_eq!(list.list.is_set(label.status.index), Some(set), "{purpose} {status:?}");
            assert_eq!(token.list.status(label.status.index), Some(status));
        }
    }
}

async fn nothing_changed_nothing_written(bench: Bench) {
    let house = House::new(bench);
    house.bench.label(1).await;
    let first = house.publish().await;
    let (before, end) = (house.files(), house.bench.authority.chain_end().await.unwrap());
    let mut same = house.publisher();
    for _ in 0..3 {
        let done = same.publish().await.unwrap();
        assert_eq!((done.version, done.lists, done.labels), (None, 0, 0));
        assert!(done.through > first.through);
    }
    // A draft is nobody's business.
    house.bench.prepare(draft(2)).await.unwrap();
    assert_eq!(same.publish().await.unwrap().version, None);
    let end_now = house.bench.authority.chain_end().await.unwrap();
    assert_eq!(end_now.seq, Seq::new(end.seq.number() + 1), "a publication of nothing is no event");
    assert_eq!(house.files(), before);
}

async fn only_what_changed_is_written(bench: Bench) {
    let house = House::new(bench);
    for n in 1..=3 {
        house.bench.label(n).await;
    }
    house.publish().await;
    let before = house.files();
    house.wait(1);
    house.bench.decide(&house.bench.approver, propose(&number(2), ChangeKind::Suspend)).await.unwrap();
    house.publish().await;
    let after = house.files();
    let written = changed(&before, &after);
    let (status, others): (Vec<_>, Vec<_>) =
        written.iter().map(String::as_str).partition(|name| name.starts_with("pack/targets/"));
    assert_eq!(status.len(), 1, "{written:?}");
    assert!(status[0].starts_with("pack/targets/status/specimen.sg/") && status[0].ends_with(".1.cwt"));
    assert_eq!(
        others,
        [
            "pack.tar.gz",
            "pack/metadata/2.snapshot.json",
            "pack/metadata/2.targets.json",
            "pack/metadata/timestamp.json",
            "status/1",
            "status/1-revocation",
            "status/1-suspension",
        ]
    );
    assert!(before.keys().all(|name| after.contains_key(name)), "what the old release refers to stays");

    // A new label changes its product document, and no status list: its entry has always said valid.
    house.bench.label(4).await;
    house.publish().await;
    let written = changed(&after, &house.files());
    let folder = format!("labels/01/{}/", award(4).gtin);
    assert_eq!(written.iter().filter(|name| name.starts_with(&folder)).count(), 2, "{written:?}");
    assert_eq!(written.iter().filter(|name| name.contains("products")).count(), 1, "{written:?}");
    assert!(!written.iter().any(|name| name.contains("status")), "{written:?}");
}

async fn a_renewal_takes_the_place_of_the_old_link(bench: Bench) {
    let house = House::new(bench);
    let first = house.bench.label(1).await;
    house.publish().await;
    let renewal = Draft {
        renewal: true,
        ..Draft::of(LabelAward { valid_until: "2029-11-15".parse().unwrap(), ..later(1) })
    };
    let id = house.bench.prepare(renewal).await.unwrap();
    let second = house.bench.approve(id).await.unwrap();
    house.bench.mint().await;
    house.publish().await;
    let (old, new) = (house.link(&first).await, house.link(&second).await);
    assert_ne!(old, new);
    let file = house.folder().join("labels/01").join(award(1).gtin.as_str()).join("link.txt");
    assert_eq!(fs::read_to_string(file).unwrap().trim_end(), new);
    assert_eq!(house.judged(&new), Conclusion::InForce);
    assert_eq!(house.bench.authority.award(first.award).await.unwrap().state, AwardState::Renewed);
}

fn later(n: u32) -> LabelAward {
    LabelAward { awarded: "2026-11-20".parse().unwrap(), ..award(n) }
}

async fn a_compromised_key_signs_no_list(bench: Bench) {
    let house = House::new(bench);
    let label = house.bench.label(1).await;
    let link = house.link(&label).await;
    house.publish().await;
    let stolen = test_key(1).key().id();
    let note = Note::new("stolen").unwrap();
    house.bench.decide(&house.bench.operator, CompromiseKey { key: stolen, note }).await.unwrap();
    let done = house.publish().await;
    assert_eq!(
        (done.lists, done.lists_without_key),
        (0, 1),
        "the distrust is out before there is another key"
    );
    assert_ne!(house.judged(&link), Conclusion::InForce);
    house.bench.add_key(2).await;
    let done = house.publish().await;
    assert_eq!((done.lists, done.lists_without_key), (1, 0));
    assert_eq!(house.stated(label.status), Status::Valid);
}

/// Nobody is told of a suspension that no key can sign, so it is no success either.
async fn what_no_key_can_sign_is_trouble(bench: Bench) {
    let house = House::new(bench);
    let label = house.bench.label(1).await;
    let mut publisher = house.publisher();
    publisher.publish().await.unwrap();
    let (agreed, through) = (house.now(), publisher.health().borrow().through);
    let stolen = test_key(1).key().id();
    let note = Note::new("stolen").unwrap();
    house.bench.decide(&house.bench.operator, CompromiseKey { key: stolen, note }).await.unwrap();
    house.bench.change(&number(1), ChangeKind::Suspend).await.unwrap();
    for _ in 0..2 {
        house.wait(60);
        publisher.publish().await.unwrap();
        let health = publisher.health().borrow().clone();
        assert_eq!((health.agreed_at, health.through), (Some(agreed), through));
        assert_eq!(health.trouble().unwrap().0, "no-key");
    }
    house.bench.add_key(2).await;
    publisher.publish().await.unwrap();
    assert_eq!(house.stated(label.status), Status::Suspended);
    let health = publisher.health().borrow().clone();
    assert_eq!((health.agreed_at, health.trouble()), (Some(house.now()), None));
}

/// Only the lists wait: everything else goes out, and then nothing does.
async fn what_needs_no_list_is_released_once_without_a_key(bench: Bench) {
    let house = House::new(bench);
    let label = house.bench.label(1).await;
    let first = house.publish().await;
    let second = house.bench.label(2).await;
    let note = Note::new("stolen").unwrap();
    let stolen = test_key(1).key().id();
    house.bench.decide(&house.bench.operator, CompromiseKey { key: stolen, note }).await.unwrap();
    house.bench.change(&number(1), ChangeKind::Suspend).await.unwrap();
    let done = house.publish().await;
    assert_eq!((done.version, done.lists_without_key, done.labels), (Some(2), 1, 1));
    let last = async || house.bench.authority.last_publication().await.unwrap().unwrap();
    // The suspension is not told to be out there, and the label is.
    assert_eq!((done.through, last().await.through), (first.through, first.through));
    assert_eq!(house.bench.authority.award(second.award).await.unwrap().state, AwardState::Published);
    let (before, end) = (house.files(), house.bench.authority.chain_end().await.unwrap());
    for _ in 0..2 {
        let done = house.publish().await;
        assert_eq!((done.version, done.lists_without_key, done.labels), (None, 1, 0));
        assert_eq!(done.through, first.through);
    }
    assert_eq!(house.files(), before);
    assert_eq!(house.bench.authority.chain_end().await.unwrap(), end);
    house.bench.add_key(2).await;
    let done = house.publish().await;
    assert_eq!((done.version, done.lists, last().await.through), (Some(3), 1, done.through));
    assert!(done.through > first.through);
    assert_eq!(house.stated(label.status), Status::Suspended);
}

/// What was not signed for want of a key is not taken for published when the key comes back, here with the clock.
async fn what_waited_for_a_key_is_made_good_with_the_same_one(bench: Bench) {
    let house = House::new(bench);
    let label = house.bench.label(1).await;
    let mut publisher = house.publisher();
    publisher.publish().await.unwrap();
    // Before the key's first day.
    house.wait(-3_600);
    house.bench.change(&number(1), ChangeKind::Suspend).await.unwrap();
    // A release that has not the list, either.
    let waiting = house.bench.label(2).await;
    let done = publisher.publish().await.unwrap();
    assert_eq!((done.lists_without_key, done.labels), (1, 1));
    assert_eq!(house.bench.authority.award(waiting.award).await.unwrap().state, AwardState::Published);
    house.wait(3_600);
    publisher.publish().await.unwrap();
    assert_eq!(house.stated(label.status), Status::Suspended);
}

/// The thief dates a forgery before the theft, and gives it the number and the status entry of an honest label.
async fn a_stolen_key_leaves_what_the_records_confirm(bench: Bench) {
    let house = House::new(bench);
    let label = house.bench.label(1).await;
    let other = house.bench.label(2).await;
    house.publish().await;
    let (link, kept) = (house.link(&label).await, house.link(&other).await);
    let key = test_key(1);
    let honest = claims(&link, key.key());
    let forged = LabelClaims { level: 4.try_into().unwrap(), ..honest };
    let base = house.bench.authority.link_base().await.unwrap();
    let path = award(1).path();
    let forged = mint(&forged, &path, Profile::Named, &base, &key).unwrap().link;
    assert_eq!(house.judged(&forged), Conclusion::InForce, "nobody knows of the theft yet");
    house.bench.add_key(2).await;
    let stolen = key.key().id();
    let note = Note::new("stolen").unwrap();
    house.bench.decide(&house.bench.operator, CompromiseKey { key: stolen, note }).await.unwrap();
    house.publish().await;
    for honest in [&link, &kept] {
        assert_eq!(house.judged(honest), Conclusion::InForce);
    }
    assert_eq!(house.judged(&forged), Conclusion::NotAuthentic);
    // One label is minted anew; the other one is confirmed still.
    house.bench.decide(&house.bench.operator, Remint { key: stolen, limit: 1 }).await.unwrap();
    house.publish().await;
    assert_eq!(house.judged(&link), Conclusion::InForce, "its new signature is not made yet");
    house.bench.mint().await;
    house.publish().await;
    let codes = house.bench.authority.codes_of_award(label.award).await.unwrap();
    let anew = codes[1].link.as_ref().unwrap();
    assert_eq!(house.judged(&link), Conclusion::NotAuthentic);
    assert_eq!(house.judged(anew), Conclusion::InForce);
    assert_eq!(house.judged(&kept), Conclusion::InForce);
    assert_eq!(house.judged(&forged), Conclusion::NotAuthentic);
}

/// A renewal is another award, by whatever key: it takes nothing from the boxes that are out there.
async fn boxes_from_before_a_renewal_outlive_their_key(bench: Bench) {
    let house = House::new(bench);
    let (first, second) = (house.bench.label(1).await, house.bench.label(2).await);
    let renew = async |n: u32, awarded: &str| {
        let last = "2029-11-15".parse().unwrap();
        let later = LabelAward { awarded: awarded.parse().unwrap(), valid_until: last, ..award(n) };
        let renewal = Draft { renewal: true, ..Draft::of(later) };
        let id = house.bench.prepare(renewal).await.unwrap();
        house.bench.approve(id).await.unwrap();
    };
    renew(2, "2026-11-20").await;
    house.bench.add_key(2).await;
    renew(1, "2027-01-01").await;
    house.bench.mint().await;
    house.publish().await;
    let (stolen, operator) = (test_key(1).key().id(), &house.bench.operator);
    let note = Note::new("stolen").unwrap();
    house.bench.decide(operator, CompromiseKey { key: stolen, note }).await.unwrap();
    house.publish().await;
    let authority = &house.bench.authority;
    let old = [house.link(&first).await, house.link(&second).await];
    assert_eq!(old.each_ref().map(|link| house.judged(link)), [Conclusion::InForce; 2]);
    // The first code of either label, and the renewal of the second.
    assert_eq!(authority.key_use(stolen, now()).await.unwrap().codes, 3);
    let listed = async |at| {
        let labels = authority.labels_of_key(stolen, at, LabelId::new(0), 10).await.unwrap();
        labels.into_iter().map(|label| label.number).collect::<Vec<_>>()
    };
    assert_eq!(listed(now()).await, [number(1), number(2)]);
    // The renewal is minted anew; its label's first boxes go on.
    let reminted = house.bench.decide(operator, Remint { key: stolen, limit: 100 }).await.unwrap();
    assert_eq!((reminted.codes, house.bench.mint().await), (1, 1));
    house.publish().await;
    assert_eq!(old.each_ref().map(|link| house.judged(link)), [Conclusion::InForce; 2]);
    assert_eq!(authority.key_use(stolen, now()).await.unwrap().codes, 2);
    let ended = "2029-11-01T00:00:00Z".parse().unwrap();
    assert_eq!(listed(ended).await, [], "their awards have ended");
}

async fn another_key_mints_anew(bench: Bench) {
    let house = House::new(bench);
    let label = house.bench.label(1).await;
    house.publish().await;
    let old = test_key(1).key().id();
    house.bench.add_key(2).await;
    house.bench.decide(&house.bench.operator, Remint { key: old, limit: 100 }).await.unwrap();
    // Between the decision and the signature the old link stays where it is.
    house.publish().await;
    let file = house.folder().join("labels/01").join(award(1).gtin.as_str()).join("link.txt");
    let before = fs::read_to_string(&file).unwrap();
    assert_eq!(before.trim_end(), house.link(&label).await);
    house.bench.mint().await;
    house.publish().await;
    let after = fs::read_to_string(&file).unwrap();
    assert_ne!(before, after);
    assert_eq!(house.judged(after.trim_end()), Conclusion::InForce);
}

async fn the_one_file_is_the_same_pack(bench: Bench) {
    let house = House::new(bench);
    house.bench.label(1).await;
    house.publish().await;
    house.bench.change(&number(1), ChangeKind::Suspend).await.unwrap();
    house.publish().await;
    assert_eq!(house.one_file().accepted().roles(), house.pack().accepted().roles());
}

async fn links_out_there_agree_with_the_records(bench: Bench) {
    let house = House::new(bench);
    for n in 1..=4 {
        house.bench.label(n).await;
    }
    let mut publisher = house.publisher();
    publisher.publish().await.unwrap();
    let links = publisher.links().await.unwrap();
    let found = house.bench.authority.reconcile(links.into_iter()).await.unwrap();
    assert_eq!((found.links, found.agreeing, found.discrepancies.len()), (4, 4, 0));
    fs::remove_file(house.folder().join("labels/01").join(award(3).gtin.as_str()).join("link.txt")).unwrap();
    let links = publisher.links().await.unwrap();
    let found = house.bench.authority.reconcile(links.into_iter()).await.unwrap();
    assert_eq!(found.counts().into_iter().collect::<Vec<_>>(), [("published-link-not-found", 1)]);
}
