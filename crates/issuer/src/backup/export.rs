//! Every table as lines of JSON.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use futures_util::TryStreamExt;
use serde_json::Value;
use sqlx::any::{AnyRow, AnyTypeInfoKind};
use sqlx::{AnyConnection, AssertSqlSafe, Column, Row};

use super::{ColumnKind, TableLine};
use crate::Refusal;
use crate::store::TABLES;

/// Writes all tables, row by row.
pub(super) async fn export(connection: &mut AnyConnection, path: &Path) -> Result<(), Refusal> {
    let failed = |e: std::io::Error| Refusal::file(path, &e);
    let mut out = BufWriter::new(File::create(path).map_err(failed)?);
    for table in TABLES {
        let mut columns = Vec::new();
        let mut rows =
            sqlx::query(AssertSqlSafe(format!("SELECT * FROM {table} ORDER BY 1"))).fetch(&mut *connection);
        while let Some(row) = rows.try_next().await? {
            if columns.is_empty() {
                columns = columns_of(&row)?;
                let line = TableLine { table: table.to_owned(), columns: columns.clone() };
                write_line(&mut out, &line).map_err(failed)?;
            }
            write_line(&mut out, &cells(&row, &columns)?).map_err(failed)?;
        }
    }
    let file = out.into_inner().map_err(|e| failed(e.into_error()))?;
    file.sync_all().map_err(failed)
}

fn write_line(out: &mut impl Write, line: &impl serde::Serialize) -> std::io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}

fn columns_of(row: &AnyRow) -> Result<Vec<(String, ColumnKind)>, Refusal> {
    row.columns()
        .iter()
        .map(|column| {
            let kind = match column.type_info().kind() {
                AnyTypeInfoKind::Text => ColumnKind::Text,
                AnyTypeInfoKind::BigInt => ColumnKind::Int,
                other => return Err(Refusal::damaged("a column's type", &format!("{other:?}"))),
            };
            Ok((column.name().to_owned(), kind))
        })
        .collect()
}

fn cells(row: &AnyRow, columns: &[(String, ColumnKind)]) -> Result<Vec<Value>, Refusal> {
    columns
        .iter()
        .enumerate()
        .map(|(at, (_, kind))| {
            Ok(match kind {
                ColumnKind::Text => row.try_get::<Option<String>, _>(at)?.map_or(Value::Null, Value::from),
                ColumnKind::Int => row.try_get::<Option<i64>, _>(at)?.map_or(Value::Null, Value::from),
            })
        })
        .collect()
}
