//! The rules of awards and labels, free of any database.

mod award;
mod reason;
mod standing;

pub use award::{AwardRule, AwardState, Draft, ForeignLabel};
pub use reason::{Advisory, Note, ReasonCode};
pub use standing::{ChangeKind, ChangeState, Proposal, StandingRule, Timing};

pub(crate) use award::{check_renewal, two_people};
pub(crate) use standing::{after, timing, unit_status};
