//! A status list token: what is read is written back, and entries stand where the specification puts them.
#![no_main]

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use libfuzzer_sys::fuzz_target;
use minicbor::{Decoder, Encoder};
use verilabel_fuzz::{refusal, seeds};
use verilabel_label::Status;
use verilabel_wire::{Budget, Payload, Sealed, Sign, SigningKey, StatusListToken, sign_status_list};

/// Longer lists are not compressed again: that takes most of the time.
const MOST_ENTRIES: usize = 1 << 14;

fuzz_target!(init: seeds::plant(tokens), |bytes: &[u8]| {
    let Some((&first, rest)) = bytes.split_first() else { return };
    match first {
        0 => token(rest),
        1 => payload(rest),
        _ => list(1 << (first & 3), rest),
    }
});

/// Bytes as a token.
fn token(bytes: &[u8]) {
    match Sealed::<StatusListToken>::parse(bytes) {
        Ok(sealed) => {
            let key = SigningKey::eddsa(&[7; 32]).expect("a key");
            let stranger = sealed.open(key.key(), &mut Budget::default()).expect_err("nobody signed this");
            refusal::check(stranger.code(), &stranger);
        }
        Err(error) => refusal::check(error.code(), &error),
    }
}

/// Bytes as the claims of a token, as if the signature held.
fn payload(bytes: &[u8]) {
    let token = match StatusListToken::decode(bytes) {
        Ok(token) => token,
        Err(error) => return refusal::check(error.code(), &error),
    };
    let length = token.list.len();
    assert_eq!(u32::try_from(length).ok().and_then(|end| token.list.status(end)), None, "beyond the end");
    if length <= MOST_ENTRIES {
        let key = SigningKey::eddsa(&[7; 32]).expect("a key");
        let written = sign_status_list(&token, &key).expect("a key signs");
        let sealed = Sealed::<StatusListToken>::parse(&written).expect("what is written is read");
        let opened = sealed.open(key.key(), &mut Budget::default()).expect("and its signature holds");
        assert_eq!(opened.into_value(), token);
    }
}

/// Bytes as the entries of a list (Token Status List §4.1): each is compared with what its bits say.
fn list(bits: u8, entries: &[u8]) {
    let mut list = StatusListToken::decode(&claims(bits, entries)).expect("an honest list is read").list;
    let per_byte = usize::from(8 / bits);
    assert_eq!(list.len(), entries.len() * per_byte);
    for index in 0..list.len() {
        let shift = (index % per_byte) * usize::from(bits);
        let value = (entries[index / per_byte] >> shift) & (u8::MAX >> (8 - bits));
        let index = u32::try_from(index).expect("a short list");
        let status = list.status(index).expect("an entry");
        assert_eq!(status, Status::from_value(value));
        // An entry that is set changes no other.
        if bits >= 2 && value < 4 {
            list.set(index, status).expect("the status that stands there fits");
        }
    }
    let expected = StatusListToken::decode(&claims(bits, entries)).expect("an honest list is read").list;
    assert_eq!(list, expected);
}

fn claims(bits: u8, entries: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    let compressed = encoder.write_all(entries).and_then(|()| encoder.finish()).expect("memory is written");
    let mut claims = Vec::new();
    let mut cbor = Encoder::new(&mut claims);
    cbor.map(3)
        .and_then(|cbor| cbor.i64(2)?.str("https://a.example/1"))
        .and_then(|cbor| cbor.i64(6)?.u64(1_700_000_000))
        .and_then(|cbor| cbor.i64(65_533)?.map(2))
        .and_then(|cbor| cbor.str("bits")?.u8(bits)?.str("lst")?.bytes(&compressed))
        .expect("memory is written");
    claims
}

fn tokens() -> Vec<Vec<u8>> {
    let token = seeds::document(&seeds::accepted(), "status/specimen.sg/2.cwt");
    let mut decoder = Decoder::new(&token);
    decoder.tag().and_then(|_| decoder.array()).and_then(|_| decoder.bytes()).expect("a protected header");
    decoder.skip().expect("the unprotected header");
    let payload = decoder.bytes().expect("the payload");
    let lists = (2..6).map(|first| [&[first], &[0b1110_0100, 0, 255][..]].concat());
    [[&[0], &token[..]].concat(), [&[1], payload].concat()].into_iter().chain(lists).collect()
}
