//! Trust packs on this machine: what was accepted, and the pack that was imported.
//!
//! `$VERILABEL_HOME/anchors/<fingerprint of the root that was trusted first>/` holds `trusted/`, the newest
//! accepted metadata of that lineage, and the imported pack ([`Kept`]). `$VERILABEL_HOME/current` names the imported
//! lineage.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use etcetera::BaseStrategy;
use verilabel_label::Timestamp;
use verilabel_trust::{
    ArchiveRepository, Client, Expiry, FolderRepository, FolderStore, HttpRepository, MemoryStore, Patience,
    Repository, RepositoryFile, StagedStore, TrustPack, TrustedStore, UpdateError, write_archive,
    write_folder,
};
use verilabel_wire::sha256;

use crate::args::TrustArgs;
use crate::input;
use crate::kept::{Cached, Kept, MAX_ROOT, collect, hex};
use crate::trouble::{Trouble, say};

const MAX_PACK_FILE: u64 = 256 << 20;
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
pub(crate) fn open(args: &TrustArgs, expiry: Expiry, now: Timestamp) -> Result<OpenedPack, Trouble> {
    let Some(path) = &args.pack else { return open_imported(expiry, now) };
    let repository = repository(path)?;
    let root = anchor_root(path, repository.as_ref(), args.root.as_deref())?;
    let fingerprint = fingerprint(&root);
    let pinned = args.root.is_some() || current().ok().flatten().as_ref() == Some(&fingerprint);
    let pack = open_remembering(&fingerprint, &root, repository.as_ref(), expiry, now)?;
    Ok(OpenedPack { pack, anchor: Anchor { fingerprint, pinned } })
}

/// An update may replace the imported pack while it is being read: then the new one is read instead.
fn open_imported(expiry: Expiry, now: Timestamp) -> Result<OpenedPack, Trouble> {
    loop {
        let place = Place::imported()?;
        let opened = place.read().and_then(|Imported { fingerprint, root, repository }| {
            let pack = open_remembering(&fingerprint, &root, &repository, expiry, now)?;
            Ok(OpenedPack { pack, anchor: Anchor { fingerprint, pinned: true } })
        });
        match opened {
            Err(_) if Place::imported().is_ok_and(|now| !now.is(&place)) => {}
            opened => return opened,
        }
    }
}

fn open_remembering(
    fingerprint: &str,
    root: &[u8],
    repository: &dyn Repository,
    expiry: Expiry,
    now: Timestamp,
) -> Result<TrustPack, Trouble> {
    let (memory, hindrance) = memory_if_any(fingerprint)?;
    let (pack, memory) = follow(memory, root, repository, now, expiry)?;
    let committed = match hindrance {
        None => memory.commit().map(drop),
        Some(_) if memory.is_unchanged() => Ok(()),
        Some(hindrance) => Err(hindrance),
    };
    match committed {
        Err(error @ (UpdateError::NotKept { .. } | UpdateError::InUse { .. })) => warn_of_no_memory(&error),
        other => other?,
    }
    Ok(pack)
}

/// Opens a pack as it is, without what was accepted before.
pub(crate) fn look_at(path: &Path, now: Timestamp) -> Result<OpenedPack, Trouble> {
    let repository = repository(path)?;
    let root = first_root(path, repository.as_ref())?;
    let memory: Memory = Box::<MemoryStore>::default();
    let (pack, _) = follow(memory, &root, repository.as_ref(), now, Expiry::Report)?;
    Ok(OpenedPack { pack, anchor: Anchor { fingerprint: fingerprint(&root), pinned: false } })
}

/// Accepts a pack and keeps a copy. What was imported before stays in use if anything fails.
pub(crate) fn import(path: &Path, root: Option<&Path>, now: Timestamp) -> Result<OpenedPack, Trouble> {
    let repository = repository(path)?;
    let named = root.is_some();
    let root = anchor_root(path, repository.as_ref(), root)?;
    if !named && current()?.is_some_and(|current| current != fingerprint(&root)) {
        return Err(Trouble::AnotherRoot);
    }
    keep(repository, &root, now)
}

/// Brings the imported pack up to date from a web server, or begins with a root that somebody names.
pub(crate) fn update(url: &str, root: Option<&Path>, now: Timestamp) -> Result<OpenedPack, Trouble> {
    let base = url.trim_end_matches('/');
    let places = [format!("{base}/metadata"), format!("{base}/targets")];
    let repository = Box::new(HttpRepository::new(&places[0], &places[1], Patience::default())?);
    let root = match root {
        Some(root) => read_bounded(root, MAX_ROOT_FILE)?,
        None => Place::imported()?.read()?.root,
    };
    keep(repository, &root, now)
}

/// The imported pack as one file, and the files in it.
pub(crate) fn export(now: Timestamp) -> Result<(Vec<u8>, Vec<RepositoryFile>), Trouble> {
    let Imported { root, repository, .. } = Place::imported()?.read()?;
    let memory: Memory = Box::<MemoryStore>::default();
    let (pack, memory) = follow(memory, &root, &repository, now, Expiry::Report)?;
    let files = collect(&repository, pack.accepted(), &root, &memory)?;
    Ok((write_archive(&files)?, files))
}

fn keep(repository: Box<dyn Repository>, root: &[u8], now: Timestamp) -> Result<OpenedPack, Trouble> {
    let fingerprint = fingerprint(root);
    let memory = memory(&fingerprint)?;
    let kept = Kept::new(anchor_folder(&fingerprint)?);
    let repository = Cached::new(repository, kept.in_use()?.map(|(_, repository)| repository));
    let (pack, memory) = follow(memory, root, &repository, now, Expiry::Refuse)?;
    kept.replace(&collect(&repository, pack.accepted(), root, &memory)?)?;
    memory.commit()?;
    write_folder(&home()?, &[("current".to_owned(), fingerprint.clone().into_bytes())])?;
    Ok(OpenedPack { pack, anchor: Anchor { fingerprint, pinned: true } })
}

/// Where the imported pack is.
struct Place {
    fingerprint: String,
    /// The name of the state in use.
    name: String,
    repository: FolderRepository,
}

impl Place {
    fn imported() -> Result<Self, Trouble> {
        let fingerprint = current()?.ok_or(Trouble::NoPack)?;
        let (name, repository) = Kept::new(anchor_folder(&fingerprint)?).in_use()?.ok_or(Trouble::NoPack)?;
        Ok(Self { fingerprint, name, repository })
    }

    fn is(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint && self.name == other.name
    }

    fn read(&self) -> Result<Imported, Trouble> {
        let Self { fingerprint, repository, .. } = self;
        let root = first_root(&anchor_folder(fingerprint)?, repository)?;
        Ok(Imported { fingerprint: fingerprint.clone(), root, repository: repository.clone() })
    }
}

/// The imported pack, not opened yet.
struct Imported {
    fingerprint: String,
    root: Vec<u8>,
    repository: FolderRepository,
}

type Memory = Box<dyn TrustedStore>;

/// The memory of what was accepted of a lineage, for whoever means to add to it.
fn memory(fingerprint: &str) -> Result<Memory, Trouble> {
    Ok(Box::new(FolderStore::lock(&memory_folder(fingerprint)?, Duration::from_secs(10))?))
}

/// The same for one verdict: where it cannot be written, a pack still serves, and what was accepted before is
/// still read. Tells what hinders.
fn memory_if_any(fingerprint: &str) -> Result<(Memory, Option<UpdateError>), Trouble> {
    let folder = memory_folder(fingerprint)?;
    match FolderStore::lock(&folder, Duration::from_millis(500)) {
        Ok(memory) => Ok((Box::new(memory), None)),
        Err(hindrance) => Ok((Box::new(FolderStore::new(&folder)), Some(hindrance))),
    }
}

fn memory_folder(fingerprint: &str) -> Result<PathBuf, Trouble> {
    Ok(anchor_folder(fingerprint)?.join("trusted"))
}

fn warn_of_no_memory(error: &UpdateError) {
    say(&format!("warning[no-memory]: {error}; an older pack than this would not be noticed"));
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
    hex(sha256(root).iter().take(16))
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
