//! A draft in words: all that is signed, and what of it changes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use verilabel_label::{Timestamp, excerpt};
use verilabel_recognition::Register;
use verilabel_trust::{
    Client, DelegatedRole, Issuer, IssuerKey, MemoryStore, Partner, Role, RoleDefinition, RootStatement,
    Statement, TargetsStatement, metadata_key_id, path,
};
use verilabel_wire::{PublicKey, Sign};

use super::file::{decode, value_bytes};
use super::{CeremonyError, Draft, RoleSignatureFile};
use crate::hex;

/// A draft that holds together: it follows on what it takes the place of, and all of it can be shown.
#[derive(Debug)]
pub struct Reading<'d> {
    draft: &'d Draft,
    pub(super) statement: Statement,
    pub(super) before: Option<Statement>,
    /// Of targets: who signs them.
    pub(super) root: Option<RootStatement>,
    pub(super) documents: BTreeMap<String, Vec<u8>>,
    documents_before: BTreeMap<String, Vec<u8>>,
}

impl<'d> Reading<'d> {
    /// Looks a draft through.
    ///
    /// # Errors
    /// [`CeremonyError::Draft`] if it contradicts itself; [`CeremonyError::Statement`] if something in it could not
    /// be shown.
    pub fn of(draft: &'d Draft) -> Result<Self, CeremonyError> {
        let statement = draft.statement()?;
        let before = draft.before.as_ref().map(metadata).transpose()?;
        let root = draft.root.as_ref().map(proven_root).transpose()?;
        let reading = Self {
            draft,
            statement,
            before,
            root,
            documents: decode(&draft.documents)?,
            documents_before: decode(&draft.documents_before)?,
        };
        match (draft.role.as_str(), &reading.statement) {
            ("root", Statement::Root(_)) => reading.check_root()?,
            ("targets", Statement::Targets(targets)) => reading.check_targets(targets)?,
            (role, _) => {
                return wrong(&format!("its role is {:?}, and what it states is another's", excerpt(role)));
            }
        }
        Ok(reading)
    }

    fn check_root(&self) -> Result<(), CeremonyError> {
        if self.root.is_some() || !self.documents.is_empty() || !self.documents_before.is_empty() {
            return wrong("a root comes with no documents, and proves itself");
        }
        if let Statement::Root(root) = &self.statement {
            check_apart(
                root,
                [Role::Snapshot, Role::Timestamp].iter().filter_map(|role| root.roles.get(role)),
            )?;
        }
        match (&self.draft.before, &self.before) {
            (None, None) if self.statement.version() == 1 => Ok(()),
            (Some(before), Some(Statement::Root(root))) if root.version + 1 == self.statement.version() => {
                proven_root(before).map(drop)
            }
            _ => wrong("a root follows on the one before, and its version is one more"),
        }
    }

    fn check_targets(&self, targets: &TargetsStatement) -> Result<(), CeremonyError> {
        let Some(root) = &self.root else {
            return wrong("the root is missing that says who signs targets");
        };
        check_apart(root, targets.delegations.iter().map(|role| &role.definition))?;
        let follows = match &self.before {
            None => self.documents_before.is_empty(),
            Some(Statement::Targets(before)) => {
                before.version < targets.version && lists(before, &self.documents_before)
            }
            Some(Statement::Root(_)) => false,
        };
        if !follows {
            return wrong("its version is no higher than before, or what it follows on is not whole");
        }
        if !lists(targets, &self.documents) {
            return wrong("the documents that come with it are not those that it lists");
        }
        Ok(())
    }

    /// Holds the draft to the metadata that a holder has of the role.
    ///
    /// # Errors
    /// [`CeremonyError::OtherBefore`].
    pub fn follows_on(&self, metadata: &[u8], path: &std::path::Path) -> Result<(), CeremonyError> {
        if self.before == Some(Statement::of_metadata(metadata)?) {
            return Ok(());
        }
        Err(CeremonyError::OtherBefore { path: path.to_owned() })
    }

    /// For which states of the role a key speaks: in words, none if for none.
    fn speaks_for(&self, key: &PublicKey) -> Vec<String> {
        let mut found = Vec::new();
        for (what, definition) in self.definitions() {
            if definition.keys.contains(key) {
                found.push(what);
            }
        }
        found
    }

    /// Who must have signed, by what each threshold is for.
    pub(super) fn definitions(&self) -> Vec<(String, &RoleDefinition)> {
        let of = |statement: &'_ Statement| match statement {
            Statement::Root(root) => Some(format!("root, version {}", root.version)),
            Statement::Targets(_) => None,
        };
        let roots = [self.before.as_ref(), Some(&self.statement)].into_iter().flatten();
        let mut found: Vec<(String, &RoleDefinition)> = roots
            .filter_map(|statement| match statement {
                Statement::Root(root) => Some((of(statement)?, root.roles.get(&Role::Root)?)),
                Statement::Targets(_) => None,
            })
            .collect();
        if let Some(root) = &self.root
            && let Some(definition) = root.roles.get(&Role::Targets)
        {
            found.push((format!("targets, by root version {}", root.version), definition));
        }
        found
    }

    /// Signs the draft.
    ///
    /// # Errors
    /// [`CeremonyError::NotAHolder`] for a key that does not speak for the role; those of the signer.
    pub fn sign(&self, key: &dyn Sign) -> Result<RoleSignatureFile, CeremonyError> {
        if self.speaks_for(key.key()).is_empty() {
            let key = metadata_key_id(key.key())?;
            return Err(CeremonyError::NotAHolder { key, role: self.draft.role.clone() });
        }
        RoleSignatureFile::sign(&self.draft.role, &self.statement, key)
    }

    /// What a person reads before signing: the role, what is signed, and line by line what is new (`+`), gone (`-`)
    /// or as before.
    ///
    /// # Errors
    /// None that could be met.
    pub fn words(&self) -> Result<Vec<String>, CeremonyError> {
        let mut lines = vec![
            format!("{} metadata, version {}", self.draft.role, self.statement.version()),
            format!("good until {}", self.statement.expires()),
            format!("SHA-256 of what is signed: {}", self.statement.digest()?),
        ];
        lines.push(match &self.before {
            None => "there was none before".to_owned(),
            Some(before) => {
                format!("takes the place of version {}, good until {}", before.version(), before.expires())
            }
        });
        for (what, definition) in self.definitions() {
            let keys = definition.keys.len();
            lines.push(format!("needs {} of {keys} keys for {what}", definition.threshold));
        }
        lines.extend(self.changes());
        Ok(lines)
    }

    /// What changes, and everything else as it stays.
    pub(super) fn changes(&self) -> Vec<String> {
        let holders = &self.draft.holders;
        let after = describe(&self.statement, &self.documents, holders);
        let before =
            self.before.as_ref().map_or_else(Vec::new, |b| describe(b, &self.documents_before, holders));
        let (old, new): (BTreeSet<&String>, BTreeSet<&String>) =
            (before.iter().collect(), after.iter().collect());
        let gone = before.iter().filter(|line| !new.contains(line)).map(|line| format!("- {line}"));
        let here = after
            .iter()
            .map(|line| if old.contains(line) { format!("  {line}") } else { format!("+ {line}") });
        gone.chain(here).collect()
    }
}

fn wrong<T>(reason: &str) -> Result<T, CeremonyError> {
    Err(CeremonyError::Draft { reason: reason.to_owned() })
}

/// Keys that are online, or another agency's, are no keys of root or targets.
fn check_apart<'a>(
    root: &RootStatement,
    mut others: impl Iterator<Item = &'a RoleDefinition>,
) -> Result<(), CeremonyError> {
    let offline: Vec<&PublicKey> = [Role::Root, Role::Targets]
        .iter()
        .filter_map(|role| root.roles.get(role))
        .flat_map(|definition| &definition.keys)
        .collect();
    if others.any(|definition| definition.keys.iter().any(|key| offline.contains(&key))) {
        return wrong("a key of root or targets speaks for another role, too: it would have to be online");
    }
    Ok(())
}

fn metadata(value: &Value) -> Result<Statement, CeremonyError> {
    Ok(Statement::of_metadata(&value_bytes(value)?)?)
}

/// A root that proves itself, as a client takes it.
fn proven_root(value: &Value) -> Result<RootStatement, CeremonyError> {
    Client::open(MemoryStore::default(), &value_bytes(value)?)?;
    match metadata(value)? {
        Statement::Root(root) => Ok(root),
        Statement::Targets(_) => wrong("a root is due"),
    }
}

fn lists(targets: &TargetsStatement, documents: &BTreeMap<String, Vec<u8>>) -> bool {
    targets.targets.paths().eq(documents.keys().map(String::as_str))
        && documents.iter().all(|(path, bytes)| targets.targets.matches(path, bytes))
}

/// Everything that a statement says, its version and expiry apart, a fact to a line.
pub(crate) fn describe(
    statement: &Statement,
    documents: &BTreeMap<String, Vec<u8>>,
    holders: &BTreeMap<String, String>,
) -> Vec<String> {
    let mut lines = Vec::new();
    match statement {
        Statement::Root(root) => {
            for (role, definition) in &root.roles {
                speakers(role.name(), definition, holders, &mut lines);
            }
        }
        Statement::Targets(targets) => {
            for DelegatedRole { name, definition, paths, terminating } in &targets.delegations {
                let name = excerpt(name);
                for path in paths {
                    lines.push(format!("{name} speaks for {:?}", excerpt(path)));
                }
                let alone = if *terminating { "nobody else does" } else { "others may, too" };
                lines.push(format!("{name}: {alone}"));
                speakers(&name, definition, holders, &mut lines);
            }
            for path in targets.targets.paths() {
                let (length, hash) = targets.targets.listed(path).unwrap_or_default();
                lines.push(format!("document {:?}: {length} bytes, SHA-256 {hash}", excerpt(path)));
                let bytes = documents.get(path).map_or(&[][..], Vec::as_slice);
                lines.extend(document(path, bytes));
            }
        }
    }
    lines
}

fn speakers(
    role: &str,
    definition: &RoleDefinition,
    holders: &BTreeMap<String, String>,
    lines: &mut Vec<String>,
) {
    lines.push(format!("{role}: {} must sign", definition.threshold));
    for key in &definition.keys {
        let id = metadata_key_id(key).unwrap_or_default();
        let name = holders.get(&id).map_or_else(String::new, |name| format!(", called {:?}", excerpt(name)));
        lines.push(format!("{role}: key {id}{name}"));
    }
}

/// A document, a fact to a line. One that is none of those that packs have is shown as the JSON that it is, or as
/// bytes.
fn document(target: &str, bytes: &[u8]) -> Vec<String> {
    let name = excerpt(target);
    if target == path::REGISTER
        && Register::published().ok().and_then(|own| own.to_json().ok()).is_some_and(|own| own == bytes)
    {
        return vec![format!("{name}: the register that comes with this program")];
    }
    if let Ok(issuer) = Issuer::from_json(bytes) {
        return self::issuer(&name, &issuer);
    }
    if let Ok(partner) = Partner::from_json(bytes) {
        let mut lines = vec![format!("{name}: the partner {}", partner.id)];
        for one in partner.may_issue {
            let levels: Vec<String> = one.levels.iter().map(ToString::to_string).collect();
            lines.push(format!("{name}: may award {} {}", one.scheme, levels.join(", ")));
        }
        return lines;
    }
    match serde_json::from_slice::<Value>(bytes) {
        Ok(value) => {
            let mut lines = Vec::new();
            facts(&name, &value, &mut lines);
            lines
        }
        Err(_) => vec![format!("{name}: bytes that are no text")],
    }
}

fn issuer(name: &str, issuer: &Issuer) -> Vec<String> {
    let Issuer { id, name: called, notice, did, link_hosts, status_uri, keys, may_issue } = issuer;
    let mut lines = vec![format!("{name}: the issuer {id}, called {called:?}")];
    let mut say = |what: &str, value: String| lines.push(format!("{name}: {what} {value}"));
    if let Some(notice) = notice {
        say("notice", format!("{notice:?}"));
    }
    if let Some(did) = did {
        say("did", did.to_string());
    }
    for host in link_hosts {
        say("link host", format!("{host:?}"));
    }
    say("status lists at", format!("{status_uri:?}"));
    for IssuerKey { key, from, until, state, purposes } in keys {
        let until = until.map_or_else(String::new, |until: Timestamp| format!(", until {until}"));
        let purposes: Vec<String> = purposes.iter().map(|p| format!("{p:?}").to_lowercase()).collect();
        let mut confirmed = String::new();
        if let verilabel_trust::KeyState::Distrusted(list) = state {
            confirmed = format!(", {} labels confirmed", list.len());
        }
        say(
            "key",
            format!(
                "{} (SHA-256 {}), {}{confirmed}, for {}, from {from}{until}",
                key.id(),
                hex::encode(key.thumbprint()),
                state.name(),
                purposes.join(" and ")
            ),
        );
    }
    for entitlement in may_issue {
        let levels: Vec<String> = entitlement.levels.iter().map(ToString::to_string).collect();
        say("may award", format!("{} {}", entitlement.scheme, levels.join(", ")));
    }
    lines
}

/// Every leaf of a JSON value with the way to it. Members of lists are named by their `id`, if they have one, so that
/// one more of them changes no other line.
fn facts(at: &str, value: &Value, lines: &mut Vec<String>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, value) in members {
                facts(&format!("{at} {}", excerpt(name)), value, lines);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (number, item) in items.iter().enumerate() {
                let id = item.get("id").and_then(Value::as_str);
                let name = id.map_or_else(|| number.to_string(), excerpt);
                facts(&format!("{at} [{name}]"), item, lines);
            }
        }
        Value::String(text) => lines.push(format!("{at}: {text:?}")),
        leaf => lines.push(format!("{at}: {leaf}")),
    }
}
