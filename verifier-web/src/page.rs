//! The page, read once: files that are packed ahead, by address.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use axum::body::Bytes;

use crate::asset::{Asset, Keep};
use crate::headers::{Common, Reach};
use crate::negotiate::Coding;

/// Most bytes of a page with everything that belongs to it; a mistaken folder is told from a page by it.
const MOST: u64 = 64 << 20;
/// Packed forms by the ending of their files, the best first.
const PACKED: [(&str, Coding); 2] = [(".br", Coding::Brotli), (".gz", Coding::Gzip)];

/// Why a folder cannot be served as the page.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PageError {
    #[error(
        "{0} holds no page (index.html and the folder app): build it with `cargo xtask web`, and name target/web"
    )]
    NoPage(PathBuf),
    #[error("{0} is larger than any page ({MOST} bytes): is it the right folder?")]
    TooLarge(PathBuf),
    #[error("{path} cannot be read: {source}")]
    Unreadable { path: PathBuf, source: io::Error },
}

/// The files of the page.
#[derive(Debug)]
pub(crate) struct Page {
    files: HashMap<String, Asset>,
}

impl Page {
    /// Reads the folder that `cargo xtask web` made.
    pub(crate) fn read(folder: &Path, common: Common) -> Result<Self, PageError> {
        let no_page = || PageError::NoPage(folder.to_owned());
        let mut contents = HashMap::new();
        let mut left = MOST;
        if !folder.join("index.html").is_file() || !folder.join("app").is_dir() {
            return Err(no_page());
        }
        read_below(folder, "", &mut contents, &mut left)?;
        let names: Vec<String> = contents
            .keys()
            .filter(|name| !PACKED.iter().any(|(end, _)| name.ends_with(end)))
            .cloned()
            .collect();
        let mut files = HashMap::new();
        for name in names {
            let mut variants: Vec<(Coding, Bytes)> = PACKED
                .into_iter()
                .filter_map(|(end, coding)| Some((coding, contents.remove(&format!("{name}{end}"))?)))
                .collect();
            variants.extend(contents.remove(&name).map(|plain| (Coding::Identity, plain)));
            let keep = if name.starts_with("/app/") { Keep::ForGood } else { Keep::Ask };
            files.insert(name.clone(), Asset::new(&name, variants, keep, common, Reach::Page));
        }
        if files.contains_key("/index.html") { Ok(Self { files }) } else { Err(no_page()) }
    }

    /// The file at an address.
    pub(crate) fn file(&self, address: &str) -> Option<&Asset> {
        self.files.get(address)
    }
}

fn read_below(
    folder: &Path,
    address: &str,
    contents: &mut HashMap<String, Bytes>,
    left: &mut u64,
) -> Result<(), PageError> {
    let unreadable = |path: &Path, source| PageError::Unreadable { path: path.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(|e| unreadable(folder, e))? {
        let path = entry.map_err(|e| unreadable(folder, e))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let address = format!("{address}/{name}");
        if path.is_dir() {
            read_below(&path, &address, contents, left)?;
            continue;
        }
        let length = fs::metadata(&path).map_err(|e| unreadable(&path, e))?.len();
        *left = left.checked_sub(length).ok_or_else(|| PageError::TooLarge(folder.to_owned()))?;
        let content = fs::read(&path).map_err(|e| unreadable(&path, e))?;
        contents.insert(address, Bytes::from(content));
    }
    Ok(())
}
