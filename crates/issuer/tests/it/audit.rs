//! The chain tells what was done, and that it was not touched.

use verilabel_issuer::lifecycle::ChangeKind;
use verilabel_issuer::{ChainFault, Discrepancy, EventFilter, MarkPublished, Seq, mint};
use verilabel_label::StatusRef;

use crate::support::{Bench, award, draft, number, on_both, propose, test_key};

on_both! {
    an_untouched_chain_has_no_fault,
    refused_decisions_are_told_too,
    an_edit_is_found,
    an_edit_of_a_column_is_found,
    a_deletion_is_found,
    a_swapped_pair_is_found,
    a_cut_end_is_found,
    a_chain_made_anew_is_found_by_its_anchor,
    links_are_reconciled_with_the_records,
}

async fn faults(bench: &Bench) -> Vec<ChainFault> {
    bench.authority.verify_chain(&[]).await.unwrap().faults
}

async fn work(bench: &Bench) {
    for n in 1..=3 {
        bench.label(n).await;
    }
    bench.decide(&bench.approver, propose(&number(1), ChangeKind::Suspend)).await.unwrap();
}

async fn an_untouched_chain_has_no_fault(bench: Bench) {
    work(&bench).await;
    let report = bench.authority.verify_chain(&[]).await.unwrap();
    assert_eq!(report.faults, []);
    assert_eq!(report.end, bench.authority.chain_end().await.unwrap());
    assert_eq!(i64::try_from(report.events).unwrap(), report.end.seq.number());
    let events = bench.authority.events(&EventFilter::default(), Seq::new(0), 1_000).await.unwrap();
    let kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(&kinds[..6], ["found-authority", "add-user", "add-user", "add-user", "add-user", "add-key"]);
    assert_eq!(&kinds[6..9], ["prepare-award", "approve-award", "mint"]);
    assert_eq!(&kinds[kinds.len() - 2..], ["propose-change", "approve-change"]);
    let suspended = events.iter().rfind(|event| event.kind == "propose-change").unwrap();
    assert_eq!(suspended.facts["reason"], "vulnerability");
    assert_eq!((suspended.subject.as_str(), suspended.actor.contains("anna")), ("label CSA/311029/1", true));
}

async fn refused_decisions_are_told_too(bench: Bench) {
    let before = bench.authority.chain_end().await.unwrap().seq;
    bench.prepare(draft(1)).await.unwrap();
    bench.prepare(draft(1)).await.unwrap_err();
    bench.decide(&bench.officer, propose(&number(9), ChangeKind::Suspend)).await.unwrap_err();
    let events = bench.authority.events(&EventFilter::default(), before, 10).await.unwrap();
    let told: Vec<_> = events.iter().map(|e| (e.kind.as_str(), e.refused.as_deref())).collect();
    assert_eq!(
        told,
        [
            ("prepare-award", None),
            ("prepare-award", Some("number-taken")),
            ("propose-change", Some("not-found"))
        ]
    );
    assert!(events[1].facts["why"].contains("belongs to another award"));
    assert_eq!(faults(&bench).await, []);
}

async fn an_edit_is_found(bench: Bench) {
    work(&bench).await;
    bench
        .tamper("UPDATE events SET body = REPLACE(body, 'CSA/311029/1', 'CSA/311029/9') WHERE seq = 7")
        .await;
    assert_eq!(faults(&bench).await, [ChainFault::Broken { seq: Seq::new(7) }]);
}

async fn an_edit_of_a_column_is_found(bench: Bench) {
    work(&bench).await;
    bench.tamper("UPDATE events SET actor = 'system' WHERE seq = 8").await;
    assert_eq!(faults(&bench).await, [ChainFault::Contradicts { seq: Seq::new(8) }]);
}

async fn a_deletion_is_found(bench: Bench) {
    work(&bench).await;
    bench.tamper("DELETE FROM events WHERE seq = 8").await;
    let (expected, found) = (Seq::new(8), Seq::new(9));
    assert_eq!(
        faults(&bench).await,
        [ChainFault::Missing { expected, found }, ChainFault::Broken { seq: found }]
    );
}

async fn a_swapped_pair_is_found(bench: Bench) {
    work(&bench).await;
    for sql in [
        "UPDATE events SET seq = 0 WHERE seq = 8",
        "UPDATE events SET seq = 8 WHERE seq = 9",
        "UPDATE events SET seq = 9 WHERE seq = 0",
    ] {
        assert_eq!(bench.tamper(sql).await, 1);
    }
    let faults = faults(&bench).await;
    for seq in [8, 9].map(Seq::new) {
        assert!(faults.contains(&ChainFault::Broken { seq }), "{faults:?}");
        assert!(faults.contains(&ChainFault::Contradicts { seq }), "{faults:?}");
    }
}

async fn a_cut_end_is_found(bench: Bench) {
    work(&bench).await;
    let end = bench.authority.chain_end().await.unwrap();
    bench.tamper("DELETE FROM events WHERE seq = (SELECT seq FROM head)").await;
    let last = Seq::new(end.seq.number() - 1);
    assert_eq!(faults(&bench).await, [ChainFault::End { last, head: end.seq }]);
    // With the head moved back as well, only who has kept the hash can tell.
    bench
        .tamper(
            "UPDATE head SET seq = seq - 1, hash = (SELECT hash FROM events WHERE seq = (SELECT MAX(seq) FROM events))",
        )
        .await;
    assert_eq!(faults(&bench).await, []);
    let report = bench.authority.verify_chain(&[end]).await.unwrap();
    assert_eq!(report.faults, [ChainFault::Anchor { seq: end.seq }]);
}

async fn a_chain_made_anew_is_found_by_its_anchor(bench: Bench) {
    work(&bench).await;
    let through = bench.authority.chain_end().await.unwrap();
    let mark = MarkPublished { through: through.seq, note: "pack 1".to_owned() };
    let published = bench.decide(&bench.operator, mark).await.unwrap();
    assert_eq!(published.hash, through.hash.to_string());
    // Another authority's chain is sound in itself, and is not this one.
    let other = Bench::new(bench.kind).await;
    work(&other).await;
    assert_eq!(faults(&other).await, []);
    let report = other.authority.verify_chain(&[through]).await.unwrap();
    assert_eq!(report.faults, [ChainFault::Anchor { seq: through.seq }]);
    // The last publication is an anchor by itself.
    bench.tamper("UPDATE publications SET hash = (SELECT hash FROM events WHERE seq = 1)").await;
    assert_eq!(faults(&bench).await, [ChainFault::Anchor { seq: through.seq }]);
}

async fn links_are_reconciled_with_the_records(bench: Bench) {
    let mut links = Vec::new();
    for n in 1..=3 {
        let label = bench.label(n).await;
        links.push(bench.link(&label).await);
    }
    let end = bench.authority.chain_end().await.unwrap();
    let mark = MarkPublished { through: end.seq, note: String::new() };
    bench.decide(&bench.operator, mark).await.unwrap();
    let found = bench.authority.reconcile(links.clone().into_iter()).await.unwrap();
    assert_eq!((found.links, found.agreeing, found.discrepancies.len()), (3, 3, 0));

    // Signed with the authority's key behind its back, by a stranger, and not at all; one of ours is missing.
    let base = bench.authority.link_base().await.unwrap();
    let forged = |seed| {
        let award = award(8);
        let claims = award.claims(StatusRef { list: 1, index: 5 }, crate::support::now()).unwrap();
        let key = test_key(seed);
        mint(&claims, &award.path(), verilabel_wire::Profile::Named, &base, &key).unwrap().link
    };
    let id = bench.prepare(draft(4)).await.unwrap();
    bench.approve(id).await.unwrap();
    let out_there = [links[0].clone(), links[1].clone(), forged(1), forged(2)];
    let found = bench.authority.reconcile(out_there.into_iter()).await.unwrap();
    let codes: Vec<_> = found.discrepancies.iter().map(Discrepancy::code).collect();
    assert_eq!(
        codes,
        ["signature-without-record", "link-not-ours", "published-link-not-found", "record-without-signature"]
    );
    assert_eq!(found.agreeing, 2);
}
