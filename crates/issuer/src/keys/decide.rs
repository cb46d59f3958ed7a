//! Decisions about keys and about the issuer's document.

use serde::Serialize;
use utoipa::ToSchema;
use verilabel_label::Timestamp;
use verilabel_trust::{Issuer, Jwk, Purpose};
use verilabel_wire::{KeyId, PublicKey};

use crate::desk::Work;
use crate::keys::{all, in_use};
use crate::lifecycle::Note;
use crate::store::{Cells, time_column};
use crate::{Decision, Refusal, Role, Version};

/// Puts a key on record, in use from a time on; another may retire when its overlap ends.
#[derive(Debug, Clone)]
pub struct AddKey {
    /// The public half; the private one is in the keystore already.
    pub key: PublicKey,
    /// What it signs.
    pub purposes: Vec<Purpose>,
    /// From when on.
    pub from: Timestamp,
    /// The key that it follows, and until when that one signs.
    pub retires: Option<(KeyId, Timestamp)>,
}

impl Decision for AddKey {
    type Outcome = KeyId;
    const KIND: &'static str = "add-key";
    const ROLES: &'static [Role] = &[Role::Operator];
    const BY_SYSTEM: bool = true;

    fn subject(&self) -> String {
        subject(self.key.id())
    }

    async fn decide(&self, work: &mut Work) -> Result<KeyId, Refusal> {
        let id = self.key.id();
        let json = |e: serde_json::Error| Refusal::damaged("a key", &e);
        let known = all(work.db()).await?;
        if known.iter().any(|record| record.key.key.id() == id) {
            return Err(Refusal::NameTaken { what: "key", name: id.to_string() });
        }
        let place = work.new_id();
        sqlx::query(
            "INSERT INTO keys (id, place, jwk, purposes, valid_from, valid_until, state, created_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, 'trusted', $7, 1)",
        )
        .bind(id.to_string())
        .bind(place)
        .bind(serde_json::to_string(&Jwk::of(&self.key)).map_err(json)?)
        .bind(serde_json::to_string(&self.purposes).map_err(json)?)
        .bind(self.from.seconds())
        .bind(time_column(None))
        .bind(work.now().seconds())
        .execute(work.db())
        .await?;
        work.issuer_changed();
        let algorithm = self.key.algorithm().jose().to_owned();
        work.record(Self::KIND, self.subject(), [("algorithm", algorithm), ("from", self.from.to_string())])?;
        if let Some((old, until)) = self.retires {
            RetireKey { key: old, until, expected: None }.decide(work).await?;
        }
        hand_over(work).await?;
        Ok(id)
    }
}

/// Lets a key sign no more from a time on. What it signed before counts.
#[derive(Debug, Clone)]
pub struct RetireKey {
    /// The key.
    pub key: KeyId,
    /// The first second in which it signs no more.
    pub until: Timestamp,
    /// The version that the operator saw.
    pub expected: Option<Version>,
}

impl Decision for RetireKey {
    type Outcome = ();
    const KIND: &'static str = "retire-key";
    const ROLES: &'static [Role] = &[Role::Operator];

    fn subject(&self) -> String {
        subject(self.key)
    }

    async fn decide(&self, work: &mut Work) -> Result<(), Refusal> {
        check_version(work, self.key, self.expected).await?;
        sqlx::query("UPDATE keys SET valid_until = $1, version = version + 1 WHERE id = $2")
            .bind(self.until.seconds())
            .bind(self.key.to_string())
            .execute(work.db())
            .await?;
        work.issuer_changed();
        work.record(Self::KIND, self.subject(), [("until", self.until.to_string())])?;
        Ok(())
    }
}

/// Marks a key as stolen or misused: it signs nothing more, and with the next publication nothing that it
/// ever signed counts but what the records confirm (see [`Recovery`](crate::Recovery)), until that is minted
/// anew.
#[derive(Debug, Clone)]
pub struct CompromiseKey {
    /// The key.
    pub key: KeyId,
    /// What happened.
    pub note: Note,
}

impl Decision for CompromiseKey {
    type Outcome = ();
    const KIND: &'static str = "compromise-key";
    const ROLES: &'static [Role] = &[Role::Operator];

    fn subject(&self) -> String {
        subject(self.key)
    }

    async fn decide(&self, work: &mut Work) -> Result<(), Refusal> {
        check_version(work, self.key, None).await?;
        sqlx::query("UPDATE keys SET state = 'distrusted', version = version + 1 WHERE id = $1")
            .bind(self.key.to_string())
            .execute(work.db())
            .await?;
        work.issuer_changed();
        work.record(Self::KIND, self.subject(), [("note", self.note.as_str().to_owned())])?;
        hand_over(work).await
    }
}

/// Mints anew what a key has signed, by the key that is in use now. Each call takes the next labels, until
/// none is left; a call that was cut off is simply made again.
#[derive(Debug, Clone)]
pub struct Remint {
    /// The key whose labels are minted anew.
    pub key: KeyId,
    /// Most codes of one call.
    pub limit: u32,
}

/// How far minting anew has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reminted {
    /// Codes that were given a new signature to come.
    pub codes: u64,
    /// Runs that are to be written anew.
    pub runs: u64,
    /// Whether codes of the key are left.
    pub more: bool,
}

impl Decision for Remint {
    type Outcome = Reminted;
    const KIND: &'static str = "remint";
    const ROLES: &'static [Role] = &[Role::Operator];

    fn subject(&self) -> String {
        subject(self.key)
    }

    async fn decide(&self, work: &mut Work) -> Result<Reminted, Refusal> {
        let now = work.now();
        let new = in_use(work.issuer().await?.as_ref(), Purpose::Seal, now)?.id();
        if new == self.key {
            return Err(Refusal::KeyStillInUse { key: self.key });
        }
        let rows = sqlx::query(
            "SELECT c.id, c.label, c.award, c.path, c.gtin, c.serial FROM codes c JOIN labels l ON l.id = c.label
             WHERE c.key = $1 AND c.replaced = 0 AND c.link IS NOT NULL AND l.status <> 1 AND l.valid_until > $2
             ORDER BY c.id LIMIT $3",
        )
        .bind(self.key.to_string())
        .bind(now.seconds())
        .bind(i64::from(self.limit))
        .fetch_all(work.db())
        .await?;
        for row in &rows {
            sqlx::query("UPDATE codes SET replaced = 1 WHERE id = $1")
                .bind(row.int("id")?)
                .execute(work.db())
                .await?;
            let id = work.new_id();
            sqlx::query(
                "INSERT INTO codes (id, label, award, path, gtin, serial, key, issued_at, published, replaced)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0)",
            )
            .bind(id)
            .bind(row.int("label")?)
            .bind(row.int("award")?)
            .bind(row.text("path")?)
            .bind(row.text("gtin")?)
            .bind(row.maybe_text("serial")?)
            .bind(new.to_string())
            .bind(now.seconds())
            .execute(work.db())
            .await?;
        }
        // One signing is remembered beside the present one: the last that was whole, or else the one that came further.
        let runs = sqlx::query(
            "UPDATE runs SET old_key = CASE WHEN whole = 1 OR written > old_written THEN key ELSE old_key END,
             old_issued_at = CASE WHEN whole = 1 OR written > old_written THEN issued_at ELSE old_issued_at END,
             old_written = CASE WHEN whole = 1 OR written > old_written THEN written ELSE old_written END,
             key = $1, issued_at = $2, written = 0, whole = 0, version = version + 1 WHERE key = $3",
        )
        .bind(new.to_string())
        .bind(now.seconds())
        .bind(self.key.to_string())
        .execute(work.db())
        .await?
        .rows_affected();
        let codes = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let facts = [("by", new.to_string()), ("codes", codes.to_string()), ("runs", runs.to_string())];
        work.record(Self::KIND, self.subject(), facts)?;
        work.wants_minting();
        Ok(Reminted { codes, runs, more: codes == u64::from(self.limit) })
    }
}

/// Changes the issuer's document: name, notice, hosts, entitlement. Its keys are changed by the other decisions.
#[derive(Debug, Clone)]
pub struct ChangeIssuer {
    /// The document; its keys are not looked at.
    pub issuer: Issuer,
}

impl Decision for ChangeIssuer {
    type Outcome = ();
    const KIND: &'static str = "change-issuer";
    const ROLES: &'static [Role] = &[Role::Operator];

    fn subject(&self) -> String {
        format!("issuer {}", self.issuer.id)
    }

    async fn decide(&self, work: &mut Work) -> Result<(), Refusal> {
        let present = work.issuer().await?;
        if present.id != self.issuer.id {
            return Err(Refusal::NotFound { what: "issuer", name: self.issuer.id.to_string() });
        }
        crate::authority::link_base(&self.issuer)?;
        let document = crate::authority::issuer_document(&self.issuer)?;
        sqlx::query("UPDATE settings SET value = $1 WHERE name = 'issuer'")
            .bind(document.as_str())
            .execute(work.db())
            .await?;
        work.issuer_changed();
        work.record(Self::KIND, self.subject(), [("document", document)])?;
        Ok(())
    }
}

/// Codes that wait for a key that signs no more are given to the one in use; without one they go on waiting.
async fn hand_over(work: &mut Work) -> Result<(), Refusal> {
    let now = work.now();
    let new = match in_use(work.issuer().await?.as_ref(), Purpose::Seal, now) {
        Ok(key) => key.id(),
        Err(_) => return Ok(()),
    };
    let moved = sqlx::query(
        "UPDATE codes SET key = $1, issued_at = $2
         WHERE link IS NULL AND key IN (SELECT id FROM keys WHERE state = 'distrusted')",
    )
    .bind(new.to_string())
    .bind(now.seconds())
    .execute(work.db())
    .await?
    .rows_affected();
    if moved > 0 {
        work.record("hand-over-codes", subject(new), [("codes", moved.to_string())])?;
    }
    work.wants_minting();
    Ok(())
}

async fn check_version(work: &mut Work, key: KeyId, expected: Option<Version>) -> Result<(), Refusal> {
    let row = sqlx::query("SELECT version FROM keys WHERE id = $1")
        .bind(key.to_string())
        .fetch_optional(work.db())
        .await?
        .ok_or_else(|| Refusal::not_found("key", &key))?;
    Version::new(row.int("version")?).must_be(expected)
}

fn subject(key: KeyId) -> String {
    format!("key {key}")
}
