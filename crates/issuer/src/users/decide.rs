//! Decisions about users and tokens.

use std::collections::BTreeSet;

use verilabel_label::Timestamp;

use super::{NewToken, Token, by_name, one};
use crate::desk::Work;
use crate::refusal::is_text;
use crate::store::{Cells, time_column};
use crate::{Decision, Refusal, Role, TokenId, UserId, Version};

/// Most characters of a user's or a token's name.
const MAX_NAME: usize = 64;
/// Most characters of an identity provider's URL and its name for somebody.
const MAX_EXTERNAL: usize = 500;

/// Makes a user.
#[derive(Debug, Clone)]
pub struct AddUser {
    /// Its name, unique in the authority.
    pub name: String,
    /// Who it is at an identity provider.
    pub external: Option<String>,
    /// What it may do.
    pub roles: BTreeSet<Role>,
}

impl Decision for AddUser {
    type Outcome = UserId;
    const KIND: &'static str = "add-user";
    const ROLES: &'static [Role] = &[Role::Operator];
    const BY_SYSTEM: bool = true;

    fn subject(&self) -> String {
        format!("user {}", self.name)
    }

    async fn decide(&self, work: &mut Work) -> Result<UserId, Refusal> {
        check_name("a user's name", &self.name)?;
        check_external(self.external.as_deref())?;
        match by_name(work.db(), &self.name).await {
            Ok(_) => return Err(Refusal::NameTaken { what: "user", name: self.name.clone() }),
            Err(Refusal::NotFound { .. }) => {}
            Err(other) => return Err(other),
        }
        let id = UserId::new(work.new_id());
        sqlx::query(
            "INSERT INTO users (id, name, external, roles, active, created_at, version)
             VALUES ($1, $2, $3, $4, 1, $5, 1)",
        )
        .bind(id.number())
        .bind(self.name.clone())
        .bind(self.external.clone())
        .bind(roles_column(&self.roles))
        .bind(work.now().seconds())
        .execute(work.db())
        .await?;
        let facts = [("id", id.to_string()), ("roles", roles_column(&self.roles))];
        work.record(Self::KIND, self.subject(), facts)?;
        Ok(id)
    }
}

/// Changes a user's roles, who it is at the identity provider, or whether it may sign in. One that is disabled loses its
/// tokens for good: when it may sign in again, it gets others.
#[derive(Debug, Clone)]
pub struct ChangeUser {
    /// Who.
    pub user: UserId,
    /// What it may do from now on.
    pub roles: BTreeSet<Role>,
    /// Who it is at an identity provider, from now on.
    pub external: Option<String>,
    /// Whether it may sign in.
    pub active: bool,
    /// The version that the operator saw.
    pub expected: Option<Version>,
}

impl Decision for ChangeUser {
    type Outcome = ();
    const KIND: &'static str = "change-user";
    const ROLES: &'static [Role] = &[Role::Operator];

    fn subject(&self) -> String {
        format!("user {}", self.user)
    }

    async fn decide(&self, work: &mut Work) -> Result<(), Refusal> {
        let before = one(work.db(), self.user).await?;
        before.version.must_be(self.expected)?;
        // What is on record may be older than the rules, and holds up nothing else.
        if self.external != before.external {
            check_external(self.external.as_deref())?;
        }
        if operates(before.active, &before.user.roles) && !operates(self.active, &self.roles) {
            self.check_others(work).await?;
        }
        sqlx::query(
            "UPDATE users SET roles = $1, external = $2, active = $3, version = version + 1 WHERE id = $4",
        )
        .bind(roles_column(&self.roles))
        .bind(self.external.clone())
        .bind(i64::from(self.active))
        .bind(self.user.number())
        .execute(work.db())
        .await?;
        let revoked = if self.active { 0 } else { self.revoke_tokens(work).await? };
        let facts = [
            ("active", self.active.to_string()),
            ("external", self.external.clone().unwrap_or_default()),
            ("revoked", revoked.to_string()),
            ("roles", roles_column(&self.roles)),
        ];
        work.record(Self::KIND, self.subject(), facts)?;
        Ok(())
    }
}

impl ChangeUser {
    /// Without an operator nobody could ever make one again.
    async fn check_others(&self, work: &mut Work) -> Result<(), Refusal> {
        let rows = sqlx::query("SELECT roles FROM users WHERE active = 1 AND id <> $1")
            .bind(self.user.number())
            .fetch_all(work.db())
            .await?;
        for row in &rows {
            if row.text("roles")?.split(' ').any(|role| role == Role::Operator.name()) {
                return Ok(());
            }
        }
        Err(Refusal::LastOperator)
    }

    /// How many there were.
    async fn revoke_tokens(&self, work: &mut Work) -> Result<u64, Refusal> {
        let revoked =
            sqlx::query("UPDATE tokens SET revoked_at = $1 WHERE user_id = $2 AND revoked_at IS NULL")
                .bind(work.now().seconds())
                .bind(self.user.number())
                .execute(work.db())
                .await?;
        Ok(revoked.rows_affected())
    }
}

fn operates(active: bool, roles: &BTreeSet<Role>) -> bool {
    active && roles.contains(&Role::Operator)
}

/// Issues a bearer token.
#[derive(Debug, Clone)]
pub struct IssueToken {
    /// Whose.
    pub user: UserId,
    /// What it is for.
    pub name: String,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

impl Decision for IssueToken {
    type Outcome = NewToken;
    const KIND: &'static str = "issue-token";
    const ROLES: &'static [Role] = &[Role::Operator];
    const BY_SYSTEM: bool = true;

    fn subject(&self) -> String {
        format!("user {}", self.user)
    }

    async fn decide(&self, work: &mut Work) -> Result<NewToken, Refusal> {
        check_name("a token's name", &self.name)?;
        one(work.db(), self.user).await?;
        let token = Token::generate(&work.context().random)?;
        let id = TokenId::new(work.new_id());
        sqlx::query(
            "INSERT INTO tokens (id, user_id, hash, name, created_at, expires_at, revoked_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(id.number())
        .bind(self.user.number())
        .bind(token.hash())
        .bind(self.name.clone())
        .bind(work.now().seconds())
        .bind(self.expires_at.seconds())
        .bind(time_column(None))
        .execute(work.db())
        .await?;
        let facts = [
            ("expires", self.expires_at.to_string()),
            ("name", self.name.clone()),
            ("token", id.to_string()),
        ];
        work.record(Self::KIND, self.subject(), facts)?;
        Ok(NewToken { id, token })
    }
}

/// Makes a token worthless.
#[derive(Debug, Clone)]
pub struct RevokeToken {
    /// Which.
    pub token: TokenId,
}

impl Decision for RevokeToken {
    type Outcome = ();
    const KIND: &'static str = "revoke-token";
    const ROLES: &'static [Role] = &[Role::Operator];

    fn subject(&self) -> String {
        format!("token {}", self.token)
    }

    async fn decide(&self, work: &mut Work) -> Result<(), Refusal> {
        let revoked = sqlx::query("UPDATE tokens SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL")
            .bind(work.now().seconds())
            .bind(self.token.number())
            .execute(work.db())
            .await?;
        if revoked.rows_affected() == 0 {
            return Err(Refusal::not_found("token in use", &self.token));
        }
        work.record(Self::KIND, self.subject(), [])?;
        Ok(())
    }
}

fn roles_column(roles: &BTreeSet<Role>) -> String {
    roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(" ")
}

fn check_name(what: &'static str, name: &str) -> Result<(), Refusal> {
    if is_text(name, MAX_NAME) { Ok(()) } else { Err(Refusal::TextLength { what, max: MAX_NAME }) }
}

fn check_external(external: Option<&str>) -> Result<(), Refusal> {
    let (what, max) = ("who a user is at the identity provider", MAX_EXTERNAL);
    if external.is_none_or(|text| is_text(text, max)) {
        Ok(())
    } else {
        Err(Refusal::TextLength { what, max })
    }
}
