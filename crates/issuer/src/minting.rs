//! Signing what was approved: the record is durable first, and a signature leaves only after its own record.

use std::collections::BTreeMap;
use std::sync::Arc;

use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use verilabel_label::{StatusRef, Timestamp};
use verilabel_trust::KeyState;
use verilabel_wire::{KeyId, LinkBase, Profile, Sign, sha256};

use crate::desk::Work;
use crate::keys::{Signers, key_id};
use crate::lifecycle::Draft;
use crate::store::Cells;
use crate::{CodeId, Decision, LabelAward, Refusal, Role, hex, mint};

/// Most codes that are signed before they are recorded.
const BATCH: i64 = 500;

/// A code that waits for its signature: all that will be stated is fixed.
#[derive(Debug, Clone)]
pub(crate) struct Unsigned {
    id: CodeId,
    award: LabelAward,
    profile: Profile,
    key: KeyId,
    issued_at: Timestamp,
    status: StatusRef,
}

/// A code and its link, not on record yet.
#[derive(Debug, Clone)]
pub(crate) struct SignedCode {
    id: CodeId,
    key: KeyId,
    path: String,
    link: String,
}

/// The next codes that wait, after the given one; those of a compromised key go on waiting.
pub(crate) async fn unsigned(
    connection: &mut AnyConnection,
    after: CodeId,
) -> Result<Vec<Unsigned>, Refusal> {
    let rows = sqlx::query(
        "SELECT c.id, c.gtin, c.serial, c.key, c.issued_at, a.draft, l.list, l.entry
         FROM codes c JOIN awards a ON a.id = c.award JOIN labels l ON l.id = c.label JOIN keys k ON k.id = c.key
         WHERE c.link IS NULL AND c.id > $1 AND k.state = 'trusted' ORDER BY c.id LIMIT $2",
    )
    .bind(after.number())
    .bind(BATCH)
    .fetch_all(connection)
    .await?;
    rows.iter().map(read).collect()
}

fn read(row: &AnyRow) -> Result<Unsigned, Refusal> {
    let draft: Draft = row.json("draft")?;
    Ok(Unsigned {
        id: CodeId::new(row.int("id")?),
        profile: draft.profile(),
        award: LabelAward { gtin: row.parsed("gtin")?, serial: row.maybe_parsed("serial")?, ..draft.award },
        key: key_id(&row.text("key")?)?,
        issued_at: row.time("issued_at")?,
        status: StatusRef { list: row.number("list")?, index: row.number("entry")? },
    })
}

/// Signs a batch; blocks for as long as that takes. A key that cannot be used holds up its own codes only: what
/// was signed comes with the first thing that went wrong.
pub(crate) fn sign(
    codes: &[Unsigned],
    base: &LinkBase,
    signers: &dyn Signers,
) -> (Vec<SignedCode>, Option<Refusal>) {
    let mut by_key: BTreeMap<KeyId, Result<Signer, Refusal>> = BTreeMap::new();
    let mut done = Vec::with_capacity(codes.len());
    let mut trouble = None;
    for code in codes {
        let signer = by_key.entry(code.key).or_insert_with(|| signers.signer(code.key));
        let outcome = match signer {
            Ok(signer) => code.sign(base, signer.as_ref()),
            Err(refusal) => Err(refusal.clone()),
        };
        match outcome {
            Ok(code) => done.push(code),
            Err(refusal) => trouble = trouble.or(Some(refusal)),
        }
    }
    (done, trouble)
}

type Signer = Arc<dyn Sign + Send + Sync>;

impl Unsigned {
    fn sign(&self, base: &LinkBase, signer: &dyn Sign) -> Result<SignedCode, Refusal> {
        let path = self.award.path();
        let claims = self.award.claims(self.status, self.issued_at)?;
        let minted = mint(&claims, &path, self.profile, base, signer)?;
        Ok(SignedCode { id: self.id, key: self.key, path: path.to_string(), link: minted.link })
    }
}

/// The last code of a batch, if the batch was a full one.
pub(crate) fn resume_after(codes: &[Unsigned]) -> Option<CodeId> {
    let full = i64::try_from(codes.len()).is_ok_and(|length| length >= BATCH);
    codes.last().map(|code| code.id).filter(|_| full)
}

/// Puts signatures on record. What another instance recorded first stands, and ours is thrown away; so is what
/// was signed by a key that was found to be compromised meanwhile.
#[derive(Debug, Clone)]
pub(crate) struct RecordMinted {
    pub(crate) signed: Vec<SignedCode>,
}

impl Decision for RecordMinted {
    /// Codes recorded.
    type Outcome = usize;
    const KIND: &'static str = "mint";
    const ROLES: &'static [Role] = &[];
    const BY_SYSTEM: bool = true;

    fn subject(&self) -> String {
        format!("{} codes", self.signed.len())
    }

    async fn decide(&self, work: &mut Work) -> Result<usize, Refusal> {
        let issuer = work.issuer().await?;
        let trusted =
            |id: KeyId| issuer.keys.iter().any(|key| key.key.id() == id && key.state == KeyState::Trusted);
        let mut recorded = 0;
        for code in self.signed.iter().filter(|code| trusted(code.key)) {
            let (seq, _) = work.chain_end();
            let seq = seq.number() + 1;
            let row = sqlx::query(
                "UPDATE codes SET link = $1, minted_seq = $2 WHERE id = $3 AND link IS NULL AND key = $4
                 RETURNING award",
            )
            .bind(code.link.as_str())
            .bind(seq)
            .bind(code.id.number())
            .bind(code.key.to_string())
            .fetch_optional(work.db())
            .await?;
            let Some(row) = row else { continue };
            let facts = [
                ("code", code.id.to_string()),
                ("key", code.key.to_string()),
                ("link", hex::encode(&sha256(code.link.as_bytes()))),
                ("path", code.path.clone()),
            ];
            let award = row.int("award")?;
            work.record(Self::KIND, format!("award {award}"), facts)?;
            sqlx::query(
                "UPDATE awards SET state = 'minted', minted_seq = $1, version = version + 1
                 WHERE id = $2 AND state = 'approved'
                 AND NOT EXISTS (SELECT 1 FROM codes WHERE award = $2 AND link IS NULL)",
            )
            .bind(seq)
            .bind(award)
            .execute(work.db())
            .await?;
            recorded += 1;
        }
        Ok(recorded)
    }
}
