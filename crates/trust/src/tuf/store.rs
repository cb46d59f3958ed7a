//! What a client has accepted, kept so that it never goes backwards.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::repository::read_bounded;
use super::{Role, UpdateError};

/// Largest metadata file of any role.
pub(super) const MAX_METADATA: usize = 4 << 20;

/// Keeps the newest accepted metadata of each role.
pub trait TrustedStore {
    /// The accepted metadata of a role.
    fn load(&self, role: Role) -> Result<Option<Vec<u8>>, UpdateError>;

    /// Keeps newly accepted metadata; durable when this returns.
    fn save(&mut self, role: Role, bytes: &[u8]) -> Result<(), UpdateError>;

    /// Forgets the metadata of a role, after its keys were rotated (§5.3.11).
    fn remove(&mut self, role: Role) -> Result<(), UpdateError>;
}

impl<S: TrustedStore + ?Sized> TrustedStore for Box<S> {
    fn load(&self, role: Role) -> Result<Option<Vec<u8>>, UpdateError> {
        (**self).load(role)
    }

    fn save(&mut self, role: Role, bytes: &[u8]) -> Result<(), UpdateError> {
        (**self).save(role, bytes)
    }

    fn remove(&mut self, role: Role) -> Result<(), UpdateError> {
        (**self).remove(role)
    }
}

/// A store for one run.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    roles: BTreeMap<Role, Vec<u8>>,
}

impl TrustedStore for MemoryStore {
    fn load(&self, role: Role) -> Result<Option<Vec<u8>>, UpdateError> {
        Ok(self.roles.get(&role).cloned())
    }

    fn save(&mut self, role: Role, bytes: &[u8]) -> Result<(), UpdateError> {
        self.roles.insert(role, bytes.to_vec());
        Ok(())
    }

    fn remove(&mut self, role: Role) -> Result<(), UpdateError> {
        self.roles.remove(&role);
        Ok(())
    }
}

/// What an update would change in another store; nothing is changed before [`Self::commit`].
#[derive(Debug)]
pub struct StagedStore<S> {
    below: S,
    /// What is to be saved, or removed.
    changes: BTreeMap<Role, Option<Vec<u8>>>,
}

impl<S: TrustedStore> StagedStore<S> {
    /// A stage over that store.
    pub fn new(below: S) -> Self {
        Self { below, changes: BTreeMap::new() }
    }

    /// Makes the changes, the timestamp's last: what it vouches for is there before it.
    ///
    /// # Errors
    /// Those of the store below.
    pub fn commit(mut self) -> Result<S, UpdateError> {
        let timestamp = self.changes.remove(&Role::Timestamp).map(|change| (Role::Timestamp, change));
        for (role, change) in self.changes.into_iter().chain(timestamp) {
            match change {
                Some(bytes) => self.below.save(role, &bytes)?,
                None => self.below.remove(role)?,
            }
        }
        Ok(self.below)
    }
}

impl<S: TrustedStore> TrustedStore for StagedStore<S> {
    fn load(&self, role: Role) -> Result<Option<Vec<u8>>, UpdateError> {
        self.changes.get(&role).map_or_else(|| self.below.load(role), |change| Ok(change.clone()))
    }

    fn save(&mut self, role: Role, bytes: &[u8]) -> Result<(), UpdateError> {
        self.changes.insert(role, Some(bytes.to_vec()));
        Ok(())
    }

    fn remove(&mut self, role: Role) -> Result<(), UpdateError> {
        self.changes.insert(role, None);
        Ok(())
    }
}

/// A store in a folder, a file per role.
#[derive(Debug)]
pub struct FolderStore {
    folder: PathBuf,
    /// Held until the store is dropped.
    _lock: Option<fs::File>,
}

impl FolderStore {
    /// The store in that folder, which is made when something is first saved. Nothing keeps others from it.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), _lock: None }
    }

    /// The store in that folder, locked: two updates at once could otherwise leave the older one's result.
    ///
    /// # Errors
    /// [`UpdateError::Unreachable`] if the folder cannot be made or locked.
    pub fn lock(folder: &Path) -> Result<Self, UpdateError> {
        let path = folder.join(".lock");
        let lock = || {
            fs::create_dir_all(folder)?;
            let file = fs::File::create(&path)?;
            file.lock()?;
            Ok(file)
        };
        let file = lock().map_err(|error| unreachable(&path, &error))?;
        Ok(Self { folder: folder.to_owned(), _lock: Some(file) })
    }

    fn path(&self, role: Role) -> PathBuf {
        self.folder.join(format!("{role}.json"))
    }
}

impl TrustedStore for FolderStore {
    fn load(&self, role: Role) -> Result<Option<Vec<u8>>, UpdateError> {
        read_bounded(&self.path(role), MAX_METADATA)
    }

    fn save(&mut self, role: Role, bytes: &[u8]) -> Result<(), UpdateError> {
        write_durably(&self.path(role), bytes)
    }

    fn remove(&mut self, role: Role) -> Result<(), UpdateError> {
        match fs::remove_file(self.path(role)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(unreachable(&self.path(role), &error))
            }
            _ => Ok(()),
        }
    }
}

/// Replaces a file so that readers see the old or the new bytes, and a crash leaves one of them.
pub(crate) fn write_durably(path: &Path, bytes: &[u8]) -> Result<(), UpdateError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let temporary = path.with_extension(format!("{}.new", std::process::id()));
    let write = || {
        fs::create_dir_all(folder)?;
        let mut file = fs::File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        fs::File::open(folder)?.sync_all()
    };
    write().map_err(|error| unreachable(path, &error))
}

fn unreachable(path: &Path, error: &std::io::Error) -> UpdateError {
    UpdateError::Unreachable { what: path.display().to_string(), reason: error.to_string() }
}
