//! Runs are on record before they are written, and are written no further when their key counts no more.

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::runtime::Handle;
use verilabel_issuer::lifecycle::Note;
use verilabel_issuer::{
    Actor, BeginRun, Clock, CompromiseKey, CreateRun, EventFilter, FinishRun, MarkRunWritten, Order, Refusal,
    RefusalKind, Remint, Role, RunError, RunRecord, Seq, Serials, Signers, WriteRun,
};
use verilabel_wire::{KeyId, PublicKey, Sign, SignError};

use crate::support::{Bench, gtin, now, number, on_both, signers, test_key, user};

on_both! {
    what_a_killed_writer_has_signed_is_on_record,
    a_stolen_key_is_written_no_further,
    a_run_that_is_minted_anew_meanwhile_is_written_anew,
    only_officers_get_signed_links,
}

/// Units of a block, on two cores.
const BLOCK: u32 = 20_000;
/// A block, and some of another.
const UNITS: u32 = 24_000;

async fn made(bench: &Bench, units: u32) -> RunRecord {
    bench.label(1).await;
    let serials = Serials::Consecutive("SN-00000".parse().unwrap());
    let create = CreateRun { label: number(1), gtin: gtin(1), serials, units };
    bench.decide(&bench.officer, create).await.unwrap()
}

fn file(bench: &Bench, name: &str) -> PathBuf {
    bench.folder.path().join(name)
}

fn lines(path: &Path) -> u32 {
    let text = fs::read_to_string(path).unwrap();
    u32::try_from(text.lines().count() - 1).unwrap()
}

async fn write(
    bench: &Bench,
    actor: &Actor,
    (run, path): (&RunRecord, &Path),
    signers: Arc<dyn Signers>,
    progress: impl Fn(u32) + Send + 'static,
) -> Result<u32, RunError> {
    let cores = NonZeroUsize::new(2).unwrap();
    let write = WriteRun { run: run.id, actor: actor.clone(), path: path.to_owned(), cores };
    bench.authority.write_run(write, signers, &Clock::new(now), progress).await
}

/// Signs so many times, and then never again.
struct Dying(Arc<AtomicU32>);

struct DyingSigner(Arc<dyn Sign + Send + Sync>, Arc<AtomicU32>);

impl Signers for Dying {
    fn signer(&self, key: KeyId) -> Result<Arc<dyn Sign + Send + Sync>, Refusal> {
        Ok(Arc::new(DyingSigner(signers().signer(key)?, Arc::clone(&self.0))))
    }
}

impl Sign for DyingSigner {
    fn key(&self) -> &PublicKey {
        self.0.key()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignError> {
        let left = |left: u32| left.checked_sub(1);
        self.1
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, left)
            .map_err(|_| SignError { reason: "dead".to_owned() })?;
        self.0.sign(message)
    }
}

async fn compromise(bench: &Bench, seed: u8) {
    let (key, note) = (test_key(seed).key().id(), Note::new("stolen").unwrap());
    bench.decide(&bench.operator, CompromiseKey { key, note }).await.unwrap();
}

async fn confirmed(bench: &Bench, seed: u8) -> usize {
    let recovery = bench.authority.snapshot().await.unwrap().recovery().await.unwrap();
    recovery.confirmed.get(&test_key(seed).key().id()).map_or(0, verilabel_trust::Confirmed::len)
}

async fn what_a_killed_writer_has_signed_is_on_record(bench: Bench) {
    let run = made(&bench, UNITS).await;
    let path = file(&bench, "run.csv");
    let dying = Arc::new(Dying(Arc::new(AtomicU32::new(BLOCK + 700))));
    let died = write(&bench, &bench.officer, (&run, &path), dying, |_| {}).await;
    assert_eq!(died.unwrap_err().code(), "signer-failed");
    let record = bench.authority.run(run.id).await.unwrap();
    assert!((BLOCK..UNITS).contains(&lines(&path)), "{}", lines(&path));
    assert_eq!((record.written, record.whole), (UNITS, false), "its last block was about to be written");
    // All the same it goes on, and what is whole is not signed again.
    let before = write(&bench, &bench.officer, (&run, &path), signers(), |_| {}).await.unwrap();
    assert!((BLOCK..UNITS).contains(&before));
    assert_eq!(lines(&path), UNITS);
    let record = bench.authority.run(run.id).await.unwrap();
    assert_eq!((record.written, record.whole), (UNITS, true));
    let again = write(&bench, &bench.officer, (&run, &path), signers(), |_| {}).await.unwrap();
    assert_eq!(again, UNITS);
    let events = bench.authority.events(&EventFilter::default(), Seq::new(0), 1_000).await.unwrap();
    let told: Vec<_> = events.iter().filter(|event| event.subject == format!("run {}", run.id)).collect();
    let kinds: Vec<_> = told.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["begin-run", "write-run", "write-run", "begin-run", "finish-run", "begin-run"]);
    assert_eq!((told[1].facts["units"].as_str(), told[2].facts["units"].as_str()), ("20000", "24000"));
}

async fn a_stolen_key_is_written_no_further(bench: Bench) {
    let run = made(&bench, UNITS).await;
    let path = file(&bench, "run.csv");
    let (handle, authority) = (Handle::current(), bench.authority.clone());
    let order = Order { actor: bench.operator.clone(), at: now() };
    let theft = move |done| {
        if done == 500 {
            let (key, note) = (test_key(1).key().id(), Note::new("stolen").unwrap());
            handle.block_on(authority.decide(order.clone(), CompromiseKey { key, note })).unwrap();
        }
    };
    let stopped = write(&bench, &bench.officer, (&run, &path), signers(), theft).await.unwrap_err();
    assert_eq!(stopped.code(), "key-compromised");
    assert_eq!(lines(&path), BLOCK, "nothing after the block that was being written");
    let record = bench.authority.run(run.id).await.unwrap();
    assert_eq!((record.written, record.whole), (BLOCK, false));
    // The label has a link and a credential.
    assert_eq!(confirmed(&bench, 1).await, 20_002, "every box that is out there");
    let begun = write(&bench, &bench.officer, (&run, &path), signers(), |_| {}).await.unwrap_err();
    assert_eq!(begun.code(), "key-compromised");
    let plan_signing = verilabel_issuer::RunSigning { key: test_key(1).key().id(), issued_at: run.issued_at };
    let mark = MarkRunWritten { run: run.id, signing: plan_signing, written: UNITS };
    assert_eq!(bench.decide(&bench.officer, mark).await.unwrap_err().code(), "key-compromised");
}

async fn a_run_that_is_minted_anew_meanwhile_is_written_anew(bench: Bench) {
    let run = made(&bench, UNITS).await;
    let path = file(&bench, "run.csv");
    bench.add_key(2).await;
    let (handle, authority) = (Handle::current(), bench.authority.clone());
    let order = Order { actor: bench.operator.clone(), at: now() };
    let remint = move |done| {
        if done == 500 {
            let remint = Remint { key: test_key(1).key().id(), limit: 100 };
            handle.block_on(authority.decide(order.clone(), remint)).unwrap();
        }
    };
    let stopped = write(&bench, &bench.officer, (&run, &path), signers(), remint).await.unwrap_err();
    let RunError::Refusal(refusal) = &stopped else { panic!("{stopped}") };
    assert_eq!((refusal.code(), refusal.kind()), ("run-signed-anew", RefusalKind::Conflict));
    assert!(refusal.to_string().ends_with("write it to a new file"), "{refusal}");
    let record = bench.authority.run(run.id).await.unwrap();
    assert_eq!((record.written, record.whole), (0, false), "nothing is written with the new key");
    assert_eq!(record.key, test_key(2).key().id().to_string());
    let signing = verilabel_issuer::RunSigning { key: test_key(1).key().id(), issued_at: run.issued_at };
    let finish = FinishRun { run: run.id, signing };
    assert_eq!(bench.decide(&bench.officer, finish).await.unwrap_err().code(), "run-signed-anew");
    compromise(&bench, 1).await;
    // Those that are out there count until the run is written anew as a whole: a writer that dies in its last block
    // takes them from nobody.
    assert_eq!(confirmed(&bench, 1).await, 20_002);
    let anew = file(&bench, "anew.csv");
    let dying = Arc::new(Dying(Arc::new(AtomicU32::new(UNITS - 10))));
    write(&bench, &bench.officer, (&run, &anew), dying, |_| {}).await.unwrap_err();
    assert_eq!(bench.authority.run(run.id).await.unwrap().written, UNITS);
    assert_eq!(confirmed(&bench, 1).await, 20_002);
    write(&bench, &bench.officer, (&run, &anew), signers(), |_| {}).await.unwrap();
    assert_eq!(confirmed(&bench, 1).await, 2, "the label's own code is not minted yet");
}

async fn only_officers_get_signed_links(bench: Bench) {
    let run = made(&bench, 20).await;
    let path = file(&bench, "run.csv");
    let auditor = user(&bench.authority, "ada", &[Role::Auditor]).await;
    let told = async || {
        let before = bench.authority.chain_end().await.unwrap().seq;
        let refused = write(&bench, &auditor, (&run, &path), signers(), |_| {}).await.unwrap_err();
        assert_eq!(refused.code(), "role-missing");
        assert!(!path.exists());
        let events = bench.authority.events(&EventFilter::default(), before, 10).await.unwrap();
        let told: Vec<_> = events.iter().map(|e| (e.kind.clone(), e.refused.clone().unwrap())).collect();
        assert_eq!(told, [("begin-run".to_owned(), "role-missing".to_owned())]);
    };
    told().await;
    write(&bench, &bench.officer, (&run, &path), signers(), |_| {}).await.unwrap();
    fs::remove_file(&path).unwrap();
    told().await;
    // An officer signs it all again, which leaves a trace.
    let before = bench.authority.chain_end().await.unwrap().seq;
    write(&bench, &bench.officer, (&run, &path), signers(), |_| {}).await.unwrap();
    let events = bench.authority.events(&EventFilter::default(), before, 10).await.unwrap();
    assert_eq!(events.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(), ["begin-run"]);
    let system = Order { actor: Actor::System, at: now() };
    let refused = bench.authority.decide(system, BeginRun { run: run.id }).await.unwrap_err();
    assert_eq!(refused.code(), "role-missing");
}
