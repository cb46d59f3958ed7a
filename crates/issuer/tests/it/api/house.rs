//! A served authority, and clients of it.

use std::collections::BTreeMap;
use std::future::Future;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{HeaderMap, Method, Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use ring::rand::SystemRandom;
use serde_json::{Value, json};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use verilabel_issuer::api::{Clock, Config, Parts, Publisher, PublisherHealth, Server};
use verilabel_issuer::lifecycle::Draft;
use verilabel_issuer::{
    Actor, Authority, IssueToken, Keystore, MarkPublished, Order, Passphrase, Role, Seq, Signers, Token,
};
use verilabel_label::Timestamp;

use crate::support::{Bench, Kind, draft, now, signers, user};

/// Runs each test on a served authority on both databases.
macro_rules! over_http_on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[test] fn $name() { $crate::api::house::run(super::$name, $crate::support::Kind::Sqlite); })*
        }
        mod postgres {
            $(#[test] fn $name() { $crate::api::house::run(super::$name, $crate::support::Kind::Postgres); })*
        }
    };
}
pub(crate) use over_http_on_both;

pub(crate) fn run<F: Future<Output = ()>>(test: impl Fn(House) -> F, kind: Kind) {
    block_on(async { test(House::new(Bench::new(kind).await, &on_loopback()).await).await });
}

pub(crate) fn block_on<F: Future<Output = ()>>(test: F) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(test);
}

/// A free port of loopback.
pub(crate) fn on_loopback() -> Config {
    Config { listen: ([127, 0, 0, 1], 0).into(), ..Config::default() }
}

/// An authority that is served, and tokens of its users.
pub(crate) struct House {
    pub(crate) bench: Bench,
    pub(crate) address: SocketAddr,
    pub(crate) clock: Arc<AtomicI64>,
    pub(crate) publisher: Arc<TestPublisher>,
    parts: Parts,
    tokens: BTreeMap<&'static str, String>,
    client: Client<HttpConnector, Full<Bytes>>,
    stop: Option<oneshot::Sender<()>>,
    served: Option<JoinHandle<()>>,
}

impl House {
    pub(crate) async fn new(bench: Bench, config: &Config) -> Self {
        let auditor = user(&bench.authority, "agnes", &[Role::Auditor]).await;
        let mut tokens = BTreeMap::new();
        for (name, actor) in [
            ("officer", &bench.officer),
            ("approver", &bench.approver),
            ("both", &bench.both),
            ("operator", &bench.operator),
            ("auditor", &auditor),
        ] {
            let token = token_of(&bench.authority, actor, now().plus_seconds(86_400)).await;
            tokens.insert(name, token.reveal().to_owned());
        }
        let clock = Arc::new(AtomicI64::new(now().seconds()));
        let publisher = TestPublisher::start(bench.authority.clone(), signers(), &clock);
        let passphrase = Passphrase::new("tests protect nothing at all".to_owned()).unwrap();
        let keystore = Keystore::new(&bench.authority.folder().keys(), passphrase, SystemRandom::new());
        let time = Arc::clone(&clock);
        let parts = Parts {
            authority: bench.authority.clone(),
            publisher: Arc::<TestPublisher>::clone(&publisher),
            keystore: Arc::new(keystore),
            clock: Clock::new(move || Timestamp::from_seconds(time.load(Ordering::Relaxed)).unwrap()),
        };
        let server = Server::bind(config, parts.clone()).await.unwrap();
        let address = server.address();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(server.run(async {
            let _ = stopped.await;
        }));
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { bench, address, clock, publisher, parts, tokens, client, stop: Some(stop), served: Some(task) }
    }

    pub(crate) fn token<'a>(&'a self, who: &'a str) -> &'a str {
        self.tokens.get(who).map_or(who, String::as_str)
    }

    /// What it stands on, for another service of the same authority.
    pub(crate) fn parts(&self) -> Parts {
        self.parts.clone()
    }

    /// Ends the service, and waits for its end.
    pub(crate) async fn end(&mut self) {
        self.begin_to_end();
        self.served.take().unwrap().await.unwrap();
    }

    pub(crate) fn begin_to_end(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    pub(crate) fn ended(&self) -> bool {
        self.served.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Asks who somebody is until the answer has that status.
    pub(crate) async fn until(&self, who: &str, status: u16) {
        let asked = async { while self.get(who, "/v1/me").await.status != status {} };
        tokio::time::timeout(Duration::from_secs(20), asked).await.expect("that it comes to this");
    }

    /// Any request at all; `who` is a user of the house, or a token.
    pub(crate) async fn ask(
        &self,
        who: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let token = format!("Bearer {}", self.token(who));
        let mut headers = headers.to_vec();
        if !who.is_empty() {
            headers.push(("authorization", &token));
        }
        self.ask_at(&format!("http://{}{path}", self.address), method, &headers, body).await
    }

    /// Any request to anybody.
    pub(crate) async fn ask_at(
        &self,
        url: &str,
        method: Method,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body.into())).unwrap();
        let (head, body) = self.client.request(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer { status: head.status, headers: head.headers, bytes }
    }

    pub(crate) async fn get(&self, who: &str, path: &str) -> Answer {
        self.ask(who, Method::GET, path, &[], "").await
    }

    /// Under a new idempotency key.
    pub(crate) async fn post(&self, who: &str, path: &str, body: Value) -> Answer {
        self.post_with(who, path, &[("idempotency-key", &new_key())], &body).await
    }

    pub(crate) async fn post_with(
        &self,
        who: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Answer {
        let mut all = vec![("content-type", "application/json")];
        all.extend(headers);
        self.ask(who, Method::POST, path, &all, body.to_string()).await
    }

    /// Decides about a version that was seen.
    pub(crate) async fn decide(&self, who: &str, path: &str, version: i64, body: Value) -> Answer {
        let headers = [("idempotency-key", new_key()), ("if-match", format!("\"{version}\""))];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        self.post_with(who, path, &headers, &body).await
    }

    pub(crate) async fn patch(&self, who: &str, path: &str, version: i64, body: Value) -> Answer {
        let tag = format!("\"{version}\"");
        let headers = [("content-type", "application/merge-patch+json"), ("if-match", tag.as_str())];
        self.ask(who, Method::PATCH, path, &headers, body.to_string()).await
    }

    /// Prepares an award through the interface; gives its id.
    pub(crate) async fn prepare(&self, draft: &Draft) -> i64 {
        let answer = self.post("officer", "/v1/awards", serde_json::to_value(draft).unwrap()).await;
        answer.is(201)["id"].as_i64().unwrap()
    }

    /// A label that is minted, made through the interface; gives its row and the approval.
    pub(crate) async fn label(&self, n: u32) -> (i64, Value) {
        let award = self.prepare(&draft(n)).await;
        let approved = self.decide("approver", &format!("/v1/awards/{award}/approve"), 1, json!({})).await;
        let approved = approved.is(200);
        self.publisher.minted().await;
        (approved["label"].as_i64().unwrap(), approved)
    }
}

/// A folder beside the build, filled once for all tests; `None`, with a word, where that cannot be done.
#[expect(clippy::print_stderr, reason = "the word")]
pub(crate) fn installed(name: &str, fill: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    let shelf = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = shelf.join(name);
    if !folder.exists() {
        // Several tests may be at it: the first to be done is the one that counts.
        let own = shelf.join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&own).unwrap();
        if !fill(&own) {
            eprintln!("skipped: {name} cannot be installed");
            return None;
        }
        if std::fs::rename(&own, &folder).is_err() {
            std::fs::remove_dir_all(&own).unwrap();
        }
    }
    Some(folder)
}

/// A program of a package of the Python package index; `None`, with a word, where that cannot be had.
#[expect(clippy::print_stderr, reason = "the word")]
pub(crate) fn of_python(package: &str, name: &str) -> Option<PathBuf> {
    // A virtual environment does not move: it is made where it stays, anew where its folder was brought from elsewhere.
    let folder = installed(name, |_| true)?;
    let program = folder.join("bin").join(name);
    if !Command::new(&program).arg("--help").output().is_ok_and(|output| output.status.success()) {
        let made = Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder).status();
        let pip = || Command::new(folder.join("bin/pip")).args(["install", "--quiet", package]).status();
        if !made.is_ok_and(|status| status.success()) || !pip().is_ok_and(|status| status.success()) {
            eprintln!("skipped: {package} cannot be installed");
            return None;
        }
    }
    Some(program)
}

/// An idempotency key that nobody has used.
pub(crate) fn new_key() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("key-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

pub(crate) async fn token_of(authority: &Authority, actor: &Actor, expires_at: Timestamp) -> Token {
    let issue = IssueToken { user: actor.user().unwrap().id, name: "test".to_owned(), expires_at };
    authority.decide(Order { actor: Actor::System, at: now() }, issue).await.unwrap().token
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
}

impl Answer {
    /// Its JSON, if it has that status.
    pub(crate) fn is(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.bytes));
        if self.bytes.is_empty() { Value::Null } else { serde_json::from_slice(&self.bytes).unwrap() }
    }

    /// Checks that it is a problem of that status and code, and gives it.
    pub(crate) fn is_problem(&self, status: u16, code: &str) -> Value {
        let problem = self.is(status);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(problem["type"], format!("urn:verilabel:problem:{code}"), "{problem}");
        assert_eq!(problem["status"], status);
        for member in ["title", "detail"] {
            assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{problem}");
        }
        problem
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap()
    }
}

/// Mints whatever is approved, and notes publications; the real work without the folder.
pub(crate) struct TestPublisher {
    authority: Authority,
    signers: Arc<dyn Signers>,
    clock: Arc<AtomicI64>,
    asked: Notify,
    pub(crate) health: std::sync::Mutex<PublisherHealth>,
    pub(crate) publications: AtomicU32,
}

impl TestPublisher {
    fn start(authority: Authority, signers: Arc<dyn Signers>, clock: &Arc<AtomicI64>) -> Arc<Self> {
        let publisher = Arc::new(Self {
            authority,
            signers,
            clock: Arc::clone(clock),
            asked: Notify::new(),
            health: std::sync::Mutex::new(PublisherHealth::Working),
            publications: AtomicU32::new(0),
        });
        let (minter, marker) = (Arc::clone(&publisher), Arc::clone(&publisher));
        tokio::spawn(async move {
            loop {
                minter.authority.minting_wanted().await;
                minter.mint().await;
            }
        });
        tokio::spawn(async move {
            loop {
                marker.asked.notified().await;
                let through = marker.authority.chain_end().await.unwrap().seq;
                marker.mark(through).await;
                marker.publications.fetch_add(1, Ordering::Relaxed);
            }
        });
        publisher
    }

    /// Mints now what waits, so that a test need not wait for it.
    pub(crate) async fn minted(&self) {
        self.mint().await;
    }

    async fn mint(&self) {
        // A database that is away is the business of another test.
        let _ = self.authority.mint_outstanding(&self.signers, self.now()).await;
    }

    async fn mark(&self, through: Seq) {
        let order = Order { actor: Actor::System, at: self.now() };
        self.authority.decide(order, MarkPublished { through, note: "test".to_owned() }).await.unwrap();
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.clock.load(Ordering::Relaxed)).unwrap()
    }
}

impl Publisher for TestPublisher {
    fn publish_soon(&self) {
        self.asked.notify_one();
    }

    fn health(&self) -> PublisherHealth {
        self.health.lock().unwrap().clone()
    }
}
