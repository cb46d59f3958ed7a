//! One event of the audit chain.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use verilabel_label::Timestamp;
use verilabel_wire::sha256;

use crate::store::Cells;
use crate::{Refusal, Seq, hex};

/// What an event says besides, by name.
pub type Facts = BTreeMap<String, String>;

/// A decision, made or refused. Members stand in alphabetical order: this is also the form that is hashed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Who: `system`, or a user's id and name.
    pub actor: String,
    /// When.
    pub at: Timestamp,
    /// What it says besides.
    pub facts: Facts,
    /// What was decided, such as `approve-award`.
    pub kind: String,
    /// The code of the refusal, if it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// Its place in the chain.
    pub seq: Seq,
    /// What it is about, such as `label CSA/1`.
    pub subject: String,
}

/// SHA-256 over the hash before and the event's bytes; 64 hexadecimal digits in text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ChainHash([u8; 32]);

impl ChainHash {
    /// What the first event follows.
    pub const GENESIS: Self = Self([0; 32]);

    /// The hash of what follows.
    #[must_use]
    pub fn followed_by(self, body: &str) -> Self {
        let mut message = Vec::with_capacity(32 + body.len());
        message.extend_from_slice(&self.0);
        message.extend_from_slice(body.as_bytes());
        Self(sha256(&message))
    }
}

impl std::fmt::Display for ChainHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&hex::encode(&self.0))
    }
}

impl std::str::FromStr for ChainHash {
    type Err = NotAHash;
    fn from_str(text: &str) -> Result<Self, NotAHash> {
        hex::decode(text).map(Self).ok_or(NotAHash)
    }
}

/// Not 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hash has 64 lower-case hexadecimal digits")]
pub struct NotAHash;

/// An event as its row holds it: the bytes that were hashed, and their hash.
#[derive(Debug, Clone)]
pub(crate) struct Chained {
    pub(crate) event: Event,
    pub(crate) body: String,
    pub(crate) hash: ChainHash,
}

impl Chained {
    pub(crate) fn after(previous: ChainHash, event: Event) -> Result<Self, Refusal> {
        let body = serde_json::to_string(&event).map_err(|e| Refusal::damaged("an event", &e))?;
        let hash = previous.followed_by(&body);
        Ok(Self { event, body, hash })
    }
}

/// Reads the event of a row, without checking the chain.
pub(crate) fn event(row: &AnyRow) -> Result<Event, Refusal> {
    row.json("body")
}
