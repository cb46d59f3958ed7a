//! Who has signed in, and what answers say about themselves.

use std::sync::atomic::Ordering;

use hyper::Method;
use serde_json::json;

use super::house::{House, new_key, over_http_on_both, token_of};
use crate::support::now;

over_http_on_both! {
    nobody_gets_in_without_a_good_token,
    tokens_are_issued_once_and_revoked,
    answers_are_for_programs_alone,
}

async fn nobody_gets_in_without_a_good_token(house: House) {
    let missing = house.get("", "/v1/awards").await;
    missing.is_problem(401, "token-missing");
    assert_eq!(missing.header("www-authenticate"), "Bearer realm=\"verilabel\"");
    for token in ["nonsense", "vli_", "vli_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "a.b.c"] {
        let answer = house.get(token, "/v1/awards").await;
        answer.is_problem(401, "token-unknown");
        assert!(answer.header("www-authenticate").contains("invalid_token"));
    }
    for header in ["Basic b2xnYTpvbGdh", "Bearer", "Bearer "] {
        let answer = house.ask("", Method::GET, "/v1/awards", &[("authorization", header)], "").await;
        answer.is_problem(401, "token-missing");
    }
    let short = token_of(&house.bench.authority, &house.bench.officer, now().plus_seconds(60)).await;
    house.get(short.reveal(), "/v1/me").await.is(200);
    house.clock.fetch_add(60, Ordering::Relaxed);
    house.get(short.reveal(), "/v1/me").await.is_problem(401, "token-expired");
    house.get("officer", "/v1/me").await.is(200);
}

async fn tokens_are_issued_once_and_revoked(house: House) {
    let user =
        house.post("operator", "/v1/users", json!({ "name": "nina", "roles": ["officer"] })).await.is(201);
    let path = format!("/v1/users/{}/tokens", user["id"]);
    let request = json!({ "name": "laptop", "expires_at": "2026-12-31T00:00:00Z" });
    let key = new_key();
    let headers = [("idempotency-key", key.as_str())];
    let issued = house.post_with("operator", &path, &headers, &request).await.is(201);
    let token = issued["token"].as_str().unwrap();
    assert_eq!(house.get(token, "/v1/me").await.is(200)["name"], "nina");
    let again = house.post_with("operator", &path, &headers, &request).await.is(201);
    assert_eq!((&again["id"], again.get("token")), (&issued["id"], None), "a token is shown once");
    let kept = house.bench.read_all("SELECT body AS text FROM idempotency").await;
    assert!(kept.iter().all(|body| !body.contains(token)), "no token is kept");
    let listed = house.get("operator", &path).await.is(200);
    assert!(!listed.to_string().contains(token));

    let revoke = format!("/v1/tokens/{}", issued["id"]);
    house.ask("officer", Method::DELETE, &revoke, &[], "").await.is_problem(403, "role-missing");
    house.ask("operator", Method::DELETE, &revoke, &[], "").await.is(204);
    house.get(token, "/v1/me").await.is_problem(401, "token-unknown");
    house.ask("operator", Method::DELETE, &revoke, &[], "").await.is_problem(404, "not-found");

    let path = format!("/v1/users/{}", user["id"]);
    let second = house.post("operator", &format!("{path}/tokens"), request).await.is(201);
    let token = second["token"].as_str().unwrap();
    let changed = house.patch("operator", &path, 1, json!({ "roles": ["auditor"] })).await.is(200);
    assert_eq!(changed["roles"], json!(["auditor"]));
    assert_eq!(house.get(token, "/v1/me").await.is(200)["roles"], json!(["auditor"]));
    house.patch("operator", &path, 2, json!({ "name": "other" })).await.is_problem(422, "body-invalid");
    house.patch("operator", &path, 2, json!({ "active": false })).await.is(200);
    house.get(token, "/v1/me").await.is_problem(401, "token-unknown");
}

async fn answers_are_for_programs_alone(house: House) {
    for path in ["/v1/me", "/v1/nothing", "/healthz", "/metrics"] {
        let answer = house.get("officer", path).await;
        for (name, value) in [
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "DENY"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
        assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control")));
        assert_eq!(answer.header("x-request-id").len(), 32);
    }
    let own = house.ask("officer", Method::GET, "/v1/me", &[("x-request-id", "trace-17")], "").await;
    assert_eq!(own.header("x-request-id"), "trace-17");
    let hostile = house.ask("officer", Method::GET, "/v1/me", &[("x-request-id", "a b\"c")], "").await;
    assert_eq!(hostile.header("x-request-id").len(), 32);
}
