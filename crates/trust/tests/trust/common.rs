//! A repository in memory whose every byte a test may change.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::Value;
use verilabel_label::Timestamp;
use verilabel_trust::{
    Release, Repository, RepositoryFile, Role, RoleDefinition, UpdateError, root_metadata,
};
use verilabel_wire::{Sign, SigningKey};

pub(crate) const NOW: &str = "2026-11-22T00:00:00Z";
/// When every release was made.
pub(crate) const MADE: &str = "2026-11-21T12:00:00Z";

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Key number `n`, always the same.
pub(crate) fn key(n: u8) -> SigningKey {
    SigningKey::eddsa(&[n; 32]).unwrap()
}

/// Which keys (by number) hold which role.
#[derive(Clone)]
pub(crate) struct Holders {
    pub(crate) roles: BTreeMap<Role, (Vec<u8>, u32)>,
}

impl Holders {
    pub(crate) fn new() -> Self {
        Self {
            roles: BTreeMap::from([
                (Role::Root, (vec![1, 2, 3], 2)),
                (Role::Targets, (vec![11, 12], 2)),
                (Role::Snapshot, (vec![21], 1)),
                (Role::Timestamp, (vec![31], 1)),
            ]),
        }
    }

    pub(crate) fn with(mut self, role: Role, keys: &[u8], threshold: u32) -> Self {
        self.roles.insert(role, (keys.to_vec(), threshold));
        self
    }

    pub(crate) fn root(&self, version: u64, signers: &[u8], expires: &str) -> Vec<u8> {
        let definitions = self
            .roles
            .iter()
            .map(|(role, (keys, threshold))| {
                let keys = keys.iter().map(|n| key(*n).key().clone()).collect();
                (*role, RoleDefinition { keys, threshold: *threshold })
            })
            .collect();
        let signers: Vec<SigningKey> = signers.iter().map(|n| key(*n)).collect();
        let signers: Vec<&dyn Sign> = signers.iter().map(|k| -> &dyn Sign { k }).collect();
        root_metadata(version, time(expires), &definitions, &signers).unwrap()
    }
}

#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) files: RefCell<BTreeMap<String, Vec<u8>>>,
}

impl Memory {
    /// A repository with root 1 and a first release.
    pub(crate) fn first() -> Self {
        let memory = Self::default();
        memory.put("metadata/1.root.json", Holders::new().root(1, &[1, 2, 3], "2028-01-01"));
        memory.release(1, &[("a/b.txt", "one")]);
        memory
    }

    pub(crate) fn put(&self, name: &str, bytes: Vec<u8>) {
        self.files.borrow_mut().insert(name.to_owned(), bytes);
    }

    pub(crate) fn get(&self, name: &str) -> Vec<u8> {
        self.files.borrow()[name].clone()
    }

    pub(crate) fn edit(&self, name: &str, change: impl FnOnce(String) -> String) {
        let text = String::from_utf8(self.get(name)).unwrap();
        let changed = change(text.clone());
        assert_ne!(text, changed, "the edit of {name} changes something");
        self.put(name, changed.into_bytes());
    }

    /// Changes metadata and signs it anew: what a holder of the key can do.
    pub(crate) fn forge(&self, name: &str, signer: u8, change: impl FnOnce(&mut Value)) {
        let mut metadata: Value = serde_json::from_slice(&self.get(name)).unwrap();
        change(&mut metadata["signed"]);
        // What has no escapes and no fractions is canonical as it is printed: members sorted, no blanks.
        let signature = key(signer).sign(metadata["signed"].to_string().as_bytes()).unwrap();
        let hex = signature.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        metadata["signatures"][0]["sig"] = hex.into();
        self.put(name, metadata.to_string().into_bytes());
    }

    pub(crate) fn release(&self, version: u64, targets: &[(&str, &str)]) {
        self.release_by(&Holders::new(), version, targets, "2027-01-01");
    }

    pub(crate) fn release_by(
        &self,
        holders: &Holders,
        version: u64,
        targets: &[(&str, &str)],
        expires: &str,
    ) {
        for (name, bytes) in release(holders, version, targets, expires) {
            self.put(&name, bytes);
        }
    }

    pub(crate) fn snapshot(&self) -> Self {
        Self { files: RefCell::new(self.files.borrow().clone()) }
    }

    pub(crate) fn all(&self) -> Vec<RepositoryFile> {
        self.files.borrow().iter().map(|(name, bytes)| (name.clone(), bytes.clone())).collect()
    }
}

pub(crate) fn release(
    holders: &Holders,
    version: u64,
    targets: &[(&str, &str)],
    expires: &str,
) -> Vec<RepositoryFile> {
    let targets = targets.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    let keys: BTreeMap<u8, SigningKey> =
        holders.roles.values().flat_map(|(keys, _)| keys.iter().map(|n| (*n, key(*n)))).collect();
    let signers = |role: Role| holders.roles[&role].0.iter().map(|n| -> &dyn Sign { &keys[n] }).collect();
    let expires = time(expires);
    let made = Some(time(MADE));
    Release { version, targets: &targets, signers: &signers, expires: &|_| expires, made }.files().unwrap()
}

impl Repository for Memory {
    fn metadata(&self, name: &str, limit: usize) -> Result<Option<Vec<u8>>, UpdateError> {
        let found = self.files.borrow().get(&format!("metadata/{name}")).cloned();
        Ok(found.inspect(|bytes| assert!(bytes.len() <= limit)))
    }

    fn target(&self, path: &str, _limit: usize) -> Result<Option<Vec<u8>>, UpdateError> {
        Ok(self.files.borrow().get(&format!("targets/{path}")).cloned())
    }
}
