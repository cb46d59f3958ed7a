//! The DID document of an issuer (DID Core 1.0, did:web), to be published at its
//! [`DidWeb::document_url`](verilabel_label::DidWeb::document_url).

use serde_json::{Value, json};
use verilabel_label::Timestamp;
use verilabel_trust::{Issuer, Jwk, KeyState, Purpose};

use crate::sign::key_url;

/// The document of an issuer, if it has a DID.
///
/// Every key stays in `verificationMethod`, retired ones too, because labels outlive keys. Those that sign at
/// `now` stand in `assertionMethod`. A distrusted key stands in neither: whatever it signed counts for nothing.
#[must_use]
pub fn did_document(issuer: &Issuer, now: Timestamp) -> Option<Value> {
    let did = issuer.did.as_ref()?;
    let believed = || issuer.keys.iter().filter(|key| key.state == KeyState::Trusted);
    let methods: Vec<Value> = believed()
        .map(|key| {
            json!({
                "id": key_url(did, key.key.id()),
                "type": "JsonWebKey",
                "controller": did.as_str(),
                "publicKeyJwk": Jwk::of(&key.key),
            })
        })
        .collect();
    let signing: Vec<String> = believed()
        .filter(|key| key.in_use_at(now) && (key.serves(Purpose::Seal) || key.serves(Purpose::Status)))
        .map(|key| key_url(did, key.key.id()))
        .collect();
    Some(json!({
        "@context": ["https://www.w3.org/ns/did/v1", "https://www.w3.org/ns/cid/v1"],
        "id": did.as_str(),
        "verificationMethod": methods,
        "assertionMethod": signing,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use verilabel_trust::{Confirmed, IssuerKey};
    use verilabel_wire::PublicKey;

    fn key(fill: u8, until: Option<&str>, state: KeyState) -> IssuerKey {
        IssuerKey {
            key: PublicKey::ed25519([fill; 32]),
            from: "2020-01-01".parse().unwrap(),
            until: until.map(|time| time.parse().unwrap()),
            state,
            purposes: vec![Purpose::Seal],
        }
    }

    #[test]
    fn retired_keys_stay_and_sign_no_more() {
        let keys = vec![
            key(1, None, KeyState::Trusted),
            key(2, Some("2025-01-01"), KeyState::Trusted),
            key(3, None, KeyState::Distrusted(Confirmed::default())),
        ];
        let ids: Vec<String> =
            keys.iter().map(|key| format!("did:web:label.example.sg#{}", key.key.id())).collect();
        let mut issuer = Issuer {
            id: "specimen.sg".parse().unwrap(),
            name: "Specimen".to_owned(),
            notice: None,
            did: Some("did:web:label.example.sg".parse().unwrap()),
            link_hosts: Vec::new(),
            status_uri: String::new(),
            keys,
            may_issue: Vec::new(),
        };
        let now = "2026-11-22".parse().unwrap();
        let document = did_document(&issuer, now).unwrap();
        let methods = document["verificationMethod"].as_array().unwrap();
        let found: Vec<&str> = methods.iter().map(|method| method["id"].as_str().unwrap()).collect();
        assert_eq!(found, ids[..2]);
        assert_eq!(document["assertionMethod"], json!(ids[..1]));
        assert_eq!(methods[0]["publicKeyJwk"]["crv"], "Ed25519");
        let read: ssi_dids_core::Document = serde_json::from_value(document).unwrap();
        assert_eq!(read.verification_method.len(), 2);
        issuer.did = None;
        assert_eq!(did_document(&issuer, now), None);
    }
}
