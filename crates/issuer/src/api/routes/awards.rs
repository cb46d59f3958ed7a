//! Awards: prepared by one, approved by another.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use verilabel_label::{LabelNumber, SchemeId};

use crate::api::app::App;
use crate::api::auth::{Caller, Reader};
use crate::api::body::{Ask, Id, Nothing, Patch, Post, Seen};
use crate::api::media;
use crate::api::once::{Added, Kept, decide};
use crate::api::page::{Page, Slice};
use crate::api::problem::Problem;
use crate::lifecycle::{AwardState, Draft, Note};
use crate::{
    ApproveAward, Approved, AwardFilter, AwardId, AwardRecord, Batch, BatchMode, CodeRecord, PrepareAward,
    ProductId, Refusal, RejectAward, ReviseAward, Version, schema,
};

/// Most awards that are approved by one request.
const MOST: usize = 500;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, prepare))
        .routes(routes!(approve_several))
        .routes(routes!(one, revise))
        .routes(routes!(codes))
        .routes(routes!(preview))
        .routes(routes!(approve))
        .routes(routes!(reject))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Only those in that state.
    state: Option<AwardState>,
    /// Only those of that label.
    #[param(value_type = Option<schema::LabelNumber>)]
    number: Option<LabelNumber>,
    /// Only those of that scheme.
    #[param(value_type = Option<schema::SchemeId>)]
    scheme: Option<SchemeId>,
    /// Only those of that product.
    product: Option<ProductId>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// Rows of the page.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Awards
#[utoipa::path(get, operation_id = "awards_list", path = "/v1/awards", tag = "awards", params(Which),
    responses((status = 200, body = Page<AwardRecord>)),
    extensions(("x-roles" = json!(["officer", "approver", "auditor", "operator"]))))]
async fn list(_: Reader, State(app): State<Arc<App>>, Ask(which): Ask<Which>) -> Result<Kept, Problem> {
    let slice = Slice::new("awards", which.cursor.as_deref(), which.limit)?;
    let Which { state, number, scheme, product, .. } = which;
    let filter = AwardFilter { state, number, scheme, product };
    let rows = app.authority().awards(&filter, AwardId::new(slice.after()), slice.rows()).await?;
    Ok(Kept::read(&slice.page(rows, |row| row.id.number(), |row| row)))
}

/// Prepare an award
///
/// Nothing is signed before another person has approved it. An award that rests on a foreign label names its link in
/// `foreign`; the label is judged now, and again at the approval.
#[utoipa::path(post, operation_id = "awards_prepare", path = "/v1/awards", tag = "awards", request_body = Draft,
    responses((status = 201, body = Added<AwardId>)), extensions(("x-roles" = json!(["officer"]))))]
async fn prepare(
    caller: Caller,
    State(app): State<Arc<App>>,
    post: Post<Draft>,
) -> Result<Response, Problem> {
    decide(&app, &caller, post.ticket, PrepareAward { draft: post.body }, |id| Kept::added("awards", id))
        .await
}

/// An award
#[utoipa::path(get, operation_id = "awards_one", path = "/v1/awards/{id}", tag = "awards", params(("id" = AwardId, Path)),
    responses((status = 200, body = AwardRecord)),
    extensions(("x-roles" = json!(["officer", "approver", "auditor", "operator"]))))]
async fn one(_: Reader, State(app): State<Arc<App>>, Id(id): Id<AwardId>) -> Result<Kept, Problem> {
    let record = app.authority().award(id).await?;
    Ok(Kept::row(&record, record.version))
}

/// Change a draft
///
/// Whoever does is one of its preparers from then on, and cannot approve it.
#[utoipa::path(patch, operation_id = "awards_revise", path = "/v1/awards/{id}", tag = "awards", params(("id" = AwardId, Path)),
    request_body(content = Object, content_type = "application/merge-patch+json"),
    responses((status = 200, body = AwardRecord)), extensions(("x-roles" = json!(["officer"]))))]
async fn revise(
    caller: Caller,
    State(app): State<Arc<App>>,
    Id(id): Id<AwardId>,
    Seen(version): Seen,
    patch: Patch,
) -> Result<Kept, Problem> {
    let draft = patch.applied(&app.authority().award(id).await?.draft)?;
    let revise = ReviseAward { award: id, expected: Some(version), draft };
    app.authority().decide(caller.order(app.now()), revise).await?;
    let record = app.authority().award(id).await?;
    Ok(Kept::row(&record, record.version))
}

/// The codes of an award
///
/// One for each GTIN; none before the approval.
#[utoipa::path(get, operation_id = "awards_codes", path = "/v1/awards/{id}/codes", tag = "awards", params(("id" = AwardId, Path)),
    responses((status = 200, body = Vec<CodeRecord>)),
    extensions(("x-roles" = json!(["officer", "approver", "auditor", "operator"]))))]
async fn codes(_: Reader, State(app): State<Arc<App>>, Id(id): Id<AwardId>) -> Result<Kept, Problem> {
    app.authority().award(id).await?;
    Ok(Kept::read(&app.authority().codes_of_award(id).await?))
}

/// How the printed label will look
///
/// The symbol leads to the product and bears no signature: it is nobody's label, and says so.
#[utoipa::path(get, operation_id = "awards_preview", path = "/v1/awards/{id}/preview", tag = "awards", params(("id" = AwardId, Path)),
    responses((status = 200, body = String, content_type = "image/svg+xml")),
    extensions(("x-roles" = json!(["officer", "approver", "auditor", "operator"]))))]
async fn preview(_: Reader, State(app): State<Arc<App>>, Id(id): Id<AwardId>) -> Result<Response, Problem> {
    let draft = app.authority().award(id).await?.draft;
    let svg = media::preview(&app, draft).await?;
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], svg).into_response())
}

/// Approve an award
///
/// By another person than any of its preparers, in the version that If-Match names. Its codes are signed once this
/// is on record.
#[utoipa::path(post, operation_id = "awards_approve", path = "/v1/awards/{id}/approve", tag = "awards", params(("id" = AwardId, Path)),
    request_body = Nothing, responses((status = 200, body = Approved)),
    extensions(("x-roles" = json!(["approver"])), ("x-if-match" = json!(true))))]
async fn approve(
    caller: Caller,
    State(app): State<Arc<App>>,
    Id(award): Id<AwardId>,
    Seen(version): Seen,
    post: Post<Nothing>,
) -> Result<Response, Problem> {
    let approve = ApproveAward { award, expected: Some(version) };
    decide(&app, &caller, post.ticket, approve, |approved| Kept::read(approved).version(approved.version))
        .await
}

/// Why a draft is rejected.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Rejection {
    /// Why.
    note: Note,
}

/// Reject a draft
///
/// Its preparers may take it back themselves; other officers may not.
#[utoipa::path(post, operation_id = "awards_reject", path = "/v1/awards/{id}/reject", tag = "awards", params(("id" = AwardId, Path)),
    request_body = Rejection, responses((status = 200, body = Nothing)),
    extensions(("x-roles" = json!(["approver", "officer"])), ("x-if-match" = json!(true))))]
async fn reject(
    caller: Caller,
    State(app): State<Arc<App>>,
    Id(award): Id<AwardId>,
    Seen(version): Seen,
    post: Post<Rejection>,
) -> Result<Response, Problem> {
    let reject = RejectAward { award, expected: Some(version), note: post.body.note };
    decide(&app, &caller, post.ticket, reject, |()| Kept::read(&serde_json::json!({}))).await
}

/// Awards to approve, each in the version that was seen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Approvals {
    /// The awards, each once.
    #[schema(min_items = 1, max_items = 500)]
    awards: Vec<SeenAward>,
}

/// An award in the version that was seen.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SeenAward {
    /// The award.
    id: AwardId,
    /// The version that was seen.
    version: Version,
}

/// What became of each.
#[derive(Debug, Serialize, ToSchema)]
struct ApprovalResults {
    /// In the order of the request.
    results: Vec<ApprovalResult>,
}

/// What became of one.
#[derive(Debug, Serialize, ToSchema)]
struct ApprovalResult {
    /// The award.
    id: AwardId,
    /// What the approval made, if it was approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    approved: Option<Approved>,
    /// Why it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Problem>,
}

/// Approve several awards
///
/// Each is approved or refused by itself, and all that are approved become durable at once.
#[utoipa::path(post, operation_id = "awards_approve_several", path = "/v1/awards/approvals", tag = "awards", request_body = Approvals,
    responses((status = 200, body = ApprovalResults)), extensions(("x-roles" = json!(["approver"]))))]
async fn approve_several(
    caller: Caller,
    State(app): State<Arc<App>>,
    post: Post<Approvals>,
) -> Result<Response, Problem> {
    let ids: Vec<AwardId> = post.body.awards.iter().map(|award| award.id).collect();
    if ids.is_empty() || ids.len() > MOST || ids.iter().collect::<BTreeSet<_>>().len() != ids.len() {
        let detail = format!("/awards: between 1 and {MOST} awards, each once");
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "body-invalid", detail));
    }
    let approve = |award: SeenAward| ApproveAward { award: award.id, expected: Some(award.version) };
    let decisions = post.body.awards.into_iter().map(approve).collect();
    let batch = Batch { decisions, mode: BatchMode::KeepGoing };
    decide(&app, &caller, post.ticket, batch, move |outcomes| {
        let results = ids.iter().zip(outcomes).map(|(id, outcome)| result(*id, outcome)).collect();
        Kept::read(&ApprovalResults { results })
    })
    .await
}

fn result(id: AwardId, outcome: &Result<Approved, Refusal>) -> ApprovalResult {
    match outcome {
        Ok(approved) => ApprovalResult { id, approved: Some(approved.clone()), problem: None },
        Err(refusal) => ApprovalResult { id, approved: None, problem: Some(Problem::from(refusal)) },
    }
}
