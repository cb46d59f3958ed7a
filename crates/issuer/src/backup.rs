//! Backup and restore: everything in one folder, the same for both databases.
//!
//! `records.jsonl` has every table in one state: a line that names table and columns, then a line for each row.
//! `keys/` has the encrypted keys. `manifest.json` has the length and SHA-256 of each file and the end of the
//! audit chain. A backup of one kind of database is restored into either.

mod export;
mod import;

pub use import::{Restored, restore};

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;

use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};
use verilabel_label::Timestamp;

use crate::authority::write_durably;
use crate::desk::Work;
use crate::{Authority, Decision, Order, Refusal, Role, audit, hex};

const SCHEMA: &str = "verilabel-backup/1";
const MANIFEST: &str = "manifest.json";
const RECORDS: &str = "records.jsonl";
const KEYS: &str = "keys";

/// `manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    schema: String,
    made_at: Timestamp,
    /// The version of the database's schema.
    tables: i64,
    /// The end of the audit chain.
    seq: i64,
    hash: String,
    files: BTreeMap<String, FileFacts>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileFacts {
    length: u64,
    sha256: String,
}

/// The first line of a table in `records.jsonl`; rows follow, as arrays of its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TableLine {
    table: String,
    columns: Vec<(String, ColumnKind)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ColumnKind {
    Text,
    Int,
}

/// Puts on record that a backup is made; that event is in the backup.
#[derive(Debug, Clone)]
struct MakeBackup;

impl Decision for MakeBackup {
    type Outcome = ();
    const KIND: &'static str = "make-backup";
    const ROLES: &'static [Role] = &[Role::Operator];
    const BY_SYSTEM: bool = true;

    fn subject(&self) -> String {
        "backup".to_owned()
    }

    async fn decide(&self, work: &mut Work) -> Result<(), Refusal> {
        work.record(Self::KIND, self.subject(), [])?;
        Ok(())
    }
}

impl Authority {
    /// Writes a backup into a folder, which must not be there yet. Work goes on meanwhile; the backup has the
    /// state of one moment.
    ///
    /// # Errors
    /// [`Refusal::Exists`] for a folder that is there; [`Refusal::File`]; [`Refusal::Unavailable`].
    pub async fn back_up(&self, folder: &Path, order: Order) -> Result<(), Refusal> {
        if folder.exists() {
            return Err(Refusal::Exists { folder: folder.to_owned() });
        }
        let made_at = order.at;
        self.decide(order, MakeBackup).await?;
        let keys = folder.join(KEYS);
        fs::create_dir_all(&keys).map_err(|e| Refusal::file(&keys, &e))?;
        let mut snapshot = self.database().snapshot().await?;
        export::export(&mut snapshot, &folder.join(RECORDS)).await?;
        let end = audit::end(&mut snapshot).await?;
        drop(snapshot);
        copy_keys(&self.folder().keys(), &keys)?;
        let manifest = Manifest {
            schema: SCHEMA.to_owned(),
            made_at,
            tables: crate::store::SCHEMA_VERSION,
            seq: end.seq.number(),
            hash: end.hash.to_string(),
            files: facts_below(folder)?,
        };
        let json = serde_json::to_vec_pretty(&manifest).map_err(|e| Refusal::damaged("the manifest", &e))?;
        // The manifest comes last: without it a folder is no backup.
        write_durably(&folder.join(MANIFEST), &json)
    }
}

/// Copies the encrypted keys; there may be none, where a device has them.
fn copy_keys(from: &Path, to: &Path) -> Result<(), Refusal> {
    let Ok(entries) = fs::read_dir(from) else { return Ok(()) };
    for entry in entries {
        let path = entry.map_err(|e| Refusal::file(from, &e))?.path();
        if let (Some(name), true) = (path.file_name(), path.extension().is_some_and(|e| e == "jwe")) {
            let copied =
                fs::copy(&path, to.join(name)).and_then(|_| fs::File::open(to.join(name))?.sync_all());
            copied.map_err(|e| Refusal::file(&path, &e))?;
        }
    }
    Ok(())
}

fn facts_below(folder: &Path) -> Result<BTreeMap<String, FileFacts>, Refusal> {
    let mut files = BTreeMap::from([(RECORDS.to_owned(), facts(&folder.join(RECORDS))?)]);
    let keys = folder.join(KEYS);
    for entry in fs::read_dir(&keys).map_err(|e| Refusal::file(&keys, &e))? {
        let path = entry.map_err(|e| Refusal::file(&keys, &e))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        files.insert(format!("{KEYS}/{name}"), facts(&path)?);
    }
    Ok(files)
}

fn facts(path: &Path) -> Result<FileFacts, Refusal> {
    let mut file = fs::File::open(path).map_err(|e| Refusal::file(path, &e))?;
    let mut digest = Context::new(&SHA256);
    let mut length = 0;
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = file.read(&mut buffer).map_err(|e| Refusal::file(path, &e))?;
        if read == 0 {
            return Ok(FileFacts { length, sha256: hex::encode(digest.finish().as_ref()) });
        }
        digest.update(buffer.get(..read).unwrap_or_default());
        length += u64::try_from(read).unwrap_or_default();
    }
}
