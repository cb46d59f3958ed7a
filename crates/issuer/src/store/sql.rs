//! Statements whose length depends on what is asked.

use std::fmt::Write;

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AssertSqlSafe};

use crate::Refusal;

/// Rows of one insertion: few lengths, so that few statements are prepared.
const CHUNKS: [usize; 3] = [100, 10, 1];

/// Inserts rows, several at a time.
pub(crate) async fn insert_rows<T>(
    connection: &mut AnyConnection,
    table: &str,
    columns: &str,
    rows: &[T],
    bind: impl for<'a> Fn(Query<'a, Any, AnyArguments>, &T) -> Query<'a, Any, AnyArguments>,
) -> Result<(), Refusal> {
    let width = columns.split(',').count();
    let mut rest = rows;
    while let Some(chunk) = CHUNKS.into_iter().find(|chunk| *chunk <= rest.len()) {
        let (now, later) = rest.split_at(chunk);
        rest = later;
        let mut query = sqlx::query(AssertSqlSafe(insertion(table, columns, width, chunk)));
        for row in now {
            query = bind(query, row);
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

fn insertion(table: &str, columns: &str, width: usize, rows: usize) -> String {
    let mut sql = format!("INSERT INTO {table} ({columns}) VALUES ");
    for row in 0..rows {
        for column in 0..width {
            let before = match (row, column) {
                (0, 0) => "(",
                (_, 0) => "), (",
                _ => ", ",
            };
            // Writing to a String cannot fail.
            let _ = write!(sql, "{before}${}", row * width + column + 1);
        }
    }
    sql.push(')');
    sql
}

/// The row of that number, or the refusal that names what is not there.
pub(crate) async fn row_by_id(
    connection: &mut AnyConnection,
    select: &'static str,
    what: &'static str,
    id: i64,
) -> Result<AnyRow, Refusal> {
    let row = sqlx::query(select).bind(id).fetch_optional(connection).await?;
    row.ok_or_else(|| Refusal::not_found(what, &id))
}

/// Conditions that are joined by AND, with their values.
#[derive(Debug, Default)]
pub(crate) struct Where {
    text: String,
    values: Vec<Value>,
}

#[derive(Debug)]
enum Value {
    Text(String),
    Int(i64),
}

impl Where {
    /// Adds `condition $n`, such as `state =`.
    pub(crate) fn text(&mut self, condition: &'static str, value: impl Into<String>) {
        self.values.push(Value::Text(value.into()));
        self.push(condition);
    }

    /// The same where there is a value.
    pub(crate) fn maybe_text(&mut self, condition: &'static str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(condition, value);
        }
    }

    /// Adds `condition $n`, such as `id >`.
    pub(crate) fn int(&mut self, condition: &'static str, value: i64) {
        self.values.push(Value::Int(value));
        self.push(condition);
    }

    /// The same where there is a value.
    pub(crate) fn maybe_int(&mut self, condition: &'static str, value: Option<i64>) {
        if let Some(value) = value {
            self.int(condition, value);
        }
    }

    fn push(&mut self, condition: &'static str) {
        let join = if self.values.len() == 1 { "WHERE" } else { " AND" };
        // Writing to a String cannot fail.
        let _ = write!(self.text, "{join} {condition} ${}", self.values.len());
    }

    /// `SELECT … WHERE … ORDER BY … LIMIT …`.
    pub(crate) fn select(
        self,
        what: &'static str,
        order: &'static str,
        limit: u32,
    ) -> Query<'static, Any, AnyArguments> {
        let sql = format!("{what} {} ORDER BY {order} LIMIT {limit}", self.text);
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for value in self.values {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Int(number) => query.bind(number),
            };
        }
        query
    }
}
