//! The bitstring of a status list (W3C Bitstring Status List v1.0 §3.1 and §3.2): GZIP in base64url with the
//! multibase prefix `u`; entry 0 is the most significant bit of byte 0.
//!
//! Nothing of it is shared with the Token Status List, which counts bits from the other end.

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use verilabel_label::Status;
use verilabel_wire::StatusList;

/// What an entry that is set means (§2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StatusPurpose {
    /// Withdrawn for good.
    Revocation,
    /// Suspended for now.
    Suspension,
}

impl StatusPurpose {
    /// What the URL of a list of this purpose ends with.
    pub(crate) fn suffix(self) -> &'static str {
        match self {
            Self::Revocation => "-revocation",
            Self::Suspension => "-suspension",
        }
    }

    fn is_set_for(self, status: Status) -> bool {
        match self {
            Self::Revocation => status == Status::Invalid,
            Self::Suspension => status == Status::Suspended,
        }
    }
}

impl std::fmt::Display for StatusPurpose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.suffix().trim_start_matches('-'))
    }
}

/// A list of one bit for each label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BitstringList {
    bytes: Vec<u8>,
}

impl BitstringList {
    /// Fewest entries: fewer would tell who asks about which (§6.1).
    pub const MIN_ENTRIES: usize = 131_072;
    /// Most entries, those of a Token Status List of ours.
    pub const MAX_ENTRIES: usize = 1 << 24;

    /// The bits of one purpose out of the list of statuses that seals refer to.
    ///
    /// # Errors
    /// [`BitstringError::TooLarge`]; [`BitstringError::NoMeaning`] for a status that neither purpose can say.
    pub fn of(list: &StatusList, purpose: StatusPurpose) -> Result<Self, BitstringError> {
        if list.len() > Self::MAX_ENTRIES {
            return Err(BitstringError::TooLarge);
        }
        let mut bytes = vec![0; list.len().max(Self::MIN_ENTRIES).div_ceil(8)];
        for index in 0..u32::try_from(list.len()).unwrap_or(u32::MAX) {
            match list.status(index) {
                Some(Status::ApplicationSpecific) => return Err(BitstringError::NoMeaning { index }),
                Some(status) if purpose.is_set_for(status) => {
                    let (byte, mask) = place(index);
                    bytes[byte] |= mask;
                }
                _ => {}
            }
        }
        Ok(Self { bytes })
    }

    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len() * 8
    }

    /// Whether there are none; a list always has some.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether an entry is set; `None` beyond the end, which says nothing about the label.
    #[must_use]
    pub fn is_set(&self, index: u32) -> Option<bool> {
        let (byte, mask) = place(index);
        Some(self.bytes.get(byte)? & mask != 0)
    }

    /// `encodedList`.
    #[must_use]
    pub(crate) fn encoded(&self) -> String {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        // Writing to memory cannot fail.
        let written = encoder.write_all(&self.bytes).and_then(|()| encoder.finish());
        format!("u{}", URL_SAFE_NO_PAD.encode(written.unwrap_or_default()))
    }

    pub(crate) fn decode(encoded: &str) -> Result<Self, BitstringError> {
        let compressed = encoded.strip_prefix('u').and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        let compressed = compressed.ok_or(BitstringError::NotMultibase)?;
        let limit = u64::try_from(Self::MAX_ENTRIES / 8 + 1).unwrap_or(u64::MAX);
        let mut bytes = Vec::new();
        let mut stream = GzDecoder::new(compressed.as_slice()).take(limit);
        stream.read_to_end(&mut bytes).map_err(|_| BitstringError::NotGzip)?;
        match bytes.len() * 8 {
            entries if entries > Self::MAX_ENTRIES => Err(BitstringError::TooLarge),
            entries if entries < Self::MIN_ENTRIES => Err(BitstringError::TooSmall { entries }),
            _ if !stream.into_inner().into_inner().is_empty() => Err(BitstringError::NotGzip),
            _ => Ok(Self { bytes }),
        }
    }
}

fn place(index: u32) -> (usize, u8) {
    (usize::try_from(index / 8).unwrap_or(usize::MAX), 0x80 >> (index % 8))
}

/// Why a bitstring is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BitstringError {
    /// Not base64url with the multibase prefix `u`.
    #[error("the list is not base64url with the prefix u")]
    NotMultibase,
    /// Not one GZIP member (RFC 1952).
    #[error("the list is no GZIP stream")]
    NotGzip,
    /// More entries than any list of ours.
    #[error("the list has more than {} entries", BitstringList::MAX_ENTRIES)]
    TooLarge,
    /// Fewer entries than a list must have.
    #[error(
        "the list has {entries} entries, fewer than the {} that it must have",
        BitstringList::MIN_ENTRIES
    )]
    TooSmall {
        /// Entries found.
        entries: usize,
    },
    /// A status that is neither valid nor withdrawn nor suspended.
    #[error("entry {index} has a status that no bitstring can say")]
    NoMeaning {
        /// The entry.
        index: u32,
    },
}

impl BitstringError {
    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotMultibase => "status-list-not-multibase",
            Self::NotGzip => "status-list-not-gzip",
            Self::TooLarge => "status-list-too-large",
            Self::TooSmall { .. } => "status-list-too-small",
            Self::NoMeaning { .. } => "status-no-meaning",
        }
    }
}
