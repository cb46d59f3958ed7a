//! What an issuer's own records confirm of a key that was stolen.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use verilabel_wire::StatementDigest;

/// Statements of a distrusted key that count all the same, because the issuer made them by its own records. They
/// are listed by digest: a label's number, or a date, is what a thief would copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Confirmed(
    /// In order, none twice.
    Arc<[StatementDigest]>,
);

impl Confirmed {
    /// Whether that statement is confirmed.
    #[must_use]
    pub fn contains(&self, statement: &StatementDigest) -> bool {
        self.0.binary_search(statement).is_ok()
    }

    /// How many are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<StatementDigest> for Confirmed {
    fn from_iter<I: IntoIterator<Item = StatementDigest>>(statements: I) -> Self {
        let mut statements: Vec<_> = statements.into_iter().collect();
        statements.sort_unstable();
        statements.dedup();
        Self(statements.into())
    }
}

impl Serialize for Confirmed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|digest| URL_SAFE_NO_PAD.encode(digest.as_bytes())))
    }
}

impl<'de> Deserialize<'de> for Confirmed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Ascending;

        impl<'de> Visitor<'de> for Ascending {
            type Value = Vec<StatementDigest>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("SHA-256 digests in base64url without padding, ascending, none twice")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut digests: Vec<StatementDigest> = Vec::new();
                while let Some(text) = seq.next_element::<String>()? {
                    let bytes = URL_SAFE_NO_PAD.decode(&text).ok();
                    let bytes: Option<[u8; StatementDigest::LENGTH]> = bytes.and_then(|b| b.try_into().ok());
                    let digest = bytes.map(StatementDigest::from);
                    let digest = digest.filter(|digest| digests.last().is_none_or(|last| last < digest));
                    digests.push(digest.ok_or_else(|| {
                        A::Error::custom(format_args!(
                            "confirmed statement {} is no digest, or stands out of order",
                            digests.len()
                        ))
                    })?);
                }
                Ok(digests)
            }
        }

        Ok(Self(deserializer.deserialize_seq(Ascending)?.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(digests: &[&str]) -> Result<Confirmed, serde_json::Error> {
        serde_json::from_value(serde_json::json!(digests))
    }

    #[test]
    fn digests_have_one_spelling_and_one_order() {
        let confirmed: Confirmed = [[2; 32], [1; 32]].map(StatementDigest::from).into_iter().collect();
        let text = serde_json::to_string(&confirmed).unwrap();
        assert_eq!(serde_json::from_str::<Confirmed>(&text).unwrap(), confirmed);
        let [one, two] = [[1; 32], [2; 32]].map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
        assert_eq!(read(&[&one, &two]).unwrap(), confirmed);
        assert!(read(&[&two, &one]).is_err(), "out of order");
        assert!(read(&[&one, &one]).is_err(), "twice");
        assert!(read(&[&format!("{one}=")]).is_err(), "padded");
        assert!(read(&[&one[1..]]).is_err(), "shorter");
        assert!(!confirmed.contains(&StatementDigest::from([3; 32])));
    }
}
