//! Runs of unit labels.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use verilabel_label::Gtin;

use crate::api::app::App;
use crate::api::auth::{Caller, Reader};
use crate::api::body::{Ask, Id, Post};
use crate::api::once::{Kept, decide};
use crate::api::page::{Page, Slice};
use crate::api::problem::Problem;
use crate::{CreateRun, LabelId, RunId, RunRecord, Serials, schema};

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(one)).routes(routes!(create))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Only those of that label.
    label: Option<LabelId>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// Rows of the page.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Runs
#[utoipa::path(get, operation_id = "runs_list", path = "/v1/runs", tag = "runs", params(Which),
    responses((status = 200, body = Page<RunRecord>)), extensions(("x-roles" = json!(["officer", "approver", "auditor", "operator"]))))]
async fn list(_: Reader, State(app): State<Arc<App>>, Ask(which): Ask<Which>) -> Result<Kept, Problem> {
    let slice = Slice::new("runs", which.cursor.as_deref(), which.limit)?;
    let rows = app.authority().runs(which.label, RunId::new(slice.after()), slice.rows()).await?;
    Ok(Kept::read(&slice.page(rows, |row| row.id.number(), |row| row)))
}

/// A run
#[utoipa::path(get, operation_id = "runs_one", path = "/v1/runs/{id}", tag = "runs", params(("id" = RunId, Path)),
    responses((status = 200, body = RunRecord)), extensions(("x-roles" = json!(["officer", "approver", "auditor", "operator"]))))]
async fn one(_: Reader, State(app): State<Arc<App>>, Id(id): Id<RunId>) -> Result<Kept, Problem> {
    let record = app.authority().run(id).await?;
    Ok(Kept::row(&record, record.version))
}

/// A run to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRun {
    /// One of the label's GTINs.
    #[schema(value_type = schema::Gtin)]
    gtin: Gtin,
    /// How the units are numbered.
    serials: Serials,
    /// How many units.
    #[schema(minimum = 1, maximum = 100_000_000)]
    units: u32,
}

/// Make a run of unit labels
///
/// One record, however many units; their links are written out from it.
#[utoipa::path(post, operation_id = "runs_create", path = "/v1/labels/{id}/runs", tag = "runs", params(("id" = LabelId, Path)),
    request_body = NewRun, responses((status = 201, body = RunRecord)),
    extensions(("x-roles" = json!(["officer"]))))]
async fn create(
    caller: Caller,
    State(app): State<Arc<App>>,
    Id(id): Id<LabelId>,
    post: Post<NewRun>,
) -> Result<Response, Problem> {
    let label = app.authority().label_by_id(id).await?.number;
    let NewRun { gtin, serials, units } = post.body;
    decide(&app, &caller, post.ticket, CreateRun { label, gtin, serials, units }, |record| {
        Kept::new(StatusCode::CREATED, record).at(format!("/v1/runs/{}", record.id)).version(record.version)
    })
    .await
}
