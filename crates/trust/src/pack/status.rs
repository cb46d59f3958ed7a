//! Status lists of a pack, opened when first asked for.

use std::sync::{Arc, OnceLock};

use verilabel_label::{IssuerId, excerpt};
use verilabel_wire::{Budget, Sealed, StatusListToken};

use super::{Issuer, KeyState, Purpose};

/// Why a status list of the pack says nothing. Never a statement about a label.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatusTrouble {
    /// The pack has no such list.
    #[error("the trust pack has no status list {list} of {issuer}")]
    NoList {
        /// The issuer.
        issuer: IssuerId,
        /// The list's number.
        list: u32,
    },
    /// The token is malformed, or none of the issuer's keys signed it.
    #[error("status list {list} of {issuer} cannot be believed: {reason}")]
    NotBelievable {
        /// The issuer.
        issuer: IssuerId,
        /// The list's number.
        list: u32,
        /// Why.
        reason: String,
    },
    /// The token is that of another list.
    #[error("status list {list} of {issuer} says that it is {:?}", excerpt(.found))]
    AnotherList {
        /// The issuer.
        issuer: IssuerId,
        /// The list's number.
        list: u32,
        /// The subject found.
        found: String,
    },
}

impl StatusTrouble {
    /// The stable code of this trouble.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoList { .. } => "status-list-missing",
            Self::NotBelievable { .. } => "status-list-not-believable",
            Self::AnotherList { .. } => "status-list-mismatch",
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct StatusSlot {
    bytes: Arc<[u8]>,
    opened: OnceLock<Result<StatusListToken, StatusTrouble>>,
}

impl StatusSlot {
    pub(super) fn new(bytes: Arc<[u8]>) -> Self {
        Self { bytes, opened: OnceLock::new() }
    }

    pub(super) fn token(&self, issuer: &Issuer, list: u32) -> Result<&StatusListToken, StatusTrouble> {
        self.opened.get_or_init(|| open(&self.bytes, issuer, list)).as_ref().map_err(Clone::clone)
    }
}

fn open(bytes: &[u8], issuer: &Issuer, list: u32) -> Result<StatusListToken, StatusTrouble> {
    let not_believable =
        |reason: String| StatusTrouble::NotBelievable { issuer: issuer.id.clone(), list, reason };
    let sealed = Sealed::<StatusListToken>::parse(bytes).map_err(|e| not_believable(e.to_string()))?;
    let mut budget = Budget::default();
    let mut reason = "its key is none of the issuer's".to_owned();
    let keys = issuer.keys.iter().filter(|key| {
        key.serves(Purpose::Status)
            && key.state == KeyState::Trusted
            && sealed.untrusted_hint().names(&key.key.id())
    });
    for key in keys {
        match sealed.open(&key.key, &mut budget) {
            Ok(token) => {
                let token = token.into_value();
                if !key.in_use_at(token.issued_at) {
                    let issued_at = token.issued_at;
                    reason = format!("it was signed on {}, when its key was not in use", issued_at.date());
                    continue;
                }
                if token.subject != issuer.status_list_uri(list) {
                    let found = token.subject;
                    return Err(StatusTrouble::AnotherList { issuer: issuer.id.clone(), list, found });
                }
                return Ok(token);
            }
            Err(error) => reason = error.to_string(),
        }
    }
    Err(not_believable(reason))
}
