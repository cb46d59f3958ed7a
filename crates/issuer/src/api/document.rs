//! The OpenAPI 3.1 document, from the code.
//!
//! What all operations have in common stands here once: who may (`x-roles`), headers, problems.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use utoipa::openapi::{InfoBuilder, OpenApiBuilder, RefOr};
use utoipa::{PartialSchema, ToSchema};

use super::problem::{Fault, Problem};
use super::routes::described;
use crate::PictureKind;

/// The document as JSON text, its members in alphabetical order.
#[must_use]
pub fn openapi() -> String {
    let (_, api) = described().split_for_parts();
    let info = InfoBuilder::new()
        .title("Verilabel issuing authority")
        .version("1")
        .description(Some(ABOUT))
        .license(None);
    let document = OpenApiBuilder::from(api).info(info.build()).build();
    let mut document = serde_json::to_value(document).unwrap_or_default();
    complete(&mut document);
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

const ABOUT: &str = "Awards, labels and their standing, keys, users and the audit chain of an authority that issues \
    verifiable cybersecurity labels. Refusals are problem documents (RFC 9457); every POST bears an Idempotency-Key; \
    PATCH, PUT and approvals bear If-Match. Codes of problems: docs/api.md.";

fn complete(document: &mut Value) {
    document["servers"] = json!([{ "url": "http://127.0.0.1:8460" }]);
    let schemas = [(Problem::name(), schema::<Problem>()), (Fault::name(), schema::<Fault>())];
    for (name, schema) in schemas {
        document["components"]["schemas"][name.as_ref()] = schema;
    }
    for (status, what) in PROBLEMS {
        let mut response = json!({
            "description": what,
            "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } }
        });
        if let Some((name, what)) =
            PROBLEM_HEADERS.iter().find_map(|(of, header)| of.contains(&status).then_some(header))
        {
            response["headers"][name] = described_text(what);
        }
        document["components"]["responses"][status] = response;
    }
    document["components"]["securitySchemes"] = json!({
        "bearer": { "type": "http", "scheme": "bearer", "description": "A token of the authority, or a JWT of its OpenID provider" }
    });
    document["security"] = json!([{ "bearer": [] }]);
    let rows = rows(document);
    let Some(paths) = document["paths"].as_object_mut() else { return };
    for path in paths.values_mut() {
        let Some(operations) = path.as_object_mut() else { continue };
        for (method, operation) in operations.iter_mut() {
            if let Some(operation) = operation.as_object_mut() {
                complete_operation(method, operation, &rows);
            }
        }
    }
}

/// References to what has a version, which answers bear as their entity tag.
fn rows(document: &Value) -> BTreeSet<String> {
    let has = |schema: &Value| !schema["properties"]["version"].is_null();
    let parts = |schema: &Value| schema["allOf"].as_array().is_some_and(|parts| parts.iter().any(has));
    let schemas = document["components"]["schemas"].as_object().into_iter().flatten();
    let rows = schemas.filter(|(_, schema)| has(schema) || parts(schema));
    rows.map(|(name, _)| format!("#/components/schemas/{name}")).collect()
}

fn complete_operation(method: &str, operation: &mut Map<String, Value>, rows: &BTreeSet<String>) {
    if let Some(body) = operation.get_mut("requestBody") {
        complete_content(body);
    }
    let preconditioned = matches!(method, "patch" | "put") || operation.remove("x-if-match").is_some();
    let mut parameters = operation.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
    if method == "post" {
        parameters.push(header(
            "Idempotency-Key",
            "^[!-~]{1,128}$",
            "Text that you use for this request alone",
        ));
    }
    if preconditioned {
        parameters.push(header("If-Match", "^\"[0-9]{1,18}\"$", "The ETag of the version that you saw"));
    }
    if !parameters.is_empty() {
        operation.insert("parameters".to_owned(), parameters.into());
    }
    let roles = operation.get("x-roles").and_then(Value::as_array).cloned().unwrap_or_default();
    let roles: Vec<&str> = roles.iter().filter_map(Value::as_str).collect();
    let about = operation.get("description").and_then(Value::as_str).map(|text| format!("{text}\n\n"));
    let about = format!("{}Roles: {}.", about.unwrap_or_default(), roles.join(", "));
    operation.insert("description".to_owned(), about.into());
    let summary = operation.get("summary").cloned().unwrap_or_default();
    let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
    for (status, response) in responses.iter_mut() {
        complete_response(status, response, &summary, rows);
    }
    for status in problems(method, preconditioned) {
        responses.insert(status.to_owned(), json!({ "$ref": format!("#/components/responses/{status}") }));
    }
}

/// What was asked for: the description is required (OpenAPI 3.1 §4.8.17).
fn complete_response(status: &str, response: &mut Value, summary: &Value, rows: &BTreeSet<String>) {
    if response["description"].as_str().is_none_or(str::is_empty) {
        response["description"] = summary.clone();
    }
    let row = response["content"]["application/json"]["schema"]["$ref"].as_str();
    if row.is_some_and(|row| rows.contains(row)) {
        response["headers"]["ETag"] = described_text("The version, for If-Match");
    }
    if status == "201" {
        response["headers"]["Location"] = described_text("Where the new row is");
    }
    complete_content(response);
}

/// Bytes have no JSON type (OpenAPI 3.1 §4.8.14.3), and pictures come in every format that is taken.
fn complete_content(body: &mut Value) {
    let Some(content) = body.get_mut("content").and_then(Value::as_object_mut) else { return };
    let is_bytes = |of: &Value| of["schema"]["type"] == "array" && of["schema"]["items"]["type"] == "integer";
    let bytes: Vec<String> =
        content.iter().filter(|(_, of)| is_bytes(of)).map(|(name, _)| name.clone()).collect();
    for name in bytes {
        content.insert(name, json!({}));
    }
    if body_is_picture(content) {
        content.extend(PictureKind::ALL.map(|kind| (kind.media_type().to_owned(), json!({}))));
    }
}

/// Whether a body is a picture of somebody's, and nothing else.
fn body_is_picture(content: &Map<String, Value>) -> bool {
    content.len() == 1 && content.contains_key(PictureKind::Png.media_type())
}

fn described_text(what: &str) -> Value {
    json!({ "description": what, "schema": { "type": "string" } })
}

fn header(name: &str, pattern: &str, what: &str) -> Value {
    json!({
        "name": name, "in": "header", "required": true, "description": what,
        "schema": { "type": "string", "pattern": pattern }
    })
}

/// Headers of problems, and of which.
const PROBLEM_HEADERS: [(&[&str], (&str, &str)); 2] = [
    (&["401"], ("WWW-Authenticate", "How to sign in (RFC 6750 §3)")),
    (&["429", "503"], ("Retry-After", "After how many seconds to ask again")),
];

/// What the statuses of problems mean.
const PROBLEMS: [(&str, &str); 14] = [
    ("400", "The request is malformed"),
    ("401", "Nobody, or nobody known, has signed in"),
    ("403", "Not for this user"),
    ("404", "No such thing"),
    ("408", "The body took too long to arrive"),
    ("409", "What is on record forbids it now"),
    ("412", "It was changed meanwhile"),
    ("413", "The body is too large"),
    ("415", "The body is of another media type"),
    ("422", "A rule forbids what the request says"),
    ("428", "If-Match is missing"),
    ("429", "Too many requests of one user at once: see Retry-After"),
    ("500", "The authority is not as it must be: people have to look"),
    ("503", "Not now: see Retry-After"),
];

/// The problems that an operation of that kind can meet.
fn problems(method: &str, preconditioned: bool) -> impl Iterator<Item = &'static str> {
    let with_body = matches!(method, "post" | "patch" | "put");
    let changes = method != "get";
    let ruled = method != "delete";
    PROBLEMS.into_iter().map(|(status, _)| status).filter(move |status| match *status {
        "408" | "413" | "415" => with_body,
        "409" => changes,
        "412" | "428" => preconditioned,
        "422" => ruled,
        _ => true,
    })
}

fn schema<T: ToSchema>() -> Value {
    match <T as PartialSchema>::schema() {
        RefOr::T(schema) => serde_json::to_value(schema).unwrap_or_default(),
        RefOr::Ref(reference) => serde_json::to_value(reference).unwrap_or_default(),
    }
}
