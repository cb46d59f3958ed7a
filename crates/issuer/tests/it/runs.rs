//! Runs of unit labels.

use std::collections::BTreeSet;

use verilabel_issuer::lifecycle::{ChangeKind, Draft, Note};
use verilabel_issuer::{
    CompromiseKey, CreateRun, DecideChange, FinishRun, LabelAward, MarkRunWritten, ProposeChange, Remint,
    RunId, RunRecord, Serials, UnitRange,
};
use verilabel_label::{Gs1Path, LabelClaims, Status, Timestamp, Validity};

use crate::support::{Bench, award, claims, gtin, now, number, on_both, propose, test_key};
use verilabel_trust::Confirmed;
use verilabel_wire::{Profile, Sign};

on_both! {
    units_follow_from_one_record,
    a_run_states_the_award_in_force,
    boxes_outlive_a_rewriting_that_was_given_up,
    some_units_are_withdrawn,
    nothing_is_made_for_a_suspended_label,
    forged_boxes_are_told_from_ours,
    serial_numbers_do_not_meet,
    scattered_serials_are_never_the_same,
}

fn create(n: u32, serials: Serials, units: u32) -> CreateRun {
    CreateRun { label: number(n), gtin: gtin(n), serials, units }
}

fn from(serial: &str) -> Serials {
    Serials::Consecutive(serial.parse().unwrap())
}

async fn run(bench: &Bench, n: u32, serials: Serials, units: u32) -> RunRecord {
    bench.decide(&bench.officer, create(n, serials, units)).await.unwrap()
}

async fn units_follow_from_one_record(bench: Bench) {
    let label = bench.label(1).await;
    // More than a list has entries.
    let record = run(&bench, 1, from("SN0000"), 3_000).await;
    let plan = bench.authority.run_plan(record.id).await.unwrap();
    let key = test_key(1);
    let mut places = BTreeSet::from([label.status]);
    for n in 0..3_000 {
        let unit = plan.unit(n).unwrap();
        assert_eq!(unit.serial.as_str(), format!("SN{n:04}"));
        assert!(places.insert(unit.status), "unit {n} shares {}", unit.status);
    }
    let lists: BTreeSet<u32> = places.iter().map(|place| place.list).collect();
    assert_eq!(lists, BTreeSet::from([1, 2, 3]));
    let unit = plan.unit(1_234).unwrap();
    let minted = plan.mint(1_234, &key).unwrap();
    let said = claims(&minted.link, key.key());
    assert_eq!((said.status, &said.number, said.issued_at), (unit.status, &number(1), record.issued_at));
    assert_eq!(bench.authority.run_plan(record.id).await.unwrap().unit(1_234).unwrap(), unit);
    assert_eq!(plan.unit(3_000).unwrap_err().code(), "not-found");

    let written = MarkRunWritten { run: record.id, signing: plan.signing(), written: 1_500 };
    bench.decide(&bench.officer, written).await.unwrap();
    assert_eq!(bench.authority.run(record.id).await.unwrap().written, 1_500);
    let links = [minted.link, plan.mint(0, &key).unwrap().link];
    let found = bench.authority.reconcile(links.into_iter()).await.unwrap();
    assert_eq!((found.agreeing, found.discrepancies.len()), (2, 0));
    // A box that the run does not have, signed with the stolen key.
    let base = bench.authority.link_base().await.unwrap();
    let other = Gs1Path::of_unit(gtin(1), "SN9999".parse().unwrap());
    let forged = verilabel_issuer::mint(&unit.claims, &other, Profile::Named, &base, &key).unwrap();
    let found = bench.authority.reconcile([forged.link].into_iter()).await.unwrap();
    assert_eq!(found.counts().into_iter().collect::<Vec<_>>(), [("signature-without-record", 1)]);
}

async fn forged_boxes_are_told_from_ours(bench: Bench) {
    bench.label(1).await;
    let base = bench.authority.link_base().await.unwrap();
    let key = test_key(1);
    let agreeing = async |links: Vec<String>| {
        let found = bench.authority.reconcile(links.into_iter()).await.unwrap();
        assert_eq!(found.links - found.agreeing, u64::try_from(found.discrepancies.len()).unwrap());
        assert!(found.discrepancies.iter().all(|one| one.code() == "signature-without-record"));
        found.agreeing
    };
    for serials in [from("SN0000"), Serials::Scattered] {
        let record = run(&bench, 1, serials, 20).await;
        let plan = bench.authority.run_plan(record.id).await.unwrap();
        let mark = MarkRunWritten { run: record.id, signing: plan.signing(), written: 10 };
        bench.decide(&bench.officer, mark).await.unwrap();
        let ours: Vec<String> = (0..20).map(|n| plan.mint(n, &key).unwrap().link).collect();
        assert_eq!(agreeing(ours.clone()).await, 10, "the rest was never written");
        // The thief takes a box of ours and betters it in one point.
        let honest = plan.unit(3).unwrap();
        let forge = |claims: &LabelClaims, path: &Gs1Path| {
            verilabel_issuer::mint(claims, path, Profile::Named, &base, &key).unwrap().link
        };
        assert_eq!(forge(&honest.claims, &honest.path), ours[3], "it is the same box otherwise");
        let claims = &honest.claims;
        let level = LabelClaims { level: 4.try_into().unwrap(), ..claims.clone() };
        let until = claims.validity.until().plus_seconds(86_400);
        let longer = Validity::new(claims.validity.from(), until).unwrap();
        let longer = LabelClaims { validity: longer, ..claims.clone() };
        let earlier = Timestamp::from_seconds(claims.issued_at.seconds() - 1).unwrap();
        let earlier = LabelClaims { issued_at: earlier, ..claims.clone() };
        let other = Gs1Path::of_unit(gtin(1), "ZZ9999".parse().unwrap());
        let forged = [&level, &longer, &earlier].map(|claims| forge(claims, &honest.path));
        assert_eq!(agreeing(forged.to_vec()).await, 0);
        let lean = verilabel_issuer::mint(claims, &honest.path, Profile::Lean, &base, &key).unwrap().link;
        assert_eq!(agreeing(vec![forge(claims, &other), lean]).await, 0);
    }
    // Boxes with the signature before agree still, as do those with the new one.
    let record = bench.authority.runs(None, RunId::new(0), 1).await.unwrap().remove(0);
    let before = bench.authority.run_plan(record.id).await.unwrap();
    bench.add_key(2).await;
    let remint = Remint { key: key.key().id(), limit: 100 };
    bench.decide(&bench.operator, remint).await.unwrap();
    bench.mint().await;
    let after = bench.authority.run_plan(record.id).await.unwrap();
    let mark = MarkRunWritten { run: record.id, signing: after.signing(), written: 5 };
    bench.decide(&bench.officer, mark).await.unwrap();
    let old = (0..20).map(|n| before.mint(n, &key).unwrap().link);
    let new = (0..20).map(|n| after.mint(n, &test_key(2)).unwrap().link);
    assert_eq!(agreeing(old.chain(new).collect()).await, 15);
}

/// Boxes are made from one day to the next, also between the approval of a renewal and the day on which it begins.
async fn a_run_states_the_award_in_force(bench: Bench) {
    let first = bench.label(1).await;
    let renew = async |awarded: &str, until: &str| {
        let (awarded, valid_until) = (awarded.parse().unwrap(), until.parse().unwrap());
        let renewal = Draft::of(LabelAward { awarded, valid_until, ..award(1) });
        let id = bench.prepare(Draft { renewal: true, ..renewal }).await.unwrap();
        bench.approve(id).await.unwrap();
        id
    };
    renew("2027-02-01", "2029-11-10").await;
    let made = run(&bench, 1, from("A000"), 10).await;
    assert_eq!(made.award, first.award);
    let plan = bench.authority.run_plan(made.id).await.unwrap();
    assert!(plan.unit(0).unwrap().claims.validity.from() <= now());
    let present = renew("2026-11-20", "2029-11-15").await;
    assert_eq!(run(&bench, 1, from("B000"), 10).await.award, present);
    // Where none is in force, the boxes are for later.
    let later = LabelAward { awarded: "2027-02-01".parse().unwrap(), ..award(2) };
    let later = bench.prepare(Draft::of(later)).await.unwrap();
    bench.approve(later).await.unwrap();
    assert_eq!(run(&bench, 2, from("C000"), 10).await.award, later);
}

/// The key that a run is written anew with is stolen, too, before that writing is whole.
async fn boxes_outlive_a_rewriting_that_was_given_up(bench: Bench) {
    bench.label(1).await;
    let id = run(&bench, 1, from("SN0000"), 20).await.id;
    let signed = async |units: u32| {
        let plan = bench.authority.run_plan(id).await.unwrap();
        let (run, signing) = (id, plan.signing());
        let mark = MarkRunWritten { run, signing, written: units };
        bench.decide(&bench.officer, mark).await.unwrap();
        if units == 20 {
            bench.decide(&bench.officer, FinishRun { run, signing }).await.unwrap();
        }
        plan
    };
    let stolen = async |seed: u8| {
        bench.add_key(seed + 1).await;
        let key = test_key(seed).key().id();
        let note = Note::new("stolen").unwrap();
        bench.decide(&bench.operator, CompromiseKey { key, note }).await.unwrap();
        bench.decide(&bench.operator, Remint { key, limit: 100 }).await.unwrap();
    };
    let confirmed = async |seed: u8| {
        let recovery = bench.authority.snapshot().await.unwrap().recovery().await.unwrap();
        recovery.confirmed.get(&test_key(seed).key().id()).map_or(0, Confirmed::len)
    };
    let first = signed(20).await;
    stolen(1).await;
    // The label is not minted anew yet: its own link and its credential are confirmed, too.
    assert_eq!(confirmed(1).await, 22);
    signed(20 - 1).await;
    stolen(2).await;
    assert_eq!(confirmed(1).await, 22, "the boxes that are out there");
    let links: Vec<String> = (0..20).map(|n| first.mint(n, &test_key(1)).unwrap().link).collect();
    let agreeing = async || bench.authority.reconcile(links.clone().into_iter()).await.unwrap().agreeing;
    assert_eq!(agreeing().await, 20);
    signed(20).await;
    bench.mint().await;
    assert_eq!(confirmed(1).await, 0, "all is minted anew");
    assert_eq!(agreeing().await, 20);
}

async fn some_units_are_withdrawn(bench: Bench) {
    let label = bench.label(1).await;
    let record = run(&bench, 1, from("SN0000"), 2_000).await;
    let plan = bench.authority.run_plan(record.id).await.unwrap();
    let withdraw = |first, units| ProposeChange {
        units: Some(UnitRange { run: record.id, first, units }),
        ..propose(&number(1), ChangeKind::WithdrawUnits)
    };
    for (first, units, code) in
        [(2_000, 1, "out-of-range"), (0, 0, "out-of-range"), (1_999, 2, "out-of-range")]
    {
        let refused = bench.decide(&bench.officer, withdraw(first, units)).await.unwrap_err();
        assert_eq!(refused.code(), code);
    }
    let proposed = bench.decide(&bench.officer, withdraw(1_000, 500)).await.unwrap();
    let decide = DecideChange { change: proposed.id, expected: None, approve: true };
    bench.decide(&bench.approver, decide).await.unwrap();
    let check = async |inside: Status, outside: Status| {
        let mut snapshot = bench.authority.snapshot().await.unwrap();
        let mut known = std::collections::BTreeMap::new();
        for list in [1, 2] {
            known.insert(list, snapshot.status_list(list).await.unwrap());
        }
        for n in 0..2_000 {
            let place = plan.unit(n).unwrap().status;
            let due = if (1_000..1_500).contains(&n) { inside } else { outside };
            assert_eq!(known[&place.list].status(place.index), Some(due), "unit {n}");
        }
        assert_eq!(known[&1].status(label.status.index), Some(outside));
    };
    check(Status::Invalid, Status::Valid).await;
    // A suspended label suspends all its boxes; withdrawn ones stay withdrawn.
    bench.decide(&bench.approver, propose(&number(1), ChangeKind::Suspend)).await.unwrap();
    check(Status::Invalid, Status::Suspended).await;
    bench.change(&number(1), ChangeKind::Reinstate).await.unwrap();
    check(Status::Invalid, Status::Valid).await;
    bench.change(&number(1), ChangeKind::Withdraw).await.unwrap();
    check(Status::Invalid, Status::Invalid).await;
    let another = bench.decide(&bench.officer, create(1, from("X1"), 1)).await.unwrap_err();
    assert_eq!(another.code(), "label-withdrawn");
}

async fn nothing_is_made_for_a_suspended_label(bench: Bench) {
    let label = bench.label(1).await;
    bench.decide(&bench.approver, propose(&number(1), ChangeKind::Suspend)).await.unwrap();
    let refused = bench.decide(&bench.officer, create(1, from("SN0000"), 100)).await.unwrap_err();
    assert_eq!(refused.code(), "label-suspended");
    assert!(refused.to_string().contains("reinstate it first"), "{refused}");
    assert_eq!(bench.authority.runs(Some(label.label), RunId::new(0), 10).await.unwrap(), []);
    bench.change(&number(1), ChangeKind::Reinstate).await.unwrap();
    run(&bench, 1, from("SN0000"), 100).await;
}

async fn serial_numbers_do_not_meet(bench: Bench) {
    bench.label(1).await;
    run(&bench, 1, from("SN0000"), 100).await;
    let meets = bench.decide(&bench.officer, create(1, from("SN0099"), 5)).await.unwrap_err();
    assert_eq!(meets.code(), "serials-overlap");
    run(&bench, 1, from("SN0100"), 100).await;
    let long = bench.decide(&bench.officer, create(1, from("SN9999"), 2)).await.unwrap_err();
    assert_eq!(long.code(), "serials-run-out");
    let none = bench.decide(&bench.officer, create(1, from("A1"), 0)).await.unwrap_err();
    assert_eq!(none.code(), "out-of-range");
    let foreign = CreateRun { gtin: gtin(2), ..create(1, from("A1"), 1) };
    assert_eq!(bench.decide(&bench.officer, foreign).await.unwrap_err().code(), "not-found");
}

async fn scattered_serials_are_never_the_same(bench: Bench) {
    bench.label(1).await;
    let mut serials = BTreeSet::new();
    for _ in 0..2 {
        let record = run(&bench, 1, Serials::Scattered, 1_500).await;
        let plan = bench.authority.run_plan(record.id).await.unwrap();
        serials.extend((0..1_500).map(|n| plan.unit(n).unwrap().serial));
    }
    assert_eq!(serials.len(), 3_000);
    assert!(serials.iter().all(|serial| serial.as_str().len() == 12));
}
