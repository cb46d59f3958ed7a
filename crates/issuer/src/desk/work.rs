//! One transaction of the desk.

use std::sync::{Arc, RwLock};

use ring::rand::SystemRandom;
use sqlx::{AnyConnection, Executor};
use tokio::sync::{Notify, watch};
use verilabel_label::{StatusRef, Timestamp, excerpt};
use verilabel_recognition::Register;
use verilabel_trust::{Issuer, TrustPack};

use crate::audit::{ChainHash, Chained, Event, Facts};
use crate::status::{ListBits, Places, Seed};
use crate::store::{Cells, Database, insert_rows};
use crate::{Actor, Decision, Once, Order, Refusal, Reply, Seq, keys};

/// What every transaction needs.
pub(crate) struct Context {
    pub(crate) database: Database,
    pub(crate) register: Arc<Register>,
    pub(crate) bits: ListBits,
    pub(crate) random: SystemRandom,
    pub(crate) pack: RwLock<Option<Arc<TrustPack>>>,
    /// Told when codes wait to be signed.
    pub(crate) minting: Notify,
    /// The last event that this process has made durable.
    pub(crate) latest: watch::Sender<Seq>,
}

impl Context {
    /// The authority's own trust pack, by which it judges foreign labels.
    pub(crate) fn pack(&self) -> Option<Arc<TrustPack>> {
        self.pack.read().ok().and_then(|pack| pack.clone())
    }
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").field("database", &self.database).finish_non_exhaustive()
    }
}

/// The end of the chain, and the counters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head {
    pub(crate) seq: i64,
    pub(crate) hash: ChainHash,
    pub(crate) next_id: i64,
    pub(crate) next_index: i64,
}

/// A transaction in which decisions are made. Its statements are the crate's own.
pub struct Work {
    connection: AnyConnection,
    context: Arc<Context>,
    order: Order,
    head: Head,
    events: Vec<Chained>,
    issuer: Option<Arc<Issuer>>,
    places: Places,
    minting: bool,
}

/// Where a decision began.
struct Savepoint {
    head: Head,
    events: usize,
    minting: bool,
}

impl Work {
    /// Begins; the first statement takes the head's row, so that writers follow one another.
    pub(super) async fn begin(
        mut connection: AnyConnection,
        context: &Arc<Context>,
    ) -> Result<Self, Refusal> {
        connection.execute(sqlx::raw_sql("BEGIN")).await?;
        let row = sqlx::query(
            "UPDATE head SET turn = turn + 1 WHERE id = 1 RETURNING seq, hash, next_id, next_index",
        )
        .fetch_one(&mut connection)
        .await?;
        let head = Head {
            seq: row.int("seq")?,
            hash: row.parsed("hash")?,
            next_id: row.int("next_id")?,
            next_index: row.int("next_index")?,
        };
        Ok(Self {
            connection,
            context: Arc::clone(context),
            order: Order { actor: Actor::System, at: Timestamp::MAX },
            head,
            events: Vec::new(),
            issuer: None,
            places: Places::new(context.bits),
            minting: false,
        })
    }

    /// Writes the new events and the head.
    pub(super) async fn write_chain(&mut self) -> Result<(), Refusal> {
        insert_rows(
            &mut self.connection,
            "events",
            "seq, at, actor, kind, subject, refused, body, hash",
            &self.events,
            |query, chained| {
                let event = &chained.event;
                query
                    .bind(event.seq.number())
                    .bind(event.at.seconds())
                    .bind(event.actor.clone())
                    .bind(event.kind.clone())
                    .bind(event.subject.clone())
                    .bind(event.refused.clone())
                    .bind(chained.body.clone())
                    .bind(chained.hash.to_string())
            },
        )
        .await?;
        sqlx::query("UPDATE head SET seq = $1, hash = $2, next_id = $3, next_index = $4 WHERE id = 1")
            .bind(self.head.seq)
            .bind(self.head.hash.to_string())
            .bind(self.head.next_id)
            .bind(self.head.next_index)
            .execute(&mut self.connection)
            .await?;
        Ok(())
    }

    /// Commits; gives the connection back.
    pub(super) async fn commit(mut self) -> Result<AnyConnection, Refusal> {
        self.connection.execute(sqlx::raw_sql("COMMIT")).await?;
        Ok(self.connection)
    }

    pub(super) fn has_work_for_minting(&self) -> bool {
        self.minting
    }

    pub(super) fn head_after(&self) -> Head {
        self.head
    }

    pub(super) fn take_order(&mut self, order: Order) {
        self.order = order;
    }

    /// Makes a decision; what it refuses is undone and recorded. With `guarded` it gets a savepoint of its own,
    /// without which a refusal must end in undoing everything.
    pub(crate) async fn attempt<D: Decision>(
        &mut self,
        decision: &D,
        guarded: bool,
    ) -> Result<Result<D::Outcome, Refusal>, Refusal> {
        let savepoint = Savepoint { head: self.head, events: self.events.len(), minting: self.minting };
        if guarded {
            self.raw("SAVEPOINT decision").await?;
        }
        let outcome = match self.order.actor.needs_any(D::ROLES, D::BY_SYSTEM) {
            Ok(()) => decision.decide(self).await,
            Err(refusal) => Err(refusal),
        };
        match &outcome {
            Ok(_) if guarded => self.raw("RELEASE SAVEPOINT decision").await?,
            Ok(_) => {}
            Err(refusal) if refusal.ends_the_group() => return Err(refusal.clone()),
            Err(_) if !guarded => {}
            Err(refusal) => {
                self.raw("ROLLBACK TO SAVEPOINT decision; RELEASE SAVEPOINT decision").await?;
                self.undo(&savepoint);
                self.record_refusal(decision, refusal)?;
            }
        }
        Ok(outcome)
    }

    async fn raw(&mut self, sql: &'static str) -> Result<(), Refusal> {
        self.connection.execute(sqlx::raw_sql(sql)).await?;
        Ok(())
    }

    fn undo(&mut self, savepoint: &Savepoint) {
        self.head = savepoint.head;
        self.events.truncate(savepoint.events);
        self.minting = savepoint.minting;
        self.issuer = None;
        self.places = Places::new(self.context.bits);
    }

    /// The reply that was given to the same request before.
    pub(super) async fn replay<T>(&mut self, once: &Once<T>) -> Result<Option<Reply>, Refusal> {
        reply_to(&mut self.connection, &self.order.actor, &once.key, &once.request).await
    }

    pub(super) async fn keep_reply<T>(
        &mut self,
        once: &Once<T>,
        outcome: Result<&T, &Refusal>,
    ) -> Result<(), Refusal> {
        let reply = once.reply.reply(outcome);
        sqlx::query(
            "INSERT INTO idempotency (actor, key, request, status, body, at) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(self.order.actor.audit_name())
        .bind(once.key.as_str())
        .bind(crate::hex::encode(&once.request))
        .bind(i64::from(reply.status))
        .bind(reply.body)
        .bind(self.order.at.seconds())
        .execute(&mut self.connection)
        .await?;
        Ok(())
    }

    pub(crate) fn record_refusal<D: Decision>(
        &mut self,
        decision: &D,
        refusal: &Refusal,
    ) -> Result<(), Refusal> {
        let facts = Facts::from([("why".to_owned(), refusal.to_string())]);
        self.chain(D::KIND, decision.subject(), Some(refusal.code().to_owned()), facts)
    }

    /// Adds an event to the chain.
    pub(crate) fn record<const N: usize>(
        &mut self,
        kind: &str,
        subject: String,
        facts: [(&str, String); N],
    ) -> Result<Seq, Refusal> {
        let facts = facts.into_iter().map(|(name, fact)| (name.to_owned(), fact)).collect();
        self.chain(kind, subject, None, facts)?;
        Ok(Seq::new(self.head.seq))
    }

    fn chain(
        &mut self,
        kind: &str,
        subject: String,
        refused: Option<String>,
        facts: Facts,
    ) -> Result<(), Refusal> {
        let seq = self.head.seq + 1;
        let event = Event {
            actor: self.order.actor.audit_name(),
            at: self.order.at,
            facts,
            kind: kind.to_owned(),
            refused,
            seq: Seq::new(seq),
            // Of what is refused nobody has looked what it is called.
            subject: excerpt(subject),
        };
        let chained = Chained::after(self.head.hash, event)?;
        self.head.seq = seq;
        self.head.hash = chained.hash;
        self.events.push(chained);
        Ok(())
    }

    /// The connection, for statements.
    pub(crate) fn db(&mut self) -> &mut AnyConnection {
        &mut self.connection
    }

    pub(crate) fn context(&self) -> &Arc<Context> {
        &self.context
    }

    pub(crate) fn register(&self) -> Arc<Register> {
        Arc::clone(&self.context.register)
    }

    pub(crate) fn actor(&self) -> &Actor {
        &self.order.actor
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.order.at
    }

    /// The end of the chain as it will be if nothing more is decided.
    pub(crate) fn chain_end(&self) -> (Seq, ChainHash) {
        (Seq::new(self.head.seq), self.head.hash)
    }

    /// A number for a new row.
    pub(crate) fn new_id(&mut self) -> i64 {
        let id = self.head.next_id;
        self.head.next_id += 1;
        id
    }

    /// The issuer's document, keys included, as of this transaction.
    pub(crate) async fn issuer(&mut self) -> Result<Arc<Issuer>, Refusal> {
        if let Some(issuer) = &self.issuer {
            return Ok(Arc::clone(issuer));
        }
        let issuer = Arc::new(keys::issuer(&mut self.connection).await?);
        self.issuer = Some(Arc::clone(&issuer));
        Ok(issuer)
    }

    /// Forgets the issuer's document after it was changed.
    pub(crate) fn issuer_changed(&mut self) {
        self.issuer = None;
    }

    /// Codes wait to be signed.
    pub(crate) fn wants_minting(&mut self) {
        self.minting = true;
    }

    /// Takes so many status entries in a row; gives the number of the first allocation.
    pub(crate) async fn allocate(&mut self, entries: u32) -> Result<i64, Refusal> {
        let first = self.head.next_index;
        let next = first + i64::from(entries);
        let (last_list, _) = self.context.bits.split((next - 1).max(first))?;
        let (mut list, place) = self.context.bits.split(first)?;
        // Lists before this one are open; this one is unless the allocation begins it.
        if place != 0 {
            list += 1;
        }
        while list <= last_list {
            self.open_list(list).await?;
            list += 1;
        }
        self.head.next_index = next;
        Ok(first)
    }

    async fn open_list(&mut self, list: u32) -> Result<(), Refusal> {
        let seed = Seed::generate(&self.context.random)?;
        sqlx::query("INSERT INTO status_lists (list, seed, opened_at, changed_seq) VALUES ($1, $2, $3, 0)")
            .bind(i64::from(list))
            .bind(seed.to_hex())
            .bind(self.order.at.seconds())
            .execute(&mut self.connection)
            .await?;
        self.places.learn(list, &seed);
        Ok(())
    }

    /// Where an allocation keeps its status.
    pub(crate) async fn place(&mut self, allocation: i64) -> Result<StatusRef, Refusal> {
        let (list, _) = self.places.bits().split(allocation)?;
        if !self.places.knows(list) {
            let row = sqlx::query("SELECT seed FROM status_lists WHERE list = $1")
                .bind(i64::from(list))
                .fetch_one(&mut self.connection)
                .await?;
            let seed = Seed::from_hex(&row.text("seed")?)?;
            self.places.learn(list, &seed);
        }
        self.places.place(allocation)
    }
}

/// The reply that was given to the same request before.
pub(crate) async fn reply_to(
    connection: &mut AnyConnection,
    actor: &Actor,
    key: &str,
    request: &[u8; 32],
) -> Result<Option<Reply>, Refusal> {
    let row = sqlx::query("SELECT request, status, body FROM idempotency WHERE actor = $1 AND key = $2")
        .bind(actor.audit_name())
        .bind(key)
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    if row.text("request")? != crate::hex::encode(request) {
        return Err(Refusal::KeyReused { key: key.to_owned() });
    }
    Ok(Some(Reply { status: row.number("status")?, body: row.text("body")? }))
}
