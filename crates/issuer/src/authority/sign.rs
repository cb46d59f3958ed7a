//! Making keys, and signing what waits.

use std::sync::Arc;

use verilabel_trust::Purpose;
use verilabel_wire::{Algorithm, KeyId, Sign, SigningKey};

use super::{Authority, link_base};
use crate::decision::Permission;
use crate::keys::{self, AddKey, Keystore, Signers};
use crate::minting::{self, RecordMinted};
use crate::{Actor, CodeId, Order, Refusal};

impl Authority {
    /// Makes a key in the keystore and puts it on record, in use from now on. The key that it follows may retire
    /// when the overlap ends.
    ///
    /// # Errors
    /// [`Refusal::Keystore`], and what forbids [`AddKey`].
    pub async fn new_key(
        &self,
        keystore: &Arc<Keystore>,
        algorithm: Algorithm,
        retires: Option<(KeyId, verilabel_label::Timestamp)>,
        order: Order,
    ) -> Result<Arc<SigningKey>, Refusal> {
        self.permit::<AddKey>(order.clone(), AddKey::TO_BE_MADE.to_owned()).await?;
        let (key, add) = generate(keystore, algorithm, retires, order.at).await?;
        self.decide(order, add).await?;
        Ok(key)
    }

    /// The signer of the newest key that is in use and serves the purpose.
    ///
    /// # Errors
    /// [`Refusal::NoKey`]; those of the signers.
    pub async fn signer(
        &self,
        purpose: Purpose,
        signers: &Arc<dyn Signers>,
        now: verilabel_label::Timestamp,
    ) -> Result<Arc<dyn Sign + Send + Sync>, Refusal> {
        let key = keys::in_use(&self.issuer().await?, purpose, now)?.id();
        let signers = Arc::clone(signers);
        blocking(move || signers.signer(key)).await
    }

    /// Signs every approved code that waits, and puts the links on record; gives their number. What a crash cut
    /// off is taken up here: call it at start, and whenever [`Self::minting_wanted`] says so.
    ///
    /// # Errors
    /// The first of the signers; [`Refusal::Unavailable`]. What could be signed is on record all the same.
    pub async fn mint_outstanding(
        &self,
        signers: &Arc<dyn Signers>,
        now: verilabel_label::Timestamp,
    ) -> Result<usize, Refusal> {
        let _one_at_a_time = self.signing.lock().await;
        let mut minted = 0;
        let mut after = CodeId::new(0);
        let mut first_trouble = None;
        loop {
            let codes = {
                let mut reader = self.context.database.reader().await?;
                minting::unsigned(&mut reader, after).await?
            };
            if codes.is_empty() {
                return first_trouble.map_or(Ok(minted), Err);
            }
            let resume = minting::resume_after(&codes);
            let issuer = self.issuer().await?;
            let base = link_base(&issuer)?;
            let signers = Arc::clone(signers);
            let (signed, trouble) =
                blocking(move || Ok(minting::sign(&codes, &issuer, &base, signers.as_ref()))).await?;
            let order = Order { actor: Actor::System, at: now };
            if !signed.is_empty() {
                minted += self.decide(order, RecordMinted { signed }).await?;
            }
            first_trouble = first_trouble.or(trouble);
            match (resume, first_trouble) {
                (Some(last), trouble) => (after, first_trouble) = (last, trouble),
                (None, Some(trouble)) => return Err(trouble),
                (None, None) => return Ok(minted),
            }
        }
    }

    /// Waits until something was approved that is to be signed.
    pub async fn minting_wanted(&self) {
        self.context.minting.notified().await;
    }
}

impl AddKey {
    /// As a key is called in the audit chain that nobody was to make.
    const TO_BE_MADE: &'static str = "a new key";

    /// Asks whether the actor may make a key at all, before there is one.
    pub(crate) fn permission() -> Permission<Self> {
        Permission::about(Self::TO_BE_MADE.to_owned())
    }

    /// Makes a key in the keystore, which is to be put on record as in use from then on.
    ///
    /// # Errors
    /// [`Refusal::Keystore`].
    pub async fn generate(
        keystore: &Arc<Keystore>,
        algorithm: Algorithm,
        retires: Option<(KeyId, verilabel_label::Timestamp)>,
        from: verilabel_label::Timestamp,
    ) -> Result<Self, Refusal> {
        Ok(generate(keystore, algorithm, retires, from).await?.1)
    }
}

async fn generate(
    keystore: &Arc<Keystore>,
    algorithm: Algorithm,
    retires: Option<(KeyId, verilabel_label::Timestamp)>,
    from: verilabel_label::Timestamp,
) -> Result<(Arc<SigningKey>, AddKey), Refusal> {
    let store = Arc::clone(keystore);
    let key = blocking(move || Ok(store.generate(algorithm)?)).await?;
    let purposes = vec![Purpose::Seal, Purpose::Status];
    let add = AddKey { key: key.key().clone(), purposes, from, retires };
    Ok((key, add))
}

/// Runs what blocks where it does not hold up others.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|e| Refusal::Unavailable { reason: format!("the signing task ended early: {e}") })?
}
