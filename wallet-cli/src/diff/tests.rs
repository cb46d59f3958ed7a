use std::collections::BTreeMap;

use serde_json::Value;
use verilabel_label::Timestamp;
use verilabel_trust::{
    ArchiveRepository, Client, Confirmed, Expiry, MemoryStore, PackContents, Purpose, Release, Role,
    RoleDefinition, root_metadata, write_archive,
};
use verilabel_wire::{Sign, SigningKey, StatusList, StatusListToken, sign_status_list};

use super::*;

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn issuer(keys: &[(u8, Option<&str>, KeyState)], levels: &[u8]) -> Issuer {
    Issuer {
        id: "specimen.sg".parse().unwrap(),
        name: "Specimen".to_owned(),
        did: None,
        notice: None,
        link_hosts: vec!["label.example".to_owned()],
        status_uri: "https://label.example/".to_owned(),
        keys: keys
            .iter()
            .map(|(n, until, state)| IssuerKey {
                key: SigningKey::eddsa(&[*n; 32]).unwrap().key().clone(),
                from: time("2020-01-01"),
                until: until.map(time),
                state: state.clone(),
                purposes: vec![Purpose::Seal, Purpose::Status],
            })
            .collect(),
        may_issue: vec![Entitlement {
            scheme: "sg.cls-iot".parse().unwrap(),
            levels: levels.iter().map(|n| (*n).try_into().unwrap()).collect(),
        }],
    }
}

/// A pack of one issuer, whose list 1 has the first entries suspended.
fn pack(issuers: Vec<Issuer>, suspended: u32, register: Vec<u8>) -> TrustPack {
    let mut list = StatusList::all_valid(64).unwrap();
    (0..suspended).for_each(|index| list.set(index, Status::Suspended).unwrap());
    let status = issuers.first().map(|issuer| {
        let token = StatusListToken {
            subject: issuer.status_list_uri(1),
            issued_at: time("2026-11-22"),
            expires: None,
            time_to_live: None,
            list,
        };
        let token = sign_status_list(&token, &SigningKey::eddsa(&[1; 32]).unwrap()).unwrap();
        ((issuer.id.clone(), 1), token)
    });
    let contents =
        PackContents { register, issuers, status: status.into_iter().collect(), ..PackContents::default() };
    let key = SigningKey::eddsa(&[9; 32]).unwrap();
    let roles = Role::ALL
        .map(|role| (role, RoleDefinition { keys: vec![key.key().clone()], threshold: 1 }))
        .into_iter()
        .collect::<BTreeMap<_, _>>();
    let root = root_metadata(1, time("2028-01-01"), &roles, &[&key]).unwrap();
    let release = Release {
        version: 1,
        targets: &contents.targets().unwrap(),
        signers: &|_| vec![&key],
        expires: &|_| time("2028-01-01"),
        made: None,
    };
    let mut files = release.files().unwrap();
    files.push(("metadata/1.root.json".to_owned(), root.clone()));
    let repository = ArchiveRepository::read(&write_archive(&files).unwrap()).unwrap();
    let mut client = Client::open(MemoryStore::default(), &root).unwrap();
    let accepted = client.update(&repository, time("2026-11-22"), Expiry::Refuse).unwrap();
    TrustPack::open(accepted, &repository).unwrap()
}

fn published() -> Vec<u8> {
    Register::published().unwrap().to_json().unwrap()
}

#[test]
fn the_same_pack_has_no_changes() {
    let of = || pack(vec![issuer(&[(1, None, KeyState::Trusted)], &[1])], 3, published());
    assert_eq!(between(&of(), &of()), Vec::<String>::new());
}

/// Key 1 signs the status list, and is not always one of the issuer's.
#[test]
fn a_list_that_was_never_believed_is_no_news() {
    let of = |n| pack(vec![issuer(&[(n, None, KeyState::Trusted)], &[1])], 3, published());
    assert_eq!(between(&of(2), &of(2)), Vec::<String>::new());
    assert_eq!(between(&of(1), &of(2)).pop().unwrap(), "status list 1 of specimen.sg cannot be believed");
    let again = between(&of(2), &of(1)).pop().unwrap();
    assert_eq!(again, "status list 1 of specimen.sg can be believed again, made 2026-11-22T00:00:00Z");
}

#[test]
fn keys_entitlements_and_labels_are_told_in_words() {
    let one = || KeyState::Trusted;
    let two = KeyState::Distrusted(Confirmed::default());
    let old =
        pack(vec![issuer(&[(1, None, one()), (2, None, one()), (3, None, one())], &[1, 2])], 1, published());
    let new = [(1, Some("2027-01-01"), one()), (2, None, two), (4, None, one())];
    let new = pack(vec![issuer(&new, &[1])], 15, published());
    let id = |n: u8| SigningKey::eddsa(&[n; 32]).unwrap().key().id();
    let mut lines = between(&old, &new);
    assert_eq!(lines.remove(0), "issuer specimen.sg may now award sg.cls-iot 1");
    assert_eq!(lines.pop().unwrap(), "14 labels of specimen.sg suspended");
    lines.sort();
    let mut due = vec![
        format!("key {} of specimen.sg signs until 2027-01-01", id(1)),
        format!("key {} of specimen.sg distrusted: nothing it signed counts any more", id(2)),
        format!("key {} of specimen.sg removed", id(3)),
        format!("key {} of specimen.sg added", id(4)),
    ];
    due.sort();
    assert_eq!(lines, due);
    assert_eq!(between(&new, &old).pop().unwrap(), "14 labels of specimen.sg in force again");
}

#[test]
fn an_issuer_that_goes_takes_its_labels_along() {
    let old = pack(vec![issuer(&[(1, None, KeyState::Trusted)], &[1])], 0, published());
    let new = pack(vec![], 0, published());
    assert_eq!(
        between(&old, &new),
        [
            "issuer specimen.sg removed: its labels cannot be told any more",
            "status list 1 of specimen.sg removed: its labels cannot be confirmed any more"
        ]
    );
}

#[test]
fn rows_that_come_and_go_are_named() {
    let mut register: Value = serde_json::from_slice(&published()).unwrap();
    let arrangements = register["arrangements"].as_array_mut().unwrap();
    let several = arrangements.iter_mut().find(|a| a["rows"].as_array().is_some_and(|rows| rows.len() > 1));
    let row = several.unwrap()["rows"].as_array_mut().unwrap().pop().unwrap();
    let id = row["id"].as_str().unwrap();
    let old = pack(vec![], 0, published());
    let new = pack(vec![], 0, serde_json::to_vec(&register).unwrap());
    let gone = between(&old, &new);
    assert_eq!(gone.len(), 1);
    assert!(gone[0].starts_with(&format!("row {id}, ")) && gone[0].ends_with("recognises nothing any more"));
    assert!(between(&new, &old)[0].ends_with(" added"));
}
