//! Forgetting replies that nobody will ask for again.

use verilabel_label::Timestamp;

use super::Work;
use crate::{Decision, Refusal, Role};

/// Forgets the replies that were kept for idempotency keys before a time; the keys may then be used anew.
#[derive(Debug, Clone, Copy)]
pub struct ForgetReplies {
    /// The time.
    pub before: Timestamp,
}

impl Decision for ForgetReplies {
    /// Replies forgotten.
    type Outcome = u64;
    const KIND: &'static str = "forget-replies";
    const ROLES: &'static [Role] = &[Role::Operator];
    const BY_SYSTEM: bool = true;

    fn subject(&self) -> String {
        format!("replies before {}", self.before)
    }

    async fn decide(&self, work: &mut Work) -> Result<u64, Refusal> {
        let forgotten = sqlx::query("DELETE FROM idempotency WHERE at < $1")
            .bind(self.before.seconds())
            .execute(work.db())
            .await?
            .rows_affected();
        work.record(Self::KIND, self.subject(), [("replies", forgotten.to_string())])?;
        Ok(forgotten)
    }
}
