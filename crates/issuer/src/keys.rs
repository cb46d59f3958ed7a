//! The authority's keys: rotation with overlap, compromise, minting anew; and its document.

mod decide;
mod recovery;
mod signers;

pub use decide::{AddKey, ChangeIssuer, CompromiseKey, Remint, Reminted, RetireKey};
pub use recovery::Recovery;
pub(crate) use recovery::recovery;
pub use signers::{Keystore, Signers};

use serde::Serialize;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use utoipa::ToSchema;
use verilabel_label::Timestamp;
use verilabel_trust::{Confirmed, Issuer, IssuerKey, Jwk, KeyState, Purpose};
use verilabel_wire::{KeyId, PublicKey};

use crate::store::Cells;
use crate::{Refusal, Version, hex};

/// A key on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRecord {
    /// The key with its times, state and purposes.
    pub key: IssuerKey,
    /// Counts the changes.
    pub version: Version,
    /// When it was put on record.
    pub created_at: Timestamp,
}

/// How many labels a key has signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct KeyUse {
    /// Codes that it signed and that count still.
    pub codes: u64,
    /// Codes that wait for its signature.
    pub waiting: u64,
    /// Runs of unit labels that it signs.
    pub runs: u64,
}

/// All keys, in the order in which they came.
pub(crate) async fn all(connection: &mut AnyConnection) -> Result<Vec<KeyRecord>, Refusal> {
    let rows = sqlx::query("SELECT * FROM keys ORDER BY valid_from, place").fetch_all(connection).await?;
    rows.iter().map(read).collect()
}

/// The issuer's document, keys included. What is confirmed of distrusted keys is left out: see [`Recovery`].
pub(crate) async fn issuer(connection: &mut AnyConnection) -> Result<Issuer, Refusal> {
    let row = sqlx::query("SELECT value FROM settings WHERE name = 'issuer'")
        .fetch_optional(&mut *connection)
        .await?
        .ok_or_else(|| Refusal::not_found("setting", &"issuer"))?;
    let mut issuer =
        Issuer::from_json(row.text("value")?.as_bytes()).map_err(|e| Refusal::damaged("issuer", &e))?;
    issuer.keys = all(connection).await?.into_iter().map(|record| record.key).collect();
    Ok(issuer)
}

/// The newest key that is in use and serves the purpose.
pub(crate) fn in_use(issuer: &Issuer, purpose: Purpose, now: Timestamp) -> Result<&PublicKey, Refusal> {
    let usable =
        |key: &&IssuerKey| key.serves(purpose) && key.state == KeyState::Trusted && key.in_use_at(now);
    issuer.keys.iter().rfind(usable).map(|key| &key.key).ok_or(Refusal::NoKey)
}

/// The key of that id.
pub(crate) fn known(issuer: &Issuer, id: KeyId) -> Result<&IssuerKey, Refusal> {
    issuer.keys.iter().find(|key| key.key.id() == id).ok_or(Refusal::NoKey)
}

/// Makes sure that the signatures of a key count.
pub(crate) fn trusted(issuer: &Issuer, id: KeyId) -> Result<(), Refusal> {
    match &known(issuer, id)?.state {
        KeyState::Trusted => Ok(()),
        KeyState::Distrusted(_) => Err(Refusal::KeyCompromised { key: id }),
    }
}

/// Of codes `c`, those of key `$1` that count at time `$2`. One whose place was taken is on boxes still while its
/// award lasts, as after a renewal, unless that same award is given to another key that nobody stole.
macro_rules! counting_codes {
    () => {
        "c.key = $1 AND (c.replaced = 0 OR (EXISTS
         (SELECT 1 FROM award_gtins g WHERE g.award = c.award AND g.gtin = c.gtin AND g.valid_until > $2)
         AND NOT EXISTS (SELECT 1 FROM codes n JOIN keys t ON t.id = n.key WHERE n.award = c.award
         AND n.path = c.path AND n.id > c.id AND t.state = 'trusted')))"
    };
}
pub(crate) use counting_codes;

/// How many labels a key has signed.
pub(crate) async fn key_use(
    connection: &mut AnyConnection,
    key: KeyId,
    now: Timestamp,
) -> Result<KeyUse, Refusal> {
    let row = sqlx::query(concat!(
        "SELECT COUNT(*) AS codes, COUNT(c.link) AS signed, (SELECT COUNT(*) FROM runs WHERE key = $1) AS runs
         FROM codes c WHERE ",
        counting_codes!()
    ))
    .bind(key.to_string())
    .bind(now.seconds())
    .fetch_one(connection)
    .await?;
    let (codes, signed): (u64, u64) = (row.number("codes")?, row.number("signed")?);
    Ok(KeyUse { codes: signed, waiting: codes.saturating_sub(signed), runs: row.number("runs")? })
}

fn read(row: &AnyRow) -> Result<KeyRecord, Refusal> {
    let jwk: Jwk = row.json("jwk")?;
    let state = match row.text("state")?.as_str() {
        "trusted" => KeyState::Trusted,
        "distrusted" => KeyState::Distrusted(Confirmed::default()),
        other => return Err(Refusal::damaged("state", &other)),
    };
    Ok(KeyRecord {
        key: IssuerKey {
            key: jwk.public_key().map_err(|e| Refusal::damaged("jwk", &e))?,
            from: row.time("valid_from")?,
            until: row.maybe_time("valid_until")?,
            state,
            purposes: row.json::<Vec<Purpose>>("purposes")?,
        },
        version: Version::new(row.int("version")?),
        created_at: row.time("created_at")?,
    })
}

/// Reads the text form of a key id.
pub(crate) fn key_id(text: &str) -> Result<KeyId, Refusal> {
    hex::decode::<{ KeyId::LENGTH }>(text)
        .map(KeyId::from)
        .ok_or_else(|| Refusal::damaged("key", &"not a key id"))
}
