//! Label credentials: honest ones, and one fault each.

use serde_json::{Value, json};
use verilabel_label::{Gs1Path, LabelClaims};
use verilabel_wire::Sign;

use super::Vector;
use crate::credentials::{DID, base64url, header, hmac, jws, key_url, payload, signed, text};
use crate::keys::{Impostor, Key};
use crate::messages::{GTIN, claims, path, time, validity};
use crate::packs::{index, key, stolen_but_confirmed};

pub(super) fn honest() -> Value {
    payload(&claims(3, index::VALID), &path(GTIN))
}

fn of(claims: &LabelClaims) -> String {
    signed(&payload(claims, &path(GTIN)), &key("sg"))
}

pub(super) fn judge(
    name: &'static str,
    fault: &'static str,
    text: String,
    conclusion: &str,
    code: &str,
) -> Vector {
    Vector::judge(name, fault, String::new(), conclusion, code).with_credential(text)
}

pub(super) fn good(name: &'static str, fault: &'static str, text: String) -> Vector {
    judge(name, fault, text, "in-force", "in-force")
}

pub(super) fn fake(name: &'static str, fault: &'static str, text: String, code: &str) -> Vector {
    judge(name, fault, text, "not-authentic", code)
}

/// An honest payload under a header that is changed and then signed.
pub(super) fn with_header(change: impl FnOnce(&mut Value)) -> String {
    let key = key("sg");
    let mut header = header(&key);
    change(&mut header);
    jws(&text(&header), &text(&honest()), &key)
}

/// A payload that is changed and then signed.
pub(super) fn with_payload(change: impl FnOnce(&mut Value)) -> String {
    let mut payload = honest();
    change(&mut payload);
    signed(&payload, &key("sg"))
}

pub(super) fn remove(object: &mut Value, member: &str) {
    object.as_object_mut().expect("an object").remove(member);
}

pub(super) fn all() -> Vec<Vector> {
    [standings(), headers(), spellings(), signers(), contexts(), registered_claims(), contents()]
        .into_iter()
        .flatten()
        .collect()
}

fn standings() -> Vec<Vector> {
    let unit = Gs1Path::of_unit(path(GTIN).gtin, "A/1".parse().expect("a serial number"));
    let dated = |from, until| of(&LabelClaims { validity: validity(from, until), ..claims(3, 0) });
    let revoked = |name, fault, index, code| judge(name, fault, of(&claims(3, index)), "revoked", code);
    vec![
        good("vc-in-force-es256", "An honest label credential.", of(&claims(3, index::VALID))),
        good("vc-in-force-eddsa", "The same under an EdDSA key.", signed(&honest(), &key("sg-eddsa"))),
        good(
            "vc-in-force-unit",
            "The credential of one box.",
            signed(&payload(&claims(3, index::VALID), &unit), &key("sg")),
        ),
        good(
            "vc-in-force-lean",
            "A credential without names.",
            of(&LabelClaims { names: None, ..claims(3, index::VALID) }),
        ),
        revoked("vc-suspended", "Suspended.", index::SUSPENDED, "suspended"),
        revoked("vc-withdrawn", "Withdrawn.", index::WITHDRAWN, "withdrawn"),
        judge("vc-expired", "Expired.", dated("2026-07-23", "2026-10-01"), "out-of-date", "expired"),
        judge(
            "vc-not-yet-valid",
            "Begins next year.",
            dated("2027-01-01", "2029-07-23"),
            "out-of-date",
            "not-yet-valid",
        ),
    ]
}

fn headers() -> Vec<Vector> {
    let thief = key("a stranger's");
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(thief.key().raw())});
    let mut embedded = header(&thief);
    embedded["kid"] = header(&key("sg"))["kid"].clone();
    embedded["jwk"] = jwk;
    let mut none = header(&key("sg"));
    none["alg"] = json!("none");
    let unsigned = format!("{}.{}.", base64url(text(&none)), base64url(text(&honest())));
    let mut hs256 = header(&key("sg"));
    hs256["alg"] = json!("HS256");
    let hs256 = hmac(&text(&hs256), &text(&honest()), key("sg").key());
    let set = |member: &'static str, value: Value| with_header(|header| header[member] = value);
    vec![
        fake("vc-algorithm-none", "Nobody signed it.", unsigned, "algorithm-none"),
        fake("vc-algorithm-hmac", "An HMAC with the public key as its secret.", hs256, "algorithm-hmac"),
        fake(
            "vc-algorithm-swapped",
            "EdDSA is named, the key is for ES256.",
            set("alg", json!("EdDSA")),
            "algorithm-mismatch",
        ),
        fake(
            "vc-algorithm-missing",
            "No algorithm is named.",
            with_header(|header| remove(header, "alg")),
            "algorithm-missing",
        ),
        fake(
            "vc-embedded-key",
            "A thief's signature, and the thief's key in the header.",
            jws(&text(&embedded), &text(&honest()), &thief),
            "header-key",
        ),
        fake(
            "vc-key-url",
            "A URL to fetch keys from.",
            set("jku", json!("https://a.example/keys")),
            "header-key",
        ),
        fake("vc-certificate", "A certificate chain.", set("x5c", json!(["MIIB"])), "header-key"),
        fake("vc-certificate-hash", "The hash of a certificate.", set("x5t", json!("AAAA")), "header-key"),
        good(
            "vc-header-more",
            "A header parameter that nobody here knows.",
            set("x-version", json!({"a": 1})),
        ),
        good("vc-header-issuer", "The issuer in the header.", set("iss", json!(DID))),
        fake(
            "vc-header-another-issuer",
            "Another issuer in the header.",
            set("iss", json!("did:web:label.example.lab")),
            "header-unknown",
        ),
        fake("vc-critical", "A critical header parameter.", set("crit", json!(["exp"])), "header-critical"),
        fake("vc-unencoded", "The parameter b64 of RFC 7797.", set("b64", json!(false)), "header-unknown"),
        fake("vc-type-jwt", "Any other token.", set("typ", json!("JWT")), "type-mismatch"),
        fake(
            "vc-type-earlier",
            "The type of an earlier draft.",
            set("typ", json!("vc-ld+jwt")),
            "type-mismatch",
        ),
        fake("vc-type-missing", "No type.", with_header(|header| remove(header, "typ")), "type-mismatch"),
        fake("vc-content-type", "Another content.", set("cty", json!("vp")), "type-mismatch"),
        fake(
            "vc-key-id-missing",
            "No key id.",
            with_header(|header| remove(header, "kid")),
            "key-id-missing",
        ),
    ]
}

fn spellings() -> Vec<Vector> {
    let honest_text = signed(&honest(), &key("sg"));
    let (input, signature) = honest_text.rsplit_once('.').expect("three parts");
    // 64 bytes leave four bits of the last character unused; this sets the lowest of them.
    let (last, alphabet) =
        (signature.chars().next_back(), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    let at = alphabet.find(last.expect("a character")).expect("one with unused bits");
    let stray = format!("{}{}", &honest_text[..honest_text.len() - 1], &alphabet[at + 1..at + 2]);
    let twice = |text: String, member: &str| text.replacen('{', &format!("{{{member},"), 1);
    let key = key("sg");
    let header_text = text(&header(&key));
    let long = with_payload(|payload| payload["description"] = json!("x".repeat(40_000)));
    vec![
        fake("vc-two-parts", "The signature is cut off.", input.to_owned(), "jws-parts"),
        fake(
            "vc-five-parts",
            "The parts of an encrypted token.",
            format!("{honest_text}.AA.AA"),
            "jws-parts",
        ),
        fake("vc-padded", "Base64url with padding.", format!("{honest_text}=="), "base64url"),
        fake("vc-stray-bits", "The same signature in another spelling.", stray, "base64url"),
        fake(
            "vc-short-signature",
            "A signature of three bytes.",
            format!("{input}.AAAA"),
            "signature-length",
        ),
        fake(
            "vc-duplicate-member",
            "The issuer twice.",
            jws(&header_text, &twice(text(&honest()), r#""issuer":"did:web:label.example.lab""#), &key),
            "json-duplicate-member",
        ),
        fake(
            "vc-duplicate-header",
            "The algorithm twice.",
            jws(&twice(header_text.clone(), r#""alg":"ES256""#), &text(&honest()), &key),
            "json-duplicate-member",
        ),
        fake("vc-not-json", "No JSON is signed.", jws(&header_text, "{", &key), "json-malformed"),
        fake("vc-too-long", "Longer than any honest credential.", long, "credential-too-long"),
    ]
}

fn signers() -> Vec<Vector> {
    let under = |name: &str| signed(&honest(), &key(name));
    let dated = |name: &str, issued: &str| {
        signed(&payload(&LabelClaims { issued_at: time(issued), ..claims(3, 0) }, &path(GTIN)), &key(name))
    };
    let stolen = |claims: &LabelClaims| signed(&payload(claims, &path(GTIN)), &key("sg-distrusted"));
    let impostor = |honest: Key| Impostor { honest, thief: key("another stranger's") };
    let mut raised = honest();
    raised["credentialSubject"]["label"]["level"] = json!(4);
    let honest_text = under("sg");
    let parts: Vec<&str> = honest_text.split('.').collect();
    let raised = format!("{}.{}.{}", parts[0], base64url(text(&raised)), parts[2]);
    let lab = key("lab");
    let mut lab_header = header(&lab);
    lab_header["kid"] = json!(key_url("did:web:label.example.lab", lab.key()));
    let foreign = with_header(|header| header["kid"] = json!("did:web:other.example#key-1"));
    vec![
        fake("vc-level-raised", "Level 3 became level 4 after it was signed.", raised, "bad-signature"),
        fake(
            "vc-wrong-key",
            "The right key id, and a stranger's signature.",
            signed(&honest(), &impostor(key("sg-eddsa"))),
            "bad-signature",
        ),
        fake(
            "vc-another-issuers-key",
            "A laboratory's key signed it, under the authority's DID.",
            under("lab"),
            "issuer-mismatch",
        ),
        fake(
            "vc-another-issuers-did",
            "A laboratory's key signed it, under its own DID; it says that the authority did.",
            jws(&text(&lab_header), &text(&honest()), &lab),
            "issuer-mismatch",
        ),
        judge(
            "vc-issuer-unknown",
            "A stranger's key.",
            under("a stranger's"),
            "cannot-tell",
            "issuer-unknown",
        ),
        judge(
            "vc-key-of-another-form",
            "A key id of another form.",
            foreign,
            "cannot-tell",
            "issuer-unknown",
        ),
        fake("vc-key-distrusted", "A distrusted key.", under("sg-distrusted"), "key-distrusted"),
        good(
            "vc-key-distrusted-confirmed",
            "A distrusted key, and a credential that its issuer confirms.",
            stolen(&stolen_but_confirmed()),
        ),
        fake(
            "vc-key-distrusted-number-reused",
            "A distrusted key, and the number, dates and place in the list of a confirmed label, at a higher level.",
            stolen(&LabelClaims { level: claims(4, index::VALID).level, ..stolen_but_confirmed() }),
            "key-distrusted",
        ),
        fake(
            "vc-key-for-status-only",
            "A key that signs status lists only.",
            under("sg-status-only"),
            "key-purpose",
        ),
        fake(
            "vc-key-used-after-retirement",
            "A retired key, after its time.",
            under("sg-retired"),
            "key-not-in-use",
        ),
        good(
            "vc-key-retired",
            "A retired key, within its time.",
            dated("sg-retired", "2024-06-01T00:00:00Z"),
        ),
    ]
}

fn contexts() -> Vec<Vector> {
    let set =
        |value: Value| with_payload(|payload| *payload.pointer_mut("/@context").expect("a member") = value);
    let (w3c, ours) =
        ("https://www.w3.org/ns/credentials/v2", "https://verilabel.example/credentials/label/v1");
    vec![
        fake(
            "vc-context-order",
            "Our context before that of the data model.",
            set(json!([ours, w3c])),
            "credential-context",
        ),
        fake(
            "vc-context-not-utf-8",
            "A context whose percent-encoding stands for no text.",
            set(json!(["https://www.w3.org/ns/credentials/%FF", ours])),
            "credential-context",
        ),
        fake(
            "vc-context-redefined",
            "A third context, which gives terms another meaning.",
            set(json!([w3c, ours, {"level": "https://a.example/risk"}])),
            "credential-context",
        ),
    ]
}

/// JWT claims beside the members of the data model.
fn registered_claims() -> Vec<Vector> {
    let add = |member: &'static str, value: Value| with_payload(|payload| payload[member] = value);
    vec![
        fake("vc-claim-vc", "The claim vc of version 1.", add("vc", json!({})), "credential-unknown-member"),
        fake(
            "vc-claim-iss",
            "iss names another issuer.",
            add("iss", json!("did:web:a.example")),
            "claim-disagrees",
        ),
        good("vc-claim-exp", "exp is later than validUntil.", add("exp", json!(2_000_000_000))),
        judge(
            "vc-claim-exp-passed",
            "exp is the second judged for: what says that the label lasts longer is signed no more.",
            add("exp", json!(time(crate::AT).seconds())),
            "out-of-date",
            "expired",
        ),
        judge(
            "vc-claim-nbf",
            "nbf is the second after the one judged for.",
            add("nbf", json!(time(crate::AT).seconds() + 1)),
            "out-of-date",
            "not-yet-valid",
        ),
        fake(
            "vc-claim-exp-first",
            "exp is before validFrom.",
            add("exp", json!(time("2026-07-22").seconds())),
            "validity-order",
        ),
        good("vc-claims-repeated", "iss says what issuer says.", add("iss", json!(DID))),
    ]
}

fn contents() -> Vec<Vector> {
    let set = |pointer: &'static str, value: Value| {
        with_payload(|payload| *payload.pointer_mut(pointer).expect("a member") = value)
    };
    vec![
        fake(
            "vc-another-type",
            "A credential about something else.",
            set("/type", json!(["VerifiableCredential", "ExampleDegreeCredential"])),
            "credential-type",
        ),
        good(
            "vc-issuer-object",
            "The issuer as an object with a name.",
            set("/issuer", json!({"id": DID, "name": "Specimen authority"})),
        ),
        fake(
            "vc-fraction",
            "Half a second.",
            set("/validFrom", json!("2026-07-23T00:00:00.5Z")),
            "field-unreadable",
        ),
        fake(
            "vc-no-zone",
            "No time zone.",
            set("/validUntil", json!("2029-07-23T00:00:00")),
            "credential-member",
        ),
        fake(
            "vc-no-iat",
            "It does not say when it was signed.",
            with_payload(|p| remove(p, "iat")),
            "credential-member",
        ),
        fake(
            "vc-subject-gtin",
            "gtin is not that of the subject's identifier.",
            set("/credentialSubject/gtin", json!("09521234543220")),
            "subject-gtin",
        ),
        fake(
            "vc-subject-spelling",
            "The subject's identifier in another spelling.",
            set("/credentialSubject/id", json!("https://id.gs1.org/01/09521234543213/21/%41")),
            "path-not-canonical",
        ),
        fake("vc-level-0", "Level 0.", set("/credentialSubject/label/level", json!(0)), "field-range"),
        fake(
            "vc-one-status-entry",
            "No entry for suspension.",
            with_payload(|payload| {
                payload["credentialStatus"].as_array_mut().expect("two entries").truncate(1);
            }),
            "status-entries",
        ),
        good(
            "vc-status-entry-named",
            "A status entry with a URL of its own for a name.",
            set("/credentialStatus/0/id", json!("urn:uuid:61c5d1a4-7d2f-4a3c-9d5e-3f2f5c0a9b11")),
        ),
        fake(
            "vc-status-entry-is-the-list",
            "A status entry with its list's URL for a name.",
            set("/credentialStatus/0/id", json!("https://label.example.sg/status/1-revocation")),
            "status-entries",
        ),
        fake(
            "vc-two-indices",
            "The two entries have different indices.",
            set("/credentialStatus/1/statusListIndex", json!("7")),
            "status-entries",
        ),
        judge(
            "vc-status-elsewhere",
            "The status is kept at another host.",
            elsewhere(),
            "cannot-tell",
            "status-list-elsewhere",
        ),
    ]
}

fn elsewhere() -> String {
    let moved = text(&honest()).replace("https://label.example.sg/status/", "https://a.example/status/");
    let key = key("sg");
    jws(&text(&header(&key)), &moved, &key)
}
