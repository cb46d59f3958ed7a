//! JSON with one meaning (RFC 8259 §4, RFC 7515 §4): member names are unique.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use verilabel_label::excerpt;

/// Reads JSON, in which no object has a member twice at any depth.
///
/// # Errors
/// [`JsonError`] if it is not JSON, not UTF-8, nested deeper than 128, or not of the shape of `T`.
pub fn strict_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, JsonError> {
    let twice = RefCell::new(None);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let walked = Walk(&twice).deserialize(&mut reader).and_then(|()| reader.end());
    if let Some(member) = twice.into_inner() {
        return Err(JsonError::DuplicateMember { member });
    }
    walked.map_err(|e| JsonError::malformed(&e))?;
    serde_json::from_slice(bytes).map_err(|e| JsonError::malformed(&e))
}

/// Walks a value of any shape, and stops at a member that its object has already.
#[derive(Clone, Copy)]
struct Walk<'a>(&'a RefCell<Option<String>>);

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while let Some(member) = members.next_key::<String>()? {
            if seen.contains(&member) {
                *self.0.borrow_mut() = Some(member.chars().take(64).collect());
                return Err(serde::de::Error::custom("a member twice"));
            }
            seen.insert(member);
            members.next_value_seed(self)?;
        }
        Ok(())
    }
}

/// Why text is not JSON as it must be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// Not JSON, or not of the shape due.
    #[error("the JSON is malformed: {}", excerpt(.reason))]
    Malformed {
        /// What the JSON reader said, with line and column.
        reason: String,
    },
    /// An object with a member twice: readers would disagree which one counts.
    #[error("the JSON has member {:?} twice", excerpt(.member))]
    DuplicateMember {
        /// The member.
        member: String,
    },
}

impl JsonError {
    fn malformed(error: &serde_json::Error) -> Self {
        Self::Malformed { reason: error.to_string().chars().take(200).collect() }
    }

    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "json-malformed",
            Self::DuplicateMember { .. } => "json-duplicate-member",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn outcome(text: &[u8]) -> &'static str {
        strict_json::<Value>(text).map_or_else(|e| e.code(), |_| "read")
    }

    #[test]
    fn members_are_unique_at_any_depth_and_in_any_spelling() {
        assert_eq!(outcome(br#"{"a":1,"b":[true,null,-1,2.5e3,"x",{"a":{}}]}"#), "read");
        assert_eq!(outcome(br#"{"a":1,"a":1}"#), "json-duplicate-member");
        assert_eq!(outcome(br#"[{"b":{"a":1,"\u0061":2}}]"#), "json-duplicate-member");
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for wrong in
            [&b""[..], b"{", b"{}x", b"{} {}", b"\xff", b"\"\xff\"", b"{\"a\":01}", b"'a'", b"\"\\ud800\""]
        {
            assert_eq!(outcome(wrong), "json-malformed", "{}", wrong.escape_ascii());
        }
        assert_eq!(outcome("[".repeat(100_000).as_bytes()), "json-malformed");
    }
}
