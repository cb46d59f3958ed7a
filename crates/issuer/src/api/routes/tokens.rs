//! Bearer tokens of users.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use verilabel_label::Timestamp;

use super::users::OPERATORS;
use crate::api::app::App;
use crate::api::auth::Caller;
use crate::api::body::{Id, Post};
use crate::api::once::{Kept, decide_and_show};
use crate::api::problem::Problem;
use crate::{IssueToken, NewToken, RevokeToken, TokenId, TokenRecord, UserId, schema};

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list, issue)).routes(routes!(revoke))
}

/// The tokens of a user
///
/// Never the tokens themselves.
#[utoipa::path(get, operation_id = "tokens_list", path = "/v1/users/{id}/tokens", tag = "users", params(("id" = UserId, Path)),
    responses((status = 200, body = Vec<TokenRecord>)), extensions(("x-roles" = json!(["operator"]))))]
async fn list(caller: Caller, State(app): State<Arc<App>>, Id(id): Id<UserId>) -> Result<Kept, Problem> {
    caller.needs(OPERATORS)?;
    app.authority().user(id).await?;
    Ok(Kept::read(&app.authority().tokens(id).await?))
}

/// A token to issue.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TokenRequest {
    /// What it is for.
    #[schema(min_length = 1, max_length = 64)]
    name: String,
    /// Until when it is good.
    #[schema(value_type = schema::Timestamp)]
    expires_at: Timestamp,
}

/// A token just issued.
#[derive(Debug, Serialize, ToSchema)]
struct IssuedToken {
    /// Its row, by which it is revoked.
    id: TokenId,
    /// The token. It is shown in the first answer only: a repeated request does not get it again.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

/// Issue a token
#[utoipa::path(post, operation_id = "tokens_issue", path = "/v1/users/{id}/tokens", tag = "users", params(("id" = UserId, Path)),
    request_body = TokenRequest, responses((status = 201, body = IssuedToken)),
    extensions(("x-roles" = json!(["operator"]))))]
async fn issue(
    caller: Caller,
    State(app): State<Arc<App>>,
    Id(user): Id<UserId>,
    post: Post<TokenRequest>,
) -> Result<Response, Problem> {
    let TokenRequest { name, expires_at } = post.body;
    let issue = IssueToken { user, name, expires_at };
    // What is kept must not hold the token, of which the authority has but a hash.
    let answer = |new: &NewToken, token: Option<String>| {
        Kept::new(StatusCode::CREATED, &IssuedToken { id: new.id, token })
    };
    let kept = move |new: &NewToken| answer(new, None);
    let shown = move |new: &NewToken| answer(new, Some(new.token.reveal().to_owned()));
    decide_and_show(&app, &caller, post.ticket, issue, kept, shown).await
}

/// Revoke a token
#[utoipa::path(delete, operation_id = "tokens_revoke", path = "/v1/tokens/{id}", tag = "users", params(("id" = TokenId, Path)),
    responses((status = 204)), extensions(("x-roles" = json!(["operator"]))))]
async fn revoke(
    caller: Caller,
    State(app): State<Arc<App>>,
    Id(token): Id<TokenId>,
) -> Result<StatusCode, Problem> {
    app.authority().decide(caller.order(app.now()), RevokeToken { token }).await?;
    Ok(StatusCode::NO_CONTENT)
}
