//! The trust pack as one file.

use futures_util::{StreamExt, TryStreamExt, stream};
use verilabel_label::Timestamp;
use verilabel_trust::{ArchiveRepository, Repository, RepositoryFile, write_archive};

use super::present::Present;
use super::{PublicationError, Publisher, names};
use crate::authority::blocking;
use crate::pack::root_name;

/// Files read at once.
const AT_ONCE: usize = 8;
/// The largest pack that is offered as one file, in bytes before compression.
const MOST: u64 = 64 << 20;
/// The largest `timestamp.json`.
const MOST_TIMESTAMP: usize = 64 << 10;
/// Seconds between two of these files, for each whole MiB of the pack: large packs change more often than one
/// would want to fetch all of them.
const PAUSE_PER_MIB: u64 = 10;

/// What is known of the one file.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Archive {
    pub(super) state: ArchiveState,
    written_at: Option<Timestamp>,
}

/// Whether the one file is that of the present release.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum ArchiveState {
    /// Nobody has looked.
    #[default]
    Unknown,
    /// It is not.
    Due,
    /// It is, or there is none because the pack is too large.
    Stands,
}

impl Publisher {
    /// Looks, once, whether the one file out there is that of the present release.
    pub(super) async fn check_archive(&mut self) -> Result<(), PublicationError> {
        if self.memory.archive.state != ArchiveState::Unknown {
            return Ok(());
        }
        let Some(present) = self.memory.present.clone() else { return Ok(()) };
        let due = present.metadata.get(names::TIMESTAMP).cloned();
        let found = match self.place.read(names::ARCHIVE).await? {
            Some(bytes) => blocking(move || Ok(timestamp_of(&bytes))).await?,
            None => None,
        };
        let too_large = present.list.total_length() > MOST;
        let stands = if too_large { found.is_none() } else { found == due };
        self.memory.archive.state = if stands { ArchiveState::Stands } else { ArchiveState::Due };
        Ok(())
    }

    /// Whether the one file lags behind the pack, and its time has come.
    pub(super) fn wants_archive(&self, now: Timestamp) -> bool {
        let Some(present) = &self.memory.present else { return false };
        let pause = (present.list.total_length() >> 20).saturating_mul(PAUSE_PER_MIB);
        // A clock that was ahead when it was written is no reason to wait.
        let rested =
            self.memory.archive.written_at.is_none_or(|at| now < at || at.plus_seconds(pause) <= now);
        self.memory.archive.state == ArchiveState::Due && rested
    }

    /// Writes the one file, if its time has come. A pack too large for it has none, rather than an old one.
    pub(super) async fn write_archive(&mut self, now: Timestamp) -> Result<(), PublicationError> {
        let Some(present) = self.memory.present.clone().filter(|_| self.wants_archive(now)) else {
            return Ok(());
        };
        if present.list.total_length() > MOST {
            self.place.remove_all(vec![names::ARCHIVE.to_owned()]).await?;
        } else {
            let tag = self.place.tag(names::ARCHIVE).await?;
            let files = self.gather(&present).await?;
            let made = |e: std::io::Error| PublicationError::Making {
                what: "the pack as one file",
                reason: e.to_string(),
            };
            let bytes = blocking(move || Ok(write_archive(&files))).await?.map_err(made)?;
            self.recover(std::iter::empty())?;
            self.place.replace(names::ARCHIVE, bytes, tag).await?;
        }
        self.memory.archive = Archive { state: ArchiveState::Stands, written_at: Some(now) };
        Ok(())
    }

    /// All files of a release, as they are out there.
    async fn gather(&self, present: &Present) -> Result<Vec<RepositoryFile>, PublicationError> {
        let mut files: Vec<RepositoryFile> =
            self.keys.roots().iter().map(|(version, root)| (root_name(*version), root.clone())).collect();
        files.extend(present.metadata.clone());
        let paths: Vec<String> = present.list.paths().map(str::to_owned).collect();
        let targets: Vec<RepositoryFile> = stream::iter(paths)
            .map(|path| self.target(present, path))
            .buffered(AT_ONCE)
            .boxed()
            .try_collect()
            .await?;
        files.extend(targets);
        Ok(files)
    }

    async fn target(&self, present: &Present, path: String) -> Result<RepositoryFile, PublicationError> {
        let file = present.list.file(&path).unwrap_or_default();
        let bytes = self.place.read(&names::pack(&file)).await?.unwrap_or_default();
        if present.list.matches(&path, &bytes) {
            return Ok((file, bytes));
        }
        let reason = "it is not there, or not as it was published".to_owned();
        Err(PublicationError::Unreachable { object: names::pack(&file), reason })
    }
}

fn timestamp_of(archive: &[u8]) -> Option<Vec<u8>> {
    ArchiveRepository::read(archive).ok()?.metadata("timestamp.json", MOST_TIMESTAMP).ok()?
}
