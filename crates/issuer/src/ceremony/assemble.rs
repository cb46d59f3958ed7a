//! Putting the signatures under a draft, and the record of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use verilabel_label::{Timestamp, excerpt};
use verilabel_trust::{
    Client, Expiry, MemoryStore, Repository, RepositoryFile, Role, RoleSignature, RootStatement, Statement,
    UpdateError, metadata_key_id, write_folder,
};
use verilabel_wire::sha256;

use super::{CeremonyError, Draft, Reading, RoleSignatureFile};
use crate::pack::{OfflineTargets, Validities, newest, read_bounded, read_roots, root_name, targets_name};
use crate::{PackKeys, hex};

const HOLDERS: &str = "holders.json";
const MAX_HOLDERS: u64 = 64 << 10;

/// What came of a ceremony.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assembled {
    /// The role.
    pub role: String,
    /// The version of its metadata.
    pub version: u64,
    /// SHA-256 of the metadata file, in hexadecimal.
    pub digest: String,
    /// Ids of the keys that signed.
    pub signers: Vec<String>,
    /// The record of the ceremony, for people.
    pub transcript: String,
}

impl Assembled {
    /// The first root as a single holder has made it, with no transcript; nothing if there is none.
    ///
    /// # Errors
    /// If it is no root.
    pub fn first_root(keys: &PackKeys) -> Result<Option<Self>, CeremonyError> {
        let Some(root) = keys.roots().get(&1) else { return Ok(None) };
        let signers = RoleSignature::of_metadata(root)?.into_iter().map(|one| one.key_id).collect();
        let (role, digest) = (Role::Root.name().to_owned(), hex::encode(&sha256(root)));
        Ok(Some(Self { role, version: 1, digest, signers, transcript: String::new() }))
    }
}

/// A ceremony whose outcome a client would take, and that is not in force yet.
#[derive(Debug)]
pub struct Prepared {
    folder: PathBuf,
    files: Vec<RepositoryFile>,
    ceremony: Assembled,
}

impl Prepared {
    /// What came of it.
    #[must_use]
    pub fn ceremony(&self) -> &Assembled {
        &self.ceremony
    }

    /// Puts the metadata into the folder of the pack's keys: the next publication has it. The record of the ceremony
    /// is written there, too, as `transcripts/ROLE-VERSION.txt`.
    ///
    /// # Errors
    /// If a file cannot be written; the same again makes it good.
    pub fn put_in_force(self) -> Result<Assembled, CeremonyError> {
        write_folder(&self.folder, &self.files)?;
        Ok(self.ceremony)
    }
}

/// Puts signatures under a draft, for the pack whose keys are kept in a folder.
///
/// # Errors
/// [`CeremonyError::Signature`] for a signature that is not a holder's under this draft;
/// [`CeremonyError::WouldBeRefused`] if a client of the pack would not take it, such as for too few of them;
/// [`CeremonyError::Draft`] if another ceremony was held meanwhile. Nothing is written then.
pub fn assemble(
    draft: &Draft,
    signatures: &[RoleSignatureFile],
    folder: &Path,
    now: Timestamp,
) -> Result<Prepared, CeremonyError> {
    let reading = Reading::of(draft)?;
    let statement = &reading.statement;
    let mut given = Vec::new();
    for file in signatures {
        let signature = file.of(&draft.role, statement)?;
        let of_a_holder = |(_, definition): &(_, &_)| {
            statement
                .signers(definition, std::slice::from_ref(&signature))
                .is_ok_and(|found| !found.is_empty())
        };
        if !reading.definitions().iter().any(of_a_holder) {
            return Err(CeremonyError::Signature { key: excerpt(&file.key) });
        }
        given.push(signature);
    }
    let metadata = statement.metadata(&given)?;
    let roots = read_roots(folder)?;
    let mut files: Vec<RepositoryFile> = Vec::new();
    let root = match statement {
        Statement::Root(root) => {
            let kept = roots.values().next_back().map(|root| Statement::of_metadata(root)).transpose()?;
            if kept != reading.before {
                return stale();
            }
            files.push((root_name(root.version), metadata.clone()));
            root
        }
        Statement::Targets(targets) => {
            let newest = newest(folder, Role::Targets.name())?;
            let kept = roots.values().next_back().map(|root| Statement::of_metadata(root)).transpose()?;
            let root = reading.root.as_ref();
            let (Some(root), Some(Statement::Root(kept))) = (root, &kept) else { return stale() };
            if root != kept || newest.is_some_and(|newest| newest >= targets.version) {
                return stale();
            }
            for (path, bytes) in &reading.documents {
                files.extend(targets.targets.file(path).map(|file| (file, bytes.clone())));
            }
            files.push((targets_name(targets.version), metadata.clone()));
            root
        }
    };
    as_a_client(&roots, statement, &metadata, now).map_err(|error| refused(error, &reading, &given))?;
    let signers = given.iter().map(|signature| signature.key_id.clone()).collect();
    let digest = hex::encode(&sha256(&metadata));
    let transcript = transcript(folder, &reading, &given, (draft, root, &digest), now)?;
    let record = format!("transcripts/{}-{}.txt", draft.role, statement.version());
    let holders = serde_json::to_vec_pretty(&draft.holders)
        .map_err(|e| CeremonyError::Draft { reason: e.to_string() })?;
    // The metadata last: it is what counts.
    files.splice(0..0, [(record, transcript.clone().into_bytes()), (HOLDERS.to_owned(), holders)]);
    let version = statement.version();
    let ceremony = Assembled { role: draft.role.clone(), version, digest, signers, transcript };
    Ok(Prepared { folder: folder.to_owned(), files, ceremony })
}

fn stale<T>() -> Result<T, CeremonyError> {
    let reason = "another ceremony was held since it was made: draft it anew".to_owned();
    Err(CeremonyError::Draft { reason })
}

/// What people call the holders, by key id.
pub(super) fn holders(folder: &Path) -> Result<BTreeMap<String, String>, CeremonyError> {
    let path = folder.join(HOLDERS);
    if !path.exists() {
        return Ok(BTreeMap::new());
    }
    let bytes = read_bounded(&path, MAX_HOLDERS)?;
    serde_json::from_slice(&bytes).map_err(|e| CeremonyError::File { path, reason: e.to_string() })
}

/// Takes the metadata as a client of the pack does.
fn as_a_client(
    roots: &BTreeMap<u64, Vec<u8>>,
    statement: &Statement,
    metadata: &[u8],
    now: Timestamp,
) -> Result<(), UpdateError> {
    let mut all = roots.clone();
    if let Statement::Root(root) = statement {
        all.insert(root.version, metadata.to_vec());
    }
    let first = all.get(&1).map_or(&[][..], Vec::as_slice);
    let mut client = Client::open(MemoryStore::default(), first)?;
    let expiry = if matches!(statement, Statement::Root(_)) { Expiry::Refuse } else { Expiry::Report };
    client.follow_root(&Roots(&all), now, expiry)?;
    if matches!(statement, Statement::Targets(_)) {
        let state = client.check_targets(metadata)?;
        if state.expires <= now {
            return Err(UpdateError::Expired {
                role: Role::Targets.name().to_owned(),
                expires: state.expires,
            });
        }
    }
    Ok(())
}

/// Nothing but roots.
struct Roots<'a>(&'a BTreeMap<u64, Vec<u8>>);

impl Repository for Roots<'_> {
    fn metadata(&self, name: &str, _: usize) -> Result<Option<Vec<u8>>, UpdateError> {
        let version = name.strip_suffix(".root.json").and_then(|version| version.parse().ok());
        Ok(version.and_then(|version: u64| self.0.get(&version).cloned()))
    }

    fn target(&self, _: &str, _: usize) -> Result<Option<Vec<u8>>, UpdateError> {
        Ok(None)
    }
}

fn refused(error: UpdateError, reading: &Reading<'_>, given: &[RoleSignature]) -> CeremonyError {
    let tally = tally(reading, given).unwrap_or_default();
    let reason = format!("{error} ({})", tally.join("; "));
    CeremonyError::WouldBeRefused { error, reason }
}

/// How many have signed for each threshold.
fn tally(reading: &Reading<'_>, given: &[RoleSignature]) -> Result<Vec<String>, CeremonyError> {
    let mut lines = Vec::new();
    for (what, definition) in reading.definitions() {
        let signed = reading.statement.signers(definition, given)?.len();
        lines.push(format!("{what}: {signed} signed, {} must", definition.threshold));
    }
    Ok(lines)
}

fn transcript(
    folder: &Path,
    reading: &Reading<'_>,
    given: &[RoleSignature],
    (draft, root, digest): (&Draft, &RootStatement, &str),
    now: Timestamp,
) -> Result<String, CeremonyError> {
    let statement = &reading.statement;
    let mut lines = vec![
        format!("Ceremony: {} metadata, version {}", draft.role, statement.version()),
        format!("drafted    {}", draft.drafted),
        format!("assembled  {now}"),
        format!("signed     SHA-256 {}", statement.digest()?),
        format!("file       SHA-256 {digest}"),
    ];
    if let Some(before) = &reading.before {
        lines.push(format!(
            "before     version {}, SHA-256 {} of what was signed",
            before.version(),
            before.digest()?
        ));
    }
    lines.push(String::new());
    for (what, definition) in reading.definitions() {
        let signed = reading.statement.signers(definition, given)?;
        lines.push(format!("{what}: {} of {} keys must sign", definition.threshold, definition.keys.len()));
        for key in &definition.keys {
            let id = metadata_key_id(key)?;
            let name =
                draft.holders.get(&id).map_or_else(String::new, |name| format!(" {:?}", excerpt(name)));
            let mark = if signed.contains(&key) { "signed    " } else { "          " };
            lines.push(format!("  {mark} {id}{name}"));
        }
    }
    lines.push(String::new());
    lines.push(format!("root is good until {}", root.expires));
    match statement {
        Statement::Targets(targets) => lines.push(format!("targets are good until {}", targets.expires)),
        Statement::Root(_) => {
            if let Some(kept) = OfflineTargets::read(folder)? {
                lines.push(format!("targets are good until {}", kept.statement.expires));
                if !kept.is_signed_as(root) {
                    lines.push(
                        "targets must be signed anew before anything is published: too few of those who"
                            .to_owned(),
                    );
                    lines.push("signed them speak for them under this root".to_owned());
                }
            }
        }
    }
    let online = Validities::default().online / 86_400;
    lines.push(format!("snapshot and timestamp are good for {online} days after each publication"));
    lines.push(String::new());
    lines.extend(reading.changes());
    lines.push(String::new());
    Ok(lines.join("\n"))
}
