//! Suspending one label among a million, until verifiers can know.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use ring::rand::SystemRandom;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};
use verilabel_issuer::lifecycle::{ChangeKind, Draft, Note, Proposal, ReasonCode};
use verilabel_issuer::{
    Actor, ApproveAward, Authority, Clock, Keystore, Order, PackKeys, Passphrase, PrepareAward,
    ProposeChange, Publisher, Role, Settings, Setup, Signers, Validities,
};
use verilabel_label::Timestamp;
use verilabel_recognition::Register;
use verilabel_trust::{Entitlement, Issuer, Purpose};
use verilabel_wire::{Algorithm, Sign, StatusList, StatusListToken, sign_status_list};

use crate::Outcome;
use crate::fixture::award;
use crate::house::person;
use crate::report::{Measurement, median};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const LABELS: u32 = 1_000_000;
const RUNS: u32 = 11;

/// From the approver's decision to the new `timestamp.json`, one label after the other.
pub fn suspend_among_a_million() -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(measure())
}

async fn measure() -> Outcome {
    let folder = tempfile::tempdir()?;
    let now: Timestamp = "2026-11-22T09:00:00Z".parse()?;
    let random = SystemRandom::new();
    let passphrase = || Passphrase::new("measurements protect nothing".to_owned());
    let register = Arc::new(Register::published()?.clone());
    let path = folder.path().join("authority");
    let authority = Authority::init(&path, &Setup::new(issuer()?), register, now, &random).await?;
    let keystore = Arc::new(Keystore::new(&authority.folder().keys(), passphrase()?, random.clone()));
    authority.new_key(&keystore, Algorithm::Es256, None, Order { actor: Actor::System, at: now }).await?;
    let signers: Arc<dyn Signers> = keystore;
    let officer = person(&authority, "officer", Role::Officer).await.map_err(|e| e.to_string())?.0;
    let approver = person(&authority, "approver", Role::Approver).await.map_err(|e| e.to_string())?.0;
    let draft = Draft::of(award("Lumora", "Hub One", "Lumora Devices Pte Ltd")?);
    let row = authority.decide(Order { actor: officer, at: now }, PrepareAward { draft }).await?;
    let approve = ApproveAward { award: row, expected: None };
    authority.decide(Order { actor: approver.clone(), at: now }, approve).await?;
    authority.mint_outstanding(&signers, now).await?;
    fill(&path).await?;

    let keys = folder.path().join("pack-keys");
    let keys = PackKeys::create(&keys, &passphrase()?, &Validities::default(), now, &random)?;
    let settings = Settings { files: BTreeSet::new(), ..Settings::default() };
    let url = folder.path().join("publication");
    let url = url.to_str().ok_or("a folder whose name is not text")?;
    let clock = Clock::new(move || now);
    let mut publisher =
        Publisher::open(authority.clone(), Arc::clone(&signers), Arc::new(keys), url, settings, clock)?;
    let started = Instant::now();
    publisher.publish().await?;
    let first = started.elapsed().as_secs_f64();

    let mut times = Vec::new();
    for run in 1..=RUNS {
        let started = Instant::now();
        let order = Order { actor: approver.clone(), at: now };
        authority.decide(order, suspend(run)?).await?;
        let done = publisher.publish().await?;
        times.push(started.elapsed().as_secs_f64());
        if done.version.is_none() || done.lists != 1 {
            return Err("the suspension was not published".into());
        }
    }
    let signer = authority.signer(Purpose::Status, &signers, now).await?;
    let all = median(times);
    Ok(vec![
        Measurement {
            name: "suspend-1m",
            value: all,
            unit: "s",
            against: "compressing and signing an all-valid list of 2^20 entries, and nothing else".to_owned(),
            ratio: Some(all / bare(signer.as_ref(), now)?),
            goal: "< 1".to_owned(),
        },
        Measurement {
            name: "suspend-1m",
            value: first,
            unit: "s",
            against: "the first publication of all labels' records".to_owned(),
            ratio: None,
            goal: "stated".to_owned(),
        },
    ])
}

fn suspend(run: u32) -> Result<ProposeChange> {
    Ok(ProposeChange {
        // None of those that `fill` left suspended.
        label: format!("BENCH/{}", run * 90_000 + 1).parse()?,
        expected: None,
        kind: ChangeKind::Suspend,
        units: None,
        proposal: Proposal {
            reason: ReasonCode::Vulnerability,
            note: Note::new("a measurement")?,
            advisory: None,
            effective_at: None,
        },
    })
}

fn bare(signer: &dyn Sign, now: Timestamp) -> Result<f64> {
    let token = StatusListToken {
        subject: "https://label.example.sg/status/1".to_owned(),
        issued_at: now,
        expires: Some(now.plus_seconds(604_800)),
        time_to_live: None,
        list: StatusList::all_valid(1 << 20)?,
    };
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let started = Instant::now();
        sign_status_list(&token, signer)?;
        times.push(started.elapsed().as_secs_f64());
    }
    Ok(median(times))
}

/// A million labels as awards would have left them, one in two hundred of them suspended; all but the first are
/// copies of that with numbers and places of their own.
async fn fill(authority: &Path) -> Result<()> {
    let url = format!("sqlite://{}", authority.join("authority.db").display());
    let mut connection = AnyConnection::connect(&url).await?;
    let counted =
        format!("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})", LABELS - 1);
    let id = "1000 + 3 * n.i";
    let statements = [
        "BEGIN".to_owned(),
        format!(
            "INSERT INTO awards {counted}
             SELECT {id}, 'BENCH/' || n.i, 0, a.scheme, 'published', REPLACE(a.draft, a.number, 'BENCH/' || n.i),
             NULL, NULL, a.preparers, a.prepared_at, a.approver, a.decided_at, NULL, a.minted_seq, a.version
             FROM n, (SELECT * FROM awards ORDER BY id LIMIT 1) a"
        ),
        format!(
            "INSERT INTO labels {counted}
             SELECT {id} + 1, 'BENCH/' || n.i, l.scheme, {id}, CASE WHEN n.i % 200 = 7 THEN 2 ELSE 0 END, l.list,
             (l.entry + n.i) % 1048576, l.valid_from, l.valid_until, l.changed_at, 1
             FROM n, (SELECT * FROM labels ORDER BY id LIMIT 1) l"
        ),
        format!(
            "INSERT INTO codes {counted}
             SELECT {id} + 2, {id} + 1, {id}, c.path, c.gtin, c.serial, c.key, c.issued_at, c.link, c.credential,
             c.minted_seq, 1, 0 FROM n, (SELECT * FROM codes ORDER BY id LIMIT 1) c"
        ),
        format!("UPDATE head SET next_id = {}, next_index = {LABELS}", 2_000 + 3 * LABELS),
        "COMMIT".to_owned(),
    ];
    for statement in statements {
        connection.execute(sqlx::raw_sql(AssertSqlSafe(statement))).await?;
    }
    connection.close().await?;
    Ok(())
}

fn issuer() -> Result<Issuer> {
    Ok(Issuer {
        id: "bench.sg".parse()?,
        name: "Bench".to_owned(),
        notice: None,
        did: Some("did:web:label.example.sg".parse()?),
        link_hosts: vec!["label.example.sg".to_owned()],
        status_uri: "https://label.example.sg/status/".to_owned(),
        keys: Vec::new(),
        may_issue: vec![Entitlement { scheme: "sg.cls-iot".parse()?, levels: vec![3.try_into()?] }],
    })
}
