//! A folder whose files are replaced while they are served (docs/spec/publication.md, "What readers may rely on").
//!
//! A file is read whole from one handle and kept in memory, so that every answer is one state of it. Once a second at
//! most, somebody who asks for it looks whether it was replaced.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Bytes;
use quick_cache::sync::Cache;
use quick_cache::{OptionsBuilder, Weighter};
use tokio::sync::Semaphore;

use crate::asset::{Asset, Keep};
use crate::clock;
use crate::headers::{Common, Reach};
use crate::negotiate::Coding;

/// Largest file. A pack that is larger than that is not offered as one file.
const LARGEST: u64 = 64 << 20;
/// Bytes of files that are kept in memory.
const KEPT: u64 = 256 << 20;
/// Files that are kept in memory, about.
const KEPT_FILES: usize = 16_384;
/// How long a file is served without a look at the folder, in milliseconds.
const FRESH: u64 = 1_000;
/// Files that are read at the same time.
const READERS: usize = 4;
/// How often a file is read that changes while it is read, and how long is waited in between.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(20);

/// Why a file is not served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoFile {
    #[error("there is no such file")]
    Missing,
    #[error("the folder is not there")]
    NoFolder,
    #[error("it has {0} bytes, and at most {LARGEST} are served")]
    TooLarge(u64),
    #[error("it changes while it is read: files of a publication are replaced, never written in place")]
    Unsteady,
    #[error("{0}")]
    Unreadable(#[from] io::Error),
}

/// Served files of a folder.
#[derive(Debug)]
pub(crate) struct Publication {
    place: Arc<Place>,
    kept: Cache<String, Arc<Kept>, Weight>,
    readers: Semaphore,
}

/// Where files are, and how they are served.
#[derive(Debug)]
struct Place {
    folder: PathBuf,
    common: Common,
    reach: Reach,
}

/// A file as it was read last.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) asset: Asset,
    stamp: Stamp,
    /// When somebody last looked, in milliseconds of the program.
    looked: AtomicU64,
}

/// What differs if a file was replaced or written to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    file: (u64, u64),
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

#[derive(Debug, Clone)]
struct Weight;

impl Weighter<String, Arc<Kept>> for Weight {
    fn weight(&self, name: &String, kept: &Arc<Kept>) -> u64 {
        // A file without content takes its headers.
        1_024 + u64::try_from(name.len()).unwrap_or(u64::MAX) + kept.asset.weight()
    }
}

impl Publication {
    pub(crate) fn new(folder: PathBuf, common: Common, reach: Reach) -> Self {
        // One shard: a file may take a fourth of it all.
        let options = OptionsBuilder::new()
            .estimated_items_capacity(KEPT_FILES)
            .weight_capacity(KEPT)
            .shards(1)
            .build();
        let kept = options.map_or_else(
            |_| Cache::with_weighter(KEPT_FILES, KEPT, Weight),
            |options| {
                Cache::with_options(
                    options,
                    Weight,
                    quick_cache::DefaultHashBuilder::default(),
                    quick_cache::sync::DefaultLifecycle::default(),
                )
            },
        );
        let place = Arc::new(Place { folder, common, reach });
        Self { place, kept, readers: Semaphore::new(READERS) }
    }

    /// A file by its path, which is plain (see [`Address`](crate::address::Address)).
    pub(crate) async fn file(&self, path: &str) -> Result<Arc<Kept>, NoFile> {
        match self.kept.get(path) {
            Some(kept) if !kept.is_due() => Ok(kept),
            Some(kept) => match self.load(path, Some(kept.stamp.clone())).await {
                Ok(None) | Err(NoFile::NoFolder) => Ok(kept),
                Ok(Some(new)) => Ok(self.keep(path, &kept, new)),
                Err(error) => {
                    self.kept.remove(path);
                    Err(error)
                }
            },
            None => self.kept.get_or_insert_async(path, self.first(path)).await,
        }
    }

    /// Keeps what was read in the place of what was kept, unless a later and quicker look has put something there.
    fn keep(&self, path: &str, before: &Arc<Kept>, new: Arc<Kept>) -> Arc<Kept> {
        match self.kept.get(path) {
            Some(other) if !Arc::ptr_eq(&other, before) => other,
            _ => {
                self.kept.insert(path.to_owned(), Arc::clone(&new));
                new
            }
        }
    }

    /// Reads a file that is not kept. Who asks for it at the same time waits for it, too.
    async fn first(&self, path: &str) -> Result<Arc<Kept>, NoFile> {
        self.load(path, None).await?.ok_or(NoFile::Missing)
    }

    /// Reads a file, unless it is still the one with that stamp.
    async fn load(&self, path: &str, known: Option<Stamp>) -> Result<Option<Arc<Kept>>, NoFile> {
        let Ok(_turn) = self.readers.acquire().await else { return Err(NoFile::NoFolder) };
        let (place, path) = (Arc::clone(&self.place), path.to_owned());
        let read = tokio::task::spawn_blocking(move || place.read(&path, known.as_ref()));
        let read = read.await.map_err(io::Error::other)??;
        Ok(read.map(Arc::new))
    }
}

impl Kept {
    /// Whether this caller is the one who looks at the folder again.
    fn is_due(&self) -> bool {
        let (now, looked) = (now(), self.looked.load(Ordering::Relaxed));
        now.saturating_sub(looked) >= FRESH
            && self.looked.compare_exchange(looked, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

impl Place {
    /// Blocks. Gives nothing if the file is still the one with that stamp.
    fn read(&self, path: &str, known: Option<&Stamp>) -> Result<Option<Kept>, NoFile> {
        // A folder may be a link that is made to point to the next one.
        let folder = self.folder.canonicalize().map_err(|_| NoFile::NoFolder)?;
        let looked = AtomicU64::new(now());
        let Some((stamp, content)) = read_whole(&folder, path, known)? else { return Ok(None) };
        let variants = vec![(Coding::Identity, Bytes::from(content))];
        let asset = Asset::new(path, variants, keep(path), self.common, self.reach);
        Ok(Some(Kept { asset, stamp, looked }))
    }
}

fn read_whole(folder: &Path, path: &str, known: Option<&Stamp>) -> Result<Option<(Stamp, Vec<u8>)>, NoFile> {
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            std::thread::sleep(PAUSE);
        }
        let full = folder.join(path).canonicalize().map_err(missing)?;
        if !full.starts_with(folder) {
            return Err(NoFile::Missing);
        }
        let mut file = File::open(&full).map_err(missing)?;
        let before = file.metadata()?;
        if !before.is_file() {
            return Err(NoFile::Missing);
        }
        let stamp = Stamp::of(&before);
        if known == Some(&stamp) {
            return Ok(None);
        }
        if stamp.length > LARGEST {
            return Err(NoFile::TooLarge(stamp.length));
        }
        let mut content = Vec::with_capacity(usize::try_from(stamp.length).unwrap_or(0));
        (&mut file).take(LARGEST + 1).read_to_end(&mut content)?;
        let whole = u64::try_from(content.len()).is_ok_and(|length| length == stamp.length);
        if whole && Stamp::of(&file.metadata()?).same_content(&stamp) {
            return Ok(Some((stamp, content)));
        }
    }
    Err(NoFile::Unsteady)
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            file: (metadata.dev(), metadata.ino()),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// Of one open file: replacing it changes the count of its names, and nothing in it.
    fn same_content(&self, other: &Self) -> bool {
        (self.length, self.modified) == (other.length, other.modified)
    }
}

/// Objects whose names hold a version or a hash never change (docs/spec/publication.md).
fn keep(path: &str) -> Keep {
    let name = path.rsplit('/').next().unwrap_or(path);
    let marked = name.split_once('.').is_some_and(|(mark, _)| {
        let digits = mark.bytes().all(|b| b.is_ascii_digit());
        let hash = mark.len() == 64 && mark.bytes().all(|b| b.is_ascii_hexdigit());
        !mark.is_empty() && (digits || hash)
    });
    let named_so = path.starts_with("pack/") || path.starts_with("pictures/");
    if named_so && marked { Keep::ForGood } else { Keep::Ask }
}

fn missing(error: io::Error) -> NoFile {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename => {
            NoFile::Missing
        }
        _ => NoFile::Unreadable(error),
    }
}

fn now() -> u64 {
    u64::try_from(clock::elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// The folder, if it is one that can be read.
pub(crate) fn check(folder: &Path) -> io::Result<()> {
    fs::read_dir(folder).map(drop)
}
