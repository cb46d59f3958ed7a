//! The OpenAPI document is the one that is checked in, and says what the service does.

use std::collections::BTreeSet;

use hyper::Method;
use serde_json::Value;
use verilabel_issuer::api::openapi;

use super::house::{House, over_http_on_both};

over_http_on_both! { every_operation_is_served_and_wants_a_token }

/// Method and address of each operation, with its description.
pub(super) fn operations() -> Vec<(Method, String, Value)> {
    let document: Value = serde_json::from_str(&openapi()).unwrap();
    let mut all = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            all.push((method, path.clone(), operation.clone()));
        }
    }
    all
}

#[test]
fn the_document_that_is_checked_in_is_current() {
    let kept = std::fs::read_to_string("../../docs/openapi.json").unwrap();
    assert!(kept == openapi(), "write it anew: cargo xtask openapi");
}

#[test]
fn every_operation_says_who_may_and_has_its_name() {
    let operations = operations();
    assert!(operations.len() > 40, "{}", operations.len());
    let mut names = BTreeSet::new();
    for (method, path, operation) in &operations {
        let roles =
            operation["x-roles"].as_array().unwrap_or_else(|| panic!("{method} {path} names no roles"));
        assert!(!roles.is_empty(), "{method} {path}");
        let name = operation["operationId"].as_str().unwrap();
        assert!(names.insert(name.to_owned()), "{name} names two operations");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document: Value = serde_json::from_str(&openapi()).unwrap();
    let mut open = vec![&document];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(members) => {
                if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                    assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
                }
                open.extend(members.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
}

async fn every_operation_is_served_and_wants_a_token(house: House) {
    for (method, path, _) in operations() {
        let path = path.replace("{id}", "1").replace("{file}", "svg");
        let answer = house.ask("", method.clone(), &path, &[], "").await;
        assert_eq!(answer.status.as_u16(), 401, "{method} {path}");
        answer.is_problem(401, "token-missing");
    }
}
