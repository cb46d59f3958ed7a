//! An authority in a folder: `issuer.json`, `keys/`, `journal.jsonl`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use ring::rand::{SecureRandom, SystemRandom};
use verilabel_label::{FieldError, LabelNumber, Status, StatusRef, Timestamp};
use verilabel_recognition::Register;
use verilabel_trust::{Issuer, IssuerKey, KeyState, PackError, Product, Purpose};
use verilabel_wire::{
    Algorithm, LinkBase, LinkError, Profile, Sign, SignError, SigningKey, StatusList, StatusListError,
    StatusListToken, sign_status_list,
};

use crate::{
    AwardRefusal, Journal, JournalError, KeystoreError, LabelAward, Minted, Passphrase, Record, keystore,
    mint,
};

/// Entries of a status list: 2²⁰.
const LIST_ENTRIES: u32 = 1 << 20;

/// An authority, open for work; other processes are locked out until it is dropped.
#[derive(Debug)]
pub struct Authority {
    folder: PathBuf,
    issuer: Issuer,
    journal: Journal,
    state: State,
}

/// What the records add up to.
#[derive(Debug, Default)]
struct State {
    labels: BTreeMap<LabelNumber, Label>,
    taken: HashMap<u32, BTreeSet<u32>>,
}

#[derive(Debug)]
struct Label {
    awards: Vec<LabelAward>,
    status_ref: StatusRef,
    status: Status,
    /// Links by canonical path.
    links: BTreeMap<String, String>,
}

/// A decision about the status of a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusChange {
    /// Not to be relied on for now.
    Suspend,
    /// In force again after a suspension.
    Reinstate,
    /// Not to be relied on any more.
    Withdraw,
}

impl Authority {
    /// Makes the folder of a new authority.
    ///
    /// # Errors
    /// If there is one already, or it cannot be written.
    pub fn init(folder: &Path, issuer: &Issuer) -> Result<Self, AuthorityError> {
        let path = folder.join("issuer.json");
        if path.exists() {
            return Err(AuthorityError::Exists { folder: folder.to_owned() });
        }
        fs::create_dir_all(folder).map_err(|e| AuthorityError::file(folder, &e))?;
        write(&path, &issuer.to_json()?)?;
        Self::open(folder)
    }

    /// Opens the folder of an authority.
    ///
    /// # Errors
    /// [`AuthorityError`], if the folder is none or is in use.
    pub fn open(folder: &Path) -> Result<Self, AuthorityError> {
        let path = folder.join("issuer.json");
        let bytes = fs::read(&path).map_err(|e| AuthorityError::file(&path, &e))?;
        let issuer = Issuer::from_json(&bytes)?;
        let (journal, records) = Journal::open(&folder.join("journal.jsonl"))?;
        let mut state = State::default();
        for record in &records {
            state.apply(record);
        }
        Ok(Self { folder: folder.to_owned(), issuer, journal, state })
    }

    /// Who it is, with its keys.
    #[must_use]
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// Makes a key, keeps it encrypted, and lists it as trusted from `now` on.
    ///
    /// # Errors
    /// [`AuthorityError`] for the keystore or the file.
    pub fn new_key(
        &mut self,
        algorithm: Algorithm,
        passphrase: &Passphrase,
        now: Timestamp,
        random: &SystemRandom,
    ) -> Result<SigningKey, AuthorityError> {
        let private = keystore::generate(algorithm)?;
        keystore::store(&self.folder.join("keys"), &private, passphrase, random.clone())?;
        let key = private.signing_key(random.clone())?;
        self.issuer.keys.push(IssuerKey {
            key: key.key().clone(),
            from: now,
            until: None,
            state: KeyState::Trusted,
            purposes: vec![Purpose::Seal, Purpose::Status],
        });
        write(&self.folder.join("issuer.json"), &self.issuer.to_json()?)?;
        Ok(key)
    }

    /// Opens the newest key that is in use and serves the purpose.
    ///
    /// # Errors
    /// [`AuthorityError::NoKey`] if there is none; those of the keystore.
    pub fn open_key(
        &self,
        purpose: Purpose,
        passphrase: &Passphrase,
        now: Timestamp,
        random: &SystemRandom,
    ) -> Result<SigningKey, AuthorityError> {
        let usable =
            |key: &&IssuerKey| key.serves(purpose) && key.state == KeyState::Trusted && key.in_use_at(now);
        let key = self.issuer.keys.iter().rfind(usable).ok_or(AuthorityError::NoKey)?;
        let path = self.folder.join("keys").join(format!("{}.jwe", key.key.id()));
        Ok(keystore::open(&path, passphrase, random.clone())?)
    }

    /// Mints the label link of an award: the award is recorded with its status index, then signed, then the
    /// signature is recorded. An award that is on record already gives the same link again, or takes up where
    /// a crash left it.
    ///
    /// # Errors
    /// [`AuthorityError::Award`] for what the register or the issuer's entitlement forbids,
    /// [`AuthorityError::NumberTaken`] for another award under the same number.
    pub fn mint(
        &mut self,
        award: &LabelAward,
        profile: Profile,
        register: &Register,
        key: &SigningKey,
        now: Timestamp,
        random: &SystemRandom,
    ) -> Result<Minted, AuthorityError> {
        award.check(register, &self.issuer)?;
        let path = award.path();
        let status = match self.state.labels.get(&award.number) {
            Some(label) if !label.awards.iter().all(|known| known.is_of_the_same_label(award)) => {
                return Err(AuthorityError::NumberTaken { number: award.number.clone() });
            }
            Some(label) => {
                if let Some(link) = label.links.get(&path.to_string()) {
                    return Ok(Minted { link: link.clone(), key: key.key().id() });
                }
                label.status_ref
            }
            None => self.state.allocate(random)?,
        };
        // Also what the claims refuse must be known before anything is on record.
        let claims = award.claims(status, now)?;
        if !self.state.has(award) {
            self.record(&Record::Award { at: now, award: Box::new(award.clone()), status })?;
        }
        let minted = mint(&claims, &path, profile, &self.link_base()?, key)?;
        self.record(&Record::Minted {
            at: now,
            number: award.number.clone(),
            path: path.to_string(),
            key: minted.key.to_string(),
            link: minted.link.clone(),
        })?;
        Ok(minted)
    }

    /// Changes the status of a label.
    ///
    /// # Errors
    /// [`AuthorityError::UnknownLabel`]; [`AuthorityError::Withdrawn`] for a label that was withdrawn, which is
    /// for good.
    pub fn set_status(
        &mut self,
        number: &LabelNumber,
        change: StatusChange,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), AuthorityError> {
        let unknown = || AuthorityError::UnknownLabel { number: number.clone() };
        let label = self.state.labels.get(number).ok_or_else(unknown)?;
        if label.status == Status::Invalid {
            return Err(AuthorityError::Withdrawn { number: number.clone() });
        }
        let status = match change {
            StatusChange::Suspend => Status::Suspended,
            StatusChange::Reinstate => Status::Valid,
            StatusChange::Withdraw => Status::Invalid,
        };
        self.record(&Record::Status { at: now, number: number.clone(), status, reason: reason.to_owned() })
    }

    /// Signs the present state of every status list.
    ///
    /// # Errors
    /// Those of the signer.
    pub fn status_tokens(
        &self,
        key: &SigningKey,
        issued_at: Timestamp,
        expires: Timestamp,
    ) -> Result<Vec<(u32, Vec<u8>)>, AuthorityError> {
        let mut lists: BTreeMap<u32, StatusList> = BTreeMap::new();
        for label in self.state.labels.values() {
            let list = match lists.entry(label.status_ref.list) {
                std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
                std::collections::btree_map::Entry::Vacant(entry) => {
                    entry.insert(StatusList::all_valid(LIST_ENTRIES)?)
                }
            };
            list.set(label.status_ref.index, label.status)?;
        }
        lists
            .into_iter()
            .map(|(number, list)| {
                let token = StatusListToken {
                    subject: self.issuer.status_list_uri(number),
                    issued_at,
                    expires: Some(expires),
                    time_to_live: None,
                    list,
                };
                Ok((number, sign_status_list(&token, key)?))
            })
            .collect()
    }

    /// The product records of all labels.
    #[must_use]
    pub fn products(&self) -> Vec<Product> {
        self.state
            .labels
            .values()
            .filter_map(|label| {
                let mut product = label.awards.first()?.product();
                product.gtins = label.awards.iter().map(|award| award.gtin).collect();
                product.gtins.sort_unstable();
                product.gtins.dedup();
                Some(product)
            })
            .collect()
    }

    /// Where its links live: the first of its link hosts.
    ///
    /// # Errors
    /// [`AuthorityError::Host`] if it has none, or one that no link may have.
    pub fn link_base(&self) -> Result<LinkBase, AuthorityError> {
        let host = self.issuer.link_hosts.first().map_or("", String::as_str);
        Ok(LinkBase::new(&format!("https://{host}"))?)
    }

    fn record(&mut self, record: &Record) -> Result<(), AuthorityError> {
        self.journal.append(record)?;
        self.state.apply(record);
        Ok(())
    }
}

impl State {
    fn apply(&mut self, record: &Record) {
        match record {
            Record::Award { award, status, .. } => {
                self.taken.entry(status.list).or_default().insert(status.index);
                let label = self.labels.entry(award.number.clone()).or_insert_with(|| Label {
                    awards: Vec::new(),
                    status_ref: *status,
                    status: Status::Valid,
                    links: BTreeMap::new(),
                });
                label.awards.push(award.as_ref().clone());
            }
            Record::Minted { number, path, link, .. } => {
                if let Some(label) = self.labels.get_mut(number) {
                    label.links.insert(path.clone(), link.clone());
                }
            }
            Record::Status { number, status, .. } => {
                if let Some(label) = self.labels.get_mut(number) {
                    label.status = *status;
                }
            }
        }
    }

    fn has(&self, award: &LabelAward) -> bool {
        self.labels.get(&award.number).is_some_and(|label| label.awards.contains(award))
    }

    /// A free index, at random: neighbours in a list say nothing about each other.
    fn allocate(&self, random: &SystemRandom) -> Result<StatusRef, AuthorityError> {
        let half_full = |list: &u32| {
            let taken = self.taken.get(list).map_or(0, BTreeSet::len);
            u32::try_from(taken).unwrap_or(u32::MAX) >= LIST_ENTRIES / 2
        };
        // Random probing stays quick while a list is at most half full.
        let mut list = 1;
        while half_full(&list) {
            list += 1;
        }
        loop {
            let mut bytes = [0; 4];
            random.fill(&mut bytes).map_err(|_| AuthorityError::NoRandomness)?;
            let index = u32::from_be_bytes(bytes) % LIST_ENTRIES;
            if !self.taken.get(&list).is_some_and(|taken| taken.contains(&index)) {
                return Ok(StatusRef { list, index });
            }
        }
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), AuthorityError> {
    let temporary = path.with_extension("new");
    let written = fs::File::create(&temporary)
        .and_then(|mut file| std::io::Write::write_all(&mut file, bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&temporary, path))
        .and_then(|()| fs::File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all());
    written.map_err(|e| AuthorityError::file(path, &e))
}

/// Why an authority cannot do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorityError {
    /// There is one already.
    #[error("{} holds an authority already", folder.display())]
    Exists {
        /// The folder.
        folder: PathBuf,
    },
    /// A file.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The issuer's document.
    #[error(transparent)]
    Document(#[from] PackError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The keystore.
    #[error(transparent)]
    Keystore(#[from] KeystoreError),
    /// No key that is in use serves.
    #[error("no key of this authority is in use for that: make one with `key new`")]
    NoKey,
    /// What the register or the entitlement forbids.
    #[error(transparent)]
    Award(#[from] AwardRefusal),
    /// A value of the award.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// Another award has the number.
    #[error("label number {number} belongs to another award")]
    NumberTaken {
        /// The number.
        number: LabelNumber,
    },
    /// No such label.
    #[error("this authority has no label {number}")]
    UnknownLabel {
        /// The number.
        number: LabelNumber,
    },
    /// Withdrawn for good.
    #[error("label {number} was withdrawn, and that is for good")]
    Withdrawn {
        /// The number.
        number: LabelNumber,
    },
    /// No host that a label link may have.
    #[error("the authority's link host: {0}")]
    Host(#[from] LinkError),
    /// The signer.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// A status list.
    #[error(transparent)]
    StatusList(#[from] StatusListError),
    /// The system gave no randomness.
    #[error("the system gave no randomness for a status index")]
    NoRandomness,
}

impl AuthorityError {
    fn file(path: &Path, error: &std::io::Error) -> Self {
        Self::File { path: path.to_owned(), reason: error.to_string() }
    }
}

#[cfg(test)]
mod tests;
