//! An authority, open for work.

mod folder;
mod found;
mod read;
mod runs;
mod sign;
mod snapshot;

pub use folder::Folder;
pub use found::Setup;
pub use runs::WriteRun;
pub use snapshot::Snapshot;

pub(crate) use folder::write_durably;
pub(crate) use found::{issuer_document, link_base, list_bits};
pub(crate) use read::run_plan;
pub(crate) use sign::blocking;

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use ring::rand::SystemRandom;
use sqlx::Connection;
use tokio::sync::{Mutex, Notify, watch};
use verilabel_label::Timestamp;
use verilabel_recognition::Register;
use verilabel_trust::TrustPack;

use crate::decision::Permission;
use crate::desk::{Context, Desk};
use crate::status::ListBits;
use crate::store::{Cells, Database, SCHEMA_VERSION, migrate};
use crate::{Actor, Answer, Decision, Once, Order, Refusal, Seq};

/// An authority, open for work. Clones work on the same one; several processes may, too.
#[derive(Debug, Clone)]
pub struct Authority {
    folder: Folder,
    desk: Desk,
    context: Arc<Context>,
    /// Signing is one at a time in a process: two would only throw away each other's signatures.
    signing: Arc<Mutex<()>>,
}

impl Authority {
    /// Makes a new authority: its folder, its database, its document. It has no keys and no users yet.
    ///
    /// # Errors
    /// [`Refusal::Exists`] if there is one already; [`Refusal::Host`] for a host that no link may have;
    /// [`Refusal::Document`] for a name or a notice that no verifier would show.
    pub async fn init(
        folder: &Path,
        setup: &Setup,
        register: Arc<Register>,
        now: Timestamp,
        random: &SystemRandom,
    ) -> Result<Self, Refusal> {
        link_base(&setup.issuer)?;
        issuer_document(&setup.issuer)?;
        let folder = Folder::make(folder, &setup.database)?;
        let authority = Self::prepare(folder, register, random, Some(setup.list_bits)).await?;
        let order = Order { actor: Actor::System, at: now };
        match authority.decide(order, found::Found::new(setup)).await {
            Err(Refusal::NameTaken { .. }) => {
                Err(Refusal::Exists { folder: authority.folder.path().to_owned() })
            }
            done => done.map(|()| authority),
        }
    }

    /// Opens the folder of an authority. Needs a Tokio runtime, on which the desk works.
    ///
    /// # Errors
    /// If the folder is none, or its database cannot be opened.
    pub async fn open(
        folder: &Path,
        register: Arc<Register>,
        random: &SystemRandom,
    ) -> Result<Self, Refusal> {
        Self::prepare(Folder::open(folder)?, register, random, None).await
    }

    async fn prepare(
        folder: Folder,
        register: Arc<Register>,
        random: &SystemRandom,
        bits: Option<ListBits>,
    ) -> Result<Self, Refusal> {
        let database = Database::open(folder.database(), folder.path())?;
        let mut connection = database.connect().await?;
        migrate(&mut connection, database.is_sqlite(), SCHEMA_VERSION).await?;
        let bits = match bits {
            Some(bits) => bits,
            None => list_bits(&mut connection).await?,
        };
        // Whoever connects next finds the database as it was left, not as it is being left.
        connection.close().await?;
        let context = Arc::new(Context {
            database,
            register,
            bits,
            random: random.clone(),
            pack: RwLock::new(None),
            minting: Notify::new(),
            latest: watch::Sender::new(Seq::new(0)),
        });
        let desk = Desk::open(Arc::clone(&context));
        Ok(Self { folder, desk, context, signing: Arc::default() })
    }

    /// The authority's folder.
    #[must_use]
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    pub(crate) fn database(&self) -> &Database {
        &self.context.database
    }

    /// The register that awards obey.
    #[must_use]
    pub fn register(&self) -> &Arc<Register> {
        &self.context.register
    }

    pub(crate) fn random(&self) -> &SystemRandom {
        &self.context.random
    }

    /// Judges foreign labels by this trust pack from now on.
    pub fn use_pack(&self, pack: Arc<TrustPack>) {
        *self.context.pack.write().unwrap_or_else(PoisonError::into_inner) = Some(pack);
    }

    /// Makes a decision; it is durable when this returns.
    ///
    /// # Errors
    /// What forbids it; [`Refusal::Unavailable`] if nothing could be recorded, and nothing was done.
    pub async fn decide<D: Decision>(&self, order: Order, decision: D) -> Result<D::Outcome, Refusal> {
        match self.desk.submit(order, decision, None).await? {
            Answer::Done(outcome) => Ok(outcome),
            Answer::Replayed(_) => Err(Refusal::damaged("an answer", &"replayed without a key")),
        }
    }

    /// Makes sure that the actor may make decisions of that kind. Only a refusal takes a transaction, and is on record.
    pub(crate) async fn permit<D: Decision>(&self, order: Order, subject: String) -> Result<(), Refusal> {
        match order.actor.needs_any(D::ROLES, D::BY_SYSTEM) {
            Ok(()) => Ok(()),
            Err(_) => self.decide(order, Permission::<D>::about(subject)).await,
        }
    }

    /// Makes a decision once, however often it is asked for under the same key.
    ///
    /// # Errors
    /// As [`Self::decide`]; [`Refusal::KeyReused`] for another request under the same key.
    pub async fn decide_once<D: Decision>(
        &self,
        order: Order,
        decision: D,
        once: Once<D::Outcome>,
    ) -> Result<Answer<D::Outcome>, Refusal> {
        self.desk.submit(order, decision, Some(once)).await
    }

    /// Tells of every event that this process makes durable; another process of the same authority has its own.
    #[must_use]
    pub fn latest_event(&self) -> watch::Receiver<Seq> {
        self.context.latest.subscribe()
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`].
    pub async fn ready(&self) -> Result<(), Refusal> {
        let mut reader = self.context.database.reader().await?;
        let row = sqlx::query("SELECT seq FROM head WHERE id = 1").fetch_one(&mut *reader).await?;
        row.int("seq").map(drop)
    }

    /// Closes the readers' connections; the desk closes with the last clone.
    pub async fn close(&self) {
        self.context.database.close().await;
    }
}
