//! Users.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::app::App;
use crate::api::auth::Caller;
use crate::api::body::{Ask, Id, Patch, Post, Seen};
use crate::api::once::{Added, Kept, decide};
use crate::api::page::{Page, Paging, Slice};
use crate::api::problem::Problem;
use crate::{AddUser, ChangeUser, Role, User, UserId, UserRecord};

pub(super) const OPERATORS: &[Role] = &[Role::Operator];

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(me)).routes(routes!(list, add)).routes(routes!(one, change))
}

/// Who I am
#[utoipa::path(get, operation_id = "users_me", path = "/v1/me", tag = "users", responses((status = 200, body = User)), extensions(("x-roles" = json!(["officer", "approver", "auditor", "operator"]))))]
async fn me(caller: Caller) -> Result<Kept, Problem> {
    caller.needs(&Role::ALL)?;
    Ok(Kept::read(caller.user()))
}

/// Users
#[utoipa::path(get, operation_id = "users_list", path = "/v1/users", tag = "users", params(Paging),
    responses((status = 200, body = Page<UserRecord>)), extensions(("x-roles" = json!(["operator"]))))]
async fn list(caller: Caller, State(app): State<Arc<App>>, Ask(which): Ask<Paging>) -> Result<Kept, Problem> {
    caller.needs(OPERATORS)?;
    let slice = Slice::new("users", which.cursor.as_deref(), which.limit)?;
    let rows = app.authority().users(UserId::new(slice.after()), slice.rows()).await?;
    Ok(Kept::read(&slice.page(rows, |row| row.user.id.number(), |row| row)))
}

/// A user to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewUser {
    /// Its name, unique in the authority.
    #[schema(min_length = 1, max_length = 64)]
    name: String,
    /// Who it is at the OpenID provider: issuer and subject, with a blank between.
    #[schema(max_length = 500)]
    external: Option<String>,
    /// What it may do.
    roles: BTreeSet<Role>,
}

/// Add a user
#[utoipa::path(post, operation_id = "users_add", path = "/v1/users", tag = "users", request_body = NewUser,
    responses((status = 201, body = Added<UserId>)), extensions(("x-roles" = json!(["operator"]))))]
async fn add(caller: Caller, State(app): State<Arc<App>>, post: Post<NewUser>) -> Result<Response, Problem> {
    let NewUser { name, external, roles } = post.body;
    decide(&app, &caller, post.ticket, AddUser { name, external, roles }, |id| Kept::added("users", id)).await
}

/// A user
#[utoipa::path(get, operation_id = "users_one", path = "/v1/users/{id}", tag = "users", params(("id" = UserId, Path)),
    responses((status = 200, body = UserRecord)), extensions(("x-roles" = json!(["operator"]))))]
async fn one(caller: Caller, State(app): State<Arc<App>>, Id(id): Id<UserId>) -> Result<Kept, Problem> {
    caller.needs(OPERATORS)?;
    let record = app.authority().user(id).await?;
    Ok(Kept::row(&record, record.version))
}

/// What of a user can be changed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UserRights {
    /// What it may do.
    roles: BTreeSet<Role>,
    /// Who it is at the OpenID provider: issuer and subject, with a blank between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    external: Option<String>,
    /// Whether it may sign in.
    active: bool,
}

/// Change what a user may do, or who it is at the OpenID provider
#[utoipa::path(patch, operation_id = "users_change", path = "/v1/users/{id}", tag = "users", params(("id" = UserId, Path)),
    request_body(content = Object, content_type = "application/merge-patch+json"),
    responses((status = 200, body = UserRecord)), extensions(("x-roles" = json!(["operator"]))))]
async fn change(
    caller: Caller,
    State(app): State<Arc<App>>,
    Id(user): Id<UserId>,
    Seen(version): Seen,
    patch: Patch,
) -> Result<Kept, Problem> {
    let present = app.authority().user(user).await?;
    let UserRecord { user: User { roles, .. }, external, active, .. } = present;
    let UserRights { roles, external, active } = patch.applied(&UserRights { roles, external, active })?;
    let change = ChangeUser { user, roles, external, active, expected: Some(version) };
    app.authority().decide(caller.order(app.now()), change).await?;
    let record = app.authority().user(user).await?;
    Ok(Kept::row(&record, record.version))
}
