//! A repeated request is the same request.

use verilabel_issuer::{Answer, AwardFilter, AwardId, Once, Order, PrepareAward, Refusal, Reply, WriteReply};
use verilabel_wire::sha256;

use crate::support::{Bench, draft, now, on_both};

on_both! { a_request_is_done_once, a_hundred_retries_at_once_do_it_once }

fn once(key: &str, request: &str) -> Once<AwardId> {
    Once {
        key: key.to_owned(),
        request: sha256(request.as_bytes()),
        reply: WriteReply::new(|outcome: Result<&AwardId, &Refusal>| match outcome {
            Ok(id) => Reply { status: 201, body: id.to_string() },
            Err(refusal) => Reply { status: 422, body: refusal.code().to_owned() },
        }),
    }
}

async fn ask(bench: &Bench, n: u32, key: &str) -> Result<Answer<AwardId>, Refusal> {
    let order = Order { actor: bench.officer.clone(), at: now() };
    bench.authority.decide_once(order, PrepareAward { draft: draft(n) }, once(key, &n.to_string())).await
}

async fn a_request_is_done_once(bench: Bench) {
    let Answer::Done(id) = ask(&bench, 1, "a").await.unwrap() else { panic!("it is new") };
    let again = ask(&bench, 1, "a").await.unwrap();
    assert_eq!(again, Answer::Replayed(Reply { status: 201, body: id.to_string() }));
    let other = ask(&bench, 2, "a").await.unwrap_err();
    assert_eq!(other.code(), "idempotency-key-reused");
    // A refusal is repeated as well, even where it would be none any more.
    assert_eq!(ask(&bench, 1, "b").await.unwrap_err().code(), "number-taken");
    let again = ask(&bench, 1, "b").await.unwrap();
    assert_eq!(again, Answer::Replayed(Reply { status: 422, body: "number-taken".to_owned() }));
    // What is forgotten may be asked for anew.
    let order = Order { actor: bench.operator.clone(), at: now() };
    let forget = verilabel_issuer::ForgetReplies { before: now().plus_seconds(1) };
    assert_eq!(bench.authority.decide(order, forget).await.unwrap(), 2);
    assert!(matches!(ask(&bench, 4, "a").await.unwrap(), Answer::Done(_)));
    // Another's key is another key.
    let order = Order { actor: bench.both.clone(), at: now() };
    let another = bench.authority.decide_once(order, PrepareAward { draft: draft(3) }, once("a", "3")).await;
    assert!(matches!(another.unwrap(), Answer::Done(_)));
}

async fn a_hundred_retries_at_once_do_it_once(bench: Bench) {
    let asked = (0..100).map(|_| ask(&bench, 1, "a"));
    let mut done = 0;
    for answer in futures_util::future::join_all(asked).await {
        if matches!(answer.unwrap(), Answer::Done(_)) {
            done += 1;
        }
    }
    assert_eq!(done, 1);
    let awards = bench.authority.awards(&AwardFilter::default(), AwardId::new(0), 10).await.unwrap();
    assert_eq!(awards.len(), 1);
}
