//! Ceremonies and partners in the audit chain of the authority that owns the pack.

use crate::desk::Work;
use crate::{Decision, Refusal, Role, Seq};

use super::Assembled;

/// Puts a ceremony on record.
#[derive(Debug, Clone)]
pub struct NoteCeremony {
    /// What came of it.
    pub ceremony: Assembled,
}

impl Decision for NoteCeremony {
    type Outcome = Seq;
    const KIND: &'static str = "pack-ceremony";
    const ROLES: &'static [Role] = &[Role::Operator];
    const BY_SYSTEM: bool = true;

    fn subject(&self) -> String {
        format!("{} version {}", self.ceremony.role, self.ceremony.version)
    }

    async fn decide(&self, work: &mut Work) -> Result<Seq, Refusal> {
        let Assembled { digest, signers, .. } = &self.ceremony;
        let facts = [("sha256", digest.clone()), ("signed by", signers.join(" "))];
        work.record(Self::KIND, self.subject(), facts)
    }
}

/// Puts a change of the list of partners on record, before it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotePartner {
    /// The partner's issuer.
    pub partner: String,
    /// What is done, such as `add`.
    pub change: &'static str,
    /// The ids of its keys from now on.
    pub keys: Vec<String>,
    /// What its labels may state from now on.
    pub may_issue: String,
}

impl Decision for NotePartner {
    type Outcome = Seq;
    const KIND: &'static str = "pack-partner";
    const ROLES: &'static [Role] = &[Role::Operator];

    fn subject(&self) -> String {
        format!("partner {}", self.partner)
    }

    async fn decide(&self, work: &mut Work) -> Result<Seq, Refusal> {
        let facts = [
            ("change", self.change.to_owned()),
            ("keys", self.keys.join(" ")),
            ("may issue", self.may_issue.clone()),
        ];
        work.record(Self::KIND, self.subject(), facts)
    }
}
