//! What the authority decides: one type for each decision, all carried out at one desk.

use std::future::Future;
use std::marker::PhantomData;

use verilabel_label::Timestamp;

use crate::desk::Work;
use crate::{Actor, Refusal, Role};

/// A decision that changes the authority's records.
///
/// It runs within a transaction of the desk: whatever it refuses leaves no trace but the refusal's event.
pub trait Decision: Send + Sync + 'static {
    /// What the decision gives when it is made.
    type Outcome: Send + Sync + 'static;

    /// Its name in the audit chain.
    const KIND: &'static str;

    /// Who may make it: users with any of these roles.
    const ROLES: &'static [Role];

    /// Whether the authority's own machinery makes it, too.
    const BY_SYSTEM: bool = false;

    /// What it is about, for the audit chain.
    fn subject(&self) -> String;

    /// Makes it.
    fn decide(&self, work: &mut Work) -> impl Future<Output = Result<Self::Outcome, Refusal>> + Send;
}

/// Whether the actor may make decisions of a kind at all: asked before anything costly is done for one. Who may not
/// is refused on record, as the decision itself would be.
pub(crate) struct Permission<D> {
    subject: String,
    kind: PhantomData<fn() -> D>,
}

impl<D> Permission<D> {
    /// To decide about that.
    pub(crate) fn about(subject: String) -> Self {
        Self { subject, kind: PhantomData }
    }
}

impl<D: Decision> Decision for Permission<D> {
    type Outcome = ();
    const KIND: &'static str = D::KIND;
    const ROLES: &'static [Role] = D::ROLES;
    const BY_SYSTEM: bool = D::BY_SYSTEM;

    fn subject(&self) -> String {
        self.subject.clone()
    }

    async fn decide(&self, _: &mut Work) -> Result<(), Refusal> {
        Ok(())
    }
}

/// Who decides, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Who.
    pub actor: Actor,
    /// When.
    pub at: Timestamp,
}

/// What makes a repeated request the same request (the `Idempotency-Key` header of HTTP interfaces).
pub struct Once<T> {
    /// The client's key, unique among this actor's requests.
    pub key: String,
    /// SHA-256 of the request, by which another request under the same key is told.
    pub request: [u8; 32],
    /// Writes the reply that is kept, in the same transaction, and given to whoever asks again.
    pub reply: WriteReply<T>,
}

/// Writes the reply to a request whose outcome is known.
pub struct WriteReply<T>(Box<ReplyWriter<T>>);

type ReplyWriter<T> = dyn Fn(Result<&T, &Refusal>) -> Reply + Send + Sync;

impl<T> WriteReply<T> {
    /// By a function.
    #[must_use]
    pub fn new(write: impl Fn(Result<&T, &Refusal>) -> Reply + Send + Sync + 'static) -> Self {
        Self(Box::new(write))
    }

    pub(crate) fn reply(&self, outcome: Result<&T, &Refusal>) -> Reply {
        (self.0)(outcome)
    }
}

/// A reply as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Such as an HTTP status.
    pub status: u16,
    /// Its text.
    pub body: String,
}

/// What became of a request that may have been made before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<T> {
    /// It was made now.
    Done(T),
    /// It was made before; this is the reply that was given then.
    Replayed(Reply),
}

/// Several decisions of one kind in one transaction.
#[derive(Debug, Clone)]
pub struct Batch<D> {
    /// The decisions, in their order.
    pub decisions: Vec<D>,
    /// What to do about those that are refused.
    pub mode: BatchMode,
}

/// What a batch does about decisions that are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchMode {
    /// None is made; the refusal names every fault.
    AllOrNothing,
    /// The others are made.
    KeepGoing,
}

impl<D: Decision> Decision for Batch<D> {
    /// Of each decision, in their order; none is refused in [`BatchMode::AllOrNothing`].
    type Outcome = Vec<Result<D::Outcome, Refusal>>;

    const KIND: &'static str = D::KIND;
    const ROLES: &'static [Role] = D::ROLES;
    const BY_SYSTEM: bool = D::BY_SYSTEM;

    fn subject(&self) -> String {
        format!("batch of {}", self.decisions.len())
    }

    async fn decide(&self, work: &mut Work) -> Result<Self::Outcome, Refusal> {
        let mut outcomes = Vec::with_capacity(self.decisions.len());
        let mut faults = Vec::new();
        for (at, decision) in self.decisions.iter().enumerate() {
            let outcome = work.attempt(decision, self.mode == BatchMode::KeepGoing).await?;
            if let Err(refusal) = &outcome {
                faults.push((at, refusal.clone()));
                // A server does nothing more after a broken constraint, until a savepoint is rolled back to.
                if self.mode == BatchMode::AllOrNothing && matches!(refusal, Refusal::Contradiction { .. }) {
                    break;
                }
            }
            outcomes.push(outcome);
        }
        if self.mode == BatchMode::AllOrNothing && !faults.is_empty() {
            return Err(Refusal::Several { faults, of: self.decisions.len() });
        }
        Ok(outcomes)
    }
}
