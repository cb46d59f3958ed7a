//! An issuer's document: what is read is written back, and its keys are the ones it lists.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use serde_json::Value;
use verilabel_fuzz::{json, refusal, seeds};
use verilabel_trust::{Issuer, Jwk};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    json::mutate(data, size, max_size, seed, 0)
});

fuzz_target!(init: seeds::plant(seeds::issuers), |bytes: &[u8]| {
    let issuer = match Issuer::from_json(bytes) {
        Ok(issuer) => issuer,
        Err(error) => return refusal::check(error.code(), &error),
    };
    let written = issuer.to_json().expect("an issuer is written");
    let again = Issuer::from_json(&written).expect("what is written is read");
    assert_eq!(again.to_json().expect("an issuer is written"), written);
    assert_eq!((again.id, &again.keys, &again.may_issue), (issuer.id, &issuer.keys, &issuer.may_issue));
    for key in &issuer.keys {
        assert_eq!(Jwk::of(&key.key).public_key().expect("a key that was read is a key"), key.key);
    }
    // Nothing of the document is lost: what was not written is an optional member that was null.
    let (read, written): (Value, Value) = (value(bytes), value(&written));
    assert_eq!(read["name"], written["name"]);
    assert_eq!(read["keys"].as_array().map(Vec::len), written["keys"].as_array().map(Vec::len));
});

fn value(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("what was read is JSON")
}
