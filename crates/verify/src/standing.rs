//! Standing: in force, suspended, withdrawn, expired, not yet valid, unconfirmed.

use verilabel_label::{IssuerId, LabelClaims, Status, Timestamp};
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
    /// The label says that its status is kept where its issuer keeps none.
    Elsewhere {
        /// What the label says.
        found: String,
    },
    /// Status lists were handed in, and this one is not among them.
    NotGiven {
        /// The list's URL.
        url: String,
    },
    /// The list of that URL is of another purpose.
    AnotherPurpose {
        /// The list's URL.
        url: String,
    },
    /// The list of that URL is another issuer's.
    AnotherIssuer {
        /// The list's URL.
        url: String,
        /// Whose it is.
        found: IssuerId,
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
            Self::Elsewhere { .. } => "status-list-elsewhere",
            Self::NotGiven { .. } => "status-list-not-given",
            Self::AnotherPurpose { .. } => "status-list-purpose",
            Self::AnotherIssuer { .. } => "status-list-issuer",
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

/// What a status list says of one label, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) status: Result<Status, WhyUnconfirmed>,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires: Option<Timestamp>,
}

#[cfg(feature = "credential")]
impl Entry {
    fn is_against_the_label(&self) -> bool {
        matches!(self.status, Ok(Status::Invalid | Status::Suspended))
    }
}

/// Decides the standing by what a status list says, or why none says anything.
///
/// An issuer's decision against a label holds however old the news is; a favourable entry counts only while
/// it is fresh. So an old list can only take green away, never give it.
pub(crate) fn stand(
    claims: &LabelClaims,
    found: &Result<Entry, WhyUnconfirmed>,
    policy: &Policy,
    now: Timestamp,
) -> Standing {
    let entry = found.as_ref().ok();
    let status = found.as_ref().map_err(Clone::clone).and_then(|entry| entry.status.clone());
    let as_of = entry.map_or(now, |entry| entry.issued_at);
    let validity = claims.validity;
    match status {
        Ok(Status::Invalid) => Standing::Withdrawn { as_of },
        Ok(Status::Suspended) => Standing::Suspended { as_of },
        _ if now >= validity.until() => Standing::Expired { since: validity.until() },
        _ if now < validity.from() => Standing::NotYetValid { from: validity.from() },
        Err(why) => Standing::Unconfirmed { last_known: None, why },
        Ok(status) => match entry.and_then(|entry| stale(entry, policy, now)) {
            Some(why) => Standing::Unconfirmed { last_known: Some(LastKnown { status, as_of }), why },
            None => Standing::InForce { as_of },
        },
    }
}

/// What the pack's status list says.
pub(crate) fn pack_entry(
    claims: &LabelClaims,
    issuer: &Issuer,
    pack: &TrustPack,
) -> Result<Entry, WhyUnconfirmed> {
    let token = pack.status_list(issuer, claims.status.list).map_err(WhyUnconfirmed::Trouble)?;
    let status = token_status(token, claims.status.index);
    Ok(Entry { status, issued_at: token.issued_at, expires: token.good_until() })
}

fn token_status(token: &StatusListToken, index: u32) -> Result<Status, WhyUnconfirmed> {
    match token.list.status(index) {
        None => Err(WhyUnconfirmed::NoEntry { index, length: token.list.len() }),
        Some(Status::ApplicationSpecific) => Err(WhyUnconfirmed::NoMeaning),
        Some(status) => Ok(status),
    }
}

/// What counts where lists were handed in: the newer of them and the pack's list. One that confirms nothing hides no
/// decision against the label: where the newer is such a list, that of the older holds.
#[cfg(feature = "credential")]
pub(crate) fn prefer_given(
    given: Result<Entry, WhyUnconfirmed>,
    packed: Result<Entry, WhyUnconfirmed>,
    policy: &Policy,
    now: Timestamp,
) -> Result<Entry, WhyUnconfirmed> {
    match (given, packed) {
        (Ok(given), Ok(packed)) if given.status.is_ok() => {
            let packed_first = packed.issued_at > given.issued_at
                || (packed.issued_at == given.issued_at && packed.is_against_the_label());
            let (newer, older) = if packed_first { (packed, given) } else { (given, packed) };
            let says = newer.is_against_the_label()
                || (newer.status.is_ok() && stale(&newer, policy, now).is_none());
            Ok(if !says && older.is_against_the_label() { older } else { newer })
        }
        (_, Ok(packed)) if packed.is_against_the_label() => Ok(packed),
        (given, _) => given,
    }
}

/// Why a list is too old, or too new, to confirm anything at that time.
fn stale(entry: &Entry, policy: &Policy, now: Timestamp) -> Option<WhyUnconfirmed> {
    let age = now.seconds_since(entry.issued_at);
    if now < entry.issued_at {
        return Some(WhyUnconfirmed::FromTheFuture { issued_at: entry.issued_at });
    }
    if let Some(since) = entry.expires.filter(|expires| now >= *expires) {
        return Some(WhyUnconfirmed::ListExpired { since });
    }
    if entry.expires.is_none() && policy.max_status_age.is_none() {
        return Some(WhyUnconfirmed::NoExpiry);
    }
    let limit = policy.max_status_age.filter(|limit| age > *limit)?;
    Some(WhyUnconfirmed::TooOld { age, limit })
}
