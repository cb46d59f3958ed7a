//! The OpenAPI 3.1 document, from the code.
//!
//! What all operations have in common stands here once: who may (`x-roles`), headers, problems.

use serde_json::{Map, Value, json};
use utoipa::openapi::{InfoBuilder, OpenApiBuilder, RefOr};
use utoipa::{PartialSchema, ToSchema};

use super::problem::{Fault, Problem};
use super::routes::described;

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
        document["components"]["responses"][status] = json!({
            "description": what,
            "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } }
        });
    }
    document["components"]["securitySchemes"] = json!({
        "bearer": { "type": "http", "scheme": "bearer", "description": "A token of the authority, or a JWT of its OpenID provider" }
    });
    document["security"] = json!([{ "bearer": [] }]);
    let Some(paths) = document["paths"].as_object_mut() else { return };
    for path in paths.values_mut() {
        let Some(operations) = path.as_object_mut() else { continue };
        for (method, operation) in operations.iter_mut() {
            if let Some(operation) = operation.as_object_mut() {
                complete_operation(method, operation);
            }
        }
    }
}

fn complete_operation(method: &str, operation: &mut Map<String, Value>) {
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
    let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
    for status in problems(method, preconditioned) {
        responses.insert(status.to_owned(), json!({ "$ref": format!("#/components/responses/{status}") }));
    }
}

fn header(name: &str, pattern: &str, what: &str) -> Value {
    json!({
        "name": name, "in": "header", "required": true, "description": what,
        "schema": { "type": "string", "pattern": pattern }
    })
}

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
