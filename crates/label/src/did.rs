//! Decentralised identifiers of issuers: the method did:web alone.

use crate::text;
use crate::{Field, FieldError};

/// A `did:web` (W3C CCG, did:web method §3.1): `did:web:HOST[%3APORT][:FOLDER…]`, in lower case, so that one
/// issuer has one spelling.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DidWeb(Box<str>);

impl DidWeb {
    /// Most bytes that the text may have.
    pub const MAX: usize = 253;

    /// Checks the text.
    pub fn new(text: &str) -> Result<Self, FieldError> {
        text::check(text, Field::Did, Self::MAX, |c| c.is_ascii_graphic())?;
        let sound = text.strip_prefix("did:web:").is_some_and(|rest| {
            let (host, path) = rest.split_once(':').map_or((rest, None), |(host, path)| (host, Some(path)));
            host_is_sound(host) && path.is_none_or(|path| path.split(':').all(folder_is_sound))
        });
        if sound {
            Ok(Self(text.into()))
        } else {
            Err(FieldError::unreadable(Field::Did, text, "did:web:HOST, such as did:web:label.example.sg"))
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where its document is published (did:web method §3.2.2). Nothing here goes there.
    #[must_use]
    pub fn document_url(&self) -> String {
        let rest = self.as_str().trim_start_matches("did:web:");
        match rest.split_once(':') {
            None => format!("https://{}/.well-known/did.json", rest.replace("%3A", ":")),
            Some((host, path)) => {
                format!("https://{}/{}/did.json", host.replace("%3A", ":"), path.replace(':', "/"))
            }
        }
    }
}

fn host_is_sound(host: &str) -> bool {
    let (name, port) = host.split_once("%3A").map_or((host, None), |(name, port)| (name, Some(port)));
    let label_ok = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'))
    };
    let port_ok = |port: &str| (1..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit());
    name.contains('.') && name.split('.').all(label_ok) && !is_address(name) && port.is_none_or(port_ok)
}

/// Whether it is read as an IPv4 address, however spelled (URL Standard §3.5: it ends in a number); did:web has names
/// alone (§3.1).
fn is_address(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    let hexadecimal = last.strip_prefix("0x").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_hexdigit()));
    hexadecimal || last.bytes().all(|b| b.is_ascii_digit())
}

fn folder_is_sound(folder: &str) -> bool {
    let plain = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.');
    !matches!(folder, "" | "." | "..") && folder.bytes().all(plain)
}

impl std::fmt::Display for DidWeb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for DidWeb {
    type Err = FieldError;
    fn from_str(text: &str) -> Result<Self, FieldError> {
        Self::new(text)
    }
}

impl TryFrom<String> for DidWeb {
    type Error = FieldError;
    fn try_from(text: String) -> Result<Self, FieldError> {
        Self::new(&text)
    }
}

impl From<DidWeb> for String {
    fn from(did: DidWeb) -> Self {
        did.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_did_says_where_its_document_is() {
        for (did, url) in [
            ("did:web:label.example.sg", "https://label.example.sg/.well-known/did.json"),
            ("did:web:label.example.sg%3A8443", "https://label.example.sg:8443/.well-known/did.json"),
            ("did:web:7.example.4u", "https://7.example.4u/.well-known/did.json"),
            ("did:web:example.sg:csa:labels", "https://example.sg/csa/labels/did.json"),
        ] {
            assert_eq!(DidWeb::new(did).unwrap().document_url(), url);
        }
    }

    #[test]
    fn one_spelling_and_no_way_out_of_the_host() {
        for wrong in [
            "did:web:",
            "did:web:localhost",
            "did:key:z6mk",
            "did:web:a.example:",
            "did:web:a.example:..",
            "did:web:a.example:..:b",
            "did:web:a..example",
            "did:web:-a.example",
            "did:web:a.example%3A",
            "did:web:a.example%3A123456",
            "did:web:a.example%3a80",
            "did:web:a.example%2Fb",
            "did:web:A.example",
            "did:web:a.example#key",
            "did:web:a.example/b",
            "did:web:user@a.example",
            "did:web:127.0.0.1",
            "did:web:127.0.0.1%3A8443",
            "did:web:127.1:csa",
            "did:web:0x7f.0x1",
            "did:web:a.example.0x",
            "did:web:a.example.7",
            "did:web:[::1]",
        ] {
            assert!(DidWeb::new(wrong).is_err(), "{wrong}");
        }
    }
}
