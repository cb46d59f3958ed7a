//! Reading awards, labels and codes.

use serde::Serialize;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use utoipa::ToSchema;
use verilabel_label::{Gtin, LabelNumber, SchemeId, Serial, Status, StatusRef, Timestamp};
use verilabel_trust::Product;
use verilabel_wire::KeyId;

use crate::evidence::Evidence;
use crate::keys::counting_codes;
use crate::lifecycle::{AwardState, Draft};
use crate::schema;
use crate::store::{Cells, Where, row_by_id};
use crate::{AwardId, CodeId, LabelId, ProductId, Refusal, Seq, UserId, Version};

/// An award on record.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AwardRecord {
    /// Its row.
    pub id: AwardId,
    /// What was prepared.
    pub draft: Draft,
    /// Where it stands.
    pub state: AwardState,
    /// What it rests on, where it rests on a foreign label.
    pub evidence: Option<Evidence>,
    /// Who prepared it, in the order in which they did.
    pub preparers: Vec<UserId>,
    /// When it was prepared first.
    #[schema(value_type = schema::Timestamp)]
    pub prepared_at: Timestamp,
    /// Who decided.
    pub approver: Option<UserId>,
    /// When it was decided.
    #[schema(value_type = Option<schema::Timestamp>)]
    pub decided_at: Option<Timestamp>,
    /// Why it was rejected.
    pub note: Option<String>,
    /// Counts the changes.
    pub version: Version,
}

/// A label on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LabelRecord {
    /// Its row.
    pub id: LabelId,
    /// Its number.
    #[schema(value_type = schema::LabelNumber)]
    pub number: LabelNumber,
    /// Its scheme.
    #[schema(value_type = schema::SchemeId)]
    pub scheme: SchemeId,
    /// The award that it stands on: the last renewal's, if it was renewed.
    pub award: AwardId,
    /// What the status list says.
    #[schema(value_type = schema::Status)]
    pub status: Status,
    /// Where its status is kept.
    #[schema(value_type = schema::StatusRef)]
    pub status_ref: StatusRef,
    /// From when on it may be relied on.
    #[schema(value_type = schema::Timestamp)]
    pub valid_from: Timestamp,
    /// The first second after its validity.
    #[schema(value_type = schema::Timestamp)]
    pub valid_until: Timestamp,
    /// When it was changed last.
    #[schema(value_type = schema::Timestamp)]
    pub changed_at: Timestamp,
    /// Counts the changes.
    pub version: Version,
}

/// A code on a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CodeRecord {
    /// Its row.
    pub id: CodeId,
    /// Its label.
    pub label: LabelId,
    /// The award that it states.
    pub award: AwardId,
    /// The canonical GS1 path.
    pub path: String,
    /// Its GTIN.
    #[schema(value_type = schema::Gtin)]
    pub gtin: Gtin,
    /// The serial number of a unit label.
    #[schema(value_type = Option<schema::Serial>)]
    pub serial: Option<Serial>,
    /// The id of the key.
    pub key: String,
    /// When the statement is dated.
    #[schema(value_type = schema::Timestamp)]
    pub issued_at: Timestamp,
    /// The label link; `None` until it is signed.
    pub link: Option<String>,
    /// The label credential; `None` until it is made.
    pub credential: Option<String>,
    /// The event of its minting.
    pub minted: Option<Seq>,
    /// Whether it was published.
    pub published: bool,
    /// Whether another code of the same path has taken its place.
    pub replaced: bool,
}

/// Which awards.
#[derive(Debug, Clone, Default)]
pub struct AwardFilter {
    /// Only those in that state.
    pub state: Option<AwardState>,
    /// Only those of that label.
    pub number: Option<LabelNumber>,
    /// Only those of that scheme.
    pub scheme: Option<SchemeId>,
    /// Only those of that product.
    pub product: Option<ProductId>,
}

/// Which labels.
#[derive(Debug, Clone, Default)]
pub struct LabelFilter {
    /// Only the one of that number.
    pub number: Option<LabelNumber>,
    /// Only those with that status.
    pub status: Option<Status>,
    /// Only those of that scheme.
    pub scheme: Option<SchemeId>,
    /// Only those that end before.
    pub ends_before: Option<Timestamp>,
}

pub(crate) async fn award(connection: &mut AnyConnection, id: AwardId) -> Result<AwardRecord, Refusal> {
    let row = row_by_id(connection, "SELECT * FROM awards WHERE id = $1", "award", id.number()).await?;
    read_award(&row)
}

pub(crate) async fn awards(
    connection: &mut AnyConnection,
    filter: &AwardFilter,
    after: AwardId,
    limit: u32,
) -> Result<Vec<AwardRecord>, Refusal> {
    let mut conditions = Where::default();
    conditions.int("id >", after.number());
    conditions.maybe_text("state =", filter.state.map(AwardState::name));
    conditions.maybe_text("number =", filter.number.as_ref().map(LabelNumber::as_str));
    conditions.maybe_text("scheme =", filter.scheme.as_ref().map(SchemeId::as_str));
    conditions.maybe_int("product =", filter.product.map(ProductId::number));
    let rows = conditions.select("SELECT * FROM awards", "id", limit).fetch_all(connection).await?;
    rows.iter().map(read_award).collect()
}

pub(crate) async fn label(
    connection: &mut AnyConnection,
    number: &LabelNumber,
) -> Result<LabelRecord, Refusal> {
    let row = sqlx::query("SELECT * FROM labels WHERE number = $1")
        .bind(number.as_str())
        .fetch_optional(connection)
        .await?
        .ok_or_else(|| Refusal::not_found("label", &number))?;
    read_label(&row)
}

pub(crate) async fn label_by_id(connection: &mut AnyConnection, id: LabelId) -> Result<LabelRecord, Refusal> {
    let row = row_by_id(connection, "SELECT * FROM labels WHERE id = $1", "label", id.number()).await?;
    read_label(&row)
}

pub(crate) async fn labels(
    connection: &mut AnyConnection,
    filter: &LabelFilter,
    after: LabelId,
    limit: u32,
) -> Result<Vec<LabelRecord>, Refusal> {
    let mut conditions = Where::default();
    conditions.int("id >", after.number());
    conditions.maybe_text("number =", filter.number.as_ref().map(LabelNumber::as_str));
    conditions.maybe_int("status =", filter.status.map(|status| status.value().into()));
    conditions.maybe_text("scheme =", filter.scheme.as_ref().map(SchemeId::as_str));
    conditions.maybe_int("valid_until <", filter.ends_before.map(Timestamp::seconds));
    let rows = conditions.select("SELECT * FROM labels", "id", limit).fetch_all(connection).await?;
    rows.iter().map(read_label).collect()
}

/// Labels with a code of that key that counts still.
pub(crate) async fn labels_of_key(
    connection: &mut AnyConnection,
    key: KeyId,
    now: Timestamp,
    (after, limit): (LabelId, u32),
) -> Result<Vec<LabelRecord>, Refusal> {
    let rows = sqlx::query(concat!(
        "SELECT * FROM labels WHERE id IN (SELECT c.label FROM codes c WHERE ",
        counting_codes!(),
        ") AND id > $3 ORDER BY id LIMIT $4"
    ))
    .bind(key.to_string())
    .bind(now.seconds())
    .bind(after.number())
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    rows.iter().map(read_label).collect()
}

pub(crate) async fn code(connection: &mut AnyConnection, id: CodeId) -> Result<CodeRecord, Refusal> {
    read_code(&row_by_id(connection, "SELECT * FROM codes WHERE id = $1", "code", id.number()).await?)
}

pub(crate) async fn codes_of_award(
    connection: &mut AnyConnection,
    award: AwardId,
) -> Result<Vec<CodeRecord>, Refusal> {
    let rows = sqlx::query("SELECT * FROM codes WHERE award = $1 ORDER BY id")
        .bind(award.number())
        .fetch_all(connection)
        .await?;
    rows.iter().map(read_code).collect()
}

pub(crate) async fn codes_of_label(
    connection: &mut AnyConnection,
    label: LabelId,
) -> Result<Vec<CodeRecord>, Refusal> {
    let rows = sqlx::query("SELECT * FROM codes WHERE label = $1 ORDER BY id")
        .bind(label.number())
        .fetch_all(connection)
        .await?;
    rows.iter().map(read_code).collect()
}

pub(crate) async fn minted_after(
    connection: &mut AnyConnection,
    event: Seq,
    limit: u32,
) -> Result<Vec<CodeRecord>, Refusal> {
    let rows = sqlx::query("SELECT * FROM codes WHERE minted_seq > $1 ORDER BY minted_seq LIMIT $2")
        .bind(event.number())
        .bind(i64::from(limit))
        .fetch_all(connection)
        .await?;
    rows.iter().map(read_code).collect()
}

/// Product records for trust packs, one for each label.
pub(crate) async fn product_records(
    connection: &mut AnyConnection,
    after: LabelId,
    limit: u32,
) -> Result<Vec<(LabelId, Product)>, Refusal> {
    let rows = sqlx::query(
        "SELECT l.id, a.draft, p.path AS picture FROM labels l JOIN awards a ON a.id = l.award
         LEFT JOIN pictures p ON p.product = a.product WHERE l.id > $1 ORDER BY l.id LIMIT $2",
    )
    .bind(after.number())
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok((LabelId::new(row.int("id")?), product_record(row)?))).collect()
}

/// Of an award's draft and its product's picture.
pub(crate) fn product_record(row: &AnyRow) -> Result<Product, Refusal> {
    let draft: Draft = row.json("draft")?;
    let picture = row.maybe_text("picture")?.and_then(|path| path.try_into().ok());
    Ok(Product { gtins: draft.gtins(), picture, ..draft.award.product() })
}

fn read_award(row: &AnyRow) -> Result<AwardRecord, Refusal> {
    let preparers = row.text("preparers")?;
    let preparers = preparers
        .split(',')
        .filter(|id| !id.is_empty())
        .map(|id| id.parse().map_err(|e| Refusal::damaged("preparers", &e)))
        .collect::<Result<_, _>>()?;
    let evidence = row.maybe_text("evidence")?;
    Ok(AwardRecord {
        id: AwardId::new(row.int("id")?),
        draft: row.json("draft")?,
        state: row.parsed("state")?,
        evidence: evidence
            .map(|text| serde_json::from_str(&text))
            .transpose()
            .map_err(|e| Refusal::damaged("evidence", &e))?,
        preparers,
        prepared_at: row.time("prepared_at")?,
        approver: row.maybe_int("approver")?.map(UserId::new),
        decided_at: row.maybe_time("decided_at")?,
        note: row.maybe_text("note")?,
        version: Version::new(row.int("version")?),
    })
}

fn read_label(row: &AnyRow) -> Result<LabelRecord, Refusal> {
    Ok(LabelRecord {
        id: LabelId::new(row.int("id")?),
        number: row.parsed("number")?,
        scheme: row.parsed("scheme")?,
        award: AwardId::new(row.int("award")?),
        status: Status::from_value(row.number("status")?),
        status_ref: StatusRef { list: row.number("list")?, index: row.number("entry")? },
        valid_from: row.time("valid_from")?,
        valid_until: row.time("valid_until")?,
        changed_at: row.time("changed_at")?,
        version: Version::new(row.int("version")?),
    })
}

fn read_code(row: &AnyRow) -> Result<CodeRecord, Refusal> {
    Ok(CodeRecord {
        id: CodeId::new(row.int("id")?),
        label: LabelId::new(row.int("label")?),
        award: AwardId::new(row.int("award")?),
        path: row.text("path")?,
        gtin: row.parsed("gtin")?,
        serial: row.maybe_parsed("serial")?,
        key: row.text("key")?,
        issued_at: row.time("issued_at")?,
        link: row.maybe_text("link")?,
        credential: row.maybe_text("credential")?,
        minted: row.maybe_int("minted_seq")?.map(Seq::new),
        published: row.flag("published")?,
        replaced: row.flag("replaced")?,
    })
}
