//! A provider's keys: fetched, kept, and fetched again when one is missing, though not often.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::http::{StatusCode, Uri};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use josekit::jwk::Jwk;
use josekit::jws::{ES256, EdDSA, JwsVerifier, RS256, deserialize_compact};
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::openid::{JwsAlgorithm, OpenIdError, secure, wrong};
use crate::api::Limits;
use crate::api::problem::Problem;

/// Most bytes of a document of the provider.
const MAX_BYTES: usize = 256 * 1_024;
/// Most keys that are looked at.
const MAX_KEYS: usize = 64;
/// Longest modulus of an RSA key, in base64url characters: 8192 bits.
const MAX_MODULUS: usize = 1_366;
/// How often keys are fetched at most.
const PAUSE: Duration = Duration::from_mins(1);
/// How old keys may become before they are fetched again.
const FRESH: Duration = Duration::from_mins(15);
/// How old keys may become when the provider cannot be reached.
const USABLE: Duration = Duration::from_hours(24);
/// How long the provider has to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Keys of a provider.
pub(super) struct Keys {
    issuer: String,
    discovery: Uri,
    jwks: Option<Uri>,
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
    patience: Duration,
    known: RwLock<Option<Known>>,
    /// When keys were last asked for; held while they are, so that many who miss a key ask once.
    asked: Mutex<Option<Instant>>,
}

#[derive(Clone)]
struct Known {
    keys: Arc<Vec<Key>>,
    since: Instant,
}

/// A key, with the one algorithm that it serves.
#[derive(Clone)]
pub(super) struct Key {
    id: Option<String>,
    algorithm: JwsAlgorithm,
    verifier: Arc<dyn JwsVerifier + Send + Sync>,
}

impl Key {
    /// The payload of a token that this key signed.
    pub(super) fn verify(&self, token: &str) -> Option<Vec<u8>> {
        let (payload, _) = deserialize_compact(token, &*self.verifier).ok()?;
        Some(payload)
    }
}

impl Keys {
    pub(super) fn new(issuer: &str, jwks: Option<&str>, limits: &Limits) -> Result<Self, OpenIdError> {
        // OpenID Connect Discovery §4.
        let discovery =
            secure(&format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/')))?;
        let jwks = jwks.map(secure).transpose()?;
        let provider = rustls::crypto::ring::default_provider();
        let tls = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(provider)
            .map_err(|e| OpenIdError::NoRoots { reason: e.to_string() })?;
        let client = Client::builder(TokioExecutor::new()).build(tls.https_or_http().enable_http1().build());
        Ok(Self {
            issuer: issuer.to_owned(),
            discovery,
            jwks,
            client,
            patience: PATIENCE.min(limits.request_time()),
            known: RwLock::new(None),
            asked: Mutex::new(None),
        })
    }

    /// The key that a token names, or the only one of its algorithm if it names none.
    pub(super) async fn find(&self, id: Option<&str>, algorithm: JwsAlgorithm) -> Result<Key, Problem> {
        let fresh = self.known().filter(|known| known.since.elapsed() < FRESH);
        if let Some(key) = fresh.and_then(|known| pick(&known.keys, id, algorithm)) {
            return Ok(key);
        }
        let reached = self.fetch_again().await;
        let usable = self.known().filter(|known| known.since.elapsed() < USABLE);
        if let Some(key) = usable.and_then(|known| pick(&known.keys, id, algorithm)) {
            return Ok(key);
        }
        if reached {
            return Err(wrong(
                "token-unknown-key",
                "the token names no key of the provider that serves its algorithm",
            ));
        }
        // Trouble in reaching the provider says nothing about the token.
        let detail = "the OpenID provider's keys cannot be fetched: ask again later";
        Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "provider-unavailable", detail))
    }

    fn known(&self) -> Option<Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Fetches keys unless that was done just now; tells whether the provider's present keys are known.
    async fn fetch_again(&self) -> bool {
        let mut asked = self.asked.lock().await;
        if asked.is_some_and(|at| at.elapsed() < PAUSE) {
            return self.known().is_some_and(|known| asked.is_some_and(|at| known.since >= at));
        }
        let at = Instant::now();
        *asked = Some(at);
        match timeout(self.patience, self.fetch()).await {
            Ok(Ok(keys)) => {
                tracing::info!(keys = keys.len(), "fetched the OpenID provider's keys");
                let known = Known { keys: Arc::new(keys), since: at };
                *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(known);
                true
            }
            Ok(Err(cause)) => {
                tracing::warn!(cause, "the OpenID provider's keys cannot be fetched");
                false
            }
            Err(_) => {
                tracing::warn!("the OpenID provider does not answer");
                false
            }
        }
    }

    async fn fetch(&self) -> Result<Vec<Key>, String> {
        let set: KeySet = match &self.jwks {
            Some(uri) => self.get(uri).await?,
            None => self.get(&self.discovered().await?).await?,
        };
        Ok(set.keys.into_iter().take(MAX_KEYS).filter_map(key).collect())
    }

    async fn discovered(&self) -> Result<Uri, String> {
        let found: Discovery = self.get(&self.discovery).await?;
        if found.issuer != self.issuer {
            return Err(format!("the provider calls itself {:?}", found.issuer));
        }
        secure(&found.jwks_uri).map_err(|e| e.to_string())
    }

    async fn get<T: for<'de> Deserialize<'de>>(&self, uri: &Uri) -> Result<T, String> {
        let response = self.client.get(uri.clone()).await.map_err(|e| format!("{uri}: {e}"))?;
        if response.status() != StatusCode::OK {
            return Err(format!("{uri}: status {}", response.status()));
        }
        let body = Limited::new(response.into_body(), MAX_BYTES).collect().await;
        let body = body.map_err(|e| format!("{uri}: {e}"))?.to_bytes();
        serde_json::from_slice(&body).map_err(|e| format!("{uri}: {e}"))
    }
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Map<String, Value>>,
}

fn pick(keys: &[Key], id: Option<&str>, algorithm: JwsAlgorithm) -> Option<Key> {
    let mut fitting = keys.iter().filter(|key| key.algorithm == algorithm);
    if id.is_some() {
        return fitting.find(|key| key.id.as_deref() == id).cloned();
    }
    let only = fitting.next()?;
    fitting.next().is_none().then(|| only.clone())
}

/// A key of a set, if it signs and serves one of our algorithms. The algorithm follows from the key's type alone, so
/// no token can choose another for it.
fn key(map: Map<String, Value>) -> Option<Key> {
    let jwk = Jwk::from_map(map).ok()?;
    if jwk.key_use().is_some_and(|usage| usage != "sig") {
        return None;
    }
    let modulus = jwk.parameter("n").and_then(Value::as_str).map_or(0, str::len);
    let (algorithm, verifier): (_, Arc<dyn JwsVerifier + Send + Sync>) = match (jwk.key_type(), jwk.curve()) {
        ("EC", Some("P-256")) => (JwsAlgorithm::Es256, Arc::new(ES256.verifier_from_jwk(&jwk).ok()?)),
        ("OKP", Some("Ed25519")) => (JwsAlgorithm::EdDsa, Arc::new(EdDSA.verifier_from_jwk(&jwk).ok()?)),
        ("RSA", _) if modulus <= MAX_MODULUS => {
            (JwsAlgorithm::Rs256, Arc::new(RS256.verifier_from_jwk(&jwk).ok()?))
        }
        _ => return None,
    };
    if jwk.algorithm().is_some_and(|named| named != algorithm.name()) {
        return None;
    }
    Some(Key { id: jwk.key_id().map(str::to_owned), algorithm, verifier })
}
