//! Verifiers, who see the publication folder as it lies.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use verilabel_label::{LabelNumber, StatusRef, Timestamp};
use verilabel_trust::{
    ArchiveRepository, Client, Expiry, FolderRepository, MemoryStore, Repository, TrustPack,
};
use verilabel_verify::{Conclusion, Outcome, Policy, Question, judge};
use verilabel_wire::sha256;

use crate::Result;
use crate::bench::files;

/// A verifier that has accepted some state of the pack.
#[derive(Clone)]
pub(crate) struct Reader {
    store: MemoryStore,
    root: Vec<u8>,
    version: u64,
}

/// What a verifier finds.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// The release.
    pub(crate) version: u64,
    pub(crate) links: Vec<String>,
    /// The status entry of each label, by what was signed.
    pub(crate) entries: BTreeMap<StatusRef, LabelNumber>,
    pub(crate) in_force: BTreeSet<LabelNumber>,
    pub(crate) revoked: BTreeSet<LabelNumber>,
    /// The pictures of products that the release names.
    pub(crate) pictures: BTreeSet<Vec<u8>>,
    pub(crate) faults: Vec<String>,
}

impl Reader {
    /// Accepts the present state.
    pub(crate) fn new(publication: &Path, now: Timestamp) -> Result<Self> {
        let root = fs::read(publication.join("pack/metadata/1.root.json"))?;
        let mut reader = Self { store: MemoryStore::default(), root, version: 0 };
        reader.follow(publication, now)?;
        Ok(reader)
    }

    /// Accepts the present state, and goes back behind it no more.
    pub(crate) fn follow(&mut self, publication: &Path, now: Timestamp) -> Result<()> {
        let mut client = Client::open(self.store.clone(), &self.root)?;
        let accepted =
            client.update(&FolderRepository::new(&publication.join("pack")), now, Expiry::Refuse)?;
        self.version = accepted.roles()[1].version;
        self.store = client.into_store();
        Ok(())
    }

    fn update(&self, repository: &dyn Repository, now: Timestamp) -> Result<(u64, TrustPack)> {
        let mut client = Client::open(self.store.clone(), &self.root)?;
        let accepted = client.update(repository, now, Expiry::Refuse)?;
        let version = accepted.roles()[1].version;
        let pack = TrustPack::open(accepted, repository)?;
        for issuer in pack.issuers() {
            for (_, list) in pack.status_lists() {
                pack.status_list(issuer, list).map_err(|e| format!("status list {list}: {e}"))?;
            }
        }
        Ok((version, pack))
    }

    /// Looks at everything that is published.
    pub(crate) fn look(&self, publication: &Path, now: Timestamp) -> Seen {
        let mut seen = Seen::default();
        match self.update(&FolderRepository::new(&publication.join("pack")), now) {
            Ok((version, pack)) => {
                seen.version = version;
                if let Err(error) = seen.labels(publication, &pack, now) {
                    seen.faults.push(format!("the labels cannot be read: {error}"));
                }
            }
            Err(error) => {
                seen.faults.push(format!("a verifier with release {} gets none: {error}", self.version));
            }
        }
        if let Err(error) = self.archive(publication, now, seen.version) {
            seen.faults.push(format!("pack.tar.gz: {error}"));
        }
        if let Err(error) = objects(publication) {
            seen.faults.push(error.to_string());
        }
        seen
    }

    /// The pack as one file is a release that was there; it may lag behind.
    fn archive(&self, publication: &Path, now: Timestamp, newest: u64) -> Result<()> {
        let repository = ArchiveRepository::read(&fs::read(publication.join("pack.tar.gz"))?)?;
        let anew = Self { store: MemoryStore::default(), ..self.clone() };
        match anew.update(&repository, now)?.0 {
            version if version <= newest => Ok(()),
            version => Err(format!("it is release {version}, and the folder has {newest}").into()),
        }
    }
}

/// What is read by its URL is whole, and something that a release has or had.
fn objects(publication: &Path) -> Result<()> {
    let targets: BTreeSet<Vec<u8>> = files(&publication.join("pack/targets"))?
        .iter()
        .filter(|path| path.extension().is_some_and(|e| e == "cwt"))
        .map(fs::read)
        .collect::<std::result::Result<_, _>>()?;
    for path in files(&publication.join("status"))? {
        let bytes = fs::read(&path)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if is_half_written(&path) {
            continue;
        }
        let stands = if name.contains('-') {
            // A Bitstring credential, in a JWS of three parts.
            String::from_utf8(bytes)?.split('.').filter(|part| !part.is_empty()).count() == 3
        } else {
            targets.contains(&bytes)
        };
        if !stands {
            return Err(format!("status/{name} is in no release").into());
        }
    }
    let did = fs::read(publication.join(".well-known/did.json"))?;
    serde_json::from_slice::<serde_json::Value>(&did).map_err(|e| format!("did.json: {e}"))?;
    Ok(())
}

/// Files that are to be renamed when they are whole.
pub(crate) fn half_written(publication: &Path) -> Result<Vec<PathBuf>> {
    Ok(files(publication)?.into_iter().filter(|path| is_half_written(path)).collect())
}

fn is_half_written(path: &Path) -> bool {
    path.to_string_lossy().contains('#')
}

impl Seen {
    /// Judges every label that has a link out there.
    fn labels(&mut self, publication: &Path, pack: &TrustPack, now: Timestamp) -> Result<()> {
        let all = files(&publication.join("labels"))?;
        for path in all.iter().filter(|path| path.file_name().is_some_and(|name| name == "link.txt")) {
            let folder = path.parent().unwrap_or(publication);
            let link = fs::read_to_string(path)?.trim_end().to_owned();
            let name = folder.strip_prefix(publication).unwrap_or(folder).display().to_string();
            let Some(number) = self.judge(&link, &name, pack, now, true) else { continue };
            self.links.push(link);
            self.picture(publication, pack, &number);
            // The link is written last: where it is, all is.
            match fs::read_to_string(folder.join("credential.jwt")) {
                Ok(credential) => {
                    let same = self.judge(credential.trim_end(), &name, pack, now, false) == Some(number);
                    self.expect(same, || format!("{name}: credential.jwt is not of the same label"));
                }
                Err(error) => self.faults.push(format!("{name}/credential.jwt: {error}")),
            }
            for (file, end) in
                [("label.svg", &b"</svg>"[..]), ("label.png", b"IEND\xaeB`\x82"), ("label.pdf", b"%%EOF")]
            {
                let whole =
                    fs::read(folder.join(file)).is_ok_and(|bytes| bytes.trim_ascii_end().ends_with(end));
                self.expect(whole, || format!("{name}/{file} is not there, or not whole"));
            }
        }
        Ok(())
    }

    /// Judges a label; gives its number if it is authentic.
    fn judge(
        &mut self,
        text: &str,
        name: &str,
        pack: &TrustPack,
        now: Timestamp,
        is_link: bool,
    ) -> Option<LabelNumber> {
        let verdict = judge(text, pack, &Question::default(), &Policy::default(), now);
        let (conclusion, code) = (verdict.conclusion(), verdict.code());
        let Outcome::Authentic(judged) = verdict.outcome else {
            self.faults.push(format!("{name} does not verify: {code}"));
            return None;
        };
        let (number, entry) = (judged.claims().number.clone(), judged.claims().status);
        match conclusion {
            Conclusion::InForce => drop(self.in_force.insert(number.clone())),
            Conclusion::Revoked => drop(self.revoked.insert(number.clone())),
            other => self.faults.push(format!("{name} is {} ({code})", other.code())),
        }
        if is_link && let Some(other) = self.entries.insert(entry, number.clone()) {
            let (list, index) = (entry.list, entry.index);
            self.faults.push(format!("entry {index} of list {list} is used twice: by {other} and {number}"));
        }
        Some(number)
    }

    /// What a release names is there, and whole.
    fn picture(&mut self, publication: &Path, pack: &TrustPack, number: &LabelNumber) {
        let product = pack.issuers().iter().find_map(|issuer| pack.product(issuer, number));
        let Some(path) = product.and_then(|product| product.picture.as_ref()) else { return };
        match fs::read(publication.join(path.as_str())) {
            Ok(bytes) => {
                let digest =
                    sha256(&bytes).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
                self.expect(path.as_str().contains(&digest), || format!("{path} is not what its name says"));
                self.pictures.insert(bytes);
            }
            Err(error) => self.faults.push(format!("{path}: {error}")),
        }
    }

    fn expect(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if !holds {
            self.faults.push(otherwise());
        }
    }
}
