//! Label credentials: what may be written in other words, and what is none of the words that count.

use serde_json::{Value, json};
use verilabel_label::LabelClaims;
use verilabel_wire::Sign;

use super::Vector;
use super::credentials::{fake, good, honest, judge, remove, with_header, with_payload};
use crate::credentials::{base64url, header, jws, key_url, text};
use crate::messages::{claims, validity};
use crate::packs::{index, key};

const LABS_DID: &str = "did:web:label.example.lab";

fn set(pointer: &'static str, value: Value) -> String {
    with_payload(|payload| *payload.pointer_mut(pointer).expect("a member") = value)
}

/// A member that an honest credential does not have, in the object at that pointer.
fn add(pointer: &'static str, member: &'static str, value: Value) -> String {
    with_payload(|payload| payload.pointer_mut(pointer).expect("an object")[member] = value)
}

pub(super) fn all() -> Vec<Vector> {
    [variants(), dates(), headers(), spellings(), members(), statuses()].into_iter().flatten().collect()
}

fn variants() -> Vec<Vector> {
    let passed_over = with_payload(|payload| {
        payload["name"] = json!("A label");
        payload["description"] = json!("Of a hub");
        payload["termsOfUse"] = json!([{"type": "ExamplePolicy"}]);
        payload["renderMethod"] = json!([{"type": "ExampleTemplate"}]);
    });
    let id = "https://label.example.sg/credentials/123";
    vec![
        good(
            "vc-times-with-offset",
            "validFrom with an offset and a fraction of zeros.",
            set("/validFrom", json!("2026-07-23T08:00:00.000+08:00")),
        ),
        good(
            "vc-status-entries-swapped",
            "The entry for suspension before that for revocation.",
            with_payload(|payload| {
                payload["credentialStatus"].as_array_mut().expect("two entries").reverse();
            }),
        ),
        good(
            "vc-status-entries-unnamed",
            "Status entries without id.",
            with_payload(|payload| {
                for entry in payload["credentialStatus"].as_array_mut().expect("two entries") {
                    remove(entry, "id");
                }
            }),
        ),
        good("vc-no-content-type", "No cty.", with_header(|header| remove(header, "cty"))),
        good(
            "vc-claim-sub",
            "sub says what the subject's id says.",
            add("", "sub", json!("https://id.gs1.org/01/09521234543213")),
        ),
        good(
            "vc-claim-jti",
            "jti says what id says.",
            with_payload(|payload| {
                payload["id"] = json!(id);
                payload["jti"] = json!(id);
            }),
        ),
        good("vc-members-passed-over", "Members of the data model that decide nothing here.", passed_over),
    ]
}

fn dates() -> Vec<Vector> {
    let dated = |from, until, claim: &'static str, time: &str| {
        let claims = LabelClaims { validity: validity(from, until), ..claims(3, index::VALID) };
        let mut payload = crate::credentials::payload(&claims, &crate::messages::path(crate::messages::GTIN));
        payload[claim] = json!(crate::messages::time(time).seconds());
        crate::credentials::signed(&payload, &key("sg"))
    };
    vec![
        judge(
            "vc-expired-before-exp",
            "validUntil has passed, and exp has not.",
            dated("2026-07-23", "2026-10-01", "exp", "2029-07-23"),
            "out-of-date",
            "expired",
        ),
        judge(
            "vc-not-yet-valid-after-nbf",
            "validFrom is to come, and nbf has passed.",
            dated("2027-01-01", "2029-07-23", "nbf", "2026-07-23"),
            "out-of-date",
            "not-yet-valid",
        ),
        judge(
            "vc-expired-by-offset",
            "validUntil is later than the time judged for by its digits, and earlier by its offset.",
            set("/validUntil", json!("2026-11-22T09:30:00+08:00")),
            "out-of-date",
            "expired",
        ),
    ]
}

fn headers() -> Vec<Vector> {
    let set = |member: &'static str, value: Value| with_header(|header| header[member] = value);
    let labs = with_header(|header| header["kid"] = json!(key_url(LABS_DID, key("sg").key())));
    let capitals = with_header(|header| {
        let (did, id) = header["kid"].as_str().and_then(|url| url.split_once('#')).expect("a fragment");
        header["kid"] = json!(format!("{did}#{}", id.to_uppercase()));
    });
    vec![
        fake(
            "vc-key-of-another-did",
            "The header names the key by a laboratory's DID, and the authority signed it.",
            labs,
            "issuer-mismatch",
        ),
        judge(
            "vc-key-id-in-capitals",
            "The key id in capital hexadecimal digits is no key id.",
            capitals,
            "cannot-tell",
            "issuer-unknown",
        ),
        fake("vc-embedded-nothing", "A header key that is null.", set("jwk", Value::Null), "header-key"),
        fake("vc-encoded", "The parameter b64 with its default.", set("b64", json!(true)), "header-unknown"),
        fake("vc-type-in-capitals", "The type in capitals.", set("typ", json!("VC+JWT")), "type-mismatch"),
        fake("vc-algorithm-hs384", "HS384.", set("alg", json!("HS384")), "algorithm-hmac"),
        fake("vc-algorithm-hs512", "HS512.", set("alg", json!("HS512")), "algorithm-hmac"),
        fake(
            "vc-algorithm-es384",
            "ES384, and the key is for ES256.",
            set("alg", json!("ES384")),
            "algorithm-mismatch",
        ),
    ]
}

/// A JWS whose header or payload has a bit set beyond its last byte, signed as it is.
fn stray_bits(part: usize) -> String {
    let key = key("sg");
    let mut texts = [text(&header(&key)), text(&honest())];
    // White space, until the last character has unused bits: two or four.
    while texts[part].len() % 3 != 1 {
        texts[part].push(' ');
    }
    let mut parts = texts.map(base64url);
    let last = parts[part].pop().expect("a character");
    // Four bits are unused, and the alphabet is that of ASCII wherever a character with unused bits stands.
    let next = char::from(u8::try_from(last).expect("ASCII") + 1);
    parts[part].push(next);
    let input = parts.join(".");
    format!("{input}.{}", base64url(key.sign(input.as_bytes()).expect("a key of ours signs")))
}

/// A credential of exactly that many characters.
fn of_length(length: usize) -> String {
    let key = key("sg");
    let made = |x: usize, blanks: usize| {
        let mut payload = honest();
        payload["description"] = json!("x".repeat(x));
        jws(&format!("{}{}", text(&header(&key)), " ".repeat(blanks)), &text(&payload), &key)
    };
    let near = length / 4 * 3 - made(0, 0).len() / 4 * 3;
    (0..3)
        .flat_map(|blanks| (near - 6..near + 6).map(move |x| (x, blanks)))
        .map(|(x, blanks)| made(x, blanks))
        .find(|text| text.len() == length)
        .expect("a length that base64url has")
}

fn spellings() -> Vec<Vector> {
    let key = key("sg");
    let spaced = text(&header(&key)).replacen('{', "{ ", 1);
    let twice = text(&honest()).replacen(r#""level":3"#, r#""level":4,"level":3"#, 1);
    vec![
        good(
            "vc-header-spaced",
            "A blank in the header, so that the text begins otherwise.",
            jws(&spaced, &text(&honest()), &key),
        ),
        good("vc-longest", "As long as a credential may be.", of_length(32_768)),
        fake("vc-longest-and-one", "One character longer.", of_length(32_769), "credential-too-long"),
        fake(
            "vc-stray-bits-in-header",
            "The header in another spelling, which is signed.",
            stray_bits(0),
            "base64url",
        ),
        fake(
            "vc-stray-bits-in-payload",
            "The payload in another spelling, which is signed.",
            stray_bits(1),
            "base64url",
        ),
        fake(
            "vc-duplicate-level",
            "Two levels in the label.",
            jws(&text(&header(&key)), &twice, &key),
            "json-duplicate-member",
        ),
    ]
}

fn members() -> Vec<Vector> {
    const SUBJECT: &str = "/credentialSubject";
    const LABEL: &str = "/credentialSubject/label";
    let malformed = |name, fault, text| fake(name, fault, text, "credential-malformed");
    vec![
        fake(
            "vc-unknown-member",
            "A member without meaning beside the others.",
            add("", "level", json!(4)),
            "credential-unknown-member",
        ),
        malformed(
            "vc-unknown-member-of-subject",
            "A member without meaning in the subject.",
            add(SUBJECT, "level", json!(4)),
        ),
        malformed(
            "vc-unknown-member-of-label",
            "A member without meaning in the label.",
            add(LABEL, "levels", json!([4])),
        ),
        malformed(
            "vc-unknown-member-of-entry",
            "A member without meaning in a status entry.",
            add("/credentialStatus/0", "statusSize", json!(1)),
        ),
        malformed(
            "vc-subject-type",
            "A subject of another type.",
            set("/credentialSubject/type", json!("Organization")),
        ),
        malformed(
            "vc-label-type",
            "A label of another type.",
            set("/credentialSubject/label/type", json!("EnergyLabel")),
        ),
        malformed(
            "vc-entry-type",
            "A status entry of another type.",
            set("/credentialStatus/0/type", json!("StatusList2021Entry")),
        ),
        malformed(
            "vc-level-true",
            "A level that is true.",
            set("/credentialSubject/label/level", json!(true)),
        ),
        fake(
            "vc-iat-text",
            "The time of signing as a text.",
            set("/iat", json!("1784772000")),
            "credential-member",
        ),
        fake(
            "vc-claim-sub-disagrees",
            "sub names another product.",
            add("", "sub", json!("https://id.gs1.org/01/09521234543220")),
            "claim-disagrees",
        ),
        fake(
            "vc-claim-jti-disagrees",
            "jti names another credential.",
            with_payload(|payload| {
                payload["id"] = json!("https://label.example.sg/credentials/123");
                payload["jti"] = json!("https://label.example.sg/credentials/124");
            }),
            "claim-disagrees",
        ),
        fake(
            "vc-names-incomplete",
            "A brand and models without a manufacturer.",
            with_payload(|payload| remove(&mut payload["credentialSubject"], "manufacturer")),
            "names-incomplete",
        ),
        fake(
            "vc-no-models",
            "Names without a model.",
            set("/credentialSubject/models", json!([])),
            "field-empty",
        ),
        fake(
            "vc-model-control-character",
            "A control character in a model.",
            set("/credentialSubject/models/0", json!("LX\u{7}200")),
            "field-character",
        ),
        fake(
            "vc-scheme-in-capitals",
            "A scheme in capitals.",
            set("/credentialSubject/label/scheme", json!("SG.CLS-IOT")),
            "field-character",
        ),
    ]
}

fn statuses() -> Vec<Vector> {
    const LISTS: &str = "https://label.example.sg/status/";
    let wrong = |name, fault, text| fake(name, fault, text, "status-entries");
    let lists = |revocation: &str, suspension: &str| {
        with_payload(|payload| {
            payload["credentialStatus"][0]["statusListCredential"] = json!(revocation);
            payload["credentialStatus"][1]["statusListCredential"] = json!(suspension);
        })
    };
    vec![
        wrong(
            "vc-two-list-numbers",
            "The two entries have lists of different numbers.",
            lists(&format!("{LISTS}1-revocation"), &format!("{LISTS}2-suspension")),
        ),
        wrong(
            "vc-two-list-hosts",
            "One of the two lists is kept at another host.",
            lists(&format!("{LISTS}1-revocation"), "https://a.example/status/1-suspension"),
        ),
        wrong(
            "vc-lists-exchanged",
            "The entry for revocation has the suspension list, and the other way round.",
            lists(&format!("{LISTS}1-suspension"), &format!("{LISTS}1-revocation")),
        ),
        wrong(
            "vc-index-with-zeros",
            "The index has leading zeros.",
            with_payload(|payload| {
                for entry in payload["credentialStatus"].as_array_mut().expect("two entries") {
                    entry["statusListIndex"] = json!("007");
                }
            }),
        ),
        wrong(
            "vc-two-revocation-entries",
            "Two entries for revocation, and none for suspension.",
            with_payload(|payload| payload["credentialStatus"][1] = payload["credentialStatus"][0].clone()),
        ),
    ]
}
