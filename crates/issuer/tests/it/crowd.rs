//! Many at once.

use std::collections::{BTreeMap, BTreeSet};

use verilabel_issuer::lifecycle::ChangeKind;
use verilabel_issuer::{ApproveAward, CreateRun, LabelFilter, LabelId, Order, PrepareAward, Serials};
use verilabel_label::{Status, StatusRef};

use crate::support::{Bench, draft, gtin, now, number, on_both, propose, signers};

on_both! { sixty_four_clients_award_and_suspend_at_once }

const CLIENTS: u32 = 64;
const LABELS: u32 = 6;

async fn sixty_four_clients_award_and_suspend_at_once(bench: Bench) {
    let mut clients = Vec::new();
    for client in 0..CLIENTS {
        let authority = bench.authority.clone();
        let (officer, approver) = (bench.officer.clone(), bench.approver.clone());
        let signers = signers();
        clients.push(tokio::spawn(async move {
            let by = |actor: &verilabel_issuer::Actor| Order { actor: actor.clone(), at: now() };
            let mut entries = Vec::new();
            for n in 0..LABELS {
                let n = client * LABELS + n + 1;
                let id = authority.decide(by(&officer), PrepareAward { draft: draft(n) }).await.unwrap();
                let approve = ApproveAward { award: id, expected: None };
                let made = authority.decide(by(&approver), approve).await.unwrap();
                let due = if n.is_multiple_of(3) { Status::Suspended } else { Status::Valid };
                entries.push((made.status, due));
                if n.is_multiple_of(5) {
                    // A run takes its entries in between, across the ends of lists.
                    let (label, gtin) = (number(n), gtin(n));
                    let run = CreateRun { label, gtin, serials: Serials::Scattered, units: 97 };
                    let run = authority.decide(by(&officer), run).await.unwrap();
                    let plan = authority.run_plan(run.id).await.unwrap();
                    entries.extend((0..97).map(|unit| (plan.unit(unit).unwrap().status, due)));
                }
                if due == Status::Suspended {
                    authority.decide(by(&approver), propose(&number(n), ChangeKind::Suspend)).await.unwrap();
                }
                authority.mint_outstanding(&signers, now()).await.unwrap();
            }
            entries
        }));
    }
    let mut due: BTreeMap<StatusRef, Status> = BTreeMap::new();
    let mut given = 0;
    for client in clients {
        for (place, status) in client.await.unwrap() {
            given += 1;
            due.insert(place, status);
        }
    }
    assert_eq!(due.len(), given, "no entry was given twice");
    assert!(due.len() > 5 * 1_024, "several lists were filled");

    let mut snapshot = bench.authority.snapshot().await.unwrap();
    let lists: BTreeSet<u32> = snapshot.lists().await.unwrap().iter().map(|record| record.list).collect();
    assert_eq!(lists, due.keys().map(|place| place.list).collect());
    for list in lists {
        let statuses = snapshot.status_list(list).await.unwrap();
        for index in 0..1_024 {
            let expected = due.get(&StatusRef { list, index }).copied().unwrap_or(Status::Valid);
            assert_eq!(statuses.status(index), Some(expected), "list {list}, entry {index}");
        }
    }
    // The records agree with the lists, and every code is signed.
    let labels = snapshot.labels(None, LabelId::new(0), 1_000).await.unwrap();
    assert_eq!(labels.len(), usize::try_from(CLIENTS * LABELS).unwrap());
    for label in labels {
        assert_eq!(due.get(&label.status_ref), Some(&label.status), "{}", label.number);
    }
    let suspended = LabelFilter { status: Some(Status::Suspended), ..LabelFilter::default() };
    let suspended = bench.authority.labels(&suspended, LabelId::new(0), 1_000).await.unwrap();
    assert_eq!(suspended.len(), 128);
    assert_eq!(bench.mint().await, 0);
    let report = bench.authority.verify_chain(&[]).await.unwrap();
    assert_eq!(report.faults, []);
}
