//! Writing a run out, block by block: on record, then signed, then in the file.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use super::Authority;
use crate::keys::Signers;
use crate::runs::{self, BeginRun, FinishRun, MarkRunWritten};
use crate::{Actor, Clock, Order, RunError, RunFile, RunId};

/// A run that is to be written out.
#[derive(Debug, Clone)]
pub struct WriteRun {
    /// The run.
    pub run: RunId,
    /// The officer who writes it.
    pub actor: Actor,
    /// The file, which may have been begun.
    pub path: PathBuf,
    /// How many cores sign.
    pub cores: NonZeroUsize,
}

impl Authority {
    /// Writes the units of a run that its file has not yet; gives how many it had before. Before each block the
    /// records are asked whether the run's key counts still: what a stolen key signs is not written any further, and
    /// what is written was on record before. `progress` hears how many units the file has.
    ///
    /// # Errors
    /// [`Refusal::RunSignedAnew`](crate::Refusal::RunSignedAnew) and
    /// [`Refusal::KeyCompromised`](crate::Refusal::KeyCompromised), before a block; those of the signers and of the
    /// file. Whole lines stay good, and the same call goes on from there.
    pub async fn write_run(
        &self,
        write: WriteRun,
        signers: Arc<dyn Signers>,
        clock: &Clock,
        progress: impl Fn(u32) + Send + 'static,
    ) -> Result<u32, RunError> {
        let WriteRun { run, actor, path, cores } = write;
        let order = || Order { actor: actor.clone(), at: clock.now() };
        self.decide(order(), BeginRun { run }).await?;
        let plan = Arc::new(self.run_plan(run).await?);
        let (signing, units) = (plan.signing(), plan.record().units);
        let planned = Arc::clone(&plan);
        let (mut file, signer) = aside(move || {
            let file = RunFile::open(&path, &planned)?;
            Ok((file, signers.signer(signing.key)?))
        })
        .await?;
        let before = file.written();
        let mut progress = progress;
        while file.written() < units {
            let until = units.min(file.written().saturating_add(runs::block(cores)));
            self.decide(order(), MarkRunWritten { run, signing, written: until }).await?;
            let (plan, signer) = (Arc::clone(&plan), Arc::clone(&signer));
            (file, progress) = aside(move || {
                file.write_until(&plan, until, signer.as_ref(), cores, &progress)?;
                Ok((file, progress))
            })
            .await?;
        }
        aside(move || file.sync()).await?;
        self.decide(order(), FinishRun { run, signing }).await?;
        Ok(before)
    }
}

/// Runs what blocks where it does not hold up others.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, RunError> + Send + 'static,
) -> Result<T, RunError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| RunError::Thread)?
}
