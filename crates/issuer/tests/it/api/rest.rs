//! The catalogue, runs, keys, publications and the audit chain.

use std::sync::atomic::Ordering;

use hyper::Method;
use serde_json::json;
use verilabel_issuer::EventFilter;

use super::house::{House, new_key, over_http_on_both};
use crate::support::gtin;

over_http_on_both! {
    products_have_makers_and_pictures,
    runs_are_made,
    keys_are_rotated_and_distrusted,
    publishing_is_asked_for,
    the_chain_is_for_auditors,
}

fn picture(width: u32) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(width, 8).write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

/// As many pixels as there may be, of eight bytes each.
fn deep() -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    let deep = image::ImageBuffer::<image::Rgba<u16>, _>::new(4_096, 4_096);
    deep.write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

async fn products_have_makers_and_pictures(house: House) {
    let maker = house.post("officer", "/v1/manufacturers", json!({ "name": "Lumora Devices" })).await.is(201);
    let facts = json!({ "manufacturer": maker["id"], "brand": "Lumora", "models": ["AX-3000"],
        "category": "router", "gtins": [gtin(1)] });
    let product = house.post("officer", "/v1/products", facts.clone()).await.is(201);
    let path = format!("/v1/products/{}", product["id"]);
    let problem = house.post("officer", "/v1/products", facts).await.is_problem(409, "gtin-taken");
    assert!(problem["detail"].as_str().unwrap().contains(gtin(1).as_str()));
    let patched = house.patch("officer", &path, 1, json!({ "support_until": "2030-01-01" })).await.is(200);
    assert_eq!(
        (patched["support_until"].as_str(), patched["version"].as_i64()),
        (Some("2030-01-01"), Some(2))
    );

    let at = format!("{path}/picture");
    house.get("officer", &at).await.is_problem(404, "not-found");
    let put = async |version: &str, media_type: &str, bytes: Vec<u8>| {
        let headers = [("if-match", version), ("content-type", media_type)];
        house.ask("officer", Method::PUT, &at, &headers, bytes).await
    };
    put("\"2\"", "image/gif", picture(8)).await.is_problem(415, "media-type");
    put("\"2\"", "image/jpeg", picture(8)).await.is_problem(422, "picture-invalid");
    put("\"2\"", "image/png", picture(8)[..60].to_vec()).await.is_problem(422, "picture-invalid");
    put("\"2\"", "image/png", picture(5_000)).await.is_problem(422, "picture-invalid");
    put("\"2\"", "image/png", vec![0; 2_000_000]).await.is_problem(413, "body-too-large");
    put("\"2\"", "image/png", deep()).await.is_problem(422, "picture-invalid");
    put("\"1\"", "image/png", picture(8)).await.is_problem(412, "stale-version");
    // Who may not is told so before the file is looked at, and that is on record.
    let before = house.bench.authority.chain_end().await.unwrap().seq;
    let headers = [("if-match", "\"2\""), ("content-type", "image/png")];
    let refused = house.ask("approver", Method::PUT, &at, &headers, vec![0; 60]).await;
    refused.is_problem(403, "role-missing");
    let events = house.bench.authority.events(&EventFilter::default(), before, 10).await.unwrap();
    let told: Vec<_> =
        events.iter().map(|e| (e.kind.as_str(), e.subject.clone(), e.refused.as_deref())).collect();
    let subject = format!("product {}", product["id"]);
    assert_eq!(told, [("put-picture", subject, Some("role-missing"))]);
    let put = put("\"2\"", "image/png", picture(8)).await;
    assert!(put.is(200)["picture"].as_str().unwrap().starts_with("pictures/"));
    let read = house.get("auditor", &at).await;
    assert_eq!((read.header("content-type"), &read.bytes[..]), ("image/png", &picture(8)[..]));
}

async fn runs_are_made(house: House) {
    let (label, _) = house.label(1).await;
    let path = format!("/v1/labels/{label}/runs");
    let run = json!({ "gtin": gtin(1), "serials": { "consecutive": "SN-001" }, "units": 100 });
    let made = house.post("officer", &path, run.clone()).await;
    assert_eq!(made.is(201)["units"], 100);
    assert_eq!(house.get("approver", made.header("location")).await.is(200), made.is(201));
    house.post("officer", &path, run).await.is_problem(409, "serials-overlap");
    let endless = json!({ "gtin": gtin(1), "serials": { "consecutive": "9" }, "units": 2 });
    house.post("officer", &path, endless).await.is_problem(422, "serials-run-out");
    let none = json!({ "gtin": gtin(1), "serials": "scattered", "units": 0 });
    house.post("officer", &path, none).await.is_problem(422, "out-of-range");
    let runs = house.get("officer", &format!("/v1/runs?label={label}")).await.is(200);
    assert_eq!(runs["items"].as_array().unwrap().len(), 1);
    let units = json!({ "kind": "withdraw-units", "reason": "units-compromised", "note": "stolen",
        "units": { "run": made.is(201)["id"], "first": 10, "units": 5 } });
    house.post("officer", &format!("/v1/labels/{label}/changes"), units).await.is(201);
}

async fn keys_are_rotated_and_distrusted(house: House) {
    let (label, _) = house.label(1).await;
    let old = house.get("operator", "/v1/keys").await.is(200)[0]["id"].as_str().unwrap().to_owned();
    let files = || std::fs::read_dir(house.bench.authority.folder().keys()).map_or(0, Iterator::count);
    let key = new_key();
    let headers = [("idempotency-key", key.as_str())];
    let request = json!({ "algorithm": "ES256", "retires": { "key": old, "until": "2026-12-01T00:00:00Z" } });
    let before = house.bench.authority.chain_end().await.unwrap().seq;
    for _ in 0..2 {
        house.post_with("officer", "/v1/keys", &headers, &request).await.is_problem(403, "role-missing");
    }
    let events = house.bench.authority.events(&EventFilter::default(), before, 10).await.unwrap();
    let told: Vec<_> =
        events.iter().map(|e| (e.kind.as_str(), e.subject.as_str(), e.refused.as_deref())).collect();
    assert_eq!(told, [("add-key", "a new key", Some("role-missing"))], "the second was the same request");
    assert_eq!(files(), 0, "who may not make a key makes none");
    let made = house.post_with("operator", "/v1/keys", &headers, &request).await.is(201);
    assert_eq!(house.post_with("operator", "/v1/keys", &headers, &request).await.is(201), made);
    assert_eq!(files(), 1, "a repeated request makes no second key");
    let other = json!({ "algorithm": "EdDSA" });
    house.post_with("operator", "/v1/keys", &headers, &other).await.is_problem(422, "idempotency-key-reused");

    let path = format!("/v1/keys/{old}");
    let detail = house.get("auditor", &path).await.is(200);
    assert_eq!(
        (detail["usage"]["codes"].as_i64(), detail["until"].as_str()),
        (Some(1), Some("2026-12-01T00:00:00Z"))
    );
    let labels = house.get("auditor", &format!("{path}/labels")).await.is(200);
    assert_eq!(labels["items"][0]["id"], label);
    house.post("operator", &format!("{path}/compromise"), json!({ "note": "left the house" })).await.is(200);
    assert_eq!(house.get("auditor", &path).await.is(200)["trusted"], false);
    let reminted = house.post("operator", &format!("{path}/remint"), json!({})).await.is(200);
    assert_eq!((reminted["codes"].as_i64(), reminted["more"].as_bool()), (Some(1), Some(false)));
    house
        .post("operator", &format!("{path}/remint"), json!({ "limit": 0 }))
        .await
        .is_problem(422, "out-of-range");
    let labels = house.get("auditor", &format!("{path}/labels")).await.is(200);
    assert_eq!(labels["items"], json!([]));
    let new = made["id"].as_str().unwrap();
    let own = house.post("operator", &format!("/v1/keys/{new}/remint"), json!({})).await;
    own.is_problem(409, "key-still-in-use");
}

async fn publishing_is_asked_for(house: House) {
    house.label(1).await;
    assert_eq!(house.get("officer", "/v1/publications").await.is(200)["last"], json!(null));
    let asked = house.post("operator", "/v1/publications", json!({})).await.is(202);
    for _ in 0..200 {
        if house.publisher.publications.load(Ordering::Relaxed) > 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let state = house.get("officer", "/v1/publications").await.is(200);
    assert!(state["last"]["through"].as_i64() >= asked["through"].as_i64(), "{state}");
    let published = house.get("officer", "/v1/awards?state=published").await.is(200);
    assert_eq!(published["items"].as_array().unwrap().len(), 1);
}

async fn the_chain_is_for_auditors(house: House) {
    house.label(1).await;
    house.post("auditor", "/v1/manufacturers", json!({ "name": "A" })).await.is_problem(403, "role-missing");
    let mut path = "/v1/audit/events?limit=5".to_owned();
    let mut events = Vec::new();
    loop {
        let page = house.get("auditor", &path).await.is(200);
        events.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/audit/events?limit=5&cursor={next}");
    }
    let last = events.last().unwrap();
    assert_eq!(
        (last["kind"].as_str(), last["refused"].as_str()),
        (Some("put-manufacturer"), Some("role-missing"))
    );
    let head = house.get("auditor", "/v1/audit/head").await.is(200);
    assert_eq!(head["seq"], last["seq"]);
    let found = house.get("auditor", "/v1/audit/verification").await.is(200);
    assert_eq!((found["sound"].as_bool(), found["end"].clone()), (Some(true), head.clone()));
    let kept = format!("/v1/audit/verification?seq={}&hash={}", head["seq"], head["hash"].as_str().unwrap());
    assert_eq!(house.get("auditor", &kept).await.is(200)["sound"], true);
    let other = format!("/v1/audit/verification?seq={}&hash={}", head["seq"], "0".repeat(64));
    assert_eq!(house.get("auditor", &other).await.is(200)["faults"][0]["code"], "chain-anchor");
    house.get("auditor", "/v1/audit/verification?seq=1").await.is_problem(400, "query-invalid");
    house.bench.tamper("UPDATE events SET actor = 'nobody' WHERE seq = 3").await;
    assert_eq!(house.get("auditor", "/v1/audit/verification").await.is(200)["sound"], false);
}
