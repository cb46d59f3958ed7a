//! Proposing changes of standing, and deciding about them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use verilabel_label::{LabelNumber, Status};

use super::apply::{apply, outcome};
use super::{ChangeRecord, change};
use crate::desk::Work;
use crate::lifecycle::{
    Advisory, ChangeKind, ChangeState, Proposal, StandingRule, Timing, timing, two_people,
};
use crate::schema;
use crate::{ChangeId, Decision, Refusal, Role, RunId, Version, awards, runs};

/// Some units of a run, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitRange {
    /// The run.
    pub run: RunId,
    /// The first unit.
    pub first: u32,
    /// How many.
    pub units: u32,
}

/// Proposes a change of standing. A suspension by an approver takes effect at once; anything else waits for
/// an approver, who is not the one that proposed it.
#[derive(Debug, Clone)]
pub struct ProposeChange {
    /// The label.
    pub label: LabelNumber,
    /// The version of the label that was seen.
    pub expected: Option<Version>,
    /// What is proposed.
    pub kind: ChangeKind,
    /// The units, for [`ChangeKind::WithdrawUnits`] only.
    pub units: Option<UnitRange>,
    /// Why, and from when on.
    pub proposal: Proposal,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Changed {
    /// The change.
    pub id: ChangeId,
    /// Where it stands.
    pub state: ChangeState,
    /// The status of the label now.
    #[schema(value_type = schema::Status)]
    pub status: Status,
    /// The version of the change.
    pub version: Version,
}

impl Decision for ProposeChange {
    type Outcome = Changed;
    const KIND: &'static str = "propose-change";
    const ROLES: &'static [Role] = &[Role::Officer, Role::Approver];

    fn subject(&self) -> String {
        format!("label {}", self.label)
    }

    async fn decide(&self, work: &mut Work) -> Result<Changed, Refusal> {
        let label = awards::label(work.db(), &self.label).await?;
        label.version.must_be(self.expected)?;
        let now = work.now();
        let effective_at = self.proposal.effective_at.unwrap_or(now);
        timing(self.kind, effective_at, now)?;
        // A reinstatement answers a suspension: there must be one, however long it waits.
        if effective_at <= now || self.kind == ChangeKind::Reinstate {
            outcome(work, self.kind, &label).await?;
        } else if label.status == Status::Invalid {
            return Err(StandingRule::Withdrawn.into());
        }
        self.check_units(work, label.id).await?;
        let record = ChangeRecord {
            id: ChangeId::new(work.new_id()),
            label: label.id,
            number: self.label.clone(),
            kind: self.kind,
            units: self.units,
            proposal: Proposal { effective_at: Some(effective_at), ..self.proposal.clone() },
            state: ChangeState::Proposed,
            preparer: work.actor().user()?.id,
            prepared_at: now,
            approver: None,
            decided_at: None,
            version: Version::FIRST,
        };
        insert(work, &record).await?;
        let facts = [
            ("advisory", record.proposal.advisory.as_ref().map_or("", Advisory::as_str).to_owned()),
            ("change", record.id.to_string()),
            ("effective", effective_at.to_string()),
            ("kind", self.kind.to_string()),
            ("note", record.proposal.note.as_str().to_owned()),
            ("reason", record.proposal.reason.to_string()),
        ];
        work.record(Self::KIND, self.subject(), facts)?;
        if !self.kind.needs_two_people() && work.actor().has(Role::Approver) {
            return approve(work, &record).await;
        }
        Ok(Changed { id: record.id, state: record.state, status: label.status, version: record.version })
    }
}

impl ProposeChange {
    async fn check_units(&self, work: &mut Work, label: crate::LabelId) -> Result<(), Refusal> {
        let range = match (self.kind, self.units) {
            (ChangeKind::WithdrawUnits, Some(range)) => range,
            (ChangeKind::WithdrawUnits, None) => return Err(Refusal::not_found("range of units", &"given")),
            (_, None) => return Ok(()),
            (_, Some(_)) => return Err(Refusal::not_found("range of units", &"for a whole label")),
        };
        let run = runs::run(work.db(), range.run).await?;
        if run.label != label {
            return Err(Refusal::not_found("run of this label", &range.run));
        }
        let last = u64::from(range.first) + u64::from(range.units);
        if range.units == 0 || last > u64::from(run.units) {
            let value = i64::try_from(last).unwrap_or(i64::MAX);
            return Err(Refusal::OutOfRange {
                what: "the end of the units",
                value,
                min: 1,
                max: run.units.into(),
            });
        }
        Ok(())
    }
}

async fn insert(work: &mut Work, record: &ChangeRecord) -> Result<(), Refusal> {
    let proposal = &record.proposal;
    sqlx::query(
        "INSERT INTO changes (id, label, number, kind, run, first_unit, units, reason, note, advisory,
         effective_at, state, preparer, prepared_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1)",
    )
    .bind(record.id.number())
    .bind(record.label.number())
    .bind(record.number.as_str())
    .bind(record.kind.name())
    .bind(record.units.map(|range| range.run.number()))
    .bind(record.units.map(|range| i64::from(range.first)))
    .bind(record.units.map(|range| i64::from(range.units)))
    .bind(proposal.reason.name())
    .bind(proposal.note.as_str())
    .bind(proposal.advisory.as_ref().map(|advisory| advisory.as_str().to_owned()))
    .bind(proposal.effective_at.unwrap_or(record.prepared_at).seconds())
    .bind(record.state.name())
    .bind(record.preparer.number())
    .bind(record.prepared_at.seconds())
    .execute(work.db())
    .await?;
    Ok(())
}

/// Approves a proposed change or decides against it; calls off one that is scheduled. What two people have decided its
/// preparer does not call off alone.
#[derive(Debug, Clone)]
pub struct DecideChange {
    /// Which.
    pub change: ChangeId,
    /// The version that the approver saw.
    pub expected: Option<Version>,
    /// Whether it is to be.
    pub approve: bool,
}

impl Decision for DecideChange {
    type Outcome = Changed;
    const KIND: &'static str = "decide-change";
    const ROLES: &'static [Role] = &[Role::Approver];

    fn subject(&self) -> String {
        format!("change {}", self.change)
    }

    async fn decide(&self, work: &mut Work) -> Result<Changed, Refusal> {
        let record = change(work.db(), self.change).await?;
        record.version.must_be(self.expected)?;
        let calls_off = record.state == ChangeState::Scheduled && !self.approve;
        if record.state != ChangeState::Proposed && !calls_off {
            return Err(StandingRule::NotProposed { state: record.state }.into());
        }
        if (self.approve || calls_off) && record.kind.needs_two_people() {
            two_people(&[record.preparer], work.actor().user()?.id)?;
        }
        if self.approve {
            return approve(work, &record).await;
        }
        let status = awards::label_by_id(work.db(), record.label).await?.status;
        settle(work, &record, ChangeState::Rejected).await?;
        work.record(
            "reject-change",
            format!("label {}", record.number),
            [("change", record.id.to_string())],
        )?;
        Ok(Changed { id: record.id, state: ChangeState::Rejected, status, version: next(&record) })
    }
}

/// An approver has said yes: it takes effect now, or when its time comes.
async fn approve(work: &mut Work, record: &ChangeRecord) -> Result<Changed, Refusal> {
    let effective_at = record.proposal.effective_at.unwrap_or(record.prepared_at);
    let (state, status) = match timing(record.kind, effective_at, work.now())? {
        Timing::Now => (ChangeState::Applied, apply(work, record).await?),
        Timing::Later => {
            let label = awards::label_by_id(work.db(), record.label).await?;
            outcome(work, record.kind, &label).await?;
            (ChangeState::Scheduled, label.status)
        }
    };
    settle(work, record, state).await?;
    let facts = [("change", record.id.to_string()), ("state", state.to_string())];
    work.record("approve-change", format!("label {}", record.number), facts)?;
    Ok(Changed { id: record.id, state, status, version: next(record) })
}

/// Who approved what is called off later, and when, stays; the audit chain has who called it off.
async fn settle(work: &mut Work, record: &ChangeRecord, state: ChangeState) -> Result<(), Refusal> {
    sqlx::query(
        "UPDATE changes SET state = $1, approver = COALESCE(approver, $2), decided_at = COALESCE(decided_at, $3),
         version = version + 1 WHERE id = $4",
    )
    .bind(state.name())
    .bind(work.actor().user()?.id.number())
    .bind(work.now().seconds())
    .bind(record.id.number())
    .execute(work.db())
    .await?;
    Ok(())
}

fn next(record: &ChangeRecord) -> Version {
    Version::new(record.version.number() + 1)
}
