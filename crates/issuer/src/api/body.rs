//! Reading requests strictly: bodies, queries, paths, preconditions.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use serde_path_to_error::Segment;
use tokio::time::timeout;
use utoipa::ToSchema;
use verilabel_wire::sha256;

use super::app::App;
use super::once::Ticket;
use super::patch::merge;
use super::problem::{Fault, Problem};
use crate::Version;

/// Longest idempotency key, in characters.
const MAX_KEY: usize = 128;
/// So many bytes of a body that is too large are read for nothing, and for so long.
const PASSED_OVER: usize = 4 << 20;
const LINGERING: Duration = Duration::from_secs(1);

/// The body of a POST, with what makes it the same request when it comes again.
pub(super) struct Post<T> {
    pub(super) ticket: Ticket,
    pub(super) body: T,
}

/// A POST that says everything by its address; `{}` may stand in the body, or nothing.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Post<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let key = idempotency_key(&parts.headers)?;
        let bytes = read(body, app.limits.body, app).await?;
        let ticket = Ticket { key, request: digest(&parts, &bytes) };
        if bytes.is_empty() {
            // Whether nothing will do is for the type to say.
            return Ok(Self { ticket, body: parse(b"{}")? });
        }
        content_type(&parts.headers, "application/json")?;
        Ok(Self { ticket, body: parse(&bytes)? })
    }
}

/// The merge patch of a PATCH (RFC 7396).
pub(super) struct Patch(Value);

impl FromRequest<Arc<App>> for Patch {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        content_type(&parts.headers, "application/merge-patch+json")?;
        let patch: Map<String, Value> = parse(&read(body, app.limits.body, app).await?)?;
        Ok(Self(Value::Object(patch)))
    }
}

impl Patch {
    /// What the target is with the patch.
    pub(super) fn applied<T: serde::Serialize + DeserializeOwned>(self, target: &T) -> Result<T, Problem> {
        let mut value = serde_json::to_value(target).map_err(|_| Problem::broken("patch"))?;
        merge(&mut value, self.0);
        serde_path_to_error::deserialize(value).map_err(|e| unreadable(&e))
    }
}

/// The bytes of a picture.
pub(super) struct Picture {
    pub(super) media_type: String,
    pub(super) bytes: Bytes,
}

impl FromRequest<Arc<App>> for Picture {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let media_type = text(&parts.headers, &header::CONTENT_TYPE).unwrap_or_default().to_owned();
        Ok(Self { media_type, bytes: read(body, app.limits.picture, app).await? })
    }
}

/// The query, without anything that is not known.
pub(super) struct Ask<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<Arc<App>> for Ask<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Problem> {
        match Query::try_from_uri(&parts.uri) {
            Ok(Query(query)) => Ok(Self(query)),
            Err(rejection) => {
                Err(Problem::new(StatusCode::BAD_REQUEST, "query-invalid", rejection.body_text()))
            }
        }
    }
}

/// The one name in the path.
pub(super) struct Id<T>(pub(super) T);

impl<T: FromStr<Err: fmt::Display> + Send> FromRequestParts<Arc<App>> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let nothing = || Problem::new(StatusCode::NOT_FOUND, "not-found", "there is nothing at this address");
        let Path(text) = Path::<String>::from_request_parts(parts, app).await.map_err(|_| nothing())?;
        text.parse().map(Self).map_err(|_| nothing())
    }
}

/// The version that the client has seen, by `If-Match` with one strong entity tag (RFC 9110 §13.1.1).
pub(super) struct Seen(pub(super) Version);

impl FromRequestParts<Arc<App>> for Seen {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Problem> {
        let Some(tag) = text(&parts.headers, &header::IF_MATCH) else {
            let detail = "say by If-Match which version you saw: the ETag that came with it";
            return Err(Problem::new(StatusCode::PRECONDITION_REQUIRED, "if-match-missing", detail));
        };
        let version =
            tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).and_then(|tag| tag.parse().ok());
        version.map(|version| Self(Version::new(version))).ok_or_else(|| {
            let detail = "If-Match must hold the one ETag that came with what you saw";
            Problem::new(StatusCode::BAD_REQUEST, "if-match-invalid", detail)
        })
    }
}

fn idempotency_key(headers: &HeaderMap) -> Result<String, Problem> {
    let Some(key) = text(headers, &HeaderName::from_static("idempotency-key")) else {
        let detail = "a POST needs the header Idempotency-Key: any text that you use for this request alone";
        return Err(Problem::new(StatusCode::BAD_REQUEST, "idempotency-key-missing", detail));
    };
    // The header is a structured string; its quotes are often left out, and mean nothing.
    let key = key.strip_prefix('"').and_then(|key| key.strip_suffix('"')).unwrap_or(key);
    if key.is_empty() || key.len() > MAX_KEY || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        let detail = format!("an idempotency key has 1 to {MAX_KEY} visible ASCII characters");
        return Err(Problem::new(StatusCode::BAD_REQUEST, "idempotency-key-invalid", detail));
    }
    Ok(key.to_owned())
}

/// The value of a header that comes once.
fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    if values.next().is_some() { None } else { value.to_str().ok() }
}

fn content_type(headers: &HeaderMap, due: &'static str) -> Result<(), Problem> {
    let found = text(headers, &header::CONTENT_TYPE).unwrap_or_default();
    let essence = found.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case(due) {
        return Ok(());
    }
    let detail = format!("the body must be {due}, and the header Content-Type must say so");
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", detail))
}

async fn read(mut body: Body, most: usize, app: &App) -> Result<Bytes, Problem> {
    let arrival = async {
        let mut kept = Vec::new();
        if body.size_hint().lower() > u64::try_from(most).unwrap_or(u64::MAX) {
            return Ok(None);
        }
        while let Some(frame) = body.frame().await {
            // Trailers say nothing here.
            let Ok(data) = frame?.into_data() else { continue };
            if kept.len().saturating_add(data.len()) > most {
                return Ok(None);
            }
            kept.extend_from_slice(&data);
        }
        Ok::<_, axum::Error>(Some(kept))
    };
    match timeout(app.limits.body_time(), arrival).await {
        Ok(Ok(Some(body))) => Ok(body.into()),
        Ok(Ok(None)) => {
            pass_over(body).await;
            let detail = format!("the body has more than {most} bytes");
            Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", detail))
        }
        Ok(Err(_)) => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "body-unreadable",
            "the body ended early, or is malformed",
        )),
        Err(_) => {
            let detail = "the body took too long to arrive";
            Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "body-too-slow", detail))
        }
    }
}

/// Reads for a while what will not be used: whoever is still sending when the connection closes never reads the
/// answer (RFC 9110 §15.5.14 lets us close it).
async fn pass_over(body: Body) {
    let mut rest = Limited::new(body, PASSED_OVER);
    // However it ends, the answer is the same.
    let _ = timeout(LINGERING, async { while let Some(Ok(_)) = rest.frame().await {} }).await;
}

/// SHA-256 over what makes a request this one: method, address, precondition and body, each with its length.
fn digest(parts: &Parts, body: &[u8]) -> [u8; 32] {
    let precondition = parts.headers.get(header::IF_MATCH).map(HeaderValue::as_bytes).unwrap_or_default();
    let address = parts.uri.path_and_query().map(PathAndQuery::as_str).unwrap_or_default();
    let mut message = Vec::with_capacity(body.len() + address.len() + 64);
    for part in [parts.method.as_str().as_bytes(), address.as_bytes(), precondition, body] {
        message.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        message.extend_from_slice(part);
    }
    sha256(&message)
}

/// Reads a JSON object strictly; what is wrong is told with its place.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // Without this an array of the members' values would do as well.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(bad_body("the body must be an object".to_owned(), String::new()));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|e| unreadable(&e))?;
    json.end()
        .map_err(|_| bad_body("something follows after the end of the JSON".to_owned(), String::new()))?;
    Ok(value)
}

fn unreadable(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    if matches!(
        error.inner().classify(),
        serde_json::error::Category::Syntax | serde_json::error::Category::Eof
    ) {
        let detail = format!("the body is not JSON: {}", error.inner());
        return Problem::new(StatusCode::BAD_REQUEST, "body-not-json", detail);
    }
    bad_body(error.inner().to_string(), pointer(error.path()))
}

fn bad_body(detail: String, pointer: String) -> Problem {
    let place = if pointer.is_empty() { "the body".to_owned() } else { pointer.clone() };
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "body-invalid", format!("{place}: {detail}"))
        .with(vec![Fault { pointer, detail, code: None }])
}

/// RFC 6901.
fn pointer(path: &serde_path_to_error::Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        let text = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            Segment::Enum { variant } => variant.clone(),
            Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&text);
    }
    pointer
}
