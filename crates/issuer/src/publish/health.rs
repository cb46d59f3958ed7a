//! How publishing goes, for whoever watches over it.

use serde::Serialize;
use verilabel_label::Timestamp;

use super::{PublicationError, Published};
use crate::{Refusal, Seq};

/// How publishing goes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Health {
    /// The last event that everything out there takes account of.
    pub through: Option<Seq>,
    /// The version of the trust pack out there.
    pub version: Option<u64>,
    /// When records and folder were last seen to agree: what is decided later may not be out there.
    pub agreed_at: Option<Timestamp>,
    /// When something was published last.
    pub published_at: Option<Timestamp>,
    /// Releases of the pack since the start.
    pub releases: u64,
    /// Labels whose files were written since the start.
    pub labels: u64,
    /// Labels among them that could not be drawn; their links are out there all the same.
    pub not_drawn: u64,
    /// Status lists that wait for a key.
    pub lists_without_key: usize,
    /// Documents of the pack that wait for a ceremony.
    pub waiting: Vec<String>,
    /// When the root of the pack expires: it must be signed anew before, with keys that are not here.
    pub root_expires: Option<Timestamp>,
    /// Failures since the start.
    pub failures: u64,
    /// Failures since something last went well.
    pub failures_in_a_row: u32,
    /// The last failure.
    pub last_failure: Option<Failure>,
}

/// A failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// Its stable code.
    pub code: &'static str,
    /// What happened.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

impl Health {
    /// What keeps decisions from going out, if anything does: a stable code, and words for whoever runs this.
    #[must_use]
    pub fn trouble(&self) -> Option<(&'static str, String)> {
        match &self.last_failure {
            Some(failure) if self.failures_in_a_row > 0 => Some((failure.code, failure.text.clone())),
            _ => self.no_key(),
        }
    }

    /// Status lists that no key can sign, as [`Health::trouble`] has it.
    fn no_key(&self) -> Option<(&'static str, String)> {
        let text = format!(
            "{} status lists are not published, as no key is in use that is trusted and that verifiers know: no \
             suspension, withdrawal or reinstatement goes out; see `key list`",
            self.lists_without_key
        );
        (self.lists_without_key > 0).then(|| (Refusal::NoKey.code(), text))
    }

    pub(super) fn went_well(&mut self, done: &Published, now: Timestamp) {
        self.failures_in_a_row = 0;
        self.lists_without_key = done.lists_without_key;
        self.waiting.clone_from(&done.waiting);
        // What no key can sign is not out there.
        if done.lists_without_key == 0 {
            self.through = Some(done.through);
            self.agreed_at = if done.more { self.agreed_at } else { Some(now) };
        }
        if done.version.is_some() || done.labels > 0 {
            self.published_at = Some(now);
        }
        self.releases += u64::from(done.version.is_some());
        self.labels += done.labels;
        self.not_drawn += done.not_drawn;
        if let Some(why) = &done.why_not_drawn {
            self.last_failure = Some(Failure { code: "label-not-drawn", text: why.clone(), at: now });
        }
    }

    /// Somebody else's turn is no failure.
    pub(super) fn went_wrong(&mut self, error: &PublicationError, now: Timestamp) {
        if error.is_contention() {
            return;
        }
        self.failures += 1;
        self.failures_in_a_row = self.failures_in_a_row.saturating_add(1);
        self.last_failure = Some(Failure { code: error.code(), text: error.to_string(), at: now });
    }
}
