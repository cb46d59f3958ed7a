//! Exit codes.

use std::process::ExitCode;

/// What a command came to. The numbers are an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: done.
    Good,
    /// 1: trouble with a file, the database, a key, or something that is not there.
    Trouble,
    /// 2: usage.
    Usage,
    /// 3: refused by the rules.
    Refused,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Good => 0_u8,
            Exit::Trouble => 1,
            Exit::Usage => 2,
            Exit::Refused => 3,
        })
    }
}
