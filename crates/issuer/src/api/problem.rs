//! Problem documents (RFC 9457): each refusal has one type and one status.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::lifecycle::{AwardRule, StandingRule};
use crate::{Refusal, RefusalKind};

/// What every type begins with.
const TYPE: &str = "urn:verilabel:problem:";
/// Seconds after which asking again makes sense.
pub(super) const RETRY_AFTER: u64 = 1;

/// Why a request was not carried out (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Problem {
    /// `urn:verilabel:problem:` and the code: what programs go by.
    #[serde(rename = "type")]
    #[schema(example = "urn:verilabel:problem:two-people")]
    kind: String,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What is wrong, and what to do.
    detail: String,
    /// What is wrong with which part of the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<Fault>,
}

/// What is wrong with a part of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Fault {
    /// Where in the body (JSON Pointer, RFC 6901).
    pub(super) pointer: String,
    /// What is wrong there.
    pub(super) detail: String,
    /// The code, where it is a refusal of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<&'static str>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("{TYPE}{code}"),
            title: status.canonical_reason().unwrap_or("Problem"),
            status: status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
        }
    }

    /// Names the faults one by one.
    pub(super) fn with(self, errors: Vec<Fault>) -> Self {
        Self { errors, ..self }
    }

    pub(super) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    pub(super) fn code(&self) -> &str {
        self.kind.strip_prefix(TYPE).unwrap_or_default()
    }

    /// More is asked for at once than is done at once.
    pub(super) fn overloaded() -> Self {
        let detail =
            "more requests are waiting than will be served soon: ask again after the time in Retry-After";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "overloaded", detail)
    }

    /// A fault of the server itself; its cause is in the log.
    pub(super) fn broken(code: &str) -> Self {
        let detail = "the authority's records, keys or software are not as they must be; its log says more";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, code, detail)
    }
}

/// Which type a response's problem is of; for log and metrics.
#[derive(Debug, Clone)]
pub(super) struct Code(pub(super) String);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let code = Code(self.code().to_owned());
        let challenge = (status == StatusCode::UNAUTHORIZED).then(|| challenge(self.code()));
        let text = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, text).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(challenge) = challenge {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER));
        }
        response.extensions_mut().insert(code);
        response
    }
}

/// RFC 6750 §3: no error is named to who sent no token at all.
fn challenge(code: &str) -> &'static str {
    if code == "token-missing" {
        r#"Bearer realm="verilabel""#
    } else {
        r#"Bearer realm="verilabel", error="invalid_token""#
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::from(&refusal)
    }
}

impl From<&Refusal> for Problem {
    fn from(refusal: &Refusal) -> Self {
        let status = status(refusal);
        match refusal.kind() {
            RefusalKind::Broken => {
                tracing::error!(code = refusal.code(), cause = %refusal, "the authority is not as it must be");
                Self::broken(refusal.code())
            }
            RefusalKind::Unavailable => {
                tracing::warn!(code = refusal.code(), cause = %refusal, "the authority's database is not available");
                let detail = match refusal {
                    Refusal::OutcomeUnknown { .. } => {
                        "it is not known whether the change was made: ask again under the same idempotency key, \
                         or look"
                    }
                    _ => "the authority's database is not available, and nothing was done: ask again later",
                };
                Self::new(status, refusal.code(), detail)
            }
            _ => Self::new(status, refusal.code(), refusal.to_string()).with(faults(refusal)),
        }
    }
}

/// Of several decisions, those that are refused.
fn faults(refusal: &Refusal) -> Vec<Fault> {
    let Refusal::Several { faults, .. } = refusal else { return Vec::new() };
    faults
        .iter()
        .map(|(at, refusal)| Fault {
            pointer: format!("/{at}"),
            detail: refusal.to_string(),
            code: Some(refusal.code()),
        })
        .collect()
}

/// The one status of each refusal.
pub(super) fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        // A rule looks at the present state of what exists: another request has to come first.
        Refusal::AwardRule(AwardRule::NotADraft { .. } | AwardRule::NothingToRenew)
        | Refusal::Standing(
            StandingRule::Withdrawn
            | StandingRule::Suspended
            | StandingRule::AlreadySuspended
            | StandingRule::NotSuspended
            | StandingRule::NotProposed { .. },
        )
        | Refusal::NameTaken { .. }
        | Refusal::NumberTaken { .. }
        | Refusal::DuplicateGtin { .. }
        | Refusal::GtinTaken { .. }
        | Refusal::SerialsOverlap { .. }
        | Refusal::Contradiction { .. }
        | Refusal::LastOperator
        | Refusal::NoKey
        | Refusal::KeyCompromised { .. }
        | Refusal::KeyStillInUse { .. }
        | Refusal::RunSignedAnew { .. }
        | Refusal::Exists { .. } => StatusCode::CONFLICT,
        // A rule looks at the request.
        Refusal::Award(_)
        | Refusal::Field(_)
        | Refusal::AwardRule(_)
        | Refusal::Standing(_)
        | Refusal::Evidence(_)
        | Refusal::GtinNotOfProduct { .. }
        | Refusal::TextLength { .. }
        | Refusal::NotKept { .. }
        | Refusal::OutOfRange { .. }
        | Refusal::SerialsRunOut { .. }
        | Refusal::KeyReused { .. }
        | Refusal::Several { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::TwoPeople | Refusal::RoleMissing { .. } | Refusal::NotForSystem => StatusCode::FORBIDDEN,
        Refusal::TokenUnknown | Refusal::TokenExpired { .. } => StatusCode::UNAUTHORIZED,
        Refusal::NotFound { .. } => StatusCode::NOT_FOUND,
        Refusal::Stale { .. } => StatusCode::PRECONDITION_FAILED,
        Refusal::Unavailable { .. } | Refusal::OutcomeUnknown { .. } => StatusCode::SERVICE_UNAVAILABLE,
        Refusal::Keystore(_)
        | Refusal::Sign(_)
        | Refusal::Host(_)
        | Refusal::Document { .. }
        | Refusal::StatusList(_)
        | Refusal::NoRandomness
        | Refusal::File { .. }
        | Refusal::NewerSchema { .. }
        | Refusal::Credential { .. }
        | Refusal::Damaged { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
