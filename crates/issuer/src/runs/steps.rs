//! The steps of writing a run out. Units are on record before they are signed: whatever is out there when a key is
//! found to be stolen can be told from what the thief made.

use verilabel_label::Timestamp;
use verilabel_wire::KeyId;

use super::{RunRecord, run};
use crate::desk::Work;
use crate::keys::{key_id, trusted};
use crate::{Decision, Refusal, Role, RunId};

/// With which key a run is signed, and of when its statements are dated: both are others once it is minted anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunSigning {
    /// The key.
    pub key: KeyId,
    /// The time.
    pub issued_at: Timestamp,
}

/// Begins to write a run out, the first time or again: whoever gets signed links is on record before there are any.
#[derive(Debug, Clone)]
pub struct BeginRun {
    /// The run.
    pub run: RunId,
}

impl Decision for BeginRun {
    type Outcome = ();
    const KIND: &'static str = "begin-run";
    const ROLES: &'static [Role] = &[Role::Officer];

    fn subject(&self) -> String {
        subject(self.run)
    }

    async fn decide(&self, work: &mut Work) -> Result<(), Refusal> {
        let record = run(work.db(), self.run).await?;
        trusted(work.issuer().await?.as_ref(), key_id(&record.key)?)?;
        let facts = [("key", record.key), ("written", record.written.to_string())];
        work.record(Self::KIND, self.subject(), facts)?;
        Ok(())
    }
}

/// Notes which units are about to be signed and written out, if they are not on record as written already.
#[derive(Debug, Clone)]
pub struct MarkRunWritten {
    /// The run.
    pub run: RunId,
    /// With what they are signed.
    pub signing: RunSigning,
    /// Units written or about to be, from the first on.
    pub written: u32,
}

impl Decision for MarkRunWritten {
    type Outcome = ();
    const KIND: &'static str = "write-run";
    const ROLES: &'static [Role] = &[Role::Officer];

    fn subject(&self) -> String {
        subject(self.run)
    }

    async fn decide(&self, work: &mut Work) -> Result<(), Refusal> {
        let record = present(work, self.run, &self.signing).await?;
        if self.written > record.units {
            let (value, max) = (self.written.into(), record.units.into());
            return Err(Refusal::OutOfRange { what: "the units written", value, min: 0, max });
        }
        // Somebody may write the same units to a second file.
        if self.written <= record.written {
            return Ok(());
        }
        sqlx::query("UPDATE runs SET written = $1, version = version + 1 WHERE id = $2")
            .bind(i64::from(self.written))
            .bind(self.run.number())
            .execute(work.db())
            .await?;
        let facts = [("key", record.key), ("units", self.written.to_string())];
        work.record(Self::KIND, self.subject(), facts)?;
        Ok(())
    }
}

/// Notes that all units of a run are in a file, durably.
#[derive(Debug, Clone)]
pub struct FinishRun {
    /// The run.
    pub run: RunId,
    /// With what they are signed.
    pub signing: RunSigning,
}

impl Decision for FinishRun {
    type Outcome = ();
    const KIND: &'static str = "finish-run";
    const ROLES: &'static [Role] = &[Role::Officer];

    fn subject(&self) -> String {
        subject(self.run)
    }

    async fn decide(&self, work: &mut Work) -> Result<(), Refusal> {
        let record = present(work, self.run, &self.signing).await?;
        if record.whole {
            return Ok(());
        }
        sqlx::query("UPDATE runs SET written = units, whole = 1, version = version + 1 WHERE id = $1")
            .bind(self.run.number())
            .execute(work.db())
            .await?;
        let facts = [("key", record.key), ("units", record.units.to_string())];
        work.record(Self::KIND, self.subject(), facts)?;
        Ok(())
    }
}

/// The run, if it is still signed like that and its key counts.
async fn present(work: &mut Work, id: RunId, signing: &RunSigning) -> Result<RunRecord, Refusal> {
    let record = run(work.db(), id).await?;
    let key = key_id(&record.key)?;
    if (key, record.issued_at) != (signing.key, signing.issued_at) {
        return Err(Refusal::RunSignedAnew { run: id.number(), key });
    }
    trusted(work.issuer().await?.as_ref(), key)?;
    Ok(record)
}

fn subject(run: RunId) -> String {
    format!("run {run}")
}
