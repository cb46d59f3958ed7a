//! Carrying out approved changes, now or when they fall due.

use verilabel_label::Status;

use super::ChangeRecord;
use crate::desk::Work;
use crate::lifecycle::{ChangeKind, ChangeState, StandingRule, after};
use crate::store::Cells;
use crate::{ChangeId, Decision, LabelId, LabelRecord, Refusal, Role, awards, runs};

/// Most changes of one call.
const AT_ONCE: u32 = 200;

/// Carries out what is scheduled and due. A change that its label's standing does not allow any more becomes
/// void, and the audit chain says why.
#[derive(Debug, Clone, Copy, Default)]
pub struct ApplyDue;

/// What fell due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Changes carried out.
    pub applied: u32,
    /// Changes that have become void.
    pub void: u32,
    /// Whether more may be due.
    pub more: bool,
}

impl Decision for ApplyDue {
    type Outcome = Due;
    const KIND: &'static str = "apply-due";
    const ROLES: &'static [Role] = &[Role::Operator];
    const BY_SYSTEM: bool = true;

    fn subject(&self) -> String {
        "changes that are due".to_owned()
    }

    async fn decide(&self, work: &mut Work) -> Result<Due, Refusal> {
        let rows = sqlx::query(
            "SELECT * FROM changes WHERE state = 'scheduled' AND effective_at <= $1
             ORDER BY effective_at, id LIMIT $2",
        )
        .bind(work.now().seconds())
        .bind(i64::from(AT_ONCE))
        .fetch_all(work.db())
        .await?;
        let more = rows.len() >= usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
        let mut due = Due { applied: 0, void: 0, more };
        for row in &rows {
            let record = super::read(row)?;
            let subject = format!("label {}", record.number);
            let id = ("change", record.id.to_string());
            let state = match apply(work, &record).await {
                Ok(_) => {
                    due.applied += 1;
                    work.record("apply-change", subject, [id])?;
                    "applied"
                }
                Err(Refusal::Standing(rule)) => {
                    due.void += 1;
                    work.record("void-change", subject, [id, ("why", rule.to_string())])?;
                    "void"
                }
                Err(other) => return Err(other),
            };
            sqlx::query("UPDATE changes SET state = $1, version = version + 1 WHERE id = $2")
                .bind(state)
                .bind(row.int("id")?)
                .execute(work.db())
                .await?;
        }
        Ok(due)
    }
}

/// Changes the status of a label, or of some of its units; gives the label's status. Refuses before it writes.
pub(super) async fn apply(work: &mut Work, record: &ChangeRecord) -> Result<Status, Refusal> {
    let label = awards::label_by_id(work.db(), record.label).await?;
    let status = outcome(work, record.kind, &label).await?;
    let (seq, _) = work.chain_end();
    let next_seq = seq.number() + 1;
    if let Some(range) = record.units {
        let id = work.new_id();
        sqlx::query(
            "INSERT INTO withdrawn_units (id, run, first_unit, units, change) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(id)
        .bind(range.run.number())
        .bind(i64::from(range.first))
        .bind(i64::from(range.units))
        .bind(record.id.number())
        .execute(work.db())
        .await?;
        let run = runs::run(work.db(), range.run).await?;
        let from = run.first_index + i64::from(range.first);
        touch(work, from, range.units, next_seq).await?;
        return Ok(status);
    }
    sqlx::query("UPDATE labels SET status = $1, changed_at = $2, version = version + 1 WHERE id = $3")
        .bind(i64::from(status.value()))
        .bind(work.now().seconds())
        .bind(label.id.number())
        .execute(work.db())
        .await?;
    sqlx::query("UPDATE status_lists SET changed_seq = $1 WHERE list = $2")
        .bind(next_seq)
        .bind(i64::from(label.status_ref.list))
        .execute(work.db())
        .await?;
    for run in runs::runs_of_label(work.db(), label.id).await? {
        touch(work, run.first_index, run.units, next_seq).await?;
    }
    if record.kind == ChangeKind::Suspend {
        void_reinstatements(work, record).await?;
    }
    if record.kind == ChangeKind::Withdraw {
        sqlx::query("UPDATE award_gtins SET counts = 0 WHERE number = $1 AND counts = 1")
            .bind(label.number.as_str())
            .execute(work.db())
            .await?;
    }
    Ok(status)
}

/// The status of a label after a change. A suspended label is suspended again where its reinstatement is under way,
/// which that reason speaks against.
pub(super) async fn outcome(
    work: &mut Work,
    kind: ChangeKind,
    label: &LabelRecord,
) -> Result<Status, Refusal> {
    match after(kind, label.status) {
        Err(StandingRule::AlreadySuspended) if !reinstatements(work, label.id).await?.is_empty() => {
            Ok(Status::Suspended)
        }
        other => Ok(other?),
    }
}

/// Reinstatements of a label that are proposed or scheduled.
async fn reinstatements(work: &mut Work, label: LabelId) -> Result<Vec<ChangeId>, Refusal> {
    let rows = sqlx::query(
        "SELECT id FROM changes WHERE label = $1 AND kind = $2 AND state IN ('proposed', 'scheduled') ORDER BY id",
    )
    .bind(label.number())
    .bind(ChangeKind::Reinstate.name())
    .fetch_all(work.db())
    .await?;
    rows.iter().map(|row| Ok(ChangeId::new(row.int("id")?))).collect()
}

/// Whoever wanted the label in force again did not know of this suspension.
async fn void_reinstatements(work: &mut Work, suspension: &ChangeRecord) -> Result<(), Refusal> {
    for change in reinstatements(work, suspension.label).await? {
        sqlx::query("UPDATE changes SET state = $1, version = version + 1 WHERE id = $2")
            .bind(ChangeState::Void.name())
            .bind(change.number())
            .execute(work.db())
            .await?;
        let why = format!("suspended by change {}", suspension.id);
        let facts = [("change", change.to_string()), ("why", why)];
        work.record("void-change", format!("label {}", suspension.number), facts)?;
    }
    Ok(())
}

/// Notes that the lists of some allocations have changed.
async fn touch(work: &mut Work, first: i64, units: u32, seq: i64) -> Result<(), Refusal> {
    let bits = work.context().bits;
    let (from, _) = bits.split(first)?;
    let (to, _) = bits.split(first + i64::from(units.max(1)) - 1)?;
    sqlx::query("UPDATE status_lists SET changed_seq = $1 WHERE list >= $2 AND list <= $3")
        .bind(seq)
        .bind(i64::from(from))
        .bind(i64::from(to))
        .execute(work.db())
        .await?;
    Ok(())
}
