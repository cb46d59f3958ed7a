//! The verdict on a label, presented as a label link or (feature `credential`) as a label credential: authentic or not, which level, in force or not, what it counts as and why.
//!
//! [`judge`] runs every check in one fixed order (docs/spec/verdict.md §2) against a trust pack, a question,
//! a policy and a time. Authenticity, standing, level, recognition and freshness are separate facts; a
//! [`Conclusion`] sums them up. "Cannot tell" is neither genuine nor fake, and nothing that is unknown is
//! ever green.
//!
//! **Invariant:** no I/O and no clock. What a label says can be read only from [`Outcome::Authentic`].

mod conclusion;
mod counts;
#[cfg(feature = "credential")]
mod credential;
mod demand;
mod judge;
mod label;
mod lines;
mod open;
mod report;
mod standing;
mod verdict;
mod words;

pub use conclusion::Conclusion;
pub use counts::CountsReport;
#[cfg(feature = "credential")]
pub use credential::{GivenLists, ListRefusal};
pub use demand::{Demand, MinimumLevel, Question, Unmet};
pub use judge::judge;
#[cfg(feature = "credential")]
pub use judge::judge_with_lists;
pub use label::{Form, MalformedClaims};
pub use lines::{Check, Line, Mark};
pub use report::Report;
pub use standing::{LastKnown, Policy, Standing, WhyUnconfirmed};
pub use verdict::{
    CannotTell, CategoryFact, Freshness, Judged, LevelFact, NamesFact, NotAuthentic, Note, Outcome, Verdict,
};
