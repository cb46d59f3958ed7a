//! Whoever prepared something never approves it, whatever is tried in whatever order.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use verilabel_issuer::lifecycle::{AwardState, ChangeKind, ChangeState, Draft};
use verilabel_issuer::{
    Actor, ApproveAward, AwardFilter, AwardId, ChangeFilter, ChangeId, DecideChange, PrepareAward,
    ReviseAward,
};
use verilabel_label::{LabelNumber, Status};

use crate::support::{Bench, Kind, draft, on_both, propose, user};

on_both! { no_order_of_attempts_lets_one_person_do_both }

#[derive(Debug, Clone, Copy)]
enum Attempt {
    Prepare,
    Revise(u8),
    Approve(u8),
    Propose(u8, ChangeKind),
    Decide(u8),
}

fn attempt() -> impl Strategy<Value = (usize, Attempt)> {
    let kind =
        prop_oneof![Just(ChangeKind::Suspend), Just(ChangeKind::Reinstate), Just(ChangeKind::Withdraw)];
    let attempt = prop_oneof![
        2 => Just(Attempt::Prepare),
        1 => any::<u8>().prop_map(Attempt::Revise),
        3 => any::<u8>().prop_map(Attempt::Approve),
        2 => (any::<u8>(), kind).prop_map(|(n, kind)| Attempt::Propose(n, kind)),
        3 => any::<u8>().prop_map(Attempt::Decide),
    ];
    (0..3_usize, attempt)
}

async fn no_order_of_attempts_lets_one_person_do_both(bench: Bench) {
    use verilabel_issuer::Role::{Approver, Officer};
    // One authority for all cases: what one case leaves is what the next begins with.
    let cases = if bench.kind == Kind::Sqlite { 40 } else { 12 };
    let people = [
        user(&bench.authority, "carla", &[Officer, Approver]).await,
        user(&bench.authority, "dora", &[Officer, Approver]).await,
        bench.officer.clone(),
    ];
    let handle = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || {
        let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
        // Chance may refuse nearly all: then it is asked again.
        let led_somewhere = (0..20).any(|_| {
            runner
                .run(&proptest::collection::vec(attempt(), 10..60), |attempts| {
                    handle.block_on(act(&bench, &people, &attempts));
                    handle.block_on(check(&bench));
                    Ok(())
                })
                .unwrap();
            let (awards, changes) = handle.block_on(check(&bench));
            awards > 5 && changes > 2
        });
        assert!(led_somewhere, "the attempts led to next to no awards and changes");
    })
    .await
    .unwrap();
}

/// Attempts, most of which are refused.
async fn act(bench: &Bench, people: &[Actor], attempts: &[(usize, Attempt)]) {
    let mut awards: Vec<AwardId> = Vec::new();
    let mut numbers: Vec<LabelNumber> = Vec::new();
    let mut changes: Vec<ChangeId> = Vec::new();
    let pick = |n: u8, length: usize| usize::from(n) % length.max(1);
    for (who, attempt) in attempts {
        let who = &people[*who];
        match *attempt {
            Attempt::Prepare => {
                let draft =
                    draft(u32::try_from(bench.authority.chain_end().await.unwrap().seq.number()).unwrap());
                numbers.push(draft.award.number.clone());
                awards.push(bench.decide(who, PrepareAward { draft }).await.unwrap());
            }
            Attempt::Revise(n) => {
                let Some(award) = awards.get(pick(n, awards.len())) else { continue };
                let draft = bench.authority.award(*award).await.unwrap().draft;
                let revise =
                    ReviseAward { award: *award, expected: None, draft: Draft { lean: true, ..draft } };
                let _ = bench.decide(who, revise).await;
            }
            Attempt::Approve(n) => {
                let Some(award) = awards.get(pick(n, awards.len())) else { continue };
                let _ = bench.decide(who, ApproveAward { award: *award, expected: None }).await;
            }
            Attempt::Propose(n, kind) => {
                let Some(number) = numbers.get(pick(n, numbers.len())) else { continue };
                if let Ok(changed) = bench.decide(who, propose(number, kind)).await {
                    changes.push(changed.id);
                }
            }
            Attempt::Decide(n) => {
                let Some(change) = changes.get(pick(n, changes.len())) else { continue };
                let decide = DecideChange { change: *change, expected: None, approve: true };
                let _ = bench.decide(who, decide).await;
            }
        }
    }
}

/// What is on record obeys the rule; gives how many awards and changes were approved.
async fn check(bench: &Bench) -> (usize, usize) {
    let mut awards = Vec::new();
    let mut after = AwardId::new(0);
    loop {
        let page = bench.authority.awards(&AwardFilter::default(), after, 1_000).await.unwrap();
        let Some(last) = page.last() else { break };
        after = last.id;
        awards.extend(page);
    }
    let mut decided = 0;
    for award in awards.iter().filter(|award| award.state != AwardState::Draft) {
        let approver = award.approver.expect("who approved");
        assert!(!award.preparers.contains(&approver), "award {} by one person", award.id);
        decided += 1;
    }
    let mut applied = 0;
    let mut statuses: BTreeMap<LabelNumber, Status> = BTreeMap::new();
    let mut after = ChangeId::new(0);
    loop {
        let page = bench.authority.changes(&ChangeFilter::default(), after, 1_000).await.unwrap();
        let Some(last) = page.last() else { break };
        after = last.id;
        for change in page.iter().filter(|change| change.state == ChangeState::Applied) {
            let approver = change.approver.expect("who approved");
            let alone = approver == change.preparer;
            assert!(!alone || change.kind == ChangeKind::Suspend, "change {} by one person", change.id);
            applied += 1;
            if change.kind == ChangeKind::Withdraw {
                statuses.insert(change.number.clone(), Status::Invalid);
            }
        }
    }
    for (number, status) in statuses {
        assert_eq!(bench.authority.label(&number).await.unwrap().status, status, "withdrawn for good");
    }
    (decided, applied)
}
