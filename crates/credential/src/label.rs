//! The label credential itself.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use verilabel_label::{
    CategoryId, DidWeb, Gs1Path, LabelClaims, LabelNumber, Level, ModelNumber, Name, Names, SchemeId,
    SpecificationVersion, StatusRef, Validity,
};
use verilabel_wire::{EnvelopeError, JwsRules, Payload, Sealed, Sign, canonical_path};

use crate::sign::{CTY, TYP, sign};
use crate::status::list_url;
use crate::vcdm::{Document, Kind, LABEL_CONTEXT, VCDM_CONTEXT, from_value, to_value};
use crate::{CredentialError, IssueError, StatusPurpose};

const KIND: Kind = Kind { contexts: &[VCDM_CONTEXT, LABEL_CONTEXT], name: "CybersecurityLabelCredential" };

/// Sixteen models of 64 bytes, each byte escaped, and everything else besides.
const RULES: JwsRules = JwsRules { max_length: 32 << 10, typ: TYP, cty: CTY };

/// What a subject's identifier begins with: the canonical resolver of GS1 (GS1 Digital Link URI Syntax §4.11).
const PRODUCT_URL: &str = "https://id.gs1.org";

/// What a label credential says. Everything that the seal of the same label says, and three addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelCredential {
    /// The credential's own URI, if it has one.
    pub id: Option<String>,
    /// The issuer.
    pub issuer: DidWeb,
    /// The claims.
    pub claims: LabelClaims,
    /// The product, and the box for a unit label.
    pub path: Gs1Path,
    /// What the URIs of the issuer's status lists begin with; the list's number follows.
    pub status_uri: String,
}

/// Reads the envelope of a label credential.
///
/// # Errors
/// [`EnvelopeError`] if the text is no `vc+jwt` as it must be.
pub fn parse(text: &str) -> Result<Sealed<'_, LabelCredential>, EnvelopeError> {
    Sealed::parse_jws(text, &RULES)
}

/// Signs a label credential.
///
/// # Errors
/// [`IssueError`] if verifiers would refuse it, or the signer cannot sign. Nothing is signed then.
pub fn issue(credential: &LabelCredential, signer: &dyn Sign) -> Result<String, IssueError> {
    let payload = credential.document()?.write(&KIND)?;
    if LabelCredential::decode(&payload)? != *credential {
        return Err(IssueError::Altered);
    }
    sign(&payload, &credential.issuer, signer)
}

impl Payload for LabelCredential {
    type Error = CredentialError;

    fn decode(payload: &[u8]) -> Result<Self, CredentialError> {
        let document = Document::read(payload, &KIND)?;
        let due = |member| CredentialError::Member { member, expected: "a time" };
        // A label says itself how long it is valid; its signature may count for less than that.
        let from = document.valid_from.and(document.begins()).ok_or(due("validFrom"))?;
        let until = document.valid_until.and(document.ends()).ok_or(due("validUntil"))?;
        let (status_uri, status) = read_status(&document.status)?;
        let subject: Subject = from_value(document.subject)?;
        let path = subject.path()?;
        let names = subject.names()?;
        let LabelMember {
            kind: LabelType::CybersecurityLabel,
            scheme,
            specification,
            level,
            number,
            awarded,
        } = subject.label;
        Ok(Self {
            id: document.id,
            issuer: document.issuer,
            path,
            status_uri,
            claims: LabelClaims {
                scheme: SchemeId::new(&scheme)?,
                specification: SpecificationVersion::new(&specification)?,
                level: Level::new(level)?,
                number: LabelNumber::new(&number)?,
                awarded: awarded.parse()?,
                validity: Validity::new(from, until)?,
                issued_at: document.issued_at,
                status,
                category: subject.category.as_deref().map(CategoryId::new).transpose()?,
                names,
            },
        })
    }
}

impl LabelCredential {
    fn document(&self) -> Result<Document, IssueError> {
        let claims = &self.claims;
        let names = claims.names.as_ref();
        let subject = Subject {
            id: format!("{PRODUCT_URL}{}", self.path),
            kind: SubjectType::Product,
            gtin: self.path.gtin.to_string(),
            brand: names.map(|names| names.brand.to_string()),
            models: names.map(|names| names.models.iter().map(ToString::to_string).collect()),
            manufacturer: names.map(|names| names.manufacturer.to_string()),
            category: claims.category.as_ref().map(ToString::to_string),
            label: LabelMember {
                kind: LabelType::CybersecurityLabel,
                scheme: claims.scheme.to_string(),
                specification: claims.specification.to_string(),
                level: claims.level.number(),
                number: claims.number.to_string(),
                awarded: claims.awarded.to_string(),
            },
        };
        let entry = |purpose: StatusPurpose| {
            let list = list_url(&self.status_uri, claims.status.list, purpose);
            to_value(&StatusEntry {
                id: Some(format!("{list}#{}", claims.status.index)),
                kind: EntryType::BitstringStatusListEntry,
                status_purpose: purpose,
                status_list_index: claims.status.index.to_string(),
                status_list_credential: list,
            })
        };
        Ok(Document {
            id: self.id.clone(),
            issuer: self.issuer.clone(),
            valid_from: Some(claims.validity.from()),
            valid_until: Some(claims.validity.until()),
            signature: (None, None),
            issued_at: claims.issued_at,
            subject: to_value(&subject)?,
            status: vec![entry(StatusPurpose::Revocation)?, entry(StatusPurpose::Suspension)?],
        })
    }
}

/// `credentialSubject`: a product (terms of schema.org) with its label.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject {
    id: String,
    #[serde(rename = "type")]
    kind: SubjectType,
    gtin: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    brand: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    models: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    manufacturer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    label: LabelMember,
}

#[derive(Serialize, Deserialize)]
enum SubjectType {
    Product,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LabelMember {
    #[serde(rename = "type")]
    kind: LabelType,
    scheme: String,
    specification: String,
    level: u8,
    number: String,
    awarded: String,
}

#[derive(Serialize, Deserialize)]
enum LabelType {
    CybersecurityLabel,
}

impl Subject {
    fn path(&self) -> Result<Gs1Path, CredentialError> {
        let expected = "a GS1 Digital Link at https://id.gs1.org";
        let path = self.id.strip_prefix(PRODUCT_URL);
        let path = path.ok_or(CredentialError::Member { member: "credentialSubject.id", expected })?;
        let path = canonical_path(path).map_err(CredentialError::Product)?;
        if path.gtin.as_str() == self.gtin { Ok(path) } else { Err(CredentialError::GtinDisagrees) }
    }

    fn names(&self) -> Result<Option<Names>, CredentialError> {
        match (&self.brand, &self.models, &self.manufacturer) {
            (Some(brand), Some(models), Some(manufacturer)) => {
                let models = models.iter().map(|model| ModelNumber::new(model)).collect::<Result<_, _>>()?;
                Ok(Some(Names::new(Name::new(brand)?, models, Name::new(manufacturer)?)?))
            }
            (None, None, None) => Ok(None),
            _ => Err(CredentialError::NamesIncomplete),
        }
    }
}

/// An entry of `credentialStatus` (Bitstring Status List §2.1), of one bit.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StatusEntry {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(rename = "type")]
    kind: EntryType,
    status_purpose: StatusPurpose,
    status_list_index: String,
    status_list_credential: String,
}

#[derive(Serialize, Deserialize)]
enum EntryType {
    BitstringStatusListEntry,
}

/// Whether it could be the URL of an entry (Bitstring Status List §2.1), which names it and leads nowhere: a scheme
/// (RFC 3986 §3.1), and more behind it.
fn is_url(id: &str) -> bool {
    let in_scheme = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
    id.split_once(':').is_some_and(|(scheme, rest)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(in_scheme)
            && !rest.is_empty()
            && rest.bytes().all(|b| b.is_ascii_graphic())
    })
}

/// Reads both entries: they lead to the same place of the two lists of one number.
fn read_status(entries: &[Value]) -> Result<(String, StatusRef), CredentialError> {
    let wrong = |reason| CredentialError::StatusEntries { reason };
    let entries: Vec<StatusEntry> = entries.iter().cloned().map(from_value).collect::<Result<_, _>>()?;
    let of = |purpose| entries.iter().find(|entry| entry.status_purpose == purpose);
    let (Some(revocation), Some(_), 2) =
        (of(StatusPurpose::Revocation), of(StatusPurpose::Suspension), entries.len())
    else {
        return Err(wrong("one entry for revocation and one for suspension are due"));
    };
    let index = &revocation.status_list_index;
    let number = |text: &str| text.parse::<u32>().ok().filter(|number| number.to_string() == text);
    let list = revocation.status_list_credential.strip_suffix(StatusPurpose::Revocation.suffix());
    let list = list.ok_or(wrong("the revocation list's URL does not end in -revocation"))?;
    let digits = list.len() - list.bytes().rev().take_while(u8::is_ascii_digit).count();
    let (status_uri, list) = list.split_at(digits);
    let status = StatusRef {
        list: number(list).ok_or(wrong("the list's URL holds no number of a list"))?,
        index: number(index).ok_or(wrong("the index is no number in decimal"))?,
    };
    for entry in &entries {
        let url = list_url(status_uri, status.list, entry.status_purpose);
        if entry.status_list_credential != url || entry.status_list_index != *index {
            return Err(wrong("the two entries lead to different places"));
        }
        if entry.id.as_ref().is_some_and(|id| *id == url || !is_url(id)) {
            return Err(wrong("the id of an entry is no URL, or that of its list"));
        }
    }
    Ok((status_uri.to_owned(), status))
}

#[cfg(test)]
mod tests;
