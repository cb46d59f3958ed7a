//! Where it all happens: folders that live for a run, and the authority that each point begins with.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::fs::statvfs;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::house::{House, publication};
use crate::reader::Reader;
use crate::{Result, times};

/// A folder in memory, where there is one: nothing is cut off from its power here, so nothing has to wait for a disk.
const IN_MEMORY: &str = "/dev/shm";
/// Bytes that it must have: containers often give it too few.
const ROOM: u64 = 1 << 30;

/// Where it all happens.
pub(crate) struct Bench {
    base: TempDir,
    pub(crate) runtime: Runtime,
    /// A verifier that has the pack from before the day.
    pub(crate) reader: Reader,
}

impl Bench {
    pub(crate) fn new() -> Result<Self> {
        let base = if has_room(IN_MEMORY) { tempfile::tempdir_in(IN_MEMORY) } else { tempfile::tempdir() }?;
        let runtime = Runtime::new()?;
        let template = base.path().join("template");
        runtime.block_on(found(&template))?;
        let reader = Reader::new(&publication(&template), times::founded()?)?;
        Ok(Self { base, runtime, reader })
    }

    /// A folder of that name, empty.
    pub(crate) fn empty(&self, name: &str) -> Result<PathBuf> {
        let folder = self.base.path().join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        Ok(folder)
    }

    /// The authority from before the day.
    pub(crate) fn morning(&self) -> Start {
        Start { name: "", folder: self.base.path().join("template"), told: String::new() }
    }

    /// A folder of that name with the authority as it is at that start.
    pub(crate) fn fresh(&self, name: &str, start: &Start) -> Result<PathBuf> {
        let folder = self.empty(name)?;
        copy(&start.folder, &folder)?;
        Ok(folder)
    }
}

/// What the work begins with.
pub(crate) struct Start {
    /// What is said before the name of a point.
    pub(crate) name: &'static str,
    pub(crate) folder: PathBuf,
    /// What callers were told before.
    pub(crate) told: String,
}

fn has_room(folder: &str) -> bool {
    statvfs(folder).is_ok_and(|found| found.f_bavail.saturating_mul(found.f_frsize) >= ROOM)
}

async fn found(folder: &Path) -> Result<()> {
    House::found(folder, times::founded()?).await?.close().await;
    Ok(())
}

/// Copies a folder with everything below.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Every file below a folder.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
