//! What a JWT says.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Map, Number, Value};

use crate::Role;

/// The protected header, before anything is verified: only which key is to be tried.
#[derive(Debug, Deserialize)]
pub(super) struct Header {
    pub(super) alg: String,
    pub(super) kid: Option<String>,
    typ: Option<String>,
    crit: Option<Value>,
}

impl Header {
    /// Reads the header of a JWS in compact form (RFC 7515 §3.1). Extensions that must be understood are not.
    pub(super) fn read(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (header, _, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else {
            return None;
        };
        let header: Self = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
        let kind =
            header.typ.as_deref().map(|typ| typ.trim_start_matches("application/").to_ascii_lowercase());
        let due = kind.is_none_or(|kind| kind == "jwt" || kind == "at+jwt");
        (due && header.crit.is_none()).then_some(header)
    }
}

/// The claims of an access token (RFC 9068 §2.2).
#[derive(Debug)]
pub(super) struct Claims {
    pub(super) iss: String,
    pub(super) sub: String,
    aud: Vec<String>,
    pub(super) exp: i64,
    pub(super) nbf: Option<i64>,
    pub(super) iat: Option<i64>,
    pub(super) preferred_username: Option<String>,
    all: Map<String, Value>,
}

impl Claims {
    /// Reads what was verified.
    pub(super) fn read(payload: &[u8]) -> Option<Self> {
        let all: Map<String, Value> = serde_json::from_slice(payload).ok()?;
        let text = |name: &str| all.get(name).and_then(Value::as_str).map(str::to_owned);
        // A time that does not read is not the same as none.
        let time = |name: &str| match all.get(name) {
            None => Some(None),
            Some(Value::Number(number)) => seconds(number).map(Some),
            Some(_) => None,
        };
        let aud = match all.get("aud")? {
            Value::String(one) => vec![one.clone()],
            Value::Array(several) => several.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => return None,
        };
        Some(Self {
            iss: text("iss")?,
            sub: text("sub")?,
            aud,
            exp: time("exp")??,
            nbf: time("nbf")?,
            iat: time("iat")?,
            preferred_username: text("preferred_username"),
            all,
        })
    }

    pub(super) fn is_for(&self, audience: &str) -> bool {
        self.aud.iter().any(|aud| aud == audience)
    }

    /// The roles of a claim: an array of words, or words between blanks. Words that mean nothing here give nothing.
    pub(super) fn roles(&self, claim: &str, meanings: &BTreeMap<String, Role>) -> BTreeSet<Role> {
        let words: Vec<&str> = match self.all.get(claim) {
            Some(Value::String(text)) => text.split_ascii_whitespace().collect(),
            Some(Value::Array(words)) => words.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        words
            .into_iter()
            .filter_map(|word| meanings.get(word).copied().or_else(|| word.parse().ok()))
            .collect()
    }
}

/// A `NumericDate` may have a fraction (RFC 7519 §2), which is cut off.
fn seconds(number: &Number) -> Option<i64> {
    let text = number.to_string();
    text.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims(payload: &Value) -> Option<Claims> {
        Claims::read(payload.to_string().as_bytes())
    }

    #[test]
    fn claims_are_read_strictly() {
        let good = json!({"iss": "i", "sub": "s", "aud": ["a", "b"], "exp": 10.9, "roles": ["officer", "x", "boss"]});
        let claims_of_good = claims(&good).unwrap();
        assert_eq!(claims_of_good.exp, 10);
        assert!(claims_of_good.is_for("b") && !claims_of_good.is_for("c"));
        let meanings = BTreeMap::from([("boss".to_owned(), Role::Approver)]);
        assert_eq!(claims_of_good.roles("roles", &meanings), BTreeSet::from([Role::Officer, Role::Approver]));
        assert_eq!(claims_of_good.roles("groups", &meanings), BTreeSet::new());
        for (name, value) in [
            ("exp", json!("10")),
            ("exp", json!(null)),
            ("nbf", json!("1")),
            ("aud", json!(3)),
            ("iss", json!(1)),
        ] {
            let mut bad = good.clone();
            bad[name] = value;
            assert!(claims(&bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn headers_that_ask_for_more_are_refused() {
        let token = |header: Value| format!("{}.e30.AA", URL_SAFE_NO_PAD.encode(header.to_string()));
        assert_eq!(Header::read(&token(json!({"alg": "ES256", "kid": "k"}))).unwrap().alg, "ES256");
        assert!(Header::read(&token(json!({"alg": "ES256", "typ": "application/at+jwt"}))).is_some());
        for header in
            [json!({"alg": "ES256", "crit": ["exp"]}), json!({"alg": "ES256", "typ": "dpop+jwt"}), json!({})]
        {
            assert!(Header::read(&token(header.clone())).is_none(), "{header}");
        }
        for token in ["", "a.b", "a.b.c.d", "e30.e30.e30"] {
            assert!(Header::read(token).is_none(), "{token}");
        }
    }
}
