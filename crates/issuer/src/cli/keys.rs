//! `key`.

use clap::Subcommand;
use serde_json::json;
use verilabel_issuer::lifecycle::Note;
use verilabel_issuer::{Authority, CompromiseKey, KeyRecord, LabelId, Recovery, Remint, RetireKey};
use verilabel_label::Timestamp;
use verilabel_trust::{Confirmed, KeyState};
use verilabel_wire::KeyId;

use super::out::{Table, print, print_json, say};
use super::progress::Progress;
use super::values::{AlgorithmName, key_id, time};
use super::{Exit, Outcome, Session, labels};

const PAGE: u32 = 1_000;
/// Codes of one decision to mint anew.
const REMINT: u32 = 500;
const DAY: u64 = 86_400;

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a signing key, keep it encrypted, and sign with it from now on
    New {
        /// The algorithm
        #[arg(long, value_enum, default_value_t)]
        algorithm: AlgorithmName,
        /// The key that it follows, which retires when the overlap ends
        #[arg(long, value_name = "KEY", value_parser = key_id)]
        follows: Option<KeyId>,
        /// Days of overlap
        #[arg(long, value_name = "DAYS", default_value_t = 7, requires = "follows")]
        overlap: u32,
    },
    /// List keys
    List,
    /// Let a key sign no more; what it signed counts
    Retire {
        /// Its id
        #[arg(value_parser = key_id)]
        key: KeyId,
        /// From when on; at once if not given
        #[arg(long, value_name = "TIME", value_parser = time)]
        from: Option<Timestamp>,
    },
    /// Mark a key as stolen or misused, and list the labels that it has signed. With the next publication nothing
    /// that it signed counts but what the records confirm, until that is minted anew
    #[command(visible_alias = "compromised")]
    Distrust {
        /// Its id
        #[arg(value_parser = key_id)]
        key: KeyId,
        /// What happened
        #[arg(long)]
        note: Note,
    },
    /// List the labels that a key has signed
    Labels {
        /// Its id
        #[arg(value_parser = key_id)]
        key: KeyId,
    },
    /// Mint anew, with the key in use, what a key has signed
    Remint {
        /// Its id
        #[arg(value_parser = key_id)]
        key: KeyId,
    },
}

pub(crate) async fn run(session: &Session, command: KeyCommand) -> Outcome {
    let authority = session.open().await?;
    match command {
        KeyCommand::New { algorithm, follows, overlap } => {
            let order = session.order(&authority).await?;
            let retires = follows.map(|old| (old, order.at.plus_seconds(u64::from(overlap) * DAY)));
            let keystore = session.keystore(&authority)?;
            let key = authority.new_key(&keystore, algorithm.into(), retires, order).await?;
            let key = verilabel_wire::Sign::key(key.as_ref());
            print(&key.id().to_string())?;
            Ok(Exit::Good)
        }
        KeyCommand::List => list(session, &authority).await,
        KeyCommand::Retire { key, from } => {
            let until = from.unwrap_or_else(|| session.now());
            session.decide(&authority, RetireKey { key, until, expected: None }).await?;
            Ok(Exit::Good)
        }
        KeyCommand::Distrust { key, note } => {
            session.decide(&authority, CompromiseKey { key, note }).await?;
            distrusted(session, &authority, key).await
        }
        KeyCommand::Labels { key } => signed(session, &authority, key).await,
        KeyCommand::Remint { key } => remint(session, &authority, key).await,
    }
}

/// Tells which labels are affected, and what counts of them from now on.
async fn distrusted(session: &Session, authority: &Authority, key: KeyId) -> Outcome {
    let used = authority.key_use(key, session.now()).await?;
    let recovery = authority.snapshot().await?.recovery().await?;
    let confirmed = recovery.confirmed.get(&key).map_or(0, Confirmed::len);
    say(&format!(
        "{} codes and {} runs are signed by it; the records confirm {confirmed} signatures, which count with the \
         next publication, and no others: publish, mint them anew with `key remint`, and publish again",
        used.codes, used.runs
    ));
    for run in &recovery.unlisted {
        say(&format!(
            "run {run} has more units than verifiers are told of ({}): its boxes do not count until it is minted \
             anew",
            Recovery::MAX_UNITS
        ));
    }
    signed(session, authority, key).await
}

async fn list(session: &Session, authority: &Authority) -> Outcome {
    let mut rows = Vec::new();
    for record in authority.keys().await? {
        let used = authority.key_use(record.key.key.id(), session.now()).await?;
        rows.push((record, used));
    }
    if session.json() {
        let keys: Vec<_> = rows
            .iter()
            .map(|(KeyRecord { key, version, created_at }, used)| {
                json!({
                    "id": key.key.id().to_string(),
                    "algorithm": key.key.algorithm().jose(),
                    "state": key.state.name(),
                    "from": key.from,
                    "until": key.until,
                    "purposes": key.purposes,
                    "use": used,
                    "version": version,
                    "created_at": created_at,
                })
            })
            .collect();
        print_json("keys", &keys)?;
        return Ok(Exit::Good);
    }
    let now = session.now();
    let mut table = Table::with(["key", "algorithm", "from", "until", "state", "codes", "waiting", "runs"]);
    for (record, used) in &rows {
        let key = &record.key;
        let state = match &key.state {
            KeyState::Distrusted(_) => "compromised",
            KeyState::Trusted if key.in_use_at(now) => "in use",
            KeyState::Trusted => "retired",
        };
        table.row([
            key.key.id().to_string(),
            key.key.algorithm().to_string(),
            key.from.to_string(),
            key.until.map(|until| until.to_string()).unwrap_or_default(),
            state.to_owned(),
            used.codes.to_string(),
            used.waiting.to_string(),
            used.runs.to_string(),
        ]);
    }
    table.print()?;
    Ok(Exit::Good)
}

async fn signed(session: &Session, authority: &Authority, key: KeyId) -> Outcome {
    let mut found = Vec::new();
    let mut after = LabelId::new(0);
    loop {
        let page = authority.labels_of_key(key, session.now(), after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        found.extend(page);
    }
    labels::tell(session, &found)
}

/// A call that is cut off is simply made again.
async fn remint(session: &Session, authority: &Authority, key: KeyId) -> Outcome {
    let used = authority.key_use(key, session.now()).await?;
    let order = session.order(authority).await?;
    let progress = Progress::new("codes", usize::try_from(used.codes).unwrap_or(usize::MAX));
    let (mut codes, mut runs) = (0, 0);
    loop {
        let done = authority.decide(order.clone(), Remint { key, limit: REMINT }).await?;
        codes += done.codes;
        runs += done.runs;
        progress.at(usize::try_from(codes).unwrap_or(usize::MAX));
        if !done.more {
            break;
        }
    }
    drop(progress);
    let signed = session.mint(authority).await?;
    print(&format!("{codes} codes and {runs} runs are given to the key in use"))?;
    if signed.is_none() && codes > 0 {
        say("their codes are signed by the service, or with `publish`");
    }
    if runs > 0 {
        say("write the runs to new files: `run list` has them");
    }
    Ok(Exit::Good)
}
