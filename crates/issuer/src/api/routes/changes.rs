//! Proposed changes of standing.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use verilabel_label::LabelNumber;

use crate::api::app::App;
use crate::api::auth::{Caller, Reader};
use crate::api::body::{Ask, Id, Nothing, Post, Seen};
use crate::api::once::{Kept, decide};
use crate::api::page::{Page, Slice};
use crate::api::problem::Problem;
use crate::lifecycle::ChangeState;
use crate::{ChangeFilter, ChangeId, ChangeRecord, Changed, DecideChange, schema};

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(approve))
        .routes(routes!(reject))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Only those in that state.
    state: Option<ChangeState>,
    /// Only those of that label.
    #[param(value_type = Option<schema::LabelNumber>)]
    number: Option<LabelNumber>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// Rows of the page.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// The answer to whoever proposed a change or decided about one.
pub(super) fn changed(status: StatusCode, change: &Changed) -> Kept {
    Kept::new(status, change).at(format!("/v1/changes/{}", change.id)).version(change.version)
}

/// Proposed changes of standing
#[utoipa::path(get, operation_id = "changes_list", path = "/v1/changes", tag = "labels", params(Which),
    responses((status = 200, body = Page<ChangeRecord>)), extensions(("x-roles" = json!(["officer", "approver", "auditor", "operator"]))))]
async fn list(_: Reader, State(app): State<Arc<App>>, Ask(which): Ask<Which>) -> Result<Kept, Problem> {
    let slice = Slice::new("changes", which.cursor.as_deref(), which.limit)?;
    let filter = ChangeFilter { state: which.state, number: which.number };
    let rows = app.authority().changes(&filter, ChangeId::new(slice.after()), slice.rows()).await?;
    Ok(Kept::read(&slice.page(rows, |row| row.id.number(), |row| row)))
}

/// A proposed change of standing
#[utoipa::path(get, operation_id = "changes_one", path = "/v1/changes/{id}", tag = "labels", params(("id" = ChangeId, Path)),
    responses((status = 200, body = ChangeRecord)), extensions(("x-roles" = json!(["officer", "approver", "auditor", "operator"]))))]
async fn one(_: Reader, State(app): State<Arc<App>>, Id(id): Id<ChangeId>) -> Result<Kept, Problem> {
    let record = app.authority().change(id).await?;
    Ok(Kept::row(&record, record.version))
}

/// Approve a change
///
/// By another person than the one that proposed it, but for suspensions, for which one approver is enough.
#[utoipa::path(post, operation_id = "changes_approve", path = "/v1/changes/{id}/approve", tag = "labels", params(("id" = ChangeId, Path)),
    request_body = Nothing, responses((status = 200, body = Changed)),
    extensions(("x-roles" = json!(["approver"])), ("x-if-match" = json!(true))))]
async fn approve(
    caller: Caller,
    State(app): State<Arc<App>>,
    Id(id): Id<ChangeId>,
    seen: Seen,
    post: Post<Nothing>,
) -> Result<Response, Problem> {
    settle(&app, &caller, id, seen, post, true).await
}

/// Decide against a change
#[utoipa::path(post, operation_id = "changes_reject", path = "/v1/changes/{id}/reject", tag = "labels", params(("id" = ChangeId, Path)),
    request_body = Nothing, responses((status = 200, body = Changed)),
    extensions(("x-roles" = json!(["approver"])), ("x-if-match" = json!(true))))]
async fn reject(
    caller: Caller,
    State(app): State<Arc<App>>,
    Id(id): Id<ChangeId>,
    seen: Seen,
    post: Post<Nothing>,
) -> Result<Response, Problem> {
    settle(&app, &caller, id, seen, post, false).await
}

async fn settle(
    app: &App,
    caller: &Caller,
    change: ChangeId,
    Seen(version): Seen,
    post: Post<Nothing>,
    approve: bool,
) -> Result<Response, Problem> {
    let settle = DecideChange { change, expected: Some(version), approve };
    decide(app, caller, post.ticket, settle, |change| changed(StatusCode::OK, change)).await
}
