//! Publishing a trust pack: role keys in files, the next release from what authorities hand in.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ring::rand::SystemRandom;
use verilabel_label::Timestamp;
use verilabel_trust::{
    Assembly, Client, Expiry, FolderRepository, MemoryStore, PackContents, PackError, PartnerTrouble,
    PublishError, Repository, RepositoryFile, Role, RoleDefinition, SignedPart, TargetsPart, TrustPack,
    UpdateError, path, root_metadata, write_folder,
};
use verilabel_wire::{Algorithm, Sign, SigningKey};

use crate::partners::{self, PartnerList};
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

pub(crate) fn only_file(folder: &Path) -> Result<PathBuf, PackOpenError> {
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
    let without = Partners { list: None, parts: &[] };
    publish_pack_with(pack, contents, &without, keys, validities, now).map(|published| published.version)
}

/// The partners of a pack that is published.
#[derive(Debug, Clone, Copy)]
pub struct Partners<'a> {
    /// The owner's list.
    pub list: Option<&'a PartnerList>,
    /// Folders with parts that partners have handed in.
    pub parts: &'a [PathBuf],
}

/// A release of a pack with partners.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedPack {
    /// Its version.
    pub version: u64,
    /// Partners whose parts are not used as they are, and why; what they handed in before this release.
    pub troubles: Vec<PartnerTrouble>,
}

/// The same with what partners have handed in. A part that is handed in now must be good as a whole; one from
/// before that is not, such as one past its expiry, is told, and holds up nobody else.
///
/// # Errors
/// As [`publish_pack`]; [`PackOpenError::Part`] for a part that verifiers would not use. Nothing is published then.
pub fn publish_pack_with(
    pack: &Path,
    contents: &PackContents,
    partners: &Partners<'_>,
    keys: &PackKeys,
    validities: &Validities,
    now: Timestamp,
) -> Result<PublishedPack, PackOpenError> {
    let before = present_version(pack, now)?;
    let version = before + 1;
    let records = partners.list.map_or_else(|| Ok(Vec::new()), PartnerList::all)?;
    let mut handed_in = BTreeMap::new();
    for folder in partners.parts {
        handed_in.extend(partners::read_parts(folder, &records)?);
    }
    let mut targets = contents.targets()?;
    let mut delegations = Vec::new();
    let mut roles = BTreeMap::new();
    for record in &records {
        let (id, delegation) = (&record.introduction.id, record.delegation()?);
        if targets.contains_key(&path::issuer(id)) {
            return Err(PackOpenError::OwnIssuer { id: id.to_string() });
        }
        targets.extend([record.partner().target()?]);
        let kept = || partners.list.map_or(Ok(None), |list| list.part(id));
        if let Some(part) = handed_in.get(id).map_or_else(kept, |part| Ok(Some(part.clone())))? {
            roles.insert(delegation.name.clone(), part);
        }
        delegations.push(delegation);
    }
    let expires = |role: Role| validities.expiry(role, now);
    let signers = |role: Role| keys.signers(role);
    let own = TargetsPart {
        version,
        expires: expires(Role::Targets),
        targets: &targets,
        delegations: &delegations,
        signers: &signers(Role::Targets),
    };
    let SignedPart { metadata, mut files } = own.sign()?;
    roles.insert(Role::Targets.name().to_owned(), metadata);
    let snapshot = pack.join(format!("metadata/{before}.snapshot.json"));
    let previous = (before > 0).then(|| fs::read(&snapshot)).transpose();
    let previous = previous.map_err(|e| PackOpenError::File { path: snapshot, reason: e.to_string() })?;
    let (signers, previous) = (&signers, previous.as_deref());
    let assembly = Assembly { version, roles: &roles, previous, signers, expires: &expires, made: Some(now) };
    files.extend(assembly.files()?);

    // What a client would not take is not published.
    let overlay = Overlay::over(pack, partners.parts, &files);
    let first = root_path(pack);
    let root = fs::read(&first).map_err(|e| PackOpenError::File { path: first, reason: e.to_string() })?;
    let accepted = Client::open(MemoryStore::default(), &root)?.update(&overlay, now, Expiry::Report)?;
    let troubles = TrustPack::open(accepted, &overlay)?.partner_troubles().to_vec();
    let is_new = |trouble: &&PartnerTrouble| {
        handed_in.keys().any(|id| trouble.role.strip_prefix("partner-") == Some(id.as_str()))
    };
    if let Some(trouble) = troubles.iter().find(is_new) {
        return Err(PackOpenError::Part {
            role: trouble.role.clone(),
            code: trouble.code,
            reason: trouble.text.clone(),
        });
    }
    write_folder(pack, &overlay.into_handed_in())?;
    write_folder(pack, &files)?;
    for (id, metadata) in &handed_in {
        if let Some(list) = partners.list {
            list.keep(id, metadata)?;
        }
    }
    Ok(PublishedPack { version, troubles })
}

/// A pack as it will be: what is about to be written, what partners have handed in, and what is there.
struct Overlay<'a> {
    new: BTreeMap<&'a str, &'a [u8]>,
    parts: Vec<FolderRepository>,
    pack: FolderRepository,
    /// Targets that only a part had, as they were read.
    handed_in: Mutex<BTreeMap<String, Vec<u8>>>,
}

impl<'a> Overlay<'a> {
    fn over(pack: &Path, parts: &[PathBuf], new: &'a [RepositoryFile]) -> Self {
        Self {
            new: new.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect(),
            parts: parts.iter().map(|folder| FolderRepository::new(folder)).collect(),
            pack: FolderRepository::new(pack),
            handed_in: Mutex::default(),
        }
    }

    /// Targets of parts that are not in the pack yet. Each was read by a client, which knows its hash.
    fn into_handed_in(self) -> Vec<RepositoryFile> {
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
    /// A part that a partner has handed in, and that verifiers would not use.
    #[error("{role}: {reason} [{code}]")]
    Part {
        /// The partner's role.
        role: String,
        /// The stable code of the refusal.
        code: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A partner with the owner's own issuer.
    #[error("{id} is an issuer of the pack's owner, and cannot be a partner's")]
    OwnIssuer {
        /// The issuer.
        id: String,
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
