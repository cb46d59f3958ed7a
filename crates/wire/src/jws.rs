//! Compact JWS (RFC 7515 §7.1): text to [`Sealed`]. Signing is the business of whoever has a key.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::sealed::Envelope;
use crate::{EnvelopeError, KeyHint, NamedAlgorithm, Payload, Sealed, strict_json};

/// Header parameters that bring a key, or lead to one (RFC 7515 §4.1.2, §4.1.3, §4.1.5, §4.1.6).
const OWN_KEY: [&str; 4] = ["jwk", "jku", "x5c", "x5u"];

/// What a JWS of one kind may look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JwsRules {
    /// Longest text in bytes.
    pub max_length: usize,
    /// Header parameter `typ` (RFC 7515 §4.1.9), to the letter.
    pub typ: &'static str,
    /// Header parameter `cty` (RFC 7515 §4.1.10), which may be left out.
    pub cty: &'static str,
}

impl<'b, T: Payload> Sealed<'b, T> {
    /// Reads the envelope of a compact JWS. The signature is over the characters received.
    pub fn parse_jws(text: &'b str, rules: &JwsRules) -> Result<Self, EnvelopeError> {
        if text.len() > rules.max_length {
            return Err(EnvelopeError::TextTooLong { length: text.len(), max: rules.max_length });
        }
        let parts: Vec<&str> = text.splitn(4, '.').collect();
        let &[header, payload, signature] = parts.as_slice() else {
            return Err(EnvelopeError::Parts { found: text.split('.').count() });
        };
        let hint = read_header(&decoded(header, "header")?, rules)?;
        let signature = decoded(signature, "signature")?;
        Ok(Self::new(Envelope {
            hint,
            payload: Cow::Owned(decoded(payload, "payload")?),
            signature: signature
                .as_slice()
                .try_into()
                .map_err(|_| EnvelopeError::SignatureLength { length: signature.len() })?,
            to_be_signed: Cow::Borrowed(&text.as_bytes()[..header.len() + 1 + payload.len()]),
        }))
    }
}

/// The engine refuses padding, other alphabets, and bits beyond the last byte.
fn decoded(part: &str, name: &'static str) -> Result<Vec<u8>, EnvelopeError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| EnvelopeError::Base64Url { part: name })
}

fn read_header(json: &[u8], rules: &JwsRules) -> Result<KeyHint, EnvelopeError> {
    let header: Map<String, Value> = strict_json(json)?;
    // What is critical decides how everything else is to be read (RFC 7515 §4.1.11), so it comes first.
    if header.contains_key("crit") {
        return Err(EnvelopeError::Critical);
    }
    if let Some(member) = OWN_KEY.into_iter().find(|member| header.contains_key(*member)) {
        return Err(EnvelopeError::OwnKey { member });
    }
    let known = ["alg", "kid", "typ", "cty"];
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let [algorithm, key_id, typ, cty] = known.map(|member| header.get(member).map(text));
    let odd = |member: &&String| !known.contains(&member.as_str()) || !header[*member].is_string();
    if let Some(member) = header.keys().find(odd) {
        return Err(EnvelopeError::UnknownMember { member: member.chars().take(64).collect() });
    }
    // Cut for messages; a name that long is none of ours.
    let algorithm: String = algorithm.flatten().ok_or(EnvelopeError::NoAlgorithm)?.chars().take(64).collect();
    if algorithm.eq_ignore_ascii_case("none") {
        return Err(EnvelopeError::AlgorithmNone);
    }
    if algorithm.starts_with("HS") {
        return Err(EnvelopeError::AlgorithmHmac { name: algorithm });
    }
    if typ.flatten().as_deref() != Some(rules.typ) || cty.flatten().is_some_and(|cty| cty != rules.cty) {
        return Err(EnvelopeError::WrongType);
    }
    let key_id = key_id.flatten().ok_or(EnvelopeError::NoKeyId)?;
    Ok(KeyHint {
        algorithm: NamedAlgorithm::Jose(algorithm.into()),
        key_id: Some(key_id.into_bytes().into()),
    })
}

#[cfg(test)]
mod tests;
