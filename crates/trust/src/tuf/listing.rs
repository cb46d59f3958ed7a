//! What targets metadata lists, without the contents: enough to publish a next state of a repository of which
//! only little changes.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use verilabel_wire::sha256;

use super::accepted::consistent_path;
use super::hex;
use super::targets::{TargetFile, Targets};

/// Length and SHA-256 of every target of a repository, by its path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TargetList {
    files: BTreeMap<String, Listed>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Listed {
    length: u64,
    hash: String,
}

impl Listed {
    fn of(bytes: &[u8]) -> Self {
        Self { length: u64::try_from(bytes.len()).unwrap_or(u64::MAX), hash: hex::encode(&sha256(bytes)) }
    }
}

impl TargetList {
    /// Lists a target; gives whether that changes the list.
    pub fn insert(&mut self, path: &str, bytes: &[u8]) -> bool {
        let listed = Listed::of(bytes);
        let before = self.files.insert(path.to_owned(), listed.clone());
        before != Some(listed)
    }

    /// Lists a target no more; gives whether it was listed.
    pub fn remove(&mut self, path: &str) -> bool {
        self.files.remove(path).is_some()
    }

    /// Whether a target is listed with that content.
    #[must_use]
    pub fn matches(&self, path: &str, bytes: &[u8]) -> bool {
        self.files.get(path).is_some_and(|listed| *listed == Listed::of(bytes))
    }

    /// Takes what another list has into this one.
    pub fn extend(&mut self, other: Self) {
        self.files.extend(other.files);
    }

    /// The targets at these paths, as a list of their own.
    #[must_use]
    pub fn only(&self, wanted: impl Fn(&str) -> bool) -> Self {
        let files = self.files.iter().filter(|(path, _)| wanted(path));
        Self { files: files.map(|(path, listed)| (path.clone(), listed.clone())).collect() }
    }

    /// Length and SHA-256, in hexadecimal, of a target.
    #[must_use]
    pub fn listed(&self, path: &str) -> Option<(u64, &str)> {
        self.files.get(path).map(|listed| (listed.length, listed.hash.as_str()))
    }

    /// Whether nothing is listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Paths of all targets, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The file of a target below the repository's folder, its hash in the name (§6.2).
    #[must_use]
    pub fn file(&self, path: &str) -> Option<String> {
        let (path, listed) = self.files.get_key_value(path)?;
        Some(stored(path, listed))
    }

    /// The files of all targets below the repository's folder.
    pub fn files(&self) -> impl Iterator<Item = String> {
        self.files.iter().map(|(path, listed)| stored(path, listed))
    }

    /// Bytes of all targets together.
    #[must_use]
    pub fn total_length(&self) -> u64 {
        self.files.values().fold(0, |sum, listed| sum.saturating_add(listed.length))
    }

    /// What was accepted from a repository; `None` if a target has no SHA-256, which targets metadata always has.
    pub(super) fn of(targets: &Targets) -> Option<Self> {
        Self::of_files(&targets.files)
    }

    pub(super) fn of_files(files: &BTreeMap<String, TargetFile>) -> Option<Self> {
        let files = files.iter().map(|(path, file)| {
            Some((path.clone(), Listed { length: file.length, hash: file.hashes.get("sha256")?.clone() }))
        });
        Some(Self { files: files.collect::<Option<_>>()? })
    }

    /// The member `targets` of targets metadata (§4.5).
    pub(super) fn to_json(&self) -> Map<String, Value> {
        let entry = |listed: &Listed| json!({"length": listed.length, "hashes": {"sha256": listed.hash}});
        self.files.iter().map(|(path, listed)| (path.clone(), entry(listed))).collect()
    }
}

fn stored(path: &str, listed: &Listed) -> String {
    format!("targets/{}", consistent_path(path, &listed.hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_knows_what_changes_it() {
        let mut list = TargetList::default();
        assert!(list.insert("a/b.json", b"one"));
        assert!(!list.insert("a/b.json", b"one"));
        assert_eq!(list.total_length(), 3);
        assert!(list.matches("a/b.json", b"one") && !list.matches("a/b.json", b"two"));
        let first = list.file("a/b.json").unwrap();
        assert!(first.starts_with("targets/a/") && first.ends_with(".b.json"), "{first}");
        assert!(list.insert("a/b.json", b"two"));
        assert_ne!(list.file("a/b.json").unwrap(), first);
        assert!(list.remove("a/b.json") && !list.remove("a/b.json"));
        assert!(list.is_empty());
    }
}
