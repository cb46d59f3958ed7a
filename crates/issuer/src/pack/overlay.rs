//! A pack as it will be once a release is written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use verilabel_trust::{FolderRepository, Repository, RepositoryFile, UpdateError};

/// A pack as it will be: what is about to be written, what partners have handed in, and what is there.
pub(super) struct Overlay<'a> {
    new: BTreeMap<&'a str, &'a [u8]>,
    parts: Vec<FolderRepository>,
    pack: FolderRepository,
    /// Targets that only a part had, as they were read.
    handed_in: Mutex<BTreeMap<String, Vec<u8>>>,
}

impl<'a> Overlay<'a> {
    pub(super) fn over(pack: &Path, parts: &[PathBuf], new: &'a [RepositoryFile]) -> Self {
        Self {
            new: new.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect(),
            parts: parts.iter().map(|folder| FolderRepository::new(folder)).collect(),
            pack: FolderRepository::new(pack),
            handed_in: Mutex::default(),
        }
    }

    /// Targets of parts that are not in the pack yet. Each was read by a client, which knows its hash.
    pub(super) fn into_handed_in(self) -> Vec<RepositoryFile> {
        let targets = self.handed_in.into_inner().unwrap_or_else(PoisonError::into_inner);
        targets.into_iter().map(|(name, bytes)| (format!("targets/{name}"), bytes)).collect()
    }
}

impl Repository for Overlay<'_> {
    fn metadata(&self, name: &str, max: usize) -> Result<Option<Vec<u8>>, UpdateError> {
        match self.new.get(format!("metadata/{name}").as_str()) {
            Some(bytes) => Ok(Some(bytes.to_vec())),
            None => self.pack.metadata(name, max),
        }
    }

    fn target(&self, name: &str, max: usize) -> Result<Option<Vec<u8>>, UpdateError> {
        if let Some(bytes) = self.new.get(format!("targets/{name}").as_str()) {
            return Ok(Some(bytes.to_vec()));
        }
        if let Some(bytes) = self.pack.target(name, max)? {
            return Ok(Some(bytes));
        }
        for part in &self.parts {
            if let Some(bytes) = part.target(name, max)? {
                let mut handed_in = self.handed_in.lock().unwrap_or_else(PoisonError::into_inner);
                handed_in.insert(name.to_owned(), bytes.clone());
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }
}
