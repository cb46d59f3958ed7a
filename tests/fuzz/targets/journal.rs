//! A journal: whole records are read and kept, half a record is cut off, and what is appended is read again.
#![no_main]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use verilabel_fuzz::{json, refusal, seeds};
use verilabel_issuer::{Journal, Record};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    json::mutate(data, size, max_size, seed, 0)
});

/// In memory, where there is such a folder: the journal waits for the disk.
static PATH: LazyLock<PathBuf> = LazyLock::new(|| {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    folder.join(format!("verilabel-fuzz-{}.jsonl", std::process::id()))
});

fuzz_target!(init: seeds::plant(journals), |bytes: &[u8]| {
    fs::write(&*PATH, bytes).expect("the file is written");
    match Journal::open(&PATH) {
        Ok((journal, records)) => keep(journal, records, bytes),
        Err(error) => refusal::check(error.code(), &error),
    }
    fs::remove_file(&*PATH).expect("the file is removed");
});

fn keep(mut journal: Journal, mut records: Vec<Record>, bytes: &[u8]) {
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    assert_eq!(fs::read(&*PATH).expect("the file is read"), bytes[..whole], "only half a record is cut off");
    if let Some(record) = records.first().cloned() {
        journal.append(&record).expect("the record is written");
        records.push(record);
    }
    drop(journal);
    let (_, again) = Journal::open(&PATH).expect("what was written is read");
    assert_eq!(again, records);
}

fn journals() -> Vec<Vec<u8>> {
    let award = r#"{"record":"award","at":"2026-11-22T09:00:00Z","award":{"scheme":"sg.cls-iot","specification":"1.4","level":3,"number":"CSA/220729/00123","awarded":"2026-08-01","valid_until":"2028-12-31","gtin":"09521234543213","brand":"Lumora","models":["LX-200"],"manufacturer":"Lumora Devices"},"status":{"list":1,"index":7}}"#;
    let minted = r#"{"record":"minted","at":"2026-11-22T09:00:01Z","number":"CSA/220729/00123","path":"/01/09521234543213","key":"4640fec062f1","link":"https://label.example.sg/01/09521234543213#1592"}"#;
    let status = r#"{"record":"status","at":"2026-11-23T09:00:00Z","number":"CSA/220729/00123","status":"suspended","reason":"a finding"}"#;
    let whole = format!("{award}\n{minted}\n{status}\n");
    let half = format!("{award}\n{}", &minted[..40]);
    [whole, half, format!("{status}\n")].map(String::into_bytes).to_vec()
}
