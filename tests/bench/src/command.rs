//! The command as a whole.
use crate::Outcome;
pub(crate) fn verify() -> Outcome { Ok(vec![]) }
