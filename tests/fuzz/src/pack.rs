//! A repository whose keys the fuzzer holds, so that what it makes up is signed: the worst publisher there is.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Value, json};
use verilabel_label::Timestamp;
use verilabel_trust::{
    Release, Repository, RepositoryFile, Role, RoleDefinition, UpdateError, root_metadata,
};
use verilabel_wire::{Sign, SigningKey};

/// The time that targets judge for.
pub static NOW: LazyLock<Timestamp> = LazyLock::new(|| "2026-11-22T09:00:00Z".parse().expect("a time"));

/// The one key of all roles.
static KEY: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::eddsa(&[9; 32]).expect("a key"));

/// Root metadata, version 1: one key, which signs for every role.
pub static ROOT: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let definition = |role| (role, RoleDefinition { keys: vec![KEY.key().clone()], threshold: 1 });
    let roles = Role::ALL.into_iter().map(definition).collect();
    root_metadata(1, expiry(Role::Root), &roles, &[&*KEY]).expect("root metadata is made")
});

/// The key's id, as root metadata has it.
static KEY_ID: LazyLock<String> = LazyLock::new(|| {
    let root: Value = serde_json::from_slice(&ROOT).expect("root metadata is JSON");
    root["signed"]["roles"]["root"]["keyids"][0].as_str().expect("root has a key").to_owned()
});

/// Signs a role's metadata, whatever it says.
///
/// # Panics
/// If the key does not sign.
#[must_use]
pub fn signed(body: &Value) -> Vec<u8> {
    // What is signed is canonical JSON. Without control characters and fractions sorted members are enough; a
    // body that has them gets a signature that does not hold.
    let mut canonical = body.clone();
    canonical.sort_all_objects();
    let signature = KEY.sign(canonical.to_string().as_bytes()).expect("the key signs");
    let signature = signature.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    json!({"signatures": [{"keyid": *KEY_ID, "sig": signature}], "signed": body}).to_string().into_bytes()
}

/// The files of a release of that version, without root metadata.
///
/// # Panics
/// If the key does not sign.
#[must_use]
pub fn release(version: u64, targets: &BTreeMap<String, Vec<u8>>) -> Vec<RepositoryFile> {
    let signers = |_| -> Vec<&dyn Sign> { vec![&*KEY] };
    let release = Release { version, targets, signers: &signers, expires: &expiry, made: None };
    release.files().expect("a release is made")
}

fn expiry(_: Role) -> Timestamp {
    "2028-01-01".parse().expect("a time")
}

/// A repository in memory.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    files: BTreeMap<String, Vec<u8>>,
}

impl Memory {
    /// A repository of these files.
    pub fn of(files: impl IntoIterator<Item = RepositoryFile>) -> Self {
        Self { files: files.into_iter().collect() }
    }

    /// Puts a file in, or another in its place.
    pub fn put(&mut self, name: &str, bytes: Vec<u8>) {
        self.files.insert(name.to_owned(), bytes);
    }

    fn fetch(&self, name: &str, limit: usize) -> Result<Option<Vec<u8>>, UpdateError> {
        match self.files.get(name) {
            Some(bytes) if bytes.len() > limit => Err(UpdateError::TooLarge { what: name.to_owned(), limit }),
            found => Ok(found.cloned()),
        }
    }
}

impl Repository for Memory {
    fn metadata(&self, name: &str, limit: usize) -> Result<Option<Vec<u8>>, UpdateError> {
        self.fetch(&format!("metadata/{name}"), limit)
    }

    fn target(&self, path: &str, limit: usize) -> Result<Option<Vec<u8>>, UpdateError> {
        self.fetch(&format!("targets/{path}"), limit)
    }
}
