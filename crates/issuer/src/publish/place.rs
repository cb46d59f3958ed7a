//! A publication folder: objects by name, each written whole.

mod s3;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use object_store::{
    Attribute, Attributes, Error, ObjectStore, ObjectStoreExt, PutMode, PutOptions, UpdateVersion,
};

use super::PublicationError;
use super::names::Served;

/// Objects written at once.
const AT_ONCE: usize = 8;
/// The file that whoever publishes to a local folder locks.
const LOCK: &str = ".publishing";
/// The longest name of a folder, in bytes.
const MOST_NAME: u64 = 64;

/// Where an authority publishes.
///
/// A local folder keeps what is written through a crash of the machine: file and folder are synchronised before
/// and after the rename.
#[derive(Debug, Clone)]
pub(super) struct Place {
    store: Arc<dyn ObjectStore>,
    /// The root of a local folder; elsewhere the store itself compares before it replaces.
    local: Option<PathBuf>,
}

/// What stood in an object's place when it was looked at; it is replaced only if that has not changed.
#[derive(Debug, Clone)]
pub(super) struct Tag(Option<UpdateVersion>);

/// Held by whoever publishes to a local folder; it goes with the process that holds it.
#[derive(Debug)]
pub(super) struct FolderLock {
    file: File,
}

impl Place {
    /// Opens a folder by its path or `file://` URL, or `s3://BUCKET/PREFIX`.
    pub(super) fn open(url: &str) -> Result<Self, PublicationError> {
        match url.split_once("://") {
            None => Self::folder(Path::new(url), url),
            Some(("file", path)) if path.starts_with('/') => Self::folder(Path::new(path), url),
            Some(("s3", rest)) => s3::open(url, rest),
            Some(_) => Err(wrong(url, "give a folder, file:///FOLDER or s3://BUCKET/PREFIX")),
        }
    }

    fn folder(path: &Path, url: &str) -> Result<Self, PublicationError> {
        let opened = fs::create_dir_all(path).map_err(|e| wrong(url, &e.to_string())).and_then(|()| {
            let store = LocalFileSystem::new_with_prefix(path).map_err(|e| wrong(url, &e.to_string()))?;
            let root = path.canonicalize().map_err(|e| wrong(url, &e.to_string()))?;
            Ok((store.with_fsync(true), root))
        });
        opened.map(|(store, root)| Self { store: Arc::new(store), local: Some(root) })
    }

    /// Keeps other processes of this machine from publishing to a local folder while it is held. Other stores
    /// compare before they replace.
    pub(super) fn lock(&self) -> Result<Option<FolderLock>, PublicationError> {
        let Some(root) = &self.local else { return Ok(None) };
        let failed = |e: &std::io::Error| unreachable(LOCK, e);
        let mut options = File::options();
        let file = options.read(true).write(true).create(true).truncate(false).open(root.join(LOCK));
        let file = file.map_err(|e| failed(&e))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(FolderLock { file })),
            Err(fs::TryLockError::WouldBlock) => Err(PublicationError::FolderBusy { folder: root.clone() }),
            Err(fs::TryLockError::Error(error)) => Err(failed(&error)),
        }
    }

    /// Reads an object; `None` if there is none.
    pub(super) async fn read(&self, name: &str) -> Result<Option<Vec<u8>>, PublicationError> {
        let read = async { self.store.get(&parse(name)?).await?.bytes().await };
        match read.await {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(unreachable(name, &error)),
        }
    }

    /// Whether there is such an object.
    pub(super) async fn has(&self, name: &str) -> Result<bool, PublicationError> {
        match self.head(name).await {
            Ok(_) => Ok(true),
            Err(Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(unreachable(name, &error)),
        }
    }

    /// What stands there now.
    pub(super) async fn tag(&self, name: &str) -> Result<Tag, PublicationError> {
        if self.local.is_some() {
            return Ok(Tag(None));
        }
        match self.head(name).await {
            Ok(meta) => Ok(Tag(Some(UpdateVersion { e_tag: meta.e_tag, version: meta.version }))),
            Err(Error::NotFound { .. }) => Ok(Tag(None)),
            Err(error) => Err(unreachable(name, &error)),
        }
    }

    async fn head(&self, name: &str) -> Result<object_store::ObjectMeta, Error> {
        self.store.head(&parse(name)?).await
    }

    /// Writes an object whose name stands for its content.
    pub(super) async fn add(&self, name: &str, bytes: Vec<u8>) -> Result<(), PublicationError> {
        self.put(name, bytes, PutMode::Overwrite).await
    }

    /// Writes several such objects, some at a time.
    pub(super) async fn add_all(&self, objects: Vec<(String, Vec<u8>)>) -> Result<(), PublicationError> {
        stream::iter(objects)
            .map(|(name, bytes)| async move { self.add(&name, bytes).await })
            .buffer_unordered(AT_ONCE)
            .boxed()
            .try_collect()
            .await
    }

    /// Replaces an object, if what stood there still does.
    pub(super) async fn replace(&self, name: &str, bytes: Vec<u8>, tag: Tag) -> Result<(), PublicationError> {
        let mode = match tag.0 {
            _ if self.local.is_some() => PutMode::Overwrite,
            Some(version) => PutMode::Update(version),
            None => PutMode::Create,
        };
        self.put(name, bytes, mode).await
    }

    async fn put(&self, name: &str, bytes: Vec<u8>, mode: PutMode) -> Result<(), PublicationError> {
        let options = PutOptions { mode, attributes: self.attributes(name), ..PutOptions::default() };
        let put = async { self.store.put_opts(&parse(name)?, bytes.into(), options).await };
        match put.await {
            Ok(_) => Ok(()),
            Err(Error::Precondition { .. } | Error::AlreadyExists { .. }) => Err(PublicationError::Overtaken),
            Err(error) => Err(unreachable(name, &error)),
        }
    }

    /// A local folder keeps none.
    fn attributes(&self, name: &str) -> Attributes {
        if self.local.is_some() {
            return Attributes::new();
        }
        let served = Served::of(name);
        Attributes::from_iter([
            (Attribute::ContentType, served.media_type),
            (Attribute::CacheControl, served.cache),
        ])
    }

    /// Removes objects; what is not there is no fault.
    pub(super) async fn remove_all(&self, names: Vec<String>) -> Result<(), PublicationError> {
        stream::iter(names)
            .map(|name| async move {
                match async { self.store.delete(&parse(&name)?).await }.await {
                    Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
                    Err(error) => Err(unreachable(&name, &error)),
                }
            })
            .buffer_unordered(AT_ONCE)
            .boxed()
            .try_collect()
            .await
    }

    /// Names of all objects below a folder that end in a file name.
    pub(super) async fn names(&self, folder: &str, file: &str) -> Result<BTreeSet<String>, PublicationError> {
        let end = format!("/{file}");
        let prefix = parse(folder).map_err(|e| unreachable(folder, &e))?;
        self.store
            .list(Some(&prefix))
            .map_ok(|meta| meta.location.to_string())
            .try_filter(|name| std::future::ready(name.ends_with(&end)))
            .try_collect()
            .await
            .map_err(|e| unreachable(folder, &e))
    }

    /// Removes what a writer that died has left half-written beside the objects of those folders.
    pub(super) fn sweep(&self, folders: &BTreeSet<String>) -> Result<(), PublicationError> {
        let Some(root) = &self.local else { return Ok(()) };
        for folder in folders {
            let failed = |e: &std::io::Error| unreachable(folder, e);
            let entries = match fs::read_dir(root.join(folder)) {
                Ok(entries) => entries,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => return Err(failed(&error)),
            };
            for entry in entries {
                let entry = entry.map_err(|e| failed(&e))?;
                if is_half_written(&entry.file_name().to_string_lossy()) {
                    fs::remove_file(entry.path()).map_err(|e| failed(&e))?;
                }
            }
        }
        Ok(())
    }
}

impl FolderLock {
    /// The folder's own name, whatever its path: the one given if it has none yet. It is in the file before anybody
    /// goes by it.
    pub(super) fn folder(&mut self, otherwise: &str) -> Result<String, PublicationError> {
        let failed = |e: std::io::Error| unreachable(LOCK, &e);
        let mut name = String::new();
        (&self.file).take(MOST_NAME).read_to_string(&mut name).map_err(failed)?;
        if name.len() == otherwise.len() {
            return Ok(name);
        }
        let written = self.file.rewind().and_then(|()| self.file.set_len(0));
        written.and_then(|()| self.file.write_all(otherwise.as_bytes())).map_err(failed)?;
        Ok(otherwise.to_owned())
    }
}

/// The local store writes `NAME#NUMBER` and renames it.
fn is_half_written(file: &str) -> bool {
    let number = |suffix: &str| !suffix.is_empty() && suffix.bytes().all(|b| b.is_ascii_digit());
    file.rsplit_once('#').is_some_and(|(_, suffix)| number(suffix))
}

fn parse(name: &str) -> Result<ObjectPath, Error> {
    Ok(ObjectPath::parse(name)?)
}

fn wrong(url: &str, reason: &str) -> PublicationError {
    PublicationError::Url { url: url.to_owned(), reason: reason.to_owned() }
}

fn unreachable(object: &str, error: &dyn std::error::Error) -> PublicationError {
    PublicationError::Unreachable { object: object.to_owned(), reason: error.to_string() }
}

#[cfg(test)]
mod tests;
