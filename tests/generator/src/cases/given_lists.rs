//! Status lists that are handed in, against each other and against the trust pack's list, which is of 06:00 of the day.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use verilabel_wire::Sign;

use super::Vector;
use super::status_lists::{by_us, changed, judge, label, refused, revocation, suspension};
use crate::credentials::{DID, List, base64url, header, jws, key_url, signed, text};
use crate::packs::{index, key};

const LABS_DID: &str = "did:web:label.example.lab";

pub(super) fn all() -> Vec<Vector> {
    [judged(), refusals()].into_iter().flatten().collect()
}

fn judged() -> Vec<Vector> {
    let older = |list: List| by_us(&List { from: "2026-11-21T00:00:00Z", ..list });
    let as_old = |list: List| by_us(&List { from: "2026-11-22T06:00:00Z", ..list });
    let later = |list: List| by_us(&List { from: "2026-11-22T10:00:00Z", ..list });
    let expired = |list: List| by_us(&List { until: "2026-11-22T08:30:00Z", ..list });
    let set = |list: List| List { set: &[0], ..list };
    let valid = [by_us(&revocation()), by_us(&suspension())];
    let withdrawn = |name, fault, lists: &[String]| judge(name, fault, lists, "revoked", "withdrawn");
    let in_force = |name, fault, lists: &[String]| judge(name, fault, lists, "in-force", "in-force");
    let doubt = |name, fault, lists: &[String], code| judge(name, fault, lists, "cannot-tell", code);
    let cached = changed(|list| list["credentialSubject"]["ttl"] = json!(60_000));
    vec![
        withdrawn(
            "vc-list-older-revocation",
            "A revocation list from before the withdrawal does not hide it, whatever suspension list is beside it.",
            &[older(revocation()), valid[1].clone()],
        )
        .with_credential(label(index::WITHDRAWN)),
        withdrawn(
            "vc-list-missing-withdrawn",
            "No revocation list: the trust pack's withdrawal holds.",
            &valid[1..],
        )
        .with_credential(label(index::WITHDRAWN)),
        judge(
            "vc-list-reinstated-expired",
            "Lists that lifted the suspension of the trust pack, and have expired since.",
            &[expired(revocation()), expired(suspension())],
            "revoked",
            "suspended",
        )
        .with_credential(label(index::SUSPENDED)),
        judge(
            "vc-list-as-old-as-the-pack",
            "Lists of the second in which the trust pack's list was made: the decision against the label holds.",
            &[as_old(revocation()), as_old(suspension())],
            "revoked",
            "suspended",
        )
        .with_credential(label(index::SUSPENDED)),
        withdrawn(
            "vc-list-withdrawn-as-old-as-the-pack",
            "A withdrawal of the second in which the trust pack's list was made.",
            &[as_old(set(revocation())), as_old(suspension())],
        ),
        judge(
            "vc-list-suspended-since",
            "An older list says withdrawn, and a newer one suspended: the newer decision holds.",
            &[older(set(revocation())), by_us(&set(suspension()))],
            "revoked",
            "suspended",
        ),
        in_force(
            "vc-list-older-withdrawal",
            "An older list says withdrawn, and the trust pack's says valid.",
            &[older(set(revocation())), older(suspension())],
        ),
        withdrawn(
            "vc-list-both-set",
            "Both lists of one moment are against the label: withdrawn is the graver.",
            &[by_us(&set(revocation())), by_us(&set(suspension()))],
        ),
        withdrawn(
            "vc-list-withdrawn-later",
            "A withdrawal from after the time judged for: a decision against the label holds.",
            &[later(set(revocation())), later(suspension())],
        ),
        withdrawn(
            "vc-list-two-copies",
            "Two revocation lists, and the newer one says withdrawn.",
            &[by_us(&set(revocation())), older(revocation()), valid[1].clone()],
        ),
        doubt(
            "vc-list-one-expired",
            "The suspension list has expired, and the revocation list has not.",
            &[valid[0].clone(), expired(suspension())],
            "status-expired",
        ),
        doubt(
            "vc-list-too-old",
            "The lists are an hour old, and a minute less is allowed.",
            &valid,
            "status-too-old",
        )
        .max_status_age(3_540),
        in_force("vc-list-old-enough", "The lists are as old as is allowed.", &valid).max_status_age(3_600),
        in_force(
            "vc-list-cached",
            "A list that says for how long it may be cached.",
            &[cached, valid[1].clone()],
        ),
    ]
}

/// The honest revocation list under the header of that DID.
fn named(did: &str, payload: &Value) -> String {
    let key = key("sg");
    let mut header = header(&key);
    header["kid"] = json!(key_url(did, key.key()));
    jws(&text(&header), &text(payload), &key)
}

fn refusals() -> Vec<Vector> {
    let honest = revocation().payload();
    let retired = |from: &str, iat: &str| {
        let mut list = revocation().payload();
        list["validFrom"] = json!(from);
        list["iat"] = json!(crate::messages::time(iat).seconds());
        signed(&list, &key("sg-retired"))
    };
    let labs = List { issuer: LABS_DID, ..revocation() }.payload();
    let recompressed = |change: &dyn Fn(Vec<u8>) -> Vec<u8>| {
        changed(|list| {
            let encoded = &mut list["credentialSubject"]["encodedList"];
            let text = encoded.as_str().expect("a text");
            let bytes = URL_SAFE_NO_PAD.decode(&text[1..]).expect("base64url");
            *encoded = json!(format!("u{}", base64url(change(bytes))));
        })
    };
    // Without the checksum and the length at its end (RFC 1952 §2.3.1).
    let truncated = recompressed(&|bytes| bytes[..bytes.len() - 8].to_vec());
    let followed = recompressed(&|bytes| [bytes, vec![0]].concat());
    let doubled = recompressed(&|bytes| [bytes.clone(), bytes].concat());
    let malformed = |name, fault, list| refused(name, fault, list, "credential-malformed");
    vec![
        refused(
            "vc-list-key-for-seals-only",
            "A key that signs no status lists.",
            signed(&honest, &key("sg-eddsa")),
            "key-purpose",
        )
        .pack("key-for-seals-only"),
        refused(
            "vc-list-key-retired-before-list-begins",
            "Signed while the key was in use, for a list that begins after it was retired.",
            retired("2026-11-22T08:00:00Z", "2024-06-01T00:00:00Z"),
            "key-not-in-use",
        ),
        refused(
            "vc-list-key-retired-before-signing",
            "Signed after the key was retired, for a list that began before.",
            retired("2024-06-01T00:00:00Z", "2026-11-22T08:00:00Z"),
            "key-not-in-use",
        ),
        refused(
            "vc-list-key-of-another-did",
            "The header names the key by a laboratory's DID, and the authority signed it.",
            named(LABS_DID, &honest),
            "issuer-mismatch",
        ),
        refused(
            "vc-list-of-another-did",
            "It says that a laboratory made it, and the authority signed it.",
            named(DID, &labs),
            "issuer-mismatch",
        ),
        refused(
            "vc-list-unknown-member",
            "A member without meaning.",
            changed(|list| list["level"] = json!(4)),
            "credential-unknown-member",
        ),
        malformed(
            "vc-list-subject-type",
            "A subject of another type.",
            changed(|list| list["credentialSubject"]["type"] = json!("StatusList2021")),
        ),
        malformed(
            "vc-list-messages",
            "Messages for what its entries mean.",
            changed(|list| list["credentialSubject"]["statusMessage"] = json!([])),
        ),
        refused("vc-list-truncated", "What is compressed breaks off.", truncated, "status-list-not-gzip"),
        refused("vc-list-followed", "A byte follows what is compressed.", followed, "status-list-not-gzip"),
        refused(
            "vc-list-twice",
            "Two lists, one compressed after the other.",
            doubled,
            "status-list-not-gzip",
        ),
    ]
}
