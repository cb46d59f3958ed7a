//! Tokens of an OpenID provider: a real one, which the test starts.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::Ordering;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::Method;
use ring::hmac;
use serde_json::{Value, json};
use verilabel_issuer::Role;
use verilabel_issuer::api::{Config, JwsAlgorithm, OpenId, Server};

use super::house::{House, block_on, installed, on_loopback};
use crate::support::{Bench, Kind, draft, now};

const AUDIENCE: &str = "https://authority.example.sg/";
/// The provider's release, from the registry of npm.
const PACKAGE: &str = "oidc-provider@9.13.3";

/// A provider in a process of its own; it ends when its input does.
struct Provider {
    issuer: String,
    process: Child,
    input: Option<ChildStdin>,
}

impl Provider {
    /// `None`, with a word, where node or its package cannot be had.
    fn start() -> Option<Self> {
        let folder = installed("openid-provider", |folder| {
            let mut npm = Command::new("npm");
            npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
                .arg(folder)
                .arg(PACKAGE);
            npm.output().is_ok_and(|output| output.status.success())
        })?;
        let script = folder.join(format!("provider-{}.mjs", std::process::id()));
        std::fs::write(&script, include_str!("provider.mjs")).unwrap();
        let mut node = Command::new("node");
        node.arg(&script).arg(now().seconds().to_string());
        node.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = node.spawn().ok()?;
        let mut issuer = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut issuer).unwrap();
        std::fs::remove_file(script).unwrap();
        let input = process.stdin.take();
        Some(Self { issuer: issuer.trim().to_owned(), process, input })
    }

    fn settings(&self, algorithms: &[JwsAlgorithm]) -> OpenId {
        OpenId {
            issuer: self.issuer.clone(),
            audience: AUDIENCE.to_owned(),
            algorithms: algorithms.iter().copied().collect(),
            roles_claim: "roles".to_owned(),
            roles: BTreeMap::from([("issuance-board".to_owned(), Role::Approver)]),
            jwks_uri: None,
            leeway_seconds: 5,
        }
    }

    fn stop(&mut self) {
        self.input = None;
        self.process.wait().unwrap();
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.stop();
    }
}

/// An authority that lets in people of the provider, two of whom it has known before.
async fn serve(provider: &Provider, algorithms: &[JwsAlgorithm]) -> House {
    let house = open(provider, algorithms).await;
    for name in ["olga", "anna"] {
        let record = house.bench.authority.user_named(name).await.unwrap();
        let patch = json!({ "external": format!("{} {name}", provider.issuer) });
        let user = format!("/v1/users/{}", record.user.id);
        house.patch("operator", &user, record.version.number(), patch).await.is(200);
    }
    house
}

async fn open(provider: &Provider, algorithms: &[JwsAlgorithm]) -> House {
    let config = Config { open_id: Some(provider.settings(algorithms)), ..on_loopback() };
    House::new(Bench::new(Kind::Sqlite).await, &config).await
}

/// A token that the provider issues to a client for a resource.
async fn token(house: &House, provider: &Provider, client: &str, resource: &str) -> String {
    let body = format!(
        "grant_type=client_credentials&client_id={client}&client_secret=for%20tests%20only%2C%20and%20of%20no%20use\
         %20elsewhere&resource={}",
        resource.replace('?', "%3F").replace('=', "%3D").replace('&', "%26")
    );
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let answer = house.ask_at(&format!("{}/token", provider.issuer), Method::POST, &headers, body).await;
    let token = answer.is(200)["access_token"].as_str().unwrap().to_owned();
    house.clock.store(part(&token, 1)["iat"].as_i64().unwrap(), Ordering::Relaxed);
    token
}

fn part(token: &str, n: usize) -> Value {
    let text = token.split('.').nth(n).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}

fn with_header(token: &str, header: &Value) -> String {
    let rest = token.split_once('.').unwrap().1;
    format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()))
}

#[test]
fn people_of_a_provider_prepare_and_approve() {
    let Some(provider) = Provider::start() else { return };
    block_on(async {
        let all = [JwsAlgorithm::Es256, JwsAlgorithm::EdDsa, JwsAlgorithm::Rs256];
        let house = serve(&provider, &all).await;
        for algorithm in all {
            let resource = format!("{AUDIENCE}?alg={}", algorithm.name());
            let olga = token(&house, &provider, "olga", &resource).await;
            let me = house.get(&olga, "/v1/me").await.is(200);
            assert_eq!((&me["roles"], &me["name"]), (&json!(["officer"]), &json!("olga")));
        }
        let olga = token(&house, &provider, "olga", AUDIENCE).await;
        let anna = token(&house, &provider, "anna", AUDIENCE).await;
        assert_eq!(house.get(&anna, "/v1/me").await.is(200)["roles"], json!(["approver"]));
        let prepared = house.post(&olga, "/v1/awards", serde_json::to_value(draft(1)).unwrap()).await.is(201);
        let approve = format!("/v1/awards/{}/approve", prepared["id"]);
        house.decide(&olga, &approve, 1, json!({})).await.is_problem(403, "role-missing");
        // What somebody prepared who signed in here is hers there, too.
        house.decide("officer", &approve, 1, json!({})).await.is_problem(403, "role-missing");
        house.decide(&anna, &approve, 1, json!({})).await.is(200);
        // One row for one person, however often it comes; tokens of the authority count as before.
        house.get("operator", "/v1/users").await.is(200);
        let people = house
            .bench
            .read_all("SELECT external AS text FROM users WHERE external IS NOT NULL ORDER BY id")
            .await;
        assert_eq!(people, [format!("{} olga", provider.issuer), format!("{} anna", provider.issuer)]);
        let events = "SELECT kind AS text FROM events WHERE refused IS NOT NULL AND actor = 'system'";
        assert_eq!(house.bench.read_all(events).await, [""; 0], "nobody was put on record twice");
        // Whoever has no role here is let in to nothing, and not put on record.
        let nobody = token(&house, &provider, "nobody", AUDIENCE).await;
        house.get(&nobody, "/v1/me").await.is_problem(403, "role-missing");
        // Whom an operator has shut out stays out, whatever the provider says.
        house.bench.tamper("UPDATE users SET active = 0 WHERE external IS NOT NULL").await;
        house.get(&olga, "/v1/me").await.is_problem(401, "token-unknown");
        assert_eq!(house.bench.read_all(events).await, [""; 0], "nor asked for that");
    });
}

#[test]
fn one_person_does_not_become_two() {
    let Some(provider) = Provider::start() else { return };
    block_on(async {
        let house = open(&provider, &[JwsAlgorithm::Es256]).await;
        let olga = token(&house, &provider, "olga", AUDIENCE).await;
        house.get(&olga, "/v1/me").await.is_problem(403, "user-not-linked");
        let people = house.bench.read_all("SELECT name AS text FROM users WHERE external IS NOT NULL").await;
        assert_eq!(people, [""; 0]);
    });
}

#[test]
fn a_token_that_is_not_good_here_is_refused_by_its_fault() {
    let Some(provider) = Provider::start() else { return };
    block_on(async {
        let house = serve(&provider, &[JwsAlgorithm::Es256]).await;
        let good = token(&house, &provider, "olga", &format!("{AUDIENCE}?ttl=60")).await;
        house.get(&good, "/v1/me").await.is(200);

        let issued = house.clock.load(Ordering::Relaxed);
        house.clock.store(issued + 64, Ordering::Relaxed);
        house.get(&good, "/v1/me").await.is(200);
        house.clock.store(issued + 65, Ordering::Relaxed);
        house.get(&good, "/v1/me").await.is_problem(401, "token-expired");
        house.clock.store(issued - 6, Ordering::Relaxed);
        house.get(&good, "/v1/me").await.is_problem(401, "token-not-yet-valid");
        house.clock.store(issued, Ordering::Relaxed);

        let elsewhere = token(&house, &provider, "olga", "https://payroll.example.sg/").await;
        house.get(&elsewhere, "/v1/me").await.is_problem(401, "token-wrong-audience");
        let rsa = token(&house, &provider, "olga", &format!("{AUDIENCE}?alg=RS256")).await;
        house.get(&rsa, "/v1/me").await.is_problem(401, "token-wrong-algorithm");

        let refused = async |token: String, code: &str| {
            house.get(&token, "/v1/me").await.is_problem(401, code);
        };
        refused(with_header(&good, &json!({ "alg": "none" })), "token-wrong-algorithm").await;
        refused(with_header(&good, &json!({ "alg": "ES256", "kid": "rs" })), "token-unknown-key").await;
        refused(with_header(&good, &json!({ "alg": "ES256", "kid": "zz" })), "token-unknown-key").await;
        refused(
            with_header(&good, &json!({ "alg": "ES256", "kid": "es", "crit": ["exp"] })),
            "token-malformed",
        )
        .await;
        refused(with_header(&good, &json!({ "alg": "ES256", "kid": "es" })), "token-bad-signature").await;
        // The public key as the secret of an HMAC.
        let public = house.ask_at(&format!("{}/jwks", provider.issuer), Method::GET, &[], "").await;
        let header = URL_SAFE_NO_PAD.encode(json!({ "alg": "HS256", "kid": "es" }).to_string());
        let signed = format!("{header}.{}", good.split('.').nth(1).unwrap());
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &public.bytes), signed.as_bytes());
        refused(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag)), "token-wrong-algorithm").await;
        // More rights than were given.
        let mut claims = part(&good, 1);
        claims["roles"] = json!(["officer", "operator"]);
        let parts: Vec<&str> = good.split('.').collect();
        let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
        refused(format!("{}.{claims}.{}", parts[0], parts[2]), "token-bad-signature").await;
        refused(good[..good.len() - 2].to_owned(), "token-bad-signature").await;
        refused("x".repeat(9_000), "token-missing").await;
        // Keys that are not there are asked for once a minute, not once a token.
        let fetches = house.ask_at(&format!("{}/fetches", provider.issuer), Method::GET, &[], "").await;
        assert_eq!(fetches.text(), "2", "one for the authority, one for this test");
    });
}

#[test]
fn a_provider_that_is_away_says_nothing_about_a_token() {
    let Some(mut provider) = Provider::start() else { return };
    block_on(async {
        let known = serve(&provider, &[JwsAlgorithm::Es256]).await;
        let unknown = serve(&provider, &[JwsAlgorithm::Es256]).await;
        let olga = token(&known, &provider, "olga", AUDIENCE).await;
        known.get(&olga, "/v1/me").await.is(200);
        unknown.clock.store(known.clock.load(Ordering::Relaxed), Ordering::Relaxed);
        provider.stop();
        known.get(&olga, "/v1/me").await.is(200);
        let answer = unknown.get(&olga, "/v1/me").await;
        answer.is_problem(503, "provider-unavailable");
        assert_eq!(answer.header("retry-after"), "1");
    });
}

#[test]
fn keys_do_not_come_in_the_clear_and_somebody_must_be_let_in() {
    block_on(async {
        let bench = Bench::new(Kind::Sqlite).await;
        let house = House::new(bench, &on_loopback()).await;
        let settings = |issuer: &str, algorithms: BTreeSet<JwsAlgorithm>| OpenId {
            issuer: issuer.to_owned(),
            audience: AUDIENCE.to_owned(),
            algorithms,
            roles_claim: "roles".to_owned(),
            roles: BTreeMap::new(),
            jwks_uri: None,
            leeway_seconds: 5,
        };
        let one = BTreeSet::from([JwsAlgorithm::Es256]);
        for (issuer, algorithms, words) in [
            ("http://id.example.sg", one.clone(), "https"),
            ("ftp://127.0.0.1", one, "https"),
            ("https://id.example.sg", BTreeSet::new(), "algorithm"),
        ] {
            let config = Config { open_id: Some(settings(issuer, algorithms)), ..on_loopback() };
            let error = Server::bind(&config, house.parts()).await.err().unwrap();
            assert!(error.to_string().contains(words), "{error}");
        }
    });
}
