//! Sixty-four clients at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};
use verilabel_label::{Status, StatusRef};

use super::house::{House, new_key, over_http_on_both};
use crate::support::draft;

over_http_on_both! { sixty_four_award_and_suspend }

const CLIENTS: u32 = 64;
const AWARDS: u32 = 3;

async fn sixty_four_award_and_suspend(house: House) {
    let house = Arc::new(house);
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let house = Arc::clone(&house);
            tokio::spawn(async move {
                let mut made = Vec::new();
                for n in 0..AWARDS {
                    made.push(work(&house, client * 100 + n + 1, n == 0).await);
                }
                made
            })
        })
        .collect();
    let mut made = Vec::new();
    for client in clients {
        made.extend(client.await.unwrap());
    }
    let places: BTreeSet<(u64, u64)> = made.iter().map(|(approved, _)| place(approved)).collect();
    assert_eq!(places.len(), usize::try_from(CLIENTS * AWARDS).unwrap(), "no index twice");
    for (approved, suspended) in &made {
        let (list, index) = place(approved);
        let at = StatusRef { list: u32::try_from(list).unwrap(), index: u32::try_from(index).unwrap() };
        let due = if *suspended { Status::Suspended } else { Status::Valid };
        assert_eq!(house.bench.status(at).await, due, "{approved}");
    }
    assert_eq!(house.bench.authority.verify_chain(&[]).await.unwrap().faults, []);
}

fn place(approved: &Value) -> (u64, u64) {
    (approved["status"]["list"].as_u64().unwrap(), approved["status"]["index"].as_u64().unwrap())
}

/// An award from draft to approval, perhaps suspended; every request is sent twice at the same time.
async fn work(house: &House, n: u32, suspend: bool) -> (Value, bool) {
    let prepared = twice(house, "officer", "/v1/awards", &[], &serde_json::to_value(draft(n)).unwrap()).await;
    let approve = format!("/v1/awards/{}/approve", prepared["id"]);
    let approved = twice(house, "approver", &approve, &[("if-match", "\"1\"")], &json!({})).await;
    if suspend {
        let path = format!("/v1/labels/{}/suspend", approved["label"]);
        let because = json!({ "reason": "vulnerability", "note": "found by many" });
        assert_eq!(twice(house, "approver", &path, &[], &because).await["status"], "suspended");
    }
    (approved, suspend)
}

async fn twice(house: &House, who: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Value {
    let key = new_key();
    let mut headers = headers.to_vec();
    headers.push(("idempotency-key", &key));
    let ask = || async {
        loop {
            let answer = house.post_with(who, path, &headers, body).await;
            // Whoever is sent away comes again.
            if !matches!(answer.status.as_u16(), 429 | 503) {
                return answer;
            }
            assert!(!answer.header("retry-after").is_empty());
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let (one, other) = tokio::join!(ask(), ask());
    assert_eq!(one.bytes, other.bytes, "the same answer to the same request");
    assert!(one.status.is_success(), "{}", one.text());
    serde_json::from_slice(&one.bytes).unwrap()
}
