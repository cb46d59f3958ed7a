//! The desk: every change of the records goes over it, one after the other, many in one transaction.
//!
//! It takes what waits, opens one transaction, makes each decision within a savepoint of its own, commits
//! once, and only then answers. So a decision is durable when its answer is given, and the cost of making it
//! durable is shared by all that waited together.

mod forget;
mod job;
mod work;

pub use forget::ForgetReplies;
pub use work::Work;
pub(crate) use work::{Context, Head, reply_to};

use std::sync::Arc;

use sqlx::AnyConnection;
use tokio::sync::{mpsc, oneshot};

use crate::store::Cells;
use crate::{Answer, Decision, Once, Order, Refusal, Seq};
use job::{Job, Submitted};

/// Decisions that may wait; whoever comes then waits to be let in.
const QUEUE: usize = 1_024;
/// Most decisions of one transaction.
const GROUP: usize = 512;

/// Where decisions are handed in.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    queue: mpsc::Sender<Box<dyn Job>>,
}

impl Desk {
    /// Opens the desk; it closes when nobody can hand in any more. Needs a Tokio runtime.
    pub(crate) fn open(context: Arc<Context>) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(Clerk { context, connection: None }.serve(waiting));
        Self { queue }
    }

    /// Hands in a decision and waits until it is durable.
    pub(crate) async fn submit<D: Decision>(
        &self,
        order: Order,
        decision: D,
        once: Option<Once<D::Outcome>>,
    ) -> Result<Answer<D::Outcome>, Refusal> {
        let (answer, answered) = oneshot::channel();
        let job = Box::new(Submitted::new(order, decision, once, answer));
        let closed = || Refusal::Unavailable { reason: "the desk is closed".to_owned() };
        self.queue.send(job).await.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }
}

/// Works off the queue.
struct Clerk {
    context: Arc<Context>,
    connection: Option<AnyConnection>,
}

impl Clerk {
    async fn serve(mut self, mut waiting: mpsc::Receiver<Box<dyn Job>>) {
        let mut group = Vec::with_capacity(GROUP);
        while waiting.recv_many(&mut group, GROUP).await > 0 {
            let settled = self.group(&mut group).await;
            for job in group.drain(..) {
                job.answer(settled.as_ref().copied());
            }
        }
    }

    /// Makes a group of decisions durable, or none of them. A connection that failed is not used again.
    async fn group(&mut self, group: &mut [Box<dyn Job>]) -> Result<(), Refusal> {
        let mut work = self.begin().await?;
        for job in group {
            job.run(&mut work).await?;
        }
        work.write_chain().await?;
        let minting = work.has_work_for_minting();
        let head = work.head_after();
        match work.commit().await {
            Ok(connection) => self.connection = Some(connection),
            Err(error) => self.look_whether_done(&head, error).await?,
        }
        if minting {
            self.context.minting.notify_one();
        }
        self.context.latest.send_replace(Seq::new(head.seq));
        Ok(())
    }

    /// Begins a transaction; a connection that died while it was idle is replaced once.
    async fn begin(&mut self) -> Result<Work, Refusal> {
        if let Some(connection) = self.connection.take()
            && let Ok(work) = Work::begin(connection, &self.context).await
        {
            return Ok(work);
        }
        Work::begin(self.context.database.connect().await?, &self.context).await
    }

    /// After a commit that failed: the chain tells whether it was done all the same.
    async fn look_whether_done(&mut self, head: &Head, error: Refusal) -> Result<(), Refusal> {
        let unknown = || Refusal::OutcomeUnknown { reason: error.to_string() };
        let mut connection = self.context.database.connect().await.map_err(|_| unknown())?;
        let row = sqlx::query("SELECT hash FROM events WHERE seq = $1")
            .bind(head.seq)
            .fetch_optional(&mut connection)
            .await
            .map_err(|_| unknown())?;
        let done = match row {
            Some(row) => row.text("hash")? == head.hash.to_string(),
            None => false,
        };
        if done {
            self.connection = Some(connection);
            return Ok(());
        }
        // A server may still be at it.
        if !self.context.database.is_sqlite() {
            return Err(unknown());
        }
        write_over(&mut connection).await.map_err(|_| unknown())?;
        self.connection = Some(connection);
        Err(error)
    }
}

/// Makes sure that a transaction that SQLite has given up stays undone. Where only making it durable failed, all of it
/// stands in the write-ahead log, and whoever opens the database after a crash takes it for committed, until the next
/// transaction is written in its place (<https://sqlite.org/walformat.html>, 4.4).
async fn write_over(connection: &mut AnyConnection) -> Result<(), Refusal> {
    sqlx::query("UPDATE head SET turn = turn + 1 WHERE id = 1").execute(connection).await?;
    Ok(())
}
