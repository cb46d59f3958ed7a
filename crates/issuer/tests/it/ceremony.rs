//! Ceremonies: holders sign what they were shown, and nothing that verifiers would not take comes into force.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;
use verilabel_issuer::{
    Assembled, CeremonyError, Draft, HolderKey, Reading, RoleSignatureFile, RootWishes, Signatories,
    TargetsWishes, assemble, draft_root, draft_targets,
};
use verilabel_label::Timestamp;
use verilabel_trust::path;
use verilabel_wire::{Sign, SigningKey};

use crate::support::{issuer, now};

pub(crate) fn key(seed: u8) -> SigningKey {
    SigningKey::eddsa(&[seed; 32]).unwrap()
}

pub(crate) fn signatories(seeds: &[u8], threshold: u32) -> Signatories {
    let holder = |seed: &u8| HolderKey::new(format!("holder {seed}"), key(*seed).key());
    Signatories { keys: seeds.iter().map(holder).collect(), threshold }
}

fn in_a_year() -> Timestamp {
    now().plus_seconds(365 * 86_400)
}

pub(crate) fn wishes(holders: &[u8], threshold: u32, online: Option<u8>) -> RootWishes {
    RootWishes {
        root: Some(signatories(holders, threshold)),
        targets: Some(signatories(holders, threshold)),
        online: online.map(|seed| signatories(&[seed], 1)),
        expires: in_a_year(),
    }
}

pub(crate) fn targets(documents: BTreeMap<String, Vec<u8>>, status: u8, products: u8) -> TargetsWishes {
    TargetsWishes {
        documents,
        issuers: vec![issuer().id],
        status: Some(signatories(&[status], 1)),
        products: Some(signatories(&[products], 1)),
        partners: Vec::new(),
        expires: in_a_year(),
        published: 0,
    }
}

/// Signs as holders do, each by itself.
fn signed(draft: &Draft, seeds: &[u8]) -> Result<Vec<RoleSignatureFile>, CeremonyError> {
    let reading = Reading::of(draft)?;
    seeds.iter().map(|seed| reading.sign(&key(*seed))).collect()
}

pub(crate) fn hold(folder: &Path, draft: &Draft, seeds: &[u8]) -> Result<Assembled, CeremonyError> {
    assemble(draft, &signed(draft, seeds)?, folder, now())?.put_in_force()
}

/// A pack whose root and targets two of three hold.
fn two_of_three() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let draft = draft_root(folder.path(), &wishes(&[1, 2, 3], 2, Some(9)), now()).unwrap();
    hold(folder.path(), &draft, &[1, 3]).unwrap();
    folder
}

fn documents() -> BTreeMap<String, Vec<u8>> {
    BTreeMap::from([(path::issuer(&issuer().id), issuer().to_json().unwrap())])
}

/// What somebody does to a draft.
type Change<'a> = &'a dyn Fn(&mut Value);

/// The draft as it comes out of a file that somebody has changed.
fn changed(draft: &Draft, change: impl Fn(&mut Value)) -> Result<Draft, CeremonyError> {
    let mut value: Value = serde_json::from_slice(&draft.to_bytes().unwrap()).unwrap();
    change(&mut value);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("draft.json");
    fs::write(&path, serde_json::to_vec(&value).unwrap()).unwrap();
    Draft::read(&path)
}

fn code<T>(outcome: Result<T, CeremonyError>) -> &'static str {
    outcome.err().expect("it is refused").code()
}

#[test]
fn two_of_three_make_a_root_and_one_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let draft = draft_root(folder.path(), &wishes(&[1, 2, 3], 2, Some(9)), now()).unwrap();
    assert_eq!(code(hold(folder.path(), &draft, &[2])), "pack-too-few-signatures");
    assert_eq!(code(hold(folder.path(), &draft, &[2, 2])), "pack-too-few-signatures", "one key counts once");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was written");
    let done = hold(folder.path(), &draft, &[2, 3]).unwrap();
    assert_eq!((done.version, done.signers.len()), (1, 2));
    for what in ["signed", "root is good until", "holder 1", &done.digest] {
        assert!(done.transcript.contains(what), "{what}: {}", done.transcript);
    }
    let kept = fs::read_to_string(folder.path().join("transcripts/root-1.txt")).unwrap();
    assert_eq!(kept, done.transcript);
    assert_eq!(code(hold(folder.path(), &draft, &[2, 3])), "ceremony-draft", "it was held already");
}

#[test]
fn a_signature_counts_only_under_its_draft_and_by_a_holder() {
    let folder = tempfile::tempdir().unwrap();
    let draft = draft_root(folder.path(), &wishes(&[1, 2], 2, Some(9)), now()).unwrap();
    let other = draft_root(folder.path(), &wishes(&[1, 2], 1, Some(9)), now()).unwrap();
    let mut signatures = signed(&draft, &[1]).unwrap();
    signatures.extend(signed(&other, &[2]).unwrap());
    assert_eq!(code(assemble(&draft, &signatures, folder.path(), now())), "ceremony-signature");
    assert_eq!(code(signed(&draft, &[7])), "ceremony-not-a-holder");
    assert_eq!(code(signed(&draft, &[9])), "ceremony-not-a-holder", "the online key holds nothing else");
}

#[test]
fn a_new_root_needs_the_holders_before_and_after() {
    let folder = two_of_three();
    let draft = draft_root(folder.path(), &wishes(&[1, 4, 5], 2, None), now()).unwrap();
    for (seeds, enough) in [(&[4, 5][..], false), (&[1, 2], false), (&[1, 4], false), (&[1, 2, 4], true)] {
        let outcome = hold(folder.path(), &draft, seeds);
        assert_eq!(outcome.is_ok(), enough, "{seeds:?}");
        if let Err(error) = outcome {
            assert_eq!(error.code(), "pack-too-few-signatures", "{seeds:?}");
            assert!(error.to_string().contains("signed, 2 must"), "{error}");
        }
    }
    // A key that was dropped holds nothing any more.
    let draft = draft_root(folder.path(), &wishes(&[1, 4, 6], 2, None), now()).unwrap();
    assert_eq!(code(signed(&draft, &[2])), "ceremony-not-a-holder");
    assert_eq!(hold(folder.path(), &draft, &[4, 5, 6]).unwrap().version, 3);
}

#[test]
fn nobody_signs_what_cannot_be_shown_or_does_not_follow() {
    let folder = two_of_three();
    let draft = draft_root(folder.path(), &wishes(&[1, 2, 4], 2, None), now()).unwrap();
    let cases: [(&str, Change<'_>); 10] = [
        ("ceremony-cannot-show", &|d| d["statement"]["x-more"] = json!(true)),
        ("ceremony-cannot-show", &|d| d["statement"]["roles"]["root"]["note"] = json!("harmless")),
        ("ceremony-cannot-show", &|d| {
            d["statement"]["roles"]["mirrors"] = json!({"keyids": [], "threshold": 1});
        }),
        ("ceremony-cannot-show", &|d| d["statement"]["consistent_snapshot"] = json!(false)),
        ("ceremony-cannot-show", &|d| d["statement"]["spec_version"] = json!("1.1.0")),
        ("ceremony-draft", &|d| d["statement"]["_type"] = json!("timestamp")),
        ("ceremony-draft", &|d| d["statement"]["roles"]["root"]["threshold"] = json!(0)),
        ("ceremony-draft", &|d| d["statement"]["version"] = json!(3)),
        ("ceremony-draft", &|d| d["role"] = json!("targets")),
        ("ceremony-draft", &|d| d["before"] = Value::Null),
    ];
    for (number, (due, change)) in cases.into_iter().enumerate() {
        let draft = changed(&draft, change).unwrap();
        assert_eq!(code(signed(&draft, &[1])), due, "case {number}");
    }
    // A root before that does not stand by itself, or is not the one that the holder knows.
    let forged =
        changed(&draft, |d| d["before"]["signed"]["expires"] = json!("2099-01-01T00:00:00Z")).unwrap();
    assert_eq!(code(signed(&forged, &[1])), "pack-too-few-signatures");
    let mine = two_of_three();
    let root = fs::read(mine.path().join("metadata/1.root.json")).unwrap();
    let reading = Reading::of(&draft).unwrap();
    assert!(reading.follows_on(&root, Path::new("mine")).is_ok());
    hold(mine.path(), &draft, &[1, 2, 4]).unwrap();
    let later = fs::read(mine.path().join("metadata/2.root.json")).unwrap();
    assert_eq!(code(reading.follows_on(&later, Path::new("mine"))), "ceremony-other-before");
    assert_eq!(code(changed(&draft, |d| d["more"] = json!(1))), "ceremony-file");
    assert_eq!(code(changed(&draft, |d| d["schema"] = json!("verilabel-pack-draft/2"))), "ceremony-file");
}

#[test]
fn offline_and_online_keys_are_kept_apart() {
    let folder = tempfile::tempdir().unwrap();
    let draft = draft_root(folder.path(), &wishes(&[1, 2, 3], 2, Some(2)), now()).unwrap();
    assert_eq!(code(signed(&draft, &[1])), "ceremony-draft");
    let folder = two_of_three();
    let draft = draft_targets(folder.path(), &targets(documents(), 1, 8), now()).unwrap();
    assert_eq!(code(signed(&draft, &[1])), "ceremony-draft");
    assert_eq!(code(draft_root(folder.path(), &wishes(&[1, 1], 2, None), now())), "ceremony-wishes");
    assert_eq!(code(draft_root(folder.path(), &wishes(&[1], 2, None), now())), "ceremony-wishes");
}

#[test]
fn targets_come_with_exactly_the_documents_that_they_list() {
    let folder = two_of_three();
    let draft = draft_targets(folder.path(), &targets(documents(), 7, 8), now()).unwrap();
    let place = path::issuer(&issuer().id);
    let cases: [Change<'_>; 4] = [
        &|d| d["documents"][&place] = json!("e30"),
        &|d| d["documents"] = json!({}),
        &|d| d["documents"]["issuers/x.json"] = json!("e30"),
        &|d| d["root"] = Value::Null,
    ];
    for (number, change) in cases.into_iter().enumerate() {
        assert_eq!(code(signed(&changed(&draft, change).unwrap(), &[1])), "ceremony-draft", "case {number}");
    }
    assert_eq!(hold(folder.path(), &draft, &[1, 2]).unwrap().version, 1);
    // Next, with a name that would like to be more than a line. No verifier takes that document; it is shown as it is.
    let mut named = issuer();
    "Agency XX[2JX+ root: 0 must sign".clone_into(&mut named.name);
    let document = String::from_utf8(named.to_json().unwrap()).unwrap();
    let hostile = document.replace("XX[2JX+", "\\u001b[2J\\n+").into_bytes();
    let documents = BTreeMap::from([(place.clone(), hostile)]);
    let wishes = TargetsWishes { status: None, products: None, ..targets(documents, 7, 8) };
    let draft = draft_targets(folder.path(), &wishes, now()).unwrap();
    let words = Reading::of(&draft).unwrap().words().unwrap();
    assert!(words.iter().all(|line| !line.chars().any(char::is_control)), "{words:?}");
    let about = |mark: char| words.iter().filter(|line| line.starts_with(mark)).count();
    assert_eq!((about('+'), about('-')), (13, 6), "one line for each member: {words:?}");
    assert!(words.iter().any(|line| line == "  status-specimen.sg: 1 must sign"), "{words:?}");
    assert_eq!(hold(folder.path(), &draft, &[2, 3]).unwrap().version, 2);
    assert_eq!(code(hold(folder.path(), &draft, &[2, 3])), "ceremony-draft", "it was held already");
}
