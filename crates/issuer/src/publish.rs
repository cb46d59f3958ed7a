//! Publishing: what verifiers, printers and browsers get of the records, as static files in a publication folder.
//!
//! ```text
//! pack/                        the trust pack, a TUF repository with consistent snapshots
//! pack.tar.gz                  the same as one file
//! status/N                     a status list token, at the path of the URI that seals name
//! status/N-revocation, …       the same list as Bitstring credentials, at the paths that label credentials name
//! .well-known/did.json         the issuer's DID document, at the path that its DID means
//! pictures/SHA256.png          pictures of labelled products, by their digest
//! labels/01/GTIN[/21/SERIAL]/  link.txt, label.svg, label.png, label.pdf, credential.jwt
//! ```
//!
//! **Invariant: readers see one state of the pack or the next, never a mixture.** Every object is written whole.
//! All that a new `timestamp.json` leads to is there before it, all that the old one led to stays for some
//! generations, and a release is on record before anything of it is written, so that no version ever stands for
//! two contents and none is followed by a lower one. A crash anywhere is made good by the next publication.
//!
//! A publication takes one state of the records and writes what has changed since the event that the release in
//! the folder takes account of; nothing is looked through that has not changed.

mod archive;
mod daemon;
mod error;
mod generations;
mod health;
mod labels;
mod lists;
mod names;
mod place;
mod present;
mod records;
mod release;
mod survey;
mod turn;

pub use error::PublicationError;
pub use health::{Failure, Health};
pub use labels::LabelFile;

pub(crate) use names::plain as plain_name;
pub(crate) use records::highest_version;

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use ring::rand::SecureRandom;
use tokio::sync::watch;
use verilabel_label::Timestamp;
use verilabel_symbol::draw::Fonts;
use verilabel_symbol::{LabelLayout, PrintSpec};

use crate::authority::blocking;
use crate::{
    Actor, ApplyDue, Authority, Decision, Order, PackKeys, PackOpenError, PartnerList, Recovery, Refusal,
    Seq, Signers, Validities, hex,
};
use archive::Archive;
use labels::Press;
use lists::ListStates;
use place::Place;
use present::Present;
use turn::{EndTurn, Holder, TURN, TakeTurn, Turn};

/// Tells the time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// Of a function that tells the time.
    #[must_use]
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

/// How things are published.
#[derive(Debug, Clone)]
pub struct Settings {
    /// For how many seconds a status list is good; it is signed anew after half of them.
    pub list_lifetime: u64,
    /// For how many seconds the pack's metadata is good; it is signed anew after half of them.
    pub validities: Validities,
    /// What stays for readers of old releases.
    pub keep: Keep,
    /// The files of each label; what is left out is not written at all.
    pub files: BTreeSet<LabelFile>,
    /// Dimensions of the symbols.
    pub spec: PrintSpec,
    /// Where the text stands on the printed label.
    pub layout: LabelLayout,
    /// How long decisions are gathered before they are published.
    pub breath: Duration,
    /// How often the records are looked at where nothing is heard of them, such as from another instance.
    pub poll: Duration,
}

impl Default for Settings {
    /// Status lists for a week, all files of labels, decisions gathered for a quarter of a second, a look every
    /// two seconds.
    fn default() -> Self {
        Self {
            list_lifetime: 7 * 86_400,
            validities: Validities::default(),
            keep: Keep { generations: 10, seconds: 3_600 },
            files: LabelFile::ALL.into(),
            spec: PrintSpec::default(),
            layout: LabelLayout::default(),
            breath: Duration::from_millis(250),
            poll: Duration::from_secs(2),
        }
    }
}

/// What stays for readers of old releases: what either asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// So many releases, the present one among them.
    pub generations: usize,
    /// Every release for so many seconds after the next.
    pub seconds: u64,
}

/// What a publication did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The last event that everything out there takes account of.
    pub through: Seq,
    /// The new release of the pack, if there is one.
    pub version: Option<u64>,
    /// Status lists signed.
    pub lists: usize,
    /// Status lists that are due and that no key in use can sign.
    pub lists_without_key: usize,
    /// Documents of the pack that wait until the holders of the targets keys sign them in a ceremony.
    pub waiting: Vec<String>,
    /// Labels whose files were written.
    pub labels: u64,
    /// Labels among them that could not be drawn.
    pub not_drawn: u64,
    /// Why the first of them could not.
    pub why_not_drawn: Option<String>,
    /// Whether more labels wait for their files: publish again.
    pub more: bool,
}

impl Default for Published {
    fn default() -> Self {
        Self {
            through: Seq::new(0),
            version: None,
            lists: 0,
            lists_without_key: 0,
            waiting: Vec::new(),
            labels: 0,
            not_drawn: 0,
            why_not_drawn: None,
            more: false,
        }
    }
}

/// Publishes the records of an authority to a folder.
///
/// Several may work on one authority and one folder: each publication is one's turn, by the database; a local
/// folder is locked besides, and other stores replace only what has not changed meanwhile.
pub struct Publisher {
    authority: Authority,
    signers: Arc<dyn Signers>,
    keys: Arc<PackKeys>,
    place: Place,
    press: Press,
    settings: Settings,
    clock: Clock,
    holder: Holder,
    memory: Memory,
    health: watch::Sender<Health>,
}

/// What need not be found out again.
#[derive(Debug, Default)]
struct Memory {
    present: Option<Arc<Present>>,
    lists: ListStates,
    /// What is confirmed of stolen keys, and by which state of the records.
    recovery: Option<(Seq, Recovery)>,
    /// Pictures that were seen to be out there.
    pictures: BTreeSet<String>,
    /// The DID document out there.
    did: Option<Vec<u8>>,
    root: RootState,
    /// Whether the objects of all lists were seen to be there.
    looked_after: bool,
    /// Whether what a crash may have left half-written was removed.
    recovered: bool,
    archive: Archive,
    cleaned_at: Option<Timestamp>,
}

/// What is known of the root in the folder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum RootState {
    /// Nobody has looked.
    #[default]
    Unknown,
    /// It is ours, or there is none yet.
    NotAnothers,
    /// It is ours, and the newest is not there.
    Behind,
    /// All versions of it are there.
    Written,
}

impl std::fmt::Debug for Publisher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Publisher").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Publisher {
    /// Opens a publication folder: a path, `file:///FOLDER`, or `s3://BUCKET/PREFIX`, with endpoint and keys in
    /// the environment. The folder is what the host of the issuer's URLs is to serve.
    ///
    /// # Errors
    /// [`PublicationError::Url`].
    pub fn open(
        authority: Authority,
        signers: Arc<dyn Signers>,
        keys: Arc<PackKeys>,
        url: &str,
        settings: Settings,
        clock: Clock,
    ) -> Result<Self, PublicationError> {
        let place = Place::open(url)?;
        let mut name = [0; 16];
        authority.random().fill(&mut name).map_err(|_| Refusal::NoRandomness)?;
        let press = Press {
            files: settings.files.clone(),
            spec: settings.spec,
            layout: settings.layout,
            fonts: Arc::new(Fonts::default()),
            register: Arc::clone(authority.register()),
        };
        let health = watch::Sender::new(Health::default());
        let holder = Holder { folder: None, name: hex::encode(&name) };
        Ok(Self {
            authority,
            signers,
            keys,
            place,
            press,
            settings,
            clock,
            holder,
            memory: Memory::default(),
            health,
        })
    }

    /// How publishing goes, now and whenever it changes.
    #[must_use]
    pub fn health(&self) -> watch::Receiver<Health> {
        self.health.subscribe()
    }

    /// Carries out what has fallen due, and publishes what has changed, if anything has.
    ///
    /// # Errors
    /// What was published before stands. [`PublicationError::is_contention`] tells whether somebody else is at
    /// it; anything else is to be tried again when its cause is gone.
    pub async fn publish(&mut self) -> Result<Published, PublicationError> {
        let outcome = self.attempt().await;
        match &outcome {
            Ok(done) => self.tell_success(done),
            Err(error) => {
                self.memory.looked_after = false;
                self.tell_failure(error);
            }
        }
        outcome
    }

    /// The links that are out there, for [`Authority::reconcile`].
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub async fn links(&self) -> Result<Vec<String>, PublicationError> {
        labels::links(&self.place).await
    }

    async fn attempt(&mut self) -> Result<Published, PublicationError> {
        if let Err(error) = self.apply_due().await {
            // What is decided already is published all the same.
            self.tell_failure(&error);
        }
        self.look_for_ceremonies().await?;
        self.check_root().await?;
        let now = self.clock.now();
        let survey = self.survey(now).await?;
        self.check_archive().await?;
        if !survey.wants_anything() && !self.wants_archive(now) {
            self.memory.looked_after = true;
            let (lists_without_key, waiting) = (survey.orphans, survey.waiting);
            return Ok(Published {
                through: survey.taken,
                lists_without_key,
                waiting,
                ..Published::default()
            });
        }
        drop(survey);
        // The folder first: whoever else has the turn there cannot be at work any more.
        let mut lock = self.place.lock()?;
        if let Some(lock) = &mut lock {
            self.holder.folder = Some(lock.folder(&self.holder.name)?);
        }
        self.take_turn().await?;
        let mut prolonged = false;
        let prolonging =
            prolong(self.authority.clone(), self.holder.clone(), self.clock.clone(), &mut prolonged);
        let done = tokio::select! {
            done = self.in_turn() => done,
            never = prolonging => match never {},
        };
        // What is published has ended the turn, but it may have been prolonged once more at that moment.
        if done.is_err() || prolonged {
            // If even this fails, the turn ends by itself.
            let _ = self.decide(EndTurn { holder: self.holder.clone() }).await;
        }
        if done.is_ok()
            && let Err(error) = self.clean(self.clock.now()).await
        {
            // What could not be removed now will be later; the publication stands.
            self.tell_failure(&error);
        }
        drop(lock);
        done
    }

    async fn apply_due(&self) -> Result<(), PublicationError> {
        loop {
            let now = self.clock.now();
            let due = {
                let mut snapshot = self.authority.snapshot().await?;
                records::any_due(snapshot.connection(), now).await?
            };
            if !due || !self.decide(ApplyDue).await?.more {
                return Ok(());
            }
        }
    }

    /// Others may have published since it was seen that something is due: it is looked at again.
    async fn in_turn(&mut self) -> Result<Published, PublicationError> {
        let now = self.clock.now();
        let survey = self.survey(now).await?;
        let done = self.carry_out(survey, now).await?;
        self.memory.looked_after = true;
        self.memory.recovered = true;
        Ok(done)
    }

    async fn take_turn(&self) -> Result<(), PublicationError> {
        match self.decide(TakeTurn { holder: self.holder.clone() }).await? {
            Turn::Ours => Ok(()),
            Turn::Others { until } => Err(PublicationError::Busy { until }),
        }
    }

    /// What was signed in a ceremony meanwhile counts from now on. Partners may have come with it.
    async fn look_for_ceremonies(&mut self) -> Result<(), PublicationError> {
        let keys = Arc::clone(&self.keys);
        let (newer, partners) = blocking(move || {
            let newer = keys.newer();
            let partners = has_partners(newer.as_ref().ok().and_then(Option::as_ref).unwrap_or(&keys));
            Ok((newer, partners))
        })
        .await?;
        if partners? {
            return Err(PublicationError::Partners);
        }
        if let Some(newer) = newer? {
            self.keys = Arc::new(newer);
            self.memory.root = RootState::Unknown;
            self.memory.present = None;
        }
        Ok(())
    }

    /// A folder that holds the pack of another root is not written to.
    async fn check_root(&mut self) -> Result<(), PublicationError> {
        if self.memory.root != RootState::Unknown {
            return Ok(());
        }
        let found = self.place.read(&names::pack(&crate::pack::root_name(1))).await?;
        if found.is_some() && found.as_ref() != self.keys.roots().get(&1) {
            return Err(PublicationError::ForeignFolder);
        }
        let newest = self.keys.roots().keys().next_back().copied().unwrap_or(1);
        let there = self.place.has(&names::pack(&crate::pack::root_name(newest))).await?;
        self.memory.root = if found.is_some() && !there { RootState::Behind } else { RootState::NotAnothers };
        Ok(())
    }

    async fn decide<D: Decision>(&self, decision: D) -> Result<D::Outcome, Refusal> {
        self.authority.decide(Order { actor: Actor::System, at: self.clock.now() }, decision).await
    }

    fn tell_success(&self, done: &Published) {
        let now = self.clock.now();
        self.health.send_modify(|health| {
            health.went_well(done, now);
            health.version = self.memory.present.as_ref().map(|present| present.version);
            health.root_expires = self.memory.present.as_ref().map(|present| present.root_expires);
        });
    }

    fn tell_failure(&self, error: &PublicationError) {
        let now = self.clock.now();
        self.health.send_modify(|health| health.went_wrong(error, now));
    }
}

/// Keeps the turn for as long as it is worked in. Whoever loses it all the same learns so before it writes.
async fn prolong(authority: Authority, holder: Holder, clock: Clock, prolonged: &mut bool) -> Infallible {
    loop {
        tokio::time::sleep(Duration::from_secs(TURN / 4)).await;
        *prolonged = true;
        let order = Order { actor: Actor::System, at: clock.now() };
        let _ = authority.decide(order, TakeTurn { holder: holder.clone() }).await;
    }
}

/// Whether the pack of those keys has partners, or is to have some.
fn has_partners(keys: &PackKeys) -> Result<bool, PackOpenError> {
    let delegated = keys.offline().is_some_and(|offline| offline.partners().next().is_some());
    Ok(delegated || !PartnerList::beside(keys.folder()).all()?.is_empty())
}
