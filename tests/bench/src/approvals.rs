//! Approvals through the interface, next to bare commits of the rows that they make.

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};
use sqlx::any::install_default_drivers;
use sqlx::{AnyConnection, Connection, Executor, Row};
use verilabel_issuer::api::Limits;

use crate::Outcome;
use crate::house::{Caller, House};
use crate::report::{Measurement, median};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const AWARDS: u32 = 6_000;
const GROUP: usize = 500;
/// Requests that wait for one another's commits.
const CLIENTS: usize = 4;
const TURNS: usize = 3;
/// What an approval writes, each a row; besides, it changes one of `awards` and one of `award_gtins`.
const TABLES: [(&str, &str); 3] = [
    (
        "labels",
        "id, number, scheme, award, status, list, entry, valid_from, valid_until, changed_at, version",
    ),
    ("codes", "id, label, award, path, gtin, key, issued_at, published, replaced"),
    ("events", "seq, at, actor, kind, subject, body, hash"),
];

/// Durable approvals per second over HTTP, in groups.
pub fn approve_sqlite() -> Outcome {
    let runtime = tokio::runtime::Runtime::new()?;
    let measured: Result<Vec<(f64, f64)>> = runtime.block_on(async {
        let mut turns = Vec::new();
        for _ in 0..TURNS {
            let folder = tempfile::tempdir()?;
            let ours = approvals(folder.path()).await?;
            turns.push((ours, bare(folder.path()).await?));
        }
        Ok(turns)
    });
    let turns = measured.map_err(|error| error.to_string())?;
    let ours = median(turns.iter().map(|(ours, _)| *ours).collect());
    let bare = median(turns.iter().map(|(_, bare)| *bare).collect());
    Ok(vec![Measurement {
        name: "approve-sqlite",
        value: ours,
        unit: "approvals/s",
        against: format!(
            "bare SQLite commits of the same rows, {GROUP} approvals each: {bare:.0}/s; signing apart"
        ),
        ratio: Some(ours / bare),
        goal: ">= 2000".to_owned(),
    }])
}

async fn approvals(folder: &Path) -> Result<f64> {
    let house = House::make(folder).await?;
    let rows = house.prepare(1, AWARDS).await?;
    let server = house.listen(Limits::default()).await?;
    let caller = Caller::new(server.address(), &house.approver_token);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(server.run(async {
        let _ = stopped.await;
    }));
    let groups: Vec<String> = rows
        .chunks(GROUP)
        .map(|rows| {
            let awards: Vec<Value> = rows.iter().map(|id| json!({ "id": id, "version": 1 })).collect();
            json!({ "awards": awards }).to_string()
        })
        .collect();
    let begun = Instant::now();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let mine: Vec<(String, String)> = groups
                .iter()
                .enumerate()
                .filter(|(n, _)| n % CLIENTS == client)
                .map(|(n, group)| (format!("group-{n}"), group.clone()))
                .collect();
            let caller = caller.clone();
            tokio::spawn(async move {
                let mut approved = 0;
                for (key, body) in mine {
                    let (_, _, answer) = caller.ask("/v1/awards/approvals", Some((&key, body))).await?;
                    let answer: Value = serde_json::from_slice(&answer)?;
                    let results = answer["results"].as_array().ok_or("no results")?;
                    approved += results.iter().filter(|result| result["approved"].is_object()).count();
                }
                Ok::<_, Box<dyn Error + Send + Sync>>(approved)
            })
        })
        .collect();
    let mut approved = 0;
    for client in clients {
        approved += client.await??;
    }
    let time = begun.elapsed().as_secs_f64();
    if approved != rows.len() {
        return Err(format!("{approved} of {} awards were approved", rows.len()).into());
    }
    let _ = stop.send(());
    serving.await?;
    Ok(f64::from(AWARDS) / time)
}

/// Commits the rows that the approvals made to an empty copy of the database: one transaction for each group, one
/// statement for each row.
async fn bare(folder: &Path) -> Result<f64> {
    install_default_drivers();
    let (from, to) = (folder.join("authority/authority.db"), folder.join("bare.db"));
    let url = |path: &Path| format!("sqlite://{}", path.display());
    let mut source = AnyConnection::connect(&url(&from)).await?;
    // The file alone, without the log beside it, may be half of a commit.
    sqlx::query("VACUUM INTO $1").bind(to.to_str()).execute(&mut source).await?;
    let mut target = AnyConnection::connect(&url(&to)).await?;
    let settings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;
        DELETE FROM codes; DELETE FROM labels; DELETE FROM events WHERE kind = 'approve-award';
        DELETE FROM idempotency; UPDATE awards SET state = 'draft', approver = NULL;
        UPDATE award_gtins SET counts = 0; PRAGMA wal_checkpoint(TRUNCATE);";
    target.execute(sqlx::raw_sql(settings)).await?;
    let mut statements = Vec::new();
    for (table, columns) in TABLES {
        let columns: Vec<&str> = columns.split(", ").collect();
        let values: Vec<String> = columns.iter().map(|column| format!("quote({column})")).collect();
        let filter = if table == "events" { "WHERE kind = 'approve-award'" } else { "" };
        let select = format!("SELECT {} AS row FROM {table} {filter} ORDER BY 1", values.join(" || ',' || "));
        let rows = source.fetch_all(sqlx::AssertSqlSafe(select)).await?;
        let texts: Vec<String> = rows.iter().map(|row| row.get("row")).collect();
        statements.push((table, columns, texts));
    }
    let awards: Vec<i64> = source
        .fetch_all("SELECT award AS id FROM labels ORDER BY id")
        .await?
        .iter()
        .map(|row| row.get("id"))
        .collect();
    let approver = source.fetch_one("SELECT MIN(approver) AS id FROM awards WHERE state <> 'draft'").await?;
    let approver: i64 = approver.get("id");
    let begun = Instant::now();
    for (group, awards) in awards.chunks(GROUP).enumerate() {
        target.execute(sqlx::raw_sql("BEGIN IMMEDIATE")).await?;
        for (n, award) in awards.iter().enumerate() {
            for (table, columns, texts) in &statements {
                insert(&mut target, table, columns, &texts[group * GROUP + n]).await?;
            }
            let approve =
                "UPDATE awards SET state = 'approved', approver = $2, decided_at = 0, version = version + 1
                WHERE id = $1";
            sqlx::query(approve).bind(award).bind(approver).execute(&mut target).await?;
            let count = "UPDATE award_gtins SET counts = 1 WHERE award = $1";
            sqlx::query(count).bind(award).execute(&mut target).await?;
        }
        target.execute(sqlx::raw_sql("COMMIT")).await?;
    }
    Ok(f64::from(AWARDS) / begun.elapsed().as_secs_f64())
}

/// One row by a statement that is prepared once; its values travel as JSON of SQL literals taken apart.
async fn insert(connection: &mut AnyConnection, table: &str, columns: &[&str], row: &str) -> Result<()> {
    let places: Vec<String> = (1..=columns.len()).map(|n| format!("${n}")).collect();
    let sql = format!("INSERT INTO {table} ({}) VALUES ({})", columns.join(", "), places.join(", "));
    let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
    for value in literals(row) {
        query = match value.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) {
            Some(text) => query.bind(text.replace("''", "'")),
            None => query.bind(value.parse::<i64>()?),
        };
    }
    query.execute(connection).await?;
    Ok(())
}

/// The SQL literals between commas; commas in quotes are text.
fn literals(row: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, byte) in row.bytes().enumerate() {
        match byte {
            b'\'' => quoted = !quoted,
            b',' if !quoted => {
                found.push(&row[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(&row[start..]);
    found
}
