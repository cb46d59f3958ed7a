//! Exit codes.

use std::process::ExitCode;

use verilabel_verify::Conclusion;

/// What a run came to. The numbers are an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: authentic and in force, and meeting what was asked.
    Good,
    /// 1: a file or the trust pack made trouble; nothing is said about a label.
    Trouble,
    /// 2: usage, such as a market that does not exist.
    Usage,
    /// 10: not authentic.
    NotAuthentic,
    /// 11: suspended or withdrawn.
    Revoked,
    /// 12: expired or not yet valid.
    OutOfDate,
    /// 13: cannot tell, or status too old.
    CannotTell,
    /// 14: authentic and in force, but not meeting the level or market asked for.
    NotMeeting,
}

impl Exit {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::Trouble => 1,
            Self::Usage => 2,
            Self::NotAuthentic => 10,
            Self::Revoked => 11,
            Self::OutOfDate => 12,
            Self::CannotTell => 13,
            Self::NotMeeting => 14,
        }
    }

    /// Of several results, the one that the whole run comes to: the first of 10, 11, 12, 13, 1, 14, 0.
    pub(crate) fn worst(all: impl IntoIterator<Item = Self>) -> Self {
        const ORDER: [Exit; 8] = [
            Exit::NotAuthentic,
            Exit::Revoked,
            Exit::OutOfDate,
            Exit::CannotTell,
            Exit::Usage,
            Exit::Trouble,
            Exit::NotMeeting,
            Exit::Good,
        ];
        let rank = |exit: &Self| ORDER.iter().position(|other| other == exit);
        all.into_iter().min_by_key(rank).unwrap_or(Self::Trouble)
    }
}

impl From<Conclusion> for Exit {
    fn from(conclusion: Conclusion) -> Self {
        match conclusion {
            Conclusion::InForce => Self::Good,
            Conclusion::NotMeeting => Self::NotMeeting,
            Conclusion::CannotTell => Self::CannotTell,
            Conclusion::OutOfDate => Self::OutOfDate,
            Conclusion::Revoked => Self::Revoked,
            Conclusion::NotAuthentic => Self::NotAuthentic,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}
