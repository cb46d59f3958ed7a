//! `publish`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use clap::ValueHint;
use verilabel_issuer::{Authority, Clock, PackKeys, Publisher, Settings, Signers};

use super::out::{print, print_json, say};
use super::{Exit, Outcome, Session, Trouble};

#[derive(Debug, clap::Args)]
pub(crate) struct PublishArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// Go on publishing whatever is decided, until interrupted
    #[arg(long)]
    watch: bool,
}

/// Where to publish, and with which keys.
#[derive(Debug, clap::Args)]
pub(crate) struct PlaceArgs {
    /// The publication folder: a path or a URL; publication in the authority's folder if not given
    #[arg(long, value_name = "URL")]
    to: Option<String>,
    /// Where the keys of the trust pack are kept; pack-keys in the authority's folder if not given
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    keys: Option<PathBuf>,
}

impl PlaceArgs {
    pub(crate) fn publisher(
        &self,
        session: &Session,
        authority: &Authority,
        signers: &Arc<dyn Signers>,
    ) -> Result<Publisher, Trouble> {
        let keys = self.keys.clone().map_or_else(|| session.pack_keys(), Ok)?;
        let keys = Arc::new(PackKeys::open(&keys, &session.passphrase()?, session.random())?);
        let url = self.to.clone().unwrap_or_else(|| authority.folder().publication().display().to_string());
        let (signers, clock) = (Arc::clone(signers), Clock::new(session.clock()));
        Ok(Publisher::open(authority.clone(), signers, keys, &url, Settings::default(), clock)?)
    }
}

pub(crate) async fn run(session: &Session, args: PublishArgs) -> Outcome {
    let authority = session.open().await?;
    let signers: Arc<dyn Signers> = session.keystore(&authority)?;
    let mut publisher = args.place.publisher(session, &authority, &signers)?;
    let signed = authority.mint_outstanding(&signers, session.now()).await?;
    if signed > 0 {
        say(&format!("{signed} codes signed"));
    }
    if args.watch {
        say("publishing whatever is decided; interrupt to end");
        let minting = tokio::spawn(keep_minting(authority, signers, session.clock()));
        publisher.run(interrupted()).await;
        minting.abort();
        return Ok(Exit::Good);
    }
    let (mut labels, mut lists) = (0, 0);
    let through = loop {
        let done = publisher.publish().await?;
        labels += done.labels;
        lists += done.lists;
        if !done.more {
            break done.through;
        }
    };
    let health = publisher.health().borrow().clone();
    super::packs::say_waiting(&health.waiting);
    let release = health.version.unwrap_or_default();
    if session.json() {
        let done = serde_json::json!({
            "release": release, "through": through, "lists": lists, "labels": labels, "health": health,
        });
        print_json("published", &done)?;
    } else {
        print(&format!("release {release}, events up to {through}"))?;
        say(&format!("{labels} labels and {lists} status lists are new"));
    }
    let failure = health.last_failure.as_ref().map(|failure| (failure.code, failure.text.clone()));
    let troubles: BTreeMap<_, _> = failure.into_iter().chain(health.trouble()).collect();
    for (code, text) in &troubles {
        say(&format!("published, but: {text} [{code}]"));
    }
    Ok(if troubles.is_empty() { Exit::Good } else { Exit::Trouble })
}

/// Signs whatever is approved, as long as it runs. What fails is said, and tried again with the next approval or
/// after a while.
pub(crate) async fn keep_minting(authority: Authority, signers: Arc<dyn Signers>, clock: super::ReadClock) {
    const AGAIN: std::time::Duration = std::time::Duration::from_secs(10);
    loop {
        if let Err(refusal) = authority.mint_outstanding(&signers, clock()).await {
            say(&format!("codes wait to be signed: {refusal} [{}]", refusal.code()));
        }
        // Another process may have approved something, of which nobody tells this one.
        let _ = tokio::time::timeout(AGAIN, authority.minting_wanted()).await;
    }
}

/// Ready when the process is asked to end.
pub(crate) async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let (Ok(mut ended), Ok(mut stopped)) =
            (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        {
            tokio::select! {
                _ = ended.recv() => {}
                _ = stopped.recv() => {}
            }
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
