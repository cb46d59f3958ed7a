//! Runs of unit labels: one record for any number of boxes, each with a serial number and a status of its own.

mod block;
mod check;
mod create;
mod fan_out;
mod file;
mod plan;
mod room;
mod serials;
mod statement;
mod steps;
mod symbols;
mod write;

pub use create::CreateRun;
pub use file::RunFile;
pub use plan::{RunPlan, Unit};
pub use serials::Serials;
pub use steps::{BeginRun, FinishRun, MarkRunWritten, RunSigning};
pub use symbols::{RunSymbols, SymbolFile};
pub use write::RunError;

pub(crate) use block::block;
pub(crate) use statement::signings;

use serde::Serialize;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use utoipa::ToSchema;
use verilabel_label::{Gtin, Timestamp};

use crate::schema;
use crate::store::{Cells, Where, row_by_id};
use crate::{AwardId, LabelId, Refusal, RunId, Version};

/// A run on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RunRecord {
    /// Its row.
    pub id: RunId,
    /// The label of its units.
    pub label: LabelId,
    /// The award that they state.
    pub award: AwardId,
    /// Their GTIN.
    #[schema(value_type = schema::Gtin)]
    pub gtin: Gtin,
    /// Their serial numbers.
    pub serials: Serials,
    /// How many.
    pub units: u32,
    /// The first of their status allocations.
    #[serde(skip)]
    pub first_index: i64,
    /// The id of the key that signs them.
    pub key: String,
    /// When their statements are dated.
    #[schema(value_type = schema::Timestamp)]
    pub issued_at: Timestamp,
    /// Units whose links were written out, or were about to be when writing stopped.
    pub written: u32,
    /// Whether all links were written to a file.
    pub whole: bool,
    /// Counts the changes.
    pub version: Version,
}

pub(crate) async fn run(connection: &mut AnyConnection, id: RunId) -> Result<RunRecord, Refusal> {
    let row = row_by_id(connection, "SELECT * FROM runs WHERE id = $1", "run", id.number()).await?;
    read(&row)
}

pub(crate) async fn runs_of_label(
    connection: &mut AnyConnection,
    label: LabelId,
) -> Result<Vec<RunRecord>, Refusal> {
    let rows = sqlx::query("SELECT * FROM runs WHERE label = $1 ORDER BY id")
        .bind(label.number())
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

pub(crate) async fn runs_of_gtin(
    connection: &mut AnyConnection,
    gtin: Gtin,
) -> Result<Vec<RunRecord>, Refusal> {
    let rows = sqlx::query("SELECT * FROM runs WHERE gtin = $1 ORDER BY id")
        .bind(gtin.as_str())
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

/// The run that owns a status allocation.
pub(crate) async fn run_of_allocation(
    connection: &mut AnyConnection,
    allocation: i64,
) -> Result<Option<RunRecord>, Refusal> {
    let row = sqlx::query("SELECT * FROM runs WHERE first_index <= $1 ORDER BY first_index DESC LIMIT 1")
        .bind(allocation)
        .fetch_optional(connection)
        .await?;
    let run = row.as_ref().map(read).transpose()?;
    Ok(run.filter(|run| allocation < run.first_index + i64::from(run.units)))
}

pub(crate) async fn page(
    connection: &mut AnyConnection,
    label: Option<LabelId>,
    after: RunId,
    limit: u32,
) -> Result<Vec<RunRecord>, Refusal> {
    let mut filter = Where::default();
    filter.int("id >", after.number());
    filter.maybe_int("label =", label.map(LabelId::number));
    let rows = filter.select("SELECT * FROM runs", "id", limit).fetch_all(connection).await?;
    rows.iter().map(read).collect()
}

fn read(row: &AnyRow) -> Result<RunRecord, Refusal> {
    Ok(RunRecord {
        id: RunId::new(row.int("id")?),
        label: LabelId::new(row.int("label")?),
        award: AwardId::new(row.int("award")?),
        gtin: row.parsed("gtin")?,
        serials: row.json("serials")?,
        units: row.number("units")?,
        first_index: row.int("first_index")?,
        key: row.text("key")?,
        issued_at: row.time("issued_at")?,
        written: row.number("written")?,
        whole: row.flag("whole")?,
        version: Version::new(row.int("version")?),
    })
}
