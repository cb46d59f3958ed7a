//! Reading CBOR head by head: strictly, as RFC 8949 §4.2.1 (core deterministic encoding) has it, or as any message whose
//! specification asks for less. Lengths are definite either way.
//!
//! minicbor reads the items; this module looks at every head first, so that each fault has its own
//! name and place.

use minicbor::data::Type;
use minicbor::{Decoder, Encoder};

/// Why CBOR is refused. `at` is the offset of the byte within the item that was handed in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CborError {
    /// The bytes end within an item.
    #[error("the CBOR ends at byte {at}, in the middle of an item")]
    Truncated {
        /// Offset.
        at: usize,
    },
    /// Bytes follow after the last item.
    #[error("{count} bytes follow after the end at byte {at}")]
    Trailing {
        /// Offset.
        at: usize,
        /// Number of bytes.
        count: usize,
    },
    /// A string, array or map without a length.
    #[error("an item of indefinite length begins at byte {at}")]
    Indefinite {
        /// Offset.
        at: usize,
    },
    /// A head longer than its value needs.
    #[error("the number at byte {at} is written longer than it needs to be")]
    NotShortest {
        /// Offset.
        at: usize,
    },
    /// A head that is not well-formed (RFC 8949 §3: additional information 28 to 30; §3.3: simple values below 32 in
    /// two bytes).
    #[error("byte {at} is no head that CBOR knows")]
    Reserved {
        /// Offset.
        at: usize,
    },
    /// A tag other than the one due.
    #[error("tag {tag} at byte {at} is not one that may stand there")]
    Tag {
        /// Offset.
        at: usize,
        /// The tag.
        tag: u64,
    },
    /// An item of another kind than the one due.
    #[error("{expected} is due at byte {at}, found {found}")]
    Type {
        /// Offset.
        at: usize,
        /// What is due.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// A number that does not fit its purpose.
    #[error("the number at byte {at} is out of range")]
    Range {
        /// Offset.
        at: usize,
    },
    /// Items nested deeper than anything here needs.
    #[error("the item at byte {at} is nested too deep")]
    Depth {
        /// Offset.
        at: usize,
    },
    /// An array or map of another length than the one due.
    #[error("{expected} entries are due at byte {at}, found {found}")]
    Length {
        /// Offset.
        at: usize,
        /// Entries due.
        expected: u64,
        /// Entries found.
        found: u64,
    },
    /// Text that is not UTF-8.
    #[error("the text at byte {at} is not UTF-8")]
    Utf8 {
        /// Offset.
        at: usize,
    },
    /// A map key that stands twice.
    #[error("map key {key} stands a second time at byte {at}")]
    DuplicateKey {
        /// Offset.
        at: usize,
        /// The key.
        key: i64,
    },
    /// A text key that stands twice.
    #[error("the text key at byte {at} stands a second time")]
    DuplicateText {
        /// Offset.
        at: usize,
    },
    /// A map key out of order (RFC 8949 §4.2.1: bytewise).
    #[error("map key {key} at byte {at} is out of order")]
    KeyOrder {
        /// Offset.
        at: usize,
        /// The key.
        key: i64,
    },
    /// A map key without meaning here.
    #[error("map key {key} at byte {at} has no meaning here")]
    UnknownKey {
        /// Offset.
        at: usize,
        /// The key.
        key: i64,
    },
    /// A map key that must be there.
    #[error("map key {key} is missing")]
    MissingKey {
        /// The key.
        key: i64,
    },
}

impl CborError {
    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Truncated { .. } => "cbor-truncated",
            Self::Trailing { .. } => "cbor-trailing-bytes",
            Self::Indefinite { .. } => "cbor-indefinite-length",
            Self::NotShortest { .. } => "cbor-not-shortest",
            Self::Reserved { .. } => "cbor-reserved",
            Self::Tag { .. } => "cbor-unknown-tag",
            Self::Type { .. } => "cbor-type",
            Self::Range { .. } => "cbor-range",
            Self::Depth { .. } => "cbor-too-deep",
            Self::Length { .. } => "cbor-length",
            Self::Utf8 { .. } => "cbor-not-utf8",
            Self::DuplicateKey { .. } | Self::DuplicateText { .. } => "cbor-duplicate-key",
            Self::KeyOrder { .. } => "cbor-key-order",
            Self::UnknownKey { .. } => "cbor-unknown-key",
            Self::MissingKey { .. } => "cbor-missing-key",
        }
    }
}

/// Which order of map keys is accepted. Duplicates never are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyOrder {
    /// As RFC 8949 §4.2.1 has it, and no key that is not known.
    Deterministic,
    /// Any, and keys of text besides (RFC 9052 §1.4, RFC 8392 §1.1): for messages whose specification leaves it open.
    Any,
}

/// How deep items may be nested that are passed over.
pub(crate) const MAX_DEPTH: u8 = 16;

/// A cursor over definite-length CBOR.
#[derive(Debug)]
pub(crate) struct Reader<'b> {
    decoder: Decoder<'b>,
    /// Whether heads must be as short as they can be.
    shortest: bool,
}

impl<'b> Reader<'b> {
    /// Over deterministic CBOR.
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self::with(bytes, KeyOrder::Deterministic)
    }

    /// Over CBOR whose maps are read in that order; heads may be longer than they need to be where the order is free.
    pub(crate) fn with(bytes: &'b [u8], order: KeyOrder) -> Self {
        Self { decoder: Decoder::new(bytes), shortest: order == KeyOrder::Deterministic }
    }

    pub(crate) fn position(&self) -> usize {
        self.decoder.position()
    }

    pub(crate) fn finish(self) -> Result<(), CborError> {
        let at = self.position();
        match self.decoder.input().len() - at {
            0 => Ok(()),
            count => Err(CborError::Trailing { at, count }),
        }
    }

    pub(crate) fn tag(&mut self, due: u64) -> Result<(), CborError> {
        let at = self.head(&[Type::Tag], "a tag")?;
        let tag = self.decoder.tag().map_err(|_| CborError::Truncated { at })?.as_u64();
        if tag == due { Ok(()) } else { Err(CborError::Tag { at, tag }) }
    }

    /// Whether text comes next.
    pub(crate) fn is_text(&self) -> bool {
        self.decoder.datatype().is_ok_and(|found| found == Type::String)
    }

    pub(crate) fn array(&mut self, due: u64) -> Result<(), CborError> {
        let at = self.position();
        match self.array_any()? {
            found if found == due => Ok(()),
            found => Err(CborError::Length { at, expected: due, found }),
        }
    }

    pub(crate) fn array_any(&mut self) -> Result<u64, CborError> {
        let at = self.head(&[Type::Array], "an array")?;
        self.decoder.array().ok().flatten().ok_or(CborError::Truncated { at })
    }

    fn map_any(&mut self) -> Result<u64, CborError> {
        let at = self.head(&[Type::Map], "a map")?;
        self.decoder.map().ok().flatten().ok_or(CborError::Truncated { at })
    }

    pub(crate) fn bytes(&mut self) -> Result<&'b [u8], CborError> {
        let at = self.head(&[Type::Bytes], "a byte string")?;
        self.decoder.bytes().map_err(|_| CborError::Truncated { at })
    }

    pub(crate) fn text(&mut self) -> Result<&'b str, CborError> {
        let at = self.head(&[Type::String], "text")?;
        self.decoder.str().map_err(|error| {
            if error.is_end_of_input() { CborError::Truncated { at } } else { CborError::Utf8 { at } }
        })
    }

    pub(crate) fn unsigned(&mut self) -> Result<u64, CborError> {
        let at = self.head(&UNSIGNED, "an unsigned number")?;
        self.decoder.u64().map_err(|_| CborError::Truncated { at })
    }

    pub(crate) fn unsigned_fitting<T: TryFrom<u64>>(&mut self) -> Result<T, CborError> {
        let at = self.position();
        T::try_from(self.unsigned()?).map_err(|_| CborError::Range { at })
    }

    pub(crate) fn integer(&mut self) -> Result<i64, CborError> {
        let at = self.head(&INTEGER, "an integer")?;
        self.decoder.i64().map_err(|error| {
            if error.is_end_of_input() { CborError::Truncated { at } } else { CborError::Range { at } }
        })
    }

    /// Whole seconds, of which a float (of 32 or 64 bits) is rounded down (RFC 8392 §2, `NumericDate`).
    pub(crate) fn seconds(&mut self) -> Result<i64, CborError> {
        let at = self.position();
        if !matches!(self.decoder.datatype(), Ok(Type::F32 | Type::F64)) {
            return self.unsigned_fitting();
        }
        let seconds = self.decoder.f64().map_err(|_| CborError::Truncated { at })?;
        // Whole numbers up to 2⁵³ are exact, and later than any time that can be told.
        if !(0.0..9_007_199_254_740_992.0).contains(&seconds) {
            return Err(CborError::Range { at });
        }
        #[expect(
            clippy::as_conversions,
            clippy::cast_possible_truncation,
            reason = "it is in range, and finite"
        )]
        Ok(seconds.floor() as i64)
    }

    /// The head of a map whose keys are compared with each other.
    fn small_map(&mut self) -> Result<u64, CborError> {
        const MAX_ENTRIES: u64 = 64;
        let at = self.position();
        let entries = self.map_any()?;
        if entries <= MAX_ENTRIES { Ok(entries) } else { Err(CborError::Range { at }) }
    }

    /// Reads a map with integer keys; `entry` reads the value of each key or answers `false` when it
    /// does not know the key.
    pub(crate) fn map<E: From<CborError>>(
        &mut self,
        order: KeyOrder,
        entry: impl FnMut(&mut Self, i64) -> Result<bool, E>,
    ) -> Result<(), E> {
        let entries = self.small_map()?;
        match order {
            KeyOrder::Deterministic => self.ordered_map(entries, entry),
            KeyOrder::Any => self.any_map(entries, entry),
        }
    }

    fn ordered_map<E: From<CborError>>(
        &mut self,
        entries: u64,
        mut entry: impl FnMut(&mut Self, i64) -> Result<bool, E>,
    ) -> Result<(), E> {
        let mut previous = None;
        for _ in 0..entries {
            let at = self.position();
            let key = self.integer()?;
            if let Some(previous) = previous {
                if previous == key {
                    return Err(CborError::DuplicateKey { at, key }.into());
                }
                if rank(previous) > rank(key) {
                    return Err(CborError::KeyOrder { at, key }.into());
                }
            }
            previous = Some(key);
            if !entry(self, key)? {
                return Err(CborError::UnknownKey { at, key }.into());
            }
        }
        Ok(())
    }

    /// What is not known is passed over.
    fn any_map<E: From<CborError>>(
        &mut self,
        entries: u64,
        mut entry: impl FnMut(&mut Self, i64) -> Result<bool, E>,
    ) -> Result<(), E> {
        let (mut seen, mut seen_texts) = (Vec::new(), Vec::new());
        for _ in 0..entries {
            let at = self.position();
            let known = if self.is_text() {
                self.new_text(&mut seen_texts)?;
                false
            } else {
                let key = self.integer()?;
                if seen.contains(&key) {
                    return Err(CborError::DuplicateKey { at, key }.into());
                }
                seen.push(key);
                entry(self, key)?
            };
            if !known {
                self.skip(MAX_DEPTH)?;
            }
        }
        Ok(())
    }

    /// A key of text that the map has not had yet.
    fn new_text(&mut self, seen: &mut Vec<&'b str>) -> Result<&'b str, CborError> {
        let at = self.position();
        let key = self.text()?;
        if seen.contains(&key) {
            return Err(CborError::DuplicateText { at });
        }
        seen.push(key);
        Ok(key)
    }

    /// Reads a map with text keys, in any order; keys that `entry` does not know are passed over.
    pub(crate) fn text_map(
        &mut self,
        mut entry: impl FnMut(&mut Self, &str) -> Result<bool, CborError>,
    ) -> Result<(), CborError> {
        let mut seen = Vec::new();
        for _ in 0..self.small_map()? {
            let key = self.new_text(&mut seen)?;
            if !entry(self, key)? {
                self.skip(MAX_DEPTH)?;
            }
        }
        Ok(())
    }

    /// Passes over one item, nested at most so deep.
    pub(crate) fn skip(&mut self, depth: u8) -> Result<(), CborError> {
        let at = self.position();
        let deeper = depth.checked_sub(1).ok_or(CborError::Depth { at })?;
        match self.decoder.datatype().map_err(|_| CborError::Truncated { at })? {
            Type::Array => (0..self.array_any()?).try_for_each(|_| self.skip(deeper)),
            Type::Map => {
                (0..self.map_any()?).try_for_each(|_| self.skip(deeper).and_then(|()| self.skip(deeper)))
            }
            Type::Tag => {
                self.head(&[Type::Tag], "a tag")?;
                self.decoder.tag().map_err(|_| CborError::Truncated { at })?;
                self.skip(deeper)
            }
            Type::Bytes => self.bytes().map(drop),
            Type::String => self.text().map(drop),
            // Numbers and simple values are all head.
            _ => {
                let end = self.check_head(at)?;
                self.decoder.set_position(end);
                Ok(())
            }
        }
    }

    /// Checks the head of the next item and that it is of one of the kinds due; gives its offset.
    fn head(&mut self, due: &[Type], expected: &'static str) -> Result<usize, CborError> {
        let at = self.position();
        let found = self.decoder.datatype().map_err(|_| CborError::Truncated { at })?;
        self.check_head(at)?;
        if due.contains(&found) {
            return Ok(at);
        }
        if found == Type::Tag {
            let tag = self.decoder.tag().map_err(|_| CborError::Truncated { at })?.as_u64();
            return Err(CborError::Tag { at, tag });
        }
        Err(CborError::Type { at, expected, found: found.to_string() })
    }

    /// RFC 8949 §3 and §4.2.1: a definite length, and a head as short as it can be where that is due; gives its end.
    fn check_head(&self, at: usize) -> Result<usize, CborError> {
        const SIMPLE_OR_FLOAT: u8 = 7;
        let rest = self.decoder.input().get(at..).unwrap_or_default();
        let (&first, rest) = rest.split_first().ok_or(CborError::Truncated { at })?;
        let length = match first & 31 {
            0..=23 => 0,
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            31 => return Err(CborError::Indefinite { at }),
            _ => return Err(CborError::Reserved { at }),
        };
        let shortest = match rest.get(..length).ok_or(CborError::Truncated { at })? {
            [] => true,
            [simple] if first >> 5 == SIMPLE_OR_FLOAT && *simple < 32 => {
                return Err(CborError::Reserved { at });
            }
            _ if first >> 5 == SIMPLE_OR_FLOAT => true,
            [value] => *value >= 24,
            value => value.iter().take(length / 2).any(|byte| *byte != 0),
        };
        if shortest || !self.shortest { Ok(at + 1 + length) } else { Err(CborError::NotShortest { at }) }
    }
}

const UNSIGNED: [Type; 4] = [Type::U8, Type::U16, Type::U32, Type::U64];
const INTEGER: [Type; 9] =
    [Type::U8, Type::U16, Type::U32, Type::U64, Type::I8, Type::I16, Type::I32, Type::I64, Type::Int];

/// The bytewise order of encoded integer keys: unsigned before negative, then by magnitude, because
/// shortest heads grow with the magnitude.
fn rank(key: i64) -> (bool, u64) {
    if key >= 0 { (false, key.unsigned_abs()) } else { (true, key.unsigned_abs() - 1) }
}

/// Errors of an encoder that writes to memory; there are none.
pub(crate) type InMemory = minicbor::encode::Error<std::convert::Infallible>;

/// Writes CBOR to memory.
pub(crate) fn write(
    capacity: usize,
    items: impl FnOnce(&mut Encoder<&mut Vec<u8>>) -> Result<(), InMemory>,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(capacity);
    match items(&mut Encoder::new(&mut out)) {
        Ok(()) => out,
        // Writing to memory does not fail; if it did, nothing would be better than half a message.
        Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_error(bytes: &[u8]) -> CborError {
        Reader::new(bytes).skip(4).unwrap_err()
    }

    #[test]
    fn every_fault_has_its_name() {
        assert_eq!(first_error(&[]).code(), "cbor-truncated");
        assert_eq!(first_error(&[0x44, 1, 2]).code(), "cbor-truncated");
        assert_eq!(first_error(&[0x5F, 0x41, 1, 0xFF]).code(), "cbor-indefinite-length");
        assert_eq!(first_error(&[0x9F, 0xFF]).code(), "cbor-indefinite-length");
        assert_eq!(first_error(&[0x18, 0x17]).code(), "cbor-not-shortest");
        assert_eq!(first_error(&[0x19, 0x00, 0xFF]).code(), "cbor-not-shortest");
        assert_eq!(first_error(&[0x1A, 0x00, 0x00, 0xFF, 0xFF]).code(), "cbor-not-shortest");
        assert_eq!(first_error(&[0x58, 0x01, 0x00]).code(), "cbor-not-shortest");
        assert_eq!(first_error(&[0x1C]).code(), "cbor-reserved");
        assert_eq!(first_error(&[0x81, 0x81, 0x81, 0x81, 0x00]).code(), "cbor-too-deep");
        assert_eq!(Reader::new(&[0x61, 0xFF]).text().unwrap_err().code(), "cbor-not-utf8");
        assert_eq!(Reader::new(&[0xC1, 0x00]).unsigned().unwrap_err(), CborError::Tag { at: 0, tag: 1 });
    }

    #[test]
    fn an_item_of_any_kind_is_passed_over_whole() {
        for item in [
            &[0x17][..],
            &[0x18, 24],
            &[0x39, 1, 0],
            &[0x42, 1, 2],
            &[0x61, b'a'],
            &[0x82, 0x81, 0x00, 0xA0],
            &[0xA1, 0x01, 0x20],
            &[0xC1, 0x00],
            &[0xF6],
            &[0xF8, 32],
            &[0xF9, 0, 0],
            &[0xFA, 0, 0, 0, 0],
            &[0xFB, 0, 0, 0, 0, 0, 0, 0, 0],
        ] {
            let bytes = [item, &[0x05]].concat();
            let mut reader = Reader::new(&bytes);
            assert_eq!(reader.skip(4).and_then(|()| reader.unsigned()), Ok(5), "{item:02x?}");
        }
    }

    #[test]
    fn maps_are_ordered_and_keys_stand_once() {
        let read = |bytes: &[u8], order| {
            Reader::new(bytes)
                .map(order, |r, _| r.unsigned().map(|_| true))
                .map_err(|e: CborError| e.to_string())
        };
        let sorted = [0xA3, 0x01, 0x00, 0x20, 0x00, 0x3A, 0x00, 0x01, 0x00, 0x00, 0x00];
        assert_eq!(read(&sorted, KeyOrder::Deterministic), Ok(()));
        let unsorted = [0xA2, 0x20, 0x00, 0x01, 0x00];
        assert!(read(&unsorted, KeyOrder::Deterministic).unwrap_err().contains("out of order"));
        assert_eq!(read(&unsorted, KeyOrder::Any), Ok(()));
        let twice = [0xA2, 0x01, 0x00, 0x01, 0x00];
        let many = [&[0xB8, 65][..], &[0, 0].repeat(65)].concat();
        assert_eq!(read(&many, KeyOrder::Any), Err("the number at byte 0 is out of range".to_owned()));
        for order in [KeyOrder::Deterministic, KeyOrder::Any] {
            assert!(read(&twice, order).unwrap_err().contains("a second time"));
        }
        let texts = [0xA3, 0x61, b'a', 0x00, 0x01, 0x00, 0x61, b'b', 0x00];
        assert_eq!(read(&texts, KeyOrder::Any), Ok(()));
        assert!(read(&texts, KeyOrder::Deterministic).unwrap_err().contains("an integer is due"));
        let twice = [0xA2, 0x61, b'a', 0x00, 0x61, b'a', 0x00];
        assert!(read(&twice, KeyOrder::Any).unwrap_err().contains("a second time"));
    }

    #[test]
    fn heads_may_be_longer_only_where_that_is_free() {
        for long in [&[0x18, 0x07][..], &[0x1B, 0, 0, 0, 0, 0, 0, 0, 7], &[0x1A, 0, 0, 0, 7]] {
            assert_eq!(Reader::new(long).unsigned().unwrap_err().code(), "cbor-not-shortest");
            assert_eq!(Reader::with(long, KeyOrder::Any).unsigned(), Ok(7));
        }
        for (wrong, code) in [
            (&[0x1C][..], "cbor-reserved"),
            (&[0x5F, 0x41, 1, 0xFF], "cbor-indefinite-length"),
            (&[0xFF], "cbor-indefinite-length"),
            (&[0x18], "cbor-truncated"),
            (&[0xFC], "cbor-reserved"),
            (&[0xF8, 0x18], "cbor-reserved"),
            (&[0xFB, 0, 0, 0, 0, 0, 0, 0], "cbor-truncated"),
            (&[0x61, 0xFF], "cbor-not-utf8"),
            (&[0x9B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], "cbor-truncated"),
        ] {
            let refused = Reader::with(wrong, KeyOrder::Any).skip(MAX_DEPTH).unwrap_err();
            assert_eq!(refused.code(), code, "{wrong:02x?}");
        }
    }
}
