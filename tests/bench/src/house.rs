//! An authority on SQLite that is served over HTTP, and a client of it.

use std::collections::BTreeSet;
use std::error::Error;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use ring::rand::SystemRandom;
use verilabel_issuer::api::{Clock, Config, Limits, Parts, Publisher, PublisherHealth, Server};
use verilabel_issuer::lifecycle::Draft;
use verilabel_issuer::{
    Actor, AddUser, Authority, Batch, BatchMode, IssueToken, Keystore, LabelAward, Order, Passphrase,
    PrepareAward, Role, Setup, User,
};
use verilabel_label::{Gtin, Timestamp};
use verilabel_recognition::Register;
use verilabel_trust::{Entitlement, Issuer};
use verilabel_wire::Algorithm;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// An authority, its two people, and their tokens.
pub struct House {
    pub(crate) authority: Authority,
    officer: Actor,
    /// A token of the officer, who prepares.
    pub officer_token: String,
    /// A token of the approver.
    pub approver_token: String,
    keystore: Arc<Keystore>,
}

/// Signs and publishes nothing: what is measured is deciding.
struct Nobody;

impl Publisher for Nobody {
    fn publish_soon(&self) {}

    fn health(&self) -> PublisherHealth {
        PublisherHealth::Working
    }
}

fn now() -> Result<Timestamp> {
    Ok("2026-11-22T09:00:00Z".parse()?)
}

impl House {
    /// Makes it in a folder.
    pub async fn make(folder: &Path) -> Result<Self> {
        let random = SystemRandom::new();
        let register = Arc::new(Register::published()?.clone());
        let authority =
            Authority::init(&folder.join("authority"), &Setup::new(issuer()?), register, now()?, &random)
                .await?;
        let passphrase = Passphrase::new("measurements protect nothing".to_owned())?;
        let keystore = Arc::new(Keystore::new(&authority.folder().keys(), passphrase, random));
        let system = Order { actor: Actor::System, at: now()? };
        authority.new_key(&keystore, Algorithm::Es256, None, system).await?;
        let (officer, officer_token) = person(&authority, "officer", Role::Officer).await?;
        let (_, approver_token) = person(&authority, "approver", Role::Approver).await?;
        Ok(Self { authority, officer, officer_token, approver_token, keystore })
    }

    /// Prepares so many awards at once, not over HTTP; gives their rows.
    pub(crate) async fn prepare(&self, first: u32, awards: u32) -> Result<Vec<i64>> {
        let mut rows = Vec::new();
        let numbers: Vec<u32> = (first..first + awards).collect();
        for numbers in numbers.chunks(1_000) {
            let decisions =
                numbers.iter().map(|n| Ok(PrepareAward { draft: draft(*n)? })).collect::<Result<_>>()?;
            let batch = Batch { decisions, mode: BatchMode::AllOrNothing };
            let order = Order { actor: self.officer.clone(), at: now()? };
            for outcome in self.authority.decide(order, batch).await? {
                rows.push(outcome?.number());
            }
        }
        Ok(rows)
    }

    /// Listens on a free port of loopback.
    pub async fn listen(&self, limits: Limits) -> Result<Server> {
        let config = Config { listen: ([127, 0, 0, 1], 0).into(), limits, ..Config::default() };
        let time = now()?;
        let parts = Parts {
            authority: self.authority.clone(),
            publisher: Arc::new(Nobody),
            keystore: Arc::clone(&self.keystore),
            clock: Clock::new(move || time),
        };
        Ok(Server::bind(&config, parts).await?)
    }
}

pub(crate) async fn person(authority: &Authority, name: &str, role: Role) -> Result<(Actor, String)> {
    let order = || Ok::<_, Box<dyn Error + Send + Sync>>(Order { actor: Actor::System, at: now()? });
    let roles = BTreeSet::from([role]);
    let add = AddUser { name: name.to_owned(), external: None, roles: roles.clone() };
    let id = authority.decide(order()?, add).await?;
    let issue = IssueToken { user: id, name: "bench".to_owned(), expires_at: now()?.plus_seconds(86_400) };
    let token = authority.decide(order()?, issue).await?.token.reveal().to_owned();
    Ok((Actor::User(User { id, name: name.to_owned(), roles }), token))
}

fn issuer() -> Result<Issuer> {
    Ok(Issuer {
        id: "bench.sg".parse()?,
        name: "Bench".to_owned(),
        notice: None,
        did: None,
        link_hosts: vec!["label.example.sg".to_owned()],
        status_uri: "https://label.example.sg/status/".to_owned(),
        keys: Vec::new(),
        may_issue: vec![Entitlement { scheme: "sg.cls-iot".parse()?, levels: vec![3.try_into()?] }],
    })
}

/// The n-th award, as they are in practice.
pub(crate) fn draft(n: u32) -> Result<Draft> {
    let digits = format!("0952{n:09}0");
    Ok(Draft::of(LabelAward {
        scheme: "sg.cls-iot".parse()?,
        specification: "1.4".parse()?,
        level: 3.try_into()?,
        number: format!("CSA/311029/{n}").parse()?,
        awarded: "2026-11-01".parse()?,
        valid_from: None,
        valid_until: "2029-10-31".parse()?,
        gtin: Gtin::complete(digits.as_bytes().try_into()?).ok_or("no GTIN")?,
        serial: None,
        category: Some("router".parse()?),
        brand: "Lumora".parse()?,
        models: vec!["AX-3000".parse()?],
        manufacturer: "Lumora Devices Pte Ltd".parse()?,
    }))
}

/// A client that keeps its connections.
#[derive(Clone)]
pub(crate) struct Caller {
    client: Client<HttpConnector, Full<Bytes>>,
    address: SocketAddr,
    token: String,
}

impl Caller {
    pub(crate) fn new(address: SocketAddr, token: &str) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { client, address, token: token.to_owned() }
    }

    /// Asks; a POST if there is a key and a body.
    pub(crate) async fn ask(
        &self,
        path: &str,
        post: Option<(&str, String)>,
    ) -> Result<(StatusCode, bool, Bytes)> {
        let mut request = Request::builder()
            .uri(format!("http://{}{path}", self.address))
            .header("authorization", format!("Bearer {}", self.token));
        let mut body = String::new();
        if let Some((key, text)) = post {
            request = request
                .method(Method::POST)
                .header("content-type", "application/json")
                .header("idempotency-key", key);
            body = text;
        }
        let (head, body) = self.client.request(request.body(Full::new(body.into()))?).await?.into_parts();
        let comes_again = head.headers.contains_key("retry-after");
        Ok((head.status, comes_again, body.collect().await?.to_bytes()))
    }
}
