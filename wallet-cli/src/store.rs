//! Trust packs on this machine: what was accepted, and the pack that was imported.
//!
//! `$VERILABEL_HOME/anchors/<fingerprint of the root that was trusted first>/` holds `trusted/`, the newest
//! accepted metadata of that lineage, and `repository/`, the imported pack. `$VERILABEL_HOME/current` names the
//! imported lineage.

use std::fs;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use verilabel_label::Timestamp;
use verilabel_trust::{
    Accepted, ArchiveRepository, Client, Expiry, FolderRepository, FolderStore, MemoryStore, Repository,
    Role, StagedStore, TrustPack, TrustedStore, UpdateError, write_folder,
};
use verilabel_wire::sha256;

use crate::args::TrustArgs;
use crate::input;
use crate::trouble::{Trouble, say};

const MAX_PACK_FILE: u64 = 256 << 20;
const MAX_ROOT: usize = 512 << 10;
const MAX_ROOT_FILE: u64 = 512 << 10;

/// A trust pack, ready for verdicts.
pub(crate) struct OpenedPack {
    pub(crate) pack: TrustPack,
    pub(crate) anchor: Anchor,
}

/// The root from which a pack descends.
pub(crate) struct Anchor {
    pub(crate) fingerprint: String,
    /// Whether somebody named the root, or imported the pack before; otherwise it is the pack's own word.
    pub(crate) pinned: bool,
}

/// Opens the pack that a command names, or the imported one.
pub(crate) fn open(args: &TrustArgs, now: Timestamp) -> Result<OpenedPack, Trouble> {
    let Some(path) = &args.pack else { return open_imported(now) };
    let repository = repository(path)?;
    let root = anchor_root(path, repository.as_ref(), args.root.as_deref())?;
    let fingerprint = fingerprint(&root);
    let pinned = args.root.is_some() || current().ok().flatten().as_ref() == Some(&fingerprint);
    let memory = memory_if_any(&fingerprint)?;
    let (pack, memory) = follow(memory, &root, repository.as_ref(), now, Expiry::Report)?;
    memory.commit()?;
    Ok(OpenedPack { pack, anchor: Anchor { fingerprint, pinned } })
}

fn open_imported(now: Timestamp) -> Result<OpenedPack, Trouble> {
    let fingerprint = current()?.ok_or(Trouble::NoPack)?;
    let folder = anchor_folder(&fingerprint)?.join("repository");
    let repository = FolderRepository::new(&folder);
    let root = first_root(&folder, &repository)?;
    let memory = memory_if_any(&fingerprint)?;
    let (pack, memory) = follow(memory, &root, &repository, now, Expiry::Report)?;
    memory.commit()?;
    Ok(OpenedPack { pack, anchor: Anchor { fingerprint, pinned: true } })
}

/// Accepts a pack and keeps a copy. What was imported before stays in use if anything fails.
pub(crate) fn import(path: &Path, root: Option<&Path>, now: Timestamp) -> Result<OpenedPack, Trouble> {
    let repository = repository(path)?;
    let named = root.is_some();
    let root = anchor_root(path, repository.as_ref(), root)?;
    let fingerprint = fingerprint(&root);
    if !named && current()?.is_some_and(|current| current != fingerprint) {
        return Err(Trouble::AnotherRoot);
    }
    let memory = memory(&fingerprint)?;
    let (pack, memory) = follow(memory, &root, repository.as_ref(), now, Expiry::Refuse)?;
    let folder = anchor_folder(&fingerprint)?.join("repository");
    copy(repository.as_ref(), pack.accepted(), &root, &memory, &folder)?;
    memory.commit()?;
    write_folder(&home()?, &[("current".to_owned(), fingerprint.clone().into_bytes())])?;
    Ok(OpenedPack { pack, anchor: Anchor { fingerprint, pinned: true } })
}

type Memory = Box<dyn TrustedStore>;

/// The memory of what was accepted of a lineage.
fn memory(fingerprint: &str) -> Result<Memory, Trouble> {
    Ok(Box::new(FolderStore::lock(&anchor_folder(fingerprint)?.join("trusted"))?))
}

/// The same for one verdict: where it cannot be kept, a pack still serves, and it is said what is lost.
fn memory_if_any(fingerprint: &str) -> Result<Memory, Trouble> {
    match memory(fingerprint) {
        Err(Trouble::Pack(error)) => {
            say(&format!("warning[no-memory]: {error}; an older pack would not be noticed"));
            Ok(Box::new(MemoryStore::default()))
        }
        other => other,
    }
}

/// Follows the repository from its root. What was accepted is remembered only once all of it was, and only
/// by [`StagedStore::commit`]: a newer pack that turns out damaged takes nothing from the older one.
fn follow(
    memory: Memory,
    root: &[u8],
    repository: &dyn Repository,
    now: Timestamp,
    expiry: Expiry,
) -> Result<(TrustPack, StagedStore<Memory>), Trouble> {
    let mut client = Client::open(StagedStore::new(memory), root)?;
    let accepted = client.update(repository, now, expiry)?;
    Ok((TrustPack::open(accepted, repository)?, client.into_store()))
}

/// Copies what was accepted, the timestamp last.
fn copy(
    repository: &dyn Repository,
    accepted: &Accepted,
    root: &[u8],
    trusted: &dyn TrustedStore,
    folder: &Path,
) -> Result<(), Trouble> {
    let mut files = Vec::new();
    for path in accepted.paths() {
        let stored = accepted.stored_path(path).unwrap_or_else(|| path.to_owned());
        files.push((format!("targets/{stored}"), accepted.target(repository, path)?));
    }
    let of = |role: Role| {
        let what = || format!("{role}.json");
        trusted.load(role.name())?.ok_or_else(|| UpdateError::Missing { what: what() })
    };
    for role in accepted.roles() {
        match role.role {
            Role::Root => {
                files.push(("metadata/1.root.json".to_owned(), root.to_vec()));
                for version in 2..=role.version {
                    let name = format!("{version}.root.json");
                    if let Some(bytes) = repository.metadata(&name, MAX_ROOT)? {
                        files.push((format!("metadata/{name}"), bytes));
                    }
                }
            }
            Role::Timestamp => {}
            other => files.push((format!("metadata/{}.{other}.json", role.version), of(other)?)),
        }
    }
    files.push(("metadata/timestamp.json".to_owned(), of(Role::Timestamp)?));
    write_folder(folder, &files)?;
    Ok(())
}

/// The repository at a path: a folder or a pack file.
fn repository(path: &Path) -> Result<Box<dyn Repository>, Trouble> {
    let metadata = fs::metadata(path).map_err(|e| Trouble::file(path, &e))?;
    if metadata.is_dir() {
        return Ok(Box::new(FolderRepository::new(path)));
    }
    let bytes = read_bounded(path, MAX_PACK_FILE)?;
    match ArchiveRepository::read(&bytes) {
        Ok(archive) => Ok(Box::new(archive)),
        Err(error) => Err(Trouble::Archive { path: path.to_owned(), error }),
    }
}

fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>, Trouble> {
    let file = fs::File::open(path).map_err(|e| Trouble::file(path, &e))?;
    input::bounded(&path.display().to_string(), file, limit, |e| Trouble::file(path, e))
}

fn anchor_root(path: &Path, repository: &dyn Repository, named: Option<&Path>) -> Result<Vec<u8>, Trouble> {
    match named {
        Some(root) => read_bounded(root, MAX_ROOT_FILE),
        None => first_root(path, repository),
    }
}

fn first_root(path: &Path, repository: &dyn Repository) -> Result<Vec<u8>, Trouble> {
    repository.metadata("1.root.json", MAX_ROOT)?.ok_or_else(|| Trouble::NotAPack { path: path.to_owned() })
}

fn fingerprint(root: &[u8]) -> String {
    sha256(root).iter().take(16).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

fn current() -> Result<Option<String>, Trouble> {
    let path = home()?.join("current");
    match fs::read_to_string(&path) {
        Ok(text) if text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit()) => Ok(Some(text)),
        Ok(_) => Ok(None),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Trouble::file(&path, &error)),
    }
}

fn anchor_folder(fingerprint: &str) -> Result<PathBuf, Trouble> {
    Ok(home()?.join("anchors").join(fingerprint))
}

fn home() -> Result<PathBuf, Trouble> {
    if let Some(home) = std::env::var_os("VERILABEL_HOME").filter(|home| !home.is_empty()) {
        return Ok(home.into());
    }
    let base = etcetera::choose_base_strategy().map_err(|_| Trouble::NoHome)?;
    Ok(base.data_dir().join("verilabel"))
}
