//! An authority with its people, on either database.

use std::collections::BTreeSet;
use std::future::Future;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use ring::rand::SystemRandom;
use tempfile::TempDir;
use verilabel_issuer::lifecycle::{ChangeKind, Draft, Note, Proposal, ReasonCode};
use verilabel_issuer::{
    Actor, AddKey, AddUser, ApproveAward, Approved, Authority, AwardId, Changed, DatabaseUrl, DecideChange,
    Decision, LabelAward, ListBits, Order, PrepareAward, ProposeChange, Refusal, Role, Setup, Signers, User,
};
use verilabel_label::{Gtin, LabelClaims, LabelNumber, Status, StatusRef, Timestamp};
use verilabel_postgres::Server;
use verilabel_recognition::Register;
use verilabel_trust::{Entitlement, Issuer, Purpose};
use verilabel_wire::{Budget, KeyId, LabelLink, PublicKey, Sealed, Sign, SigningKey};

/// Runs each test on both databases.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[test] fn $name() { $crate::support::run(super::$name, $crate::support::Kind::Sqlite); })*
        }
        mod postgres {
            $(#[test] fn $name() { $crate::support::run(super::$name, $crate::support::Kind::Postgres); })*
        }
    };
}
pub(crate) use on_both;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

pub(crate) fn run<F: Future<Output = ()>>(test: impl Fn(Bench) -> F, kind: Kind) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async { test(Bench::new(kind).await).await });
}

/// A server of this process, or the one that the whole test run shares.
fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start().unwrap())
}

/// The URL of a new, empty database.
pub(crate) fn new_database(name: &str) -> DatabaseUrl {
    let name = format!("{name}_{}_{}", std::process::id(), next());
    match std::env::var("VERILABEL_TEST_POSTGRES") {
        Ok(url) => DatabaseUrl::new(&verilabel_postgres::database_at(&url, &name).unwrap()),
        Err(_) => DatabaseUrl::new(&server().database(&name).unwrap()),
    }
}

fn next() -> u32 {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}

/// An authority with two officers, two approvers, an operator and a key.
pub(crate) struct Bench {
    pub(crate) kind: Kind,
    pub(crate) folder: TempDir,
    pub(crate) authority: Authority,
    pub(crate) officer: Actor,
    pub(crate) approver: Actor,
    /// Officer and approver in one.
    pub(crate) both: Actor,
    pub(crate) operator: Actor,
}

impl Bench {
    pub(crate) async fn new(kind: Kind) -> Self {
        let url = match kind {
            Kind::Sqlite => DatabaseUrl::sqlite("authority.db"),
            Kind::Postgres => new_database("authority"),
        };
        Self::on(kind, url).await
    }

    pub(crate) async fn on(kind: Kind, database: DatabaseUrl) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let setup = Setup { database, list_bits: ListBits::new(10).unwrap(), ..Setup::new(issuer()) };
        let path = folder.path().join("authority");
        let authority =
            Authority::init(&path, &setup, register(), now(), &SystemRandom::new()).await.unwrap();
        let officer = user(&authority, "olga", &[Role::Officer]).await;
        let approver = user(&authority, "anna", &[Role::Approver]).await;
        let both = user(&authority, "boris", &[Role::Officer, Role::Approver]).await;
        let operator = user(&authority, "oscar", &[Role::Operator]).await;
        let bench = Self { kind, folder, authority, officer, approver, both, operator };
        bench.add_key(1).await;
        bench
    }

    /// The same authority, as another process opens it.
    pub(crate) async fn reopened(&self) -> Authority {
        Authority::open(&self.path(), register(), &SystemRandom::new()).await.unwrap()
    }

    pub(crate) fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("authority")
    }

    pub(crate) async fn add_key(&self, seed: u8) -> KeyId {
        let key = test_key(seed).key().clone();
        let purposes = vec![Purpose::Seal, Purpose::Status];
        let add = AddKey { key, purposes, from: now(), retires: None };
        self.decide(&self.operator, add).await.unwrap()
    }

    pub(crate) async fn decide<D: Decision>(
        &self,
        actor: &Actor,
        decision: D,
    ) -> Result<D::Outcome, Refusal> {
        self.authority.decide(Order { actor: actor.clone(), at: now() }, decision).await
    }

    pub(crate) async fn prepare(&self, draft: Draft) -> Result<AwardId, Refusal> {
        self.decide(&self.officer, PrepareAward { draft }).await
    }

    pub(crate) async fn approve(&self, award: AwardId) -> Result<Approved, Refusal> {
        self.decide(&self.approver, ApproveAward { award, expected: None }).await
    }

    pub(crate) async fn mint(&self) -> usize {
        self.authority.mint_outstanding(&signers(), now()).await.unwrap()
    }

    /// A label that is minted.
    pub(crate) async fn label(&self, n: u32) -> Approved {
        let id = self.prepare(draft(n)).await.unwrap();
        let approved = self.approve(id).await.unwrap();
        self.mint().await;
        approved
    }

    /// Proposed by the officer and approved by the approver.
    pub(crate) async fn change(&self, label: &LabelNumber, kind: ChangeKind) -> Result<Changed, Refusal> {
        let proposed = self.decide(&self.officer, propose(label, kind)).await?;
        let decide = DecideChange { change: proposed.id, expected: Some(proposed.version), approve: true };
        self.decide(&self.approver, decide).await
    }

    /// The first link of a label.
    pub(crate) async fn link(&self, label: &Approved) -> String {
        let codes = self.authority.codes_of_award(label.award).await.unwrap();
        codes[0].link.clone().expect("a minted code")
    }

    pub(crate) async fn status(&self, place: StatusRef) -> Status {
        let mut snapshot = self.authority.snapshot().await.unwrap();
        snapshot.status_list(place.list).await.unwrap().status(place.index).unwrap()
    }

    /// Runs a statement behind the authority's back.
    pub(crate) async fn tamper(&self, sql: &'static str) -> u64 {
        use sqlx::{Connection, Executor};
        let url = match self.kind {
            Kind::Sqlite => format!("sqlite://{}", self.path().join("authority.db").display()),
            Kind::Postgres => {
                let text = std::fs::read_to_string(self.path().join("authority.toml")).unwrap();
                text.split('"').nth(1).unwrap().to_owned()
            }
        };
        let mut connection = sqlx::AnyConnection::connect(&url).await.unwrap();
        connection.execute(sql).await.unwrap().rows_affected()
    }
}

pub(crate) fn signers() -> Arc<dyn Signers> {
    Arc::new(TestKeys)
}

/// Keys that are made from a number.
struct TestKeys;

pub(crate) fn test_key(seed: u8) -> SigningKey {
    SigningKey::eddsa(&[seed; 32]).unwrap()
}

impl Signers for TestKeys {
    fn signer(&self, key: KeyId) -> Result<Arc<dyn Sign + Send + Sync>, Refusal> {
        let found = (1..=9).map(test_key).find(|known| known.key().id() == key);
        Ok(Arc::new(found.ok_or(Refusal::NoKey)?))
    }
}

pub(crate) fn now() -> Timestamp {
    "2026-11-22T09:00:00Z".parse().unwrap()
}

pub(crate) fn register() -> Arc<Register> {
    Arc::new(Register::published().unwrap().clone())
}

pub(crate) fn issuer() -> Issuer {
    Issuer {
        did: None,
        id: "specimen.sg".parse().unwrap(),
        name: "Specimen authority".into(),
        notice: None,
        link_hosts: vec!["label.example.sg".into()],
        status_uri: "https://label.example.sg/status/".into(),
        keys: vec![],
        may_issue: vec![Entitlement {
            scheme: "sg.cls-iot".parse().unwrap(),
            levels: (1..=4).map(|n| n.try_into().unwrap()).collect(),
        }],
    }
}

pub(crate) fn number(n: u32) -> LabelNumber {
    format!("CSA/311029/{n}").parse().unwrap()
}

pub(crate) fn gtin(n: u32) -> Gtin {
    let digits = format!("0952{n:09}0");
    Gtin::complete(digits.as_bytes().try_into().unwrap()).unwrap()
}

pub(crate) fn award(n: u32) -> LabelAward {
    LabelAward {
        scheme: "sg.cls-iot".parse().unwrap(),
        specification: "1.4".parse().unwrap(),
        level: 3.try_into().unwrap(),
        number: number(n),
        awarded: "2026-11-01".parse().unwrap(),
        valid_from: None,
        valid_until: "2029-10-31".parse().unwrap(),
        gtin: gtin(n),
        serial: None,
        category: Some("router".parse().unwrap()),
        brand: "Lumora".parse().unwrap(),
        models: vec!["AX-3000".parse().unwrap()],
        manufacturer: "Lumora Devices".parse().unwrap(),
    }
}

pub(crate) fn draft(n: u32) -> Draft {
    Draft::of(award(n))
}

pub(crate) fn proposal() -> Proposal {
    Proposal {
        reason: ReasonCode::Vulnerability,
        note: Note::new("a test").unwrap(),
        advisory: None,
        effective_at: None,
    }
}

pub(crate) fn propose(label: &LabelNumber, kind: ChangeKind) -> ProposeChange {
    ProposeChange { label: label.clone(), expected: None, kind, units: None, proposal: proposal() }
}

pub(crate) async fn user(authority: &Authority, name: &str, roles: &[Role]) -> Actor {
    let roles: BTreeSet<Role> = roles.iter().copied().collect();
    let add = AddUser { name: name.to_owned(), external: None, roles: roles.clone() };
    let id = authority.decide(Order { actor: Actor::System, at: now() }, add).await.unwrap();
    Actor::User(User { id, name: name.to_owned(), roles })
}

/// What an authentic link says under a key.
pub(crate) fn claims(link: &str, key: &PublicKey) -> LabelClaims {
    let link = LabelLink::parse(link).unwrap();
    let sealed = Sealed::<LabelClaims>::parse(&link.seal, &link.path).unwrap();
    sealed.open(key, &mut Budget::default()).unwrap().into_value()
}

pub(crate) fn edit(path: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{text}");
    std::fs::write(path, text.replace(from, to)).unwrap();
}
