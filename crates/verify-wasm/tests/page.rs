//! What a page asks for beside verdicts.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "what is missing fails the test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use verilabel_label::Timestamp;
use verilabel_recognition::Register;
use verilabel_trust::{
    ArchiveRepository, Expiry, PackContents, Release, Repository, Role, RoleDefinition, root_metadata,
    write_archive,
};
use verilabel_verify::Report;
use verilabel_verify_wasm::{Asked, Memory, Verifier};
use verilabel_wire::{Sign, SigningKey};

const NOW: &str = "2026-11-22T09:00:00Z";

fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors")
}

fn link(vector: &str) -> String {
    fs::read_to_string(vectors().join(vector).join("link.txt")).unwrap().trim_end().to_owned()
}

fn with_pack(name: &str) -> Verifier {
    let file = fs::read(vectors().join(format!("packs/{name}.tar.gz"))).unwrap();
    let root = ArchiveRepository::read(&file).unwrap().metadata("1.root.json", 1 << 20).unwrap();
    let mut verifier = Verifier::new(&root.expect("a first root"), Memory::default());
    verifier.accept(&file, at(NOW), Expiry::Report).unwrap();
    verifier
}

/// With a pack that says when it was made.
fn with_pack_made(made: &str) -> Verifier {
    let key = SigningKey::eddsa(&[7; 32]).unwrap();
    let held = || RoleDefinition { keys: vec![key.key().clone()], threshold: 1 };
    let roles = [Role::Root, Role::Timestamp, Role::Snapshot, Role::Targets];
    let roles: BTreeMap<Role, RoleDefinition> = roles.into_iter().map(|role| (role, held())).collect();
    let expires = at("2027-06-01T00:00:00Z");
    let root = root_metadata(1, expires, &roles, &[&key]).unwrap();
    let register = Register::published().unwrap().to_json().unwrap();
    let targets = PackContents { register, ..PackContents::default() }.targets().unwrap();
    let signers = |_| -> Vec<&dyn Sign> { vec![&key] };
    let (expires, made) = (|_| expires, Some(at(made)));
    let release = Release { version: 5, targets: &targets, signers: &signers, expires: &expires, made };
    let mut files = release.files().unwrap();
    files.push(("metadata/1.root.json".to_owned(), root.clone()));
    let mut verifier = Verifier::new(&root, Memory::default());
    verifier.accept(&write_archive(&files).unwrap(), at(NOW), Expiry::Refuse).unwrap();
    verifier
}

fn value(report: &impl serde::Serialize) -> Value {
    serde_json::to_value(report).unwrap()
}

fn state(verifier: &Verifier, time: &str) -> Value {
    value(&verifier.state(at(time)).unwrap())
}

#[test]
fn nothing_is_said_without_a_pack() {
    let verifier = Verifier::new(b"{}", Memory::default());
    assert_eq!(verifier.state(at(NOW)).unwrap_err().code(), "no-pack");
    assert_eq!(verifier.register().unwrap_err().code(), "no-pack");
    assert_eq!(verifier.counts(&link("in-force-es256"), at(NOW)).unwrap_err().code(), "no-pack");
}

#[test]
fn the_state_tells_age_and_expiry() {
    let made = "2026-11-22T08:00:00Z";
    let state = state(&with_pack_made(made), NOW);
    let roles: Vec<&str> =
        state["roles"].as_array().unwrap().iter().map(|role| role["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["root", "timestamp", "snapshot", "targets"]);
    let first = state["roles"].as_array().unwrap().iter().map(|role| role["expires"].as_str().unwrap()).min();
    assert_eq!(state["expires"].as_str(), first);
    assert_eq!(state["version"], state["roles"][1]["version"]);
    assert_eq!(state["version"], 5);
    assert_eq!((&state["made"], &state["age_seconds"]), (&json!(made), &json!(3_600)));
    assert_eq!(state["warnings"], json!([]));
}

#[test]
fn the_state_names_the_issuers() {
    let state = state(&with_pack("base"), NOW);
    let issuers = state["issuers"].as_array().unwrap();
    let sg = issuers.iter().find(|issuer| issuer["id"] == "specimen.sg").unwrap();
    assert!(sg["notice"].as_str().unwrap().starts_with("SPECIMEN"));
    assert!(state.get("made").is_none(), "this pack does not say when it was made");
}

#[test]
fn an_expired_pack_and_a_wrong_clock_are_told() {
    let codes = |verifier: &Verifier, time| -> Vec<String> {
        let state = state(verifier, time);
        let warnings = state["warnings"].as_array().unwrap();
        warnings.iter().map(|warning| warning["code"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(codes(&with_pack("base"), NOW), [""; 0]);
    assert_eq!(codes(&with_pack("expired"), NOW), ["pack-expired"; 3]);
    let made = with_pack_made("2026-11-22T08:00:00Z");
    assert_eq!(codes(&made, "2026-11-22T07:00:00Z"), [""; 0]);
    assert_eq!(codes(&made, "2026-11-22T06:59:59Z"), ["clock-behind"]);
    assert_eq!(codes(&made, "2027-06-01T00:00:00Z"), ["pack-expired"; 4]);
}

#[test]
fn the_register_is_the_published_document() {
    let verifier = with_pack("base");
    let register = Register::from_json(verifier.register().unwrap().as_bytes()).unwrap();
    assert_eq!(&register, verifier.pack().unwrap().register());
}

/// Market by market the same as if that market had been asked for.
#[test]
fn a_label_counts_where_verdicts_say_so() {
    let verifier = with_pack("base");
    for vector in ["in-force-es256", "sg-3-in-kr", "withdrawn", "sg-1-in-gb", "de-unknown-in-sg"] {
        let counts = value(&verifier.counts(&link(vector), at(NOW)).unwrap());
        let counts = counts.as_array().unwrap();
        assert_eq!(counts.len(), verifier.pack().unwrap().register().markets().len());
        for of_market in counts {
            let market = of_market["market"].as_str().unwrap();
            let asked = Asked { market: Some(market.parse().unwrap()), ..Asked::default() };
            let verdict = verifier.judge(&link(vector), &asked, at(NOW)).unwrap();
            let mut alone = of_market.clone();
            assert!(alone.as_object_mut().unwrap().remove("name").is_some_and(|name| name.is_string()));
            assert_eq!(alone, value(&Report::of(&verdict))["recognition"], "{vector} in {market}");
        }
    }
}

#[test]
fn what_is_not_authentic_counts_nowhere() {
    let verifier = with_pack("base");
    for text in [link("signature-bit"), link("level-raised"), link("no-seal"), "hello".to_owned()] {
        assert_eq!(verifier.counts(&text, at(NOW)).unwrap_err().code(), "not-authentic", "{text}");
    }
}

#[test]
fn a_picture_is_that_of_the_product_and_of_nothing_that_is_not_authentic() {
    let verifier = with_pack("base");
    let picture = |vector: &str| verifier.picture(&link(vector), at(NOW)).unwrap().map(ToString::to_string);
    let due = format!("pictures/{}.webp", "0123456789abcdef".repeat(4));
    assert_eq!(picture("in-force-lean"), Some(due.clone()));
    assert_eq!(picture("in-force-es256"), None, "its product has no record");
    assert_eq!(picture("issuer-unknown"), None);
    let moved = link("in-force-lean").replace("/01/09521234543213", "/01/09520000000035");
    assert_ne!(moved, link("in-force-lean"));
    assert_eq!(verifier.picture(&moved, at(NOW)).unwrap(), None, "it is not authentic");
    let all: Vec<_> = verifier.pack().unwrap().pictures().into_iter().map(ToString::to_string).collect();
    assert_eq!(all, [due]);
}
