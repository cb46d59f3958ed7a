//! What is to be published: the records held against what is out there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use verilabel_credential::did_document;
use verilabel_label::Timestamp;
use verilabel_trust::{Issuer, Role, TargetList, path};
use verilabel_wire::KeyId;

use super::names::{self, ListNames};
use super::present::{self, Present};
use super::{PublicationError, Publisher, RootState, records};
use crate::audit::Anchor;
use crate::{Recovery, Refusal, Seq, Snapshot, pack, publication};

/// By how many seconds the clocks of two publishers may differ, without either signing anew what the other has signed.
const CLOCKS_DIFFER: u64 = 60;
/// The event that every authority begins with.
const FOUNDING: Seq = Seq::new(1);

/// One state of the records, and what of it is not out there.
pub(super) struct Survey {
    pub(super) snapshot: Snapshot,
    /// The last event that this state takes account of.
    pub(super) end: Anchor,
    /// The last event that everything out there takes account of once this is: while no key can sign a list, none
    /// later than before.
    pub(super) taken: Seq,
    pub(super) issuer: Arc<Issuer>,
    /// The key that signs status lists; none while no key is in use.
    pub(super) status_key: Option<KeyId>,
    /// The release in the folder, if it is one of the records.
    pub(super) present: Option<Arc<Present>>,
    /// Whether that release is on record as published: what follows its timestamp may be missing otherwise.
    pub(super) finished: bool,
    /// The version of the next release.
    pub(super) version: u64,
    /// Status lists to be signed.
    pub(super) lists: Vec<u32>,
    /// Status lists that are due and that nobody can sign.
    pub(super) orphans: usize,
    /// Those among them that are to be signed anew by whichever key can, even by the one that signed them last.
    pub(super) behind: Vec<u32>,
    /// Documents of product records to be written.
    pub(super) parts: BTreeSet<u64>,
    /// Other documents of the pack that have changed.
    pub(super) documents: BTreeMap<String, Vec<u8>>,
    /// The issuer's DID document, if it has changed.
    pub(super) did: Option<(String, Vec<u8>)>,
    /// Which metadata is past half its life, or from the future.
    pub(super) aged: Aged,
    /// Whether minted codes wait for their files.
    pub(super) labels: bool,
    /// Whether a ceremony was held whose outcome is not out there.
    pub(super) ceremony: bool,
    /// Documents of the pack that wait for a ceremony.
    pub(super) waiting: Vec<String>,
}

/// Status lists to be signed.
#[derive(Debug, Default)]
struct ListsDue {
    all: Vec<u32>,
    /// Those whose signature does not tell that they are.
    changed: Vec<u32>,
}

/// Metadata past half its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aged {
    /// None.
    Nothing,
    /// Snapshot or timestamp.
    Online,
    /// Targets: the others are signed anew with it.
    Targets,
}

impl Survey {
    /// Whether a new release of the pack is due.
    pub(super) fn wants_release(&self) -> bool {
        self.aged != Aged::Nothing || self.did.is_some() || self.ceremony || self.wants_targets()
    }

    /// Whether that release has new targets.
    pub(super) fn wants_targets(&self) -> bool {
        self.present.is_none()
            || self.aged == Aged::Targets
            || !self.lists.is_empty()
            || !self.parts.is_empty()
            || !self.documents.is_empty()
    }

    /// Whether anything is to be done.
    pub(super) fn wants_anything(&self) -> bool {
        self.wants_release() || !self.finished || self.labels
    }
}

impl Publisher {
    /// Holds one state of the records against the folder. Nothing is read but what may have changed.
    pub(super) async fn survey(&mut self, now: Timestamp) -> Result<Survey, PublicationError> {
        let read = present::read(&self.place, &self.keys, self.memory.present.as_ref(), now).await?;
        let mut snapshot = self.authority.snapshot().await?;
        let end = snapshot.end().await?;
        let mut issuer = snapshot.issuer().await?;
        self.recovery(&mut snapshot, end.seq).await?.apply(&mut issuer);
        let issuer = Arc::new(issuer);
        let highest = records::highest_version(snapshot.connection()).await?;
        let version = highest.max(read.as_ref().map_or(0, |present| present.version)) + 1;
        let record = match &read {
            Some(present) => records::release(snapshot.connection(), present.version).await?,
            None => None,
        };
        // A release that the records do not know says nothing of what is out there: all is done anew.
        let (present, since, finished) = match record {
            Some(record) => (read, record.seq, record.published),
            None => (None, Seq::new(0), true),
        };
        self.memory.present.clone_from(&present);
        let none = TargetList::default();
        let list = present.as_ref().map_or(&none, |present| &present.list);

        let recorded = BTreeMap::from([
            (
                path::REGISTER.to_owned(),
                self.authority.register().to_json().map_err(|e| register_refused(&e))?,
            ),
            (path::issuer(&issuer.id), issuer.to_json()?),
        ]);
        let offline = self.keys.offline();
        let waiting = offline.map_or_else(Vec::new, |offline| pack::waiting(offline, &recorded));
        let mut documents = offline.map_or(recorded, |offline| offline.documents.clone());
        documents.retain(|path, bytes| !list.matches(path, bytes));
        let signed = present.as_ref().and_then(|present| present.role(Role::Targets.name()));
        let ceremony = self.memory.root == RootState::Behind
            || offline.is_some_and(|offline| signed != Some(offline.metadata.as_slice()));
        let all_lists = documents.contains_key(&path::issuer(&issuer.id));
        let parts = records::touched_parts(snapshot.connection(), since).await?;
        let status_key = self.keys.status_key(&issuer, now)?;
        let due = self.lists_due(&mut snapshot, &issuer, list, since, (status_key, now, all_lists)).await?;
        let (lists, orphans, behind) = match status_key {
            Some(_) => (due.all, 0, Vec::new()),
            None => (Vec::new(), due.all.len(), due.changed),
        };
        let taken = match orphans {
            0 => end.seq,
            _ => publication::last(snapshot.connection()).await?.map_or(FOUNDING, |last| last.through),
        };
        let did = self.did_due(&issuer, now).await?;
        let labels = records::any_waiting(snapshot.connection()).await?;
        let half = |role: Role, expires: Timestamp| {
            now.plus_seconds(self.settings.validities.of(role) / 2) >= expires
        };
        let aged = match &present {
            Some(present) if half(Role::Targets, present.targets_expire) => Aged::Targets,
            Some(present) if half(Role::Timestamp, present.online_expires) => Aged::Online,
            Some(present) if present.made.is_some_and(|made| is_from_the_future(made, now)) => Aged::Online,
            _ => Aged::Nothing,
        };
        Ok(Survey {
            snapshot,
            end,
            taken,
            issuer,
            status_key,
            present,
            finished,
            version,
            lists,
            orphans,
            behind,
            parts,
            documents,
            did,
            aged,
            labels,
            ceremony,
            waiting,
        })
    }

    /// What the records confirm of stolen keys; looked through again only when something was decided.
    async fn recovery(&mut self, snapshot: &mut Snapshot, seq: Seq) -> Result<&Recovery, PublicationError> {
        if self.memory.recovery.as_ref().is_none_or(|(known, _)| *known != seq) {
            self.memory.recovery = Some((seq, snapshot.recovery().await?));
        }
        let (_, recovery) = self.memory.recovery.get_or_insert_with(|| (seq, Recovery::default()));
        Ok(recovery)
    }

    /// The lists that have changed, are not out there, near their expiry, from the future or signed by another key.
    async fn lists_due(
        &mut self,
        snapshot: &mut Snapshot,
        issuer: &Issuer,
        published: &TargetList,
        since: Seq,
        (key, now, all): (Option<KeyId>, Timestamp, bool),
    ) -> Result<ListsDue, PublicationError> {
        let half = now.plus_seconds(self.settings.list_lifetime / 2);
        let mut due = ListsDue::default();
        for record in snapshot.lists().await? {
            let state = self.memory.lists.of(&self.place, issuer, published, record.list).await?;
            let stands = state.is_some_and(|state| {
                Some(state.key) == key
                    && !is_from_the_future(state.issued_at, now)
                    && state.expires.is_some_and(|expires| half < expires)
            });
            let there = self.memory.looked_after || self.objects_there(issuer, record.list).await?;
            let changed = all || !there || record.changed > since;
            if changed {
                due.changed.push(record.list);
            }
            if changed || !stands {
                due.all.push(record.list);
            }
        }
        Ok(due)
    }

    /// Whether all objects of a list are there.
    async fn objects_there(&self, issuer: &Issuer, list: u32) -> Result<bool, PublicationError> {
        for name in ListNames::of(issuer, list)?.all() {
            if !self.place.has(name).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The DID document, if it is not what is out there.
    async fn did_due(
        &mut self,
        issuer: &Issuer,
        now: Timestamp,
    ) -> Result<Option<(String, Vec<u8>)>, PublicationError> {
        let (Some(name), Some(document)) = (names::did_document(issuer)?, did_document(issuer, now)) else {
            return Ok(None);
        };
        let made = |e: serde_json::Error| PublicationError::Making {
            what: "the DID document",
            reason: e.to_string(),
        };
        let bytes = serde_json::to_vec_pretty(&document).map_err(made)?;
        if self.memory.did.as_ref() == Some(&bytes) {
            return Ok(None);
        }
        if self.memory.did.is_none() && self.place.read(&name).await?.as_ref() == Some(&bytes) {
            self.memory.did = Some(bytes);
            return Ok(None);
        }
        Ok(Some((name, bytes)))
    }
}

/// Whether something was signed by a clock that was ahead: verifiers would not take it, or would doubt their own.
fn is_from_the_future(made: Timestamp, now: Timestamp) -> bool {
    now.plus_seconds(CLOCKS_DIFFER) < made
}

fn register_refused(error: &verilabel_recognition::RegisterError) -> Refusal {
    Refusal::damaged("the register", error)
}
