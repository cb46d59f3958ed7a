//! Deciding about runs.

use verilabel_label::{Gtin, LabelNumber, Status};
use verilabel_trust::Purpose;

use super::serials::Counting;
use super::{RunRecord, Serials, runs_of_gtin};
use crate::desk::Work;
use crate::keys::in_use;
use crate::lifecycle::StandingRule;
use crate::store::Cells;
use crate::{AwardId, Decision, Refusal, Role, RunId, Version, awards};

/// Most units of one run.
const MAX_UNITS: u32 = 100_000_000;

/// Puts a run of unit labels on record: its serial numbers, its key and a status entry for each unit.
#[derive(Debug, Clone)]
pub struct CreateRun {
    /// The label of the units.
    pub label: LabelNumber,
    /// Their GTIN: one of the label's.
    pub gtin: Gtin,
    /// How they are numbered.
    pub serials: Serials,
    /// How many.
    pub units: u32,
}

impl Decision for CreateRun {
    type Outcome = RunRecord;
    const KIND: &'static str = "create-run";
    const ROLES: &'static [Role] = &[Role::Officer];

    fn subject(&self) -> String {
        format!("label {}", self.label)
    }

    async fn decide(&self, work: &mut Work) -> Result<RunRecord, Refusal> {
        if !(1..=MAX_UNITS).contains(&self.units) {
            let (value, max) = (self.units.into(), MAX_UNITS.into());
            return Err(Refusal::OutOfRange { what: "the number of units", value, min: 1, max });
        }
        let label = awards::label(work.db(), &self.label).await?;
        // Entries are in force from the moment they are given out: their list may be out there already.
        match label.status {
            Status::Valid => {}
            Status::Suspended => return Err(StandingRule::Suspended.into()),
            _ => return Err(StandingRule::Withdrawn.into()),
        }
        let award = self.award(work, label.award).await?;
        let award = awards::award(work.db(), award).await?;
        if !award.draft.gtins().contains(&self.gtin) {
            return Err(Refusal::not_found("GTIN of this label", &self.gtin));
        }
        self.check_serials(work).await?;
        let now = work.now();
        let key = in_use(work.issuer().await?.as_ref(), Purpose::Seal, now)?.id();
        let first_index = work.allocate(self.units).await?;
        let record = RunRecord {
            id: RunId::new(work.new_id()),
            label: label.id,
            award: award.id,
            gtin: self.gtin,
            serials: self.serials.clone(),
            units: self.units,
            first_index,
            key: key.to_string(),
            issued_at: now,
            written: 0,
            whole: false,
            version: Version::FIRST,
        };
        insert(work, &record).await?;
        let facts = [
            ("gtin", self.gtin.to_string()),
            ("key", record.key.clone()),
            ("run", record.id.to_string()),
            ("units", self.units.to_string()),
        ];
        work.record(Self::KIND, self.subject(), facts)?;
        Ok(record)
    }
}

impl CreateRun {
    /// The award that boxes made now state: the newest in force, which a renewal for a later day is not yet. Where none
    /// is in force, the label's present one.
    async fn award(&self, work: &mut Work, present: AwardId) -> Result<AwardId, Refusal> {
        let row = sqlx::query(
            "SELECT award FROM award_gtins WHERE number = $1 AND gtin = $2 AND counts = 1 AND valid_from <= $3
             AND valid_until > $3 ORDER BY award DESC LIMIT 1",
        )
        .bind(self.label.as_str())
        .bind(self.gtin.as_str())
        .bind(work.now().seconds())
        .fetch_optional(work.db())
        .await?;
        row.map_or(Ok(present), |row| Ok(AwardId::new(row.int("award")?)))
    }

    async fn check_serials(&self, work: &mut Work) -> Result<(), Refusal> {
        let Serials::Consecutive(first) = &self.serials else { return Ok(()) };
        let counting = Counting::new(first, self.units)?;
        for other in runs_of_gtin(work.db(), self.gtin).await? {
            let Serials::Consecutive(first) = &other.serials else { continue };
            if counting.meets(self.units, &Counting::new(first, other.units)?, other.units) {
                return Err(Refusal::SerialsOverlap { run: other.id.number() });
            }
        }
        Ok(())
    }
}

async fn insert(work: &mut Work, record: &RunRecord) -> Result<(), Refusal> {
    let serials = serde_json::to_string(&record.serials).map_err(|e| Refusal::damaged("serials", &e))?;
    sqlx::query(
        "INSERT INTO runs (id, label, award, gtin, serials, units, first_index, key, issued_at, written, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 1)",
    )
    .bind(record.id.number())
    .bind(record.label.number())
    .bind(record.award.number())
    .bind(record.gtin.as_str())
    .bind(serials)
    .bind(i64::from(record.units))
    .bind(record.first_index)
    .bind(record.key.clone())
    .bind(record.issued_at.seconds())
    .execute(work.db())
    .await?;
    Ok(())
}
