//! Every request has an id, a line in the log and its place in the metrics.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use ring::rand::{SecureRandom, SystemRandom};
use tokio::time::Instant;
use tracing::{Instrument, Span, field, info, info_span};

use super::app::App;
use super::problem::Code;
use crate::hex;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest request id that is taken over from a client.
const MAX_ID: usize = 64;

/// Watches a request from its head to its answer.
pub(super) async fn watch(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let _working = app.metrics.began();
    let method = method(request.method());
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let id = request_id(&request, app.authority().random());
    let span = info_span!("request", id = %id, method, route, user = field::Empty);
    let mut response = next.run(request).instrument(span.clone()).await;
    let time = begun.elapsed();
    let code = response.extensions().get::<Code>().map(|code| code.0.clone());
    let status = response.status().as_u16();
    app.metrics.ended(method, &route, status, code.as_deref(), time);
    let ms = time.as_secs_f64() * 1e3;
    span.in_scope(|| info!(status, code, ms, "answered"));
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// Names the user in the request's log line.
pub(super) fn name_user(user: &str) {
    Span::current().record("user", user);
}

/// The client's id if it is a harmless one, or else a new one.
fn request_id(request: &Request, random: &SystemRandom) -> String {
    let harmless = |id: &&str| {
        !id.is_empty() && id.len() <= MAX_ID && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let given = request.headers().get(&REQUEST_ID).and_then(|id| id.to_str().ok()).filter(harmless);
    given.map_or_else(
        || {
            let mut bytes = [0; 16];
            // An id without randomness is still an id; nothing rests on it.
            let _ = random.fill(&mut bytes);
            hex::encode(&bytes)
        },
        str::to_owned,
    )
}

/// Methods have few names here, whatever clients make up.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}
