//! Tokens of an OpenID provider: JWTs (RFC 7519, RFC 9068) under keys that the provider publishes (RFC 7517).

use std::collections::{BTreeMap, BTreeSet};

use axum::http::{StatusCode, Uri};
use serde::{Deserialize, Serialize};
use verilabel_label::Timestamp;

use super::claims::{Claims, Header};
use super::keys::Keys;
use crate::api::Limits;
use crate::api::app::App;
use crate::api::problem::Problem;
use crate::refusal::is_text;
use crate::{Actor, AddUser, Order, Refusal, Role, User, UserRecord};

/// Longest name of a subject (OpenID Connect Core §2), in characters.
const MAX_SUBJECT: usize = 255;
/// Longest name of a user, in characters.
const MAX_NAME: usize = 64;

/// An algorithm that a provider's tokens may be signed with (RFC 7518 §3.1, RFC 8037).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum JwsAlgorithm {
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// RSASSA-PKCS1-v1_5 with SHA-256, keys of 2048 bits at least.
    #[serde(rename = "RS256")]
    Rs256,
}

impl JwsAlgorithm {
    /// Its name in JOSE headers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
        }
    }
}

/// An OpenID provider whose tokens count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenId {
    /// The issuer that tokens must name: an `https` URL, or `http` on loopback.
    pub issuer: String,
    /// The audience that tokens must name: this authority's interface.
    pub audience: String,
    /// The algorithms that tokens may be signed with.
    pub algorithms: BTreeSet<JwsAlgorithm>,
    /// The claim that lists a user's roles.
    #[serde(default = "roles_claim")]
    pub roles_claim: String,
    /// The provider's words for roles; a role's own name always counts.
    #[serde(default)]
    pub roles: BTreeMap<String, Role>,
    /// Where its keys are, if not where its discovery document says.
    #[serde(default)]
    pub jwks_uri: Option<String>,
    /// By how many seconds clocks may differ.
    #[serde(default = "leeway_seconds")]
    pub leeway_seconds: u32,
}

fn roles_claim() -> String {
    "roles".to_owned()
}

fn leeway_seconds() -> u32 {
    30
}

/// A provider that cannot be relied on as it is configured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenIdError {
    /// Keys that come in the clear prove nothing.
    #[error("{url:?} is no https URL, and not http on loopback")]
    NotSecure {
        /// The URL.
        url: String,
    },
    /// No algorithm would let nobody in.
    #[error("name at least one algorithm of the provider's tokens")]
    NoAlgorithm,
    /// No certificates to tell servers by.
    #[error("the system's certificates cannot be read: {reason}")]
    NoRoots {
        /// Why.
        reason: String,
    },
}

/// A provider and its keys.
pub(in crate::api) struct Provider {
    settings: OpenId,
    keys: Keys,
}

impl Provider {
    pub(super) fn new(settings: &OpenId, limits: &Limits) -> Result<Self, OpenIdError> {
        if settings.algorithms.is_empty() {
            return Err(OpenIdError::NoAlgorithm);
        }
        let keys = Keys::new(&settings.issuer, settings.jwks_uri.as_deref(), limits)?;
        Ok(Self { settings: settings.clone(), keys })
    }

    /// The user of a token that is good now, with the roles that the token gives. Who comes for the first time is
    /// put on record: approvals have to tell people apart.
    pub(super) async fn user(&self, app: &App, token: &str) -> Result<User, Problem> {
        let header =
            Header::read(token).ok_or_else(|| wrong("token-malformed", "the token is no signed JWT"))?;
        let algorithm = self.settings.algorithms.iter().find(|algorithm| algorithm.name() == header.alg);
        let algorithm = *algorithm.ok_or_else(|| {
            wrong("token-wrong-algorithm", "the token is signed by an algorithm that does not count here")
        })?;
        let key = self.keys.find(header.kid.as_deref(), algorithm).await?;
        let payload = key
            .verify(token)
            .ok_or_else(|| wrong("token-bad-signature", "the token's signature does not hold"))?;
        let claims = Claims::read(&payload)
            .ok_or_else(|| wrong("token-malformed", "the token's claims are none of an access token"))?;
        self.check(&claims, app.now())?;
        let roles = claims.roles(&self.settings.roles_claim, &self.settings.roles);
        let known = self.on_record(app, &claims, &roles).await?;
        Ok(User { roles, ..known })
    }

    fn check(&self, claims: &Claims, now: Timestamp) -> Result<(), Problem> {
        let leeway = i64::from(self.settings.leeway_seconds);
        let now = now.seconds();
        if claims.iss != self.settings.issuer {
            return Err(wrong("token-wrong-issuer", "the token is of another provider"));
        }
        if !claims.is_for(&self.settings.audience) {
            return Err(wrong("token-wrong-audience", "the token is for another service"));
        }
        if now >= claims.exp.saturating_add(leeway) {
            return Err(wrong("token-expired", "the token has expired: sign in again"));
        }
        if [claims.nbf, claims.iat].into_iter().flatten().any(|time| time > now.saturating_add(leeway)) {
            return Err(wrong("token-not-yet-valid", "the token is not valid yet: compare the clocks"));
        }
        if !is_text(&claims.sub, MAX_SUBJECT) {
            return Err(wrong("token-malformed", "the token names nobody"));
        }
        Ok(())
    }

    async fn on_record(&self, app: &App, claims: &Claims, roles: &BTreeSet<Role>) -> Result<User, Problem> {
        let external = format!("{} {}", claims.iss, claims.sub);
        match app.authority().user_from_outside(&external).await {
            Err(Refusal::NotFound { .. }) if roles.is_empty() => {
                return Err(Refusal::RoleMissing { roles: &Role::ALL }.into());
            }
            Err(Refusal::NotFound { .. }) => {}
            found => return active(found?),
        }
        for name in names(claims) {
            match app.authority().user_named(&name).await {
                Err(Refusal::NotFound { .. }) => {}
                Ok(taken) if taken.external.is_some() => continue,
                Ok(_) => return Err(not_linked(&name, &external)),
                Err(refusal) => return Err(refusal.into()),
            }
            let add = AddUser { name, external: Some(external.clone()), roles: roles.clone() };
            match app.authority().decide(Order { actor: Actor::System, at: app.now() }, add).await {
                // Or another request of the same user came first, which the next look tells.
                Ok(_) | Err(Refusal::Contradiction { .. }) => break,
                Err(Refusal::NameTaken { .. }) => {}
                Err(refusal) => return Err(refusal.into()),
            }
        }
        match app.authority().user_from_outside(&external).await {
            Err(Refusal::NotFound { .. }) => Err(Refusal::TokenUnknown.into()),
            found => active(found?),
        }
    }
}

/// Whom an operator has shut out stays out, whatever the provider says.
fn active(record: UserRecord) -> Result<User, Problem> {
    if record.active { Ok(record.user) } else { Err(Refusal::TokenUnknown.into()) }
}

/// One person under two users could approve what it prepared; only people can tell whether it is one.
fn not_linked(name: &str, external: &str) -> Problem {
    let detail = format!(
        "user {name:?} of this authority is not known to be {external:?} of the provider: an operator must say so, \
         or give one of them another name"
    );
    Problem::new(StatusCode::FORBIDDEN, "user-not-linked", &detail)
}

/// Names to try for a new user: what people call it, then what the provider does.
fn names(claims: &Claims) -> [String; 2] {
    let tidy = |text: &str| -> String {
        text.chars().filter(|c| !c.is_control()).take(MAX_NAME).collect::<String>().trim().to_owned()
    };
    let shown = claims.preferred_username.as_deref().map(tidy).filter(|name| !name.is_empty());
    [shown.unwrap_or_else(|| tidy(&claims.sub)), tidy(&format!("{} {}", claims.sub, claims.iss))]
}

/// Whether keys may be fetched from there.
pub(super) fn secure(url: &str) -> Result<Uri, OpenIdError> {
    let refuse = || OpenIdError::NotSecure { url: url.to_owned() };
    let uri: Uri = url.parse().map_err(|_| refuse())?;
    let loopback = uri.host().is_some_and(|host| {
        host == "localhost"
            || host.trim_matches(['[', ']']).parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
    });
    match uri.scheme_str() {
        Some("https") => Ok(uri),
        Some("http") if loopback => Ok(uri),
        _ => Err(refuse()),
    }
}

pub(super) fn wrong(code: &str, detail: &str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, code, detail)
}
