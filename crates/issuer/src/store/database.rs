//! Opening a database, whichever of the two it is.

use std::path::Path;
use std::sync::Once;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Connection, Executor, Transaction};

use crate::Refusal;

/// Readers at once; the desk writes by a connection of its own.
const READERS: u32 = 8;
/// How long a reader waits for a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where an authority's records are: `sqlite:authority.db` or `postgres://…`.
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

    /// The URL that the driver takes, with files below the authority's folder.
    fn absolute(&self, folder: &Path) -> String {
        match self.0.strip_prefix("sqlite:") {
            Some(file) => format!("sqlite://{}?mode=rwc", folder.join(file).display()),
            None => self.0.clone(),
        }
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
    readers: AnyPool,
}

impl Database {
    /// Opens it lazily: nothing is connected to before it is asked for something.
    pub(crate) fn open(url: &DatabaseUrl, folder: &Path) -> Result<Self, Refusal> {
        static DRIVERS: Once = Once::new();
        DRIVERS.call_once(install_default_drivers);
        let sqlite = url.is_sqlite();
        let url = url.absolute(folder);
        let readers = AnyPoolOptions::new()
            .max_connections(READERS)
            .min_connections(0)
            .acquire_timeout(PATIENCE)
            .after_connect(move |connection, _| Box::pin(prepare(connection, sqlite)))
            .connect_lazy(&url)?;
        Ok(Self { url, sqlite, readers })
    }

    /// A connection for writing.
    pub(crate) async fn connect(&self) -> Result<AnyConnection, Refusal> {
        let connected = tokio::time::timeout(PATIENCE, AnyConnection::connect(&self.url)).await;
        let mut connection = connected
            .map_err(|_| Refusal::Unavailable { reason: "no connection within five seconds".to_owned() })??;
        prepare(&mut connection, self.sqlite).await?;
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

/// Durability: a commit is on disk when it returns (SQLite: <https://sqlite.org/pragma.html#pragma_synchronous>;
/// PostgreSQL by default). Nobody waits for ever for a lock.
async fn prepare(connection: &mut AnyConnection, sqlite: bool) -> Result<(), sqlx::Error> {
    let statements = if sqlite {
        "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
         PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536;"
    } else {
        "SET lock_timeout = '10s'; SET client_min_messages = 'warning';"
    };
    connection.execute(sqlx::raw_sql(statements)).await?;
    Ok(())
}
