//! Deciding once: the answer is kept in the transaction of the change, and given again.

use std::fmt::Display;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::app::App;
use super::auth::Caller;
use super::problem::{Code, Problem};
use crate::{Answer, Decision, Once, Refusal, Reply, Version, WriteReply};

/// What makes a repeated request the same request.
#[derive(Debug, Clone)]
pub(super) struct Ticket {
    pub(super) key: String,
    pub(super) request: [u8; 32],
}

/// An answer as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    #[serde(skip)]
    status: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<i64>,
    body: Value,
}

/// A new row.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Added<T> {
    /// The row.
    id: T,
    /// Its version.
    version: Version,
}

impl Kept {
    /// A row of a list was added.
    pub(super) fn added<T: Serialize + Display + Copy>(list: &str, id: &T) -> Self {
        let version = Version::FIRST;
        Self::new(StatusCode::CREATED, &Added { id: *id, version })
            .at(format!("/v1/{list}/{id}"))
            .version(version)
    }

    /// A row as it is.
    pub(super) fn row(row: &impl Serialize, version: Version) -> Self {
        Self::new(StatusCode::OK, row).version(version)
    }

    /// What is read, whatever it is.
    pub(super) fn read(value: &impl Serialize) -> Self {
        Self::new(StatusCode::OK, value)
    }

    pub(super) fn new(status: StatusCode, body: &impl Serialize) -> Self {
        let body = serde_json::to_value(body).unwrap_or_default();
        Self { status: status.as_u16(), location: None, version: None, body }
    }

    pub(super) fn at(self, location: String) -> Self {
        Self { location: Some(location), ..self }
    }

    pub(super) fn version(self, version: Version) -> Self {
        Self { version: Some(version.number()), ..self }
    }

    fn of_refusal(refusal: &Refusal) -> Self {
        let problem = Problem::from(refusal);
        Self::new(problem.status(), &problem)
    }

    fn reply(&self) -> Reply {
        Reply { status: self.status, body: serde_json::to_string(self).unwrap_or_default() }
    }

    fn again(reply: &Reply) -> Result<Self, Problem> {
        let kept: Self = serde_json::from_str(&reply.body).map_err(|_| Problem::broken("store-damaged"))?;
        Ok(Self { status: reply.status, ..kept })
    }
}

impl IntoResponse for Kept {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let problem = status.is_client_error() || status.is_server_error();
        let media_type = if problem { "application/problem+json" } else { "application/json" };
        let mut response = (status, Body::from(self.body.to_string())).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        if let Some(location) = self.location.and_then(|text| HeaderValue::try_from(text).ok()) {
            headers.insert(header::LOCATION, location);
        }
        if let Some(tag) = self.version.and_then(etag) {
            headers.insert(header::ETAG, tag);
        }
        if problem {
            let kind = self.body.get("type").and_then(Value::as_str).unwrap_or_default();
            let code = kind.rsplit(':').next().unwrap_or_default().to_owned();
            response.extensions_mut().insert(Code(code));
        }
        response
    }
}

/// The strong entity tag of a version.
pub(super) fn etag(version: i64) -> Option<HeaderValue> {
    HeaderValue::try_from(format!("\"{version}\"")).ok()
}

/// Makes a decision once under the client's key.
pub(super) async fn decide<D: Decision>(
    app: &App,
    caller: &Caller,
    ticket: Ticket,
    decision: D,
    answer: impl Fn(&D::Outcome) -> Kept + Send + Sync + Clone + 'static,
) -> Result<Response, Problem> {
    decide_and_show(app, caller, ticket, decision, answer.clone(), answer).await
}

/// The same where what is shown is not kept: a secret is shown once.
pub(super) async fn decide_and_show<D: Decision>(
    app: &App,
    caller: &Caller,
    ticket: Ticket,
    decision: D,
    kept: impl Fn(&D::Outcome) -> Kept + Send + Sync + 'static,
    shown: impl Fn(&D::Outcome) -> Kept,
) -> Result<Response, Problem> {
    let reply = WriteReply::new(move |outcome: Result<&D::Outcome, &Refusal>| match outcome {
        Ok(outcome) => kept(outcome).reply(),
        Err(refusal) => Kept::of_refusal(refusal).reply(),
    });
    let once = Once { key: ticket.key, request: ticket.request, reply };
    match app.authority().decide_once(caller.order(app.now()), decision, once).await? {
        Answer::Done(outcome) => Ok(shown(&outcome).into_response()),
        Answer::Replayed(reply) => replayed(&reply),
    }
}

/// The answer that was given before.
pub(super) fn replayed(reply: &Reply) -> Result<Response, Problem> {
    let mut response = Kept::again(reply)?.into_response();
    let name = HeaderName::from_static("idempotency-replayed");
    response.headers_mut().insert(name, HeaderValue::from_static("true"));
    Ok(response)
}
