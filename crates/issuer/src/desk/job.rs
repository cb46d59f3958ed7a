//! A decision in the queue, whatever its type.

use std::future::Future;
use std::pin::Pin;

use tokio::sync::oneshot;

use super::Work;
use crate::{Answer, Decision, Once, Order, Refusal};

/// Something to be done within a group, and answered when the group is settled.
pub(super) trait Job: Send + Sync {
    /// Does it; fails only with what ends the whole group.
    fn run<'a>(
        &'a mut self,
        work: &'a mut Work,
    ) -> Pin<Box<dyn Future<Output = Result<(), Refusal>> + Send + 'a>>;

    /// Tells whoever waits; with the group's fault if it was not settled.
    fn answer(self: Box<Self>, settled: Result<(), &Refusal>);
}

/// A decision, who waits for it, and what came of it.
pub(super) struct Submitted<D: Decision> {
    order: Order,
    decision: D,
    once: Option<Once<D::Outcome>>,
    outcome: Option<Result<Answer<D::Outcome>, Refusal>>,
    waiting: oneshot::Sender<Result<Answer<D::Outcome>, Refusal>>,
}

impl<D: Decision> Submitted<D> {
    pub(super) fn new(
        order: Order,
        decision: D,
        once: Option<Once<D::Outcome>>,
        waiting: oneshot::Sender<Result<Answer<D::Outcome>, Refusal>>,
    ) -> Self {
        Self { order, decision, once, outcome: None, waiting }
    }

    async fn carry_out(&self, work: &mut Work) -> Result<Result<Answer<D::Outcome>, Refusal>, Refusal> {
        work.take_order(self.order.clone());
        let Some(once) = &self.once else {
            return Ok(work.attempt(&self.decision, true).await?.map(Answer::Done));
        };
        match work.replay(once).await {
            Ok(Some(reply)) => return Ok(Ok(Answer::Replayed(reply))),
            Ok(None) => {}
            Err(refusal) if refusal.ends_the_group() => return Err(refusal),
            Err(refusal) => {
                work.record_refusal::<D>(&self.decision, &refusal)?;
                return Ok(Err(refusal));
            }
        }
        let outcome = work.attempt(&self.decision, true).await?;
        work.keep_reply(once, outcome.as_ref()).await?;
        Ok(outcome.map(Answer::Done))
    }
}

impl<D: Decision> Job for Submitted<D> {
    fn run<'a>(
        &'a mut self,
        work: &'a mut Work,
    ) -> Pin<Box<dyn Future<Output = Result<(), Refusal>> + Send + 'a>> {
        Box::pin(async move {
            let outcome = self.carry_out(work).await?;
            self.outcome = Some(outcome);
            Ok(())
        })
    }

    fn answer(self: Box<Self>, settled: Result<(), &Refusal>) {
        let unavailable = || Refusal::Unavailable { reason: "the group was given up".to_owned() };
        let answer = match settled {
            Ok(()) => self.outcome.unwrap_or_else(|| Err(unavailable())),
            Err(refusal) => Err(refusal.clone()),
        };
        // Whoever asked may have gone; the decision stands all the same.
        let _ = self.waiting.send(answer);
    }
}
