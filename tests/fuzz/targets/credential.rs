//! A label credential and its status list: nobody else's signature holds, and what is read can be issued again
//! and is read as the same.
#![no_main]

use std::fmt::Debug;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use serde_json::Value;
use verilabel_credential::{CredentialError, IssueError, issue, issue_status_list, parse, parse_status_list};
use verilabel_fuzz::{json, refusal, seeds};
use verilabel_wire::{Budget, EnvelopeError, Payload, Sealed, Sign, SigningKey};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    json::mutate(data, size, max_size, seed, 1)
});

fuzz_target!(init: seeds::plant(credentials), |bytes: &[u8]| {
    let Some((&first, rest)) = bytes.split_first() else { return };
    match first {
        0 => text(rest),
        1 => payload(rest, issue, parse),
        2 => payload(rest, issue_status_list, parse_status_list),
        _ => header(rest),
    }
});

fn key() -> SigningKey {
    SigningKey::eddsa(&[7; 32]).expect("a key")
}

/// Bytes as the text of either credential.
fn text(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    stranger(parse(text));
    stranger(parse_status_list(text));
}

fn stranger<T: Payload + Debug>(sealed: Result<Sealed<'_, T>, EnvelopeError>) {
    match sealed {
        Ok(sealed) => drop(sealed.open(key().key(), &mut Budget::default()).expect_err("nobody signed this")),
        Err(error) => refusal::check(error.code(), &error),
    }
}

/// Bytes as what is signed, as if the signature held.
fn payload<T>(
    bytes: &[u8],
    issue: impl FnOnce(&T, &dyn Sign) -> Result<String, IssueError>,
    parse: impl FnOnce(&str) -> Result<Sealed<'_, T>, EnvelopeError>,
) where
    T: Payload<Error = CredentialError> + Debug + PartialEq,
{
    let credential = match T::decode(bytes) {
        Ok(credential) => credential,
        Err(error) => return refusal::check(error.code(), &error),
    };
    let key = key();
    let text = issue(&credential, &key).expect("what was read can be issued");
    let opened = parse(&text).expect("what is issued is read").open(key.key(), &mut Budget::default());
    assert_eq!(opened.expect("and its signature holds").into_value(), credential);
}

/// Bytes as a header: one that is read names an algorithm and a key, brings none, and says nothing that must be
/// understood.
fn header(bytes: &[u8]) {
    let text = format!("{}.e30.{}", URL_SAFE_NO_PAD.encode(bytes), URL_SAFE_NO_PAD.encode([0; 64]));
    match parse(&text) {
        Ok(sealed) => {
            let header: Value = serde_json::from_slice(bytes).expect("a header is JSON");
            let members = header.as_object().expect("a header is an object");
            let matters = ["crit", "b64", "jwk", "jku", "x5c", "x5u", "x5t", "x5t#S256"];
            assert!(members.keys().all(|member| !matters.contains(&member.as_str())));
            let issuer = members.get("iss").and_then(Value::as_str);
            assert!(issuer.is_none_or(|issuer| {
                header["kid"]
                    .as_str()
                    .is_some_and(|key| key.split_once('#').is_some_and(|(did, _)| did == issuer))
            }));
            assert_eq!(header["typ"], "vc+jwt");
            assert!(sealed.open(key().key(), &mut Budget::default()).is_err(), "nobody signed this");
        }
        Err(error) => refusal::check(error.code(), &error),
    }
}

/// Whole credentials, and their parts.
fn credentials() -> Vec<Vec<u8>> {
    let part =
        |text: &[u8], which: usize| URL_SAFE_NO_PAD.decode(text.split(|b| *b == b'.').nth(which)?).ok();
    let mut seeds = Vec::new();
    for text in seeds::credentials() {
        seeds.push([&[0], &text[..]].concat());
        seeds.extend(part(&text, 0).map(|header| [&[3], &header[..]].concat()));
        let Some(payload) = part(&text, 1) else { continue };
        let is_list = payload.windows(19).any(|words| words == b"BitstringStatusList");
        seeds.push([&[if is_list { 2 } else { 1 }], &payload[..]].concat());
    }
    seeds
}
