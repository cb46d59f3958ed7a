//! Whether it lives, whether it can work, and what it did. Nobody has to sign in for that.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;

use crate::api::PublisherHealth;
use crate::api::app::App;
use crate::api::once::Kept;
use crate::api::problem::Problem;

/// OpenMetrics 1.0.
const METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/healthz", get(alive)).route("/readyz", get(ready)).route("/metrics", get(metrics))
}

async fn alive() -> &'static str {
    "alive\n"
}

#[derive(Serialize)]
struct Readiness {
    store: &'static str,
    publisher: &'static str,
    ending: bool,
}

async fn ready(State(app): State<Arc<App>>) -> Response {
    let store = app.authority().ready().await;
    let health = app.parts.publisher.health();
    let ending = app.is_draining();
    let ready = store.is_ok() && health != PublisherHealth::Stopped && !ending;
    let said = Readiness {
        store: if store.is_ok() { "working" } else { "unavailable" },
        publisher: match health {
            PublisherHealth::Working => "working",
            PublisherHealth::Failing { .. } => "failing",
            PublisherHealth::Stopped => "stopped",
        },
        ending,
    };
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    Kept::new(status, &said).into_response()
}

async fn metrics(State(app): State<Arc<App>>) -> Response {
    match app.metrics.text() {
        Ok(text) => ([(header::CONTENT_TYPE, METRICS)], text).into_response(),
        Err(_) => Problem::broken("internal").into_response(),
    }
}
