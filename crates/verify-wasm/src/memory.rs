//! What a verifier remembers of the trust packs that it accepted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use verilabel_trust::{TrustedStore, UpdateError};

use crate::Refusal;

/// The accepted metadata by role. Whoever has the memory again takes no older pack.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Memory {
    roles: BTreeMap<String, String>,
}

impl Memory {
    /// Reads what [`Self::to_json`] gave.
    ///
    /// # Errors
    /// `memory-damaged`. It is better to say so than to begin anew in silence: with the memory goes the protection
    /// from older packs.
    pub fn from_json(text: &str) -> Result<Self, Refusal> {
        serde_json::from_slice(text.as_bytes()).map_err(|error| {
            Refusal::new(
                "memory-damaged",
                format!("what was remembered of earlier packs is damaged: {error}"),
            )
        })
    }

    /// For keeping.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl TrustedStore for Memory {
    fn load(&self, role: &str) -> Result<Option<Vec<u8>>, UpdateError> {
        Ok(self.roles.get(role).map(|text| text.clone().into_bytes()))
    }

    fn save(&mut self, role: &str, bytes: &[u8]) -> Result<(), UpdateError> {
        // Metadata that was accepted is JSON, and so UTF-8 (RFC 8259 §8.1).
        self.roles.insert(role.to_owned(), String::from_utf8_lossy(bytes).into_owned());
        Ok(())
    }

    fn remove(&mut self, role: &str) -> Result<(), UpdateError> {
        self.roles.remove(role);
        Ok(())
    }
}
