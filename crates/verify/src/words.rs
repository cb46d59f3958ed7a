//! English words for the facts of a verdict: lower-case fragments, without a full stop.

use std::fmt::{Display, Formatter, Result};

use verilabel_label::{Status, Timestamp, excerpt};
use verilabel_wire::WrongKey;

use crate::{
    CannotTell, CategoryFact, Freshness, LastKnown, LevelFact, NotAuthentic, Note, Standing, Unmet,
    WhyUnconfirmed,
};

impl Display for NotAuthentic {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Link(error) => write!(f, "{error}"),
            Self::Envelope(error) => write!(f, "the bytes are no seal: {error}"),
            Self::Credential(error) => write!(f, "the text is no label credential: {error}"),
            Self::Signature { issuer, error: WrongKey::BadSignature(_) } => write!(
                f,
                "the label names a key of {issuer}, which did not sign it for this product: \
                 it was altered, or moved here from another product"
            ),
            Self::Signature { issuer, error } => write!(f, "the label names a key of {issuer}: {error}"),
            Self::Claims { issuer, error } => {
                write!(f, "{issuer} signed the label, but what it says is malformed: {error}")
            }
            Self::AnotherIssuer { issuer, stated } => {
                write!(f, "a key of {issuer} signed it, but it says that {stated:?} did")
            }
            Self::KeyPurpose { issuer, key } => write!(f, "key {key} of {issuer} does not sign labels"),
            Self::KeyDistrusted { issuer, key } => {
                write!(
                    f,
                    "key {key} of {issuer} was stolen or misused, and {issuer} does not confirm that it made this"
                )
            }
            Self::KeyNotInUse { issuer, key, issued_at } => {
                write!(f, "key {key} of {issuer} was not in use on {}", issued_at.date())
            }
            Self::NotEntitled { issuer, scheme, level } => {
                write!(f, "{issuer} signed the label, but may not award level {level} of {scheme}")
            }
        }
    }
}

impl Display for CannotTell {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::NotALabel(error) | Self::UnknownVersion(error) => write!(f, "{error}"),
            Self::UnknownIssuer { key } => write!(f, "the trust pack knows no issuer with key {key}"),
            Self::TooManyKeys { key_id } => {
                write!(f, "too many keys of the trust pack have the key id {key_id}")
            }
        }
    }
}

impl Display for Standing {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::InForce { as_of } => write!(f, "in force, by the status list of {as_of}"),
            Self::Suspended { as_of } => write!(f, "suspended, by the status list of {as_of}"),
            Self::Withdrawn { as_of } => write!(f, "withdrawn, by the status list of {as_of}"),
            Self::Expired { since } => write!(f, "expired; it was valid until {}", since.last_date()),
            Self::NotYetValid { from } => write!(f, "not yet valid; it begins on {}", from.date()),
            Self::Unconfirmed { last_known: None, why } => write!(f, "unconfirmed: {why}"),
            Self::Unconfirmed { last_known: Some(LastKnown { status, as_of }), why } => {
                let status = match status {
                    Status::Valid => "valid",
                    Status::Invalid => "withdrawn",
                    Status::Suspended => "suspended",
                    Status::ApplicationSpecific => "without meaning",
                };
                write!(f, "unconfirmed: {why}; last known as {status} on {as_of}")
            }
        }
    }
}

impl Display for WhyUnconfirmed {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Trouble(trouble) => write!(f, "{trouble}"),
            Self::NoEntry { index, length } => {
                write!(f, "the status list has {length} entries, and no entry {index}")
            }
            Self::NoMeaning => f.write_str("the entry of the status list has a value without meaning"),
            Self::ListExpired { since } => write!(f, "the status list expired on {since}"),
            Self::NoExpiry => f.write_str(
                "the status list does not say until when it is good: say how old it may be to have it count",
            ),
            Self::TooOld { age, limit } => {
                write!(f, "the status list is {} old, at most {} is allowed", Age(*age), Age(*limit))
            }
            Self::Elsewhere { found } => {
                write!(f, "the label says that its status is at {found:?}, where its issuer keeps none")
            }
            Self::NotGiven { url } => write!(f, "status list {url} is not among those handed in"),
            Self::AnotherPurpose { url } => {
                write!(f, "status list {url} is of another purpose than it should be")
            }
            Self::AnotherIssuer { url, found } => {
                write!(f, "status list {url} was made by {found}, who is not the label's issuer")
            }
            Self::FromTheFuture { issued_at } => {
                write!(f, "the status list was made only on {issued_at}, after the time asked about")
            }
        }
    }
}

impl Display for LevelFact<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Stated { scheme, rung } => write!(f, "{}: {}", scheme.card(rung.number), rung.meaning),
            Self::UnknownScheme => f.write_str("the register does not know the scheme"),
            Self::UnknownLevel { scheme } => write!(f, "{} has no such level", scheme.short),
            Self::AwardedAfterSchemeEnded { scheme, until } => write!(
                f,
                "{} awarded no labels after {until}, and this one says that it was awarded later",
                scheme.short
            ),
        }
    }
}

impl Display for CategoryFact {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Signed(category) => write!(f, "{category}, signed in the label"),
            Self::Pack(category) => write!(f, "{category}, from the trust pack"),
            Self::Asked(category) => write!(f, "{category}, as asked; nobody vouches for it"),
            Self::Unknown => f.write_str("not known"),
        }
    }
}

impl Freshness {
    /// How old the knowledge is at that time and until when it is good: a line for the trust pack, one for the
    /// partner's part of it and one for the status list, where there are any.
    #[must_use]
    pub fn in_words(&self, at: Timestamp) -> Vec<String> {
        let made = |made: Option<Timestamp>| match made {
            None => String::new(),
            Some(made) if made > at => format!(", made {made}, which is later"),
            Some(made) => format!(", made {made} ({} before)", Age::between(made, at)),
        };
        let version = self.pack_version();
        let owner = self.pack.iter().map(|role| role.expires).min().unwrap_or(Timestamp::MAX);
        let mut lines = vec![format!("trust pack {version}{}, good until {owner}", made(self.pack_made))];
        if let Some((role, version, expires)) = &self.partner {
            lines.push(format!("{} {version} in it, good until {expires}", excerpt(role)));
        }
        if self.status_issued_at.is_some() {
            let until = self.status_expires;
            let until =
                until.map_or_else(|| "without an end".to_owned(), |until| format!("good until {until}"));
            lines.push(format!("status list{}, {until}", made(self.status_issued_at)));
        }
        lines
    }
}

impl Display for Note {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::ForeignHost { host } => {
                write!(f, "the link leads to {host}, which is not a host of the issuer: do not open it")
            }
            Self::QueryNotCovered => {
                f.write_str("the link carries data after \"?\" that the signature does not cover")
            }
            Self::KeyStolen => f.write_str(
                "the key that signed this was stolen; the issuer's own records confirm this label, and it is \
                 to be minted anew",
            ),
            Self::SpecificationNotListed { scheme, specification } => write!(
                f,
                "the register does not list specification {specification} of {scheme}: what its levels mean \
                 there may differ"
            ),
            Self::PackExpired { since } => {
                write!(f, "the trust pack expired on {since}: fetch a newer one")
            }
            Self::CategoryDiffers { asked } => {
                write!(f, "the label is not of the category {asked} that was asked with")
            }
        }
    }
}

impl Display for Unmet {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::NotInForce => f.write_str("the label is not in force"),
            Self::LevelTooLow { level } => write!(f, "it has or counts as level {level} only"),
            Self::SimplifiedApplicationOnly => {
                f.write_str("it only shortens the application for a label there")
            }
            Self::NotRecognised { code, unknown: false } => write!(f, "it is not recognised ({code})"),
            Self::NotRecognised { code, unknown: true } => {
                write!(f, "whether it is recognised cannot be told ({code})")
            }
        }
    }
}

/// Seconds as people say them: the largest whole unit, rounded down.
pub(crate) struct Age(pub(crate) u64);

impl Age {
    pub(crate) fn between(earlier: Timestamp, later: Timestamp) -> Self {
        Self(later.seconds_since(earlier))
    }
}

impl Display for Age {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let (count, unit) = match self.0 {
            s if s >= 172_800 => (s / 86_400, "day"),
            s if s >= 7_200 => (s / 3_600, "hour"),
            s if s >= 120 => (s / 60, "minute"),
            s => (s, "second"),
        };
        write!(f, "{count} {unit}{}", if count == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use verilabel_trust::{Role, RoleState};

    #[test]
    fn freshness_tells_ages_and_what_expires_next() {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let role = |role, version, expires| RoleState { role, version, expires: time(expires) };
        let mut freshness = Freshness {
            pack: [
                role(Role::Root, 1, "2028-01-01"),
                role(Role::Timestamp, 7, "2026-11-25"),
                role(Role::Snapshot, 7, "2026-11-25"),
                role(Role::Targets, 3, "2027-01-01"),
            ],
            pack_made: Some(time("2026-11-20")),
            partner: Some(("partner-fi".to_owned(), 2, time("2026-11-23"))),
            status_issued_at: Some(time("2026-11-21T22:00:00Z")),
            status_expires: None,
        };
        let now = time("2026-11-22");
        assert_eq!(
            freshness.in_words(now),
            [
                "trust pack 7, made 2026-11-20T00:00:00Z (2 days before), good until 2026-11-25T00:00:00Z",
                "partner-fi 2 in it, good until 2026-11-23T00:00:00Z",
                "status list, made 2026-11-21T22:00:00Z (2 hours before), without an end",
            ]
        );
        assert_eq!((freshness.pack_version(), freshness.pack_expires()), (7, time("2026-11-23")));
        freshness.partner = None;
        assert_eq!(freshness.pack_expires(), time("2026-11-25"));
        let before = freshness.in_words(time("2026-11-19"));
        assert!(before.iter().all(|line| line.contains(", which is later, ")), "{before:?}");
    }
}
