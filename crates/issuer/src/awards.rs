//! Awards and labels on record.

mod approve;
mod prepare;
mod read;

pub use approve::{ApproveAward, Approved, RejectAward};
pub use prepare::{PrepareAward, ReviseAward};
pub use read::{AwardFilter, AwardRecord, CodeRecord, LabelFilter, LabelRecord};

pub(crate) use read::{
    award, awards, code, codes_of_award, codes_of_label, label, label_by_id, labels, labels_of_key,
    minted_after, product_record, product_records,
};

use verilabel_label::Gtin;

use crate::desk::Work;
use crate::lifecycle::Draft;
use crate::store::Cells;
use crate::{AwardId, Refusal};

fn subject(award: AwardId) -> String {
    format!("award {award}")
}

/// No product has two labels of a scheme at the same time.
async fn check_gtins(work: &mut Work, draft: &Draft) -> Result<(), Refusal> {
    let validity = draft.validity()?;
    for gtin in draft.gtins() {
        let row = sqlx::query(
            "SELECT number FROM award_gtins WHERE gtin = $1 AND scheme = $2 AND counts = 1 AND number <> $3
             AND valid_from < $4 AND valid_until > $5 LIMIT 1",
        )
        .bind(gtin.as_str())
        .bind(draft.award.scheme.as_str())
        .bind(draft.award.number.as_str())
        .bind(validity.until().seconds())
        .bind(validity.from().seconds())
        .fetch_optional(work.db())
        .await?;
        if let Some(row) = row {
            let (scheme, number) = (draft.award.scheme.clone(), row.parsed("number")?);
            return Err(Refusal::DuplicateGtin { gtin, scheme, number });
        }
    }
    Ok(())
}

/// What a label covers is the product's, for no longer than the product gets security updates, where the product is on
/// record: a draft may say another day, or none.
async fn check_product(work: &mut Work, draft: &Draft) -> Result<(), Refusal> {
    let Some(id) = draft.product else { return Ok(()) };
    let product = crate::catalogue::product(work.db(), id).await?;
    let foreign = |gtin: &Gtin| !product.facts.gtins.contains(gtin);
    if let Some(gtin) = draft.gtins().into_iter().find(foreign) {
        return Err(Refusal::GtinNotOfProduct { gtin, product: id.number() });
    }
    Ok(draft.within_support(product.facts.support_until)?)
}
