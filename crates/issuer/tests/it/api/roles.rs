//! Each operation lets in whom its description names, and nobody else.

use hyper::Method;
use serde_json::{Value, json};

use super::document::operations;
use super::house::{House, new_key, over_http_on_both};
use crate::support::draft;

over_http_on_both! { an_operation_is_for_its_roles }

async fn an_operation_is_for_its_roles(house: House) {
    let refused = async |who: &str, method: &Method, path: &str, operation: &Value| {
        let body = if *method == Method::PUT { picture() } else { body(operation).into_bytes() };
        let key = new_key();
        let mut headers = vec![("if-match", "\"1\""), ("idempotency-key", key.as_str())];
        let media_type = match *method {
            Method::POST => "application/json",
            Method::PATCH => "application/merge-patch+json",
            _ => "image/png",
        };
        headers.push(("content-type", media_type));
        let answer = house.ask(who, method.clone(), path, &headers, body).await;
        assert!(!answer.status.is_server_error(), "{method} {path}: {}", answer.text());
        answer.text().contains("urn:verilabel:problem:role-missing")
    };
    for (method, path, operation) in operations() {
        let roles: Vec<&str> =
            operation["x-roles"].as_array().unwrap().iter().map(|r| r.as_str().unwrap()).collect();
        // Where only a thing on record brings the roles up, one is put there.
        let path = path.replace("{id}", &target(&house, &path).await).replace("{file}", "link");
        for who in ["officer", "approver", "auditor", "operator"] {
            let may = roles.contains(&who);
            assert_eq!(refused(who, &method, &path, &operation).await, !may, "{method} {path} as {who}");
        }
    }
}

async fn target(house: &House, path: &str) -> String {
    static N: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(1);
    let n = N.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let part = path.split('/').nth(2).unwrap();
    let because = json!({ "kind": "withdraw", "reason": "misuse", "note": "n" });
    match part {
        "awards" => house.prepare(&draft(n)).await.to_string(),
        "labels" => house.label(n).await.0.to_string(),
        "changes" => {
            let label = house.label(n).await.0;
            let change = house.post("officer", &format!("/v1/labels/{label}/changes"), because).await.is(201);
            change["id"].to_string()
        }
        "manufacturers" => manufacturer(house).await,
        "products" => {
            let facts = json!({ "manufacturer": manufacturer(house).await.parse::<i64>().unwrap(), "brand": "B",
                "models": ["M"] });
            house.post("officer", "/v1/products", facts).await.is(201)["id"].to_string()
        }
        "keys" => house.get("officer", "/v1/keys").await.is(200)[0]["id"].as_str().unwrap().to_owned(),
        "users" => {
            let user = json!({ "name": new_key(), "roles": [] });
            house.post("operator", "/v1/users", user).await.is(201)["id"].to_string()
        }
        _ => "1".to_owned(),
    }
}

async fn manufacturer(house: &House) -> String {
    house.post("officer", "/v1/manufacturers", json!({ "name": new_key() })).await.is(201)["id"].to_string()
}

fn picture() -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(8, 8).write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

/// A body that reads well, by the operation's name.
fn body(operation: &Value) -> String {
    let name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        .as_str()
        .unwrap_or_default();
    let body = match name.rsplit('/').next().unwrap() {
        "Draft" => serde_json::to_value(draft(90_000)).unwrap(),
        "Approvals" => json!({ "awards": [{ "id": 1, "version": 1 }] }),
        "Rejection" | "Compromise" => json!({ "note": "n" }),
        "ManufacturerFacts" => json!({ "name": new_key() }),
        "ProductFacts" => json!({ "manufacturer": 1, "brand": "B", "models": ["M"] }),
        "Proposal" => json!({ "reason": "misuse", "note": "n" }),
        "ProposedChange" => json!({ "kind": "withdraw", "reason": "misuse", "note": "n" }),
        "Renewal" => json!({ "awarded": "2026-11-20", "valid_until": "2029-11-15" }),
        "NewRun" => json!({ "gtin": draft(1).award.gtin, "serials": "scattered", "units": 1 }),
        "NewUser" => json!({ "name": new_key(), "roles": [] }),
        "TokenRequest" => json!({ "name": "t", "expires_at": "2026-12-31T00:00:00Z" }),
        "NewKey" => json!({ "algorithm": "EdDSA" }),
        "Retirement" => json!({ "until": "2027-01-01T00:00:00Z" }),
        _ => json!({}),
    };
    body.to_string()
}
