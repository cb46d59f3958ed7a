//! An authority that two people of one machine run by command: one prepares, the other approves.

use std::collections::BTreeSet;
use std::sync::Arc;

use verilabel_label::{LabelNumber, Status, Timestamp};
use verilabel_trust::Purpose;
use verilabel_wire::{Algorithm, Sign, SigningKey};

use crate::lifecycle::{ChangeKind, Draft, Proposal};
use crate::{
    Actor, AddUser, ApproveAward, Authority, AwardFilter, AwardId, AwardRecord, DecideChange, Keystore,
    LabelAward, Order, PrepareAward, ProposeChange, Refusal, Role, Signers, User,
};

/// Two users of this machine and the authority's keys. It gives each decision the two people that it needs, and
/// so is for demonstrations and for whoever is both; people with accounts of their own use the interface.
#[derive(Debug, Clone)]
pub struct Office {
    authority: Authority,
    keystore: Arc<Keystore>,
    officer: Actor,
    approver: Actor,
}

impl Office {
    /// Opens it; the two users are made if they are not on record yet.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`].
    pub async fn open(authority: Authority, keystore: Keystore, now: Timestamp) -> Result<Self, Refusal> {
        let officer = user(&authority, "local officer", Role::Officer, now).await?;
        let approver = user(&authority, "local approver", Role::Approver, now).await?;
        Ok(Self { authority, keystore: Arc::new(keystore), officer, approver })
    }

    /// The authority.
    #[must_use]
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Makes a key that signs everything from now on.
    ///
    /// # Errors
    /// Those of [`Authority::new_key`].
    pub async fn new_key(&self, algorithm: Algorithm, now: Timestamp) -> Result<Arc<SigningKey>, Refusal> {
        let order = Order { actor: Actor::System, at: now };
        self.authority.new_key(&self.keystore, algorithm, None, order).await
    }

    /// The signer of the newest key that serves the purpose.
    ///
    /// # Errors
    /// [`Refusal::NoKey`]; those of the keystore.
    pub async fn signer(
        &self,
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<Arc<dyn Sign + Send + Sync>, Refusal> {
        self.authority.signer(purpose, &self.signers(), now).await
    }

    /// Prepares, approves and mints an award; gives the link of its first code. The same award again gives the
    /// same link.
    ///
    /// # Errors
    /// What forbids the award; [`Refusal::NumberTaken`] for another award of the same number.
    pub async fn mint(&self, draft: &Draft, now: Timestamp) -> Result<String, Refusal> {
        let award = match self.known(&draft.award).await? {
            Some(record) if record.draft != *draft => {
                return Err(Refusal::NumberTaken { number: draft.award.number.clone() });
            }
            Some(record) if record.state.is_draft() => self.approve(record.id, now).await?,
            Some(record) => record.id,
            None => {
                let prepare = PrepareAward { draft: draft.clone() };
                let id = self.authority.decide(by(&self.officer, now), prepare).await?;
                self.approve(id, now).await?
            }
        };
        self.authority.mint_outstanding(&self.signers(), now).await?;
        let path = draft.award.path().to_string();
        let codes = self.authority.codes_of_award(award).await?;
        let code = codes.into_iter().find(|code| code.path == path && !code.replaced);
        code.and_then(|code| code.link).ok_or_else(|| Refusal::not_found("signed code", &path))
    }

    /// Changes the standing of a label.
    ///
    /// # Errors
    /// What the label's standing forbids.
    pub async fn change(
        &self,
        number: &LabelNumber,
        kind: ChangeKind,
        proposal: Proposal,
        now: Timestamp,
    ) -> Result<Status, Refusal> {
        let propose = ProposeChange { label: number.clone(), expected: None, kind, units: None, proposal };
        let proposed = self.authority.decide(by(&self.officer, now), propose).await?;
        let decide = DecideChange { change: proposed.id, expected: Some(proposed.version), approve: true };
        Ok(self.authority.decide(by(&self.approver, now), decide).await?.status)
    }

    async fn known(&self, award: &LabelAward) -> Result<Option<AwardRecord>, Refusal> {
        let filter = AwardFilter { number: Some(award.number.clone()), ..AwardFilter::default() };
        let awards = self.authority.awards(&filter, AwardId::new(0), 1_000).await?;
        Ok(awards.into_iter().find(|record| !record.state.is_rejected() && !record.draft.renewal))
    }

    async fn approve(&self, award: AwardId, now: Timestamp) -> Result<AwardId, Refusal> {
        let approve = ApproveAward { award, expected: None };
        Ok(self.authority.decide(by(&self.approver, now), approve).await?.award)
    }

    fn signers(&self) -> Arc<dyn Signers> {
        Arc::<Keystore>::clone(&self.keystore)
    }
}

fn by(actor: &Actor, at: Timestamp) -> Order {
    Order { actor: actor.clone(), at }
}

async fn user(authority: &Authority, name: &str, role: Role, now: Timestamp) -> Result<Actor, Refusal> {
    let roles = BTreeSet::from([role]);
    match authority.user_named(name).await {
        Ok(record) => Ok(Actor::User(record.user)),
        Err(Refusal::NotFound { .. }) => {
            let add = AddUser { name: name.to_owned(), external: None, roles: roles.clone() };
            let id = authority.decide(Order { actor: Actor::System, at: now }, add).await?;
            Ok(Actor::User(User { id, name: name.to_owned(), roles }))
        }
        Err(other) => Err(other),
    }
}
