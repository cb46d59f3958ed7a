//! Issuers: who they are, which keys they sign with, and what they may state.

use serde::{Deserialize, Serialize};
use verilabel_label::{DidWeb, IssuerId, Level, SchemeId, Timestamp};
use verilabel_recognition::Text;
use verilabel_wire::PublicKey;

use super::{Confirmed, Jwk, PackError};

const SCHEMA: &str = "verilabel-issuer/1";

/// Most hosts, keys and entitlements of an issuer.
const MAX_HOSTS: usize = 100;
const MAX_KEYS: usize = 1_000;
const MAX_ENTITLEMENTS: usize = 1_000;

/// An issuer of labels, as its scheme owner's trust pack has it.
#[derive(Debug, Clone)]
pub struct Issuer {
    /// Its id.
    pub id: IssuerId,
    /// Its name, for people.
    pub name: String,
    /// What every label of this issuer must be shown with, such as that it is a specimen.
    pub notice: Option<String>,
    /// What its label credentials name it by. Without one it issues none.
    pub did: Option<DidWeb>,
    /// Hosts that its label links use; another host is worth a warning.
    pub link_hosts: Vec<String>,
    /// What the URIs of its status lists begin with; the list's number follows.
    pub status_uri: String,
    /// Its keys, retired ones too: labels outlive keys.
    pub keys: Vec<IssuerKey>,
    /// What it may state.
    pub may_issue: Vec<Entitlement>,
}

/// A key of an issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerKey {
    /// The key.
    pub key: PublicKey,
    /// From when on it signed.
    pub from: Timestamp,
    /// Since when it signs no more.
    pub until: Option<Timestamp>,
    /// Whether its signatures count.
    pub state: KeyState,
    /// What it signs.
    pub purposes: Vec<Purpose>,
}

/// Whether the signatures of a key count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyState {
    /// They do, within the key's time.
    Trusted,
    /// They do not, whatever date they bear: the key was stolen or misused. What the issuer's own records confirm
    /// counts until it is minted anew.
    Distrusted(Confirmed),
}

impl KeyState {
    /// The word that documents have for it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::Distrusted(_) => "distrusted",
        }
    }
}

/// What a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// Seals and label credentials.
    Seal,
    /// Status lists.
    Status,
}

/// A scheme, and its levels that an issuer may award.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entitlement {
    /// The scheme.
    pub scheme: SchemeId,
    /// The levels.
    pub levels: Vec<Level>,
}

impl Issuer {
    /// Whether it may award that level of that scheme.
    #[must_use]
    pub fn may_award(&self, scheme: &SchemeId, level: Level) -> bool {
        self.may_issue.iter().any(|e| e.scheme == *scheme && e.levels.contains(&level))
    }

    /// The URI of its status list with that number.
    #[must_use]
    pub fn status_list_uri(&self, list: u32) -> String {
        format!("{}{list}", self.status_uri)
    }

    /// Reads the issuer's document.
    ///
    /// # Errors
    /// [`PackError`] if it is malformed or of another schema.
    pub fn from_json(bytes: &[u8]) -> Result<Self, PackError> {
        let document: Document =
            serde_json::from_slice(bytes).map_err(|e| PackError::document("issuer", &e))?;
        if document.schema != SCHEMA {
            return Err(PackError::Schema { found: document.schema, known: SCHEMA });
        }
        // Counted before they are read: a key is work.
        bounded("keys", document.keys.len(), MAX_KEYS)?;
        let keys = document.keys.into_iter().map(KeyDocument::into_key).collect::<Result<_, _>>()?;
        let issuer = Self {
            id: document.id,
            name: document.name,
            notice: document.notice,
            did: document.did,
            link_hosts: document.link_hosts,
            status_uri: document.status_uri,
            keys,
            may_issue: document.may_issue,
        };
        issuer.check()?;
        Ok(issuer)
    }

    /// What reaches screens holds nothing that does something there, and everything is bounded.
    fn check(&self) -> Result<(), PackError> {
        readable("name", &self.name)?;
        readable("status_uri", &self.status_uri)?;
        // A list's number follows it: list 12 of one would be list 2 of another.
        if self.status_uri.ends_with(|c: char| c.is_ascii_digit()) {
            return Err(malformed("status_uri: it ends in a digit".to_owned()));
        }
        self.notice.iter().try_for_each(|notice| readable("notice", notice))?;
        self.link_hosts.iter().try_for_each(|host| readable("link_hosts", host))?;
        bounded("link_hosts", self.link_hosts.len(), MAX_HOSTS)?;
        bounded("keys", self.keys.len(), MAX_KEYS)?;
        bounded("may_issue", self.may_issue.len(), MAX_ENTITLEMENTS)
    }

    /// Writes the issuer's document.
    ///
    /// # Errors
    /// [`PackError::Document`] for what no verifier would read: a text with characters that control a screen, or more
    /// of something than is allowed.
    pub fn to_json(&self) -> Result<Vec<u8>, PackError> {
        self.check()?;
        let document = Document {
            schema: SCHEMA.to_owned(),
            id: self.id.clone(),
            name: self.name.clone(),
            notice: self.notice.clone(),
            did: self.did.clone(),
            link_hosts: self.link_hosts.clone(),
            status_uri: self.status_uri.clone(),
            keys: self.keys.iter().map(KeyDocument::of).collect(),
            may_issue: self.may_issue.clone(),
        };
        serde_json::to_vec_pretty(&document).map_err(|e| PackError::document("issuer", &e))
    }
}

fn malformed(reason: String) -> PackError {
    PackError::Document { what: "issuer", reason }
}

fn readable(member: &str, text: &str) -> Result<(), PackError> {
    Text::new(text).map(drop).map_err(|error| malformed(format!("{member}: {error}")))
}

fn bounded(member: &str, count: usize, most: usize) -> Result<(), PackError> {
    if count <= most { Ok(()) } else { Err(malformed(format!("{member}: more than {most}"))) }
}

impl IssuerKey {
    /// Whether it signs that kind of message.
    #[must_use]
    pub fn serves(&self, purpose: Purpose) -> bool {
        self.purposes.contains(&purpose)
    }

    /// Whether it was in use at that time.
    #[must_use]
    pub fn in_use_at(&self, time: Timestamp) -> bool {
        self.from <= time && self.until.is_none_or(|until| time < until)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    schema: String,
    id: IssuerId,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    notice: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    did: Option<DidWeb>,
    link_hosts: Vec<String>,
    status_uri: String,
    keys: Vec<KeyDocument>,
    may_issue: Vec<Entitlement>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyDocument {
    jwk: Jwk,
    from: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    state: StateName,
    #[serde(default, skip_serializing_if = "Confirmed::is_empty")]
    confirmed: Confirmed,
    purposes: Vec<Purpose>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StateName {
    Trusted,
    Distrusted,
}

impl KeyDocument {
    fn of(key: &IssuerKey) -> Self {
        let (state, confirmed) = match &key.state {
            KeyState::Trusted => (StateName::Trusted, Confirmed::default()),
            KeyState::Distrusted(confirmed) => (StateName::Distrusted, confirmed.clone()),
        };
        Self {
            jwk: Jwk::of(&key.key),
            from: key.from,
            until: key.until,
            state,
            confirmed,
            purposes: key.purposes.clone(),
        }
    }

    fn into_key(self) -> Result<IssuerKey, PackError> {
        let state = match self.state {
            StateName::Distrusted => KeyState::Distrusted(self.confirmed),
            StateName::Trusted if self.confirmed.is_empty() => KeyState::Trusted,
            StateName::Trusted => {
                let reason = "confirmed statements of a trusted key, all of whose statements count";
                return Err(malformed(reason.to_owned()));
            }
        };
        Ok(IssuerKey {
            key: self.jwk.public_key()?,
            from: self.from,
            until: self.until,
            state,
            purposes: self.purposes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issuer() -> Issuer {
        Issuer {
            id: "specimen.sg".parse().unwrap(),
            name: "Särkkä 빛나라".to_owned(),
            notice: Some("SPECIMEN".to_owned()),
            did: None,
            link_hosts: vec!["label.example.sg".to_owned()],
            status_uri: "https://label.example.sg/status/".to_owned(),
            keys: Vec::new(),
            may_issue: Vec::new(),
        }
    }

    type Change = fn(&mut Issuer, &str);

    #[test]
    fn what_would_be_refused_is_not_written() {
        let written = issuer().to_json().unwrap();
        assert_eq!(Issuer::from_json(&written).unwrap().to_json().unwrap(), written);
        let text = String::from_utf8(written).unwrap();
        let members: [(&str, Change); 4] = [
            ("Särkkä 빛나라", |issuer, text| issuer.name = text.to_owned()),
            ("SPECIMEN", |issuer, text| issuer.notice = Some(text.to_owned())),
            ("label.example.sg\"", |issuer, text| issuer.link_hosts = vec![text.to_owned()]),
            ("https://label.example.sg/status/", |issuer, text| issuer.status_uri = text.to_owned()),
        ];
        for bad in ["", "a\u{1b}[2Jb", "a\nb", "a\u{202e}b", &"x".repeat(1_001)] {
            for (good, change) in members {
                let mut changed = issuer();
                change(&mut changed, bad);
                assert_eq!(changed.to_json().unwrap_err().code(), "pack-document", "{bad:?}");
                let quoted = serde_json::to_string(bad).unwrap();
                let quoted = if good.ends_with('"') { &quoted[1..] } else { &quoted[1..quoted.len() - 1] };
                let read = Issuer::from_json(text.replacen(good, quoted, 1).as_bytes());
                assert_eq!(read.unwrap_err().code(), "pack-document", "{bad:?}");
            }
        }
    }

    #[test]
    fn an_issuer_is_bounded() {
        let mut many = issuer();
        many.link_hosts = vec!["a.example".to_owned(); MAX_HOSTS];
        assert!(many.to_json().is_ok());
        many.link_hosts.push("b.example".to_owned());
        assert!(many.to_json().unwrap_err().to_string().contains("link_hosts: more than 100"));
    }
}
