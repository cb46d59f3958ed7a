//! From draft to label and on, through the interface.

use hyper::Method;
use serde_json::{Value, json};
use verilabel_issuer::lifecycle::Draft;
use verilabel_issuer::{LabelAward, Role};
use verilabel_wire::LabelLink;

use super::house::{House, new_key, over_http_on_both};
use crate::support::{award, draft, gtin};

over_http_on_both! {
    a_label_is_made_by_two_people,
    what_was_seen_is_what_is_changed,
    several_are_approved_at_once,
    standing_is_changed_by_those_who_may,
    a_label_is_renewed,
    a_suspension_takes_one_approver,
    lists_come_in_pages_that_are_stable,
    a_preview_bears_no_signature,
    files_of_a_code_come_when_it_is_signed,
}

async fn a_label_is_made_by_two_people(house: House) {
    let prepared = house.post("officer", "/v1/awards", serde_json::to_value(draft(1)).unwrap()).await;
    let id = prepared.is(201)["id"].as_i64().unwrap();
    assert_eq!(prepared.header("location"), format!("/v1/awards/{id}"));
    assert_eq!(prepared.header("etag"), "\"1\"");
    let read = house.get("approver", prepared.header("location")).await;
    assert_eq!((read.is(200)["state"].as_str(), read.header("etag")), (Some("draft"), "\"1\""));

    let approve = format!("/v1/awards/{id}/approve");
    house.decide("officer", &approve, 1, json!({})).await.is_problem(403, "role-missing");
    house.decide("both", &approve, 1, json!({})).await.is(200);
    house.decide("approver", &approve, 1, json!({})).await.is_problem(412, "stale-version");
    house.publisher.minted().await;
    let version =
        house.get("approver", prepared.header("location")).await.is(200)["version"].as_i64().unwrap();
    house.decide("approver", &approve, version, json!({})).await.is_problem(409, "award-not-a-draft");

    // Who is officer and approver in one makes no label alone.
    let own = house.post("both", "/v1/awards", serde_json::to_value(draft(2)).unwrap()).await.is(201);
    let approve = format!("/v1/awards/{}/approve", own["id"]);
    house.decide("both", &approve, 1, json!({})).await.is_problem(403, "two-people");
    house.decide("approver", &approve, 1, json!({})).await.is(200);
    house.publisher.minted().await;

    let labels = house.get("auditor", "/v1/labels?number=CSA/311029/1").await.is(200);
    assert_eq!(labels["items"].as_array().unwrap().len(), 1);
    let label = &labels["items"][0];
    assert_eq!(label["status"], "valid");
    let history = house.get("officer", &format!("/v1/labels/{}/history", label["id"])).await.is(200);
    let kinds: Vec<_> = history["events"].as_array().unwrap().iter().map(|event| &event["kind"]).collect();
    // Refusals stand there, too; when the code is minted among them is the minter's affair.
    let (minted, decided): (Vec<_>, Vec<_>) = kinds.into_iter().partition(|kind| *kind == "mint");
    assert_eq!(
        decided,
        ["prepare-award", "approve-award", "approve-award", "approve-award", "approve-award"]
    );
    assert_eq!(minted.len(), 1);
}

async fn what_was_seen_is_what_is_changed(house: House) {
    let id = house.prepare(&draft(1)).await;
    let path = format!("/v1/awards/{id}");
    let patched = house.patch("officer", &path, 1, json!({ "award": { "brand": "Lumora Plus" } })).await;
    assert_eq!(patched.is(200)["draft"]["award"]["brand"], "Lumora Plus");
    assert_eq!(patched.header("etag"), "\"2\"");
    house.patch("officer", &path, 1, json!({ "lean": true })).await.is_problem(412, "stale-version");
    let headers = [("content-type", "application/merge-patch+json")];
    house.ask("officer", Method::PATCH, &path, &headers, "{}").await.is_problem(428, "if-match-missing");
    house.post("approver", &format!("{path}/approve"), json!({})).await.is_problem(428, "if-match-missing");
    house.decide("approver", &format!("{path}/approve"), 1, json!({})).await.is_problem(412, "stale-version");
    for tag in ["*", "W/\"2\"", "2", "\"two\"", "\"1\", \"2\""] {
        let headers = [("content-type", "application/merge-patch+json"), ("if-match", tag)];
        let answer = house.ask("officer", Method::PATCH, &path, &headers, "{}").await;
        answer.is_problem(400, "if-match-invalid");
    }
    // Whoever changed it is one of its preparers.
    house.patch("both", &path, 2, json!({ "award": { "category": null } })).await.is(200);
    house.decide("both", &format!("{path}/approve"), 3, json!({})).await.is_problem(403, "two-people");
    house.decide("approver", &format!("{path}/reject"), 3, json!({ "note": "incomplete" })).await.is(200);
    house.patch("officer", &path, 4, json!({})).await.is_problem(409, "award-not-a-draft");
}

async fn several_are_approved_at_once(house: House) {
    let mut awards = Vec::new();
    for n in 1..=4 {
        awards.push(json!({ "id": house.prepare(&draft(n)).await, "version": 1 }));
    }
    let own = house.post("both", "/v1/awards", serde_json::to_value(draft(5)).unwrap()).await.is(201);
    awards.push(json!({ "id": own["id"], "version": 1 }));
    awards.push(json!({ "id": 999_999, "version": 1 }));
    awards[1]["version"] = json!(7);
    let body = json!({ "awards": awards });
    let key = new_key();
    let headers = [("idempotency-key", key.as_str())];
    let first = house.post_with("both", "/v1/awards/approvals", &headers, &body).await;
    let results = first.is(200)["results"].clone();
    let codes: Vec<&str> = results
        .as_array()
        .unwrap()
        .iter()
        .map(|result| match &result["approved"] {
            Value::Null => result["problem"]["type"].as_str().unwrap().rsplit(':').next().unwrap(),
            _ => "approved",
        })
        .collect();
    assert_eq!(codes, ["approved", "stale-version", "approved", "approved", "two-people", "not-found"]);
    let again = house.post_with("both", "/v1/awards/approvals", &headers, &body).await;
    assert_eq!(again.bytes, first.bytes);
    assert_eq!(again.header("idempotency-replayed"), "true");
    for awards in [json!([]), json!([{"id": 1, "version": 1}, {"id": 1, "version": 1}])] {
        let answer = house.post("approver", "/v1/awards/approvals", json!({ "awards": awards })).await;
        answer.is_problem(422, "body-invalid");
    }
}

async fn standing_is_changed_by_those_who_may(house: House) {
    let (label, _) = house.label(1).await;
    let changes = format!("/v1/labels/{label}/changes");
    let withdraw = json!({ "kind": "withdraw", "reason": "non-conformity", "note": "failed the retest" });
    let proposed = house.post("both", &changes, withdraw.clone()).await;
    let change = proposed.is(201);
    assert_eq!((change["state"].as_str(), change["status"].as_str()), (Some("proposed"), Some("valid")));
    let path = proposed.header("location").to_owned();
    house.decide("both", &format!("{path}/approve"), 1, json!({})).await.is_problem(403, "two-people");
    house.decide("officer", &format!("{path}/approve"), 1, json!({})).await.is_problem(403, "role-missing");
    house.decide("approver", &format!("{path}/reject"), 1, json!({})).await.is(200);
    house
        .decide("approver", &format!("{path}/approve"), 2, json!({}))
        .await
        .is_problem(409, "change-not-proposed");
    let reinstate = json!({ "kind": "reinstate", "reason": "rectified", "note": "mended" });
    house.post("officer", &changes, reinstate).await.is_problem(409, "label-not-suspended");
    let later = json!({ "kind": "withdraw", "reason": "support-ended", "note": "announced",
        "effective_at": "2027-01-01T00:00:00Z", "advisory": "https://csirt.example.sg/2026-17.json" });
    let proposed = house.post("officer", &changes, later).await.is(201);
    let path = format!("/v1/changes/{}", proposed["id"]);
    let scheduled = house.decide("approver", &format!("{path}/approve"), 1, json!({})).await.is(200);
    assert_eq!(scheduled["state"], "scheduled");
    let proposed = house.post("officer", &changes, withdraw).await.is(201);
    let path = format!("/v1/changes/{}/approve", proposed["id"]);
    assert_eq!(house.decide("approver", &path, 1, json!({})).await.is(200)["status"], "invalid");
    let read = house.get("officer", &format!("/v1/labels/{label}")).await.is(200);
    assert_eq!(read["status"], "invalid");
    let open = house.get("officer", "/v1/changes?state=scheduled").await.is(200);
    assert_eq!(open["items"].as_array().unwrap().len(), 1);
}

async fn a_suspension_takes_one_approver(house: House) {
    let (label, _) = house.label(1).await;
    let suspend = format!("/v1/labels/{label}/suspend");
    let because = json!({ "reason": "vulnerability", "note": "remote takeover" });
    house.post("auditor", &suspend, because.clone()).await.is_problem(403, "role-missing");
    let by_officer = house.post("officer", &suspend, because.clone()).await.is(201);
    assert_eq!(
        (by_officer["state"].as_str(), by_officer["status"].as_str()),
        (Some("proposed"), Some("valid"))
    );
    let by_approver = house.post("approver", &suspend, because.clone()).await.is(201);
    assert_eq!(by_approver["status"], "suspended");
    house.post("approver", &suspend, because.clone()).await.is_problem(409, "label-suspended-already");
    let later = json!({ "reason": "vulnerability", "note": "n", "effective_at": "2027-01-01T00:00:00Z" });
    house.post("approver", &suspend, later).await.is_problem(422, "suspension-in-future");
    house.post("approver", "/v1/labels/999999/suspend", because).await.is_problem(404, "not-found");
}

async fn a_label_is_renewed(house: House) {
    let (label, _) = house.label(1).await;
    let path = format!("/v1/labels/{label}/renewals");
    let too_long = json!({ "awarded": "2026-11-20", "valid_until": "2030-11-20" });
    house.post("officer", &path, too_long).await.is_problem(422, "award-too-long");
    let renewal = json!({ "awarded": "2026-11-20", "valid_until": "2029-11-15" });
    let prepared = house.post("officer", &path, renewal).await.is(201);
    let approve = format!("/v1/awards/{}/approve", prepared["id"]);
    assert_eq!(house.decide("approver", &approve, 1, json!({})).await.is(200)["label"], label);
    let read = house.get("officer", &format!("/v1/labels/{label}")).await.is(200);
    assert_eq!(read["valid_until"], "2029-11-16T00:00:00Z");
}

async fn lists_come_in_pages_that_are_stable(house: House) {
    for n in 1..=7 {
        house.prepare(&draft(n)).await;
    }
    let mut path = "/v1/awards?limit=3".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = house.get("officer", &path).await.is(200);
        seen.extend(page["items"].as_array().unwrap().iter().map(|award| award["id"].as_i64().unwrap()));
        // What comes meanwhile comes at the end, and moves nothing.
        if seen.len() == 3 {
            house.prepare(&draft(8)).await;
        }
        match page["next"].as_str() {
            Some(next) => path = format!("/v1/awards?limit=3&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), 8);
    assert!(seen.is_sorted_by(|a, b| a < b), "{seen:?}");
    let filtered = house.get("officer", "/v1/awards?number=CSA/311029/4&state=draft").await.is(200);
    assert_eq!(filtered["items"].as_array().unwrap().len(), 1);
}

async fn a_preview_bears_no_signature(house: House) {
    let id = house.prepare(&draft(1)).await;
    let preview = house.get("officer", &format!("/v1/awards/{id}/preview")).await;
    assert_eq!((preview.status.as_u16(), preview.header("content-type")), (200, "image/svg+xml"));
    assert!(preview.text().starts_with("<svg"), "{}", &preview.text()[..80]);
    assert_eq!(house.get("officer", &format!("/v1/awards/{id}/codes")).await.is(200), json!([]));
    assert_eq!(house.get("officer", "/v1/labels").await.is(200)["items"], json!([]));
}

async fn files_of_a_code_come_when_it_is_signed(house: House) {
    let family = Draft { further_gtins: vec![gtin(101)], ..Draft::of(LabelAward { ..award(1) }) };
    let id = house.prepare(&family).await;
    house.decide("approver", &format!("/v1/awards/{id}/approve"), 1, json!({})).await.is(200);
    house.publisher.minted().await;
    let codes = house.get("officer", &format!("/v1/awards/{id}/codes")).await.is(200);
    assert_eq!(codes.as_array().unwrap().len(), 2);
    let code = &codes[0]["id"];
    let link = house.get("officer", &format!("/v1/codes/{code}/link")).await;
    assert_eq!(link.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(link.text(), codes[0]["link"].as_str().unwrap());
    assert!(LabelLink::parse(link.text()).is_ok());
    for (file, begins, media_type) in [
        ("svg", b"<svg".as_slice(), "image/svg+xml"),
        ("png", b"\x89PNG", "image/png"),
        ("pdf", b"%PDF", "application/pdf"),
        ("credential", b"ey", "application/vc+jwt"),
    ] {
        let answer = house.get("officer", &format!("/v1/codes/{code}/{file}")).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, media_type));
        assert!(answer.bytes.starts_with(begins), "{file}");
    }
    for nothing in [format!("/v1/codes/{code}/gif"), "/v1/codes/0/svg".into()] {
        house.get("officer", &nothing).await.is_problem(404, "not-found");
    }
    assert!(house.bench.officer.has(Role::Officer));
}
