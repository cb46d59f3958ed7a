//! What bad input gets: a problem of a stable type, and nothing changed.

use hyper::Method;
use serde_json::{Value, json};
use verilabel_issuer::LabelAward;
use verilabel_issuer::lifecycle::Draft;

use super::house::{House, new_key, over_http_on_both};
use crate::support::{award, draft, gtin};

over_http_on_both! {
    unknown_and_foreign_fields_are_named,
    values_are_refused_with_their_place,
    rules_of_the_register_are_kept,
    a_gtin_has_one_label_at_a_time,
    a_key_stands_for_one_request,
    bodies_are_bounded_and_said_to_be_json,
    queries_are_strict,
    addresses_that_lead_nowhere_say_so,
}

fn drafted(n: u32) -> Value {
    serde_json::to_value(draft(n)).unwrap()
}

async fn unknown_and_foreign_fields_are_named(house: House) {
    let mut unknown = drafted(1);
    unknown["award"]["colour"] = json!("green");
    let problem = house.post("officer", "/v1/awards", unknown).await.is_problem(422, "body-invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/award/colour");
    let mut foreign = drafted(1);
    foreign["state"] = json!("approved");
    let problem = house.post("officer", "/v1/awards", foreign).await.is_problem(422, "body-invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/state");
    let twice = drafted(1).to_string().replacen('{', "{\"lean\":true,\"lean\":false,", 1);
    let key = new_key();
    let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
    let problem = house.ask("officer", Method::POST, "/v1/awards", &headers, twice).await;
    assert!(problem.is_problem(422, "body-invalid")["detail"].as_str().unwrap().contains("duplicate"));
    let id = house.prepare(&draft(1)).await;
    let problem =
        house.patch("officer", &format!("/v1/awards/{id}"), 1, json!({ "award": { "colour": 1 } })).await;
    assert_eq!(problem.is_problem(422, "body-invalid")["errors"][0]["pointer"], "/award/colour");
    house.post("approver", &format!("/v1/awards/{id}/approve"), json!({})).await;
    let extra =
        house.decide("approver", &format!("/v1/awards/{id}/approve"), 1, json!({ "force": true })).await;
    extra.is_problem(422, "body-invalid");
}

async fn values_are_refused_with_their_place(house: House) {
    let cases = [
        ("/award/gtin", json!("09521234543210")),
        ("/award/gtin", json!(9_521_234_543_213_u64)),
        ("/award/level", json!(0)),
        ("/award/level", json!("3")),
        ("/award/awarded", json!("2026-02-30")),
        ("/award/brand", json!("")),
        ("/award/brand", json!("a\u{202e}b")),
        ("/award/models/0", json!("x".repeat(65))),
        ("/award/number", json!("no spaces")),
        ("/further_gtins", json!("none")),
        ("/support_until", json!(3)),
    ];
    for (pointer, value) in cases {
        let mut body = drafted(1);
        body["further_gtins"] = json!([]);
        body["support_until"] = json!("2029-12-31");
        *body.pointer_mut(pointer).unwrap() = value.clone();
        let problem = house.post("officer", "/v1/awards", body).await.is_problem(422, "body-invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{value}: {problem}");
    }
    let empty = house.get("officer", "/v1/awards").await.is(200);
    assert_eq!(empty["items"], json!([]), "nothing was put on record");
}

async fn rules_of_the_register_are_kept(house: House) {
    let with = |award: LabelAward| Draft::of(award);
    let cases = [
        (with(LabelAward { level: 7.try_into().unwrap(), ..award(1) }), 422, "award-unknown-level"),
        (with(LabelAward { scheme: "xx.none".parse().unwrap(), ..award(1) }), 422, "award-unknown-scheme"),
        (with(LabelAward { valid_until: "2031-01-01".parse().unwrap(), ..award(1) }), 422, "award-too-long"),
        (
            Draft { support_until: Some("2028-01-01".parse().unwrap()), ..draft(1) },
            422,
            "award-beyond-support",
        ),
        (with(LabelAward { valid_until: "2026-10-31".parse().unwrap(), ..award(1) }), 422, "validity-order"),
    ];
    for (draft, status, code) in cases {
        let answer = house.post("officer", "/v1/awards", serde_json::to_value(draft).unwrap()).await;
        answer.is_problem(status, code);
    }
}

async fn a_gtin_has_one_label_at_a_time(house: House) {
    house.label(1).await;
    let same = Draft::of(LabelAward { gtin: gtin(1), ..award(2) });
    let problem = house.post("officer", "/v1/awards", serde_json::to_value(same).unwrap()).await;
    let problem = problem.is_problem(409, "duplicate-gtin");
    assert!(problem["detail"].as_str().unwrap().contains("CSA/311029/1"), "{problem}");
}

async fn a_key_stands_for_one_request(house: House) {
    let headers = [("idempotency-key", "the one")];
    house
        .post_with("officer", "/v1/awards", &headers, &drafted(1))
        .await
        .is_problem(400, "idempotency-key-invalid");
    house
        .post_with("officer", "/v1/awards", &[], &drafted(1))
        .await
        .is_problem(400, "idempotency-key-missing");
    let headers = [("idempotency-key", "one")];
    let first = house.post_with("officer", "/v1/awards", &headers, &drafted(1)).await;
    first.is(201);
    let again = house.post_with("officer", "/v1/awards", &headers, &drafted(1)).await;
    assert_eq!((again.status, &again.bytes), (first.status, &first.bytes));
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!((again.header("etag"), again.header("idempotency-replayed")), ("\"1\"", "true"));
    assert_eq!(first.header("idempotency-replayed"), "");
    let other = house.post_with("officer", "/v1/awards", &headers, &drafted(2)).await;
    other.is_problem(422, "idempotency-key-reused");
    let elsewhere = house.post_with("officer", "/v1/manufacturers", &headers, &json!({ "name": "A" })).await;
    elsewhere.is_problem(422, "idempotency-key-reused");
    // Another person's key is another key.
    house.post_with("both", "/v1/awards", &headers, &drafted(2)).await.is(201);
    // A refusal is an answer, too.
    let headers = [("idempotency-key", "two")];
    let refused = house.post_with("officer", "/v1/awards", &headers, &drafted(1)).await;
    refused.is_problem(409, "number-taken");
    let again = house.post_with("officer", "/v1/awards", &headers, &drafted(1)).await;
    again.is_problem(409, "number-taken");
    assert_eq!((&again.bytes, again.header("idempotency-replayed")), (&refused.bytes, "true"));
    assert_eq!(house.get("officer", "/v1/awards").await.is(200)["items"].as_array().unwrap().len(), 2);
}

async fn bodies_are_bounded_and_said_to_be_json(house: House) {
    let post = async |media_type: &str, body: String| {
        let key = new_key();
        let headers = [("content-type", media_type), ("idempotency-key", key.as_str())];
        house.ask("officer", Method::POST, "/v1/manufacturers", &headers, body).await
    };
    post("text/plain", "{}".into()).await.is_problem(415, "media-type");
    post("application/json", "{".into()).await.is_problem(400, "body-not-json");
    post("application/json", "{\"name\":\"A\"} {}".into()).await.is_problem(422, "body-invalid");
    post("application/json", "[\"A\"]".into()).await.is_problem(422, "body-invalid");
    let deep = format!("{{\"name\":{}", "[".repeat(100_000));
    post("application/json", deep).await.is_problem(422, "body-invalid");
    post("application/json", "null".into()).await.is_problem(422, "body-invalid");
    post("application/json", format!("{{\"name\":\"{}\"}}", "x".repeat(300_000)))
        .await
        .is_problem(413, "body-too-large");
    post("application/json; charset=utf-8", "{\"name\":\"A\"}".into()).await.is(201);
    post("application/json", "{\"name\":\"A\"}".into()).await.is_problem(409, "name-taken");
    let long = json!({ "name": "B", "contact": "x".repeat(501) });
    post("application/json", long.to_string()).await.is_problem(422, "text-length");
}

async fn queries_are_strict(house: House) {
    for query in
        ["colour=green", "limit=0", "limit=201", "limit=many", "state=great", "limit=1&limit=2", "number=%20"]
    {
        let answer = house.get("officer", &format!("/v1/awards?{query}")).await;
        answer.is_problem(400, "query-invalid");
    }
    house.get("officer", "/v1/awards?cursor=AAAA").await.is_problem(400, "cursor-invalid");
    let evidence =
        house.get("officer", "/v1/foreign-labels?scheme=sg.cls-iot&link=https://a.example/01/1").await;
    evidence.is_problem(422, "foreign-no-pack");
}

async fn addresses_that_lead_nowhere_say_so(house: House) {
    for path in
        ["/", "/v1", "/v1/awards/x", "/v1/awards/1", "/v1/keys/zz", "/v1/keys/0123456789ab", "/v1/awards/-1"]
    {
        house.get("officer", path).await.is_problem(404, "not-found");
    }
    let answer = house.ask("officer", Method::DELETE, "/v1/awards", &[], "").await;
    answer.is_problem(405, "method-not-allowed");
    assert!(answer.header("allow").contains("POST"));
}
