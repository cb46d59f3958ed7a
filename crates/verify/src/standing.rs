//! Standing: in force, suspended, withdrawn, expired, not yet valid, unconfirmed.

use verilabel_label::{LabelClaims, Status, Timestamp};
use verilabel_trust::{Issuer, StatusTrouble, TrustPack};
use verilabel_wire::StatusListToken;

/// What counts as fresh enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Policy {
    /// The most seconds that may have passed since the status list was made. The list's own expiry binds
    /// in any case.
    pub max_status_age: Option<u64>,
}

/// Whether an authentic label may be relied on now. Only [`Self::InForce`] is green.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Within its dates, and valid by a status list that is fresh enough.
    InForce {
        /// When the status list was made.
        as_of: Timestamp,
    },
    /// Suspended by its issuer.
    Suspended {
        /// When the status list was made.
        as_of: Timestamp,
    },
    /// Withdrawn by its issuer, for good.
    Withdrawn {
        /// When the status list was made.
        as_of: Timestamp,
    },
    /// Past its dates.
    Expired {
        /// Since when.
        since: Timestamp,
    },
    /// Before its dates.
    NotYetValid {
        /// From when.
        from: Timestamp,
    },
    /// Within its dates, and nothing fresh enough says whether it still stands.
    Unconfirmed {
        /// What was known last, if anything.
        last_known: Option<LastKnown>,
        /// Why that does not do.
        why: WhyUnconfirmed,
    },
}

/// What an older status list says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastKnown {
    /// The status.
    pub status: Status,
    /// When the list was made.
    pub as_of: Timestamp,
}

/// Why a label could not be confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhyUnconfirmed {
    /// The pack has no status list that could be believed.
    Trouble(StatusTrouble),
    /// The list has no such entry.
    NoEntry {
        /// The index.
        index: u32,
        /// Entries of the list.
        length: usize,
    },
    /// The entry has a value without meaning here.
    NoMeaning,
    /// The list is past its own expiry.
    ListExpired {
        /// Since when.
        since: Timestamp,
    },
    /// The list says neither until when nor for how long it is good, and no policy says so either.
    NoExpiry,
    /// The list is older than the policy allows.
    TooOld {
        /// Seconds since it was made.
        age: u64,
        /// Seconds allowed.
        limit: u64,
    },
    /// The list was made after the time that was asked about: the clock is wrong, or the question is about
    /// the past.
    FromTheFuture {
        /// When it was made.
        issued_at: Timestamp,
    },
}

impl WhyUnconfirmed {
    /// The stable code of this reason.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Trouble(trouble) => trouble.code(),
            Self::NoEntry { .. } => "status-no-entry",
            Self::NoMeaning => "status-no-meaning",
            Self::ListExpired { .. } => "status-expired",
            Self::NoExpiry => "status-no-expiry",
            Self::TooOld { .. } => "status-too-old",
            Self::FromTheFuture { .. } => "status-from-the-future",
        }
    }
}

impl Standing {
    /// Whether the label may be relied on: the only green.
    #[must_use]
    pub fn is_in_force(&self) -> bool {
        matches!(self, Self::InForce { .. })
    }

    /// The stable code of this standing.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::InForce { .. } => "in-force",
            Self::Suspended { .. } => "suspended",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Expired { .. } => "expired",
            Self::NotYetValid { .. } => "not-yet-valid",
            Self::Unconfirmed { .. } => "unconfirmed",
        }
    }
}

/// Decides the standing; gives the status list that was used, too.
///
/// An issuer's decision against a label holds however old the news is; a favourable entry counts only while
/// it is fresh. So an old list can only take green away, never give it.
pub(crate) fn stand<'p>(
    claims: &LabelClaims,
    issuer: &Issuer,
    pack: &'p TrustPack,
    policy: &Policy,
    now: Timestamp,
) -> (Standing, Option<&'p StatusListToken>) {
    let (token, status) = match pack.status_list(issuer, claims.status.list) {
        Err(trouble) => (None, Err(WhyUnconfirmed::Trouble(trouble))),
        Ok(token) => (Some(token), entry(token, claims.status.index)),
    };
    let as_of = token.map_or(now, |token| token.issued_at);
    let validity = claims.validity;
    let standing = match status {
        Ok(Status::Invalid) => Standing::Withdrawn { as_of },
        Ok(Status::Suspended) => Standing::Suspended { as_of },
        _ if now >= validity.until() => Standing::Expired { since: validity.until() },
        _ if now < validity.from() => Standing::NotYetValid { from: validity.from() },
        Err(why) => Standing::Unconfirmed { last_known: None, why },
        Ok(status) => match token.and_then(|token| stale(token, policy, now)) {
            Some(why) => Standing::Unconfirmed { last_known: Some(LastKnown { status, as_of }), why },
            None => Standing::InForce { as_of },
        },
    };
    (standing, token)
}

fn entry(token: &StatusListToken, index: u32) -> Result<Status, WhyUnconfirmed> {
    match token.list.status(index) {
        None => Err(WhyUnconfirmed::NoEntry { index, length: token.list.len() }),
        Some(Status::ApplicationSpecific) => Err(WhyUnconfirmed::NoMeaning),
        Some(status) => Ok(status),
    }
}

/// Why a list is too old, or too new, to confirm anything at that time.
fn stale(token: &StatusListToken, policy: &Policy, now: Timestamp) -> Option<WhyUnconfirmed> {
    let age = now.seconds_since(token.issued_at);
    if now < token.issued_at {
        return Some(WhyUnconfirmed::FromTheFuture { issued_at: token.issued_at });
    }
    let good_until = good_until(token);
    if let Some(since) = good_until.filter(|until| now >= *until) {
        return Some(WhyUnconfirmed::ListExpired { since });
    }
    if good_until.is_none() && policy.max_status_age.is_none() {
        return Some(WhyUnconfirmed::NoExpiry);
    }
    let limit = policy.max_status_age.filter(|limit| age > *limit)?;
    Some(WhyUnconfirmed::TooOld { age, limit })
}

/// Its expiry; without one, what its time to live allows (Token Status List §13.7).
fn good_until(token: &StatusListToken) -> Option<Timestamp> {
    token.expires.or_else(|| {
        let seconds = i64::try_from(token.time_to_live?).ok()?;
        Timestamp::from_seconds(token.issued_at.seconds().checked_add(seconds)?).ok()
    })
}
