//! What a box's signature covers, as the records have it.

use sqlx::AnyConnection;
use verilabel_label::LabelClaims;
use verilabel_wire::{PublicKey, Sealed, Sign, SignError, StatementDigest, seal};

use super::{RunPlan, run};
use crate::authority::run_plan;
use crate::status::ListBits;
use crate::store::{Cells, row_by_id};
use crate::{Refusal, RunId};

impl RunPlan {
    /// The digest of what is signed for the n-th unit, with the run's key and time.
    pub(crate) fn statement(&self, n: u32) -> Result<StatementDigest, Refusal> {
        let unit = self.unit(n)?;
        let seal = seal(&unit.claims, &unit.path, self.profile(), &Nobody(self.key().clone()))?;
        let sealed = Sealed::<LabelClaims>::parse(&seal, &unit.path);
        Ok(sealed.map_err(|e| Refusal::damaged("a unit", &e))?.statement())
    }
}

/// A run as it is signed, and as it was before it was minted anew; each with how many units were written so.
pub(crate) async fn signings(
    connection: &mut AnyConnection,
    bits: ListBits,
    id: RunId,
) -> Result<Vec<(RunPlan, u32)>, Refusal> {
    let present = run(&mut *connection, id).await?;
    let row = row_by_id(&mut *connection, "SELECT * FROM runs WHERE id = $1", "run", id.number()).await?;
    let mut records = vec![present.clone()];
    let (key, written) = (row.text("old_key")?, row.number("old_written")?);
    if !key.is_empty() {
        records.push(super::RunRecord { key, written, issued_at: row.time("old_issued_at")?, ..present });
    }
    let mut plans = Vec::with_capacity(records.len());
    for record in records {
        let written = record.written;
        plans.push((run_plan(&mut *connection, bits, record).await?, written));
    }
    Ok(plans)
}

/// Fills the place of a signature. What a unit states follows from the records; its signature is nowhere on
/// record, and the key that made it may sign no more.
struct Nobody(PublicKey);

impl Sign for Nobody {
    fn key(&self) -> &PublicKey {
        &self.0
    }

    fn sign(&self, _: &[u8]) -> Result<[u8; 64], SignError> {
        Ok([0; 64])
    }
}
