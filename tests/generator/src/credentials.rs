//! Label credentials and status list credentials, written here a second time, independently of the library.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use verilabel_label::{Gs1Path, LabelClaims};
use verilabel_wire::{PublicKey, Sign, sha256};

/// The DID of the authority of most vectors.
pub const DID: &str = "did:web:label.example.sg";
/// What the URIs of its status lists begin with.
pub const STATUS_URI: &str = "https://label.example.sg/status/";
/// Fewest entries of a status list credential, in bytes of eight.
pub const LIST_BYTES: usize = 16_384;

/// The payload of the label credential of claims, for the authority of most vectors.
#[must_use]
pub fn payload(claims: &LabelClaims, path: &Gs1Path) -> Value {
    let (list, index) = (claims.status.list, claims.status.index);
    let entry = |purpose: &str| {
        json!({
            "id": format!("{STATUS_URI}{list}-{purpose}#{index}"),
            "type": "BitstringStatusListEntry",
            "statusPurpose": purpose,
            "statusListIndex": index.to_string(),
            "statusListCredential": format!("{STATUS_URI}{list}-{purpose}"),
        })
    };
    let mut payload = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://verilabel.example/credentials/label/v1"],
        "type": ["VerifiableCredential", "CybersecurityLabelCredential"],
        "issuer": DID,
        "validFrom": claims.validity.from().to_string(),
        "validUntil": claims.validity.until().to_string(),
        "iat": claims.issued_at.seconds(),
        "credentialSubject": {
            "id": format!("https://id.gs1.org{path}"),
            "type": "Product",
            "gtin": path.gtin.as_str(),
            "label": {
                "type": "CybersecurityLabel",
                "scheme": claims.scheme.as_str(),
                "specification": claims.specification.as_str(),
                "level": claims.level.number(),
                "number": claims.number.as_str(),
                "awarded": claims.awarded.to_string(),
            },
        },
        "credentialStatus": [entry("revocation"), entry("suspension")],
    });
    let subject = &mut payload["credentialSubject"];
    if let Some(category) = &claims.category {
        subject["category"] = json!(category.as_str());
    }
    if let Some(names) = &claims.names {
        subject["brand"] = json!(names.brand.as_str());
        subject["models"] = names.models.iter().map(verilabel_label::ModelNumber::as_str).collect();
        subject["manufacturer"] = json!(names.manufacturer.as_str());
    }
    payload
}

/// The DID URL of a key.
#[must_use]
pub fn key_url(did: &str, key: &PublicKey) -> String {
    format!("{did}#{}", key.id())
}

/// The header of an honest credential under that key.
#[must_use]
pub fn header(key: &dyn Sign) -> Value {
    let key = key.key();
    json!({"alg": key.algorithm().jose(), "cty": "vc", "kid": key_url(DID, key), "typ": "vc+jwt"})
}

/// JSON with its members in order, whatever features of `serde_json` the rest of the program switches on.
#[must_use]
pub fn text(json: &Value) -> String {
    let mut json = json.clone();
    json.sort_all_objects();
    json.to_string()
}

/// Base64url without padding.
#[must_use]
pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A compact JWS over any header and payload.
#[must_use]
pub fn jws(header: &str, payload: &str, key: &dyn Sign) -> String {
    let input = format!("{}.{}", base64url(header), base64url(payload));
    let signature = key.sign(input.as_bytes()).expect("a key of ours signs");
    format!("{input}.{}", base64url(signature))
}

/// The honest JWS of a payload.
#[must_use]
pub fn signed(payload: &Value, key: &dyn Sign) -> String {
    jws(&text(&header(key)), &text(payload), key)
}

/// A JWS whose signature is HMAC-SHA-256 (RFC 2104) with the public key as the secret.
#[must_use]
pub fn hmac(header: &str, payload: &str, key: &PublicKey) -> String {
    const BLOCK: usize = 64;
    let input = format!("{}.{}", base64url(header), base64url(payload));
    let mut secret = sha256(key.raw()).to_vec();
    secret.resize(BLOCK, 0);
    let pad = |with: u8| secret.iter().map(|byte| byte ^ with).collect::<Vec<u8>>();
    let inner = sha256(&[pad(0x36), input.as_bytes().to_vec()].concat());
    let outer = sha256(&[pad(0x5c), inner.to_vec()].concat());
    format!("{input}.{}", base64url(outer))
}

/// A status list credential in its parts.
pub struct List {
    /// Who is said to have made it.
    pub issuer: &'static str,
    /// The end of its URL.
    pub url: &'static str,
    /// Its purpose.
    pub purpose: &'static str,
    /// Entries that are set.
    pub set: &'static [usize],
    /// Its bytes, less those of the entries that are set.
    pub bytes: usize,
    /// When it was made.
    pub from: &'static str,
    /// Until when it may be relied on.
    pub until: &'static str,
}

impl List {
    /// An honest list in which nothing is set, newer than the trust pack's.
    #[must_use]
    pub fn of(purpose: &'static str) -> Self {
        let url = if purpose == "revocation" { "1-revocation" } else { "1-suspension" };
        let (from, until) = ("2026-11-22T08:00:00Z", "2026-11-29T08:00:00Z");
        Self { issuer: DID, url, purpose, set: &[], bytes: LIST_BYTES, from, until }
    }

    /// Its payload.
    #[must_use]
    pub fn payload(&self) -> Value {
        let mut bits = vec![0; self.bytes];
        for index in self.set {
            bits[index / 8] |= 0x80_u8 >> (index % 8);
        }
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&bits).expect("memory takes it");
        let compressed = encoder.finish().expect("memory takes it");
        json!({
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "id": format!("{STATUS_URI}{}", self.url),
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": self.issuer,
            "validFrom": self.from,
            "validUntil": self.until,
            "iat": crate::messages::time(self.from).seconds(),
            "credentialSubject": {
                "id": format!("{STATUS_URI}{}#list", self.url),
                "type": "BitstringStatusList",
                "statusPurpose": self.purpose,
                "encodedList": format!("u{}", base64url(compressed)),
            },
        })
    }

    /// It, signed by a key of whoever is said to have made it.
    #[must_use]
    pub fn signed(&self, key: &dyn Sign) -> String {
        let mut header = header(key);
        header["kid"] = json!(key_url(self.issuer, key.key()));
        jws(&text(&header), &text(&self.payload()), key)
    }
}
