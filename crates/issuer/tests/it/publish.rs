//! What is out there is what the records say, whatever happens on the way.

mod crash;
mod daily;
mod expiry;
mod faults;
mod offline;
mod pictures;
mod press;
mod service;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use ring::rand::SystemRandom;
use verilabel_issuer::{
    Approved, Clock, Keep, LabelFile, PackKeys, Passphrase, Published, Publisher, Settings, Validities,
};
use verilabel_label::{Status, StatusRef, Timestamp};
use verilabel_trust::{ArchiveRepository, Client, Expiry, FolderRepository, MemoryStore, TrustPack};
use verilabel_verify::{Conclusion, Policy, Question, judge};

use crate::support::{Bench, now, signers};

/// An authority with a publication folder, and a clock that can be put forward.
pub(crate) struct House {
    pub(crate) bench: Bench,
    pub(crate) keys: Arc<PackKeys>,
    time: Arc<AtomicI64>,
}

impl House {
    pub(crate) fn new(bench: Bench) -> Self {
        let passphrase = Passphrase::new("tests protect nothing".to_owned()).unwrap();
        let folder = bench.folder.path().join("pack-keys");
        let random = SystemRandom::new();
        PackKeys::create(&folder, &passphrase, &Validities::default(), now(), &random).unwrap();
        let keys = Arc::new(PackKeys::open(&folder, &passphrase, &random).unwrap());
        Self { bench, keys, time: Arc::new(AtomicI64::new(now().seconds())) }
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.bench.folder.path().join("publication")
    }

    pub(crate) fn clock(&self) -> Clock {
        let time = Arc::clone(&self.time);
        Clock::new(move || Timestamp::from_seconds(time.load(Ordering::Relaxed)).unwrap())
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.time.load(Ordering::Relaxed)).unwrap()
    }

    pub(crate) fn wait(&self, seconds: i64) {
        self.time.fetch_add(seconds, Ordering::Relaxed);
    }

    /// A publisher that leaves out what takes time to draw.
    pub(crate) fn publisher(&self) -> Publisher {
        self.publisher_with(quick())
    }

    pub(crate) fn publisher_with(&self, settings: Settings) -> Publisher {
        let (authority, keys) = (self.bench.authority.clone(), Arc::clone(&self.keys));
        let folder = self.folder();
        let url = folder.to_str().unwrap();
        Publisher::open(authority, signers(), keys, url, settings, self.clock()).unwrap()
    }

    pub(crate) async fn publish(&self) -> Published {
        self.publisher().publish().await.unwrap()
    }

    /// The pack as a client gets it that has never seen one.
    pub(crate) fn pack(&self) -> TrustPack {
        open_pack(&self.folder().join("pack"), self.now())
    }

    /// The same from the one file.
    pub(crate) fn one_file(&self) -> TrustPack {
        let archive = fs::read(self.folder().join("pack.tar.gz")).unwrap();
        let archive = ArchiveRepository::read(&archive).unwrap();
        let root = fs::read(self.folder().join("pack/metadata/1.root.json")).unwrap();
        let mut client = Client::open(MemoryStore::default(), &root).unwrap();
        let accepted = client.update(&archive, self.now(), Expiry::Refuse).unwrap();
        TrustPack::open(accepted, &archive).unwrap()
    }

    pub(crate) fn judged(&self, text: &str) -> Conclusion {
        judge(text, &self.pack(), &Question::default(), &Policy::default(), self.now()).conclusion()
    }

    pub(crate) async fn link(&self, label: &Approved) -> String {
        self.bench.link(label).await
    }

    /// The status that the pack states.
    pub(crate) fn stated(&self, place: StatusRef) -> Status {
        let pack = self.pack();
        let issuer = &pack.issuers()[0];
        pack.status_list(issuer, place.list).unwrap().list.status(place.index).unwrap()
    }

    pub(crate) fn version(&self) -> u64 {
        self.pack().accepted().roles()[1].version
    }

    /// The content of every file, by its name.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.folder(), &self.folder(), &mut files);
        files.remove(".publishing");
        files
    }
}

pub(crate) fn quick() -> Settings {
    Settings { files: [LabelFile::Link, LabelFile::Credential].into(), ..Settings::default() }
}

pub(crate) fn keep(generations: usize, seconds: u64) -> Settings {
    Settings { keep: Keep { generations, seconds }, ..quick() }
}

pub(crate) fn open_pack(folder: &Path, now: Timestamp) -> TrustPack {
    let root = fs::read(folder.join("metadata/1.root.json")).unwrap();
    let repository = FolderRepository::new(folder);
    let mut client = Client::open(MemoryStore::default(), &root).unwrap();
    let accepted = client.update(&repository, now, Expiry::Refuse).unwrap();
    TrustPack::open(accepted, &repository).unwrap()
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            files.insert(name, fs::read(&path).unwrap());
        }
    }
}

/// Names of files that are new or have other content.
pub(crate) fn changed(before: &BTreeMap<String, Vec<u8>>, after: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    after
        .iter()
        .filter(|(name, bytes)| before.get(*name) != Some(bytes))
        .map(|(name, _)| name.clone())
        .collect()
}
