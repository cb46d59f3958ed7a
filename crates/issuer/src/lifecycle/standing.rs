//! The standing of a label: in force, suspended, withdrawn.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use verilabel_label::{Status, Timestamp};

use super::{Advisory, Note, ReasonCode};
use crate::schema;

/// What is proposed for a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// Not to be relied on for now. One approver is enough, because safety comes first.
    Suspend,
    /// In force again after a suspension. Two people.
    Reinstate,
    /// Not to be relied on any more, for good. Two people.
    Withdraw,
    /// The same for some units of a run. Two people.
    WithdrawUnits,
}

impl ChangeKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Suspend, Self::Reinstate, Self::Withdraw, Self::WithdrawUnits];

    /// Its stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Suspend => "suspend",
            Self::Reinstate => "reinstate",
            Self::Withdraw => "withdraw",
            Self::WithdrawUnits => "withdraw-units",
        }
    }

    /// Whether another person than the preparer has to approve.
    #[must_use]
    pub fn needs_two_people(self) -> bool {
        self != Self::Suspend
    }
}

impl fmt::Display for ChangeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl std::str::FromStr for ChangeKind {
    type Err = UnknownChange;
    fn from_str(text: &str) -> Result<Self, UnknownChange> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or(UnknownChange)
    }
}

/// Where a proposed change stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeState {
    /// Nobody has decided.
    Proposed,
    /// Approved, to take effect later.
    Scheduled,
    /// In effect.
    Applied,
    /// Decided against.
    Rejected,
    /// It could not take effect any more when its time came, or is a reinstatement that a suspension came before.
    Void,
}

impl ChangeState {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Proposed, Self::Scheduled, Self::Applied, Self::Rejected, Self::Void];

    /// Its stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Scheduled => "scheduled",
            Self::Applied => "applied",
            Self::Rejected => "rejected",
            Self::Void => "void",
        }
    }
}

impl fmt::Display for ChangeState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl std::str::FromStr for ChangeState {
    type Err = UnknownChange;
    fn from_str(text: &str) -> Result<Self, UnknownChange> {
        Self::ALL.into_iter().find(|state| state.name() == text).ok_or(UnknownChange)
    }
}

/// No change, or no state of one, has that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a change of standing, or not a state of one")]
pub struct UnknownChange;

/// Why a standing is to change, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// Why, in a word.
    pub reason: ReasonCode,
    /// Why, in sentences.
    pub note: Note,
    /// The advisory that it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advisory: Option<Advisory>,
    /// From when on it holds; at once if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Timestamp>)]
    pub effective_at: Option<Timestamp>,
}

/// When an approved change is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timing {
    /// Now.
    Now,
    /// When its time has come.
    Later,
}

/// When a change of that effective time is carried out; a suspension cannot wait.
pub(crate) fn timing(
    kind: ChangeKind,
    effective_at: Timestamp,
    now: Timestamp,
) -> Result<Timing, StandingRule> {
    match (effective_at > now, kind) {
        (false, _) => Ok(Timing::Now),
        (true, ChangeKind::Suspend) => Err(StandingRule::SuspensionInFuture { effective_at, now }),
        (true, _) => Ok(Timing::Later),
    }
}

/// The status of a label after a change.
pub(crate) fn after(kind: ChangeKind, status: Status) -> Result<Status, StandingRule> {
    match (kind, status) {
        (_, Status::Invalid) => Err(StandingRule::Withdrawn),
        (ChangeKind::Suspend, Status::Suspended) => Err(StandingRule::AlreadySuspended),
        (ChangeKind::Suspend, _) => Ok(Status::Suspended),
        (ChangeKind::Reinstate, Status::Suspended) => Ok(Status::Valid),
        (ChangeKind::Reinstate, _) => Err(StandingRule::NotSuspended),
        (ChangeKind::Withdraw, _) => Ok(Status::Invalid),
        (ChangeKind::WithdrawUnits, status) => Ok(status),
    }
}

/// The status of one box: what is worse of its label's and its own.
pub(crate) fn unit_status(label: Status, unit_withdrawn: bool) -> Status {
    if unit_withdrawn { Status::Invalid } else { label }
}

/// What the standing of a label forbids.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StandingRule {
    /// Withdrawn for good.
    #[error("the label was withdrawn, and that is for good")]
    Withdrawn,
    /// Suspended, so that nothing is printed for it.
    #[error("the label is suspended, and nothing is to be printed for it: reinstate it first")]
    Suspended,
    /// Suspended already.
    #[error("the label is suspended already")]
    AlreadySuspended,
    /// Nothing to reinstate.
    #[error("the label is not suspended")]
    NotSuspended,
    /// A suspension that would wait.
    #[error("a suspension cannot wait until {effective_at}; it is {now}")]
    SuspensionInFuture {
        /// When it was to take effect.
        effective_at: Timestamp,
        /// The time.
        now: Timestamp,
    },
    /// Decided already.
    #[error(
        "the change is {state}; only a proposed one can be approved, and one that is proposed or scheduled be decided against"
    )]
    NotProposed {
        /// Its state.
        state: ChangeState,
    },
}

impl StandingRule {
    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Withdrawn => "label-withdrawn",
            Self::Suspended => "label-suspended",
            Self::AlreadySuspended => "label-suspended-already",
            Self::NotSuspended => "label-not-suspended",
            Self::SuspensionInFuture { .. } => "suspension-in-future",
            Self::NotProposed { .. } => "change-not-proposed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kind() -> impl Strategy<Value = ChangeKind> {
        proptest::sample::select(ChangeKind::ALL.to_vec())
    }

    proptest! {
        #[test]
        fn no_order_of_changes_leads_back_from_withdrawn(kinds in proptest::collection::vec(kind(), 0..20)) {
            let mut status = Status::Valid;
            let mut withdrawn = false;
            for kind in kinds {
                match after(kind, status) {
                    Ok(next) => status = next,
                    Err(StandingRule::Withdrawn) => prop_assert!(withdrawn),
                    Err(_) => {}
                }
                withdrawn |= kind == ChangeKind::Withdraw;
                prop_assert_eq!(withdrawn, status == Status::Invalid);
            }
        }

        #[test]
        fn only_a_suspension_cannot_wait(kind in kind(), effective in 0..2_000_i64) {
            let time = |seconds| Timestamp::from_seconds(seconds).unwrap();
            let timing = timing(kind, time(effective), time(1_000));
            match (effective > 1_000, kind) {
                (false, _) => prop_assert_eq!(timing, Ok(Timing::Now)),
                (true, ChangeKind::Suspend) => prop_assert_eq!(timing.unwrap_err().code(), "suspension-in-future"),
                (true, _) => prop_assert_eq!(timing, Ok(Timing::Later)),
            }
        }
    }

    #[test]
    fn names_come_back() {
        for kind in ChangeKind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        for state in ChangeState::ALL {
            assert_eq!(state.name().parse(), Ok(state));
        }
        for reason in ReasonCode::ALL {
            assert_eq!(reason.name().parse(), Ok(reason));
            assert_eq!(serde_json::to_string(&reason).unwrap(), format!("\"{reason}\""));
        }
    }
}
