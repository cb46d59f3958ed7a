//! What was published, and up to which event.

use serde::Serialize;
use sqlx::AnyConnection;
use utoipa::ToSchema;
use verilabel_label::Timestamp;

use crate::audit::ChainHash;
use crate::desk::Work;
use crate::schema;
use crate::store::Cells;
use crate::{Decision, PublicationId, Refusal, Role, Seq};

/// A publication on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PublicationRecord {
    /// Its row.
    pub id: PublicationId,
    /// When.
    #[schema(value_type = schema::Timestamp)]
    pub at: Timestamp,
    /// The last event that it takes account of.
    pub through: Seq,
    /// That event's hash: an anchor for the audit chain, once others have it.
    pub hash: String,
    /// What was published, in words.
    pub note: String,
}

/// Asks for a publication now rather than before long: who did, and when, is on record.
#[derive(Debug, Clone, Copy, Default)]
pub struct AskToPublish;

impl Decision for AskToPublish {
    /// The event of the wish; the publication takes account of it.
    type Outcome = Seq;
    const KIND: &'static str = "ask-to-publish";
    const ROLES: &'static [Role] = &[Role::Operator];

    fn subject(&self) -> String {
        "publication".to_owned()
    }

    async fn decide(&self, work: &mut Work) -> Result<Seq, Refusal> {
        work.record(Self::KIND, self.subject(), [])
    }
}

/// Notes that everything up to an event is published: its awards are, and renewals take the place of what they
/// renew.
#[derive(Debug, Clone)]
pub struct MarkPublished {
    /// The last event that was taken account of.
    pub through: Seq,
    /// What was published, such as the version of the trust pack.
    pub note: String,
}

impl Decision for MarkPublished {
    type Outcome = PublicationRecord;
    const KIND: &'static str = "publish";
    const ROLES: &'static [Role] = &[Role::Operator];
    const BY_SYSTEM: bool = true;

    fn subject(&self) -> String {
        self.without_files().subject()
    }

    async fn decide(&self, work: &mut Work) -> Result<PublicationRecord, Refusal> {
        mark_files(work, self.through).await?;
        self.without_files().decide(work).await
    }
}

/// Notes that the files of the codes minted up to an event are out there.
pub(crate) async fn mark_files(work: &mut Work, minted: Seq) -> Result<(), Refusal> {
    sqlx::query("UPDATE codes SET published = 1 WHERE published = 0 AND minted_seq <= $1")
        .bind(minted.number())
        .execute(work.db())
        .await?;
    Ok(())
}

impl MarkPublished {
    fn without_files(&self) -> MarkInPack {
        MarkInPack { through: self.through, note: self.note.clone() }
    }
}

/// The same of a trust pack by itself. The files of labels are no part of it: they wait for a publication folder.
#[derive(Debug, Clone)]
pub struct MarkInPack {
    /// The last event that was taken account of.
    pub through: Seq,
    /// Which release of which pack.
    pub note: String,
}

impl Decision for MarkInPack {
    type Outcome = PublicationRecord;
    const KIND: &'static str = MarkPublished::KIND;
    const ROLES: &'static [Role] = MarkPublished::ROLES;
    const BY_SYSTEM: bool = true;

    fn subject(&self) -> String {
        format!("events up to {}", self.through)
    }

    async fn decide(&self, work: &mut Work) -> Result<PublicationRecord, Refusal> {
        self.mark(work, self.through).await
    }
}

impl MarkInPack {
    /// Notes it, with the awards minted up to an event, which may be a later one: what no key could sign keeps no
    /// award from being published.
    pub(crate) async fn mark(&self, work: &mut Work, minted: Seq) -> Result<PublicationRecord, Refusal> {
        let row = sqlx::query("SELECT hash FROM events WHERE seq = $1")
            .bind(self.through.number())
            .fetch_optional(work.db())
            .await?
            .ok_or_else(|| Refusal::not_found("event", &self.through))?;
        let hash: ChainHash = row.parsed("hash")?;
        replace_renewed(work, minted).await?;
        let awards = sqlx::query(
            "UPDATE awards SET state = 'published', version = version + 1
             WHERE state = 'minted' AND minted_seq <= $1",
        )
        .bind(minted.number())
        .execute(work.db())
        .await?
        .rows_affected();
        let record = PublicationRecord {
            id: PublicationId::new(work.new_id()),
            at: work.now(),
            through: self.through,
            hash: hash.to_string(),
            note: self.note.chars().take(500).collect(),
        };
        sqlx::query("INSERT INTO publications (id, at, seq, hash, note) VALUES ($1, $2, $3, $4, $5)")
            .bind(record.id.number())
            .bind(record.at.seconds())
            .bind(record.through.number())
            .bind(record.hash.clone())
            .bind(record.note.clone())
            .execute(work.db())
            .await?;
        let facts = [("awards", awards.to_string()), ("hash", record.hash.clone())];
        work.record(Self::KIND, self.subject(), facts)?;
        Ok(record)
    }
}

/// The awards and codes that renewals about to be published take the place of.
async fn replace_renewed(work: &mut Work, minted: Seq) -> Result<(), Refusal> {
    let renewals = sqlx::query(
        "SELECT id, number FROM awards WHERE state = 'minted' AND renewal = 1 AND minted_seq <= $1",
    )
    .bind(minted.number())
    .fetch_all(work.db())
    .await?;
    for row in renewals {
        let (id, number) = (row.int("id")?, row.text("number")?);
        sqlx::query(
            "UPDATE codes SET replaced = 1 WHERE replaced = 0 AND award IN
             (SELECT id FROM awards WHERE number = $1 AND id < $2)",
        )
        .bind(number.as_str())
        .bind(id)
        .execute(work.db())
        .await?;
        sqlx::query(
            "UPDATE awards SET state = 'renewed', version = version + 1
             WHERE number = $1 AND id < $2 AND state IN ('minted', 'published')",
        )
        .bind(number.as_str())
        .bind(id)
        .execute(work.db())
        .await?;
    }
    Ok(())
}

pub(crate) async fn last(connection: &mut AnyConnection) -> Result<Option<PublicationRecord>, Refusal> {
    let row =
        sqlx::query("SELECT * FROM publications ORDER BY id DESC LIMIT 1").fetch_optional(connection).await?;
    row.map(|row| {
        Ok(PublicationRecord {
            id: PublicationId::new(row.int("id")?),
            at: row.time("at")?,
            through: Seq::new(row.int("seq")?),
            hash: row.text("hash")?,
            note: row.text("note")?,
        })
    })
    .transpose()
}
