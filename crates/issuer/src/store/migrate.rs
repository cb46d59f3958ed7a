//! Migrations, at start.

use sqlx::{AnyConnection, Executor};

use super::Cells;
use crate::Refusal;

/// In order; the first makes version 1.
const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0001_authority.sql"),
    include_str!("../../migrations/0002_publishing.sql"),
    include_str!("../../migrations/0003_pictures.sql"),
    include_str!("../../migrations/0004_reminted_runs.sql"),
    include_str!("../../migrations/0005_published_pictures.sql"),
    include_str!("../../migrations/0006_whole_runs.sql"),
];

/// The schema that this software works on.
#[expect(clippy::as_conversions, clippy::cast_possible_wrap, reason = "a handful; From is no const")]
pub(crate) const SCHEMA_VERSION: i64 = MIGRATIONS.len() as i64;

/// Every table, so that each follows those it refers to.
pub(crate) const TABLES: [&str; 22] = [
    "head",
    "events",
    "settings",
    "users",
    "tokens",
    "keys",
    "manufacturers",
    "products",
    "product_gtins",
    "awards",
    "award_gtins",
    "labels",
    "codes",
    "status_lists",
    "runs",
    "withdrawn_units",
    "changes",
    "publications",
    "idempotency",
    "releases",
    "publishing",
    "pictures",
];

/// Brings the schema to a version that this software knows, in one transaction.
pub(crate) async fn migrate(connection: &mut AnyConnection, sqlite: bool, to: i64) -> Result<(), Refusal> {
    // Several instances may start at once.
    let begin = if sqlite { "BEGIN IMMEDIATE" } else { "BEGIN; SELECT pg_advisory_xact_lock(7304185)" };
    connection.execute(sqlx::raw_sql(begin)).await?;
    let done = migrate_within(connection, to).await;
    let end = if done.is_ok() { "COMMIT" } else { "ROLLBACK" };
    let ended = connection.execute(sqlx::raw_sql(end)).await;
    done?;
    ended?;
    Ok(())
}

/// The same within a transaction. A schema that is there already is not taken back.
pub(crate) async fn migrate_within(connection: &mut AnyConnection, to: i64) -> Result<(), Refusal> {
    let table = "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY)";
    connection.execute(sqlx::raw_sql(table)).await?;
    let row = sqlx::query("SELECT COALESCE(MAX(version), 0) AS version FROM schema_version")
        .fetch_one(&mut *connection)
        .await?;
    let found = row.int("version")?;
    if found > SCHEMA_VERSION {
        return Err(Refusal::NewerSchema { found, known: SCHEMA_VERSION });
    }
    let missing = |version: i64| version > found && version <= to;
    let migrations = (1..).zip(MIGRATIONS.iter().copied());
    for (version, migration) in migrations.filter(|(version, _)| missing(*version)) {
        connection.execute(sqlx::raw_sql(migration)).await?;
        sqlx::query("INSERT INTO schema_version (version) VALUES ($1)")
            .bind(version)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
