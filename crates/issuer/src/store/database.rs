//! Opening a database, whichever of the two it is.

use std::path::Path;
use std::sync::Once;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, AssertSqlSafe, Connection, Executor, Transaction};

use crate::Refusal;

/// Readers at once; the desk writes by a connection of its own.
const READERS: u32 = 8;
/// How long a reader waits for a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where an authority's records are: `sqlite:authority.db` or `postgres://…`.
///
/// `sqlite:authority.db?max-pages=250000` bounds the file, in pages of 4 KiB: what would make it larger is refused
/// as if the disk were full.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// An SQLite database in one file, relative to the authority's folder.
    #[must_use]
    pub fn sqlite(file: &str) -> Self {
        Self(format!("sqlite:{file}"))
    }

    /// Any URL: `sqlite:FILE` or `postgres://…`.
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self(url.to_owned())
    }

    /// Whether it is an SQLite file.
    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        self.0.starts_with("sqlite:")
    }

    /// The URL that the driver takes, with files below the authority's folder, and what each connection begins
    /// with.
    fn driver(&self, folder: &Path) -> Result<(String, String), Refusal> {
        let Some(file) = self.0.strip_prefix("sqlite:") else {
            return Ok((self.0.clone(), POSTGRES.to_owned()));
        };
        let (file, bound) = match file.split_once('?') {
            Some((file, bound)) => (file, Some(max_pages(bound)?)),
            None => (file, None),
        };
        let bound = bound.map(|pages| format!(" PRAGMA max_page_count = {pages};")).unwrap_or_default();
        Ok((format!("sqlite://{}?mode=rwc", folder.join(file).display()), format!("{SQLITE}{bound}")))
    }
}

/// A URL may carry a password.
impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = self.0.split(':').next().unwrap_or_default();
        write!(f, "DatabaseUrl({scheme}:…)")
    }
}

/// An open database.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    url: String,
    sqlite: bool,
    begin: String,
    readers: AnyPool,
}

impl Database {
    /// Opens it lazily: nothing is connected to before it is asked for something.
    pub(crate) fn open(url: &DatabaseUrl, folder: &Path) -> Result<Self, Refusal> {
        static DRIVERS: Once = Once::new();
        DRIVERS.call_once(install_default_drivers);
        let sqlite = url.is_sqlite();
        let (url, begin) = url.driver(folder)?;
        let prepared = begin.clone();
        let readers = AnyPoolOptions::new()
            .max_connections(READERS)
            .min_connections(0)
            .acquire_timeout(PATIENCE)
            .after_connect(move |connection, _| {
                let begin = prepared.clone();
                Box::pin(async move { prepare(connection, begin).await })
            })
            .connect_lazy(&url)?;
        Ok(Self { url, sqlite, begin, readers })
    }

    /// A connection for writing.
    pub(crate) async fn connect(&self) -> Result<AnyConnection, Refusal> {
        let connected = tokio::time::timeout(PATIENCE, AnyConnection::connect(&self.url)).await;
        let mut connection = connected
            .map_err(|_| Refusal::Unavailable { reason: "no connection within five seconds".to_owned() })??;
        prepare(&mut connection, self.begin.clone()).await?;
        Ok(connection)
    }

    /// A connection for reading.
    pub(crate) async fn reader(&self) -> Result<PoolConnection<Any>, Refusal> {
        Ok(self.readers.acquire().await?)
    }

    /// Whether it is an SQLite file.
    pub(crate) fn is_sqlite(&self) -> bool {
        self.sqlite
    }

    /// A transaction that reads one state of everything and writes nothing.
    pub(crate) async fn snapshot(&self) -> Result<Transaction<'static, Any>, Refusal> {
        Ok(if self.sqlite {
            self.readers.begin().await?
        } else {
            self.readers.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?
        })
    }

    pub(crate) async fn close(&self) {
        self.readers.close().await;
    }
}

/// What each connection begins with. A commit is on disk when it returns (SQLite:
/// <https://sqlite.org/pragma.html#pragma_synchronous>; PostgreSQL by default). Nobody waits for ever for a lock, and
/// nothing is written outside the authority's folder.
const SQLITE: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                      PRAGMA foreign_keys = ON; PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY;";
const POSTGRES: &str = "SET lock_timeout = '10s'; SET client_min_messages = 'warning';";

async fn prepare(connection: &mut AnyConnection, begin: String) -> Result<(), sqlx::Error> {
    // Constants, and a number.
    connection.execute(sqlx::raw_sql(AssertSqlSafe(begin))).await?;
    Ok(())
}

fn max_pages(query: &str) -> Result<u32, Refusal> {
    let wrong = || Refusal::Unavailable {
        reason: format!("an SQLite URL may end in ?max-pages=NUMBER, not in ?{query}"),
    };
    query.strip_prefix("max-pages=").and_then(|number| number.parse().ok()).ok_or_else(wrong)
}
