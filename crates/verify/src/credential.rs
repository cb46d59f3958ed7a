//! Label credentials, and status lists that come as credentials (docs/spec/credential.md).

use verilabel_credential::{CredentialError, StatusListCredential, StatusPurpose, parse, parse_status_list};
use verilabel_label::{DidWeb, IssuerId, LabelClaims, Status, Timestamp};
use verilabel_trust::{Issuer, KeyState, Purpose, TrustPack};
use verilabel_wire::{Authentic, Budget, EnvelopeError, OpenError};

use crate::label::Label;
use crate::open::{Opened, statement, try_keys};
use crate::standing::Entry;
use crate::{NotAuthentic, Outcome, WhyUnconfirmed};

pub(crate) fn open_label<'p>(text: &str, pack: &'p TrustPack) -> Result<Opened<'p>, Outcome<'p>> {
    let sealed = parse(text).map_err(|error| Outcome::NotAuthentic(NotAuthentic::Credential(error)))?;
    let (label, issuer, key) = try_keys(&sealed, pack)?;
    let stated = &label.value().issuer;
    let url = std::str::from_utf8(sealed.untrusted_hint().key_id.as_deref().unwrap_or_default());
    if !is_issuer(stated, url.unwrap_or_default(), issuer) {
        let (issuer, stated) = (issuer.id.clone(), stated.to_string());
        return Err(Outcome::NotAuthentic(NotAuthentic::AnotherIssuer { issuer, stated }));
    }
    let path = label.value().path.clone();
    let statement = statement(&sealed, key);
    Ok(Opened { label: Label::Credential(label), path, host: None, query: false, issuer, key, statement })
}

/// Whether the credential and its header both name the issuer whose key opened it.
fn is_issuer(stated: &DidWeb, key_url: &str, issuer: &Issuer) -> bool {
    let of_key = key_url.split_once('#').map(|(did, _)| did);
    issuer.did.as_ref() == Some(stated) && of_key == Some(stated.as_str())
}

/// Why the status of a credential cannot be looked up: its issuer keeps it elsewhere.
pub(crate) fn check_status_uri(label: &Label, issuer: &Issuer) -> Result<(), WhyUnconfirmed> {
    match label {
        Label::Credential(label) if label.value().status_uri != issuer.status_uri => {
            Err(WhyUnconfirmed::Elsewhere { found: label.value().status_uri.chars().take(300).collect() })
        }
        Label::Credential(_) | Label::Seal(_) => Ok(()),
    }
}

/// Status lists that somebody hands in as credentials, each opened with a key of the trust pack.
///
/// They are judged in place of the pack's lists, unless those are newer.
#[derive(Debug, Default)]
pub struct GivenLists(Vec<GivenList>);

#[derive(Debug)]
struct GivenList {
    issuer: IssuerId,
    list: Authentic<StatusListCredential>,
}

impl GivenLists {
    /// Opens a list and adds it.
    ///
    /// # Errors
    /// [`ListRefusal`], which says nothing about any label.
    pub fn add(&mut self, text: &str, pack: &TrustPack) -> Result<(), ListRefusal> {
        let sealed = parse_status_list(text).map_err(ListRefusal::Envelope)?;
        let hint = sealed.untrusted_hint();
        let mut budget = Budget::default();
        let mut refusal = ListRefusal::UnknownIssuer { key: hint.to_string() };
        let keys = hint.key().into_iter().flat_map(|id| pack.keys_named(&id).collect::<Vec<_>>());
        for (issuer, key) in keys {
            if key.state != KeyState::Trusted || !key.serves(Purpose::Status) {
                refusal = ListRefusal::Key { issuer: issuer.id.clone() };
                continue;
            }
            match sealed.open(&key.key, &mut budget) {
                Ok(list) => {
                    let url = hint.key_id.as_deref().and_then(|url| std::str::from_utf8(url).ok());
                    if !is_issuer(&list.value().issuer, url.unwrap_or_default(), issuer) {
                        let stated = list.value().issuer.to_string();
                        return Err(ListRefusal::AnotherIssuer { issuer: issuer.id.clone(), stated });
                    }
                    let issued_at = list.value().issued_at;
                    if !key.in_use_at(issued_at) {
                        return Err(ListRefusal::KeyNotInUse { issuer: issuer.id.clone(), issued_at });
                    }
                    self.0.push(GivenList { issuer: issuer.id.clone(), list });
                    return Ok(());
                }
                Err(error) => refusal = ListRefusal::Open { issuer: issuer.id.clone(), error },
            }
        }
        Err(refusal)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the lists say of a label.
    pub(crate) fn entry(&self, claims: &LabelClaims, issuer: &Issuer) -> Result<Entry, WhyUnconfirmed> {
        let revocation = self.find(claims, issuer, StatusPurpose::Revocation);
        let suspension = self.find(claims, issuer, StatusPurpose::Suspension);
        let index = claims.status.index;
        let is_set = |list: &StatusListCredential| {
            let none = || WhyUnconfirmed::NoEntry { index, length: list.list.len() };
            list.list.is_set(index).ok_or_else(none)
        };
        let one = |list: &StatusListCredential, status| Entry {
            status,
            issued_at: list.issued_at,
            expires: list.expires,
        };
        // One list is enough for a decision against the label, and the newest such decision holds, the graver one of
        // one moment; in its favour both are needed.
        let set = [(&suspension, Status::Suspended), (&revocation, Status::Invalid)].into_iter();
        let set = set.filter_map(|(list, status)| Some((*list.as_ref().ok()?, status)));
        let against = set.filter(|(list, _)| is_set(list) == Ok(true)).max_by_key(|(list, _)| list.issued_at);
        if let Some((list, status)) = against {
            return Ok(one(list, Ok(status)));
        }
        let (revocation, suspension) = (revocation?, suspension?);
        let status = is_set(revocation).and(is_set(suspension)).map(|_| Status::Valid);
        let expires = [revocation.expires, suspension.expires].into_iter().flatten().min();
        Ok(Entry { status, issued_at: revocation.issued_at.min(suspension.issued_at), expires })
    }

    fn find(
        &self,
        claims: &LabelClaims,
        issuer: &Issuer,
        purpose: StatusPurpose,
    ) -> Result<&StatusListCredential, WhyUnconfirmed> {
        let url = StatusListCredential::url(&issuer.status_uri, claims.status.list, purpose);
        let of_url = || self.0.iter().filter(|given| given.list.value().id == url);
        let sound = of_url()
            .filter(|given| given.issuer == issuer.id && given.list.value().purpose == purpose)
            .max_by_key(|given| given.list.value().issued_at);
        if let Some(given) = sound {
            return Ok(given.list.value());
        }
        Err(match of_url().next() {
            None => WhyUnconfirmed::NotGiven { url },
            Some(given) if given.issuer != issuer.id => {
                WhyUnconfirmed::AnotherIssuer { url, found: given.issuer.clone() }
            }
            Some(_) => WhyUnconfirmed::AnotherPurpose { url },
        })
    }
}

/// Why a status list that was handed in is refused. Never a statement about a label.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListRefusal {
    /// The text is no `vc+jwt` as it must be.
    Envelope(EnvelopeError),
    /// No issuer of the trust pack has the key that it names.
    UnknownIssuer {
        /// The key, as the list names it.
        key: String,
    },
    /// The key that it names signs no status lists, or is distrusted.
    Key {
        /// Whose key it is.
        issuer: IssuerId,
    },
    /// The key did not sign it, or what it signed is malformed.
    Open {
        /// Whose key it is.
        issuer: IssuerId,
        /// What is wrong.
        error: OpenError<CredentialError>,
    },
    /// It says that another issuer made it than the one whose key signed it.
    AnotherIssuer {
        /// Whose key signed.
        issuer: IssuerId,
        /// Who is said to have signed.
        stated: String,
    },
    /// The key was not in use when the list was made: whoever finds a retired key makes no news with it.
    KeyNotInUse {
        /// Whose key it is.
        issuer: IssuerId,
        /// When the list says that it was made.
        issued_at: Timestamp,
    },
}

impl ListRefusal {
    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Envelope(error) => error.code(),
            Self::UnknownIssuer { .. } => "issuer-unknown",
            Self::Key { .. } => "key-purpose",
            Self::Open { error: OpenError::Key(error), .. } => error.code(),
            Self::Open { error: OpenError::Payload(error), .. } => error.code(),
            Self::AnotherIssuer { .. } => "issuer-mismatch",
            Self::KeyNotInUse { .. } => "key-not-in-use",
        }
    }
}

impl std::fmt::Display for ListRefusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Envelope(error) => write!(f, "this is no status list credential: {error}"),
            Self::UnknownIssuer { key } => write!(f, "the trust pack knows no issuer with key {key}"),
            Self::Key { issuer } => {
                write!(f, "the list names a key of {issuer} that signs no status lists, or is distrusted")
            }
            Self::Open { issuer, error } => write!(f, "the list names a key of {issuer}: {error}"),
            Self::AnotherIssuer { issuer, stated } => {
                write!(f, "a key of {issuer} signed the list, but it says that {stated:?} did")
            }
            Self::KeyNotInUse { issuer, issued_at } => {
                write!(
                    f,
                    "the list was made on {}, when the key of {issuer} was not in use",
                    issued_at.date()
                )
            }
        }
    }
}

impl std::error::Error for ListRefusal {}
