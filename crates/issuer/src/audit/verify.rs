//! Looking for what was changed in the chain.

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::{ChainHash, Event, end};
use crate::store::Cells;
use crate::{Refusal, Seq};

/// Events read at a time.
const PAGE: i64 = 1_000;
/// Faults after which looking further would say nothing more.
const MOST_FAULTS: usize = 100;

/// A hash of the chain that somebody else has kept, such as with a publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// The event.
    pub seq: Seq,
    /// Its hash.
    pub hash: ChainHash,
}

/// What is wrong with the chain, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainFault {
    /// Events were taken out.
    #[error("event {expected} is missing; event {found} follows")]
    Missing {
        /// The first that is missing.
        expected: Seq,
        /// The next that is there.
        found: Seq,
    },
    /// The event's bytes do not give its hash: it, or one before it, was changed or moved.
    #[error("event {seq} does not follow from the one before: one of the two was changed or moved")]
    Broken {
        /// The event.
        seq: Seq,
    },
    /// The event's bytes say something else than its row.
    #[error("event {seq} says something else than the columns of its row")]
    Contradicts {
        /// The event.
        seq: Seq,
    },
    /// The chain ends before its head, or beyond it.
    #[error("the chain ends with event {last}; its head says {head}")]
    End {
        /// The last event there is.
        last: Seq,
        /// The last event by the head.
        head: Seq,
    },
    /// The head has another hash than the last event.
    #[error("the head's hash is not that of the last event, {last}")]
    HeadHash {
        /// The last event.
        last: Seq,
    },
    /// The chain is not the one that the anchor was taken from.
    #[error("event {seq} is not the one whose hash was kept elsewhere")]
    Anchor {
        /// The event of the anchor.
        seq: Seq,
    },
}

impl ChainFault {
    /// The stable code of this fault.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "chain-event-missing",
            Self::Broken { .. } => "chain-broken",
            Self::Contradicts { .. } => "chain-row-contradicts",
            Self::End { .. } => "chain-end",
            Self::HeadHash { .. } => "chain-head-hash",
            Self::Anchor { .. } => "chain-anchor",
        }
    }
}

/// What looking through the chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainReport {
    /// Events looked at.
    pub events: u64,
    /// The last event, and its hash: worth keeping elsewhere.
    pub end: Anchor,
    /// Faults in the order in which they were met, at most a hundred.
    pub faults: Vec<ChainFault>,
}

/// Looks through the whole chain, a page at a time. The connection should read one state of everything.
pub(crate) async fn verify(
    connection: &mut AnyConnection,
    anchors: &[Anchor],
) -> Result<ChainReport, Refusal> {
    let mut walk = Walk {
        report: ChainReport {
            events: 0,
            end: Anchor { seq: Seq::new(0), hash: ChainHash::GENESIS },
            faults: Vec::new(),
        },
        anchors,
    };
    loop {
        let rows = sqlx::query("SELECT * FROM events WHERE seq > $1 ORDER BY seq LIMIT $2")
            .bind(walk.report.end.seq.number())
            .bind(PAGE)
            .fetch_all(&mut *connection)
            .await?;
        if rows.is_empty() || walk.report.faults.len() >= MOST_FAULTS {
            break;
        }
        for row in &rows {
            walk.step(row)?;
        }
    }
    let head = end(connection).await?;
    Ok(walk.finish(head))
}

struct Walk<'a> {
    report: ChainReport,
    anchors: &'a [Anchor],
}

impl Walk<'_> {
    fn step(&mut self, row: &AnyRow) -> Result<(), Refusal> {
        let seq = Seq::new(row.int("seq")?);
        let expected = Seq::new(self.report.end.seq.number() + 1);
        if seq != expected {
            self.fault(ChainFault::Missing { expected, found: seq });
        }
        let body = row.text("body")?;
        let stored: Option<ChainHash> = row.text("hash")?.parse().ok();
        let hash = self.report.end.hash.followed_by(&body);
        if stored != Some(hash) {
            self.fault(ChainFault::Broken { seq });
        }
        if !agrees(row, &body)? {
            self.fault(ChainFault::Contradicts { seq });
        }
        // After a fault the chain goes on from what is stored, so that each fault is named once.
        let hash = stored.unwrap_or(hash);
        if self.anchors.iter().any(|anchor| anchor.seq == seq && anchor.hash != hash) {
            self.fault(ChainFault::Anchor { seq });
        }
        self.report.end = Anchor { seq, hash };
        self.report.events += 1;
        Ok(())
    }

    fn finish(mut self, head: Anchor) -> ChainReport {
        let last = self.report.end;
        if last.seq != head.seq {
            self.fault(ChainFault::End { last: last.seq, head: head.seq });
        } else if last.hash != head.hash {
            self.fault(ChainFault::HeadHash { last: last.seq });
        }
        if let Some(beyond) = self.anchors.iter().find(|anchor| anchor.seq > last.seq) {
            self.fault(ChainFault::Anchor { seq: beyond.seq });
        }
        self.report
    }

    fn fault(&mut self, fault: ChainFault) {
        if self.report.faults.len() < MOST_FAULTS {
            self.report.faults.push(fault);
        }
    }
}

/// Whether the columns, by which events are found, say what the hashed bytes say.
fn agrees(row: &AnyRow, body: &str) -> Result<bool, Refusal> {
    let Ok(event) = serde_json::from_str::<Event>(body) else { return Ok(false) };
    Ok(event.seq.number() == row.int("seq")?
        && event.at.seconds() == row.int("at")?
        && event.actor == row.text("actor")?
        && event.kind == row.text("kind")?
        && event.subject == row.text("subject")?
        && event.refused == row.maybe_text("refused")?)
}
