//! Users, their roles and their bearer tokens.

mod decide;
mod token;

pub use decide::{AddUser, ChangeUser, IssueToken, RevokeToken};
pub use token::{NewToken, Token};

use std::collections::BTreeSet;

use serde::Serialize;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use utoipa::ToSchema;
use verilabel_label::Timestamp;

use crate::schema;
use crate::store::{Cells, Where, row_by_id};
use crate::{Refusal, Role, TokenId, User, UserId, Version};

/// A user on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UserRecord {
    /// Id, name and roles.
    #[serde(flatten)]
    pub user: User,
    /// Who it is at an identity provider: issuer and subject, as the interface spells them.
    pub external: Option<String>,
    /// Whether it may sign in.
    pub active: bool,
    /// Since when it is known.
    #[schema(value_type = schema::Timestamp)]
    pub created_at: Timestamp,
    /// Counts the changes.
    pub version: Version,
}

/// A token on record, without the token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TokenRecord {
    /// Its row.
    pub id: TokenId,
    /// Whose.
    pub user: UserId,
    /// What it is for.
    pub name: String,
    /// When it was issued.
    #[schema(value_type = schema::Timestamp)]
    pub created_at: Timestamp,
    /// Until when it is good.
    #[schema(value_type = schema::Timestamp)]
    pub expires_at: Timestamp,
    /// When it was revoked.
    #[schema(value_type = Option<schema::Timestamp>)]
    pub revoked_at: Option<Timestamp>,
}

/// The user of a token that is good at that time.
pub(crate) async fn authenticate(
    connection: &mut AnyConnection,
    token: &Token,
    now: Timestamp,
) -> Result<User, Refusal> {
    let row = sqlx::query(
        "SELECT u.*, t.expires_at FROM tokens t JOIN users u ON u.id = t.user_id
         WHERE t.hash = $1 AND t.revoked_at IS NULL AND u.active = 1",
    )
    .bind(token.hash())
    .fetch_optional(connection)
    .await?
    .ok_or(Refusal::TokenUnknown)?;
    let expired = row.time("expires_at")?;
    if now >= expired {
        return Err(Refusal::TokenExpired { expired });
    }
    Ok(read(&row)?.user)
}

/// A user by its name at an identity provider, active or not.
pub(crate) async fn by_external(
    connection: &mut AnyConnection,
    external: &str,
) -> Result<UserRecord, Refusal> {
    let row = sqlx::query("SELECT * FROM users WHERE external = $1")
        .bind(external)
        .fetch_optional(connection)
        .await?
        .ok_or_else(|| Refusal::not_found("user from", &external))?;
    read(&row)
}

pub(crate) async fn one(connection: &mut AnyConnection, id: UserId) -> Result<UserRecord, Refusal> {
    let row = row_by_id(connection, "SELECT * FROM users WHERE id = $1", "user", id.number()).await?;
    read(&row)
}

pub(crate) async fn by_name(connection: &mut AnyConnection, name: &str) -> Result<UserRecord, Refusal> {
    let row = sqlx::query("SELECT * FROM users WHERE name = $1")
        .bind(name)
        .fetch_optional(connection)
        .await?
        .ok_or_else(|| Refusal::not_found("user", &name))?;
    read(&row)
}

pub(crate) async fn page(
    connection: &mut AnyConnection,
    after: UserId,
    limit: u32,
) -> Result<Vec<UserRecord>, Refusal> {
    let mut filter = Where::default();
    filter.int("id >", after.number());
    let rows = filter.select("SELECT * FROM users", "id", limit).fetch_all(connection).await?;
    rows.iter().map(read).collect()
}

pub(crate) async fn tokens(
    connection: &mut AnyConnection,
    user: UserId,
) -> Result<Vec<TokenRecord>, Refusal> {
    let rows = sqlx::query("SELECT * FROM tokens WHERE user_id = $1 ORDER BY id")
        .bind(user.number())
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(TokenRecord {
                id: TokenId::new(row.int("id")?),
                user: UserId::new(row.int("user_id")?),
                name: row.text("name")?,
                created_at: row.time("created_at")?,
                expires_at: row.time("expires_at")?,
                revoked_at: row.maybe_time("revoked_at")?,
            })
        })
        .collect()
}

fn read(row: &AnyRow) -> Result<UserRecord, Refusal> {
    let roles = row.text("roles")?;
    let roles = roles
        .split_ascii_whitespace()
        .map(|role| role.parse::<Role>().map_err(|e| Refusal::damaged("roles", &e)))
        .collect::<Result<BTreeSet<_>, _>>()?;
    Ok(UserRecord {
        user: User { id: UserId::new(row.int("id")?), name: row.text("name")?, roles },
        external: row.maybe_text("external")?,
        active: row.flag("active")?,
        created_at: row.time("created_at")?,
        version: Version::new(row.int("version")?),
    })
}
