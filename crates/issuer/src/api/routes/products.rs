//! Products and their pictures.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::app::App;
use crate::api::auth::{Caller, Reader};
use crate::api::body::{Ask, Id, Patch, Picture, Post, Seen};
use crate::api::once::{Added, Kept, decide};
use crate::api::page::{Page, Slice};
use crate::api::problem::Problem;
use crate::{ManufacturerId, ProductFacts, ProductId, ProductRecord, PutPicture, PutProduct};

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(one, change))
        .routes(routes!(picture, put_picture))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Only those of that manufacturer.
    manufacturer: Option<ManufacturerId>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// Rows of the page.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Products
#[utoipa::path(get, operation_id = "products_list", path = "/v1/products", tag = "catalogue", params(Which),
    responses((status = 200, body = Page<ProductRecord>)),
    extensions(("x-roles" = json!(["officer", "approver", "auditor", "operator"]))))]
async fn list(_: Reader, State(app): State<Arc<App>>, Ask(which): Ask<Which>) -> Result<Kept, Problem> {
    let slice = Slice::new("products", which.cursor.as_deref(), which.limit)?;
    let rows =
        app.authority().products(which.manufacturer, ProductId::new(slice.after()), slice.rows()).await?;
    Ok(Kept::read(&slice.page(rows, |row| row.id.number(), |row| row)))
}

/// Put a product on record
#[utoipa::path(post, operation_id = "products_add", path = "/v1/products", tag = "catalogue", request_body = ProductFacts,
    responses((status = 201, body = Added<ProductId>)), extensions(("x-roles" = json!(["officer"]))))]
async fn add(
    caller: Caller,
    State(app): State<Arc<App>>,
    post: Post<ProductFacts>,
) -> Result<Response, Problem> {
    let put = PutProduct { id: None, facts: post.body };
    decide(&app, &caller, post.ticket, put, |id| Kept::added("products", id)).await
}

/// A product
#[utoipa::path(get, operation_id = "products_one", path = "/v1/products/{id}", tag = "catalogue", params(("id" = ProductId, Path)),
    responses((status = 200, body = ProductRecord)),
    extensions(("x-roles" = json!(["officer", "approver", "auditor", "operator"]))))]
async fn one(_: Reader, State(app): State<Arc<App>>, Id(id): Id<ProductId>) -> Result<Kept, Problem> {
    let record = app.authority().product(id).await?;
    Ok(Kept::row(&record, record.version))
}

/// Change a product
///
/// Awards keep the names that they were made with.
#[utoipa::path(patch, operation_id = "products_change", path = "/v1/products/{id}", tag = "catalogue", params(("id" = ProductId, Path)),
    request_body(content = Object, content_type = "application/merge-patch+json"),
    responses((status = 200, body = ProductRecord)), extensions(("x-roles" = json!(["officer"]))))]
async fn change(
    caller: Caller,
    State(app): State<Arc<App>>,
    Id(id): Id<ProductId>,
    Seen(version): Seen,
    patch: Patch,
) -> Result<Kept, Problem> {
    let facts = patch.applied(&app.authority().product(id).await?.facts)?;
    let put = PutProduct { id: Some((id, Some(version))), facts };
    app.authority().decide(caller.order(app.now()), put).await?;
    let record = app.authority().product(id).await?;
    Ok(Kept::row(&record, record.version))
}

/// The picture of a product
#[utoipa::path(get, operation_id = "products_picture", path = "/v1/products/{id}/picture", tag = "catalogue", params(("id" = ProductId, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "image/png")),
    extensions(("x-roles" = json!(["officer", "approver", "auditor", "operator"]))))]
async fn picture(_: Reader, State(app): State<Arc<App>>, Id(id): Id<ProductId>) -> Result<Response, Problem> {
    let picture = app.authority().picture(id).await?;
    Ok(([(header::CONTENT_TYPE, picture.kind.media_type())], picture.bytes).into_response())
}

/// Give a product a picture
///
/// PNG, JPEG or WebP, up to 1 MiB, 4096 pixels a side and 72 MiB when it is looked through. It is published as it is once the product has a label, with
/// whatever else the file holds: remove place and device first. Changing `picture` of the product takes it away from the
/// records; the file stays.
#[utoipa::path(put, operation_id = "products_put_picture", path = "/v1/products/{id}/picture", tag = "catalogue", params(("id" = ProductId, Path)),
    request_body(content = Vec<u8>, content_type = "image/png"),
    responses((status = 200, body = ProductRecord)), extensions(("x-roles" = json!(["officer"]))))]
async fn put_picture(
    caller: Caller,
    State(app): State<Arc<App>>,
    Id(id): Id<ProductId>,
    Seen(version): Seen,
    picture: Picture,
) -> Result<Kept, Problem> {
    // Looking through a file takes time and memory, which not everybody is given.
    app.authority().permit::<PutPicture>(caller.order(app.now()), format!("product {id}")).await?;
    let picture = app.lookers.checked(picture, app.limits.patience()).await?;
    let put = PutPicture { product: id, expected: Some(version), picture };
    app.authority().decide(caller.order(app.now()), put).await?;
    let record = app.authority().product(id).await?;
    Ok(Kept::row(&record, record.version))
}
