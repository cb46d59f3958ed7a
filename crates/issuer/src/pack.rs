//! Publishing a trust pack: role keys in files, the next release from what authorities hand in.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ring::rand::SystemRandom;
use verilabel_label::Timestamp;
use verilabel_trust::{
    Client, Expiry, FolderRepository, MemoryStore, PackContents, PackError, PublishError, Release, Role,
    RoleDefinition, UpdateError, root_metadata, write_folder,
};
use verilabel_wire::{Algorithm, Sign, SigningKey};

use crate::{KeystoreError, Passphrase, keystore};

/// One key for each role of a trust pack.
pub struct PackKeys {
    keys: BTreeMap<Role, SigningKey>,
    roots: BTreeMap<u64, Vec<u8>>,
}

/// For how many seconds each role's metadata is good.
#[derive(Debug, Clone, Copy)]
pub struct Validities {
    /// Root.
    pub root: u64,
    /// Targets.
    pub targets: u64,
    /// Snapshot and timestamp.
    pub online: u64,
}

impl Default for Validities {
    /// A year; 90 days; a week.
    fn default() -> Self {
        const DAY: u64 = 86_400;
        Self { root: 365 * DAY, targets: 90 * DAY, online: 7 * DAY }
    }
}

impl Validities {
    pub(crate) fn expiry(&self, role: Role, now: Timestamp) -> Timestamp {
        now.plus_seconds(self.of(role))
    }

    pub(crate) fn of(&self, role: Role) -> u64 {
        match role {
            Role::Root => self.root,
            Role::Targets => self.targets,
            Role::Snapshot | Role::Timestamp => self.online,
        }
    }
}

impl PackKeys {
    /// Makes the keys of a new trust pack, keeps them encrypted in `folder/<role>/`, and writes the pack's
    /// first root metadata.
    ///
    /// # Errors
    /// If the pack has a root already; those of keystore and files.
    pub fn init(
        folder: &Path,
        pack: &Path,
        passphrase: &Passphrase,
        validities: &Validities,
        now: Timestamp,
        random: &SystemRandom,
    ) -> Result<Self, PackOpenError> {
        if root_path(pack).exists() {
            return Err(PackOpenError::Exists { pack: pack.to_owned() });
        }
        let made = Self::create(folder, passphrase, validities, now, random)?;
        for (version, root) in &made.roots {
            write_folder(pack, &[(root_name(*version), root.clone())])?;
        }
        Ok(made)
    }

    /// Makes the keys of a new trust pack and keeps them encrypted in `folder/<role>/`, with the pack's first
    /// root metadata in `folder/metadata/`: whoever publishes puts it into the pack.
    ///
    /// # Errors
    /// If there are keys already; those of keystore and files.
    pub fn create(
        folder: &Path,
        passphrase: &Passphrase,
        validities: &Validities,
        now: Timestamp,
        random: &SystemRandom,
    ) -> Result<Self, PackOpenError> {
        if root_path(folder).exists() {
            return Err(PackOpenError::Exists { pack: folder.to_owned() });
        }
        let mut keys = BTreeMap::new();
        for role in Role::ALL {
            let private = keystore::generate(Algorithm::EdDsa)?;
            keystore::store(&folder.join(role.name()), &private, passphrase, random.clone())?;
            keys.insert(role, private.signing_key(random.clone())?);
        }
        let definitions = keys
            .iter()
            .map(|(role, key)| (*role, RoleDefinition { keys: vec![key.key().clone()], threshold: 1 }))
            .collect();
        let expires = validities.expiry(Role::Root, now);
        let root = root_metadata(1, expires, &definitions, &[&keys[&Role::Root]])?;
        write_folder(folder, &[(root_name(1), root.clone())])?;
        Ok(Self { keys, roots: BTreeMap::from([(1, root)]) })
    }

    /// Opens the keys that sign releases. The root key stays closed.
    ///
    /// # Errors
    /// Those of the keystore.
    pub fn open(
        folder: &Path,
        passphrase: &Passphrase,
        random: &SystemRandom,
    ) -> Result<Self, PackOpenError> {
        let mut keys = BTreeMap::new();
        for role in [Role::Targets, Role::Snapshot, Role::Timestamp] {
            let path = only_file(&folder.join(role.name()))?;
            keys.insert(role, keystore::open(&path, passphrase, random.clone())?);
        }
        Ok(Self { keys, roots: read_roots(folder)? })
    }

    /// Root metadata by version, as far as it is kept with the keys: from the first, without a gap.
    pub(crate) fn roots(&self) -> &BTreeMap<u64, Vec<u8>> {
        &self.roots
    }

    pub(crate) fn signers(&self, role: Role) -> Vec<&dyn Sign> {
        self.keys.get(&role).map(|key| -> &dyn Sign { key }).into_iter().collect()
    }
}

fn only_file(folder: &Path) -> Result<PathBuf, PackOpenError> {
    let failed = |e: &std::io::Error| PackOpenError::File { path: folder.to_owned(), reason: e.to_string() };
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(|e| failed(&e))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "jwe"))
        .collect();
    match (files.pop(), files.is_empty()) {
        (Some(path), true) => Ok(path),
        _ => Err(PackOpenError::NotOneKey { folder: folder.to_owned() }),
    }
}

fn root_path(pack: &Path) -> PathBuf {
    pack.join(root_name(1))
}

/// Where root metadata stands below a pack's folder.
pub(crate) fn root_name(version: u64) -> String {
    format!("metadata/{version}.root.json")
}

fn read_roots(folder: &Path) -> Result<BTreeMap<u64, Vec<u8>>, PackOpenError> {
    let mut roots = BTreeMap::new();
    for version in 1.. {
        let path = folder.join(root_name(version));
        match fs::read(&path) {
            Ok(root) => drop(roots.insert(version, root)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => break,
            Err(error) => return Err(PackOpenError::File { path, reason: error.to_string() }),
        }
    }
    Ok(roots)
}

/// Publishes the next release of a pack; gives its version. Readers see the old release or the new one.
///
/// # Errors
/// [`PackOpenError`] if the pack has no root, its present state does not stand, or it cannot be written.
pub fn publish_pack(
    pack: &Path,
    contents: &PackContents,
    keys: &PackKeys,
    validities: &Validities,
    now: Timestamp,
) -> Result<u64, PackOpenError> {
    let version = present_version(pack, now)? + 1;
    let targets = contents.targets()?;
    let signers = |role: Role| keys.signers(role);
    let release = Release {
        version,
        targets: &targets,
        signers: &signers,
        expires: &|role| validities.expiry(role, now),
        made: Some(now),
    };
    write_folder(pack, &release.files()?)?;
    Ok(version)
}

/// The version in the pack's folder, which must stand up to a client; 0 before the first release.
fn present_version(pack: &Path, now: Timestamp) -> Result<u64, PackOpenError> {
    let path = root_path(pack);
    let root = fs::read(&path).map_err(|e| PackOpenError::File { path, reason: e.to_string() })?;
    if !pack.join("metadata/timestamp.json").exists() {
        return Ok(0);
    }
    let mut client = Client::open(MemoryStore::default(), &root)?;
    let accepted = client.update(&FolderRepository::new(pack), now, Expiry::Report)?;
    Ok(accepted.roles().iter().filter(|role| role.role != Role::Root).map(|r| r.version).max().unwrap_or(0))
}

/// Why a pack cannot be published.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackOpenError {
    /// There is one already.
    #[error("{} has a root already", pack.display())]
    Exists {
        /// The pack.
        pack: PathBuf,
    },
    /// Not exactly one key.
    #[error("{} must hold exactly one key", folder.display())]
    NotOneKey {
        /// The folder.
        folder: PathBuf,
    },
    /// A file.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The keystore.
    #[error(transparent)]
    Keystore(#[from] KeystoreError),
    /// The metadata.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The contents.
    #[error(transparent)]
    Contents(#[from] PackError),
    /// The pack's present state, or its folder.
    #[error(transparent)]
    Update(#[from] UpdateError),
}
