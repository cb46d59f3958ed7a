//! The publishing side: metadata made and signed, files in the order in which they must appear.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Map, Value, json};
use verilabel_label::Timestamp;
use verilabel_wire::{PublicKey, Sign, SignError, sha256};

use super::bodies::{MADE, Root, Snapshot};
use super::canonical::canonical;
use super::listing::TargetList;
use super::metadata::{KeyRing, Proven, Received};
use super::name::as_segment;
use super::statement::{RootStatement, Statement, TargetsStatement, common, metadata_key_id};
use super::store::write_durably;
use super::targets::{self, Targets};
use super::{MetadataError, Role, UpdateError, hex, key};

/// Which keys speak for a role, and how many of them must.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleDefinition {
    /// The keys; Ed25519.
    pub keys: Vec<PublicKey>,
    /// How many must sign.
    pub threshold: u32,
}

impl RoleDefinition {
    /// Whether its keys differ from each other, and are enough for its threshold.
    #[must_use]
    pub fn can_be_met(&self) -> bool {
        let distinct: BTreeSet<_> = self.keys.iter().map(|key| *key.thumbprint()).collect();
        let enough = u32::try_from(distinct.len()).is_ok_and(|n| (1..=n).contains(&self.threshold));
        enough && distinct.len() == self.keys.len()
    }

    /// The role's entry in metadata; its keys are added to `keys`.
    pub(super) fn entry(&self, keys: &mut Map<String, Value>) -> Result<Value, PublishError> {
        let mut ids = Vec::new();
        for public in &self.keys {
            let entry = key::write(public).ok_or(PublishError::KeyKind)?;
            let id = key::id(&entry)?;
            keys.insert(id.clone(), entry);
            ids.push(id);
        }
        Ok(json!({"keyids": ids, "threshold": self.threshold}))
    }
}

/// A role to which some target paths are entrusted (§4.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelegatedRole {
    /// Its name.
    pub name: String,
    /// Its keys.
    pub definition: RoleDefinition,
    /// Patterns of the paths.
    pub paths: Vec<String>,
    /// Whether nobody else is asked after a path that it is entrusted with.
    pub terminating: bool,
}

impl DelegatedRole {
    /// Whether a path is entrusted to the role.
    #[must_use]
    pub fn covers(&self, path: &str) -> bool {
        self.paths.iter().any(|pattern| targets::matches(pattern, path))
    }
}

/// A file of a repository by its path below the repository's folder.
pub type RepositoryFile = (String, Vec<u8>);

/// Makes root metadata.
///
/// # Errors
/// [`PublishError::KeyKind`] for a key other than Ed25519; those of the signers.
pub fn root_metadata(
    version: u64,
    expires: Timestamp,
    roles: &BTreeMap<Role, RoleDefinition>,
    signers: &[&dyn Sign],
) -> Result<Vec<u8>, PublishError> {
    let statement = Statement::Root(RootStatement { version, expires, roles: roles.clone() });
    let bytes = statement.signed_by(signers)?;
    Received::<Root>::read(&bytes)?.prove_root(None)?;
    Ok(bytes)
}

/// What goes into the next state of a repository that one authority keeps alone.
pub struct Release<'a> {
    /// Version of targets, snapshot and timestamp; each release takes a higher one.
    pub version: u64,
    /// Contents by target path.
    pub targets: &'a BTreeMap<String, Vec<u8>>,
    /// Who signs which role. Root is not among them.
    pub signers: &'a dyn Fn(Role) -> Vec<&'a dyn Sign>,
    /// Until when each role's metadata is good.
    pub expires: &'a dyn Fn(Role) -> Timestamp,
    /// When it is made. It stands in timestamp metadata, and tells verifiers how old their knowledge is.
    pub made: Option<Timestamp>,
}

impl Release<'_> {
    /// The files of the release, in the order in which they must appear: whoever reads while they are being
    /// written sees the old state until `timestamp.json`, the last, is replaced.
    ///
    /// # Errors
    /// Those of the signers.
    pub fn files(&self) -> Result<Vec<RepositoryFile>, PublishError> {
        let part = TargetsPart {
            version: self.version,
            expires: (self.expires)(Role::Targets),
            targets: self.targets,
            delegations: &[],
            signers: &(self.signers)(Role::Targets),
        };
        let SignedPart { metadata, mut files } = part.sign()?;
        let roles = BTreeMap::from([(Role::Targets.name().to_owned(), metadata)]);
        let Self { version, signers, expires, made, .. } = *self;
        files.extend(Assembly { version, roles: &roles, previous: None, signers, expires, made }.files()?);
        Ok(files)
    }
}

/// What one holder contributes: the targets of the top-level role or of a delegated one. It takes that
/// holder's keys and nobody else's.
pub struct TargetsPart<'a> {
    /// Version of the role's metadata; each takes a higher one.
    pub version: u64,
    /// Until when the role's metadata is good.
    pub expires: Timestamp,
    /// Contents by target path.
    pub targets: &'a BTreeMap<String, Vec<u8>>,
    /// Roles to which paths are entrusted, in the order in which they are trusted.
    pub delegations: &'a [DelegatedRole],
    /// The role's holders.
    pub signers: &'a [&'a dyn Sign],
}

/// A part as its holder hands it in.
#[derive(Debug, Clone)]
pub struct SignedPart {
    /// The role's metadata.
    pub metadata: Vec<u8>,
    /// The targets.
    pub files: Vec<RepositoryFile>,
}

impl TargetsPart<'_> {
    /// Signs the part.
    ///
    /// # Errors
    /// Those of the signers.
    pub fn sign(&self) -> Result<SignedPart, PublishError> {
        let mut files = Vec::new();
        let mut list = TargetList::default();
        for (path, bytes) in self.targets {
            list.insert(path, bytes);
            files.extend(list.file(path).map(|file| (file, bytes.clone())));
        }
        let (version, expires) = (self.version, self.expires);
        let delegations = self.delegations.to_vec();
        let statement = TargetsStatement { version, expires, targets: list, delegations };
        let metadata = Statement::Targets(statement).signed_by(self.signers)?;
        Received::<Targets>::read(&metadata)?;
        Ok(SignedPart { metadata, files })
    }
}

/// Targets metadata for targets that are in their place already.
///
/// # Errors
/// Those of the signers.
pub fn targets_metadata(
    version: u64,
    expires: Timestamp,
    targets: &TargetList,
    signers: &[&dyn Sign],
) -> Result<Vec<u8>, PublishError> {
    let targets = targets.clone();
    let statement = TargetsStatement { version, expires, targets, delegations: Vec::new() };
    Statement::Targets(statement).signed_by(signers)
}

/// Puts the parts of several holders together under a new snapshot and timestamp. It takes the keys of those
/// two roles alone, so that a partner's new part needs no key of another partner.
pub struct Assembly<'a, 's> {
    /// Version of snapshot and timestamp; each assembly takes a higher one.
    pub version: u64,
    /// Metadata by targets role: `targets`, and delegated ones.
    pub roles: &'a BTreeMap<String, Vec<u8>>,
    /// The snapshot metadata of before: what it lists stays listed, dropped partners too, since clients take a
    /// role that vanishes for a rollback (§5.5.5).
    pub previous: Option<&'a [u8]>,
    /// Who signs snapshot and timestamp.
    pub signers: &'a dyn Fn(Role) -> Vec<&'s dyn Sign>,
    /// Until when the metadata of snapshot and timestamp is good.
    pub expires: &'a dyn Fn(Role) -> Timestamp,
    /// When it is made, as in [`Release`].
    pub made: Option<Timestamp>,
}

impl Assembly<'_, '_> {
    /// The metadata files, in the order in which they must appear; targets must be there before.
    ///
    /// # Errors
    /// [`PublishError::Refused`] if a part is not signed as its delegation wants, [`PublishError::Older`] if
    /// it is older than before, [`PublishError::OutsidePaths`]; those of the signers.
    pub fn files(&self) -> Result<Vec<RepositoryFile>, PublishError> {
        let parts = self.parts()?;
        let mut meta = Map::new();
        let previous = self
            .previous
            .map(|bytes| Ok::<_, MetadataError>(Received::<Snapshot>::read(bytes)?.unproven()))
            .transpose()?;
        for (file, old) in previous.iter().flat_map(|snapshot| &snapshot.body.meta) {
            let part = file.strip_suffix(".json").and_then(|role| parts.get(role));
            if let Some(found) = part.map(|part| part.version).filter(|found| *found < old.version) {
                return Err(PublishError::Older { role: file.clone(), found, before: old.version });
            }
            meta.insert(file.clone(), old.to_json());
        }
        let mut files = Vec::new();
        for (role, part) in &parts {
            meta.insert(format!("{role}.json"), meta_file(part.version, &part.bytes));
            files.push((format!("metadata/{}.{}.json", part.version, as_segment(role)), part.bytes.clone()));
        }
        let snapshot = self.sign(Role::Snapshot, json!({"meta": meta}))?;
        let listed = meta_file(self.version, &snapshot);
        let mut timestamp = json!({"meta": {"snapshot.json": listed}});
        if let Some(made) = self.made {
            timestamp[MADE] = made.to_string().into();
        }
        let timestamp = self.sign(Role::Timestamp, timestamp)?;
        files.push((format!("metadata/{}.snapshot.json", self.version), snapshot));
        files.push(("metadata/timestamp.json".to_owned(), timestamp));
        Ok(files)
    }

    /// Every part, held to the delegation that it stands on. Who may sign the top-level role is for clients to
    /// say: their root does.
    fn parts(&self) -> Result<BTreeMap<&str, Proven<Targets>>, PublishError> {
        let mut parts: BTreeMap<&str, Proven<Targets>> = BTreeMap::new();
        let top = Role::Targets.name();
        let bytes = self.roles.get(top).ok_or_else(|| MetadataError::Unlisted { role: top.to_owned() })?;
        parts.insert(top, Received::<Targets>::read(bytes)?.unproven());
        // A role is looked at once the one that delegates to it was.
        let mut waiting: Vec<(&str, &Vec<u8>)> = self
            .roles
            .iter()
            .map(|(role, bytes)| (role.as_str(), bytes))
            .filter(|(role, _)| *role != top)
            .collect();
        while !waiting.is_empty() {
            let before = waiting.len();
            let mut later = Vec::new();
            for (role, bytes) in waiting {
                let delegates =
                    |part: &&Proven<Targets>| part.body.delegations.iter().any(|d| d.name == role);
                // The owner's word first: a partner may call a role below it as it likes.
                let delegator = parts.get(top).filter(delegates).or_else(|| parts.values().find(delegates));
                let Some(delegator) = delegator else {
                    later.push((role, bytes));
                    continue;
                };
                let keys: &KeyRing = &delegator.body.keys;
                let part = Received::<Targets>::read(bytes)?.prove(keys, role)?;
                let delegations = delegator.body.delegations.iter().filter(|d| d.name == role);
                let stray = part.body.files.keys().find(|path| !delegations.clone().any(|d| d.covers(path)));
                if let Some(path) = stray {
                    return Err(PublishError::OutsidePaths { role: role.to_owned(), path: path.clone() });
                }
                parts.insert(role, part);
            }
            if later.len() == before {
                let role = later.first().map(|(role, _)| (*role).to_owned()).unwrap_or_default();
                return Err(MetadataError::RoleMissing { role }.into());
            }
            waiting = later;
        }
        Ok(parts)
    }

    fn sign(&self, role: Role, body: Value) -> Result<Vec<u8>, PublishError> {
        signed(role, self.version, (self.expires)(role), body, &(self.signers)(role))
    }
}

fn meta_file(version: u64, bytes: &[u8]) -> Value {
    json!({"version": version, "length": bytes.len(), "hashes": {"sha256": hex::encode(&sha256(bytes))}})
}

/// Writes files below a folder, each replaced whole, in the order given.
///
/// # Errors
/// [`UpdateError::NotKept`] for the first file that could not be written; those before it are.
pub fn write_folder(folder: &Path, files: &[RepositoryFile]) -> Result<(), UpdateError> {
    files.iter().try_for_each(|(path, bytes)| write_durably(&folder.join(path), bytes))
}

fn signed(
    role: Role,
    version: u64,
    expires: Timestamp,
    body: Value,
    signers: &[&dyn Sign],
) -> Result<Vec<u8>, PublishError> {
    let body = common(body, role, version, expires);
    let message = canonical(&body)?;
    let signatures = signers
        .iter()
        .map(|signer| {
            let id = metadata_key_id(signer.key())?;
            Ok(json!({"keyid": id, "sig": hex::encode(&signer.sign(&message)?)}))
        })
        .collect::<Result<Vec<_>, PublishError>>()?;
    Ok(canonical(&json!({"signatures": signatures, "signed": body}))?)
}

/// Why metadata could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// A key that does not sign trust packs.
    #[error("only Ed25519 keys sign trust packs")]
    KeyKind,
    /// The signer.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// What was made, or handed in, would not be accepted.
    #[error("the metadata would be refused: {0}")]
    Refused(#[from] MetadataError),
    /// A part that is older than the one before.
    #[error("{role} has version {found}, and was published with version {before} before")]
    Older {
        /// The metadata file.
        role: String,
        /// Version found.
        found: u64,
        /// Version before.
        before: u64,
    },
    /// A statement with something that cannot be shown to those who sign it.
    #[error("it holds something that this version does not know and cannot show")]
    NotShown,
    /// A part with a target that nobody entrusted it with.
    #[error("{role} lists {path}, which is not entrusted to it")]
    OutsidePaths {
        /// The role.
        role: String,
        /// The target.
        path: String,
    },
}
