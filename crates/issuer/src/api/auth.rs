//! Who asks: the bearer token of a request (RFC 6750), and what its user may do.

mod claims;
mod keys;
mod openid;

pub use openid::{JwsAlgorithm, OpenId, OpenIdError};

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};

use super::Limits;
use super::app::App;
use super::gate::Turn;
use super::observe::name_user;
use super::problem::Problem;
use crate::{Actor, Order, Refusal, Role, Token, User};
use verilabel_label::Timestamp;

/// Longest token, in bytes.
const MAX_TOKEN: usize = 8 * 1_024;

/// Tells users by their tokens.
pub(super) struct Gatekeeper {
    open_id: Option<openid::Provider>,
}

impl Gatekeeper {
    pub(super) fn new(open_id: Option<&OpenId>, limits: &Limits) -> Result<Self, OpenIdError> {
        let open_id = open_id.map(|settings| openid::Provider::new(settings, limits)).transpose()?;
        Ok(Self { open_id })
    }

    async fn user(&self, app: &App, token: &str) -> Result<User, Problem> {
        match (Token::new(token), &self.open_id) {
            (Ok(token), _) => Ok(app.authority().authenticate(&token, app.now()).await?),
            (Err(_), Some(provider)) => provider.user(app, token).await,
            (Err(refusal), None) => Err(refusal.into()),
        }
    }
}

/// Whoever makes a request.
pub(super) struct Caller {
    user: User,
    _turn: Turn,
}

impl Caller {
    pub(super) fn user(&self) -> &User {
        &self.user
    }

    pub(super) fn actor(&self) -> Actor {
        Actor::User(self.user.clone())
    }

    pub(super) fn order(&self, at: Timestamp) -> Order {
        Order { actor: self.actor(), at }
    }

    /// Checks that the user has one of the roles.
    pub(super) fn needs(&self, roles: &'static [Role]) -> Result<(), Problem> {
        let may = roles.iter().any(|role| self.user.roles.contains(role));
        if may { Ok(()) } else { Err(Refusal::RoleMissing { roles }.into()) }
    }
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let token = bearer(&parts.headers)?;
        let user = app.gatekeeper.user(app, token).await?;
        name_user(&user.id.to_string());
        let turn = app.gate.turn(user.id)?;
        Ok(Self { user, _turn: turn })
    }
}

/// A user with any role at all: it may read what is no secret within the authority.
pub(super) struct Reader {
    _caller: Caller,
}

impl FromRequestParts<Arc<App>> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, app).await?;
        caller.needs(&Role::ALL)?;
        Ok(Self { _caller: caller })
    }
}

fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let missing = || {
        let detail = "sign in: send the header Authorization: Bearer, with your token";
        Problem::new(StatusCode::UNAUTHORIZED, "token-missing", detail)
    };
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return Err(missing()) };
    let (scheme, token) = value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(missing)?;
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() || token.len() > MAX_TOKEN {
        return Err(missing());
    }
    Ok(token)
}
