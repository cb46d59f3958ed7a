//! The folder of an authority: `authority.toml`, its database if that is a file, `keys/`, `publication/`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{DatabaseUrl, Refusal};

/// The folder of an authority.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    file: AuthorityFile,
}

/// `authority.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AuthorityFile {
    database: DatabaseUrl,
}

impl Folder {
    pub(crate) fn make(path: &Path, database: &DatabaseUrl) -> Result<Self, Refusal> {
        let folder = Self { path: path.to_owned(), file: AuthorityFile { database: database.clone() } };
        let settings = folder.settings();
        if settings.exists() {
            // What was cut off while it was made is taken up again; what was made is found in its database.
            return Self::open(path);
        }
        fs::create_dir_all(path).map_err(|e| Refusal::file(path, &e))?;
        let text = toml::to_string(&folder.file).map_err(|e| Refusal::file(&settings, &e))?;
        write_durably(&settings, text.as_bytes())?;
        Ok(folder)
    }

    pub(crate) fn open(path: &Path) -> Result<Self, Refusal> {
        let folder = Self { path: path.to_owned(), file: AuthorityFile { database: DatabaseUrl::new("") } };
        let settings = folder.settings();
        let text = fs::read_to_string(&settings).map_err(|e| Refusal::file(&settings, &e))?;
        let file = toml::from_str(&text).map_err(|e| Refusal::file(&settings, &e))?;
        Ok(Self { file, ..folder })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its database.
    #[must_use]
    pub fn database(&self) -> &DatabaseUrl {
        &self.file.database
    }

    /// Where its encrypted keys are.
    #[must_use]
    pub fn keys(&self) -> PathBuf {
        self.path.join("keys")
    }

    /// Where it publishes, unless told otherwise.
    #[must_use]
    pub fn publication(&self) -> PathBuf {
        self.path.join("publication")
    }

    fn settings(&self) -> PathBuf {
        self.path.join("authority.toml")
    }
}

/// Writes a file so that it is whole or not there.
pub(crate) fn write_durably(path: &Path, bytes: &[u8]) -> Result<(), Refusal> {
    let temporary = path.with_extension("new");
    let written = fs::File::create(&temporary)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&temporary, path))
        .and_then(|()| fs::File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all());
    written.map_err(|e| Refusal::file(path, &e))
}
