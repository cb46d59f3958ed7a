//! A pack in one file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use verilabel_trust::{ArchiveRepository, Repository};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(archive) = ArchiveRepository::read(bytes) {
        let _ = archive.metadata("timestamp.json", 1 << 20);
    }
});
