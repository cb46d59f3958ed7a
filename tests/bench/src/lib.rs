//! What `verilabel-bench` measures with.
//!
//! **Invariant:** nothing here is asserted. Figures are for people, and for whoever compares two of them.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "programs that report to people")]
#![expect(clippy::disallowed_methods, reason = "a bench reads the clock and makes keys that it throws away")]
#![expect(clippy::missing_errors_doc, reason = "whatever stops a measurement is told to a person")]

pub mod approvals;
pub mod command;
mod duel;
mod fixture;
pub mod house;
pub mod load;
mod nation;
pub mod packs;
pub mod publishing;
pub mod reading;
pub mod report;
pub mod runs;
pub mod seals;
pub mod serving;
pub mod symbols;

/// What a measurement gives.
pub type Outcome = Result<Vec<report::Measurement>, Box<dyn std::error::Error>>;
