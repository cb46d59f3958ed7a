//! The next release of a pack, from what authorities and partners hand in.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use verilabel_label::{IssuerId, Timestamp};
use verilabel_trust::{
    Assembly, Client, DelegatedRole, DelegatedState, Expiry, FolderRepository, MemoryStore, PackContents,
    PartnerTrouble, RepositoryFile, Role, SignedPart, TargetsPart, TrustPack, UpdateError, path,
    write_folder,
};

use super::keys::{OfflineTargets, newest, root_name};
use super::overlay::Overlay;
use super::{PackKeys, PackOpenError, Validities};
use crate::partners::{self, PartnerList, PartnerRecord, issuer_of};

/// Publishes the next release of a pack; gives its version. Readers see the old release or the new one.
///
/// # Errors
/// [`PackOpenError`] if the pack is another's, a client would not take what was made, or it cannot be written.
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
    /// Documents that differ from those that the holders of the targets keys have signed: they wait for a ceremony.
    pub waiting: Vec<String>,
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
    let before = present_version(pack, keys, now)?;
    let version = before + 1;
    let records = partners.list.map_or_else(|| Ok(Vec::new()), PartnerList::all)?;
    let mut handed_in = BTreeMap::new();
    for folder in partners.parts {
        handed_in.extend(partners::read_parts(folder, &records)?);
    }
    let expires = |role: Role| validities.expiry(role, now);
    let Own { mut roles, mut files, waiting, delegations } =
        own(contents, &records, keys, version, expires(Role::Targets))?;
    for delegation in &delegations {
        let Some(id) = issuer_of(&delegation.name) else { continue };
        let kept = || partners.list.map_or(Ok(None), |list| list.part(&id));
        if let Some(part) = handed_in.get(&id).map_or_else(kept, |part| Ok(Some(part.clone())))? {
            roles.insert(delegation.name.clone(), part);
        }
    }
    if let Some(id) = handed_in.keys().find(|id| !roles.contains_key(&format!("partner-{id}"))) {
        return Err(PackOpenError::Part {
            role: format!("partner-{id}"),
            code: "pack-role-missing",
            reason: "the holders of the targets keys have not signed its delegation yet".to_owned(),
        });
    }
    let signers = |role: Role| keys.signers(role);
    let snapshot = pack.join(format!("metadata/{before}.snapshot.json"));
    let previous = (before > 0).then(|| fs::read(&snapshot)).transpose();
    let previous = previous.map_err(|e| PackOpenError::File { path: snapshot, reason: e.to_string() })?;
    let (signers, previous) = (&signers, previous.as_deref());
    let assembly = Assembly { version, roles: &roles, previous, signers, expires: &expires, made: Some(now) };
    files.extend(assembly.files()?);
    // New roots as late as can be: with them the online keys may change, and a timestamp by the old ones is refused.
    let new_roots = keys.roots().iter().filter(|(version, _)| !pack.join(root_name(**version)).exists());
    let roots: Vec<RepositoryFile> =
        new_roots.map(|(version, root)| (root_name(*version), root.clone())).collect();
    let timestamp = files.len().saturating_sub(1);
    files.splice(timestamp..timestamp, roots);

    // What a client would not take is not published.
    let overlay = Overlay::over(pack, partners.parts, &files);
    let first = keys.roots().get(&1).map_or(&[][..], Vec::as_slice);
    let accepted = Client::open(MemoryStore::default(), first)?.update(&overlay, now, Expiry::Report)?;
    let opened = TrustPack::open(accepted, &overlay)?;
    let mut troubles = opened.partner_troubles().to_vec();
    // Past its expiry a part still serves whoever has it; no verifier takes it up any more.
    for DelegatedState { role, state, .. } in opened.accepted().delegated() {
        if let (Some(_), Ok((_, expires))) = (issuer_of(&role), state)
            && expires <= now
        {
            let text = UpdateError::Expired { role: role.clone(), expires }.to_string();
            troubles.push(PartnerTrouble { role, code: "pack-expired", text, other: None });
        }
    }
    // Of two that have the same keys or names, it is the one handed in that may not come.
    let is_new = |trouble: &&PartnerTrouble| {
        let whose = issuer_of(&trouble.role).into_iter().chain(trouble.other.clone());
        whose.into_iter().any(|id| handed_in.contains_key(&id))
    };
    if let Some(trouble) = troubles.iter().find(is_new) {
        return Err(PackOpenError::Part {
            role: trouble.role.clone(),
            code: trouble.code,
            reason: trouble.text.clone(),
        });
    }
    write_folder(pack, &overlay.into_handed_in())?;
    // Kept first: whatever cuts the rest off, nobody need hand the part in again.
    for (id, metadata) in &handed_in {
        if let Some(list) = partners.list {
            list.keep(id, metadata)?;
        }
    }
    write_folder(pack, &files)?;
    Ok(PublishedPack { version, troubles, waiting })
}

/// What the owner signs of a release.
struct Own {
    /// Metadata by role.
    roles: BTreeMap<String, Vec<u8>>,
    files: Vec<RepositoryFile>,
    waiting: Vec<String>,
    /// To partners.
    delegations: Vec<DelegatedRole>,
}

fn own(
    contents: &PackContents,
    partners: &[PartnerRecord],
    keys: &PackKeys,
    version: u64,
    expires: Timestamp,
) -> Result<Own, PackOpenError> {
    let targets = owners_documents(contents, partners)?;
    let Some(offline) = keys.offline() else {
        let delegations = partners.iter().map(PartnerRecord::delegation).collect::<Result<Vec<_>, _>>()?;
        let signers = keys.signers(Role::Targets);
        let part =
            TargetsPart { version, expires, targets: &targets, delegations: &delegations, signers: &signers };
        let SignedPart { metadata, files } = part.sign()?;
        let roles = BTreeMap::from([(Role::Targets.name().to_owned(), metadata)]);
        return Ok(Own { roles, files, waiting: Vec::new(), delegations });
    };
    let mut roles = BTreeMap::from([(Role::Targets.name().to_owned(), offline.metadata.clone())]);
    let mut files: Vec<RepositoryFile> = offline
        .documents
        .iter()
        .filter_map(|(path, bytes)| Some((offline.statement.targets.file(path)?, bytes.clone())))
        .collect();
    for role in offline.own_roles() {
        let of_role = |path: &str| offline.role_of(path).is_some_and(|one| one.name == role.name);
        let targets: BTreeMap<String, Vec<u8>> = targets
            .iter()
            .filter(|(path, _)| of_role(path))
            .map(|(path, bytes)| (path.clone(), bytes.clone()))
            .collect();
        let signers = keys.signers_of(&role.definition);
        let part = TargetsPart { version, expires, targets: &targets, delegations: &[], signers: &signers };
        let SignedPart { metadata, files: own } = part.sign()?;
        roles.insert(role.name.clone(), metadata);
        files.extend(own);
    }
    let delegations = offline.partners().cloned().collect();
    Ok(Own { roles, files, waiting: waiting(offline, &targets), delegations })
}

/// All targets of the owner's, with what it says of its partners.
///
/// # Errors
/// [`PackOpenError::OwnIssuer`] for a partner with an issuer of the owner's.
pub fn owners_documents(
    contents: &PackContents,
    partners: &[PartnerRecord],
) -> Result<BTreeMap<String, Vec<u8>>, PackOpenError> {
    let mut targets = contents.targets()?;
    for record in partners {
        let id: &IssuerId = &record.introduction.id;
        if targets.contains_key(&path::issuer(id)) {
            return Err(PackOpenError::OwnIssuer { id: id.to_string() });
        }
        targets.extend([record.partner().target()?]);
    }
    Ok(targets)
}

/// Documents that are not as the holders of the targets keys have signed them.
pub(crate) fn waiting(offline: &OfflineTargets, targets: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let changed = targets
        .iter()
        .filter(|(path, bytes)| {
            offline.role_of(path).is_none() && offline.documents.get(*path) != Some(bytes)
        })
        .map(|(path, _)| path);
    let dropped = offline.documents.keys().filter(|path| !targets.contains_key(*path));
    changed.chain(dropped).cloned().collect()
}

/// The version in the pack's folder; 0 before the first release. Where what is there does not stand, because a change
/// of the online keys was cut off, no version that it may have used is used again.
fn present_version(pack: &Path, keys: &PackKeys, now: Timestamp) -> Result<u64, PackOpenError> {
    let path = pack.join(root_name(1));
    let first = keys.roots().get(&1).map_or(&[][..], Vec::as_slice);
    match fs::read(&path) {
        Ok(root) if root != first => return Err(PackOpenError::ForeignPack { pack: pack.to_owned() }),
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(PackOpenError::File { path, reason: error.to_string() });
        }
        _ => {}
    }
    if !pack.join("metadata/timestamp.json").exists() {
        return Ok(0);
    }
    let mut client = Client::open(MemoryStore::default(), first)?;
    match client.update(&FolderRepository::new(pack), now, Expiry::Report) {
        Ok(accepted) => {
            let releases = [Role::Timestamp, Role::Snapshot];
            let versions = accepted.roles().iter().filter(|role| releases.contains(&role.role));
            Ok(versions.map(|role| role.version).max().unwrap_or(0))
        }
        Err(_) if client.root_version() > 1 => Ok(newest(pack, Role::Snapshot.name())?.unwrap_or(0)),
        Err(error) => Err(error.into()),
    }
}
