//! Holding what is out there against the records: signatures without a record, records without a signature.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::AnyConnection;
use verilabel_label::{Gs1Path, LabelClaims};
use verilabel_wire::{Budget, KeyId, LabelLink, PublicKey, Sealed, StatementDigest};

use super::boxes::Boxes;
use crate::status::ListBits;
use crate::store::Cells;
use crate::{CodeId, Refusal};

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
    let mut boxes = Boxes::default();
    for link in links {
        found.links += 1;
        let Some(Opened { key, claims, path, signed }) = opened(&link, &keys) else {
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
            None if boxes.have(connection, bits, claims.status, &signed).await? => found.agreeing += 1,
            None => {
                let number = claims.number.to_string();
                found.discrepancies.push(Discrepancy::NoRecord { link, key, number });
            }
        }
    }
    missing(connection, &seen, &mut found).await?;
    Ok(found)
}

/// A link that one of our keys signed.
struct Opened {
    key: KeyId,
    claims: LabelClaims,
    path: Gs1Path,
    /// What the signature covers.
    signed: StatementDigest,
}

fn opened(link: &str, keys: &[PublicKey]) -> Option<Opened> {
    let link = LabelLink::parse(link).ok()?;
    let sealed = Sealed::<LabelClaims>::parse(&link.seal, &link.path).ok()?;
    let mut budget = Budget::default();
    keys.iter().find_map(|key| {
        let claims = sealed.open(key, &mut budget).ok()?.into_value();
        Some(Opened { key: key.id(), claims, path: link.path.clone(), signed: sealed.statement() })
    })
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
            "SELECT id, path, minted_seq, published, replaced, CASE WHEN link IS NULL THEN 0 ELSE 1 END AS signed
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
            } else if row.flag("published")?
                && !row.flag("replaced")?
                && !seen.contains(&id)
                && !succeeded(connection, &path, row.int("minted_seq")?).await?
            {
                found.discrepancies.push(Discrepancy::NotFound { code, path });
            }
        }
    }
}

/// Whether the files of a code have made room for those of another label of the same product.
async fn succeeded(connection: &mut AnyConnection, path: &str, minted: i64) -> Result<bool, Refusal> {
    let row =
        sqlx::query("SELECT id FROM codes WHERE path = $1 AND minted_seq > $2 AND published = 1 LIMIT 1")
            .bind(path)
            .bind(minted)
            .fetch_optional(connection)
            .await?;
    Ok(row.is_some())
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
