//! A pack in one file: what is read was written as it stands, whole, and within its bounds.
#![no_main]

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use libfuzzer_sys::fuzz_target;
use verilabel_fuzz::{refusal, seeds};
use verilabel_trust::{ArchiveRepository, Repository, RepositoryFile, write_archive};

const LIMIT: usize = 1 << 20;

fuzz_target!(init: seeds::plant(archives), |bytes: &[u8]| {
    let Some((&first, rest)) = bytes.split_first() else { return };
    match first % 3 {
        0 => archive(rest),
        // A checksum keeps changes of a compressed file from getting far, so the archive comes bare.
        1 => archive(&compressed(rest)),
        _ => files(rest),
    }
});

/// Bytes as a file that somebody was handed.
fn archive(bytes: &[u8]) {
    let archive = match ArchiveRepository::read(bytes) {
        Ok(archive) => archive,
        Err(error) => return refusal::check(error.code(), &error),
    };
    assert!(ArchiveRepository::read(&bytes[..bytes.len() - 1]).is_err(), "its last byte may be missing");
    assert!(ArchiveRepository::read(&[bytes, b"\0"].concat()).is_err(), "anything may follow");
    if let Ok(Some(file)) = archive.metadata("timestamp.json", LIMIT) {
        assert!(file.len() <= LIMIT);
        if let Some(less) = file.len().checked_sub(1) {
            let error = archive.metadata("timestamp.json", less).expect_err("a limit binds");
            assert_eq!(error.code(), "pack-too-large");
        }
    }
}

/// Bytes as the contents of files, which come back from an archive as they went in.
fn files(bytes: &[u8]) {
    let named = |(number, content): (usize, &[u8])| (format!("targets/a/{number}.json"), content.to_vec());
    let files: Vec<RepositoryFile> = bytes.split(|byte| *byte == b'\n').enumerate().map(named).collect();
    let written = write_archive(&files).expect("an archive is written");
    let mut turned = files.clone();
    turned.reverse();
    assert_eq!(write_archive(&turned).expect("an archive is written"), written, "the order does not show");
    let archive = ArchiveRepository::read(&written).expect("what is written is read");
    for (path, content) in &files {
        let target = path.strip_prefix("targets/").expect("a target");
        assert_eq!(archive.target(target, LIMIT).expect("within its limit").as_ref(), Some(content));
    }
}

fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory is written")
}

fn archives() -> Vec<Vec<u8>> {
    let files = [("metadata/timestamp.json", "{}"), ("targets/a/b.txt", "one")];
    let files = files.map(|(path, content)| (path.to_owned(), content.as_bytes().to_vec()));
    let small = write_archive(&files).expect("an archive is written");
    let mut bare = Vec::new();
    flate2::write::GzDecoder::new(&mut bare).write_all(&small).expect("what is written is read");
    let whole = seeds::packs().into_iter().chain([small]).map(|pack| [&[0], &pack[..]].concat());
    whole.chain([[&[1], &bare[..]].concat(), b"\x02one\ntwo\n".to_vec()]).collect()
}
