//! The pack that was imported, as it is kept below its anchor.
//!
//! `targets/` holds targets under names that carry their hashes, `packs/<name>/` the metadata of one state, and
//! `in-use` names the state in use. A new state is written beside the old one, and `in-use` is replaced last:
//! whatever cuts an update off, the old state or the new one is in use, and whole.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use verilabel_trust::{
    Accepted, FolderRepository, Repository, RepositoryFile, Role, TrustedStore, UpdateError, as_segment,
    write_folder,
};
use verilabel_wire::sha256;

use crate::trouble::Trouble;

/// Most bytes of root metadata.
pub(crate) const MAX_ROOT: usize = 512 << 10;

/// The imported pack of one lineage.
pub(crate) struct Kept {
    folder: PathBuf,
}

impl Kept {
    /// What is kept in that folder, which need not exist.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The state in use, and its name.
    pub(crate) fn in_use(&self) -> Result<Option<(String, FolderRepository)>, Trouble> {
        let path = self.folder.join("in-use");
        let name = match fs::read_to_string(&path) {
            Ok(name) => name,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Trouble::file(&path, &error)),
        };
        if !is_name(&name) {
            return Ok(None);
        }
        let metadata = self.folder.join("packs").join(&name);
        Ok(Some((name, FolderRepository::split(&metadata, &self.folder.join("targets")))))
    }

    /// Puts another state in the place of the one in use.
    pub(crate) fn replace(&self, files: &[RepositoryFile]) -> Result<(), Trouble> {
        let name = name(files);
        let place = |path: &str| match path.strip_prefix("metadata/") {
            Some(metadata) => format!("packs/{name}/{metadata}"),
            None => path.to_owned(),
        };
        let mut new: Vec<RepositoryFile> = files
            .iter()
            .filter(|(path, bytes)| !self.has(path, bytes))
            .map(|(path, bytes)| (place(path), bytes.clone()))
            .collect();
        new.push(("in-use".to_owned(), name.clone().into_bytes()));
        write_folder(&self.folder, &new)?;
        let in_use: BTreeSet<String> = files.iter().map(|(path, _)| place(path)).collect();
        self.clear(&in_use);
        Ok(())
    }

    /// Whether a target is here already, undamaged.
    fn has(&self, path: &str, bytes: &[u8]) -> bool {
        path.starts_with("targets/") && fs::read(self.folder.join(path)).is_ok_and(|here| here == bytes)
    }

    /// Removes what the state in use has no use for: older states, and what an update that was cut off has left. What
    /// cannot be removed stays, and does no harm.
    fn clear(&self, in_use: &BTreeSet<String>) {
        for path in ["packs", "targets"].iter().flat_map(|part| files_below(&self.folder.join(part))) {
            let relative = path.strip_prefix(&self.folder).ok().and_then(Path::to_str);
            if !relative.is_some_and(|relative| in_use.contains(relative)) {
                let _ = fs::remove_file(path);
            }
        }
        for entry in fs::read_dir(self.folder.join("packs")).into_iter().flatten().flatten() {
            // Only those that are empty now go.
            let _ = fs::remove_dir(entry.path());
        }
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|extension| extension == "new") {
                let _ = fs::remove_file(path);
            }
        }
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .flat_map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => files_below(&entry.path()),
            _ => vec![entry.path()],
        })
        .collect()
}

/// The name of a state: what its timestamp metadata begins with when hashed.
fn name(files: &[RepositoryFile]) -> String {
    let timestamp = files.iter().find(|(path, _)| path == "metadata/timestamp.json");
    let hash = sha256(timestamp.map_or(&[], |(_, bytes)| bytes));
    hex(hash.iter().take(8))
}

/// Bytes in hexadecimal.
pub(crate) fn hex<'a>(bytes: impl IntoIterator<Item = &'a u8>) -> String {
    bytes.into_iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

fn is_name(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Every file of a pack that was accepted, from its first root on.
pub(crate) fn collect(
    repository: &dyn Repository,
    accepted: &Accepted,
    root: &[u8],
    trusted: &dyn TrustedStore,
) -> Result<Vec<RepositoryFile>, Trouble> {
    if !accepted.is_consistent() {
        return Err(Trouble::NotConsistent);
    }
    let mut files = Vec::new();
    for path in accepted.paths() {
        match accepted.target(repository, path) {
            Ok(bytes) => {
                let stored = accepted.stored_path(path).unwrap_or_else(|| path.to_owned());
                files.push((format!("targets/{stored}"), bytes));
            }
            // A partner's part may be damaged; it is not used then, and the rest is.
            Err(error) if accepted.branch(path).is_none() || says_nothing(&error) => return Err(error.into()),
            Err(_) => {}
        }
    }
    let of = |role: &str| -> Result<Vec<u8>, UpdateError> {
        trusted.load(role)?.ok_or_else(|| UpdateError::Missing { what: format!("{role}.json") })
    };
    for role in accepted.roles() {
        match role.role {
            Role::Root => {
                files.push(("metadata/1.root.json".to_owned(), root.to_vec()));
                for version in 2..=role.version {
                    let name = format!("{version}.root.json");
                    if let Some(bytes) = repository.metadata(&name, MAX_ROOT)? {
                        files.push((format!("metadata/{name}"), bytes));
                    }
                }
            }
            Role::Timestamp => files.push(("metadata/timestamp.json".to_owned(), of(role.role.name())?)),
            other => files.push((format!("metadata/{}.{other}.json", role.version), of(other.name())?)),
        }
    }
    for delegated in accepted.delegated() {
        if let Ok((version, _)) = delegated.state {
            let name = as_segment(&delegated.role);
            files.push((format!("metadata/{version}.{name}.json"), of(&delegated.role)?));
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

/// Whether trouble says nothing of the pack.
fn says_nothing(error: &UpdateError) -> bool {
    matches!(error, UpdateError::Unreachable { .. } | UpdateError::Slow { .. })
}

/// A repository that is asked only for targets which are not at hand, and once for each. What is at hand is told
/// by the hash in its name.
pub(crate) struct Cached {
    remote: Box<dyn Repository>,
    kept: Option<FolderRepository>,
    fetched: RefCell<BTreeMap<String, Vec<u8>>>,
}

impl Cached {
    /// Over that repository, with the targets of a state that is kept.
    pub(crate) fn new(remote: Box<dyn Repository>, kept: Option<FolderRepository>) -> Self {
        Self { remote, kept, fetched: RefCell::default() }
    }

    fn at_hand(&self, path: &str, limit: usize) -> Option<Vec<u8>> {
        if let Some(fetched) = self.fetched.borrow().get(path) {
            return Some(fetched.clone());
        }
        let kept = self.kept.as_ref()?.target(path, limit).ok()??;
        let hash = hex(&sha256(&kept));
        let file = path.rsplit('/').next()?;
        file.strip_prefix(&hash)?.starts_with('.').then_some(kept)
    }
}

impl Repository for Cached {
    fn metadata(&self, name: &str, limit: usize) -> Result<Option<Vec<u8>>, UpdateError> {
        self.remote.metadata(name, limit)
    }

    fn target(&self, path: &str, limit: usize) -> Result<Option<Vec<u8>>, UpdateError> {
        if let Some(bytes) = self.at_hand(path, limit) {
            return Ok(Some(bytes));
        }
        let found = self.remote.target(path, limit)?;
        if let Some(bytes) = &found {
            self.fetched.borrow_mut().insert(path.to_owned(), bytes.clone());
        }
        Ok(found)
    }
}
