//! What is published.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::PublisherHealth;
use crate::api::app::App;
use crate::api::auth::{Caller, Reader};
use crate::api::body::{Nothing, Post};
use crate::api::once::{Kept, decide};
use crate::api::problem::Problem;
use crate::{AskToPublish, PublicationRecord, Seq};

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(state, publish))
}

/// How far publishing has come.
#[derive(Debug, Serialize, ToSchema)]
struct PublicationState {
    /// The last publication.
    last: Option<PublicationRecord>,
    /// The last event of the audit chain; what follows `last.through` is not published yet.
    chain_end: Seq,
    /// How the publisher fares.
    publisher: PublisherHealth,
}

/// How far publishing has come
#[utoipa::path(get, operation_id = "publications_state", path = "/v1/publications", tag = "publications",
    responses((status = 200, body = PublicationState)), extensions(("x-roles" = json!(["officer", "approver", "auditor", "operator"]))))]
async fn state(_: Reader, State(app): State<Arc<App>>) -> Result<Kept, Problem> {
    let state = PublicationState {
        last: app.authority().last_publication().await?,
        chain_end: app.authority().chain_end().await?.seq,
        publisher: app.parts.publisher.health(),
    };
    Ok(Kept::read(&state))
}

/// What is to be published.
#[derive(Debug, Serialize, ToSchema)]
struct Asked {
    /// It will take account of events up to this one at least.
    through: Seq,
}

/// Publish now
///
/// Whatever is decided is published before long by itself; this does not wait. The answer comes at once: see
/// GET for whether it is done.
#[utoipa::path(post, operation_id = "publications_publish", path = "/v1/publications", tag = "publications", request_body = Nothing,
    responses((status = 202, body = Asked)), extensions(("x-roles" = json!(["operator"]))))]
async fn publish(
    caller: Caller,
    State(app): State<Arc<App>>,
    post: Post<Nothing>,
) -> Result<Response, Problem> {
    let answer = decide(&app, &caller, post.ticket, AskToPublish, |through| {
        Kept::new(StatusCode::ACCEPTED, &Asked { through: *through }).at("/v1/publications".to_owned())
    })
    .await?;
    app.parts.publisher.publish_soon();
    Ok(answer)
}
