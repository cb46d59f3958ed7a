//! The authority's database: one text of SQL for SQLite and PostgreSQL.

mod cells;
mod database;
mod migrate;
mod sql;

pub(crate) use cells::{Cells, time_column};
pub(crate) use database::Database;
pub use database::DatabaseUrl;
pub(crate) use migrate::{SCHEMA_VERSION, TABLES, migrate, migrate_within};
pub(crate) use sql::{Where, insert_rows, row_by_id};
