//! Making drafts: what is kept, with what is wished otherwise.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use verilabel_label::{IssuerId, Timestamp};
use verilabel_trust::{
    DelegatedRole, Role, RoleDefinition, RootStatement, Statement, TargetList, TargetsStatement, path,
};

use super::assemble::holders;
use super::file::encode;
use super::{CeremonyError, Draft, HolderKey};
use crate::pack::{OfflineTargets, read_roots};

/// Who is to speak for a role: a threshold of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signatories {
    /// The keys.
    pub keys: Vec<HolderKey>,
    /// How many of them must sign.
    pub threshold: u32,
}

impl Signatories {
    fn definition(&self, what: &str) -> Result<RoleDefinition, CeremonyError> {
        let keys = self.keys.iter().map(HolderKey::public_key).collect::<Result<_, _>>()?;
        let definition = RoleDefinition { keys, threshold: self.threshold };
        if definition.can_be_met() {
            return Ok(definition);
        }
        let (keys, threshold) = (self.keys.len(), self.threshold);
        let text =
            format!("{what}: {threshold} of {keys} keys cannot be; the keys must differ, and be enough");
        Err(CeremonyError::Wishes(text))
    }
}

/// What the next root is to say. What is not wished otherwise stays as it is.
#[derive(Debug, Clone)]
pub struct RootWishes {
    /// Who speaks for root.
    pub root: Option<Signatories>,
    /// Who speaks for targets.
    pub targets: Option<Signatories>,
    /// Who speaks for snapshot and timestamp, online.
    pub online: Option<Signatories>,
    /// Until when it is good.
    pub expires: Timestamp,
}

/// What the next targets metadata is to say.
#[derive(Debug, Clone)]
pub struct TargetsWishes {
    /// The documents that change rarely, by path: register, issuers, what partners may award.
    pub documents: BTreeMap<String, Vec<u8>>,
    /// Issuers whose status lists and product records the online keys sign.
    pub issuers: Vec<IssuerId>,
    /// Who speaks for status lists; as before if nobody is named.
    pub status: Option<Signatories>,
    /// Who speaks for product records; as before if nobody is named.
    pub products: Option<Signatories>,
    /// Partners and their keys.
    pub partners: Vec<DelegatedRole>,
    /// Until when it is good.
    pub expires: Timestamp,
    /// The highest version that targets metadata was published with before, where none is kept.
    pub published: u64,
}

/// Drafts the next root for the pack whose keys are kept in a folder; the first, if there is none.
///
/// # Errors
/// [`CeremonyError::Wishes`] if a role would have nobody who can speak for it.
pub fn draft_root(folder: &Path, wishes: &RootWishes, now: Timestamp) -> Result<Draft, CeremonyError> {
    let roots = read_roots(folder)?;
    let before = roots.values().next_back();
    let (version, mut roles) = match before.map(|root| Statement::of_metadata(root)).transpose()? {
        Some(Statement::Root(root)) => (root.version + 1, root.roles),
        _ => (1, BTreeMap::new()),
    };
    let named = [
        (Role::Root, &wishes.root),
        (Role::Targets, &wishes.targets),
        (Role::Snapshot, &wishes.online),
        (Role::Timestamp, &wishes.online),
    ];
    for (role, signatories) in named {
        if let Some(signatories) = signatories {
            roles.insert(role, signatories.definition(role.name())?);
        }
        if !roles.contains_key(&role) {
            return Err(CeremonyError::Wishes(format!(
                "the first root needs somebody who speaks for {role}"
            )));
        }
    }
    let statement = Statement::Root(RootStatement { version, expires: wishes.expires, roles });
    let mut draft = Draft::new(Role::Root.name(), now, &statement)?;
    draft.before = before.map(|root| json(root)).transpose()?;
    let named = [&wishes.root, &wishes.targets, &wishes.online];
    name(&mut draft, folder, named.into_iter().flatten())?;
    Ok(draft)
}

/// Drafts the next targets metadata for the pack whose keys are kept in a folder. What changes daily is not among it:
/// it is entrusted to online keys, to each no more than those paths.
///
/// # Errors
/// [`CeremonyError::Wishes`] if there is no root yet, or nobody to speak for an issuer's status lists or products.
pub fn draft_targets(folder: &Path, wishes: &TargetsWishes, now: Timestamp) -> Result<Draft, CeremonyError> {
    let roots = read_roots(folder)?;
    let no_root = || CeremonyError::Wishes("there is no root yet: draft one first".to_owned());
    let root = roots.values().next_back().ok_or_else(no_root)?;
    let before = OfflineTargets::read(folder)?;
    let mut delegations = Vec::new();
    for id in &wishes.issuers {
        let status = vec![format!("status/{id}/*")];
        let products = vec![path::products(id), format!("products/{id}/*")];
        let daily = [("status", &wishes.status, status), ("products", &wishes.products, products)];
        for (what, signatories, paths) in daily {
            let name = format!("{what}-{id}");
            let kept = before.iter().flat_map(OfflineTargets::own_roles).find(|role| role.name == name);
            let definition = match (signatories, kept) {
                (Some(signatories), _) => signatories.definition(&name)?,
                (None, Some(kept)) => kept.definition.clone(),
                (None, None) => {
                    return Err(CeremonyError::Wishes(format!("{name} needs somebody who speaks for it")));
                }
            };
            delegations.push(DelegatedRole { name, definition, paths, terminating: true });
        }
    }
    delegations.extend(wishes.partners.iter().cloned());
    let mut targets = TargetList::default();
    for (path, bytes) in &wishes.documents {
        targets.insert(path, bytes);
    }
    let kept = before.as_ref().map_or(0, |before| before.statement.version);
    let (version, expires) = (kept.max(wishes.published) + 1, wishes.expires);
    let statement = Statement::Targets(TargetsStatement { version, expires, targets, delegations });
    let mut draft = Draft::new(Role::Targets.name(), now, &statement)?;
    draft.root = Some(json(root)?);
    draft.documents = encode(&wishes.documents);
    if let Some(before) = before {
        draft.before = Some(json(&before.metadata)?);
        draft.documents_before = encode(&before.documents);
    }
    name(&mut draft, folder, [&wishes.status, &wishes.products].into_iter().flatten())?;
    Ok(draft)
}

fn name<'a>(
    draft: &mut Draft,
    folder: &Path,
    named: impl Iterator<Item = &'a Signatories>,
) -> Result<(), CeremonyError> {
    draft.holders = holders(folder)?;
    for holder in named.flat_map(|signatories| &signatories.keys) {
        draft.holders.insert(holder.id()?, holder.name.clone());
    }
    Ok(())
}

fn json(metadata: &[u8]) -> Result<Value, CeremonyError> {
    serde_json::from_slice(metadata).map_err(|e| CeremonyError::Draft { reason: e.to_string() })
}
