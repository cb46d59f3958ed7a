//! Clients at work: each prepares awards, approves them, looks for the links, and suspends some labels.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use verilabel_issuer::AwardId;
use verilabel_label::Timestamp;

use crate::Result;
use crate::client::{Ask, Client};
use crate::house::{draft, number, proposal};
use crate::told::{Answer, Told};

/// So many work at once.
pub(crate) const CLIENTS: u32 = 4;
/// Awards of a client at most.
const MOST: u32 = 100_000;
/// One label in so many is suspended.
const SUSPENDED: u32 = 3;
/// Between two requests: what is signed has to be drawn, which takes longer than deciding.
const PAUSE: Duration = Duration::from_millis(15);

/// Tokens of the two people.
#[derive(Clone)]
pub(crate) struct Tokens {
    pub(crate) officer: String,
    pub(crate) approver: String,
}

/// Clients at work. They wait while there is no service, and then ask again what they have had no answer to.
pub(crate) struct Load {
    service: watch::Sender<Option<SocketAddr>>,
    heard: Arc<Heard>,
    clients: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Heard {
    told: Mutex<Told>,
    faults: Mutex<Vec<String>>,
}

impl Load {
    /// Sets clients to work, on a service that is yet to come.
    pub(crate) fn new(tokens: &Tokens, now: Timestamp) -> Self {
        let (service, present) = watch::channel(None);
        let heard = Arc::<Heard>::default();
        let clients = (0..CLIENTS)
            .map(|n| {
                let worker = Worker {
                    client: Client::new(present.clone()),
                    tokens: tokens.clone(),
                    heard: Arc::clone(&heard),
                    now,
                };
                tokio::spawn(worker.work(10 + n * MOST))
            })
            .collect();
        Self { service, heard, clients }
    }

    /// The service is there, or is gone.
    pub(crate) fn service_is(&self, address: Option<SocketAddr>) {
        self.service.send_replace(address);
    }

    /// What the clients have been told so far.
    pub(crate) fn told(&self) -> Told {
        lock(&self.heard.told).clone()
    }

    /// Answers that no client should get, since this was asked last.
    pub(crate) fn faults(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.heard.faults))
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        for client in &self.clients {
            client.abort();
        }
    }
}

struct Worker {
    client: Client,
    tokens: Tokens,
    heard: Arc<Heard>,
    now: Timestamp,
}

impl Worker {
    async fn work(mut self, first: u32) {
        for n in first..first + MOST {
            if let Err(error) = self.label(n).await {
                lock(&self.heard.faults).push(error.to_string());
            }
        }
    }

    async fn label(&mut self, n: u32) -> Result<()> {
        let Tokens { officer, approver } = self.tokens.clone();
        let number = number(n)?;
        let post = |step: &str, body: String| Some((format!("{step}-{n}"), body));

        let draft = serde_json::to_string(&draft(n, self.now)?)?;
        let path = "/v1/awards".to_owned();
        let prepare = Ask { token: &officer, path, post: post("prepare", draft), version: None };
        let prepared = self.ask(&prepare).await?;
        let award = int(&prepared, "id")?;
        self.hear(Answer::Prepared(number.clone(), AwardId::new(award)));

        let version = Some(int(&prepared, "version")?);
        let path = format!("/v1/awards/{award}/approve");
        let approve = Ask { token: &approver, path, post: post("approve", "{}".to_owned()), version };
        let approved = self.ask(&approve).await?;
        self.hear(Answer::Approved(number.clone()));
        self.hear(Answer::Entry(number.clone(), serde_json::from_value(approved["status"].clone())?));

        if n.is_multiple_of(SUSPENDED) {
            let path = format!("/v1/labels/{}/suspend", int(&approved, "label")?);
            let proposal = serde_json::to_string(&proposal()?)?;
            let suspend = Ask { token: &approver, path, post: post("suspend", proposal), version: None };
            self.ask(&suspend).await?;
            self.hear(Answer::Suspended(number));
        }

        let path = format!("/v1/awards/{award}/codes");
        let codes = self.ask(&Ask { token: &officer, path, post: None, version: None }).await?;
        let links = codes.as_array().into_iter().flatten().filter_map(|code| code["link"].as_str());
        links.for_each(|link| self.hear(Answer::Link(link.to_owned())));
        Ok(())
    }

    async fn ask(&mut self, ask: &Ask<'_>) -> Result<Value> {
        tokio::time::sleep(PAUSE).await;
        self.client.ask(ask).await
    }

    fn hear(&self, answer: Answer) {
        lock(&self.heard.told).hear(answer);
    }
}

fn int(value: &Value, member: &str) -> Result<i64> {
    value[member].as_i64().ok_or_else(|| format!("no {member} in {value}").into())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
