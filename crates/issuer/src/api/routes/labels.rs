//! Labels: their standing, their history, their renewal.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use verilabel_label::{Date, LabelNumber, SchemeId, Status, Timestamp};

use super::changes::changed;
use crate::api::app::App;
use crate::api::auth::{Caller, Reader};
use crate::api::body::{Ask, Id, Post};
use crate::api::once::{Added, Kept, decide};
use crate::api::page::{Page, Slice};
use crate::api::problem::Problem;
use crate::lifecycle::{Advisory, ChangeKind, Draft, Note, Proposal, ReasonCode};
use crate::{
    AwardFilter, AwardId, AwardRecord, ChangeFilter, ChangeId, ChangeRecord, Changed, CodeRecord, Event,
    EventFilter, LabelAward, LabelFilter, LabelId, LabelRecord, PrepareAward, ProposeChange, Seq, UnitRange,
    schema,
};

/// Most rows of each kind in a history.
const HISTORY: u32 = 1_000;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(history))
        .routes(routes!(codes))
        .routes(routes!(suspend))
        .routes(routes!(propose))
        .routes(routes!(renew))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Only the one of that number.
    #[param(value_type = Option<schema::LabelNumber>)]
    number: Option<LabelNumber>,
    /// Only those of that status.
    #[param(value_type = Option<schema::Status>)]
    status: Option<Status>,
    /// Only those of that scheme.
    #[param(value_type = Option<schema::SchemeId>)]
    scheme: Option<SchemeId>,
    /// Only those whose validity ends before.
    #[param(value_type = Option<schema::Timestamp>)]
    ends_before: Option<Timestamp>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// Rows of the page.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Labels
#[utoipa::path(get, operation_id = "labels_list", path = "/v1/labels", tag = "labels", params(Which),
    responses((status = 200, body = Page<LabelRecord>)),
    extensions(("x-roles" = json!(["officer", "approver", "auditor", "operator"]))))]
async fn list(_: Reader, State(app): State<Arc<App>>, Ask(which): Ask<Which>) -> Result<Kept, Problem> {
    let slice = Slice::new("labels", which.cursor.as_deref(), which.limit)?;
    let Which { number, status, scheme, ends_before, .. } = which;
    let filter = LabelFilter { number, status, scheme, ends_before };
    let rows = app.authority().labels(&filter, LabelId::new(slice.after()), slice.rows()).await?;
    Ok(Kept::read(&slice.page(rows, |row| row.id.number(), |row| row)))
}

/// A label
#[utoipa::path(get, operation_id = "labels_one", path = "/v1/labels/{id}", tag = "labels", params(("id" = LabelId, Path)),
    responses((status = 200, body = LabelRecord)),
    extensions(("x-roles" = json!(["officer", "approver", "auditor", "operator"]))))]
async fn one(_: Reader, State(app): State<Arc<App>>, Id(id): Id<LabelId>) -> Result<Kept, Problem> {
    let record = app.authority().label_by_id(id).await?;
    Ok(Kept::row(&record, record.version))
}

/// What has happened to a label.
#[derive(Debug, Serialize, ToSchema)]
struct History {
    /// The label now.
    label: LabelRecord,
    /// Its award and its renewals.
    awards: Vec<AwardRecord>,
    /// What was proposed for its standing.
    changes: Vec<ChangeRecord>,
    /// What the audit chain tells of it.
    events: Vec<Event>,
}

/// What has happened to a label
#[utoipa::path(get, operation_id = "labels_history", path = "/v1/labels/{id}/history", tag = "labels", params(("id" = LabelId, Path)),
    responses((status = 200, body = History)),
    extensions(("x-roles" = json!(["officer", "approver", "auditor", "operator"]))))]
async fn history(_: Reader, State(app): State<Arc<App>>, Id(id): Id<LabelId>) -> Result<Kept, Problem> {
    let authority = app.authority();
    let label = authority.label_by_id(id).await?;
    let number = Some(label.number.clone());
    let filter = AwardFilter { number: number.clone(), ..AwardFilter::default() };
    let awards = authority.awards(&filter, AwardId::new(0), HISTORY).await?;
    let filter = ChangeFilter { number, ..ChangeFilter::default() };
    let changes = authority.changes(&filter, ChangeId::new(0), HISTORY).await?;
    let mut events = Vec::new();
    let subjects = awards.iter().map(|award| format!("award {}", award.id));
    for subject in std::iter::once(format!("label {}", label.number)).chain(subjects) {
        let filter = EventFilter { subject: Some(subject) };
        events.extend(authority.events(&filter, Seq::new(0), HISTORY).await?);
    }
    events.sort_by_key(|event| event.seq);
    Ok(Kept::read(&History { label, awards, changes, events }))
}

/// The codes of a label
///
/// Replaced ones too.
#[utoipa::path(get, operation_id = "labels_codes", path = "/v1/labels/{id}/codes", tag = "labels", params(("id" = LabelId, Path)),
    responses((status = 200, body = Vec<CodeRecord>)),
    extensions(("x-roles" = json!(["officer", "approver", "auditor", "operator"]))))]
async fn codes(_: Reader, State(app): State<Arc<App>>, Id(id): Id<LabelId>) -> Result<Kept, Problem> {
    app.authority().label_by_id(id).await?;
    Ok(Kept::read(&app.authority().codes_of_label(id).await?))
}

/// Suspend a label
///
/// By an approver it takes effect at once, because safety comes first; by an officer it waits for an approver.
#[utoipa::path(post, operation_id = "labels_suspend", path = "/v1/labels/{id}/suspend", tag = "labels", params(("id" = LabelId, Path)),
    request_body = Proposal, responses((status = 201, body = Changed)),
    extensions(("x-roles" = json!(["officer", "approver"]))))]
async fn suspend(
    caller: Caller,
    State(app): State<Arc<App>>,
    Id(id): Id<LabelId>,
    post: Post<Proposal>,
) -> Result<Response, Problem> {
    let label = app.authority().label_by_id(id).await?.number;
    let propose =
        ProposeChange { label, expected: None, kind: ChangeKind::Suspend, units: None, proposal: post.body };
    decide(&app, &caller, post.ticket, propose, |change| changed(StatusCode::CREATED, change)).await
}

/// A change of standing to propose.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProposedChange {
    /// What is proposed.
    kind: ChangeKind,
    /// The units, where only some are to be withdrawn.
    units: Option<UnitRange>,
    /// Why, in a word.
    reason: ReasonCode,
    /// Why, in sentences.
    note: Note,
    /// The advisory that it rests on.
    advisory: Option<Advisory>,
    /// From when on it holds; at once if not given.
    #[schema(value_type = Option<schema::Timestamp>)]
    effective_at: Option<Timestamp>,
}

/// Propose a change of a label's standing
///
/// It takes effect when another person has approved it.
#[utoipa::path(post, operation_id = "labels_propose", path = "/v1/labels/{id}/changes", tag = "labels", params(("id" = LabelId, Path)),
    request_body = ProposedChange, responses((status = 201, body = Changed)),
    extensions(("x-roles" = json!(["officer", "approver"]))))]
async fn propose(
    caller: Caller,
    State(app): State<Arc<App>>,
    Id(id): Id<LabelId>,
    post: Post<ProposedChange>,
) -> Result<Response, Problem> {
    let label = app.authority().label_by_id(id).await?.number;
    let ProposedChange { kind, units, reason, note, advisory, effective_at } = post.body;
    let proposal = Proposal { reason, note, advisory, effective_at };
    let propose = ProposeChange { label, expected: None, kind, units, proposal };
    decide(&app, &caller, post.ticket, propose, |change| changed(StatusCode::CREATED, change)).await
}

/// For how much longer a label is to count.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Renewal {
    /// The date of the renewal.
    #[schema(value_type = schema::Date)]
    awarded: Date,
    /// The last day of validity.
    #[schema(value_type = schema::Date)]
    valid_until: Date,
    /// The last day of the manufacturer's security updates.
    #[schema(value_type = Option<schema::Date>)]
    support_until: Option<Date>,
}

/// Prepare the renewal of a label
///
/// An award like the present one, for longer; another person approves it. The label keeps its number and status.
#[utoipa::path(post, operation_id = "labels_renew", path = "/v1/labels/{id}/renewals", tag = "labels", params(("id" = LabelId, Path)),
    request_body = Renewal, responses((status = 201, body = Added<AwardId>)),
    extensions(("x-roles" = json!(["officer"]))))]
async fn renew(
    caller: Caller,
    State(app): State<Arc<App>>,
    Id(id): Id<LabelId>,
    post: Post<Renewal>,
) -> Result<Response, Problem> {
    let label = app.authority().label_by_id(id).await?;
    let present = app.authority().award(label.award).await?.draft;
    let draft = renewed(present, &post.body);
    decide(&app, &caller, post.ticket, PrepareAward { draft }, |id| Kept::added("awards", id)).await
}

fn renewed(present: Draft, renewal: &Renewal) -> Draft {
    let award = LabelAward {
        awarded: renewal.awarded,
        valid_from: None,
        valid_until: renewal.valid_until,
        ..present.award
    };
    Draft { award, renewal: true, support_until: renewal.support_until.or(present.support_until), ..present }
}
