//! A pack as one file: a tar archive (POSIX.1-1988 ustar) in gzip (RFC 1952), for USB sticks and air gaps.
//!
//! The same files always make the same bytes: names sorted, no times, no owners.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Read};

use flate2::Compression;
use flate2::write::GzEncoder;
use verilabel_label::excerpt;
use verilabel_wire::Inflate;

use crate::tuf::repository::is_plain_path;
use crate::tuf::{Repository, RepositoryFile, UpdateError};

/// Most bytes of a pack, inflated.
const MAX_INFLATED: u64 = 256 << 20;
/// Most files of a pack.
const MAX_FILES: usize = 100_000;

/// A repository that was read from one file.
#[derive(Debug, Clone, Default)]
pub struct ArchiveRepository {
    files: HashMap<String, Vec<u8>>,
}

impl ArchiveRepository {
    /// Reads the file's bytes.
    ///
    /// # Errors
    /// [`ArchiveError`] if they are no such archive, or a larger one than any pack.
    pub fn read(bytes: &[u8]) -> Result<Self, ArchiveError> {
        let inflated = Inflate::gzip(bytes).map_err(|e| ArchiveError::damaged(&e))?;
        let mut archive = tar::Archive::new(inflated.take(MAX_INFLATED));
        let mut files = HashMap::new();
        for entry in archive.entries().map_err(|e| ArchiveError::damaged(&e))? {
            let mut entry = entry.map_err(|e| ArchiveError::damaged(&e))?;
            let name = std::str::from_utf8(&entry.path_bytes()).unwrap_or_default().to_owned();
            if !entry.header().entry_type().is_file() || !is_plain_path(&name) {
                return Err(ArchiveError::Entry { name: name.chars().take(128).collect() });
            }
            if files.len() >= MAX_FILES {
                return Err(ArchiveError::TooLarge);
            }
            let mut content = Vec::new();
            entry.read_to_end(&mut content).map_err(|e| ArchiveError::damaged(&e))?;
            if files.insert(name.clone(), content).is_some() {
                return Err(ArchiveError::Entry { name });
            }
        }
        // What follows the last entry still has to be read: it holds the checksum of the whole.
        let mut rest = archive.into_inner();
        io::copy(&mut rest, &mut io::sink()).map_err(|e| ArchiveError::damaged(&e))?;
        if rest.limit() == 0 {
            return Err(ArchiveError::TooLarge);
        }
        let inflated = rest.into_inner();
        let after = inflated.rest();
        if !after.is_empty() {
            return Err(ArchiveError::Damaged {
                reason: format!("{} bytes follow after its end", after.len()),
            });
        }
        if files.is_empty() {
            return Err(ArchiveError::Damaged { reason: "it holds no file".to_owned() });
        }
        Ok(Self { files })
    }

    fn fetch(&self, name: &str, limit: usize) -> Result<Option<Vec<u8>>, UpdateError> {
        match self.files.get(name) {
            Some(bytes) if bytes.len() > limit => Err(UpdateError::TooLarge { what: name.to_owned(), limit }),
            found => Ok(found.cloned()),
        }
    }
}

impl Repository for ArchiveRepository {
    fn metadata(&self, name: &str, limit: usize) -> Result<Option<Vec<u8>>, UpdateError> {
        self.fetch(&format!("metadata/{name}"), limit)
    }

    fn target(&self, path: &str, limit: usize) -> Result<Option<Vec<u8>>, UpdateError> {
        self.fetch(&format!("targets/{path}"), limit)
    }
}

/// Writes files as one.
///
/// # Errors
/// If a path is longer than the format allows (255 bytes).
pub fn write_archive(files: &[RepositoryFile]) -> io::Result<Vec<u8>> {
    let sorted: BTreeMap<_, _> = files.iter().map(|(path, bytes)| (path, bytes)).collect();
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::best()));
    for (path, bytes) in sorted {
        let mut header = tar::Header::new_ustar();
        header.set_size(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        header.set_mode(0o644);
        header.set_path(path)?;
        header.set_cksum();
        builder.append(&header, bytes.as_slice())?;
    }
    builder.into_inner()?.finish()
}

/// Why a file is no pack.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// Not a gzip-compressed tar archive, or a truncated one.
    #[error("this is no pack file, or a damaged one: {}", excerpt(.reason))]
    Damaged {
        /// What the reader said.
        reason: String,
    },
    /// Larger than any pack.
    #[error("this file holds more than any pack does")]
    TooLarge,
    /// An entry that no pack has: a link, a folder, a name twice, or one that leads elsewhere.
    #[error("the file holds an entry that no pack has: {name:?}")]
    Entry {
        /// Its name.
        name: String,
    },
}

impl ArchiveError {
    fn damaged(error: &io::Error) -> Self {
        Self::Damaged { reason: error.to_string() }
    }

    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Damaged { .. } => "pack-file-damaged",
            Self::TooLarge => "pack-too-large",
            Self::Entry { .. } => "pack-file-entry",
        }
    }
}
