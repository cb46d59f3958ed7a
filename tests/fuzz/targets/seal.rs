//! A seal: nobody else's signature holds, and claims have one spelling.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use minicbor::data::Tag;
use minicbor::{Decoder, Encoder};
use verilabel_fuzz::{refusal, seeds};
use verilabel_label::{Gs1Path, LabelClaims};
use verilabel_wire::{Budget, Profile, Sealed, Sign, SigningKey, seal, unverified_claims};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    match seed % 4 {
        0 if size < max_size => respell(data, size, seed / 4),
        _ => fuzzer_mutate(data, size, max_size),
    }
});

fuzz_target!(init: seeds::plant(messages), |bytes: &[u8]| {
    let Some((&first, rest)) = bytes.split_first() else { return };
    if first == 0 { message(rest) } else { message(&envelope(rest)) }
});

/// Bytes as a whole seal.
fn message(bytes: &[u8]) {
    let path = path();
    let sealed = match Sealed::<LabelClaims>::parse(bytes, &path) {
        Ok(sealed) => sealed,
        Err(error) => return refusal::check(error.code(), &error),
    };
    let key = SigningKey::eddsa(&[7; 32]).expect("a key");
    let stranger = sealed.open(key.key(), &mut Budget::default()).expect_err("nobody signed this");
    refusal::check(stranger.code(), &stranger);

    // The claims as if the signature held.
    let claims = match unverified_claims(&sealed) {
        Ok(claims) => claims,
        Err(error) => return refusal::check(error.code(), &error),
    };
    let profile = if claims.names.is_some() { Profile::Named } else { Profile::Lean };
    let written = seal(&claims, &path, profile, &key).expect("a key signs");
    assert_eq!(payload(&written), payload(bytes), "a second spelling of one label");
    let again = Sealed::<LabelClaims>::parse(&written, &path).expect("what is written is read");
    let opened = again.open(key.key(), &mut Budget::default()).expect("and its signature holds");
    assert_eq!(*opened.value(), claims);

    let box_of_it = Gs1Path::of_unit(path.gtin, "1".parse().expect("a serial number"));
    let moved = Sealed::<LabelClaims>::parse(&written, &box_of_it).expect("the bytes are the same");
    assert!(moved.open(key.key(), &mut Budget::default()).is_err(), "the seal was moved to another product");
}

/// Writes a small number, or the length of a short text, with a byte more than it needs.
fn respell(data: &mut [u8], size: usize, seed: u32) -> usize {
    const NEXT_BYTE: u8 = 24;
    let small = |at: &usize| data[*at] & 31 < NEXT_BYTE;
    let heads: Vec<usize> = (1..size).filter(small).collect();
    let chosen = usize::try_from(seed).ok().and_then(|seed| seed.checked_rem(heads.len()));
    let Some(at) = chosen.map(|chosen| heads[chosen]) else { return size };
    let (kind, value) = (data[at] & !31, data[at] & 31);
    data.copy_within(at..size, at + 1);
    (data[at], data[at + 1]) = (kind | NEXT_BYTE, value);
    size + 1
}

fn path() -> Gs1Path {
    Gs1Path::of("09521234543213".parse().expect("a GTIN"))
}

/// Bytes as the claims of a seal that is otherwise as it should be: their length is right, whatever they are.
fn envelope(claims: &[u8]) -> Vec<u8> {
    let protected = [0xA2, 0x01, 0x26, 0x04, 0x46, 1, 2, 3, 4, 5, 6];
    let mut message = Vec::new();
    Encoder::new(&mut message)
        .tag(Tag::new(18))
        .and_then(|cbor| cbor.array(4)?.bytes(&protected)?.map(0)?.bytes(claims)?.bytes(&[0; 64]))
        .expect("memory is written");
    message
}

/// The payload of a COSE_Sign1 message, found by another reader than the one that is tested.
fn payload(message: &[u8]) -> &[u8] {
    let mut decoder = Decoder::new(message);
    decoder.tag().expect("a tag");
    assert_eq!(decoder.array().expect("an array"), Some(4));
    decoder.bytes().expect("the protected header");
    decoder.skip().expect("the unprotected header");
    decoder.bytes().expect("the payload")
}

fn messages() -> Vec<Vec<u8>> {
    let seals = seeds::seals();
    let honest = |seal: &&Vec<u8>| Sealed::<LabelClaims>::parse(seal, &path()).is_ok();
    let claims = seals.iter().filter(honest).map(|seal| [&[1], payload(seal)].concat());
    seals.iter().map(|seal| [&[0], &seal[..]].concat()).chain(claims).collect()
}
