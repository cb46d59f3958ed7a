//! Manufacturers.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use verilabel_label::Name;

use crate::api::app::App;
use crate::api::auth::{Caller, Reader};
use crate::api::body::{Ask, Id, Patch, Post, Seen};
use crate::api::once::{Added, Kept, decide};
use crate::api::page::{Page, Slice};
use crate::api::problem::Problem;
use crate::{ManufacturerId, ManufacturerRecord, PutManufacturer, schema};

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(one, change))
}

/// What is known of a manufacturer.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ManufacturerFacts {
    /// Its name, unique in the authority.
    #[schema(value_type = schema::Name)]
    name: Name,
    /// How to reach it: up to 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 500)]
    contact: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Only the one of that name.
    name: Option<String>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// Rows of the page.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Manufacturers
#[utoipa::path(get, operation_id = "manufacturers_list", path = "/v1/manufacturers", tag = "catalogue", params(Which),
    responses((status = 200, body = Page<ManufacturerRecord>)),
    extensions(("x-roles" = json!(["officer", "approver", "auditor", "operator"]))))]
async fn list(_: Reader, State(app): State<Arc<App>>, Ask(which): Ask<Which>) -> Result<Kept, Problem> {
    let slice = Slice::new("manufacturers", which.cursor.as_deref(), which.limit)?;
    let after = ManufacturerId::new(slice.after());
    let rows = app.authority().manufacturers(which.name.as_deref(), after, slice.rows()).await?;
    Ok(Kept::read(&slice.page(rows, |row| row.id.number(), |row| row)))
}

/// Put a manufacturer on record
#[utoipa::path(post, operation_id = "manufacturers_add", path = "/v1/manufacturers", tag = "catalogue", request_body = ManufacturerFacts,
    responses((status = 201, body = Added<ManufacturerId>)), extensions(("x-roles" = json!(["officer"]))))]
async fn add(
    caller: Caller,
    State(app): State<Arc<App>>,
    post: Post<ManufacturerFacts>,
) -> Result<Response, Problem> {
    let ManufacturerFacts { name, contact } = post.body;
    let put = PutManufacturer { id: None, name, contact };
    decide(&app, &caller, post.ticket, put, |id| Kept::added("manufacturers", id)).await
}

/// A manufacturer
#[utoipa::path(get, operation_id = "manufacturers_one", path = "/v1/manufacturers/{id}", tag = "catalogue", params(("id" = ManufacturerId, Path)),
    responses((status = 200, body = ManufacturerRecord)),
    extensions(("x-roles" = json!(["officer", "approver", "auditor", "operator"]))))]
async fn one(_: Reader, State(app): State<Arc<App>>, Id(id): Id<ManufacturerId>) -> Result<Kept, Problem> {
    let record = app.authority().manufacturer(id).await?;
    Ok(Kept::row(&record, record.version))
}

/// Change a manufacturer
#[utoipa::path(patch, operation_id = "manufacturers_change", path = "/v1/manufacturers/{id}", tag = "catalogue", params(("id" = ManufacturerId, Path)),
    request_body(content = Object, content_type = "application/merge-patch+json"),
    responses((status = 200, body = ManufacturerRecord)), extensions(("x-roles" = json!(["officer"]))))]
async fn change(
    caller: Caller,
    State(app): State<Arc<App>>,
    Id(id): Id<ManufacturerId>,
    Seen(version): Seen,
    patch: Patch,
) -> Result<Kept, Problem> {
    let present = app.authority().manufacturer(id).await?;
    let present = ManufacturerFacts { name: present.name, contact: present.contact };
    let ManufacturerFacts { name, contact } = patch.applied(&present)?;
    let put = PutManufacturer { id: Some((id, Some(version))), name, contact };
    app.authority().decide(caller.order(app.now()), put).await?;
    let record = app.authority().manufacturer(id).await?;
    Ok(Kept::row(&record, record.version))
}
