//! Where signatures come from.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ring::rand::SystemRandom;
use verilabel_wire::{KeyId, Sign, SigningKey};

use crate::{KeystoreError, Passphrase, Refusal, keystore};

/// Gives signers by key: files of a keystore, or a device.
pub trait Signers: Send + Sync {
    /// The signer of a key. It may block: opening a keystore takes some tenths of a second, once.
    ///
    /// # Errors
    /// If the key cannot be used.
    fn signer(&self, key: KeyId) -> Result<Arc<dyn Sign + Send + Sync>, Refusal>;
}

/// The encrypted keys of an authority's folder, each opened when it is first asked for.
pub struct Keystore {
    folder: PathBuf,
    passphrase: Passphrase,
    random: SystemRandom,
    open: Mutex<HashMap<KeyId, Arc<SigningKey>>>,
}

impl Keystore {
    /// The keys of that folder.
    #[must_use]
    pub fn new(folder: &Path, passphrase: Passphrase, random: SystemRandom) -> Self {
        Self { folder: folder.to_owned(), passphrase, random, open: Mutex::default() }
    }

    /// Makes a key and keeps it, encrypted.
    ///
    /// # Errors
    /// [`KeystoreError`].
    pub fn generate(&self, algorithm: verilabel_wire::Algorithm) -> Result<Arc<SigningKey>, KeystoreError> {
        let private = keystore::generate(algorithm)?;
        keystore::store(&self.folder, &private, &self.passphrase, self.random.clone())?;
        let key = Arc::new(private.signing_key(self.random.clone())?);
        self.opened().insert(key.key().id(), Arc::clone(&key));
        Ok(key)
    }

    fn opened(&self) -> std::sync::MutexGuard<'_, HashMap<KeyId, Arc<SigningKey>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Signers for Keystore {
    fn signer(&self, key: KeyId) -> Result<Arc<dyn Sign + Send + Sync>, Refusal> {
        let mut open = self.opened();
        if let Some(signer) = open.get(&key) {
            return Ok(Arc::<SigningKey>::clone(signer));
        }
        let path = self.folder.join(format!("{key}.jwe"));
        let signer = Arc::new(keystore::open(&path, &self.passphrase, self.random.clone())?);
        open.insert(key, Arc::clone(&signer));
        Ok(signer)
    }
}

impl std::fmt::Debug for Keystore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keystore").field("folder", &self.folder).finish_non_exhaustive()
    }
}
