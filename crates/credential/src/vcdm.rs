//! The outer document of every credential: W3C VCDM 2.0 by the types of ssi, and the JWT claims beside them.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};
use ssi_json_ld::syntax::ContextEntry;
use ssi_vc::syntax::{IdOr, IdentifiedObject, NonEmptyVec};
use ssi_vc::v2::SpecializedJsonCredential;
use verilabel_label::{DidWeb, Timestamp};
use verilabel_wire::strict_json;

use crate::{CredentialError, IssueError};

/// The context of VCDM 2.0 (§4.3).
pub(crate) const VCDM_CONTEXT: &str = "https://www.w3.org/ns/credentials/v2";

/// The context of label credentials. The host is reserved for examples (RFC 2606 §2): the document is bundled,
/// and no host serves it.
pub const LABEL_CONTEXT: &str = "https://verilabel.example/credentials/label/v1";

/// What stands at [`LABEL_CONTEXT`], for processors of JSON-LD.
pub const LABEL_CONTEXT_DOCUMENT: &str = include_str!("../contexts/label-v1.jsonld");

type Model = SpecializedJsonCredential<
    Value,
    (),
    (),
    IdOr<IdentifiedObject>,
    Value,
    Value,
    Value,
    Value,
    Value,
    BTreeMap<String, Value>,
>;

/// Which credential is due.
pub(crate) struct Kind {
    /// All contexts, in their order.
    pub(crate) contexts: &'static [&'static str],
    /// The type besides `VerifiableCredential`.
    pub(crate) name: &'static str,
}

/// A credential, whatever it says of its subject.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Document {
    pub(crate) id: Option<String>,
    pub(crate) issuer: DidWeb,
    pub(crate) valid_from: Option<Timestamp>,
    pub(crate) valid_until: Option<Timestamp>,
    /// From when and until when its signature counts, if it says so: the JWT claims `nbf` and `exp` (VC-JOSE-COSE
    /// §3.1.3).
    pub(crate) signature: (Option<Timestamp>, Option<Timestamp>),
    /// When it was signed: the JWT claim `iat` (VC-JOSE-COSE §3.1.3).
    pub(crate) issued_at: Timestamp,
    pub(crate) subject: Value,
    pub(crate) status: Vec<Value>,
}

impl Document {
    pub(crate) fn read(payload: &[u8], kind: &Kind) -> Result<Self, CredentialError> {
        let mut json: Map<String, Value> = strict_json(payload)?;
        // Taken out, because the date grammar that ssi relies on refuses whole years (1990, 2500, 4600–4609).
        let valid_from =
            json.remove(VALID_FROM).map(|time| date_time_stamp(VALID_FROM, &time)).transpose()?;
        let valid_until =
            json.remove(VALID_UNTIL).map(|time| date_time_stamp(VALID_UNTIL, &time)).transpose()?;
        // Before ssi sees them: it compares IRIs by what their percent-encoding stands for, and panics where that
        // is not UTF-8.
        if json.get("@context") != Some(&Value::from(kind.contexts)) {
            return Err(CredentialError::Context { due: kind.contexts });
        }
        let model: Model = from_value(json.into())?;
        if model.types.additional_types() != [kind.name] {
            return Err(CredentialError::Type { due: kind.name });
        }
        let mut claims = Claims(model.extra_properties);
        let document = Self {
            id: model.id.map(|id| id.to_string()),
            issuer: DidWeb::new(model.issuer.id().as_str())?,
            valid_from,
            valid_until,
            signature: (claims.time("nbf")?, claims.time("exp")?),
            issued_at: claims.time("iat")?.ok_or(ISSUED_AT)?,
            subject: only(model.credential_subjects.into_inner())?,
            status: model.credential_status,
        };
        claims.agree(&document)?;
        Ok(document)
    }

    /// From when on both what it says and its signature count.
    pub(crate) fn begins(&self) -> Option<Timestamp> {
        self.valid_from.max(self.signature.0)
    }

    /// Until when both do.
    pub(crate) fn ends(&self) -> Option<Timestamp> {
        [self.valid_until, self.signature.1].into_iter().flatten().min()
    }

    pub(crate) fn write(&self, kind: &Kind) -> Result<Vec<u8>, IssueError> {
        let failed = |e: &dyn std::fmt::Display| IssueError::Writing { reason: e.to_string() };
        let id = self.id.as_ref().map(|id| id.parse()).transpose().map_err(|e| failed(&e))?;
        let issuer = self.issuer.as_str().parse().map_err(|e| failed(&e))?;
        let subject = NonEmptyVec::new(self.subject.clone());
        let mut model = Model::new(id, IdOr::Id(issuer), subject);
        for context in kind.contexts.iter().skip(1) {
            let iri = (*context).to_owned().try_into().map_err(|_| failed(context))?;
            model.context.insert(ContextEntry::IriRef(iri));
        }
        model.types.insert(kind.name.to_owned());
        model.credential_status.clone_from(&self.status);
        model.extra_properties.insert("iat".to_owned(), self.issued_at.seconds().into());
        let mut json = to_value(&model)?;
        for (member, time) in [(VALID_FROM, self.valid_from), (VALID_UNTIL, self.valid_until)] {
            if let Some(time) = time {
                json[member] = time.to_string().into();
            }
        }
        // One order, whatever features of serde_json the rest of the program switches on.
        json.sort_all_objects();
        serde_json::to_vec(&json).map_err(|e| failed(&e))
    }
}

const VALID_FROM: &str = "validFrom";
const VALID_UNTIL: &str = "validUntil";
const ISSUED_AT: CredentialError =
    CredentialError::Member { member: "iat", expected: "the time of signing, in whole seconds" };

/// A dateTimeStamp of XML Schema 1.1 part 2 §3.4.28 (VCDM 2.0 §4.9) in whole seconds.
fn date_time_stamp(member: &'static str, value: &Value) -> Result<Timestamp, CredentialError> {
    const SHAPE: &[u8] = b"0000-00-00T00:00:00";
    let expected = "a time such as 2026-11-22T09:00:00Z";
    let text = value.as_str().ok_or(CredentialError::Member { member, expected })?;
    let like = |text: &[u8], shape: &[u8]| {
        let same = |(b, s): (&u8, &u8)| if *s == b'0' { b.is_ascii_digit() } else { b == s };
        text.len() == shape.len() && text.iter().zip(shape).all(same)
    };
    let shaped = text.as_bytes().split_at_checked(SHAPE.len()).is_some_and(|(time, rest)| {
        let digits = match rest.split_first() {
            Some((b'.', fraction)) => 1 + fraction.iter().take_while(|b| b.is_ascii_digit()).count(),
            _ => 0,
        };
        let zone = &rest[digits..];
        like(time, SHAPE) && (zone == b"Z" || like(zone, b"+00:00") || like(zone, b"-00:00"))
    });
    if shaped { Ok(text.parse()?) } else { Err(CredentialError::Member { member, expected }) }
}

fn only(mut subjects: Vec<Value>) -> Result<Value, CredentialError> {
    match (subjects.pop(), subjects.is_empty()) {
        (Some(subject), true) => Ok(subject),
        _ => Err(CredentialError::Member { member: "credentialSubject", expected: "one subject" }),
    }
}

/// Members that ssi's types do not name: JWT claims (RFC 7519 §4.1), and what VCDM 2.0 reserves.
struct Claims(BTreeMap<String, Value>);

impl Claims {
    /// Members of VCDM 2.0 (§4.10, §5.3, §5.4) that no check here looks at, and that change no verdict.
    const PASSED_OVER: [&'static str; 2] = ["relatedResource", "renderMethod"];

    fn time(&mut self, claim: &'static str) -> Result<Option<Timestamp>, CredentialError> {
        let whole = |value: Value| {
            value.as_i64().ok_or(CredentialError::Member { member: claim, expected: "a whole number" })
        };
        let seconds = self.0.remove(claim).map(whole).transpose()?;
        Ok(seconds.map(Timestamp::from_seconds).transpose()?)
    }

    /// A claim may repeat a member, and then says the same (VC-JOSE-COSE §3.1.3). What is left has no meaning.
    fn agree(mut self, document: &Document) -> Result<(), CredentialError> {
        let subject = document.subject.get("id").and_then(Value::as_str);
        let texts = [
            ("iss", "issuer", Some(document.issuer.as_str())),
            ("sub", "credentialSubject.id", subject),
            ("jti", "id", document.id.as_deref()),
        ];
        for (claim, member, due) in texts {
            if self.0.remove(claim).is_some_and(|value| value.as_str() != due || due.is_none()) {
                return Err(CredentialError::ClaimDisagrees { claim, member });
            }
        }
        match self.0.into_keys().find(|member| !Self::PASSED_OVER.contains(&member.as_str())) {
            Some(member) => Err(CredentialError::UnknownMember { member: member.chars().take(64).collect() }),
            None => Ok(()),
        }
    }
}

/// Reads a part of a document by its type.
pub(crate) fn from_value<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, CredentialError> {
    serde_json::from_value(value)
        .map_err(|e| CredentialError::Model { reason: e.to_string().chars().take(200).collect() })
}

pub(crate) fn to_value(value: &impl Serialize) -> Result<Value, IssueError> {
    serde_json::to_value(value).map_err(|e| IssueError::Writing { reason: e.to_string() })
}
