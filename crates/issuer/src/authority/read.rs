//! Reading the records.

use sqlx::AnyConnection;
use verilabel_label::{LabelNumber, SchemeId, Serial, Timestamp};
use verilabel_trust::Issuer;
use verilabel_wire::{KeyId, LinkBase};

use super::{Authority, found, link_base};
use crate::audit::{self, Anchor, ChainReport, Event, EventFilter, Reconciliation};
use crate::awards::{self, AwardFilter, AwardRecord, CodeRecord, LabelFilter, LabelRecord};
use crate::catalogue::{self, ManufacturerRecord, Picture, ProductRecord};
use crate::changes::{self, ChangeFilter, ChangeRecord};
use crate::desk::reply_to;
use crate::evidence::Evidence;
use crate::keys::{self, KeyRecord, KeyUse};
use crate::lifecycle::Draft;
use crate::publication::{self, PublicationRecord};
use crate::runs::{self, RunPlan, RunRecord};
use crate::status::ListBits;
use crate::users::{self, Token, TokenRecord, UserRecord};
use crate::{
    Actor, AwardId, ChangeId, CodeId, LabelId, ManufacturerId, ProductId, Refusal, Reply, RunId, Seq, User,
    UserId, lists,
};

/// Most rows of a page; a larger limit is cut to it.
const MAX_PAGE: u32 = 1_000;

/// Makes a method of a function that reads.
macro_rules! reads {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $type:ty),*) -> $out:ty = $module:ident::$function:ident;)*) => {
        impl Authority {
            $(
                $(#[$doc])*
                ///
                /// # Errors
                /// [`Refusal::NotFound`] for what is not there; [`Refusal::Unavailable`].
                pub async fn $name(&self, $($arg: $type),*) -> Result<$out, Refusal> {
                    let mut reader = self.context.database.reader().await?;
                    $module::$function(&mut reader, $($arg),*).await
                }
            )*
        }
    };
}

reads! {
    /// The issuer's document as verifiers get it, keys included.
    issuer() -> Issuer = keys::issuer;
    /// All keys, in the order in which they came.
    keys() -> Vec<KeyRecord> = keys::all;
    /// How many labels a key has signed.
    key_use(key: KeyId, now: Timestamp) -> KeyUse = keys::key_use;
    /// A user.
    user(id: UserId) -> UserRecord = users::one;
    /// A user by name.
    user_named(name: &str) -> UserRecord = users::by_name;
    /// The tokens of a user.
    tokens(user: UserId) -> Vec<TokenRecord> = users::tokens;
    /// The user of a bearer token that is good at that time.
    authenticate(token: &Token, now: Timestamp) -> User = users::authenticate;
    /// An active user by its name at an identity provider.
    user_from_outside(external: &str) -> UserRecord = users::by_external;
    /// A manufacturer.
    manufacturer(id: ManufacturerId) -> ManufacturerRecord = catalogue::manufacturer;
    /// A product.
    product(id: ProductId) -> ProductRecord = catalogue::product;
    /// An award.
    award(id: AwardId) -> AwardRecord = awards::award;
    /// A code on a package.
    code(id: CodeId) -> CodeRecord = awards::code;
    /// The picture of a product.
    picture(product: ProductId) -> Picture = catalogue::picture;
    /// The codes of an award.
    codes_of_award(id: AwardId) -> Vec<CodeRecord> = awards::codes_of_award;
    /// A label by its number.
    label(number: &LabelNumber) -> LabelRecord = awards::label;
    /// A label by its row.
    label_by_id(id: LabelId) -> LabelRecord = awards::label_by_id;
    /// The codes of a label, replaced ones too.
    codes_of_label(id: LabelId) -> Vec<CodeRecord> = awards::codes_of_label;
    /// A proposed change of standing.
    change(id: ChangeId) -> ChangeRecord = changes::change;
    /// A run of unit labels.
    run(id: RunId) -> RunRecord = runs::run;
    /// The end of the audit chain.
    chain_end() -> Anchor = audit::end;
    /// The last publication.
    last_publication() -> Option<PublicationRecord> = publication::last;
}

/// Makes a method of a function that reads a page of rows, in the order of their numbers.
macro_rules! pages {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $arg_type:ty)?) after $after:ty => $out:ty = $module:ident::$function:ident;)*) => {
        impl Authority {
            $(
                $(#[$doc])*
                /// A page begins after the given row and has at most a thousand rows.
                ///
                /// # Errors
                /// [`Refusal::Unavailable`].
                pub async fn $name(&self, $($arg: $arg_type,)? after: $after, limit: u32) -> Result<Vec<$out>, Refusal> {
                    let mut reader = self.context.database.reader().await?;
                    $module::$function(&mut reader, $($arg,)? after, limit.min(MAX_PAGE)).await
                }
            )*
        }
    };
}

pages! {
    /// Users.
    users() after UserId => UserRecord = users::page;
    /// Manufacturers; only the one of a name, if that is given.
    manufacturers(name: Option<&str>) after ManufacturerId => ManufacturerRecord = catalogue::manufacturers;
    /// Products; only those of a manufacturer, if that is given.
    products(manufacturer: Option<ManufacturerId>) after ProductId => ProductRecord = catalogue::products;
    /// Awards.
    awards(filter: &AwardFilter) after AwardId => AwardRecord = awards::awards;
    /// Labels.
    labels(filter: &LabelFilter) after LabelId => LabelRecord = awards::labels;
    /// Proposed changes of standing.
    changes(filter: &ChangeFilter) after ChangeId => ChangeRecord = changes::changes;
    /// Runs of unit labels; only those of a label, if that is given.
    runs(label: Option<LabelId>) after RunId => RunRecord = runs::page;
    /// Events of the audit chain.
    events(filter: &EventFilter) after Seq => Event = audit::events;
}

impl Authority {
    /// Labels with a code of that key that counts still: on boxes from before a renewal, too. A page begins after
    /// the given row and has at most a thousand rows.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`].
    pub async fn labels_of_key(
        &self,
        key: KeyId,
        now: Timestamp,
        after: LabelId,
        limit: u32,
    ) -> Result<Vec<LabelRecord>, Refusal> {
        let mut reader = self.context.database.reader().await?;
        awards::labels_of_key(&mut reader, key, now, (after, limit.min(MAX_PAGE))).await
    }

    /// The reply that was kept for a request of an actor (see [`Once`](crate::Once)), if it was made before.
    ///
    /// # Errors
    /// [`Refusal::KeyReused`] if it was another request; [`Refusal::Unavailable`].
    pub async fn reply_to(
        &self,
        actor: &Actor,
        key: &str,
        request: &[u8; 32],
    ) -> Result<Option<Reply>, Refusal> {
        let mut reader = self.context.database.reader().await?;
        reply_to(&mut reader, actor, key, request).await
    }

    /// Where its links live.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`].
    pub async fn link_base(&self) -> Result<LinkBase, Refusal> {
        link_base(&self.issuer().await?)
    }

    /// Judges a foreign label for a scheme by the authority's trust pack: what an award may rest on it.
    ///
    /// # Errors
    /// [`Refusal::Evidence`].
    pub fn judge_foreign(&self, link: &str, scheme: &SchemeId, now: Timestamp) -> Result<Evidence, Refusal> {
        Ok(Evidence::of(link, scheme, self.context.pack().as_deref(), now)?)
    }

    /// Looks through the whole audit chain for anything that was changed, taken out or moved. What somebody else
    /// has kept of it serves as anchors; the last publication is one by itself.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`].
    pub async fn verify_chain(&self, anchors: &[Anchor]) -> Result<ChainReport, Refusal> {
        let mut snapshot = self.context.database.snapshot().await?;
        let mut anchors = anchors.to_vec();
        if let Some(last) = publication::last(&mut snapshot).await? {
            let hash = last.hash.parse().map_err(|e| Refusal::damaged("hash", &e))?;
            anchors.push(Anchor { seq: last.through, hash });
        }
        audit::verify(&mut snapshot, &anchors).await
    }

    /// Compares label links that are out there with the records.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`].
    pub async fn reconcile(
        &self,
        links: impl Iterator<Item = String> + Send,
    ) -> Result<Reconciliation, Refusal> {
        let mut snapshot = self.context.database.snapshot().await?;
        audit::reconcile(&mut snapshot, self.context.bits, links).await
    }

    /// What is needed to write a run out.
    ///
    /// # Errors
    /// [`Refusal::NotFound`]; [`Refusal::Unavailable`]; [`Refusal::KeyCompromised`] if its key signs no more.
    pub async fn run_plan(&self, id: RunId) -> Result<RunPlan, Refusal> {
        let plan = self.any_run_plan(id).await?;
        keys::trusted(&self.issuer().await?, plan.key().id())?;
        Ok(plan)
    }

    /// Which unit of a run has a serial number, if one has.
    ///
    /// # Errors
    /// [`Refusal::NotFound`]; [`Refusal::Unavailable`].
    pub async fn unit_of(&self, id: RunId, serial: &Serial) -> Result<Option<u32>, Refusal> {
        Ok(self.any_run_plan(id).await?.unit_of(serial))
    }

    async fn any_run_plan(&self, id: RunId) -> Result<RunPlan, Refusal> {
        let mut snapshot = self.context.database.snapshot().await?;
        let record = runs::run(&mut snapshot, id).await?;
        run_plan(&mut snapshot, self.context.bits, record).await
    }
}

/// What is needed to write a run out as its record says.
pub(crate) async fn run_plan(
    connection: &mut AnyConnection,
    bits: ListBits,
    record: RunRecord,
) -> Result<RunPlan, Refusal> {
    let draft: Draft = awards::award(&mut *connection, record.award).await?.draft;
    let issuer = keys::issuer(&mut *connection).await?;
    let key = keys::known(&issuer, keys::key_id(&record.key)?)?.key.clone();
    let places = lists::places(&mut *connection, bits, record.first_index, record.units).await?;
    let secret = found::serial_secret(&mut *connection).await?;
    let base = link_base(&issuer)?;
    RunPlan::new(record, &draft, key, base, places, &secret)
}
