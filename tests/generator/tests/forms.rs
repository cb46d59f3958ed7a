//! The seal and the credential of the same label give the same verdict.

#![expect(clippy::unwrap_used, reason = "what is missing fails the test")]

mod common;

use serde_json::Value;
use verilabel_credential::{LabelCredential, issue};
use verilabel_label::{Gs1Path, LabelClaims, StatusRef};
use verilabel_trust::TrustPack;
use verilabel_vectors::credentials;
use verilabel_vectors::messages::{GTIN, claims, minted, path, validity};
use verilabel_vectors::packs::{index, key};
use verilabel_verify::{Policy, Question, Report, judge};

use common::pack;

const AT: &str = verilabel_vectors::AT;

/// A label: who signs it, its claims, its path.
type Label = (&'static str, LabelClaims, Gs1Path);

fn labels() -> Vec<Label> {
    let model = || path(GTIN);
    let unit = Gs1Path::of_unit(model().gtin, "A/1".parse().unwrap());
    let dated = |from, until, index| LabelClaims { validity: validity(from, until), ..claims(3, index) };
    let in_list = |list| LabelClaims { status: StatusRef { list, index: 0 }, ..claims(2, 0) };
    let of_scheme = |scheme: &str, specification: &str, level| LabelClaims {
        scheme: scheme.parse().unwrap(),
        specification: specification.parse().unwrap(),
        ..claims(level, 0)
    };
    vec![
        // In force.
        ("sg", claims(1, index::VALID), model()),
        ("sg-eddsa", claims(4, index::VALID), unit.clone()),
        ("sg", LabelClaims { names: None, category: None, ..claims(2, index::VALID) }, model()),
        ("lab", claims(2, index::VALID), model()),
        ("kr", of_scheme("kr.cic", "1.0", 2), model()),
        (
            "fi",
            LabelClaims {
                awarded: "2024-01-02".parse().unwrap(),
                ..of_scheme("fi.cybersecurity-label", "1.0", 1)
            },
            model(),
        ),
        // Suspended, withdrawn.
        ("sg", claims(3, index::SUSPENDED), model()),
        ("sg", claims(3, index::WITHDRAWN), unit.clone()),
        ("sg-eddsa", dated("2026-07-23", "2026-10-01", index::WITHDRAWN), model()),
        // Expired, not yet valid.
        ("sg", dated("2026-07-23", "2026-10-01", index::VALID), model()),
        ("sg", dated("2026-07-23", "2026-11-22T09:00:00Z", index::VALID), unit),
        ("sg", dated("2027-01-01", "2029-07-23", index::VALID), model()),
        // Unconfirmed.
        ("sg", in_list(2), model()),
        ("sg", in_list(4), model()),
        ("sg", in_list(99), model()),
        ("sg", claims(3, index::MEANINGLESS), model()),
        ("sg", claims(3, index::BEYOND), model()),
        // Not authentic, although signed; level unknown.
        ("lab", claims(4, index::VALID), model()),
        ("sg-distrusted", claims(3, index::VALID), model()),
        ("sg", claims(5, index::VALID), model()),
    ]
}

/// What a verdict says, less the words for the form and the addresses of the link.
fn facts(text: &str, pack: &TrustPack) -> Value {
    let question = Question {
        market: Some("KR".parse().unwrap()),
        minimum_level: Some("sg.cls-iot:2".parse().unwrap()),
        category: None,
    };
    let verdict = judge(text, pack, &question, &Policy::default(), AT.parse().unwrap());
    let mut json = serde_json::to_value(Report::of(&verdict)).unwrap();
    let report = json.as_object_mut().unwrap();
    for check in report["checks"].as_array_mut().unwrap() {
        let check = check.as_object_mut().unwrap();
        check.remove("source");
    }
    let checks = report["checks"].as_array_mut().unwrap();
    checks.retain(|line| !["link", "seal", "credential"].contains(&line["check"].as_str().unwrap()));
    if let Some(label) = report.get_mut("label") {
        for form in ["form", "host"] {
            label.as_object_mut().unwrap().remove(form);
        }
        for pointer in ["/category/source", "/names/source"] {
            if let Some(source) = label.pointer_mut(pointer)
                && ["seal", "credential"].contains(&source.as_str().unwrap())
            {
                *source = "the label".into();
            }
        }
    }
    json
}

#[test]
fn twenty_labels_in_both_forms() {
    let pack = pack();
    let labels = labels();
    assert_eq!(labels.len(), 20);
    let mut codes = std::collections::BTreeSet::new();
    for (signer, claims, path) in labels {
        let key = key(signer);
        let issuer =
            pack.issuers().iter().find(|i| i.keys.iter().any(|k| k.key == *verilabel_wire::Sign::key(&key)));
        let issuer = issuer.unwrap();
        let link = minted(&claims, &path, &key);
        let credential = LabelCredential {
            id: None,
            issuer: issuer.did.clone().unwrap(),
            claims,
            path,
            status_uri: issuer.status_uri.clone(),
        };
        let credential = issue(&credential, &key).unwrap();
        // The vectors' host is the authority of Singapore's; that of a link is nothing that a label says.
        let mut by_link = facts(&link, &pack);
        let by_credential = facts(&credential, &pack);
        let without_host = |json: &mut Value| {
            if let Some(notes) = json.get_mut("notes").and_then(Value::as_array_mut) {
                notes.retain(|note| note["code"] != "foreign-host");
                if notes.is_empty() {
                    json.as_object_mut().unwrap().remove("notes");
                }
            }
            json["checks"].as_array_mut().unwrap().retain(|line| line["code"] != "foreign-host");
        };
        without_host(&mut by_link);
        assert_eq!(by_link, by_credential);
        codes.insert(by_link["code"].as_str().unwrap().to_owned());
    }
    for code in
        ["in-force", "suspended", "withdrawn", "expired", "not-yet-valid", "status-expired", "key-distrusted"]
    {
        assert!(codes.contains(code), "{codes:?} without {code}");
    }
}

#[test]
fn written_twice_it_is_the_same() {
    let (claims, path, key) = (claims(3, 7), path(GTIN), key("sg-eddsa"));
    let ours = credentials::signed(&credentials::payload(&claims, &path), &key);
    let issuer = credentials::DID.parse().unwrap();
    let status_uri = credentials::STATUS_URI.to_owned();
    let theirs = issue(&LabelCredential { id: None, issuer, claims, path, status_uri }, &key).unwrap();
    let payload = |text: &str| text.split('.').nth(1).unwrap().to_owned();
    assert_eq!(payload(&ours), payload(&theirs));
}
