//! What targets metadata holds (TUF specification 1.0 §4.5): files, and delegations to other roles.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;
use serde_json::{Map, Value};
use verilabel_wire::sha256;

use super::metadata::{Body, KeyRing, RoleFields};
use super::{MetadataError, Role, UpdateError, hex};

/// Targets metadata, of the top-level role or a delegated one.
#[derive(Debug, Clone)]
pub(super) struct Targets {
    pub(super) files: BTreeMap<String, TargetFile>,
    /// In the order in which they are trusted.
    pub(super) delegations: Vec<Delegation>,
    pub(super) keys: KeyRing,
}

/// Length and hashes of a target.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct TargetFile {
    pub(super) length: u64,
    pub(super) hashes: BTreeMap<String, String>,
}

impl TargetFile {
    /// Holds bytes to length and hashes (§5.7.2).
    pub(super) fn check(&self, path: &str, bytes: &[u8]) -> Result<(), UpdateError> {
        let found = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if found != self.length {
            return Err(UpdateError::WrongLength { what: path.to_owned(), found, listed: self.length });
        }
        if !self.hashes.keys().any(|name| digest(name, &[]).is_some()) {
            return Err(UpdateError::NoHash { path: path.to_owned() });
        }
        if hashes_match(&self.hashes, bytes) {
            Ok(())
        } else {
            Err(UpdateError::WrongHash { path: path.to_owned() })
        }
    }

    /// The hash that stands in its file name where the repository is consistent (§6.2).
    pub(super) fn prefix(&self) -> Option<&str> {
        let hash = self.hashes.get("sha256").or_else(|| self.hashes.get("sha512"))?;
        hex::decode(hash).filter(|hash| !hash.is_empty()).map(|_| hash.as_str())
    }
}

/// Every hash of a kind known here must match; a kind that is not known proves nothing and is passed over.
pub(super) fn hashes_match(hashes: &BTreeMap<String, String>, bytes: &[u8]) -> bool {
    hashes.iter().all(|(name, expected)| digest(name, bytes).is_none_or(|found| found == *expected))
}

fn digest(name: &str, bytes: &[u8]) -> Option<String> {
    match name {
        "sha256" => Some(hex::encode(&sha256(bytes))),
        "sha512" => Some(hex::encode(&<sha2::Sha512 as sha2::Digest>::digest(bytes))),
        _ => None,
    }
}

/// A role to which some paths are entrusted.
#[derive(Debug, Clone)]
pub(super) struct Delegation {
    pub(super) name: String,
    /// For a path that it is entrusted with, nobody else is asked after it.
    pub(super) terminating: bool,
    paths: Paths,
}

#[derive(Debug, Clone)]
enum Paths {
    Patterns(Vec<String>),
    /// What the hexadecimal SHA-256 of a path may begin with.
    HashPrefixes(Vec<String>),
}

impl Delegation {
    /// How many patterns or prefixes it has.
    pub(super) fn width(&self) -> usize {
        match &self.paths {
            Paths::Patterns(all) | Paths::HashPrefixes(all) => all.len(),
        }
    }

    /// Whether a path is entrusted to the role.
    pub(super) fn covers(&self, path: &str) -> bool {
        if path.len() > MAX_PATH {
            return false;
        }
        match &self.paths {
            Paths::Patterns(patterns) => patterns.iter().any(|pattern| matches(pattern, path)),
            Paths::HashPrefixes(prefixes) => {
                let hash = hex::encode(&sha256(path.as_bytes()));
                prefixes.iter().any(|prefix| hash.starts_with(prefix.as_str()))
            }
        }
    }
}

/// Longest path or pattern that is compared, in bytes.
const MAX_PATH: usize = 4_096;

/// Whether a path is of that pattern: `*` and `?` as in a shell, neither of which stands for `/` (§4.5).
pub(super) fn matches(pattern: &str, path: &str) -> bool {
    let (patterns, parts) = (pattern.split('/'), path.split('/'));
    pattern.len() <= MAX_PATH
        && patterns.clone().count() == parts.clone().count()
        && patterns.zip(parts).all(|(pattern, part)| part_matches(pattern.as_bytes(), part.as_bytes()))
}

/// Greedy, with one step back to the latest `*`: linear in most cases, never worse than quadratic.
fn part_matches(pattern: &[u8], part: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(&byte) = part.get(t) {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(b'?') => {
                p += 1;
                t += width(byte);
            }
            Some(literal) if *literal == byte => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((at, taken)) = star else { return false };
                star = Some((at, taken + 1));
                (p, t) = (at + 1, taken + 1);
            }
        }
    }
    pattern.iter().skip(p).all(|byte| *byte == b'*')
}

/// Bytes of the character that begins with that byte (RFC 3629 §3).
fn width(byte: u8) -> usize {
    match byte {
        0xC0..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xFF => 4,
        _ => 1,
    }
}

#[derive(Deserialize)]
struct TargetsFields {
    targets: BTreeMap<String, TargetFile>,
    delegations: Option<DelegationsFields>,
}

#[derive(Deserialize)]
struct DelegationsFields {
    keys: Map<String, Value>,
    #[serde(default)]
    roles: Vec<DelegationFields>,
}

#[derive(Deserialize)]
struct DelegationFields {
    name: String,
    #[serde(default)]
    terminating: bool,
    paths: Option<Vec<String>>,
    path_hash_prefixes: Option<Vec<String>>,
    keyids: Vec<String>,
    threshold: u32,
}

impl Body for Targets {
    const KIND: Role = Role::Targets;

    fn read(signed: &Value) -> Result<Self, MetadataError> {
        let fields = TargetsFields::deserialize(signed).map_err(|e| MetadataError::shape("targets", &e))?;
        let (mut keys, mut delegations) = (KeyRing::default(), Vec::new());
        if let Some(fields) = fields.delegations {
            keys = KeyRing::read(&fields.keys)?;
            let mut names = HashSet::new();
            for mut role in fields.roles {
                let top_level = Role::ALL.iter().any(|top| top.name() == role.name);
                if role.name.is_empty() || top_level || !names.insert(role.name.clone()) {
                    return Err(MetadataError::RoleName { role: "targets".to_owned(), name: role.name });
                }
                let holders =
                    RoleFields { keyids: std::mem::take(&mut role.keyids), threshold: role.threshold };
                keys.add_role(&role.name, holders)?;
                delegations.push(role.delegation()?);
            }
        }
        Ok(Self { files: fields.targets, delegations, keys })
    }
}

impl DelegationFields {
    fn delegation(self) -> Result<Delegation, MetadataError> {
        let paths = match (self.paths, self.path_hash_prefixes) {
            (Some(patterns), None) => Paths::Patterns(patterns),
            (None, Some(prefixes)) => Paths::HashPrefixes(prefixes),
            _ => {
                let reason = format!("delegation {:?} needs either paths or path_hash_prefixes", self.name);
                return Err(MetadataError::Shape { what: "targets".to_owned(), reason });
            }
        };
        Ok(Delegation { name: self.name, terminating: self.terminating, paths })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_within_their_segments() {
        for (pattern, path) in [
            ("*", "a"),
            ("*.tgz", "x.y.tgz"),
            ("a/*", "a/"),
            ("releases/*/*", "releases/x/x_v1"),
            ("f?o", "foo"),
            ("*a*b", "xaxabxb"),
            ("status/fi/*.cwt", "status/fi/1.cwt"),
            ("ä?", "äö"),
        ] {
            assert!(matches(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [
            ("*", "a/b"),
            ("a", "a/b"),
            ("a/*", "a"),
            ("f?o", "fo"),
            ("f?o", "f/o"),
            ("*.tgz", "x.tgz/"),
            ("", "a"),
            ("status/fi/*", "status/fin/1.cwt"),
            ("*a*b", "xaxa"),
        ] {
            assert!(!matches(pattern, path), "{pattern} {path}");
        }
        let stars = "*a".repeat(30);
        assert!(!matches(&stars, &"a".repeat(5_000).replace("aaaaa", "b")));
    }
}
