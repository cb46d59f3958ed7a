//! What a command works with: the authority, who decides, the keys.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ring::rand::SystemRandom;
use verilabel_issuer::{Actor, Authority, Decision, Keystore, Order, Passphrase, Signers};
use verilabel_label::Timestamp;
use verilabel_recognition::Register;
use verilabel_trust::{
    Client, Expiry, FolderRepository, FolderStore, PackError, StagedStore, TrustPack, write_folder,
};

use super::out::say;
use super::{Common, ReadClock, Trouble};

/// How long to wait for another command that reads the same pack.
const PATIENCE: Duration = Duration::from_secs(10);

/// A pack for foreign labels. The root that it had when it was first accepted is trusted from then on, and what was
/// accepted is remembered in the authority's folder, so that the pack never goes backwards.
pub(crate) struct ForeignPack {
    pack: PathBuf,
    memory: PathBuf,
    clock: ReadClock,
}

impl ForeignPack {
    fn open(&self) -> Result<TrustPack, Trouble> {
        const ANCHOR: &str = "anchor.json";
        let Self { pack, memory, clock } = self;
        let anchor = memory.join(ANCHOR);
        let known = anchor.exists();
        let source = if known { anchor.clone() } else { pack.join("metadata/1.root.json") };
        let root = fs::read(&source).map_err(|e| Trouble::file(&source, &e))?;
        let opened = || -> Result<_, PackError> {
            let repository = FolderRepository::new(pack);
            // Remembered once the whole pack is good: a damaged newer one takes nothing from the older one.
            let store = StagedStore::new(FolderStore::lock(memory, PATIENCE)?);
            let mut client = Client::open(store, &root)?;
            let pack = TrustPack::open(client.update(&repository, clock(), Expiry::Report)?, &repository)?;
            Ok((pack, client.into_store()))
        };
        let wrong = |error| Trouble::ForeignPack { path: pack.clone(), error };
        let (opened, accepted) = opened().map_err(wrong)?;
        // A root that nobody could take is not kept: it would stand in the way of a better one.
        if !known {
            write_folder(memory, &[(ANCHOR.to_owned(), root)]).map_err(|e| wrong(e.into()))?;
        }
        accepted.commit().map_err(|e| wrong(e.into()))?;
        Ok(opened)
    }

    /// Gives it to the authority. One that cannot be used is said and stops nothing: only awards that rest on a foreign
    /// label need it.
    fn give(&self, authority: &Authority) {
        match self.open() {
            Ok(opened) => authority.use_pack(Arc::new(opened)),
            Err(trouble) => {
                say(&format!(
                    "warning[{}]: the pack for foreign labels is not taken: {trouble}",
                    trouble.code()
                ));
                if let Some(advice) = trouble.advice() {
                    say(&format!("  help: {advice}"));
                }
            }
        }
    }

    /// Opens it anew from time to time, as long as it runs: who approves an award judges by what the pack says by then.
    /// What fails is said, and the state before goes on counting until it expires.
    pub(crate) async fn keep_fresh(self, authority: Authority) {
        const AGAIN: Duration = Duration::from_mins(1);
        let pack = Arc::new(self);
        loop {
            let (pack, to) = (Arc::clone(&pack), authority.clone());
            if tokio::task::spawn_blocking(move || pack.give(&to)).await.is_err() {
                return;
            }
            tokio::time::sleep(AGAIN).await;
        }
    }
}

/// What a command works with.
pub(crate) struct Session {
    common: Common,
    clock: ReadClock,
    random: SystemRandom,
}

impl Session {
    pub(crate) fn new(common: Common, clock: ReadClock, random: &SystemRandom) -> Self {
        Self { common, clock, random: random.clone() }
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    pub(crate) fn clock(&self) -> ReadClock {
        self.clock
    }

    pub(crate) fn random(&self) -> &SystemRandom {
        &self.random
    }

    pub(crate) fn json(&self) -> bool {
        self.common.json
    }

    pub(crate) fn folder(&self) -> Result<&Path, Trouble> {
        self.common.authority.as_deref().ok_or(Trouble::NoAuthority)
    }

    pub(crate) fn register(&self) -> Result<Arc<Register>, Trouble> {
        let Some(path) = &self.common.register else {
            let published = Register::published().map_err(|e| Trouble::System(e.to_string()))?;
            return Ok(Arc::new(published.clone()));
        };
        let bytes = fs::read(path).map_err(|e| Trouble::file(path, &e))?;
        Ok(Arc::new(Register::from_json(&bytes).map_err(|e| Trouble::document(path, &e))?))
    }

    pub(crate) async fn open(&self) -> Result<Authority, Trouble> {
        self.open_at(self.folder()?).await
    }

    /// The authority, if one is named and there is one: a folder with its description.
    pub(crate) async fn authority_if_any(&self) -> Result<Option<Authority>, Trouble> {
        match &self.common.authority {
            Some(folder) if folder.join("authority.toml").exists() => Ok(Some(self.open_at(folder).await?)),
            _ => Ok(None),
        }
    }

    pub(crate) async fn open_at(&self, folder: &Path) -> Result<Authority, Trouble> {
        let authority = Authority::open(folder, self.register()?, &self.random).await?;
        if let Some(pack) = self.foreign_pack_of(folder) {
            pack.give(&authority);
        }
        Ok(authority)
    }

    /// The pack for foreign labels, where one is named.
    pub(crate) fn foreign_pack(&self) -> Option<ForeignPack> {
        self.foreign_pack_of(self.common.authority.as_deref()?)
    }

    fn foreign_pack_of(&self, folder: &Path) -> Option<ForeignPack> {
        let pack = self.common.foreign_pack.clone()?;
        Some(ForeignPack { pack, memory: folder.join("foreign-pack"), clock: self.clock })
    }

    pub(crate) fn has_user(&self) -> bool {
        self.common.user.is_some()
    }

    /// The user who decides. The folder's permissions say who may be it; no token is asked for.
    pub(crate) async fn actor(&self, authority: &Authority) -> Result<Actor, Trouble> {
        let name = self.common.user.as_deref().ok_or(Trouble::NoUser)?;
        let record = authority.user_named(name).await?;
        if record.active {
            Ok(Actor::User(record.user))
        } else {
            Err(Trouble::Inactive { name: name.to_owned() })
        }
    }

    pub(crate) async fn order(&self, authority: &Authority) -> Result<Order, Trouble> {
        Ok(Order { actor: self.actor(authority).await?, at: self.now() })
    }

    /// Decides as the user of the command line.
    pub(crate) async fn decide<D: Decision>(
        &self,
        authority: &Authority,
        decision: D,
    ) -> Result<D::Outcome, Trouble> {
        let order = self.order(authority).await?;
        Ok(authority.decide(order, decision).await?)
    }

    pub(crate) fn has_passphrase(&self) -> bool {
        self.common.passphrase_file.is_some() || std::env::var_os("VERILABEL_PASSPHRASE").is_some()
    }

    pub(crate) fn passphrase(&self) -> Result<Passphrase, Trouble> {
        let text = match &self.common.passphrase_file {
            Some(path) => fs::read_to_string(path).map_err(|e| Trouble::file(path, &e))?,
            None => std::env::var("VERILABEL_PASSPHRASE").map_err(|_| Trouble::NoPassphrase)?,
        };
        Ok(Passphrase::new(text)?)
    }

    pub(crate) fn keystore(&self, authority: &Authority) -> Result<Arc<Keystore>, Trouble> {
        let keystore = Keystore::new(&authority.folder().keys(), self.passphrase()?, self.random.clone());
        Ok(Arc::new(keystore))
    }

    /// Signs what was approved and waits, if the passphrase is at hand; gives the number of codes, or nothing.
    pub(crate) async fn mint(&self, authority: &Authority) -> Result<Option<usize>, Trouble> {
        if !self.has_passphrase() {
            return Ok(None);
        }
        let signers: Arc<dyn Signers> = self.keystore(authority)?;
        Ok(Some(authority.mint_outstanding(&signers, self.now()).await?))
    }

    /// Where the keys of the trust pack are kept, unless told otherwise.
    pub(crate) fn pack_keys(&self) -> Result<PathBuf, Trouble> {
        Ok(self.folder()?.join("pack-keys"))
    }
}
