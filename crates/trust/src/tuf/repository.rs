//! Where a pack comes from: a folder here; one file in [`crate::archive`].

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::UpdateError;

/// A TUF repository: metadata and targets by name, nothing of which is believed.
pub trait Repository {
    /// Fetches a metadata file such as `timestamp.json`; `None` if it is not there.
    fn metadata(&self, name: &str, limit: usize) -> Result<Option<Vec<u8>>, UpdateError>;

    /// Fetches a target by its path, with the hash in its file name where the repository is consistent
    /// (§6.2); `None` if it is not there.
    fn target(&self, path: &str, limit: usize) -> Result<Option<Vec<u8>>, UpdateError>;
}

/// A repository in a folder: `metadata/` and `targets/`.
#[derive(Debug, Clone)]
pub struct FolderRepository {
    metadata: PathBuf,
    targets: PathBuf,
}

impl FolderRepository {
    /// The repository below that folder.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self::split(&root.join("metadata"), &root.join("targets"))
    }

    /// A repository whose metadata and targets are in folders of their own.
    #[must_use]
    pub fn split(metadata: &Path, targets: &Path) -> Self {
        Self { metadata: metadata.to_owned(), targets: targets.to_owned() }
    }
}

fn fetch(folder: &Path, name: &str, limit: usize) -> Result<Option<Vec<u8>>, UpdateError> {
    if !is_plain_path(name) {
        return Ok(None);
    }
    read_bounded(&folder.join(name), limit)
}

impl Repository for FolderRepository {
    fn metadata(&self, name: &str, limit: usize) -> Result<Option<Vec<u8>>, UpdateError> {
        fetch(&self.metadata, name, limit)
    }

    fn target(&self, path: &str, limit: usize) -> Result<Option<Vec<u8>>, UpdateError> {
        fetch(&self.targets, path, limit)
    }
}

/// Whether a name stays below the folder that it is looked up in.
pub(crate) fn is_plain_path(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 512
        && name.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
        && name.bytes().all(|b| b.is_ascii_graphic() && b != b'\\' && b != b':')
}

pub(crate) fn read_bounded(path: &Path, limit: usize) -> Result<Option<Vec<u8>>, UpdateError> {
    let unreachable = |error: &std::io::Error| UpdateError::Unreachable {
        what: path.display().to_string(),
        reason: error.to_string(),
    };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(unreachable(&error)),
    };
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_end(&mut bytes).map_err(|e| unreachable(&e))?;
    if bytes.len() > limit {
        return Err(UpdateError::TooLarge { what: path.display().to_string(), limit });
    }
    Ok(Some(bytes))
}
