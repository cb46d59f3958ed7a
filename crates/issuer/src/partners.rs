//! Partners of a trust pack: the owner's list of them, and the part that each hands in.
//!
//! ```text
//! partners/ID.json             with the pack's keys: the partner's keys, and what it may award
//! partners/parts/ID.json       the metadata of its last part
//!
//! FOLDER/metadata/N.partner-ID.json    a part as the partner hands it in
//! FOLDER/targets/…
//! ```
//!
//! A part is signed by its partner alone, on a machine of the partner's. **Invariant: what a part holds is published
//! only if a client of the pack takes it, and nothing of it grants the partner more than the owner's list does.**

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ring::rand::SystemRandom;
use serde::{Deserialize, Serialize};
use verilabel_label::{IssuerId, Timestamp};
use verilabel_trust::{
    DelegatedRole, Entitlement, Jwk, PackContents, Partner, RoleDefinition, RoleSignature, SignedPart,
    Statement, TargetsPart, TargetsStatement, path, write_folder,
};
use verilabel_wire::{Algorithm, PublicKey, Sign};

use crate::pack::{PackOpenError, only_key, read_bounded};
use crate::{Passphrase, ceremony, keystore};

const SCHEMA: &str = "verilabel-partner-keys/1";
const PARTNERS: &str = "partners";
const VERSION: &str = "part-version";
/// Longest document about a partner, and longest metadata of a part.
const MAX_DOCUMENT: u64 = 64 << 10;
const MAX_METADATA: u64 = 5_000_000;
/// Longest target of a part.
const MAX_TARGET: u64 = 64 << 20;

/// How an agency introduces itself to another: its issuer, and the public keys of its part. It holds no secret; the
/// pack's owner compares the key ids with the agency by another way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Introduction {
    schema: String,
    /// The agency's issuer.
    pub id: IssuerId,
    threshold: u32,
    keys: Vec<Jwk>,
}

impl Introduction {
    /// Reads an introduction.
    ///
    /// # Errors
    /// If the file is none.
    pub fn read(file: &Path) -> Result<Self, PackOpenError> {
        let introduction: Self = read_json(file)?;
        if introduction.schema != SCHEMA {
            return Err(malformed(file, &format!("its schema is {:?}, not {SCHEMA:?}", introduction.schema)));
        }
        introduction.definition(file)?;
        Ok(introduction)
    }

    /// The ids of its keys.
    ///
    /// # Errors
    /// If a key is none.
    pub fn key_ids(&self) -> Result<Vec<String>, PackOpenError> {
        let definition = self.definition(Path::new("the introduction"))?;
        Ok(definition.keys.iter().map(|key| key.id().to_string()).collect())
    }

    fn definition(&self, file: &Path) -> Result<RoleDefinition, PackOpenError> {
        let keys: Result<Vec<_>, _> = self.keys.iter().map(Jwk::public_key).collect();
        let keys = keys.map_err(|e| malformed(file, &e))?;
        let distinct: std::collections::BTreeSet<_> = keys.iter().map(|key| *key.thumbprint()).collect();
        let enough = u32::try_from(keys.len()).is_ok_and(|n| self.threshold > 0 && self.threshold <= n);
        if !enough || distinct.len() < keys.len() || keys.iter().any(|k| k.algorithm() != Algorithm::EdDsa) {
            return Err(malformed(
                file,
                &"distinct Ed25519 keys are due, and a threshold that they can meet",
            ));
        }
        Ok(RoleDefinition { keys, threshold: self.threshold })
    }
}

/// A partner on the owner's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartnerRecord {
    /// The partner and its keys.
    pub introduction: Introduction,
    /// What its labels may state, at most.
    pub may_issue: Vec<Entitlement>,
}

/// The owner's list of partners, kept with the pack's keys.
#[derive(Debug, Clone)]
pub struct PartnerList {
    folder: PathBuf,
}

impl PartnerList {
    /// The list beside those keys.
    #[must_use]
    pub fn beside(keys: &Path) -> Self {
        Self { folder: keys.join(PARTNERS) }
    }

    /// All partners, in the order of their issuers' ids.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn all(&self) -> Result<Vec<PartnerRecord>, PackOpenError> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(&self.folder, &error)),
        };
        let mut partners: Vec<PartnerRecord> = Vec::new();
        for entry in entries {
            let path = entry.map_err(|e| failed(&self.folder, &e))?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name.strip_suffix(".json").is_some_and(|id| !id.starts_with('.')) {
                partners.push(read_json(&path)?);
            }
        }
        partners.sort_by(|a, b| a.introduction.id.cmp(&b.introduction.id));
        Ok(partners)
    }

    /// Adds a partner, or changes what is on the list of it. It counts with the next publication.
    ///
    /// # Errors
    /// If it cannot be kept.
    pub fn add(&self, partner: &PartnerRecord) -> Result<(), PackOpenError> {
        let id = &partner.introduction.id;
        // A part that other keys have signed does not stand any more.
        let same = |known: &PartnerRecord| known.introduction == partner.introduction;
        if self.part_path(id).exists() && !self.all()?.iter().any(same) {
            self.drop_partner(id)?;
        }
        let bytes = serde_json::to_vec_pretty(partner).map_err(|e| malformed(&self.folder, &e))?;
        write_folder(&self.folder, &[(format!("{}.json", partner.introduction.id), bytes)])?;
        Ok(())
    }

    /// Drops a partner; with the next publication nobody can tell of its labels.
    ///
    /// # Errors
    /// If it is not on the list.
    pub fn drop_partner(&self, id: &IssuerId) -> Result<(), PackOpenError> {
        let record = self.folder.join(format!("{id}.json"));
        fs::remove_file(&record).map_err(|e| failed(&record, &e))?;
        match fs::remove_file(self.part_path(id)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(failed(&self.part_path(id), &error))
            }
            _ => Ok(()),
        }
    }

    /// The metadata of a partner's last part, if it has handed one in.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn part(&self, id: &IssuerId) -> Result<Option<Vec<u8>>, PackOpenError> {
        let path = self.part_path(id);
        if path.exists() { read_bounded(&path, MAX_METADATA).map(Some) } else { Ok(None) }
    }

    /// Keeps the metadata of a part that was published.
    pub(crate) fn keep(&self, id: &IssuerId, metadata: &[u8]) -> Result<(), PackOpenError> {
        write_folder(&self.folder, &[(format!("parts/{id}.json"), metadata.to_vec())])?;
        Ok(())
    }

    fn part_path(&self, id: &IssuerId) -> PathBuf {
        self.folder.join("parts").join(format!("{id}.json"))
    }
}

impl PartnerRecord {
    pub(crate) fn partner(&self) -> Partner {
        Partner { id: self.introduction.id.clone(), may_issue: self.may_issue.clone() }
    }

    /// The delegation to the partner's keys.
    ///
    /// # Errors
    /// If they are none.
    pub fn delegation(&self) -> Result<DelegatedRole, PackOpenError> {
        let definition = self.introduction.definition(Path::new("the list of partners"))?;
        Ok(self.partner().delegation(definition))
    }
}

/// The issuer that a partner's role speaks for.
pub(crate) fn issuer_of(role: &str) -> Option<IssuerId> {
    role.strip_prefix("partner-")?.parse().ok()
}

/// Makes the key of an agency's own part and keeps it encrypted in `folder/part/`. Others may hold keys of the part,
/// too; a threshold of all of them must sign each part.
///
/// # Errors
/// If there is one already, or the threshold cannot be met; those of the keystore.
pub fn introduce(
    folder: &Path,
    id: IssuerId,
    (others, threshold): (&[PublicKey], u32),
    passphrase: &Passphrase,
    random: &SystemRandom,
) -> Result<Introduction, PackOpenError> {
    let place = folder.join("part");
    if place.exists() {
        return Err(PackOpenError::Exists { pack: place });
    }
    let private = keystore::generate(Algorithm::EdDsa)?;
    let key = private.signing_key(random.clone())?;
    let keys = std::iter::once(key.key()).chain(others).map(Jwk::of).collect();
    let introduction = Introduction { schema: SCHEMA.to_owned(), id, threshold, keys };
    introduction.definition(Path::new("the introduction"))?;
    keystore::store(&place, &private, passphrase, random.clone())?;
    Ok(introduction)
}

/// Signs an agency's own part: its issuer, product records and status lists, and nothing else. Each part has a
/// higher version than the one before, which is on record before anything is signed.
///
/// # Errors
/// Those of the keystore, and of files.
pub fn sign_part(
    folder: &Path,
    contents: &PackContents,
    expires: Timestamp,
    passphrase: &Passphrase,
    random: &SystemRandom,
) -> Result<(u64, SignedPart), PackOpenError> {
    let key = keystore::open(&only_key(&folder.join("part"))?, passphrase, random.clone())?;
    let before = folder.join(VERSION);
    let version = match fs::read_to_string(&before) {
        Ok(text) => text.trim().parse::<u64>().map_err(|e| malformed(&before, &e))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => 0,
        Err(error) => return Err(failed(&before, &error)),
    };
    let version = version + 1;
    write_folder(folder, &[(VERSION.to_owned(), version.to_string().into_bytes())])?;
    let mut targets = contents.targets()?;
    targets.remove(path::REGISTER);
    let signers: [&dyn Sign; 1] = [&key];
    let part = TargetsPart { version, expires, targets: &targets, delegations: &[], signers: &signers };
    Ok((version, part.sign()?))
}

/// Writes a part into a folder that can be handed over.
///
/// # Errors
/// Those of files.
pub fn write_part(
    folder: &Path,
    id: &IssuerId,
    version: u64,
    part: &SignedPart,
) -> Result<(), PackOpenError> {
    write_folder(folder, &part.files)?;
    write_folder(folder, &[(format!("metadata/{version}.partner-{id}.json"), part.metadata.clone())])?;
    Ok(())
}

/// A part in a folder, as another of its holders finds it.
#[derive(Debug)]
pub struct PartReading {
    metadata: PathBuf,
    bytes: Vec<u8>,
    statement: Statement,
    documents: BTreeMap<String, Vec<u8>>,
}

impl PartReading {
    /// Reads the newest part in a folder.
    ///
    /// # Errors
    /// If there is none, something in it cannot be shown, or its files are not those that it lists.
    pub fn of(folder: &Path) -> Result<Self, PackOpenError> {
        let metadata = folder.join("metadata");
        let mut newest: Option<(u64, PathBuf)> = None;
        for entry in fs::read_dir(&metadata).map_err(|e| failed(&metadata, &e))? {
            let path = entry.map_err(|e| failed(&metadata, &e))?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let version = name.split_once(".partner-").and_then(|(version, _)| version.parse().ok());
            if let Some(version) = version.filter(|v| newest.as_ref().is_none_or(|(newest, _)| newest < v)) {
                newest = Some((version, path));
            }
        }
        let (_, metadata) = newest.ok_or_else(|| malformed(folder, &"it holds no part"))?;
        let bytes = read_bounded(&metadata, MAX_METADATA)?;
        let targets = TargetsStatement::of_metadata(&bytes)?;
        let mut documents = BTreeMap::new();
        for target in targets.targets.paths() {
            let file = folder.join(targets.targets.file(target).unwrap_or_default());
            let document = read_bounded(&file, MAX_TARGET)?;
            if !targets.targets.matches(target, &document) {
                return Err(malformed(&file, &"it is not what the part lists"));
            }
            documents.insert(target.to_owned(), document);
        }
        Ok(Self { metadata, bytes, statement: Statement::Targets(targets), documents })
    }

    /// All that is signed, a fact to a line.
    ///
    /// # Errors
    /// None that could be met.
    pub fn words(&self) -> Result<Vec<String>, PackOpenError> {
        let mut lines = vec![
            format!("part, version {}", self.statement.version()),
            format!("good until {}", self.statement.expires()),
            format!("SHA-256 of what is signed: {}", self.statement.digest()?),
        ];
        lines.extend(ceremony::describe(&self.statement, &self.documents, &BTreeMap::new()));
        Ok(lines)
    }

    /// Puts another holder's signature under the part.
    ///
    /// # Errors
    /// Those of the signer, and of the file.
    pub fn sign(&self, key: &dyn Sign) -> Result<(), PackOpenError> {
        let mut signatures = RoleSignature::of_metadata(&self.bytes)?;
        signatures.push(self.statement.sign(key)?);
        let name = self.metadata.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let folder = self.metadata.parent().unwrap_or(Path::new("."));
        write_folder(folder, &[(name.to_owned(), self.statement.metadata(&signatures)?)])?;
        Ok(())
    }
}

/// The newest part of each partner in a folder that was handed in: its metadata.
///
/// # Errors
/// If the folder cannot be read, or holds none.
pub(crate) fn read_parts(
    folder: &Path,
    partners: &[PartnerRecord],
) -> Result<BTreeMap<IssuerId, Vec<u8>>, PackOpenError> {
    let metadata = folder.join("metadata");
    let mut newest: BTreeMap<IssuerId, (u64, PathBuf)> = BTreeMap::new();
    for entry in fs::read_dir(&metadata).map_err(|e| failed(&metadata, &e))? {
        let path = entry.map_err(|e| failed(&metadata, &e))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let found = name.strip_suffix(".json").and_then(|name| name.split_once(".partner-"));
        let Some((version, id)) = found else { continue };
        let known = partners.iter().find(|partner| partner.introduction.id.as_str() == id);
        let (Ok(version), Some(known)) = (version.parse(), known) else { continue };
        let slot = newest.entry(known.introduction.id.clone()).or_default();
        if slot.0 <= version {
            *slot = (version, path);
        }
    }
    if newest.is_empty() {
        return Err(malformed(folder, &"it holds no part of a partner on the list"));
    }
    newest.into_iter().map(|(id, (_, path))| Ok((id, read_bounded(&path, MAX_METADATA)?))).collect()
}

fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, PackOpenError> {
    serde_json::from_slice(&read_bounded(path, MAX_DOCUMENT)?).map_err(|e| malformed(path, &e))
}

fn failed(path: &Path, error: &std::io::Error) -> PackOpenError {
    PackOpenError::File { path: path.to_owned(), reason: error.to_string() }
}

fn malformed(path: &Path, reason: &dyn std::fmt::Display) -> PackOpenError {
    PackOpenError::File { path: path.to_owned(), reason: reason.to_string() }
}
