//! Where things are in the publication folder: what a URL names stands at that URL's path.

use verilabel_credential::{StatusListCredential, StatusPurpose};
use verilabel_label::{Gtin, Serial};
use verilabel_trust::Issuer;

use super::PublicationError;

/// The trust pack as one file.
pub(super) const ARCHIVE: &str = "pack.tar.gz";
/// What every label's folder begins with.
pub(super) const LABELS: &str = "labels";
/// The link in a label's folder.
pub(super) const LINK: &str = "link.txt";
/// The metadata by which readers find all else of the pack.
pub(super) const TIMESTAMP: &str = "metadata/timestamp.json";

/// A file of the trust pack, by its path below the pack's folder.
pub(super) fn pack(file: &str) -> String {
    format!("pack/{file}")
}

/// The objects of one status list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ListNames {
    pub(super) token: String,
    /// Of the Bitstring credentials; only where the issuer has a DID.
    pub(super) credentials: Vec<(StatusPurpose, String)>,
}

impl ListNames {
    pub(super) fn of(issuer: &Issuer, list: u32) -> Result<Self, PublicationError> {
        let mut credentials = Vec::new();
        if issuer.did.is_some() {
            for purpose in [StatusPurpose::Revocation, StatusPurpose::Suspension] {
                let url = StatusListCredential::url(&issuer.status_uri, list, purpose);
                credentials.push((purpose, at(&url)?));
            }
        }
        Ok(Self { token: at(&issuer.status_list_uri(list))?, credentials })
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.token.as_str()).chain(self.credentials.iter().map(|(_, name)| name.as_str()))
    }
}

/// The issuer's DID document.
pub(super) fn did_document(issuer: &Issuer) -> Result<Option<String>, PublicationError> {
    issuer.did.as_ref().map(|did| at(&did.document_url())).transpose()
}

/// The folder of a label's files: its canonical path, the serial number in characters that file systems and URLs
/// leave alone.
pub(super) fn label(gtin: Gtin, serial: Option<&Serial>) -> String {
    match serial {
        None => format!("{LABELS}/01/{gtin}"),
        Some(serial) => format!("{LABELS}/01/{gtin}/21/{}", plain(serial.as_str())),
    }
}

/// Letters, digits and hyphens stay; any other character becomes `_` and two hexadecimal digits.
pub(crate) fn plain(serial: &str) -> String {
    serial
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' => char::from(byte).to_string(),
            other => format!("_{other:02x}"),
        })
        .collect()
}

/// The object that stands at a URL, if the folder is what its host serves.
fn at(url: &str) -> Result<String, PublicationError> {
    let outside = || PublicationError::Outside { url: url.to_owned() };
    let (host, path) =
        url.strip_prefix("https://").and_then(|rest| rest.split_once('/')).ok_or_else(outside)?;
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with("..")
            && part != "."
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~'))
    };
    let ours = |first: &str| matches!(first, "pack" | "labels" | "pictures" | "pack.tar.gz");
    let first = path.split('/').next().unwrap_or_default();
    if host.is_empty() || ours(first) || !path.split('/').all(plain) {
        return Err(outside());
    }
    Ok(path.to_owned())
}

/// How an object is to be served.
pub(super) struct Served {
    pub(super) media_type: &'static str,
    pub(super) cache: &'static str,
}

impl Served {
    pub(super) fn of(name: &str) -> Self {
        let of_pack = name.starts_with("pack/") && !name.ends_with("/timestamp.json");
        let hashed = of_pack || name.starts_with("pictures/");
        let last = name.rsplit('/').next().unwrap_or(name);
        let media_type = match last.rsplit_once('.').map(|(_, extension)| extension) {
            Some("json") if last == "did.json" => "application/did+json",
            Some("json") => "application/json",
            Some("svg") => "image/svg+xml",
            Some("png") => "image/png",
            Some("jpg") => "image/jpeg",
            Some("webp") => "image/webp",
            Some("pdf") => "application/pdf",
            Some("txt") => "text/plain; charset=utf-8",
            Some("jwt") => "application/vc+jwt",
            Some("gz") => "application/gzip",
            Some("cwt") => "application/statuslist+cwt",
            _ if last.ends_with("-revocation") || last.ends_with("-suspension") => "application/vc+jwt",
            _ => "application/statuslist+cwt",
        };
        let cache = if hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
        Self { media_type, cache }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_one_place_or_none() {
        assert_eq!(at("https://label.example.sg/status/1").unwrap(), "status/1");
        assert_eq!(at("https://x.sg/.well-known/did.json").unwrap(), ".well-known/did.json");
        for wrong in [
            "http://label.example.sg/status/1",
            "https://label.example.sg",
            "https://label.example.sg/",
            "https://label.example.sg/a//b",
            "https://label.example.sg/../b",
            "https://label.example.sg/a/./b",
            "https://label.example.sg/a?b",
            "https://label.example.sg/a%2Fb",
            "https://label.example.sg/pack/1",
        ] {
            assert_eq!(at(wrong).unwrap_err().code(), "publication-outside", "{wrong}");
        }
    }

    #[test]
    fn serial_numbers_become_plain_names_and_stay_different() {
        let gtin: Gtin = "09521234543213".parse().unwrap();
        let name = |serial: &str| label(gtin, Some(&serial.parse().unwrap()));
        assert_eq!(label(gtin, None), "labels/01/09521234543213");
        assert_eq!(name("A-1"), "labels/01/09521234543213/21/A-1");
        assert_eq!(name("A/1"), "labels/01/09521234543213/21/A_2f1");
        assert_eq!(name("A_2f1"), "labels/01/09521234543213/21/A_5f2f1");
        assert_eq!(name(".."), "labels/01/09521234543213/21/_2e_2e");
    }
}
