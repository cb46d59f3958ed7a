//! The audit chain: every decision, made or refused, each hash over the one before.
//!
//! Hash n is SHA-256(hash n−1 ‖ body n), hash 0 thirty-two zero bytes, body n the event as JSON with its members
//! in alphabetical order, its place in the chain among them.

mod boxes;
mod event;
mod reconcile;
mod verify;

pub use event::{ChainHash, Event, Facts};
pub use reconcile::{Discrepancy, Reconciliation};
pub use verify::{Anchor, ChainFault, ChainReport};

pub(crate) use event::{Chained, event};
pub(crate) use reconcile::reconcile;
pub(crate) use verify::verify;

use sqlx::AnyConnection;

use crate::store::Where;
use crate::{Refusal, Seq};

/// Which events.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// Only those about that subject, such as `label CSA/1`.
    pub subject: Option<String>,
}

/// Events in order, after the given one.
pub(crate) async fn events(
    connection: &mut AnyConnection,
    filter: &EventFilter,
    after: Seq,
    limit: u32,
) -> Result<Vec<Event>, Refusal> {
    let mut conditions = Where::default();
    conditions.int("seq >", after.number());
    conditions.maybe_text("subject =", filter.subject.as_deref());
    let rows = conditions.select("SELECT body FROM events", "seq", limit).fetch_all(connection).await?;
    rows.iter().map(event).collect()
}

/// The end of the chain: how many events there are, and the hash of the last.
pub(crate) async fn end(connection: &mut AnyConnection) -> Result<Anchor, Refusal> {
    use crate::store::Cells;
    let row = sqlx::query("SELECT seq, hash FROM head WHERE id = 1").fetch_one(connection).await?;
    Ok(Anchor { seq: Seq::new(row.int("seq")?), hash: row.parsed("hash")? })
}
