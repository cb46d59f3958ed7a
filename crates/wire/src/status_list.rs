//! Token Status List (draft-ietf-oauth-status-list-21), CWT form.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use verilabel_label::{Status, Timestamp};

use crate::Inflate;
use crate::cbor::{self, KeyOrder, Reader};
use crate::cose::{EnvelopeRules, Kind, sign1};
use crate::{CborError, EnvelopeError, Payload, PayloadError, Sealed, Sign, SignError};

/// CWT claims (RFC 8392 §3.1; Token Status List §5.2).
mod claim {
    pub(super) const SUB: i64 = 2;
    pub(super) const EXP: i64 = 4;
    pub(super) const IAT: i64 = 6;
    pub(super) const STATUS_LIST: i64 = 65_533;
    pub(super) const TTL: i64 = 65_534;
}

/// Header parameter typ (Token Status List §5.2): the media type, or its number at IANA.
const TYP: &str = "application/statuslist+cwt";
const TYP_NUMBER: u64 = 279;

/// Longest token: 2²⁴ entries of two bits that do not compress.
const MAX_TOKEN: usize = 4 << 20;
/// Most entries of a list, however many bits each has.
const MAX_ENTRIES: usize = 1 << 24;

const RULES: EnvelopeRules = EnvelopeRules {
    max_length: MAX_TOKEN,
    // The specification asks neither for deterministic encoding nor for a protected key id.
    order: KeyOrder::Any,
    lenient_headers: true,
    key_id_length: None,
    typ: Some(Kind { media_type: TYP, content_format: TYP_NUMBER }),
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
        match usize::try_from(entries.div_ceil(4)) {
            Ok(length) if length <= most_bytes(Self::BITS) => {
                Ok(Self { bits: Self::BITS, bytes: vec![0; length] })
            }
            _ => Err(StatusListError::TooLarge { max: MAX_ENTRIES }),
        }
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
        let most = most_bytes(bits);
        let limit = u64::try_from(most + 1).unwrap_or(u64::MAX);
        let (mut bytes, mut stream) = (Vec::new(), Inflate::zlib(compressed));
        stream.by_ref().take(limit).read_to_end(&mut bytes).map_err(|_| StatusListError::NotZlib)?;
        if bytes.len() > most {
            return Err(StatusListError::TooLarge { max: MAX_ENTRIES });
        }
        if !stream.rest().is_empty() {
            return Err(StatusListError::NotZlib);
        }
        Ok(Self { bits, bytes })
    }
}

/// Bytes of the longest list whose entries have so many bits.
fn most_bytes(bits: u8) -> usize {
    MAX_ENTRIES / usize::from(8 / bits)
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

impl StatusListToken {
    /// Until when it may be relied on: its expiry; without one, what its time to live allows from when it was made
    /// (docs/spec/status.md). `None` where it says neither.
    #[must_use]
    pub fn good_until(&self) -> Option<Timestamp> {
        self.expires.or_else(|| {
            let seconds = i64::try_from(self.time_to_live?).ok()?;
            Timestamp::from_seconds(self.issued_at.seconds().checked_add(seconds)?).ok()
        })
    }
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
        let mut reader = Reader::with(payload, KeyOrder::Any);
        let (mut subject, mut issued_at, mut expires, mut time_to_live, mut list) =
            (None, None, None, None, None);
        reader.map(KeyOrder::Any, |reader, key| {
            match key {
                claim::SUB => subject = Some(reader.text()?.to_owned()),
                claim::EXP => expires = Some(Timestamp::from_seconds(reader.seconds()?)?),
                claim::IAT => issued_at = Some(Timestamp::from_seconds(reader.seconds()?)?),
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
    /// Not one zlib stream (RFC 1950), or something follows it.
    #[error("the status list is no zlib stream, or something follows it")]
    NotZlib,
    /// Larger than allowed.
    #[error("the status list has more than {max} entries")]
    TooLarge {
        /// Entries allowed.
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
