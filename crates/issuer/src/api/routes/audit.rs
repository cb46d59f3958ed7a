//! The audit chain.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::app::App;
use crate::api::auth::Caller;
use crate::api::body::Ask;
use crate::api::once::Kept;
use crate::api::page::{Page, Slice};
use crate::api::problem::Problem;
use crate::{Anchor, Event, EventFilter, Role, Seq};

const AUDITORS: &[Role] = &[Role::Auditor];

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(events)).routes(routes!(head)).routes(routes!(verify))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Only those about that subject, such as `label CSA/311029/1`.
    subject: Option<String>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// Rows of the page.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Events of the audit chain
///
/// Every decision, made or refused, in order.
#[utoipa::path(get, operation_id = "audit_events", path = "/v1/audit/events", tag = "audit", params(Which),
    responses((status = 200, body = Page<Event>)), extensions(("x-roles" = json!(["auditor"]))))]
async fn events(
    caller: Caller,
    State(app): State<Arc<App>>,
    Ask(which): Ask<Which>,
) -> Result<Kept, Problem> {
    caller.needs(AUDITORS)?;
    let slice = Slice::new("events", which.cursor.as_deref(), which.limit)?;
    let filter = EventFilter { subject: which.subject };
    let rows = app.authority().events(&filter, Seq::new(slice.after()), slice.rows()).await?;
    Ok(Kept::read(&slice.page(rows, |row| row.seq.number(), |row| row)))
}

/// A place in the chain, worth keeping elsewhere.
#[derive(Debug, Serialize, ToSchema)]
struct Head {
    /// The event.
    seq: Seq,
    /// SHA-256 of the chain up to it, in hexadecimal.
    hash: String,
}

impl From<Anchor> for Head {
    fn from(anchor: Anchor) -> Self {
        Self { seq: anchor.seq, hash: anchor.hash.to_string() }
    }
}

/// The end of the audit chain
#[utoipa::path(get, operation_id = "audit_head", path = "/v1/audit/head", tag = "audit",
    responses((status = 200, body = Head)), extensions(("x-roles" = json!(["auditor"]))))]
async fn head(caller: Caller, State(app): State<Arc<App>>) -> Result<Kept, Problem> {
    caller.needs(AUDITORS)?;
    Ok(Kept::read(&Head::from(app.authority().chain_end().await?)))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Against {
    /// An event whose hash was kept elsewhere; goes with `hash`.
    seq: Option<Seq>,
    /// That hash.
    #[param(pattern = "^[0-9a-f]{64}$")]
    hash: Option<String>,
}

/// What looking through the chain found.
#[derive(Debug, Serialize, ToSchema)]
struct Verification {
    /// Whether nothing was changed, taken out or moved.
    sound: bool,
    /// Events looked at.
    events: u64,
    /// The last of them.
    end: Head,
    /// What is wrong, at most a hundred faults.
    faults: Vec<FoundFault>,
}

/// Something wrong with the chain.
#[derive(Debug, Serialize, ToSchema)]
struct FoundFault {
    /// Its code.
    code: &'static str,
    /// The same in words.
    detail: String,
}

/// Look through the audit chain
///
/// Any edit, deletion or reordering is found; one of the end needs a hash that was kept elsewhere.
#[utoipa::path(get, operation_id = "audit_verify", path = "/v1/audit/verification", tag = "audit", params(Against),
    responses((status = 200, body = Verification)), extensions(("x-roles" = json!(["auditor"]))))]
async fn verify(
    caller: Caller,
    State(app): State<Arc<App>>,
    Ask(against): Ask<Against>,
) -> Result<Kept, Problem> {
    caller.needs(AUDITORS)?;
    let report = app.authority().verify_chain(&anchors(against)?).await?;
    let fault = |fault: &crate::ChainFault| FoundFault { code: fault.code(), detail: fault.to_string() };
    let verification = Verification {
        sound: report.faults.is_empty(),
        events: report.events,
        end: report.end.into(),
        faults: report.faults.iter().map(fault).collect(),
    };
    Ok(Kept::read(&verification))
}

fn anchors(against: Against) -> Result<Vec<Anchor>, Problem> {
    let wrong = |detail: &str| Problem::new(StatusCode::BAD_REQUEST, "query-invalid", detail);
    match (against.seq, against.hash) {
        (None, None) => Ok(Vec::new()),
        (Some(seq), Some(hash)) => {
            let hash = hash.parse().map_err(|_| wrong("hash: 64 lower-case hexadecimal digits"))?;
            Ok(vec![Anchor { seq, hash }])
        }
        _ => Err(wrong("seq and hash go together")),
    }
}
