//! The publishing side: metadata made and signed, files in the order in which they must appear.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use verilabel_label::Timestamp;
use verilabel_wire::{PublicKey, Sign, SignError, sha256};

use super::canonical::canonical;
use super::listing::TargetList;
use super::metadata::{Received, Root};
use super::store::write_durably;
use super::{MetadataError, Role, UpdateError, hex, key};

const SPEC_VERSION: &str = "1.0.33";

/// Which keys speak for a role, and how many of them must.
#[derive(Debug, Clone)]
pub struct RoleDefinition {
    /// The keys; Ed25519.
    pub keys: Vec<PublicKey>,
    /// How many must sign.
    pub threshold: u32,
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
    let mut keys = serde_json::Map::new();
    let mut role_entries = serde_json::Map::new();
    for (role, definition) in roles {
        let mut ids = Vec::new();
        for public in &definition.keys {
            let entry = key::write(public).ok_or(PublishError::KeyKind)?;
            let id = key::id(&entry)?;
            keys.insert(id.clone(), entry);
            ids.push(id);
        }
        let entry = json!({"keyids": ids, "threshold": definition.threshold});
        role_entries.insert(role.name().to_owned(), entry);
    }
    let body = json!({"consistent_snapshot": true, "keys": keys, "roles": role_entries});
    let bytes = signed(Role::Root, version, expires, body, signers)?;
    Received::<Root>::read(&bytes)?.prove_root(None)?;
    Ok(bytes)
}

/// What goes into the next state of a repository.
pub struct Release<'a> {
    /// Version of targets, snapshot and timestamp; each release takes a higher one.
    pub version: u64,
    /// Contents by target path.
    pub targets: &'a BTreeMap<String, Vec<u8>>,
    /// Who signs which role. Root is not among them.
    pub signers: &'a dyn Fn(Role) -> Vec<&'a dyn Sign>,
    /// Until when each role's metadata is good.
    pub expires: &'a dyn Fn(Role) -> Timestamp,
}

impl Release<'_> {
    /// The files of the release, in the order in which they must appear: whoever reads while they are being
    /// written sees the old state until `timestamp.json`, the last, is replaced.
    ///
    /// # Errors
    /// Those of the signers.
    pub fn files(&self) -> Result<Vec<RepositoryFile>, PublishError> {
        let mut files = Vec::new();
        let mut list = TargetList::default();
        for (path, bytes) in self.targets {
            list.insert(path, bytes);
            files.extend(list.file(path).map(|file| (file, bytes.clone())));
        }
        let Self { version, signers, expires, .. } = *self;
        files.extend(Revision { version, targets: RevisedTargets::New(&list), signers, expires }.files()?);
        Ok(files)
    }
}

/// The next state of a repository whose targets are in their place already.
pub struct Revision<'a, 's> {
    /// Version of every role that is signed anew; each revision takes a higher one.
    pub version: u64,
    /// What the repository holds.
    pub targets: RevisedTargets<'a>,
    /// Who signs which role. Root is not among them.
    pub signers: &'a dyn Fn(Role) -> Vec<&'s dyn Sign>,
    /// Until when each role's metadata is good.
    pub expires: &'a dyn Fn(Role) -> Timestamp,
}

/// What a revision says of the targets.
#[derive(Debug, Clone, Copy)]
pub enum RevisedTargets<'a> {
    /// New targets metadata, for this list.
    New(&'a TargetList),
    /// The metadata of before: only snapshot and timestamp are signed anew.
    Kept {
        /// Its version.
        version: u64,
        /// Its bytes.
        metadata: &'a [u8],
    },
}

impl Revision<'_, '_> {
    /// The metadata files, in the order in which they must appear: the last, `timestamp.json`, is the only one
    /// that replaces another.
    ///
    /// # Errors
    /// Those of the signers.
    pub fn files(&self) -> Result<Vec<RepositoryFile>, PublishError> {
        let mut files = Vec::new();
        let listed = match self.targets {
            RevisedTargets::New(list) => {
                let targets = self.sign(Role::Targets, json!({"targets": list.to_json()}))?;
                let listed = meta_file(self.version, &targets);
                files.push((format!("metadata/{}.targets.json", self.version), targets));
                listed
            }
            RevisedTargets::Kept { version, metadata } => meta_file(version, metadata),
        };
        let snapshot = self.sign(Role::Snapshot, json!({"meta": {"targets.json": listed}}))?;
        let listed = meta_file(self.version, &snapshot);
        let timestamp = self.sign(Role::Timestamp, json!({"meta": {"snapshot.json": listed}}))?;
        files.push((format!("metadata/{}.snapshot.json", self.version), snapshot));
        files.push(("metadata/timestamp.json".to_owned(), timestamp));
        Ok(files)
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
/// [`UpdateError::Unreachable`] for the first file that could not be written; those before it are.
pub fn write_folder(folder: &Path, files: &[RepositoryFile]) -> Result<(), UpdateError> {
    files.iter().try_for_each(|(path, bytes)| write_durably(&folder.join(path), bytes))
}

fn signed(
    role: Role,
    version: u64,
    expires: Timestamp,
    mut body: Value,
    signers: &[&dyn Sign],
) -> Result<Vec<u8>, PublishError> {
    body["_type"] = role.name().into();
    body["spec_version"] = SPEC_VERSION.into();
    body["version"] = version.into();
    body["expires"] = expires.to_string().into();
    let message = canonical(&body)?;
    let signatures = signers
        .iter()
        .map(|signer| {
            let id = key::id(&key::write(signer.key()).ok_or(PublishError::KeyKind)?)?;
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
    /// What was made would not be accepted.
    #[error("the metadata made would be refused: {0}")]
    Refused(#[from] MetadataError),
}
