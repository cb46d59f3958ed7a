use super::*;
use crate::BitstringError;
use serde_json::{Value, json};
use ssi_status::bitstring_status_list::{BitstringStatusListCredential, StatusSize};
use verilabel_label::Status;
use verilabel_wire::{Budget, SigningKey, StatusList};

const URI: &str = "https://label.example.sg/status/";

fn key() -> SigningKey {
    SigningKey::eddsa(&[7; 32]).unwrap()
}

fn statuses() -> StatusList {
    let mut list = StatusList::all_valid(1 << 18).unwrap();
    for (index, status) in [(1, Status::Suspended), (2, Status::Invalid), (200_000, Status::Invalid)] {
        list.set(index, status).unwrap();
    }
    list
}

fn credential(purpose: StatusPurpose) -> StatusListCredential {
    StatusListCredential {
        id: StatusListCredential::url(URI, 1, purpose),
        issuer: "did:web:label.example.sg".parse().unwrap(),
        purpose,
        issued_at: "2026-11-22T06:00:00Z".parse().unwrap(),
        expires: Some("2026-11-29T06:00:00Z".parse().unwrap()),
        list: BitstringList::of(&statuses(), purpose).unwrap(),
    }
}

fn payload() -> Value {
    let document = credential(StatusPurpose::Revocation).document().unwrap();
    serde_json::from_slice(&document.write(&KIND).unwrap()).unwrap()
}

fn read(json: &Value) -> Result<StatusListCredential, CredentialError> {
    StatusListCredential::decode(&serde_json::to_vec(json).unwrap())
}

#[test]
fn lists_round_trip_and_say_what_the_token_says() {
    for (purpose, set) in
        [(StatusPurpose::Revocation, vec![2, 200_000]), (StatusPurpose::Suspension, vec![1])]
    {
        let text = issue_status_list(&credential(purpose), &key()).unwrap();
        let sealed = parse_status_list(&text).unwrap();
        let opened = sealed.open(key().key(), &mut Budget::default()).unwrap().into_value();
        assert_eq!(opened, credential(purpose));
        let found: Vec<u32> = (0..1 << 18).filter(|index| opened.list.is_set(*index).unwrap()).collect();
        assert_eq!(found, set);
        assert_eq!(opened.list.is_set(1 << 18), None);
    }
}

#[test]
fn another_implementation_reads_the_list() {
    let theirs: BitstringStatusListCredential = serde_json::from_value(payload()).unwrap();
    let list = theirs.decode_status_list().unwrap();
    let set: Vec<usize> =
        (0..1 << 18).filter(|index| list.get(StatusSize::DEFAULT, *index) == Some(1)).collect();
    assert_eq!(set, [2, 200_000]);
}

#[test]
fn a_short_list_is_filled_up() {
    let list = StatusList::all_valid(8).unwrap();
    assert_eq!(
        BitstringList::of(&list, StatusPurpose::Revocation).unwrap().len(),
        BitstringList::MIN_ENTRIES
    );
    let mut odd = list;
    odd.set(3, Status::ApplicationSpecific).unwrap();
    let refused = BitstringList::of(&odd, StatusPurpose::Revocation);
    assert_eq!(refused, Err(BitstringError::NoMeaning { index: 3 }));
}

#[test]
fn a_list_counts_for_no_longer_than_its_signature() {
    let until = credential(StatusPurpose::Revocation).expires.unwrap().seconds();
    for (exp, due) in [(until - 1, until - 1), (until + 1, until)] {
        let mut json = payload();
        json["exp"] = exp.into();
        assert_eq!(read(&json).unwrap().expires.map(Timestamp::seconds), Some(due));
        json.as_object_mut().unwrap().remove("validUntil");
        assert_eq!(read(&json).unwrap().expires.map(Timestamp::seconds), Some(exp));
    }
    let mut json = payload();
    json["nbf"] = (until - 2).into();
    assert_eq!(read(&json).unwrap().issued_at.seconds(), until - 2);
}

/// §2.2: one purpose, or a list of them.
#[test]
fn one_of_several_purposes_may_be_ours() {
    for (purpose, due) in [
        (json!(["revocation"]), Ok(StatusPurpose::Revocation)),
        (json!(["message", "suspension", "refresh"]), Ok(StatusPurpose::Suspension)),
        (json!(["suspension", "suspension"]), Ok(StatusPurpose::Suspension)),
        (json!(["revocation", "suspension"]), Err("credential-malformed")),
        (json!(["message"]), Err("credential-malformed")),
        (json!(["Revocation"]), Err("credential-malformed")),
        (json!([]), Err("credential-malformed")),
        (json!(["revocation", 1]), Err("credential-malformed")),
        (json!([["revocation"]]), Err("credential-malformed")),
        (json!({"revocation": true}), Err("credential-malformed")),
        (Value::Null, Err("credential-malformed")),
    ] {
        let mut json = payload();
        json["credentialSubject"]["statusPurpose"] = purpose.clone();
        assert_eq!(read(&json).map(|list| list.purpose).map_err(|e| e.code()), due, "{purpose}");
    }
}

fn encoded(bytes: &[u8]) -> String {
    use base64::Engine;
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    format!("u{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(encoder.finish().unwrap()))
}

#[test]
fn each_fault_has_its_code() {
    let whole = encoded(&[0; 16_384]);
    for (list, code) in [
        (whole[1..].to_owned(), "status-list-not-multibase"),
        (format!("z{}", &whole[1..]), "status-list-not-multibase"),
        (format!("{whole}="), "status-list-not-multibase"),
        ("uAAAA".to_owned(), "status-list-not-gzip"),
        (whole[..=(whole.len() - 9) / 4 * 4].to_owned(), "status-list-not-gzip"),
        (encoded(&[0; 16_383]), "status-list-too-small"),
        (encoded(&[]), "status-list-too-small"),
        (encoded(&vec![0; (2 << 20) + 1]), "status-list-too-large"),
        (encoded(&vec![0; 64 << 20]), "status-list-too-large"),
    ] {
        let mut json = payload();
        json["credentialSubject"]["encodedList"] = json!(list);
        assert_eq!(read(&json).unwrap_err().code(), code);
    }
    for (pointer, value, code) in [
        ("/credentialSubject/type", json!("StatusList2021"), "credential-malformed"),
        ("/credentialSubject/statusPurpose", json!("message"), "credential-malformed"),
        ("/type", json!(["VerifiableCredential", "CybersecurityLabelCredential"]), "credential-type"),
        (
            "/@context",
            json!(["https://www.w3.org/ns/credentials/v2", "https://a.example/"]),
            "credential-context",
        ),
        ("/id", Value::Null, "credential-malformed"),
    ] {
        let mut json = payload();
        *json.pointer_mut(pointer).unwrap() = value;
        assert_eq!(read(&json).unwrap_err().code(), code, "{pointer}");
    }
    let mut sized = payload();
    sized["credentialSubject"]["statusSize"] = json!(2);
    assert_eq!(read(&sized).unwrap_err().code(), "credential-malformed");
    let mut nameless = payload();
    nameless.as_object_mut().unwrap().remove("id");
    assert_eq!(read(&nameless).unwrap_err().code(), "credential-member");
}
