//! What a client has accepted, kept so that it never goes backwards.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use super::name::as_segment;
use super::repository::read_bounded;
use super::{Role, UpdateError};

/// Largest metadata file of any role, whatever is listed.
pub(super) const MAX_METADATA: usize = 16 << 20;

/// Keeps the newest accepted metadata of each role, by the role's name.
pub trait TrustedStore {
    /// The accepted metadata of a role.
    fn load(&self, role: &str) -> Result<Option<Vec<u8>>, UpdateError>;

    /// Keeps newly accepted metadata; durable when this returns.
    fn save(&mut self, role: &str, bytes: &[u8]) -> Result<(), UpdateError>;

    /// Forgets the metadata of a role, after its keys were rotated (§5.3.11).
    fn remove(&mut self, role: &str) -> Result<(), UpdateError>;
}

impl<S: TrustedStore + ?Sized> TrustedStore for Box<S> {
    fn load(&self, role: &str) -> Result<Option<Vec<u8>>, UpdateError> {
        (**self).load(role)
    }

    fn save(&mut self, role: &str, bytes: &[u8]) -> Result<(), UpdateError> {
        (**self).save(role, bytes)
    }

    fn remove(&mut self, role: &str) -> Result<(), UpdateError> {
        (**self).remove(role)
    }
}

impl<S: TrustedStore + ?Sized> TrustedStore for &mut S {
    fn load(&self, role: &str) -> Result<Option<Vec<u8>>, UpdateError> {
        (**self).load(role)
    }

    fn save(&mut self, role: &str, bytes: &[u8]) -> Result<(), UpdateError> {
        (**self).save(role, bytes)
    }

    fn remove(&mut self, role: &str) -> Result<(), UpdateError> {
        (**self).remove(role)
    }
}

/// A store for one run.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    roles: BTreeMap<String, Vec<u8>>,
}

impl TrustedStore for MemoryStore {
    fn load(&self, role: &str) -> Result<Option<Vec<u8>>, UpdateError> {
        Ok(self.roles.get(role).cloned())
    }

    fn save(&mut self, role: &str, bytes: &[u8]) -> Result<(), UpdateError> {
        self.roles.insert(role.to_owned(), bytes.to_vec());
        Ok(())
    }

    fn remove(&mut self, role: &str) -> Result<(), UpdateError> {
        self.roles.remove(role);
        Ok(())
    }
}

/// A store in a folder: a file per role, `NAME.json` without a version, the name percent-encoded.
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
    /// Whoever holds the lock is waited for so long, and no longer. What an update that was cut off left half
    /// written is removed.
    ///
    /// # Errors
    /// [`UpdateError::InUse`] if somebody else holds it still; [`UpdateError::NotKept`] if the folder cannot
    /// be made or locked.
    pub fn lock(folder: &Path, patience: Duration) -> Result<Self, UpdateError> {
        let path = folder.join(".lock");
        let failed = |error: &io::Error| not_kept(&path, error);
        create_folder(folder).map_err(|error| failed(&error))?;
        let file = fs::File::create(&path).map_err(|error| failed(&error))?;
        let mut waited = Duration::ZERO;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if waited >= patience => {
                    return Err(UpdateError::InUse { what: folder.display().to_string(), waited });
                }
                Err(TryLockError::WouldBlock) => {
                    thread::sleep(LOCK_PAUSE);
                    waited += LOCK_PAUSE;
                }
                Err(TryLockError::Error(error)) => return Err(failed(&error)),
            }
        }
        remove_left_over(folder).map_err(|error| failed(&error))?;
        Ok(Self { folder: folder.to_owned(), _lock: Some(file) })
    }

    fn path(&self, role: &str) -> PathBuf {
        self.folder.join(format!("{}.json", as_segment(role)))
    }
}

impl TrustedStore for FolderStore {
    fn load(&self, role: &str) -> Result<Option<Vec<u8>>, UpdateError> {
        read_bounded(&self.path(role), MAX_METADATA)
    }

    fn save(&mut self, role: &str, bytes: &[u8]) -> Result<(), UpdateError> {
        write_durably(&self.path(role), bytes)
    }

    fn remove(&mut self, role: &str) -> Result<(), UpdateError> {
        let path = self.path(role);
        match fs::remove_file(&path).and_then(|()| sync_folder(&self.folder)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(not_kept(&path, &error)),
            _ => Ok(()),
        }
    }
}

/// What an update would change in another store; nothing is changed before [`Self::commit`].
#[derive(Debug)]
pub struct StagedStore<S> {
    below: S,
    /// What is to be saved, or removed.
    changes: HashMap<String, Option<Vec<u8>>>,
}

impl<S: TrustedStore> StagedStore<S> {
    /// A stage over that store.
    pub fn new(below: S) -> Self {
        Self { below, changes: HashMap::new() }
    }

    /// Whether there is nothing to change.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        self.changes.is_empty()
    }

    /// Makes the changes, the timestamp's last: what it vouches for is there before it.
    ///
    /// # Errors
    /// Those of the store below.
    pub fn commit(mut self) -> Result<S, UpdateError> {
        let timestamp = self.changes.remove_entry(Role::Timestamp.name());
        let mut changes: Vec<_> = self.changes.into_iter().collect();
        changes.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        for (role, change) in changes.into_iter().chain(timestamp) {
            match change {
                Some(bytes) => self.below.save(&role, &bytes)?,
                None => self.below.remove(&role)?,
            }
        }
        Ok(self.below)
    }
}

impl<S: TrustedStore> TrustedStore for StagedStore<S> {
    fn load(&self, role: &str) -> Result<Option<Vec<u8>>, UpdateError> {
        self.changes.get(role).map_or_else(|| self.below.load(role), |change| Ok(change.clone()))
    }

    fn save(&mut self, role: &str, bytes: &[u8]) -> Result<(), UpdateError> {
        self.changes.insert(role.to_owned(), Some(bytes.to_vec()));
        Ok(())
    }

    fn remove(&mut self, role: &str) -> Result<(), UpdateError> {
        self.changes.insert(role.to_owned(), None);
        Ok(())
    }
}

/// How long to wait before a lock is tried again.
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// Extension of files that are being written.
const TEMPORARY: &str = "new";
/// Files written by this process, so that none is begun twice at once.
static WRITTEN: AtomicU64 = AtomicU64::new(0);

fn remove_left_over(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == TEMPORARY) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// Replaces a file so that readers see the old or the new bytes, and a crash leaves one of them.
pub(crate) fn write_durably(path: &Path, bytes: &[u8]) -> Result<(), UpdateError> {
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
    let temporary = folder.join(format!(".{}-{number}.{TEMPORARY}", std::process::id()));
    let write = || {
        create_folder(folder)?;
        let mut file = fs::File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        sync_folder(folder)
    };
    write().map_err(|error| {
        // The disk may be full: what was begun is in the way. That it cannot be removed is told by `error`.
        let _ = fs::remove_file(&temporary);
        not_kept(path, &error)
    })
}

/// Makes a folder and those above it, each durable in the one that holds it.
fn create_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let above = folder.parent().filter(|above| *above != Path::new("")).unwrap_or(Path::new("."));
    create_folder(above)?;
    match fs::create_dir(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => sync_folder(above),
    }
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

fn not_kept(path: &Path, error: &io::Error) -> UpdateError {
    UpdateError::NotKept { what: path.display().to_string(), kind: error.kind(), reason: error.to_string() }
}
