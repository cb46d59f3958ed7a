//! The verdict in one word.

use crate::{Judged, LevelFact, Outcome, Standing, Verdict};

/// What it comes to. Consumers that act on a verdict match on all of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Conclusion {
    /// Authentic, in force, and meeting whatever was asked: the only green.
    InForce,
    /// Authentic and in force, but not of the level, or not counting in the market, that was asked for.
    NotMeeting,
    /// Neither genuine nor fake can be said, or nothing fresh enough says whether the label stands.
    CannotTell,
    /// Authentic, and past or before its dates.
    OutOfDate,
    /// Authentic, and suspended or withdrawn by its issuer.
    Revoked,
    /// Not authentic.
    NotAuthentic,
}

impl Conclusion {
    /// The stable code of this conclusion.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::InForce => "in-force",
            Self::NotMeeting => "not-meeting",
            Self::CannotTell => "cannot-tell",
            Self::OutOfDate => "out-of-date",
            Self::Revoked => "revoked",
            Self::NotAuthentic => "not-authentic",
        }
    }
}

impl Verdict<'_> {
    /// What it comes to.
    #[must_use]
    pub fn conclusion(&self) -> Conclusion {
        self.summary().0
    }

    /// The code of the fact that decided the conclusion.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.summary().1
    }

    fn summary(&self) -> (Conclusion, &'static str) {
        match &self.outcome {
            Outcome::NotAuthentic(reason) => (Conclusion::NotAuthentic, reason.code()),
            Outcome::CannotTell(reason) => (Conclusion::CannotTell, reason.code()),
            Outcome::Authentic(judged) => judged.summary(),
        }
    }
}

impl Judged<'_> {
    fn summary(&self) -> (Conclusion, &'static str) {
        match &self.standing {
            Standing::Suspended { .. } | Standing::Withdrawn { .. } => {
                return (Conclusion::Revoked, self.standing.code());
            }
            Standing::Expired { .. } | Standing::NotYetValid { .. } => {
                return (Conclusion::OutOfDate, self.standing.code());
            }
            Standing::Unconfirmed { why, .. } => return (Conclusion::CannotTell, why.code()),
            Standing::InForce { .. } => {}
        }
        if !matches!(self.level, LevelFact::Stated { .. }) {
            return (Conclusion::CannotTell, self.level.code());
        }
        let level = self.level_demand.as_ref().map(|demand| demand.met);
        let market = self.market_demand.as_ref().map(|demand| demand.met);
        match level.into_iter().chain(market).find_map(Result::err) {
            Some(unmet) => (Conclusion::NotMeeting, unmet.code()),
            None => (Conclusion::InForce, self.standing.code()),
        }
    }
}
