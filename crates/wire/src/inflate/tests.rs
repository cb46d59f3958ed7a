//! Against another library: what it packs is read, and what it refuses is refused.

use std::io::{Read, Write};

use flate2::write::{GzEncoder, ZlibEncoder};
use flate2::{Compression, GzBuilder};
use proptest::prelude::*;

use super::Inflate;

fn all(mut stream: Inflate<'_>) -> Option<(Vec<u8>, &[u8])> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).ok()?;
    Some((bytes, stream.rest()))
}

fn gzip(bytes: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    all(Inflate::gzip(bytes).ok()?)
}

fn packed(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn every_header_is_passed_over() {
    let builders = [
        GzBuilder::new(),
        GzBuilder::new().filename("a name").mtime(1),
        GzBuilder::new().comment("words").extra([1, 2, 3]),
        GzBuilder::new().filename("n").comment("c").extra(vec![0; 300]).operating_system(3),
    ];
    for builder in builders {
        let mut encoder = builder.write(Vec::new(), Compression::fast());
        encoder.write_all(b"content").unwrap();
        let mut bytes = encoder.finish().unwrap();
        assert_eq!(gzip(&bytes), Some((b"content".to_vec(), &[][..])));
        let at = bytes.len() - super::after_header(&bytes).unwrap().len();
        // A checksum of the header, right and wrong (RFC 1952 §2.3.1, FHCRC).
        bytes[3] |= 2;
        let sum = super::CRC.checksum(&bytes[..at]).to_le_bytes();
        bytes.splice(at..at, [sum[0], sum[1]]);
        assert_eq!(gzip(&bytes), Some((b"content".to_vec(), &[][..])));
        bytes[at] ^= 1;
        assert_eq!(gzip(&bytes), None);
    }
}

#[test]
fn what_follows_is_left() {
    let bytes = [packed(b"one"), packed(b"two")].concat();
    let (content, rest) = gzip(&bytes).unwrap();
    assert_eq!((content.as_slice(), rest), (&b"one"[..], packed(b"two").as_slice()));
}

#[test]
fn every_byte_that_is_cut_off_or_turned_is_noticed() {
    let content = "the same over and over, ".repeat(50);
    let bytes = packed(content.as_bytes());
    for end in 0..bytes.len() {
        assert_eq!(gzip(&bytes[..end]), None, "cut off at {end}");
    }
    for at in 10..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 4;
        assert!(gzip(&damaged).is_none_or(|(found, _)| found == content.as_bytes()), "turned at {at}");
    }
    for wrong in
        [&b""[..], b"\x1f\x8b", b"PK\x03\x04 and so on and so on", &[31, 139, 8, 0x20, 0, 0, 0, 0, 0, 0]]
    {
        assert_eq!(gzip(wrong), None);
    }
}

proptest! {
    #[test]
    fn another_librarys_streams_are_read(content in proptest::collection::vec(0_u8..8, 0..20_000), level in 0_u32..10) {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::new(level));
        zlib.write_all(&content).unwrap();
        let zlib = zlib.finish().unwrap();
        prop_assert_eq!(all(Inflate::zlib(&zlib)).map(|(found, _)| found), Some(content.clone()));
        let mut member = GzEncoder::new(Vec::new(), Compression::new(level));
        member.write_all(&content).unwrap();
        prop_assert_eq!(gzip(&member.finish().unwrap()).map(|(found, _)| found), Some(content));
    }

    #[test]
    fn the_other_library_says_the_same(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut theirs = Vec::new();
        let theirs = flate2::read::ZlibDecoder::new(&bytes[..]).read_to_end(&mut theirs).is_ok().then_some(theirs);
        prop_assert_eq!(all(Inflate::zlib(&bytes)).map(|(found, _)| found), theirs.filter(|_| !bytes.is_empty()));
    }
}
