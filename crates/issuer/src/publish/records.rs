//! What publishing asks the records: each question touches only what has changed.

use std::collections::BTreeSet;

use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use verilabel_label::{Gtin, Serial, Timestamp};
use verilabel_trust::Product;
use verilabel_wire::Profile;

use crate::awards::product_record;
use crate::lifecycle::Draft;
use crate::store::Cells;
use crate::{LabelAward, Refusal, Seq};

/// Row numbers that share one document of product records: at most so many labels, and with the rows of their
/// awards and codes between them some hundreds.
const PART: i64 = 1_024;

/// The documents of product records that labels minted after an event belong to, and labels of products that were
/// given another picture after it, or none.
pub(super) async fn touched_parts(
    connection: &mut AnyConnection,
    after: Seq,
) -> Result<BTreeSet<u64>, Refusal> {
    // SQLite joins in this order, so that only what is new is looked through.
    let rows = sqlx::query(
        "SELECT label / $1 AS part FROM codes WHERE minted_seq > $2
         UNION SELECT c.label / $1 FROM pictures p CROSS JOIN awards a CROSS JOIN codes c
         WHERE p.seq > $2 AND a.product = p.product AND c.award = a.id AND c.minted_seq > 0",
    )
    .bind(PART)
    .bind(after.number())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| row.number("part")).collect()
}

/// The product records of one document: of labels that have been minted.
pub(super) async fn part(connection: &mut AnyConnection, part: u64) -> Result<Vec<Product>, Refusal> {
    let first = i64::try_from(part).ok().and_then(|part| part.checked_mul(PART));
    let first = first.ok_or_else(|| Refusal::damaged("a part", &part))?;
    let rows = sqlx::query(
        "SELECT a.draft, p.path AS picture FROM labels l JOIN awards a ON a.id = l.award
         LEFT JOIN pictures p ON p.product = a.product WHERE l.id >= $1 AND l.id < $2
         AND EXISTS (SELECT 1 FROM codes c WHERE c.label = l.id AND c.minted_seq > 0) ORDER BY l.id",
    )
    .bind(first)
    .bind(first + PART)
    .fetch_all(connection)
    .await?;
    rows.iter().map(product_record).collect()
}

/// A minted code whose files are not out there.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub(super) minted: Seq,
    pub(super) award: LabelAward,
    pub(super) profile: Profile,
    pub(super) link: String,
    pub(super) credential: Option<String>,
    /// Another code has taken its place before it was published.
    pub(super) replaced: bool,
}

impl Waiting {
    pub(super) fn place(&self) -> (Gtin, Option<&Serial>) {
        (self.award.gtin, self.award.serial.as_ref())
    }
}

/// The next codes whose files are to be written, in the order of their minting.
pub(super) async fn waiting(connection: &mut AnyConnection, limit: u32) -> Result<Vec<Waiting>, Refusal> {
    let rows = sqlx::query(
        "SELECT c.gtin, c.serial, c.link, c.credential, c.minted_seq, c.replaced, a.draft
         FROM codes c JOIN awards a ON a.id = c.award
         WHERE c.published = 0 AND c.minted_seq > 0 ORDER BY c.minted_seq LIMIT $1",
    )
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    rows.iter().map(read_waiting).collect()
}

fn read_waiting(row: &AnyRow) -> Result<Waiting, Refusal> {
    let draft: Draft = row.json("draft")?;
    Ok(Waiting {
        minted: Seq::new(row.int("minted_seq")?),
        profile: draft.profile(),
        award: LabelAward { gtin: row.parsed("gtin")?, serial: row.maybe_parsed("serial")?, ..draft.award },
        link: row.text("link")?,
        credential: row.maybe_text("credential")?,
        replaced: row.flag("replaced")?,
    })
}

/// Whether any code waits for its files.
pub(super) async fn any_waiting(connection: &mut AnyConnection) -> Result<bool, Refusal> {
    let row = sqlx::query("SELECT id FROM codes WHERE published = 0 AND minted_seq > 0 LIMIT 1")
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}

/// Whether a change of standing has fallen due.
pub(super) async fn any_due(connection: &mut AnyConnection, now: Timestamp) -> Result<bool, Refusal> {
    let row = sqlx::query("SELECT id FROM changes WHERE state = 'scheduled' AND effective_at <= $1 LIMIT 1")
        .bind(now.seconds())
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}

/// A release on record.
#[derive(Debug, Clone)]
pub(super) struct ReleaseRecord {
    pub(super) version: i64,
    pub(super) seq: Seq,
    pub(super) at: Timestamp,
    pub(super) published: bool,
    pub(super) added: Vec<String>,
    pub(super) dropped: Vec<String>,
}

/// One release.
pub(super) async fn release(
    connection: &mut AnyConnection,
    version: u64,
) -> Result<Option<ReleaseRecord>, Refusal> {
    let row = sqlx::query("SELECT * FROM releases WHERE version = $1")
        .bind(i64::try_from(version).unwrap_or(i64::MAX))
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read_release).transpose()
}

/// All releases whose files may still be there, oldest first.
pub(super) async fn releases(connection: &mut AnyConnection) -> Result<Vec<ReleaseRecord>, Refusal> {
    let rows = sqlx::query("SELECT * FROM releases ORDER BY version").fetch_all(connection).await?;
    rows.iter().map(read_release).collect()
}

/// The highest version on record; 0 if none is.
pub(crate) async fn highest_version(connection: &mut AnyConnection) -> Result<u64, Refusal> {
    let row = sqlx::query("SELECT version FROM releases ORDER BY version DESC LIMIT 1")
        .fetch_optional(connection)
        .await?;
    row.map_or(Ok(0), |row| row.number("version"))
}

fn read_release(row: &AnyRow) -> Result<ReleaseRecord, Refusal> {
    Ok(ReleaseRecord {
        version: row.int("version")?,
        seq: Seq::new(row.int("seq")?),
        at: row.time("at")?,
        published: row.flag("published")?,
        added: row.json("added")?,
        dropped: row.json("dropped")?,
    })
}
