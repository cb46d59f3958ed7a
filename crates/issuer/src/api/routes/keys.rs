//! The authority's keys.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use verilabel_label::Timestamp;
use verilabel_trust::{Jwk, KeyState};
use verilabel_wire::{Algorithm, KeyId};

use crate::api::app::App;
use crate::api::auth::{Caller, Reader};
use crate::api::body::{Ask, Id, Post};
use crate::api::once::{Kept, decide, replayed};
use crate::api::page::{Page, Paging, Slice};
use crate::api::problem::Problem;
use crate::lifecycle::Note;
use crate::{
    AddKey, CompromiseKey, Decision, KeyRecord, KeyUse, LabelId, LabelRecord, Refusal, Remint, Reminted,
    RetireKey, Version, hex, schema,
};

/// Most codes that one request mints anew.
const MOST: u32 = 1_000;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, rotate))
        .routes(routes!(one))
        .routes(routes!(labels))
        .routes(routes!(retire))
        .routes(routes!(compromise))
        .routes(routes!(remint))
}

/// A key id in an address or a body.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct KeyName(KeyId);

impl FromStr for KeyName {
    type Err = NoKeyId;
    fn from_str(text: &str) -> Result<Self, NoKeyId> {
        hex::decode::<{ KeyId::LENGTH }>(text).map(|bytes| Self(KeyId::from(bytes))).ok_or(NoKeyId)
    }
}

impl TryFrom<String> for KeyName {
    type Error = NoKeyId;
    fn try_from(text: String) -> Result<Self, NoKeyId> {
        text.parse()
    }
}

#[derive(Debug, Clone, Copy)]
struct NoKeyId;

impl fmt::Display for NoKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key id has 12 lower-case hexadecimal digits")
    }
}

/// A key on record.
#[derive(Debug, Serialize, ToSchema)]
struct KeyView {
    /// Its id, derived from its public half.
    #[schema(value_type = schema::KeyId)]
    id: String,
    /// Its algorithm.
    algorithm: &'static str,
    /// Its public half (RFC 7517).
    #[schema(value_type = Object)]
    jwk: serde_json::Value,
    /// From when on it signs.
    #[schema(value_type = schema::Timestamp)]
    from: Timestamp,
    /// The first second in which it signs no more.
    #[schema(value_type = Option<schema::Timestamp>)]
    until: Option<Timestamp>,
    /// Whether its signatures count.
    trusted: bool,
    /// Counts the changes.
    version: Version,
    /// When it was put on record.
    #[schema(value_type = schema::Timestamp)]
    created_at: Timestamp,
}

impl From<&KeyRecord> for KeyView {
    fn from(record: &KeyRecord) -> Self {
        let key = &record.key;
        Self {
            id: key.key.id().to_string(),
            algorithm: key.key.algorithm().jose(),
            jwk: serde_json::to_value(Jwk::of(&key.key)).unwrap_or_default(),
            from: key.from,
            until: key.until,
            trusted: key.state == KeyState::Trusted,
            version: record.version,
            created_at: record.created_at,
        }
    }
}

/// The authority's keys
#[utoipa::path(get, operation_id = "keys_list", path = "/v1/keys", tag = "keys", responses((status = 200, body = Vec<KeyView>)), extensions(("x-roles" = json!(["officer", "approver", "auditor", "operator"]))))]
async fn list(_: Reader, State(app): State<Arc<App>>) -> Result<Kept, Problem> {
    let keys: Vec<KeyView> = app.authority().keys().await?.iter().map(KeyView::from).collect();
    Ok(Kept::read(&keys))
}

/// A key, and how much it has signed.
#[derive(Debug, Serialize, ToSchema)]
struct KeyDetail {
    /// The key.
    #[serde(flatten)]
    key: KeyView,
    /// How much it has signed.
    usage: KeyUse,
}

/// A key
#[utoipa::path(get, operation_id = "keys_one", path = "/v1/keys/{id}", tag = "keys", params(("id" = schema::KeyId, Path)),
    responses((status = 200, body = KeyDetail)), extensions(("x-roles" = json!(["officer", "approver", "auditor", "operator"]))))]
async fn one(_: Reader, State(app): State<Arc<App>>, Id(KeyName(id)): Id<KeyName>) -> Result<Kept, Problem> {
    let record = on_record(&app, id).await?;
    let usage = app.authority().key_use(id, app.now()).await?;
    let detail = KeyDetail { key: KeyView::from(&record), usage };
    Ok(Kept::row(&detail, record.version))
}

async fn on_record(app: &App, id: KeyId) -> Result<KeyRecord, Problem> {
    let found = app.authority().keys().await?.into_iter().find(|record| record.key.key.id() == id);
    found.ok_or_else(|| Refusal::not_found("key", &id).into())
}

/// The labels of a key
///
/// Those with a code that it signed, or is to sign, and that counts still.
#[utoipa::path(get, operation_id = "keys_labels", path = "/v1/keys/{id}/labels", tag = "keys", params(("id" = schema::KeyId, Path), Paging),
    responses((status = 200, body = Page<LabelRecord>)), extensions(("x-roles" = json!(["officer", "approver", "auditor", "operator"]))))]
async fn labels(
    _: Reader,
    State(app): State<Arc<App>>,
    Id(KeyName(id)): Id<KeyName>,
    Ask(which): Ask<Paging>,
) -> Result<Kept, Problem> {
    on_record(&app, id).await?;
    let slice = Slice::new("key-labels", which.cursor.as_deref(), which.limit)?;
    let after = LabelId::new(slice.after());
    let rows = app.authority().labels_of_key(id, app.now(), after, slice.rows()).await?;
    Ok(Kept::read(&slice.page(rows, |row| row.id.number(), |row| row)))
}

/// A key to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewKey {
    /// Its algorithm.
    algorithm: KeyAlgorithm,
    /// The key that it follows, and until when that one signs still.
    retires: Option<Overlap>,
}

/// An algorithm of keys.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
enum KeyAlgorithm {
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

/// A key that is followed by another.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Overlap {
    /// The key.
    #[schema(value_type = schema::KeyId)]
    key: KeyName,
    /// The first second in which it signs no more.
    #[schema(value_type = schema::Timestamp)]
    until: Timestamp,
}

/// A new key.
#[derive(Debug, Serialize, ToSchema)]
struct AddedKey {
    /// Its id.
    #[schema(value_type = schema::KeyId)]
    id: String,
}

/// Rotate keys
///
/// Makes a key in the keystore, in use from now on; the key that it follows may go on for a while.
#[utoipa::path(post, operation_id = "keys_rotate", path = "/v1/keys", tag = "keys", request_body = NewKey,
    responses((status = 201, body = AddedKey)), extensions(("x-roles" = json!(["operator"]))))]
async fn rotate(
    caller: Caller,
    State(app): State<Arc<App>>,
    post: Post<NewKey>,
) -> Result<Response, Problem> {
    let ticket = post.ticket;
    // A key is made before its record; whoever may not make one must not fill the keystore.
    if caller.needs(AddKey::ROLES).is_err() {
        return decide(&app, &caller, ticket, AddKey::permission(), |()| done()).await;
    }
    if let Some(reply) = app.authority().reply_to(&caller.actor(), &ticket.key, &ticket.request).await? {
        return replayed(&reply);
    }
    let algorithm = match post.body.algorithm {
        KeyAlgorithm::Es256 => Algorithm::Es256,
        KeyAlgorithm::EdDsa => Algorithm::EdDsa,
    };
    let retires = post.body.retires.map(|overlap| (overlap.key.0, overlap.until));
    let add = AddKey::generate(&app.parts.keystore, algorithm, retires, app.now()).await?;
    decide(&app, &caller, ticket, add, |id| {
        Kept::new(StatusCode::CREATED, &AddedKey { id: id.to_string() }).at(format!("/v1/keys/{id}"))
    })
    .await
}

/// When a key ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Retirement {
    /// The first second in which it signs no more.
    #[schema(value_type = schema::Timestamp)]
    until: Timestamp,
}

/// Retire a key
///
/// What it signed before counts.
#[utoipa::path(post, operation_id = "keys_retire", path = "/v1/keys/{id}/retire", tag = "keys", params(("id" = schema::KeyId, Path)),
    request_body = Retirement, responses((status = 200, body = crate::api::body::Nothing)),
    extensions(("x-roles" = json!(["operator"]))))]
async fn retire(
    caller: Caller,
    State(app): State<Arc<App>>,
    Id(KeyName(key)): Id<KeyName>,
    post: Post<Retirement>,
) -> Result<Response, Problem> {
    let retire = RetireKey { key, until: post.body.until, expected: None };
    decide(&app, &caller, post.ticket, retire, |()| done()).await
}

/// What happened to a key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Compromise {
    /// What happened.
    note: Note,
}

/// Mark a key as compromised
///
/// It signs nothing from now on, and with the next publication nothing that it ever signed counts.
#[utoipa::path(post, operation_id = "keys_compromise", path = "/v1/keys/{id}/compromise", tag = "keys", params(("id" = schema::KeyId, Path)),
    request_body = Compromise, responses((status = 200, body = crate::api::body::Nothing)),
    extensions(("x-roles" = json!(["operator"]))))]
async fn compromise(
    caller: Caller,
    State(app): State<Arc<App>>,
    Id(KeyName(key)): Id<KeyName>,
    post: Post<Compromise>,
) -> Result<Response, Problem> {
    let compromise = CompromiseKey { key, note: post.body.note };
    let answer = decide(&app, &caller, post.ticket, compromise, |()| done()).await?;
    app.parts.publisher.publish_soon();
    Ok(answer)
}

fn done() -> Kept {
    Kept::read(&serde_json::json!({}))
}

/// How much is minted anew.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Portion {
    /// Most codes of this request.
    #[serde(default = "most")]
    #[schema(minimum = 1, maximum = 1_000)]
    limit: u32,
}

fn most() -> u32 {
    MOST
}

/// Mint a key's labels anew
///
/// By the key that is in use now. Ask again, each time under a new idempotency key, until `more` is false.
#[utoipa::path(post, operation_id = "keys_remint", path = "/v1/keys/{id}/remint", tag = "keys", params(("id" = schema::KeyId, Path)),
    request_body = Portion, responses((status = 200, body = Reminted)),
    extensions(("x-roles" = json!(["operator"]))))]
async fn remint(
    caller: Caller,
    State(app): State<Arc<App>>,
    Id(KeyName(key)): Id<KeyName>,
    post: Post<Portion>,
) -> Result<Response, Problem> {
    let limit = post.body.limit;
    if !(1..=MOST).contains(&limit) {
        let refusal = Refusal::OutOfRange { what: "limit", value: limit.into(), min: 1, max: MOST.into() };
        return Err(refusal.into());
    }
    decide(&app, &caller, post.ticket, Remint { key, limit }, Kept::read).await
}
