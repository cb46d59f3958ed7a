//! Bitstring status list credentials (W3C Bitstring Status List v1.0 §2.2).

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use verilabel_label::{DidWeb, Timestamp};
use verilabel_wire::{EnvelopeError, JwsRules, Payload, Sealed, Sign};

use crate::sign::{CTY, TYP, sign};
use crate::vcdm::{Document, Kind, VCDM_CONTEXT, from_value, to_value};
use crate::{BitstringList, CredentialError, IssueError, StatusPurpose};

const KIND: Kind = Kind { contexts: &[VCDM_CONTEXT], name: "BitstringStatusListCredential" };

/// 2²⁴ bits that do not compress, in base64url twice, and everything else besides.
const RULES: JwsRules = JwsRules { max_length: 4 << 20, typ: TYP, cty: CTY };

/// The URL of a status list: that of the token list of the same number, and the purpose.
pub(crate) fn list_url(status_uri: &str, list: u32, purpose: StatusPurpose) -> String {
    format!("{status_uri}{list}{}", purpose.suffix())
}

/// A status list with what is said around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusListCredential {
    /// The list's URL: what label credentials refer to.
    pub id: String,
    /// Whose list it is.
    pub issuer: DidWeb,
    /// What its entries mean.
    pub purpose: StatusPurpose,
    /// When it was made.
    pub issued_at: Timestamp,
    /// Until when it may be relied on.
    pub expires: Option<Timestamp>,
    /// The list.
    pub list: BitstringList,
}

/// Reads the envelope of a status list credential.
///
/// # Errors
/// [`EnvelopeError`] if the text is no `vc+jwt` as it must be.
pub fn parse_status_list(text: &str) -> Result<Sealed<'_, StatusListCredential>, EnvelopeError> {
    Sealed::parse_jws(text, &RULES)
}

/// Signs a status list credential.
///
/// # Errors
/// [`IssueError`] if verifiers would refuse it, or the signer cannot sign. Nothing is signed then.
pub fn issue_status_list(list: &StatusListCredential, signer: &dyn Sign) -> Result<String, IssueError> {
    let payload = list.document()?.write(&KIND)?;
    if StatusListCredential::decode(&payload)? != *list {
        return Err(IssueError::Altered);
    }
    sign(&payload, &list.issuer, signer)
}

impl StatusListCredential {
    /// The URL of an issuer's list with that number and purpose.
    #[must_use]
    pub fn url(status_uri: &str, list: u32, purpose: StatusPurpose) -> String {
        list_url(status_uri, list, purpose)
    }

    fn document(&self) -> Result<Document, IssueError> {
        let subject = Subject {
            id: Some(format!("{}#list", self.id)),
            kind: SubjectType::BitstringStatusList,
            status_purpose: self.purpose,
            encoded_list: self.list.encoded(),
            ttl: None,
        };
        Ok(Document {
            id: Some(self.id.clone()),
            issuer: self.issuer.clone(),
            valid_from: Some(self.issued_at),
            valid_until: self.expires,
            signature: (None, None),
            issued_at: self.issued_at,
            subject: to_value(&subject)?,
            status: Vec::new(),
        })
    }
}

impl Payload for StatusListCredential {
    type Error = CredentialError;

    fn decode(payload: &[u8]) -> Result<Self, CredentialError> {
        let document = Document::read(payload, &KIND)?;
        let (begins, expires) = (document.begins(), document.ends());
        let Subject { kind: SubjectType::BitstringStatusList, status_purpose, encoded_list, .. } =
            from_value(document.subject)?;
        let id = document.id.ok_or(CredentialError::Member { member: "id", expected: "the list's URL" })?;
        // A list that begins later than it was signed is not yet one.
        let issued_at = begins.map_or(document.issued_at, |begins| begins.max(document.issued_at));
        Ok(Self {
            id,
            issuer: document.issuer,
            purpose: status_purpose,
            issued_at,
            expires,
            list: BitstringList::decode(&encoded_list)?,
        })
    }
}

/// `credentialSubject`: the list. Its entries have one bit, so there is no `statusSize`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Subject {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(rename = "type")]
    kind: SubjectType,
    #[serde(deserialize_with = "purpose")]
    status_purpose: StatusPurpose,
    encoded_list: String,
    /// Milliseconds for which it may be cached; a verifier here relies on `validUntil` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ttl: Option<u64>,
}

#[derive(Serialize, Deserialize)]
enum SubjectType {
    BitstringStatusList,
}

/// The purpose, or that one of several which has a meaning here (§2.2). A list that says both withdrawn and suspended by
/// the same bit is none of ours: nobody could tell which.
fn purpose<'de, D: Deserializer<'de>>(deserializer: D) -> Result<StatusPurpose, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Purposes {
        One(String),
        Several(Vec<String>),
    }
    let purposes = match Purposes::deserialize(deserializer)? {
        Purposes::One(purpose) => vec![purpose],
        Purposes::Several(purposes) => purposes,
    };
    let known = [StatusPurpose::Revocation, StatusPurpose::Suspension];
    let mut meant =
        known.into_iter().filter(|known| purposes.iter().any(|purpose| *purpose == known.to_string()));
    match (meant.next(), meant.next()) {
        (Some(purpose), None) => Ok(purpose),
        _ => Err(D::Error::custom("statusPurpose is due to have one of revocation and suspension")),
    }
}

#[cfg(test)]
mod tests;
