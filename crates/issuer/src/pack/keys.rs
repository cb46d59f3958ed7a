//! The keys of a trust pack that are at hand, and which role each speaks for.
//!
//! ```text
//! metadata/N.root.json         every root, from the first
//! metadata/N.targets.json      targets metadata that its holders signed in a ceremony, newest counts
//! targets/…                    the documents that it lists
//! root/, targets/, …/ID.jwe    keys, encrypted; the folder's name is for people
//! ```
//!
//! Which key speaks for which role the newest root says, and the targets metadata for delegated roles. Where no
//! targets key is at hand, what its holders signed last is published as it is, and what changes daily is signed by
//! the roles that it delegates to.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ring::rand::SystemRandom;
use verilabel_label::Timestamp;
use verilabel_trust::{
    DelegatedRole, Issuer, PackError, Purpose, Role, RoleDefinition, RoleSignature, RootStatement, Statement,
    TargetsStatement, path, root_metadata, write_folder,
};
use verilabel_wire::{Algorithm, KeyId, PublicKey, Sign, SigningKey};

use super::{PackOpenError, Validities};
use crate::{Passphrase, keys, keystore};

/// Folders whose keys are for ceremonies, or for another agency's pack.
const NOT_FOR_RELEASES: [&str; 2] = ["root", "part"];
/// What the roles of partners are called.
const PARTNER: &str = "partner-";
/// Longest targets metadata, and longest document, in bytes.
const MAX_METADATA: u64 = 5_000_000;
const MAX_DOCUMENT: u64 = 64 << 20;

/// The keys of a trust pack that sign releases, and what was signed in ceremonies.
#[derive(Clone)]
pub struct PackKeys {
    folder: PathBuf,
    keys: Arc<Vec<SigningKey>>,
    roots: BTreeMap<u64, Vec<u8>>,
    root: RootStatement,
    offline: Option<OfflineTargets>,
}

/// Targets metadata whose keys are not here, with the documents that it lists.
#[derive(Debug, Clone)]
pub(crate) struct OfflineTargets {
    pub(crate) metadata: Vec<u8>,
    pub(crate) statement: TargetsStatement,
    pub(crate) documents: BTreeMap<String, Vec<u8>>,
}

impl OfflineTargets {
    /// Roles that hold what changes daily.
    pub(crate) fn own_roles(&self) -> impl Iterator<Item = &DelegatedRole> {
        self.statement.delegations.iter().filter(|role| !role.name.starts_with(PARTNER))
    }

    pub(crate) fn partners(&self) -> impl Iterator<Item = &DelegatedRole> {
        self.statement.delegations.iter().filter(|role| role.name.starts_with(PARTNER))
    }

    /// The role that signs for a path.
    pub(crate) fn role_of(&self, path: &str) -> Option<&DelegatedRole> {
        self.own_roles().find(|role| role.covers(path))
    }

    /// Whether enough have signed it of those who speak for targets by that root.
    pub(crate) fn is_signed_as(&self, root: &RootStatement) -> bool {
        let statement = Statement::Targets(self.statement.clone());
        let signed = RoleSignature::of_metadata(&self.metadata).ok();
        let signed = signed.zip(root.roles.get(&Role::Targets)).and_then(|(signed, definition)| {
            let signers = statement.signers(definition, &signed).ok()?.len();
            Some(u32::try_from(signers).is_ok_and(|signers| signers >= definition.threshold))
        });
        signed.unwrap_or(false)
    }

    /// The newest that is kept, with its documents.
    pub(crate) fn read(folder: &Path) -> Result<Option<Self>, PackOpenError> {
        let Some(version) = newest(folder, "targets")? else { return Ok(None) };
        let path = folder.join(targets_name(version));
        let metadata = read_bounded(&path, MAX_METADATA)?;
        let Statement::Targets(statement) = Statement::of_metadata(&metadata)? else {
            return Err(PackOpenError::File { path, reason: "it is no targets metadata".to_owned() });
        };
        let mut documents = BTreeMap::new();
        for target in statement.targets.paths() {
            let path = folder.join(statement.targets.file(target).unwrap_or_default());
            let bytes = read_bounded(&path, MAX_DOCUMENT)?;
            if !statement.targets.matches(target, &bytes) {
                let reason = "it is not the document that was signed".to_owned();
                return Err(PackOpenError::File { path, reason });
            }
            documents.insert(target.to_owned(), bytes);
        }
        Ok(Some(Self { metadata, statement, documents }))
    }
}

impl PackKeys {
    /// Makes the keys of a new trust pack, one holder's for all roles, keeps them encrypted in `folder/<role>/`, and
    /// writes the pack's first root metadata.
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
        if pack.join(root_name(1)).exists() {
            return Err(PackOpenError::Exists { pack: pack.to_owned() });
        }
        let made = Self::create(folder, passphrase, validities, now, random)?;
        for (version, root) in &made.roots {
            write_folder(pack, &[(root_name(*version), root.clone())])?;
        }
        Ok(made)
    }

    /// Makes the keys of a new trust pack, one holder's for all roles, and keeps them encrypted in `folder/<role>/`,
    /// with the pack's first root metadata in `folder/metadata/`: whoever publishes puts it into the pack.
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
        if folder.join(root_name(1)).exists() {
            return Err(PackOpenError::Exists { pack: folder.to_owned() });
        }
        let mut keys = BTreeMap::new();
        for role in Role::ALL {
            let private = keystore::generate(Algorithm::EdDsa)?;
            keystore::store(&folder.join(role.name()), &private, passphrase, random.clone())?;
            keys.insert(role, private.signing_key(random.clone())?);
        }
        let definitions: BTreeMap<Role, RoleDefinition> = keys
            .iter()
            .map(|(role, key)| (*role, RoleDefinition { keys: vec![key.key().clone()], threshold: 1 }))
            .collect();
        let expires = validities.expiry(Role::Root, now);
        let bytes = root_metadata(1, expires, &definitions, &[&keys[&Role::Root]])?;
        write_folder(folder, &[(root_name(1), bytes.clone())])?;
        Ok(Self {
            folder: folder.to_owned(),
            keys: Arc::new(keys.into_values().collect()),
            roots: BTreeMap::from([(1, bytes)]),
            root: RootStatement { version: 1, expires, roles: definitions },
            offline: None,
        })
    }

    /// Opens the keys that sign releases. Root keys stay closed.
    ///
    /// # Errors
    /// [`PackOpenError::NoOnlineKey`] if a release could not be signed, [`PackOpenError::NoTargets`] if the targets
    /// keys are kept elsewhere and no ceremony was held yet; those of the keystore and of files.
    pub fn open(
        folder: &Path,
        passphrase: &Passphrase,
        random: &SystemRandom,
    ) -> Result<Self, PackOpenError> {
        let (roots, root, offline) = read_state(folder)?;
        let mut opened = Self { folder: folder.to_owned(), keys: Arc::default(), roots, root, offline };
        let wanted: BTreeSet<String> =
            opened.definitions().flat_map(|role| &role.keys).map(|key| key.id().to_string()).collect();
        let mut keys = Vec::new();
        for path in keystores(folder)? {
            let id = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            if wanted.contains(id) {
                keys.push(keystore::open(&path, passphrase, random.clone())?);
            }
        }
        opened.keys = Arc::new(keys);
        opened.check()?;
        Ok(opened)
    }

    /// The same keys with what was signed in ceremonies since; nothing if there was none.
    ///
    /// # Errors
    /// As [`PackKeys::open`].
    pub(crate) fn newer(&self) -> Result<Option<Self>, PackOpenError> {
        let version = self.offline.as_ref().map_or(0, |offline| offline.statement.version);
        if newest(&self.folder, "root")?.is_none_or(|newest| newest <= self.root.version)
            && newest(&self.folder, "targets")?.is_none_or(|newest| newest <= version)
        {
            return Ok(None);
        }
        let (roots, root, offline) = read_state(&self.folder)?;
        let newer = Self { folder: self.folder.clone(), keys: Arc::clone(&self.keys), roots, root, offline };
        newer.check()?;
        Ok(Some(newer))
    }

    /// Root metadata by version: from the first, without a gap.
    pub(crate) fn roots(&self) -> &BTreeMap<u64, Vec<u8>> {
        &self.roots
    }

    /// The folder of the keys.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Who signs a top-level role, as far as the keys are here.
    pub(crate) fn signers(&self, role: Role) -> Vec<&dyn Sign> {
        self.root.roles.get(&role).map_or_else(Vec::new, |definition| self.signers_of(definition))
    }

    /// Who signs a delegated role.
    pub(crate) fn signers_of(&self, definition: &RoleDefinition) -> Vec<&dyn Sign> {
        let listed = |key: &&SigningKey| definition.keys.contains(key.key());
        self.keys.iter().filter(listed).map(|key| -> &dyn Sign { key }).collect()
    }

    /// What the holders of the targets keys signed last, where their keys are not here.
    pub(crate) fn offline(&self) -> Option<&OfflineTargets> {
        if self.signs(Role::Targets) { None } else { self.offline.as_ref() }
    }

    /// The key of an issuer that signs its status lists: one that the records trust and, where the issuer's document
    /// is signed in ceremonies, one that verifiers know already.
    ///
    /// # Errors
    /// If the document that was signed is none.
    pub fn status_key(&self, issuer: &Issuer, now: Timestamp) -> Result<Option<KeyId>, PackError> {
        let in_use = |issuer: &Issuer| keys::in_use(issuer, Purpose::Status, now).ok().map(PublicKey::id);
        let known = self.offline().and_then(|offline| offline.documents.get(&path::issuer(&issuer.id)));
        let Some(known) = known else { return Ok(in_use(issuer)) };
        let mut known = Issuer::from_json(known)?;
        known.keys.retain(|key| keys::trusted(issuer, key.key.id()).is_ok());
        Ok(in_use(&known))
    }

    fn signs(&self, role: Role) -> bool {
        self.root.roles.get(&role).is_some_and(|definition| self.meets(definition))
    }

    fn meets(&self, definition: &RoleDefinition) -> bool {
        u32::try_from(self.signers_of(definition).len()).is_ok_and(|here| here >= definition.threshold)
    }

    /// Roles whose keys must be here.
    fn definitions(&self) -> impl Iterator<Item = &RoleDefinition> {
        let top = self.root.roles.iter().filter(|(role, _)| **role != Role::Root).map(|(_, one)| one);
        let delegated = self.offline.iter().flat_map(OfflineTargets::own_roles).map(|role| &role.definition);
        top.chain(delegated)
    }

    fn check(&self) -> Result<(), PackOpenError> {
        let no_key = |role: &str, definition: &RoleDefinition| PackOpenError::NoOnlineKey {
            role: role.to_owned(),
            keys: definition.keys.iter().map(PublicKey::id).map(|id| id.to_string()).collect(),
            folder: self.folder.clone(),
        };
        for role in [Role::Snapshot, Role::Timestamp] {
            if let Some(definition) = self.root.roles.get(&role).filter(|_| !self.signs(role)) {
                return Err(no_key(role.name(), definition));
            }
        }
        if self.signs(Role::Targets) {
            return Ok(());
        }
        let offline = self.offline.as_ref();
        let offline = offline.ok_or_else(|| PackOpenError::NoTargets { folder: self.folder.clone() })?;
        match offline.own_roles().find(|role| !self.meets(&role.definition)) {
            Some(role) => Err(no_key(&role.name, &role.definition)),
            None => Ok(()),
        }
    }
}

type State = (BTreeMap<u64, Vec<u8>>, RootStatement, Option<OfflineTargets>);

fn read_state(folder: &Path) -> Result<State, PackOpenError> {
    let roots = read_roots(folder)?;
    let newest = roots.values().next_back();
    let newest = newest.ok_or_else(|| PackOpenError::NoRoot { folder: folder.to_owned() })?;
    let Statement::Root(root) = Statement::of_metadata(newest)? else {
        return Err(PackOpenError::NoRoot { folder: folder.to_owned() });
    };
    Ok((roots, root, OfflineTargets::read(folder)?))
}

/// Every key that may sign releases.
fn keystores(folder: &Path) -> Result<Vec<PathBuf>, PackOpenError> {
    let mut found = Vec::new();
    for folder in entries(folder)? {
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if folder.is_dir() && !NOT_FOR_RELEASES.contains(&name) {
            found.extend(entries(&folder)?.into_iter().filter(|path| is_keystore(path)));
        }
    }
    found.sort();
    Ok(found)
}

/// The highest version of targets metadata in a pack's folder; 0 if there is none.
///
/// # Errors
/// If the folder cannot be read.
pub fn published_targets(pack: &Path) -> Result<u64, PackOpenError> {
    Ok(newest(pack, Role::Targets.name())?.unwrap_or(0))
}

/// The keystore file of the only key in a folder.
///
/// # Errors
/// [`PackOpenError::NotOneKey`] if there is none, or another one.
pub fn only_key(folder: &Path) -> Result<PathBuf, PackOpenError> {
    let mut files = entries(folder)?;
    files.retain(|path| is_keystore(path));
    match (files.pop(), files.is_empty()) {
        (Some(path), true) => Ok(path),
        _ => Err(PackOpenError::NotOneKey { folder: folder.to_owned() }),
    }
}

fn is_keystore(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "jwe")
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, PackOpenError> {
    let failed = |e: std::io::Error| PackOpenError::File { path: folder.to_owned(), reason: e.to_string() };
    let entries = fs::read_dir(folder).map_err(failed)?;
    entries.map(|entry| Ok(entry.map_err(failed)?.path())).collect()
}

/// Where root metadata stands below a pack's folder.
pub(crate) fn root_name(version: u64) -> String {
    format!("metadata/{version}.root.json")
}

/// Where targets metadata stands below a pack's folder.
pub(crate) fn targets_name(version: u64) -> String {
    format!("metadata/{version}.targets.json")
}

/// The highest version of a role's metadata in a folder.
pub(crate) fn newest(folder: &Path, role: &str) -> Result<Option<u64>, PackOpenError> {
    let metadata = folder.join("metadata");
    if !metadata.exists() {
        return Ok(None);
    }
    let end = format!(".{role}.json");
    let version = |path: PathBuf| path.file_name()?.to_str()?.strip_suffix(&end)?.parse().ok();
    Ok(entries(&metadata)?.into_iter().filter_map(version).max())
}

/// All roots in a folder, from the first, without a gap.
pub(crate) fn read_roots(folder: &Path) -> Result<BTreeMap<u64, Vec<u8>>, PackOpenError> {
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

/// Reads a file of bounded length.
pub(crate) fn read_bounded(path: &Path, max: u64) -> Result<Vec<u8>, PackOpenError> {
    let failed = |reason: String| PackOpenError::File { path: path.to_owned(), reason };
    let length = fs::metadata(path).map_err(|e| failed(e.to_string()))?.len();
    if length > max {
        return Err(failed(format!("it has {length} bytes, at most {max} are due")));
    }
    fs::read(path).map_err(|e| failed(e.to_string()))
}
