//! Databases that fail: nothing is half done, and work goes on afterwards.

use std::time::Duration;

use verilabel_issuer::{AwardFilter, AwardId, DatabaseUrl, Order, PrepareAward, Refusal, RefusalKind};
use verilabel_postgres::Server;

use crate::support::{Bench, Kind, draft, edit, now};

fn block_on<F: Future<Output = ()>>(test: F) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(test);
}

async fn numbers(bench: &Bench) -> Vec<String> {
    let mut numbers = Vec::new();
    let mut after = AwardId::new(0);
    loop {
        let page = bench.authority.awards(&AwardFilter::default(), after, 1_000).await.unwrap();
        let Some(last) = page.last() else { return numbers };
        after = last.id;
        numbers.extend(page.iter().map(|award| award.draft.award.number.to_string()));
    }
}

#[test]
fn a_server_goes_away_and_comes_back() {
    block_on(async {
        let mut server = Server::start().unwrap();
        let bench = Bench::on(Kind::Postgres, DatabaseUrl::new(&server.database("outage").unwrap())).await;
        let mut done = Vec::new();
        for round in 0..3 {
            for n in 1..=5 {
                let n = round * 100 + n;
                bench.label(n).await;
                done.push(n);
            }
            server.stop().unwrap();
            for n in 50..53 {
                let refused = bench.prepare(draft(round * 100 + n)).await.unwrap_err();
                assert_eq!((refused.code(), refused.kind()), ("store-unavailable", RefusalKind::Unavailable));
            }
            assert_eq!(bench.authority.ready().await.unwrap_err().kind(), RefusalKind::Unavailable);
            server.resume().unwrap();
            // The first that comes afterwards is served: the desk has another connection.
            bench.label(round * 100 + 6).await;
            done.push(round * 100 + 6);
            bench.authority.ready().await.unwrap();
        }
        let due: Vec<_> = done.iter().map(|n| format!("CSA/311029/{n}")).collect();
        assert_eq!(numbers(&bench).await, due, "what was answered is there, and nothing else");
        assert_eq!(bench.authority.verify_chain(&[]).await.unwrap().faults, []);
    });
}

#[test]
fn a_server_dies_under_load() {
    block_on(async {
        let mut server = Server::start().unwrap();
        let bench = Bench::on(Kind::Postgres, DatabaseUrl::new(&server.database("outage").unwrap())).await;
        let clients: Vec<_> = (0..16_u32)
            .map(|client| {
                let (authority, actor) = (bench.authority.clone(), bench.officer.clone());
                tokio::spawn(async move {
                    let mut outcomes = Vec::new();
                    for n in 0..60 {
                        let n = client * 1_000 + n;
                        let order = Order { actor: actor.clone(), at: now() };
                        let outcome = authority.decide(order, PrepareAward { draft: draft(n) }).await;
                        if outcome.is_err() {
                            tokio::time::sleep(Duration::from_millis(20)).await;
                        }
                        outcomes.push((format!("CSA/311029/{n}"), outcome));
                    }
                    outcomes
                })
            })
            .collect();
        for _ in 0..2 {
            tokio::time::sleep(Duration::from_millis(150)).await;
            server.stop().unwrap();
            server.resume().unwrap();
        }
        let mut outcomes = Vec::new();
        for client in clients {
            outcomes.extend(client.await.unwrap());
        }
        let there = numbers(&bench).await;
        let mut refused = 0;
        for (number, outcome) in &outcomes {
            match outcome {
                Ok(_) => assert!(there.contains(number), "{number} was lost"),
                Err(Refusal::OutcomeUnknown { .. }) => {}
                Err(refusal) => {
                    assert_eq!(refusal.code(), "store-unavailable");
                    assert!(!there.contains(number), "{number} is there though nothing was done");
                    refused += 1;
                }
            }
        }
        assert!(refused > 0, "the server did not go away while it was worked with");
        assert_eq!(bench.authority.verify_chain(&[]).await.unwrap().faults, []);
    });
}

#[test]
fn a_full_disk_refuses_and_leaves_nothing_half_done() {
    block_on(async {
        let bench = Bench::new(Kind::Sqlite).await;
        bench.authority.close().await;
        let settings = bench.path().join("authority.toml");
        edit(&settings, "authority.db", "authority.db?max-pages=90");
        let bench = Bench { authority: bench.reopened().await, ..bench };
        let mut done = Vec::new();
        let refused = loop {
            let n = u32::try_from(done.len()).unwrap() + 1;
            match bench.prepare(draft(n)).await {
                Ok(_) => done.push(format!("CSA/311029/{n}")),
                Err(refused) => break refused,
            }
            assert!(done.len() < 2_000, "the disk is never full");
        };
        assert_eq!((refused.code(), refused.kind()), ("store-unavailable", RefusalKind::Unavailable));
        assert!(refused.to_string().contains("full"), "{refused}");
        assert!(done.len() > 20, "{}", done.len());
        for n in 0..3 {
            let again = bench.prepare(draft(5_000 + n)).await.unwrap_err();
            assert_eq!(again.code(), "store-unavailable");
        }
        assert_eq!(numbers(&bench).await, done);
        assert_eq!(bench.authority.verify_chain(&[]).await.unwrap().faults, []);
        // With room again, another process goes on where this one stopped.
        edit(&settings, "?max-pages=90", "");
        let bench = Bench { authority: bench.reopened().await, ..bench };
        bench.label(9_000).await;
        assert_eq!(numbers(&bench).await.len(), done.len() + 1);
        assert_eq!(bench.authority.verify_chain(&[]).await.unwrap().faults, []);
    });
}
