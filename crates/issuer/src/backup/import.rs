//! Restoring a backup into an empty place.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;

use ring::rand::{SecureRandom, SystemRandom};
use serde_json::Value;
use sqlx::{AnyConnection, AssertSqlSafe, Executor};
use verilabel_label::Timestamp;

use super::{ColumnKind, KEYS, MANIFEST, Manifest, RECORDS, SCHEMA, TableLine, copy_keys, facts_below};
use crate::audit::{self, Anchor, ChainHash};
use crate::authority::{Folder, list_bits};
use crate::publish::highest_version;
use crate::store::{Cells, Database, SCHEMA_VERSION, TABLES, insert_rows, migrate, migrate_within};
use crate::{DatabaseUrl, Refusal, Seq};

/// Rows that are put in at a time.
const ROWS: usize = 1_000;
/// So many status entries at most are given out between two backups: those of twenty runs of the largest size.
const ENTRIES_SINCE: u32 = 1 << 31;
/// So many bytes of chance tell the lists of one restore from those of another of the same backup, if not for certain;
/// no more, because every label spells the number of its list.
const CHANCE: usize = 2;

/// More releases of the trust pack than come out between two backups, whatever the clock says.
const RELEASES_SINCE: u64 = 1 << 20;
/// More releases than come out in a second.
const RELEASES_PER_SECOND: u64 = 16;

/// What tells a restore from every other of the same backup.
#[derive(Debug, Clone, Copy)]
struct Since {
    /// How long ago the backup was made.
    seconds: u64,
    chance: u16,
}

/// What was restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// Rows of all tables.
    pub rows: u64,
    /// The end of the audit chain.
    pub end: Anchor,
    /// The status list in which entries are given out from now on.
    pub next_list: u32,
}

/// Restores a backup into a new folder and an empty database. Labels may have been signed since it was made, which the
/// records know nothing of: what is awarded next has its status in lists that were not opened meanwhile, unless more than
/// 2³¹ entries were given out. The trust pack may have been released, too: the next release has a version that none of
/// those can have had. A backup of older software is brought up to this one's schema.
///
/// # Errors
/// [`Refusal::Exists`] for a folder or a database that holds something; [`Refusal::NewerSchema`] for a backup of newer
/// software; [`Refusal::Damaged`] for a backup whose files are not those of its manifest, or whose audit chain does not
/// stand. Nothing is restored then.
pub async fn restore(
    backup: &Path,
    folder: &Path,
    database: &DatabaseUrl,
    now: Timestamp,
    random: &SystemRandom,
) -> Result<Restored, Refusal> {
    let occupied = || Refusal::Exists { folder: folder.to_owned() };
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(occupied());
    }
    let manifest = read_manifest(backup)?;
    fs::create_dir_all(folder).map_err(|e| Refusal::file(folder, &e))?;
    let target = Database::open(database, folder)?;
    let mut connection = target.connect().await?;
    // The rows of older software go into its tables, and are migrated with them.
    migrate(&mut connection, target.is_sqlite(), manifest.tables).await?;
    connection.execute(sqlx::raw_sql("BEGIN")).await?;
    let mut chance = [0; CHANCE];
    random.fill(&mut chance).map_err(|_| Refusal::NoRandomness)?;
    let since = Since { seconds: now.seconds_since(manifest.made_at), chance: u16::from_be_bytes(chance) };
    let restored = restore_rows(backup, &manifest, &mut connection, since, occupied).await;
    let end = if restored.is_ok() { "COMMIT" } else { "ROLLBACK" };
    connection.execute(sqlx::raw_sql(end)).await?;
    let restored = restored?;
    copy_keys(&backup.join(KEYS), &made(&folder.join(KEYS))?)?;
    // The folder is an authority's from now on, and not before.
    Folder::make(folder, database)?;
    Ok(restored)
}

fn made(folder: &Path) -> Result<std::path::PathBuf, Refusal> {
    fs::create_dir_all(folder).map_err(|e| Refusal::file(folder, &e))?;
    Ok(folder.to_owned())
}

fn read_manifest(backup: &Path) -> Result<Manifest, Refusal> {
    let path = backup.join(MANIFEST);
    let bytes = fs::read(&path).map_err(|e| Refusal::file(&path, &e))?;
    let manifest: Manifest =
        serde_json::from_slice(&bytes).map_err(|e| Refusal::damaged("the manifest", &e))?;
    if manifest.schema != SCHEMA {
        return Err(Refusal::damaged("the manifest", &format!("schema {}", manifest.schema)));
    }
    if manifest.tables > SCHEMA_VERSION {
        return Err(Refusal::NewerSchema { found: manifest.tables, known: SCHEMA_VERSION });
    }
    let found = facts_below(backup)?;
    let differs = manifest.files.iter().find(|(name, facts)| found.get(*name) != Some(*facts));
    let foreign = found.keys().find(|name| !manifest.files.contains_key(*name));
    match differs.map(|(name, _)| name).or(foreign) {
        Some(name) => Err(Refusal::damaged("the backup", &format!("{name} is not the file of the manifest"))),
        None => Ok(manifest),
    }
}

async fn restore_rows(
    backup: &Path,
    manifest: &Manifest,
    connection: &mut AnyConnection,
    since: Since,
    occupied: impl Fn() -> Refusal,
) -> Result<Restored, Refusal> {
    let row = sqlx::query(
        "SELECT seq, (SELECT MAX(version) FROM schema_version) AS version FROM head WHERE id = 1",
    )
    .fetch_one(&mut *connection)
    .await?;
    if row.int("seq")? != 0 || row.int("version")? != manifest.tables {
        return Err(occupied());
    }
    let rows = import(connection, &backup.join(RECORDS)).await?;
    migrate_within(connection, SCHEMA_VERSION).await?;
    let hash: ChainHash = manifest.hash.parse().map_err(|e| Refusal::damaged("the manifest", &e))?;
    let end = Anchor { seq: Seq::new(manifest.seq), hash };
    let report = audit::verify(connection, &[end]).await?;
    match report.faults.first() {
        Some(fault) => return Err(Refusal::damaged("the backup's audit chain", &fault)),
        None if report.end != end => {
            return Err(Refusal::damaged("the backup's audit chain", &"it ends elsewhere"));
        }
        None => {}
    }
    skip_releases(connection, since.seconds).await?;
    Ok(Restored { rows, end, next_list: skip_entries(connection, since.chance).await? })
}

/// Verifiers keep the highest version that they have seen and take no lower one, and the publication folder, which says
/// it, may be lost with the records. The longer ago the backup was made, the higher: another restore of the same one
/// goes beyond what was released after this one.
async fn skip_releases(connection: &mut AnyConnection, seconds: u64) -> Result<(), Refusal> {
    let since = RELEASES_SINCE + seconds * RELEASES_PER_SECOND;
    let version = highest_version(connection).await?.saturating_add(since);
    let version = i64::try_from(version).map_err(|e| Refusal::damaged("a version", &e))?;
    // A release that never came about: it brought in nothing, and is forgotten with the next.
    sqlx::query(
        "INSERT INTO releases (version, seq, at, published, added, dropped) VALUES ($1, 0, 0, 0, '[]', '[]')",
    )
    .bind(version)
    .execute(connection)
    .await?;
    Ok(())
}

/// The same counter would give what is awarded next the entries and serial numbers of labels that are out there and not
/// on record: those of labels signed since the backup was made, and most likely after another restore of the same one.
async fn skip_entries(connection: &mut AnyConnection, chance: u16) -> Result<u32, Refusal> {
    let bits = list_bits(connection).await?;
    let row = sqlx::query("SELECT next_index FROM head WHERE id = 1").fetch_one(&mut *connection).await?;
    let (list, _) = bits.split(row.int("next_index")?)?;
    let since = ENTRIES_SINCE / bits.entries() + u32::from(chance);
    let next_list = list.saturating_add(1 + since);
    sqlx::query("UPDATE head SET next_index = $1 WHERE id = 1")
        .bind(bits.first_of(next_list))
        .execute(connection)
        .await?;
    Ok(next_list)
}

async fn import(connection: &mut AnyConnection, path: &Path) -> Result<u64, Refusal> {
    let file = fs::File::open(path).map_err(|e| Refusal::file(path, &e))?;
    let mut table: Option<TableLine> = None;
    let mut rows: Vec<Vec<Value>> = Vec::new();
    let mut count = 0;
    for line in BufReader::new(file).lines() {
        let line = line.map_err(|e| Refusal::file(path, &e))?;
        let damaged = |e: serde_json::Error| Refusal::damaged("a row of the backup", &e);
        if line.starts_with('{') {
            insert(connection, table.as_ref(), &mut rows).await?;
            let line = check(serde_json::from_str(&line).map_err(damaged)?)?;
            // Rows that the migrations have made.
            let emptying = format!("DELETE FROM {}", line.table);
            sqlx::query(AssertSqlSafe(emptying)).execute(&mut *connection).await?;
            table = Some(line);
            continue;
        }
        rows.push(serde_json::from_str(&line).map_err(damaged)?);
        count += 1;
        if rows.len() >= ROWS {
            insert(connection, table.as_ref(), &mut rows).await?;
        }
    }
    insert(connection, table.as_ref(), &mut rows).await?;
    Ok(count)
}

/// Names stand in statements: only those of our own tables and of the shape of our columns.
fn check(line: TableLine) -> Result<TableLine, Refusal> {
    let plain = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let known = TABLES.contains(&line.table.as_str()) && line.columns.iter().all(|(name, _)| plain(name));
    if known { Ok(line) } else { Err(Refusal::damaged("a table of the backup", &line.table)) }
}

async fn insert(
    connection: &mut AnyConnection,
    table: Option<&TableLine>,
    rows: &mut Vec<Vec<Value>>,
) -> Result<(), Refusal> {
    let rows = std::mem::take(rows);
    let Some(line) = table else {
        return if rows.is_empty() {
            Ok(())
        } else {
            Err(Refusal::damaged("the backup", &"rows of no table"))
        };
    };
    if let Some(short) = rows.iter().find(|row| row.len() != line.columns.len()) {
        return Err(Refusal::damaged(
            "a row of the backup",
            &format!("{} cells in {}", short.len(), line.table),
        ));
    }
    let names: Vec<&str> = line.columns.iter().map(|(name, _)| name.as_str()).collect();
    insert_rows(connection, &line.table, &names.join(", "), &rows, |mut query, row| {
        for (value, (_, kind)) in row.iter().zip(&line.columns) {
            query = match kind {
                ColumnKind::Text => query.bind(value.as_str().map(str::to_owned)),
                ColumnKind::Int => query.bind(value.as_i64()),
            };
        }
        query
    })
    .await
}
