//! Token Status List (draft-ietf-oauth-status-list-21), CWT form.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use verilabel_label::{Status, Timestamp};

use crate::Inflate;
use crate::cbor::{self, KeyOrder, Reader};
use crate::cose::{EnvelopeRules, sign1};
use crate::{CborError, EnvelopeError, Payload, PayloadError, Sealed, Sign, SignError};

/// CWT claims (RFC 8392 §3.1; Token Status List §5.2).
mod claim {
    pub(super) const SUB: i64 = 2;
    pub(super) const EXP: i64 = 4;
    pub(super) const IAT: i64 = 6;
    pub(super) const STATUS_LIST: i64 = 65_533;
    pub(super) const TTL: i64 = 65_534;
}

/// Header parameter typ (Token Status List §5.2).
const TYP: &str = "application/statuslist+cwt";

/// Longest token, and largest list when inflated: 2²⁴ entries of two bits.
const MAX_TOKEN: usize = 4 << 20;
const MAX_LIST: usize = 4 << 20;

const RULES: EnvelopeRules = EnvelopeRules {
    max_length: MAX_TOKEN,
    // The specification asks neither for deterministic maps nor for a protected key id.
    order: KeyOrder::Any,
    lenient_headers: true,
    key_id_length: None,
    typ: Some(TYP),
};

/// A packed list of statuses: entry 0 in the least significant bits of byte 0 (§4.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusList {
    bits: u8,
    bytes: Vec<u8>,
}

impl StatusList {
    /// Bits of an entry in the lists that this project writes: valid, invalid, suspended.
    pub const BITS: u8 = 2;

    /// A list of `entries` valid entries of two bits, rounded up to whole bytes.
    ///
    /// # Errors
    /// [`StatusListError::TooLarge`] above 2²⁴ entries.
    pub fn all_valid(entries: u32) -> Result<Self, StatusListError> {
        let length = usize::try_from(entries.div_ceil(4)).unwrap_or(usize::MAX);
        if length > MAX_LIST {
            return Err(StatusListError::TooLarge { max: MAX_LIST });
        }
        Ok(Self { bits: Self::BITS, bytes: vec![0; length] })
    }

    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len() * usize::from(8 / self.bits)
    }

    /// Whether the list has no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The status at an index; `None` beyond the end, which says nothing about the label.
    #[must_use]
    pub fn status(&self, index: u32) -> Option<Status> {
        let (byte, shift) = self.place(index)?;
        let mask = u8::MAX >> (8 - self.bits);
        Some(Status::from_value((self.bytes.get(byte)? >> shift) & mask))
    }

    /// Sets the status at an index.
    ///
    /// # Errors
    /// [`StatusListError::OutOfRange`] beyond the end; a list of one bit holds no suspension.
    pub fn set(&mut self, index: u32, status: Status) -> Result<(), StatusListError> {
        let out_of_range = StatusListError::OutOfRange { index, length: self.len() };
        let mask = u8::MAX >> (8 - self.bits);
        if status.value() & !mask != 0 {
            return Err(out_of_range);
        }
        let (byte, shift) = self.place(index).ok_or(out_of_range.clone())?;
        let byte = self.bytes.get_mut(byte).ok_or(out_of_range)?;
        *byte = (*byte & !(mask << shift)) | status.value() << shift;
        Ok(())
    }

    fn place(&self, index: u32) -> Option<(usize, u32)> {
        let per_byte = u32::from(8 / self.bits);
        Some((usize::try_from(index / per_byte).ok()?, (index % per_byte) * u32::from(self.bits)))
    }

    fn compressed(&self) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        // Writing to memory cannot fail.
        let written = encoder.write_all(&self.bytes).and_then(|()| encoder.finish());
        written.unwrap_or_default()
    }

    fn inflate(bits: u8, compressed: &[u8]) -> Result<Self, StatusListError> {
        if !matches!(bits, 1 | 2 | 4 | 8) {
            return Err(StatusListError::Bits { bits });
        }
        let mut bytes = Vec::new();
        let limit = u64::try_from(MAX_LIST + 1).unwrap_or(u64::MAX);
        Inflate::zlib(compressed)
            .take(limit)
            .read_to_end(&mut bytes)
            .map_err(|_| StatusListError::NotZlib)?;
        if bytes.len() > MAX_LIST {
            return Err(StatusListError::TooLarge { max: MAX_LIST });
        }
        Ok(Self { bits, bytes })
    }
}

/// A status list with the claims around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusListToken {
    /// `sub`: the URI of the list.
    pub subject: String,
    /// `iat`: when it was made.
    pub issued_at: Timestamp,
    /// `exp`: until when it may be relied on.
    pub expires: Option<Timestamp>,
    /// `ttl` in seconds: how long it may be kept before a newer one is looked for.
    pub time_to_live: Option<u64>,
    /// The list.
    pub list: StatusList,
}

/// Signs a status list.
///
/// # Errors
/// Only those of the signer.
pub fn sign_status_list(token: &StatusListToken, signer: &dyn Sign) -> Result<Vec<u8>, SignError> {
    let compressed = token.list.compressed();
    let payload = cbor::write(compressed.len() + 160, |e| {
        e.map(3 + u64::from(token.expires.is_some()) + u64::from(token.time_to_live.is_some()))?;
        e.i64(claim::SUB)?.str(&token.subject)?;
        if let Some(expires) = token.expires {
            e.i64(claim::EXP)?.u64(expires.seconds_unsigned())?;
        }
        e.i64(claim::IAT)?.u64(token.issued_at.seconds_unsigned())?;
        e.i64(claim::STATUS_LIST)?.map(2)?;
        e.str("lst")?.bytes(&compressed)?.str("bits")?.u8(token.list.bits)?;
        if let Some(ttl) = token.time_to_live {
            e.i64(claim::TTL)?.u64(ttl)?;
        }
        Ok(())
    });
    sign1(&payload, &[], Some(TYP), signer)
}

impl<'b> Sealed<'b, StatusListToken> {
    /// Reads the envelope of a status list token.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, EnvelopeError> {
        Self::read(bytes, &[], &RULES)
    }
}

impl Payload for StatusListToken {
    type Error = PayloadError;

    fn decode(payload: &[u8]) -> Result<Self, PayloadError> {
        let mut reader = Reader::new(payload);
        let (mut subject, mut issued_at, mut expires, mut time_to_live, mut list) =
            (None, None, None, None, None);
        reader.map(KeyOrder::Any, |reader, key| {
            match key {
                claim::SUB => subject = Some(reader.text()?.to_owned()),
                claim::EXP => expires = Some(Timestamp::from_seconds(reader.unsigned_fitting()?)?),
                claim::IAT => issued_at = Some(Timestamp::from_seconds(reader.unsigned_fitting()?)?),
                claim::TTL => time_to_live = Some(reader.unsigned()?),
                claim::STATUS_LIST => list = Some(read_list(reader)?),
                _ => return Ok(false),
            }
            Ok::<_, PayloadError>(true)
        })?;
        reader.finish()?;
        let missing = |key| CborError::MissingKey { key };
        Ok(Self {
            subject: subject.ok_or(missing(claim::SUB))?,
            issued_at: issued_at.ok_or(missing(claim::IAT))?,
            expires,
            time_to_live,
            list: list.ok_or(missing(claim::STATUS_LIST))?,
        })
    }
}

/// The map of §4.3: `bits`, `lst`, and perhaps `aggregation_uri`.
fn read_list(reader: &mut Reader<'_>) -> Result<StatusList, PayloadError> {
    let (mut bits, mut list) = (None, None);
    reader.text_map(|reader, key| {
        match key {
            "bits" => bits = Some(reader.unsigned_fitting()?),
            "lst" => list = Some(reader.bytes()?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    let bits = bits.ok_or(StatusListError::Incomplete { member: "bits" })?;
    let list = list.ok_or(StatusListError::Incomplete { member: "lst" })?;
    Ok(StatusList::inflate(bits, list)?)
}

/// Why a status list is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatusListError {
    /// Entries have 1, 2, 4 or 8 bits.
    #[error("a status list has entries of 1, 2, 4 or 8 bits, not of {bits}")]
    Bits {
        /// Bits found.
        bits: u8,
    },
    /// Not a zlib stream (RFC 1950).
    #[error("the status list is no zlib stream")]
    NotZlib,
    /// Larger than allowed.
    #[error("the status list is larger than {max} bytes")]
    TooLarge {
        /// Bytes allowed.
        max: usize,
    },
    /// No such entry, or no room for that status in it.
    #[error("entry {index} does not fit a list of {length} entries")]
    OutOfRange {
        /// The index.
        index: u32,
        /// Number of entries.
        length: usize,
    },
    /// A member that must be there.
    #[error("the status list lacks its member {member:?}")]
    Incomplete {
        /// The member.
        member: &'static str,
    },
}

impl StatusListError {
    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Bits { .. } => "status-list-bits",
            Self::NotZlib => "status-list-not-zlib",
            Self::TooLarge { .. } => "status-list-too-large",
            Self::OutOfRange { .. } => "status-index-out-of-range",
            Self::Incomplete { .. } => "status-list-incomplete",
        }
    }
}

#[cfg(test)]
mod tests;
