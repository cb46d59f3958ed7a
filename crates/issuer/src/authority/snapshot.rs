//! One state of everything, for whoever publishes.

use sqlx::{Any, AnyConnection, Transaction};
use verilabel_label::{Status, Timestamp};
use verilabel_trust::{Issuer, Product};
use verilabel_wire::{Sign, StatusList};

use super::Authority;
use crate::audit::{self, Anchor};
use crate::awards::{self, CodeRecord, LabelFilter, LabelRecord};
use crate::lists::{self, ListRecord};
use crate::status::ListBits;
use crate::{LabelId, Recovery, Refusal, Seq, keys};

/// One state of the records, whatever is decided meanwhile. It holds a reader's connection until it is dropped.
#[derive(Debug)]
pub struct Snapshot {
    transaction: Transaction<'static, Any>,
    bits: ListBits,
}

impl Authority {
    /// Takes a snapshot.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`].
    pub async fn snapshot(&self) -> Result<Snapshot, Refusal> {
        let transaction = self.context.database.snapshot().await?;
        Ok(Snapshot { transaction, bits: self.context.bits })
    }
}

impl Snapshot {
    pub(crate) fn connection(&mut self) -> &mut AnyConnection {
        &mut self.transaction
    }

    /// The last event that this state takes account of.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`], as of all methods here.
    pub async fn end(&mut self) -> Result<Anchor, Refusal> {
        audit::end(&mut self.transaction).await
    }

    /// The issuer's document, keys included.
    pub async fn issuer(&mut self) -> Result<Issuer, Refusal> {
        keys::issuer(&mut self.transaction).await
    }

    /// What the records confirm of keys that were stolen.
    pub async fn recovery(&mut self) -> Result<Recovery, Refusal> {
        keys::recovery(&mut self.transaction, self.bits).await
    }

    /// The issuer's document as verifiers get it: what is confirmed of stolen keys included.
    pub async fn published_issuer(&mut self) -> Result<Issuer, Refusal> {
        let mut issuer = self.issuer().await?;
        self.recovery().await?.apply(&mut issuer);
        Ok(issuer)
    }

    /// All status lists, each with the event of its last change.
    pub async fn lists(&mut self) -> Result<Vec<ListRecord>, Refusal> {
        lists::lists(&mut self.transaction).await
    }

    /// The statuses of a list.
    pub async fn status_list(&mut self, list: u32) -> Result<StatusList, Refusal> {
        lists::status_list(&mut self.transaction, self.bits, list).await
    }

    /// Signs a status list. Signing blocks for some tenths of a millisecond.
    pub async fn status_token(
        &mut self,
        list: u32,
        signer: &(dyn Sign + Send + Sync),
        issued_at: Timestamp,
        expires: Timestamp,
    ) -> Result<Vec<u8>, Refusal> {
        let issuer = self.issuer().await?;
        let statuses = self.status_list(list).await?;
        lists::sign(&issuer, list, statuses, signer, issued_at, expires)
    }

    /// Signs all status lists.
    pub async fn status_tokens(
        &mut self,
        signer: &(dyn Sign + Send + Sync),
        issued_at: Timestamp,
        expires: Timestamp,
    ) -> Result<Vec<(u32, Vec<u8>)>, Refusal> {
        let mut tokens = Vec::new();
        for record in self.lists().await? {
            let token = self.status_token(record.list, signer, issued_at, expires).await?;
            tokens.push((record.list, token));
        }
        Ok(tokens)
    }

    /// Product records for trust packs: a page of labels after the given one, at most `limit`.
    pub async fn products(&mut self, after: LabelId, limit: u32) -> Result<Vec<(LabelId, Product)>, Refusal> {
        awards::product_records(&mut self.transaction, after, limit).await
    }

    /// All product records.
    pub async fn all_products(&mut self) -> Result<Vec<Product>, Refusal> {
        const PAGE: u32 = 1_000;
        let mut products = Vec::new();
        let mut after = LabelId::new(0);
        loop {
            let page = self.products(after, PAGE).await?;
            let Some((last, _)) = page.last() else { return Ok(products) };
            after = *last;
            products.extend(page.into_iter().map(|(_, product)| product));
        }
    }

    /// Labels of a status.
    pub async fn labels(
        &mut self,
        status: Option<Status>,
        after: LabelId,
        limit: u32,
    ) -> Result<Vec<LabelRecord>, Refusal> {
        let filter = LabelFilter { status, ..LabelFilter::default() };
        awards::labels(&mut self.transaction, &filter, after, limit).await
    }

    /// Codes minted after an event and up to this state, in the order of their minting: what a publication adds.
    pub async fn minted_after(&mut self, event: Seq, limit: u32) -> Result<Vec<CodeRecord>, Refusal> {
        awards::minted_after(&mut self.transaction, event, limit).await
    }
}
