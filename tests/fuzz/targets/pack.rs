//! A trust pack whose publisher signs whatever is in it: it opens, or it is refused with a reason; what it holds
//! is found where it says, and no document speaks for another issuer.
#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use serde_json::Value;
use verilabel_fuzz::pack::{self, Memory, NOW, ROOT};
use verilabel_fuzz::{json, refusal, seeds};
use verilabel_recognition::Register;
use verilabel_trust::{Client, Expiry, MemoryStore, TrustPack};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    json::mutate(data, size, max_size, seed, 1)
});

/// The documents that are replaced, one at a time.
const PATHS: [&str; 5] = [
    "register.json",
    "issuers/specimen.sg.json",
    "issuers/specimen.fi.json",
    "products/specimen.sg.json",
    "status/specimen.sg/1.cwt",
];

/// Those documents as they should be.
static HONEST: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| {
    let accepted = seeds::accepted();
    let mut documents: BTreeMap<_, _> =
        PATHS[1..].iter().map(|path| ((*path).to_owned(), seeds::document(&accepted, path))).collect();
    let register = seeds::registers().into_iter().min_by_key(Vec::len).expect("a register");
    documents.insert(PATHS[0].to_owned(), register);
    documents
});

fuzz_target!(init: seeds::plant(documents), |bytes: &[u8]| {
    let Some((&first, document)) = bytes.split_first() else { return };
    let path = PATHS[usize::from(first) % PATHS.len()];
    let mut documents = HONEST.clone();
    documents.insert(path.to_owned(), document.to_vec());
    let repository = Memory::of(pack::release(1, &documents));
    let mut client = Client::open(MemoryStore::default(), &ROOT).expect("the root stands");
    let accepted = client.update(&repository, *NOW, Expiry::Refuse).expect("the publisher signed it");
    match TrustPack::open(accepted, &repository) {
        Ok(pack) => check(&pack, &documents),
        Err(error) => refusal::check(error.code(), &error),
    }
});

fn check(pack: &TrustPack, documents: &BTreeMap<String, Vec<u8>>) {
    let register = Register::from_json(&documents[PATHS[0]]).expect("the pack was opened with it");
    assert_eq!(*pack.register(), register);
    for issuer in pack.issuers() {
        assert!(documents.contains_key(&format!("issuers/{}.json", issuer.id)), "{} is elsewhere", issuer.id);
        for key in &issuer.keys {
            let holders: Vec<_> = pack.keys_named(&key.key.id()).filter(|(_, found)| *found == key).collect();
            assert!(matches!(&holders[..], [(holder, _)] if holder.id == issuer.id), "a key has one holder");
        }
        for (_, list) in pack.status_lists().into_iter().filter(|(of, _)| **of == issuer.id) {
            match pack.status_list(issuer, list) {
                Ok(token) => assert_eq!(token.subject, issuer.status_list_uri(list)),
                Err(trouble) => refusal::check(trouble.code(), &trouble),
            }
        }
        let records = documents.get(&format!("products/{}.json", issuer.id)).map_or(&[][..], Vec::as_slice);
        let records: Value = serde_json::from_slice(records).unwrap_or_default();
        for record in records["products"].as_array().into_iter().flatten() {
            let Some(number) = record["label"].as_str().and_then(|text| text.parse().ok()) else { continue };
            if let Some(product) = pack.product(issuer, &number) {
                assert_eq!(product.label, number);
                let written = serde_json::to_vec(product).expect("a record is written");
                assert_eq!(serde_json::from_slice(&written).ok().as_ref(), Some(product));
            }
        }
    }
}

fn documents() -> Vec<Vec<u8>> {
    let seed = |(first, path): (u8, &&str)| {
        let document = &HONEST[*path];
        let document = if path.starts_with("status/") { document.clone() } else { seeds::one_line(document) };
        [&[first], &document[..]].concat()
    };
    (0..).zip(&PATHS).map(seed).collect()
}
