//! Holding what is out there against the records: signatures without a record, records without a signature.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::AnyConnection;
use verilabel_label::{Gs1Path, LabelClaims};
use verilabel_wire::{Budget, KeyId, LabelLink, PublicKey, Sealed};

use crate::lists::places;
use crate::status::ListBits;
use crate::store::Cells;
use crate::{CodeId, Refusal, awards, runs};

/// Codes read at a time.
const PAGE: i64 = 1_000;

/// Something signed that is not on record, or on record and not signed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Discrepancy {
    /// What is out there is no label link of any key of this authority.
    NotOurs {
        /// The link.
        link: String,
    },
    /// One of our keys signed it, and nothing of it is on record: somebody else has the key, or a record was lost.
    NoRecord {
        /// The link.
        link: String,
        /// The key.
        key: KeyId,
        /// The label that it states.
        number: String,
    },
    /// On record as approved, and never signed.
    NeverSigned {
        /// The code.
        code: CodeId,
        /// Its GS1 path.
        path: String,
    },
    /// Signed, published by the records, and not out there.
    NotFound {
        /// The code.
        code: CodeId,
        /// Its GS1 path.
        path: String,
    },
}

/// What the comparison found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reconciliation {
    /// Links looked at.
    pub links: u64,
    /// Links that agree with the records.
    pub agreeing: u64,
    /// All the others, and what is missing.
    pub discrepancies: Vec<Discrepancy>,
}

/// Compares links with the records.
pub(crate) async fn reconcile(
    connection: &mut AnyConnection,
    bits: ListBits,
    links: impl Iterator<Item = String> + Send,
) -> Result<Reconciliation, Refusal> {
    let keys: Vec<PublicKey> =
        crate::keys::all(connection).await?.into_iter().map(|record| record.key.key).collect();
    let mut found = Reconciliation::default();
    let mut seen = BTreeSet::new();
    for link in links {
        found.links += 1;
        let Some((key, claims, path)) = opened(&link, &keys) else {
            found.discrepancies.push(Discrepancy::NotOurs { link });
            continue;
        };
        let row = sqlx::query("SELECT id FROM codes WHERE path = $1 AND link = $2")
            .bind(path.to_string())
            .bind(link.as_str())
            .fetch_optional(&mut *connection)
            .await?;
        match row {
            Some(row) => {
                seen.insert(row.int("id")?);
                found.agreeing += 1;
            }
            None if unit_on_record(connection, bits, &path, &claims).await? => found.agreeing += 1,
            None => {
                let number = claims.number.to_string();
                found.discrepancies.push(Discrepancy::NoRecord { link, key, number });
            }
        }
    }
    missing(connection, &seen, &mut found).await?;
    Ok(found)
}

/// The claims of a link that one of our keys signed.
fn opened(link: &str, keys: &[PublicKey]) -> Option<(KeyId, LabelClaims, Gs1Path)> {
    let link = LabelLink::parse(link).ok()?;
    let sealed = Sealed::<LabelClaims>::parse(&link.seal, &link.path).ok()?;
    let mut budget = Budget::default();
    keys.iter().find_map(|key| {
        let authentic = sealed.open(key, &mut budget).ok()?;
        Some((key.id(), authentic.into_value(), link.path.clone()))
    })
}

/// Whether a run on record has that box: the run that owns the status entry has the GTIN, the label and, where
/// they are consecutive, the serial number.
async fn unit_on_record(
    connection: &mut AnyConnection,
    bits: ListBits,
    path: &Gs1Path,
    claims: &LabelClaims,
) -> Result<bool, Refusal> {
    let (Some(serial), Some(_)) = (&path.serial, claims.status.list.checked_sub(1)) else { return Ok(false) };
    let places = places(connection, bits, bits.first_of(claims.status.list), 1).await?;
    let Some(allocation) = places.allocation(claims.status) else { return Ok(false) };
    let Some(run) = runs::run_of_allocation(connection, allocation).await? else { return Ok(false) };
    let label = awards::label_by_id(connection, run.label).await?;
    let unit = u32::try_from(allocation - run.first_index).map_err(|e| Refusal::damaged("a unit", &e))?;
    let numbered = run.serials.consecutive(run.units, unit)?.is_none_or(|due| due == *serial);
    Ok(run.gtin == path.gtin && label.number == claims.number && numbered)
}

/// Codes that were never signed, and published ones that are not out there.
async fn missing(
    connection: &mut AnyConnection,
    seen: &BTreeSet<i64>,
    found: &mut Reconciliation,
) -> Result<(), Refusal> {
    let mut after = 0;
    loop {
        let rows = sqlx::query(
            "SELECT id, path, published, replaced, CASE WHEN link IS NULL THEN 0 ELSE 1 END AS signed
             FROM codes WHERE id > $1 ORDER BY id LIMIT $2",
        )
        .bind(after)
        .bind(PAGE)
        .fetch_all(&mut *connection)
        .await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.int("id")?;
        for row in &rows {
            let id = row.int("id")?;
            let (code, path) = (CodeId::new(id), row.text("path")?);
            // Whether SQLite types a computed column as it should is nothing to rely on.
            if row.int("signed")? == 0 {
                found.discrepancies.push(Discrepancy::NeverSigned { code, path });
            } else if row.flag("published")? && !row.flag("replaced")? && !seen.contains(&id) {
                found.discrepancies.push(Discrepancy::NotFound { code, path });
            }
        }
    }
}

/// Faults by kind.
impl Reconciliation {
    /// How many discrepancies there are of each kind, by its code.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<&'static str, u64> {
        let mut counts = BTreeMap::new();
        for discrepancy in &self.discrepancies {
            *counts.entry(discrepancy.code()).or_insert(0) += 1;
        }
        counts
    }
}

impl Discrepancy {
    /// The stable code of this discrepancy.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotOurs { .. } => "link-not-ours",
            Self::NoRecord { .. } => "signature-without-record",
            Self::NeverSigned { .. } => "record-without-signature",
            Self::NotFound { .. } => "published-link-not-found",
        }
    }
}
