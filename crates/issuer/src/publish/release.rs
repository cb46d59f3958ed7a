//! Making a release and writing it: what readers find by `timestamp.json` is there before it is replaced.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use verilabel_label::Timestamp;
use verilabel_trust::{
    Assembly, Product, Role, TargetList, TargetsStatement, path, product_document, targets_metadata,
};

use super::archive::ArchiveState;
use super::place::Tag;
use super::present::{self, Present};
use super::records::{self, Waiting};
use super::survey::{Aged, Survey};
use super::turn::{EndTurn, FinishRelease, PlanRelease};
use super::{PublicationError, Published, Publisher, RootState, labels, lists, names};
use crate::authority::blocking;
use crate::catalogue::picture_at;
use crate::pack::root_name;
use crate::{MarkInPack, Seq};

/// Codes whose files are written in one go; a change of standing waits no longer than they take.
const CODES: u32 = 128;
/// Documents of product records written in one go.
const PARTS: usize = 8;
/// Objects replaced at once.
const AT_ONCE: usize = 8;

/// A release that is made and not written.
struct Prepared {
    /// The last event that it takes account of.
    seq: Seq,
    /// Lists that have changed and that no key can sign.
    behind: Vec<u32>,
    /// Files of the pack that readers of the release before may ask for.
    before: BTreeSet<String>,
    /// Objects whose names stand for their content.
    files: Vec<(String, Vec<u8>)>,
    /// Objects that take the place of others.
    objects: Vec<(String, Vec<u8>)>,
    /// The DID document among them.
    did: Option<Vec<u8>>,
    timestamp: Vec<u8>,
    present: Present,
}

impl Publisher {
    /// Publishes what a survey found to be due. The turn is ours, and the folder locked.
    pub(super) async fn carry_out(
        &mut self,
        mut survey: Survey,
        now: Timestamp,
    ) -> Result<Published, PublicationError> {
        let codes = if self.press.files.is_empty() {
            Vec::new()
        } else {
            records::waiting(survey.snapshot.connection(), CODES).await?
        };
        let more = u32::try_from(codes.len()).is_ok_and(|length| length >= CODES);
        let minted = codes.last().filter(|_| more).map_or(survey.end.seq, |code| code.minted);
        let through = minted.min(survey.taken);
        let mut done = Published {
            through,
            lists: survey.lists.len(),
            lists_without_key: survey.orphans,
            waiting: survey.waiting.clone(),
            more,
            ..Published::default()
        };
        let (issuer, anything) = (Arc::clone(&survey.issuer), survey.wants_anything());
        let mut versions: Vec<u64> = survey.present.iter().map(|present| present.version).collect();
        if survey.wants_release() {
            let prepared = self.prepare(&mut survey, now).await?;
            done.version = Some(prepared.present.version);
            versions.push(prepared.present.version);
            self.write(prepared).await?;
        }
        drop(survey);
        self.write_labels(&issuer, codes, &mut done).await?;
        self.write_archive(now).await?;
        if !anything {
            self.decide(EndTurn { holder: self.holder.clone() }).await?;
            return Ok(done);
        }
        let note =
            self.memory.present.as_ref().map_or_else(String::new, |p| format!("release {}", p.version));
        let mark = MarkInPack { through, note };
        let finish = FinishRelease { holder: self.holder.clone(), versions, minted, mark };
        self.decide(finish).await?;
        Ok(done)
    }

    /// Makes the files of the next release. Documents of product records are written as they are made: nothing
    /// lists them yet, and nothing else holds them all.
    async fn prepare(&mut self, survey: &mut Survey, now: Timestamp) -> Result<Prepared, PublicationError> {
        let mut list = survey.present.as_ref().map_or_else(TargetList::default, |p| p.list.clone());
        let mut files = Vec::new();
        let mut objects = Vec::new();
        self.write_parts(survey, &mut list).await?;
        if let Some(offline) = self.keys.offline() {
            let ours = |path: &str| offline.role_of(path).is_some();
            list = list.only(|path| ours(path) || offline.documents.contains_key(path));
        }
        for (path, bytes) in std::mem::take(&mut survey.documents) {
            enlist(&mut list, &mut files, &path, bytes);
        }
        for signed in self.sign_lists(survey, now).await? {
            let path = path::status(&survey.issuer.id, signed.list);
            enlist(&mut list, &mut files, &path, signed.token);
            objects.extend(signed.objects);
        }
        objects.extend(survey.did.clone());
        let version = survey.version;
        let validities = self.settings.validities;
        let expires = |role: Role| validities.expiry(role, now);
        let roles = self.sign_roles(survey, &list, now)?;
        let signers = |role: Role| self.keys.signers(role);
        let previous = survey.present.as_ref().and_then(|present| present.snapshot());
        let (signers, expires) = (&signers, &expires);
        let assembly = Assembly { version, roles: &roles, previous, signers, expires, made: Some(now) };
        let metadata: BTreeMap<String, Vec<u8>> = assembly.files()?.into_iter().collect();
        let timestamp = metadata.get(names::TIMESTAMP).cloned().unwrap_or_default();
        let there = |name: &str| survey.present.as_ref().is_some_and(|p| p.metadata.contains_key(name));
        let new = metadata.iter().filter(|(name, _)| *name != names::TIMESTAMP && !there(name));
        files.extend(new.map(|(name, bytes)| (names::pack(name), bytes.clone())));
        // What a client would not take is not published.
        let present = present::accepted(&self.keys, metadata, now)?;
        let before = survey.present.iter().flat_map(|present| present.files()).collect();
        let did = survey.did.take().map(|(_, document)| document);
        let (seq, behind) = (survey.end.seq, std::mem::take(&mut survey.behind));
        Ok(Prepared { seq, behind, before, files, objects, did, timestamp, present })
    }

    /// The metadata of every targets role: signed anew where what it lists has changed or its time has come, by
    /// whoever speaks for it.
    fn sign_roles(
        &self,
        survey: &Survey,
        list: &TargetList,
        now: Timestamp,
    ) -> Result<BTreeMap<String, Vec<u8>>, PublicationError> {
        let expires = self.settings.validities.expiry(Role::Targets, now);
        let before = |role: &str, list: &TargetList| {
            let metadata = survey.present.as_ref()?.role(role).filter(|_| survey.aged != Aged::Targets)?;
            let same = TargetsStatement::of_metadata(metadata).is_ok_and(|before| before.targets == *list);
            same.then(|| metadata.to_vec())
        };
        let top = Role::Targets.name();
        let Some(offline) = self.keys.offline() else {
            let signers = self.keys.signers(Role::Targets);
            let signed = || targets_metadata(survey.version, expires, list, &signers);
            let metadata = before(top, list).map_or_else(signed, Ok)?;
            return Ok(BTreeMap::from([(top.to_owned(), metadata)]));
        };
        let mut roles = BTreeMap::from([(top.to_owned(), offline.metadata.clone())]);
        for role in offline.own_roles() {
            let list = list.only(|path| offline.role_of(path).is_some_and(|one| one.name == role.name));
            let signers = self.keys.signers_of(&role.definition);
            let signed = || targets_metadata(survey.version, expires, &list, &signers);
            let metadata = before(&role.name, &list).map_or_else(signed, Ok)?;
            roles.insert(role.name.clone(), metadata);
        }
        Ok(roles)
    }

    /// Writes the pictures that product records name, before the records: what is not there is not named.
    async fn write_pictures(
        &mut self,
        survey: &mut Survey,
        products: &mut [Product],
    ) -> Result<(), PublicationError> {
        if survey.present.is_none() {
            self.memory.pictures.clear();
        }
        let named: BTreeSet<String> =
            products.iter().filter_map(|product| product.picture.as_ref()).map(ToString::to_string).collect();
        let place = &self.place;
        let missing: BTreeSet<String> = stream::iter(named.difference(&self.memory.pictures).cloned())
            .map(|name| async move { Ok((!place.has(&name).await?).then_some(name)) })
            .buffer_unordered(AT_ONCE)
            .try_filter_map(|missing: Option<String>| std::future::ready(Ok::<_, PublicationError>(missing)))
            .boxed()
            .try_collect()
            .await?;
        let mut written = BTreeSet::new();
        for product in products {
            let Some(path) = product.picture.clone().filter(|path| missing.contains(path.as_str())) else {
                continue;
            };
            let name = path.to_string();
            if written.contains(&name) {
                continue;
            }
            match picture_at(survey.snapshot.connection(), &path).await? {
                Some(bytes) => {
                    self.recover(std::iter::once(&name))?;
                    self.place.add(&name, bytes).await?;
                    written.insert(name);
                }
                None => product.picture = None,
            }
        }
        self.memory.pictures.extend(named.difference(&missing).cloned().chain(written));
        Ok(())
    }

    async fn write_parts(
        &mut self,
        survey: &mut Survey,
        list: &mut TargetList,
    ) -> Result<(), PublicationError> {
        let parts: Vec<u64> = survey.parts.iter().copied().collect();
        for some in parts.chunks(PARTS) {
            let mut files = Vec::new();
            for part in some {
                let path = path::products_part(&survey.issuer.id, *part);
                let mut products = records::part(survey.snapshot.connection(), *part).await?;
                self.write_pictures(survey, &mut products).await?;
                if products.is_empty() {
                    list.remove(&path);
                } else {
                    enlist(list, &mut files, &path, product_document(&products)?);
                }
            }
            self.recover(files.iter().map(|(name, _)| name))?;
            self.place.add_all(files).await?;
            // The first publication of many labels takes longer than a turn.
            if parts.len() > PARTS {
                self.take_turn().await?;
            }
        }
        Ok(())
    }

    async fn sign_lists(
        &self,
        survey: &mut Survey,
        now: Timestamp,
    ) -> Result<Vec<lists::SignedList>, PublicationError> {
        let (Some(key), false) = (survey.status_key, survey.lists.is_empty()) else { return Ok(Vec::new()) };
        let signers = Arc::clone(&self.signers);
        let signer = blocking(move || signers.signer(key)).await?;
        let times = (now, now.plus_seconds(self.settings.list_lifetime));
        let mut made = Vec::new();
        for list in survey.lists.clone() {
            let statuses = survey.snapshot.status_list(list).await?;
            let (issuer, signer) = (Arc::clone(&survey.issuer), Arc::clone(&signer));
            let list = blocking(move || Ok(lists::sign(&issuer, list, statuses, signer.as_ref(), times)));
            made.push(list.await??);
        }
        Ok(made)
    }

    /// Writes a release. Up to the plan nobody can tell that anything was going to be; from the timestamp on
    /// every reader finds the new state.
    async fn write(&mut self, prepared: Prepared) -> Result<(), PublicationError> {
        let Prepared { seq, behind, before, files, objects, did, timestamp, present } = prepared;
        let timestamp_name = names::pack(names::TIMESTAMP);
        let timestamp_tag = self.place.tag(&timestamp_name).await?;
        let mut tagged: Vec<(String, Vec<u8>, Tag)> = Vec::new();
        for (name, bytes) in objects {
            let tag = self.place.tag(&name).await?;
            tagged.push((name, bytes, tag));
        }
        let after: BTreeSet<String> = present.files().collect();
        let plan = PlanRelease {
            holder: self.holder.clone(),
            version: present.version,
            seq,
            added: after.difference(&before).cloned().collect(),
            dropped: before.difference(&after).cloned().collect(),
            behind,
        };
        if !self.decide(plan).await? {
            return Err(PublicationError::Overtaken);
        }
        let written = files.iter().map(|(name, _)| name).chain(tagged.iter().map(|(name, ..)| name));
        self.recover(written)?;
        self.write_roots().await?;
        self.place.add_all(files).await?;
        stream::iter(tagged)
            .map(|(name, bytes, tag)| {
                let place = &self.place;
                async move { place.replace(&name, bytes, tag).await }
            })
            .buffer_unordered(AT_ONCE)
            .boxed()
            .try_collect::<()>()
            .await?;
        self.place.replace(&timestamp_name, timestamp, timestamp_tag).await?;
        self.memory.lists.keep(&present.list);
        self.memory.present = Some(Arc::new(present));
        self.memory.did = did.or(self.memory.did.take());
        self.memory.archive.state = ArchiveState::Due;
        Ok(())
    }

    async fn write_roots(&mut self) -> Result<(), PublicationError> {
        if self.memory.root == RootState::Written {
            return Ok(());
        }
        let roots = self.keys.roots().iter();
        let roots =
            roots.map(|(version, bytes)| (names::pack(&root_name(*version)), bytes.clone())).collect();
        self.place.add_all(roots).await?;
        self.memory.root = RootState::Written;
        Ok(())
    }

    async fn write_labels(
        &mut self,
        issuer: &Arc<verilabel_trust::Issuer>,
        codes: Vec<Waiting>,
        done: &mut Published,
    ) -> Result<(), PublicationError> {
        if codes.is_empty() {
            return Ok(());
        }
        // Drawing takes a while; whoever has lost the turn learns it before writing.
        self.take_turn().await?;
        if !self.memory.recovered {
            self.place.sweep(&labels::folders(&codes))?;
        }
        let written = self.press.write(&self.place, issuer, codes).await?;
        done.labels = written.labels;
        done.not_drawn = written.not_drawn;
        done.why_not_drawn = written.why;
        Ok(())
    }

    /// Removes what a publisher that died has left half-written beside these objects, and where every release writes.
    pub(super) fn recover<'n>(
        &self,
        written: impl Iterator<Item = &'n String>,
    ) -> Result<(), PublicationError> {
        if self.memory.recovered {
            return Ok(());
        }
        let folder = |name: &String| name.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let mut folders: BTreeSet<String> = written.map(folder).collect();
        folders.extend([String::new(), names::pack("metadata")]);
        self.place.sweep(&folders)
    }
}

/// Lists a target, and keeps its file to be written.
fn enlist(list: &mut TargetList, files: &mut Vec<(String, Vec<u8>)>, path: &str, bytes: Vec<u8>) {
    if list.insert(path, &bytes) {
        files.extend(list.file(path).map(|file| (names::pack(&file), bytes)));
    }
}
