//! Compact JWS (RFC 7515 §7.1): text to [`Sealed`]. Signing is the business of whoever has a key.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::sealed::Envelope;
use crate::{EnvelopeError, KeyHint, NamedAlgorithm, Payload, Sealed, strict_json};

/// Header parameters that bring a key, or lead to one (RFC 7515 §4.1.2, §4.1.3, §4.1.5 to §4.1.8).
const OWN_KEY: [&str; 6] = ["jwk", "jku", "x5c", "x5u", "x5t", "x5t#S256"];
/// Changes what is signed (RFC 7797 §3). It is meant to be critical, and some who write it forget to say so.
const UNENCODED: &str = "b64";

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
    // Others that are not understood are ignored (RFC 7515 §4).
    let known = ["alg", "kid", "typ", "cty", "iss"];
    let unlike = |member: &&str| header.get(*member).is_some_and(|value| !value.is_string());
    if let Some(member) = known.into_iter().find(unlike).or(header.get(UNENCODED).map(|_| UNENCODED)) {
        return Err(EnvelopeError::UnknownMember { member: member.to_owned() });
    }
    let [algorithm, key_id, typ, cty, issuer] =
        known.map(|member| header.get(member).and_then(Value::as_str));
    // Cut for messages; a name that long is none of ours.
    let algorithm: String = algorithm.ok_or(EnvelopeError::NoAlgorithm)?.chars().take(64).collect();
    if algorithm.eq_ignore_ascii_case("none") {
        return Err(EnvelopeError::AlgorithmNone);
    }
    if algorithm.starts_with("HS") {
        return Err(EnvelopeError::AlgorithmHmac { name: algorithm });
    }
    if typ != Some(rules.typ) || cty.is_some_and(|cty| cty != rules.cty) {
        return Err(EnvelopeError::WrongType);
    }
    let key_id = key_id.ok_or(EnvelopeError::NoKeyId)?;
    // Whose key it is stands before the fragment, and whoever opens the message holds its issuer against that.
    if issuer.is_some_and(|issuer| key_id.split_once('#').map(|(of_key, _)| of_key) != Some(issuer)) {
        return Err(EnvelopeError::UnknownMember { member: "iss".to_owned() });
    }
    Ok(KeyHint { algorithm: NamedAlgorithm::Jose(algorithm.into()), key_id: Some(key_id.as_bytes().into()) })
}

#[cfg(test)]
mod tests;
