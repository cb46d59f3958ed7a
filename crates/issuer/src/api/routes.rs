//! All addresses, one file for each kind of thing.

#![expect(unused_qualifications, reason = "queries are described by a macro that qualifies everything")]

mod audit;
mod awards;
mod changes;
mod codes;
mod foreign;
mod health;
mod keys;
mod labels;
mod manufacturers;
mod products;
mod publications;
mod runs;
mod tokens;
mod users;

pub(super) use codes::CodeFile;

use std::any::Any;
use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;

use super::app::App;
use super::gate::admit;
use super::headers::secured;
use super::observe::watch;
use super::problem::Problem;

/// What the document describes, and what is behind the gate.
pub(super) fn described() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .merge(audit::routes())
        .merge(awards::routes())
        .merge(changes::routes())
        .merge(codes::routes())
        .merge(foreign::routes())
        .merge(keys::routes())
        .merge(labels::routes())
        .merge(manufacturers::routes())
        .merge(products::routes())
        .merge(publications::routes())
        .merge(runs::routes())
        .merge(tokens::routes())
        .merge(users::routes())
}

/// The whole interface, for a server and for tests alike.
pub(super) fn router(app: &Arc<App>) -> Router {
    let (api, _) = described().split_for_parts();
    let api = api.layer(from_fn_with_state(Arc::clone(app), admit));
    let all = Router::new()
        .merge(api)
        .merge(health::routes())
        .fallback(nothing_here)
        .method_not_allowed_fallback(not_that_way)
        .with_state(Arc::clone(app))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(Arc::clone(app), watch));
    secured(all)
}

async fn nothing_here() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not-found", "there is nothing at this address")
}

async fn not_that_way() -> Problem {
    let detail = "this address does not take that method; the header Allow lists those that it does";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", detail)
}

/// Nothing here panics; a library that does takes one request with it, not the service.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a handler panicked");
    Problem::broken("internal").into_response()
}
