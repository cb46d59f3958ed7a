//! Changes of standing on record.

mod apply;
mod decide;

pub use apply::{ApplyDue, Due};
pub use decide::{Changed, DecideChange, ProposeChange, UnitRange};

use serde::Serialize;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use verilabel_label::{LabelNumber, Timestamp};

use crate::lifecycle::{Advisory, ChangeKind, ChangeState, Note, Proposal};
use crate::store::{Cells, Where, row_by_id};
use crate::{ChangeId, LabelId, Refusal, RunId, UserId, Version};

/// A proposed change of standing on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeRecord {
    /// Its row.
    pub id: ChangeId,
    /// The label.
    pub label: LabelId,
    /// The label's number.
    pub number: LabelNumber,
    /// What is proposed.
    pub kind: ChangeKind,
    /// The units, where only some are concerned.
    pub units: Option<UnitRange>,
    /// Why, and from when on; the time is filled in.
    pub proposal: Proposal,
    /// Where it stands.
    pub state: ChangeState,
    /// Who proposed it.
    pub preparer: UserId,
    /// When.
    pub prepared_at: Timestamp,
    /// Who decided.
    pub approver: Option<UserId>,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// Counts the changes.
    pub version: Version,
}

/// Which changes.
#[derive(Debug, Clone, Default)]
pub struct ChangeFilter {
    /// Only those in that state.
    pub state: Option<ChangeState>,
    /// Only those of that label.
    pub number: Option<LabelNumber>,
}

pub(crate) async fn change(connection: &mut AnyConnection, id: ChangeId) -> Result<ChangeRecord, Refusal> {
    let row = row_by_id(connection, "SELECT * FROM changes WHERE id = $1", "change", id.number()).await?;
    read(&row)
}

pub(crate) async fn changes(
    connection: &mut AnyConnection,
    filter: &ChangeFilter,
    after: ChangeId,
    limit: u32,
) -> Result<Vec<ChangeRecord>, Refusal> {
    let mut conditions = Where::default();
    conditions.int("id >", after.number());
    conditions.maybe_text("state =", filter.state.map(ChangeState::name));
    conditions.maybe_text("number =", filter.number.as_ref().map(LabelNumber::as_str));
    let rows = conditions.select("SELECT * FROM changes", "id", limit).fetch_all(connection).await?;
    rows.iter().map(read).collect()
}

fn read(row: &AnyRow) -> Result<ChangeRecord, Refusal> {
    let units = match (row.maybe_int("run")?, row.maybe_int("first_unit")?, row.maybe_int("units")?) {
        (Some(run), Some(first), Some(units)) => {
            let number = |n: i64| u32::try_from(n).map_err(|e| Refusal::damaged("units", &e));
            Some(UnitRange { run: RunId::new(run), first: number(first)?, units: number(units)? })
        }
        _ => None,
    };
    Ok(ChangeRecord {
        id: ChangeId::new(row.int("id")?),
        label: LabelId::new(row.int("label")?),
        number: row.parsed("number")?,
        kind: row.parsed("kind")?,
        units,
        proposal: Proposal {
            reason: row.parsed("reason")?,
            note: Note::new(row.text("note")?).map_err(|e| Refusal::damaged("note", &e))?,
            advisory: row.maybe_text("advisory")?.map(Advisory::new).transpose()?,
            effective_at: Some(row.time("effective_at")?),
        },
        state: row.parsed("state")?,
        preparer: UserId::new(row.int("preparer")?),
        prepared_at: row.time("prepared_at")?,
        approver: row.maybe_int("approver")?.map(UserId::new),
        decided_at: row.maybe_time("decided_at")?,
        version: Version::new(row.int("version")?),
    })
}
