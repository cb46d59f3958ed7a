//! Preparing awards: nothing of this is signed.

use verilabel_wire::sha256;

use super::{award, check_gtins, check_product, label, subject};
use crate::desk::Work;
use crate::evidence::Evidence;
use crate::lifecycle::{AwardRule, Draft, check_renewal};
use crate::store::{Cells, insert_rows};
use crate::{AwardId, Decision, Refusal, Role, Version, hex};

/// Prepares an award, or the renewal of one.
#[derive(Debug, Clone)]
pub struct PrepareAward {
    /// What is to be awarded.
    pub draft: Draft,
}

impl Decision for PrepareAward {
    type Outcome = AwardId;
    const KIND: &'static str = "prepare-award";
    const ROLES: &'static [Role] = &[Role::Officer];

    fn subject(&self) -> String {
        format!("label {}", self.draft.award.number)
    }

    async fn decide(&self, work: &mut Work) -> Result<AwardId, Refusal> {
        let prepared = Prepared::check(work, &self.draft, None).await?;
        let id = AwardId::new(work.new_id());
        let user = work.actor().user()?.id;
        let award = &self.draft.award;
        sqlx::query(
            "INSERT INTO awards (id, number, renewal, scheme, state, draft, evidence, product, preparers,
             prepared_at, version) VALUES ($1, $2, $3, $4, 'draft', $5, $6, $7, $8, $9, 1)",
        )
        .bind(id.number())
        .bind(award.number.as_str())
        .bind(i64::from(self.draft.renewal))
        .bind(award.scheme.as_str())
        .bind(prepared.draft.clone())
        .bind(prepared.evidence.clone())
        .bind(self.draft.product.map(crate::ProductId::number))
        .bind(format!(",{user},"))
        .bind(work.now().seconds())
        .execute(work.db())
        .await?;
        prepared.keep_gtins(work, id, &self.draft).await?;
        let facts =
            [("award", id.to_string()), ("draft", prepared.digest()), ("number", award.number.to_string())];
        work.record(Self::KIND, subject(id), facts)?;
        Ok(id)
    }
}

/// Changes a draft; whoever does is one of its preparers from then on.
#[derive(Debug, Clone)]
pub struct ReviseAward {
    /// Which.
    pub award: AwardId,
    /// The version that the officer saw.
    pub expected: Option<Version>,
    /// What it is to be.
    pub draft: Draft,
}

impl Decision for ReviseAward {
    type Outcome = ();
    const KIND: &'static str = "revise-award";
    const ROLES: &'static [Role] = &[Role::Officer];

    fn subject(&self) -> String {
        subject(self.award)
    }

    async fn decide(&self, work: &mut Work) -> Result<(), Refusal> {
        let present = award(work.db(), self.award).await?;
        present.version.must_be(self.expected)?;
        present.state.must_be_draft()?;
        let prepared = Prepared::check(work, &self.draft, Some(self.award)).await?;
        let mut preparers = present.preparers;
        let user = work.actor().user()?.id;
        if !preparers.contains(&user) {
            preparers.push(user);
        }
        let preparers: Vec<String> = preparers.iter().map(ToString::to_string).collect();
        sqlx::query(
            "UPDATE awards SET number = $1, renewal = $2, scheme = $3, draft = $4, evidence = $5, product = $6,
             preparers = $7, version = version + 1 WHERE id = $8",
        )
        .bind(self.draft.award.number.as_str())
        .bind(i64::from(self.draft.renewal))
        .bind(self.draft.award.scheme.as_str())
        .bind(prepared.draft.clone())
        .bind(prepared.evidence.clone())
        .bind(self.draft.product.map(crate::ProductId::number))
        .bind(format!(",{},", preparers.join(",")))
        .bind(self.award.number())
        .execute(work.db())
        .await?;
        sqlx::query("DELETE FROM award_gtins WHERE award = $1")
            .bind(self.award.number())
            .execute(work.db())
            .await?;
        prepared.keep_gtins(work, self.award, &self.draft).await?;
        work.record(Self::KIND, self.subject(), [("draft", prepared.digest())])?;
        Ok(())
    }
}

/// A draft that may be prepared, as its row holds it.
struct Prepared {
    draft: String,
    evidence: Option<String>,
}

impl Prepared {
    async fn check(work: &mut Work, draft: &Draft, itself: Option<AwardId>) -> Result<Self, Refusal> {
        let issuer = work.issuer().await?;
        draft.check(&work.register(), &issuer)?;
        check_number(work, draft, itself).await?;
        check_product(work, draft).await?;
        check_gtins(work, draft).await?;
        let evidence = Evidence::take(draft, work.context().pack().as_deref(), work.now())?;
        let json = |e: serde_json::Error| Refusal::damaged("a draft", &e);
        Ok(Self {
            draft: serde_json::to_string(draft).map_err(json)?,
            evidence: evidence.map(|evidence| serde_json::to_string(&evidence)).transpose().map_err(json)?,
        })
    }

    /// SHA-256 of the draft: the chain then says what was prepared.
    fn digest(&self) -> String {
        hex::encode(&sha256(self.draft.as_bytes()))
    }

    async fn keep_gtins(&self, work: &mut Work, id: AwardId, draft: &Draft) -> Result<(), Refusal> {
        let validity = draft.validity()?;
        let columns = "award, gtin, scheme, number, valid_from, valid_until, counts";
        insert_rows(work.db(), "award_gtins", columns, &draft.gtins(), |query, gtin| {
            query
                .bind(id.number())
                .bind(gtin.as_str().to_owned())
                .bind(draft.award.scheme.to_string())
                .bind(draft.award.number.to_string())
                .bind(validity.from().seconds())
                .bind(validity.until().seconds())
                .bind(0_i64)
        })
        .await
    }
}

/// A number is one label's; a renewal is that label's.
async fn check_number(work: &mut Work, draft: &Draft, itself: Option<AwardId>) -> Result<(), Refusal> {
    let number = &draft.award.number;
    if draft.renewal {
        let current = match label(work.db(), number).await {
            Ok(label) => label,
            Err(Refusal::NotFound { .. }) => return Err(AwardRule::NothingToRenew.into()),
            Err(other) => return Err(other),
        };
        if current.status == verilabel_label::Status::Invalid {
            return Err(AwardRule::NothingToRenew.into());
        }
        let present = award(work.db(), current.award).await?;
        check_renewal(draft, &present.draft)?;
    }
    let taken = sqlx::query(
        "SELECT id FROM awards WHERE number = $1 AND id <> $2
         AND ((renewal = 0 AND $3 = 0 AND state <> 'rejected') OR (renewal = 1 AND $3 = 1 AND state = 'draft'))
         LIMIT 1",
    )
    .bind(number.as_str())
    .bind(itself.map_or(0, AwardId::number))
    .bind(i64::from(draft.renewal))
    .fetch_optional(work.db())
    .await?;
    match taken {
        Some(row) => {
            row.int("id")?;
            Err(Refusal::NumberTaken { number: number.clone() })
        }
        None => Ok(()),
    }
}
