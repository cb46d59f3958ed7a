//! TUF metadata: whatever a repository serves, the client refuses it and keeps what it had.
#![no_main]

use libfuzzer_sys::fuzz_target;
use verilabel_trust::{Client, Expiry, MemoryStore, Repository, UpdateError};

struct Hostile<'b>(&'b [u8]);

impl Repository for Hostile<'_> {
    fn metadata(&self, name: &str, limit: usize) -> Result<Option<Vec<u8>>, UpdateError> {
        // The first byte says which file is served; the rest is the file.
        let (which, bytes) = self.0.split_first().unwrap_or((&0, &[]));
        let served = match which % 4 {
            0 => "2.root.json",
            1 => "timestamp.json",
            2 => "1.snapshot.json",
            _ => "1.targets.json",
        };
        Ok((name == served && bytes.len() <= limit).then(|| bytes.to_vec()))
    }

    fn target(&self, _: &str, _: usize) -> Result<Option<Vec<u8>>, UpdateError> {
        Ok(None)
    }
}

const ROOT: &[u8] = include_bytes!("../seeds/root.json");

fuzz_target!(|bytes: &[u8]| {
    let _ = Client::open(MemoryStore::default(), bytes);
    let mut client = Client::open(MemoryStore::default(), ROOT).expect("the root stands");
    let now = "2026-11-22T00:00:00Z".parse().expect("a time");
    assert!(client.update(&Hostile(bytes), now, Expiry::Report).is_err());
});
