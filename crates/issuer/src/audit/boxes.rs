//! Holding the links of boxes against the runs on record.

use sqlx::AnyConnection;
use verilabel_label::StatusRef;
use verilabel_wire::StatementDigest;

use crate::lists::places;
use crate::runs::{self, RunPlan};
use crate::status::ListBits;
use crate::{Refusal, RunId};

/// Boxes on record. Those of one file are of one run: the run of the last is kept.
#[derive(Debug, Default)]
pub(super) struct Boxes {
    last: Option<(RunId, Vec<(RunPlan, u32)>)>,
}

impl Boxes {
    /// Whether a box is on record: the run that owns its status entry states of that unit what was signed, word by
    /// word, with its present key or the one before it was minted anew, and was written that far.
    pub(super) async fn have(
        &mut self,
        connection: &mut AnyConnection,
        bits: ListBits,
        status: StatusRef,
        signed: &StatementDigest,
    ) -> Result<bool, Refusal> {
        if status.list == 0 {
            return Ok(false);
        }
        let places = places(&mut *connection, bits, bits.first_of(status.list), 1).await?;
        let Some(allocation) = places.allocation(status) else { return Ok(false) };
        let Some(run) = runs::run_of_allocation(&mut *connection, allocation).await? else {
            return Ok(false);
        };
        let unit = u32::try_from(allocation - run.first_index).map_err(|e| Refusal::damaged("a unit", &e))?;
        for (plan, written) in self.signings(connection, bits, run.id).await? {
            if unit < *written && plan.statement(unit)? == *signed {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn signings(
        &mut self,
        connection: &mut AnyConnection,
        bits: ListBits,
        run: RunId,
    ) -> Result<&[(RunPlan, u32)], Refusal> {
        let known = match self.last.take() {
            Some((id, known)) if id == run => known,
            _ => runs::signings(connection, bits, run).await?,
        };
        Ok(&self.last.insert((run, known)).1)
    }
}
