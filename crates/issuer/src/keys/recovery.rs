//! What the records confirm of stolen keys: the signatures that this authority made, by what they state.
//!
//! A label or a unit counts as confirmed until it is minted anew: until another signature of it, by a key that
//! nobody stole, is on record. A renewal is no such signature: it is another award, and the boxes from before it
//! keep their codes.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::AnyConnection;
use verilabel_label::LabelClaims;
use verilabel_trust::{Confirmed, Issuer, KeyState};
use verilabel_wire::{KeyId, LabelLink, Sealed, StatementDigest};

use super::key_id;
use crate::authority::{blocking, run_plan};
use crate::runs::{self, RunPlan};
use crate::status::ListBits;
use crate::store::Cells;
use crate::{Refusal, RunId};

/// Codes read at a time.
const PAGE: i64 = 1_000;

/// What the records confirm of distrusted keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovery {
    /// By key: what it signed and this authority has on record, less what was minted anew.
    pub confirmed: BTreeMap<KeyId, Confirmed>,
    /// Runs of more units than are listed: their boxes count once they are minted anew.
    pub unlisted: Vec<RunId>,
}

impl Recovery {
    /// Most units of runs that are listed, all runs together: some 4.5 MB of the issuer's document.
    pub const MAX_UNITS: u32 = 100_000;

    /// Puts what is confirmed into the issuer's document.
    pub(crate) fn apply(&self, issuer: &mut Issuer) {
        for key in &mut issuer.keys {
            if let KeyState::Distrusted(confirmed) = &mut key.state {
                *confirmed = self.confirmed.get(&key.key.id()).cloned().unwrap_or_default();
            }
        }
    }
}

/// Looks through what distrusted keys have signed; without such a key nothing is read.
pub(crate) async fn recovery(connection: &mut AnyConnection, bits: ListBits) -> Result<Recovery, Refusal> {
    let issuer = super::issuer(&mut *connection).await?;
    if !issuer.keys.iter().any(|key| matches!(key.state, KeyState::Distrusted(_))) {
        return Ok(Recovery::default());
    }
    let mut statements: BTreeMap<KeyId, BTreeSet<StatementDigest>> = BTreeMap::new();
    codes(connection, &mut statements).await?;
    let mut unlisted = Vec::new();
    let mut room = Recovery::MAX_UNITS;
    for (plan, written) in old_runs(connection, bits).await? {
        let Some(rest) = room.checked_sub(written) else {
            unlisted.push(plan.record().id);
            continue;
        };
        room = rest;
        let key = plan.key().id();
        let units = blocking(move || units(&plan, written)).await?;
        statements.entry(key).or_default().extend(units);
    }
    let confirmed = statements.into_iter().map(|(key, digests)| (key, digests.into_iter().collect()));
    Ok(Recovery { confirmed: confirmed.collect(), unlisted })
}

async fn codes(
    connection: &mut AnyConnection,
    statements: &mut BTreeMap<KeyId, BTreeSet<StatementDigest>>,
) -> Result<(), Refusal> {
    let mut after = 0;
    loop {
        let rows = sqlx::query(
            "SELECT c.id, c.key, c.link, c.credential FROM codes c JOIN keys k ON k.id = c.key
             WHERE k.state = 'distrusted' AND c.link IS NOT NULL AND c.id > $1 AND NOT EXISTS
             (SELECT 1 FROM codes n JOIN keys t ON t.id = n.key WHERE n.award = c.award AND n.path = c.path
              AND n.id > c.id AND n.link IS NOT NULL AND t.state = 'trusted')
             ORDER BY c.id LIMIT $2",
        )
        .bind(after)
        .bind(PAGE)
        .fetch_all(&mut *connection)
        .await?;
        for row in &rows {
            after = row.int("id")?;
            let signed = statements.entry(key_id(&row.text("key")?)?).or_default();
            signed.insert(of_link(&row.text("link")?)?);
            if let Some(credential) = row.maybe_text("credential")? {
                let credential = verilabel_credential::parse(&credential);
                signed.insert(credential.map_err(|e| Refusal::damaged("credential", &e))?.statement());
            }
        }
        if i64::try_from(rows.len()).is_ok_and(|length| length < PAGE) {
            return Ok(());
        }
    }
}

/// Runs that a distrusted key signs or has signed, and how many units of them were written out with it.
async fn old_runs(connection: &mut AnyConnection, bits: ListBits) -> Result<Vec<(RunPlan, u32)>, Refusal> {
    let rows = sqlx::query(
        "SELECT r.id, r.key, r.issued_at, r.written FROM runs r JOIN keys k ON k.id = r.key
         WHERE k.state = 'distrusted' AND r.written > 0
         UNION ALL
         SELECT r.id, r.old_key, r.old_issued_at, r.old_written FROM runs r JOIN keys k ON k.id = r.old_key
         WHERE k.state = 'distrusted' AND r.whole = 0",
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut plans = Vec::with_capacity(rows.len());
    for row in &rows {
        let mut record = runs::run(&mut *connection, RunId::new(row.int("id")?)).await?;
        record.key = row.text("key")?;
        record.issued_at = row.time("issued_at")?;
        plans.push((run_plan(&mut *connection, bits, record).await?, row.number("written")?));
    }
    Ok(plans)
}

fn units(plan: &RunPlan, written: u32) -> Result<Vec<StatementDigest>, Refusal> {
    (0..written).map(|n| plan.statement(n)).collect()
}

fn of_link(text: &str) -> Result<StatementDigest, Refusal> {
    let link = LabelLink::parse(text).map_err(|e| Refusal::damaged("link", &e))?;
    let sealed = Sealed::<LabelClaims>::parse(&link.seal, &link.path);
    Ok(sealed.map_err(|e| Refusal::damaged("link", &e))?.statement())
}
