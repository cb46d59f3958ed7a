//! Status lists from the records: only what is not in force is looked up.

use serde::Serialize;
use sqlx::AnyConnection;
use verilabel_label::Status;
use verilabel_wire::StatusList;

use crate::lifecycle::unit_status;
use crate::status::{ListBits, Places, Seed};
use crate::store::Cells;
use crate::{Refusal, Seq};

/// A status list on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ListRecord {
    /// Its number, from 1.
    pub list: u32,
    /// The event of its last change; 0 before the first.
    pub changed: Seq,
}

/// All lists, in order.
pub(crate) async fn lists(connection: &mut AnyConnection) -> Result<Vec<ListRecord>, Refusal> {
    let rows =
        sqlx::query("SELECT list, changed_seq FROM status_lists ORDER BY list").fetch_all(connection).await?;
    rows.iter()
        .map(|row| Ok(ListRecord { list: row.number("list")?, changed: Seq::new(row.int("changed_seq")?) }))
        .collect()
}

/// The permutations of the lists that so many allocations fall into.
pub(crate) async fn places(
    connection: &mut AnyConnection,
    bits: ListBits,
    first: i64,
    units: u32,
) -> Result<Places, Refusal> {
    let (from, _) = bits.split(first)?;
    let (to, _) = bits.split(first + i64::from(units.max(1)) - 1)?;
    let rows = sqlx::query("SELECT list, seed FROM status_lists WHERE list >= $1 AND list <= $2")
        .bind(i64::from(from))
        .bind(i64::from(to))
        .fetch_all(connection)
        .await?;
    let mut places = Places::new(bits);
    for row in &rows {
        places.learn(row.number("list")?, &Seed::from_hex(&row.text("seed")?)?);
    }
    Ok(places)
}

/// The present statuses of a list. The connection should read one state of everything.
pub(crate) async fn status_list(
    connection: &mut AnyConnection,
    bits: ListBits,
    list: u32,
) -> Result<StatusList, Refusal> {
    let mut statuses = StatusList::all_valid(bits.entries())?;
    let labels = sqlx::query("SELECT entry, status FROM labels WHERE list = $1 AND status <> 0")
        .bind(i64::from(list))
        .fetch_all(&mut *connection)
        .await?;
    for row in &labels {
        statuses.set(row.number("entry")?, Status::from_value(row.number("status")?))?;
    }
    let (start, end) = (bits.first_of(list), bits.first_of(list + 1));
    let runs = sqlx::query(
        "SELECT r.id, r.first_index, r.units, l.status FROM runs r JOIN labels l ON l.id = r.label
         WHERE r.first_index < $2 AND r.first_index + r.units > $1
         AND (l.status <> 0 OR EXISTS (SELECT 1 FROM withdrawn_units w WHERE w.run = r.id))",
    )
    .bind(start)
    .bind(end)
    .fetch_all(&mut *connection)
    .await?;
    if runs.is_empty() {
        return Ok(statuses);
    }
    let places = places(connection, bits, start, 1).await?;
    let mut fill = |from: i64, to: i64, status: Status| -> Result<(), Refusal> {
        for allocation in from.max(start)..to.min(end) {
            statuses.set(places.place(allocation)?.index, status)?;
        }
        Ok(())
    };
    for run in &runs {
        let (first, units) = (run.int("first_index")?, run.int("units")?);
        let label = Status::from_value(run.number("status")?);
        if label != Status::Valid {
            fill(first, first + units, label)?;
        }
        let withdrawn = sqlx::query("SELECT first_unit, units FROM withdrawn_units WHERE run = $1")
            .bind(run.int("id")?)
            .fetch_all(&mut *connection)
            .await?;
        for row in &withdrawn {
            let from = first + row.int("first_unit")?;
            fill(from, from + row.int("units")?, unit_status(label, true))?;
        }
    }
    Ok(statuses)
}
