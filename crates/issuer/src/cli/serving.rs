//! `serve`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::ValueHint;
use tokio::sync::watch;
use verilabel_issuer::api::{self, Config, Parts, PublisherHealth, Server, json_logs};
use verilabel_issuer::{Actor, Authority, ForgetReplies, Health, Keystore, Order, Signers};
use verilabel_label::Timestamp;

use super::out::say;
use super::publishing::{PlaceArgs, interrupted, keep_minting};
use super::{Exit, Outcome, ReadClock, Session, Trouble};

/// How long replies are kept for whoever asks again.
const KEPT: i64 = 7 * 86_400;
/// How often older ones are forgotten.
const FORGETTING: Duration = Duration::from_hours(1);

#[derive(Debug, clap::Args)]
pub(crate) struct ServeArgs {
    /// Where to listen; 127.0.0.1:8460 if nothing says otherwise
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Settings of the interface (TOML): listen, limits, `open_id`
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    config: Option<PathBuf>,
    #[command(flatten)]
    place: PlaceArgs,
    /// What goes to the log, as in `RUST_LOG`
    #[arg(long, value_name = "DIRECTIVES", env = "RUST_LOG", default_value = "info")]
    log: String,
}

/// Serves the interface, signs what is approved and publishes what is decided, until it is asked to end.
pub(crate) async fn run(session: &Session, args: ServeArgs) -> Outcome {
    let mut config = args.config.as_deref().map_or_else(|| Ok(Config::default()), read)?;
    config.listen = args.listen.unwrap_or(config.listen);
    let authority = session.open().await?;
    let keystore = session.keystore(&authority)?;
    let signers: Arc<dyn Signers> = Arc::<Keystore>::clone(&keystore);
    // The pack's keys are opened here: a wrong passphrase is said before anything is served.
    let publisher = args.place.publisher(session, &authority, &signers)?;
    let logs = json_logs(&args.log, std::io::stderr);
    tracing::subscriber::set_global_default(logs).map_err(|e| Trouble::System(e.to_string()))?;

    let (end, ended) = watch::channel(false);
    let health = publisher.health();
    let publishing = tokio::spawn(publisher.run(until(ended)));
    let background = Background { health, ended: end.subscribe() };
    let clock = session.clock();
    let parts = Parts {
        authority: authority.clone(),
        publisher: Arc::new(background),
        keystore,
        clock: api::Clock::new(clock),
    };
    let server = Server::bind(&config, parts).await.map_err(|e| Trouble::System(e.to_string()))?;
    say(&format!("listening on {}", server.address()));
    let minting = tokio::spawn(keep_minting(authority.clone(), signers, clock));
    let forgetting = tokio::spawn(keep_forgetting(authority.clone(), clock));
    let packs = session.foreign_pack().map(|pack| tokio::spawn(pack.keep_fresh(authority.clone())));
    server.run(interrupted()).await;
    minting.abort();
    forgetting.abort();
    packs.iter().for_each(tokio::task::JoinHandle::abort);
    // A publication that has begun is ended; what is left is published at the next start.
    end.send_replace(true);
    publishing.await.map_err(|e| Trouble::System(e.to_string()))?;
    authority.close().await;
    Ok(Exit::Good)
}

fn read(path: &Path) -> Result<Config, Trouble> {
    let text = std::fs::read_to_string(path).map_err(|e| Trouble::file(path, &e))?;
    toml::from_str(&text).map_err(|e| Trouble::document(path, &e))
}

async fn until(mut ended: watch::Receiver<bool>) {
    // The sender is dropped only with everything else.
    let _ = ended.wait_for(|ended| *ended).await;
}

/// What publishes in the background. It hears of every decision by itself.
struct Background {
    health: watch::Receiver<Health>,
    ended: watch::Receiver<bool>,
}

impl api::Publisher for Background {
    fn publish_soon(&self) {}

    fn health(&self) -> PublisherHealth {
        if *self.ended.borrow() || self.health.has_changed().is_err() {
            return PublisherHealth::Stopped;
        }
        match self.health.borrow().trouble() {
            Some((_, reason)) => PublisherHealth::Failing { reason },
            None => PublisherHealth::Working,
        }
    }
}

/// Forgets replies that nobody will ask for again.
async fn keep_forgetting(authority: Authority, clock: ReadClock) {
    loop {
        let now = clock();
        if let Ok(before) = Timestamp::from_seconds(now.seconds() - KEPT) {
            let order = Order { actor: Actor::System, at: now };
            if let Err(refusal) = authority.decide(order, ForgetReplies { before }).await {
                tracing::warn!(code = refusal.code(), cause = %refusal, "old replies could not be forgotten");
            }
        }
        tokio::time::sleep(FORGETTING).await;
    }
}

#[cfg(test)]
mod tests {
    use verilabel_issuer::api::Publisher;

    use super::*;

    #[test]
    fn lists_that_no_key_can_sign_are_a_failure() {
        let (told, health) = watch::channel(Health::default());
        let (_end, ended) = watch::channel(false);
        let background = Background { health, ended };
        assert_eq!(background.health(), PublisherHealth::Working);
        told.send_modify(|health| health.lists_without_key = 2);
        assert!(
            matches!(background.health(), PublisherHealth::Failing { reason } if reason.starts_with("2 "))
        );
        told.send_modify(|health| health.lists_without_key = 0);
        assert_eq!(background.health(), PublisherHealth::Working);
    }
}
