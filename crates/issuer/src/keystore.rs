//! Private keys at rest: an encrypted JWK (RFC 7517 §7) in a JWE compact serialization, key wrapped by
//! PBES2-HS512+A256KW (RFC 7518 §4.8), content encrypted by A256GCM.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwe::{JweHeader, PBES2_HS512_A256KW, deserialize_compact, serialize_compact};
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jwk::alg::ed::EdCurve;
use ring::rand::SystemRandom;
use verilabel_wire::{Algorithm, KeyId, Sign, SigningKey};
use zeroize::Zeroizing;

/// Rounds of PBKDF2 (OWASP's advice for HMAC-SHA-512 is 210,000; the reader's limit is 1,000,000).
const ITERATIONS: usize = 600_000;
const SALT_LENGTH: usize = 16;
/// Longest keystore file.
const MAX_FILE: u64 = 64 << 10;

/// What the keys of a keystore are encrypted under. Never an argument of a command: those are visible.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Shortest passphrase accepted, in characters.
    pub const MIN: usize = 12;

    /// Takes a passphrase, less its final line break.
    ///
    /// # Errors
    /// [`KeystoreError::PassphraseTooShort`] below [`Self::MIN`] characters.
    pub fn new(text: String) -> Result<Self, KeystoreError> {
        let text = Zeroizing::new(text);
        let trimmed = text.trim_end_matches(['\r', '\n']);
        if trimmed.chars().count() < Self::MIN {
            return Err(KeystoreError::PassphraseTooShort);
        }
        Ok(Self(Zeroizing::new(trimmed.to_owned())))
    }
}

/// A new private key as a JWK, in the clear.
pub struct PrivateJwk(Jwk);

/// Makes a key.
///
/// # Errors
/// [`KeystoreError::Jose`] if the system gives no randomness.
pub fn generate(algorithm: Algorithm) -> Result<PrivateJwk, KeystoreError> {
    let jwk = match algorithm {
        Algorithm::Es256 => Jwk::generate_ec_key(EcCurve::P256),
        Algorithm::EdDsa => Jwk::generate_ed_key(EdCurve::Ed25519),
    };
    jwk.map(PrivateJwk).map_err(|e| KeystoreError::Jose { reason: e.to_string() })
}

impl PrivateJwk {
    /// The key, ready to sign.
    ///
    /// # Errors
    /// [`KeystoreError::NotAKey`] if it is no private key of a kind known here.
    pub fn signing_key(&self, random: SystemRandom) -> Result<SigningKey, KeystoreError> {
        let member = |name: &str| -> Option<Zeroizing<[u8; 32]>> {
            let text = self.0.parameter(name)?.as_str()?;
            let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
            Some(Zeroizing::new(bytes.as_slice().try_into().ok()?))
        };
        let key = match (self.0.key_type(), self.0.curve()) {
            ("EC", Some("P-256")) => member("d")
                .zip(member("x"))
                .zip(member("y"))
                .and_then(|((d, x), y)| SigningKey::es256(&d, &x, &y, random).ok()),
            ("OKP", Some("Ed25519")) => member("d").and_then(|d| SigningKey::eddsa(&d).ok()),
            _ => None,
        };
        key.ok_or(KeystoreError::NotAKey)
    }
}

/// Encrypts a key and writes it to `FOLDER/<key id>.jwe`, durably, never over another file.
///
/// # Errors
/// [`KeystoreError`] for the encryption or the file.
pub fn store(
    folder: &Path,
    key: &PrivateJwk,
    passphrase: &Passphrase,
    random: SystemRandom,
) -> Result<(KeyId, PathBuf), KeystoreError> {
    let id = key.signing_key(random)?.key().id();
    let jose = |e: josekit::JoseError| KeystoreError::Jose { reason: e.to_string() };
    let mut encrypter = PBES2_HS512_A256KW.encrypter_from_bytes(passphrase.0.as_bytes()).map_err(jose)?;
    encrypter.set_iter_count(ITERATIONS);
    encrypter.set_salt_len(SALT_LENGTH);
    let mut header = JweHeader::new();
    header.set_content_encryption("A256GCM");
    header.set_content_type("jwk+json");
    let clear = Zeroizing::new(key.0.to_string().into_bytes());
    let sealed = serialize_compact(&clear, &header, &encrypter).map_err(jose)?;
    let path = folder.join(format!("{id}.jwe"));
    write_new(&path, sealed.as_bytes()).map_err(|e| KeystoreError::file(&path, &e))?;
    Ok((id, path))
}

/// Reads and decrypts a key.
///
/// # Errors
/// [`KeystoreError::Locked`] for a wrong passphrase or a changed file.
pub fn open(path: &Path, passphrase: &Passphrase, random: SystemRandom) -> Result<SigningKey, KeystoreError> {
    let file = |e: &std::io::Error| KeystoreError::file(path, e);
    if fs::metadata(path).map_err(|e| file(&e))?.len() > MAX_FILE {
        return Err(KeystoreError::NotAKey);
    }
    let sealed = fs::read_to_string(path).map_err(|e| file(&e))?;
    let locked = |_| KeystoreError::Locked { path: path.to_owned() };
    let decrypter = PBES2_HS512_A256KW.decrypter_from_bytes(passphrase.0.as_bytes()).map_err(locked)?;
    let (clear, header) = deserialize_compact(sealed.trim_end(), &decrypter).map_err(locked)?;
    let clear = Zeroizing::new(clear);
    if header.content_encryption() != Some("A256GCM") || header.content_type() != Some("jwk+json") {
        return Err(KeystoreError::NotAKey);
    }
    let jwk = Jwk::from_bytes(clear.as_slice()).map_err(|_| KeystoreError::NotAKey)?;
    PrivateJwk(jwk).signing_key(random)
}

fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::File::open(folder)?.sync_all()
}

/// Why a key could not be kept or taken out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeystoreError {
    /// Too short to protect anything.
    #[error("a passphrase needs at least {} characters", Passphrase::MIN)]
    PassphraseTooShort,
    /// The passphrase does not open the file, or the file was changed.
    #[error("{} does not open: the passphrase is wrong, or the file was changed", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// The file holds no private key of a kind known here.
    #[error("the file holds no private P-256 or Ed25519 key")]
    NotAKey,
    /// The JOSE library.
    #[error("the key could not be made or encrypted: {reason}")]
    Jose {
        /// What it said.
        reason: String,
    },
    /// The file.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

impl KeystoreError {
    fn file(path: &Path, error: &std::io::Error) -> Self {
        Self::File { path: path.to_owned(), reason: error.to_string() }
    }

    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::PassphraseTooShort => "passphrase-too-short",
            Self::Locked { .. } => "keystore-locked",
            Self::NotAKey => "keystore-not-a-key",
            Self::Jose { .. } => "keystore-jose",
            Self::File { .. } => "keystore-file",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use verilabel_wire::VerifySignature;

    #[expect(clippy::disallowed_methods, reason = "a test makes keys that it throws away")]
    fn random() -> SystemRandom {
        SystemRandom::new()
    }

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::new(text.to_owned()).unwrap()
    }

    #[test]
    fn keys_come_back_and_sign() {
        let folder = tempfile::tempdir().unwrap();
        for algorithm in [Algorithm::Es256, Algorithm::EdDsa] {
            let key = generate(algorithm).unwrap();
            let (id, path) =
                store(folder.path(), &key, &passphrase("correct horse battery\n"), random()).unwrap();
            let opened = open(&path, &passphrase("correct horse battery"), random()).unwrap();
            assert_eq!((opened.key().id(), opened.key().algorithm()), (id, algorithm));
            let signature = opened.sign(b"message").unwrap();
            assert!(opened.key().verify(b"message", &signature).is_ok());
            assert!(opened.key().verify(b"other", &signature).is_err());
        }
    }

    #[test]
    fn a_keystore_gives_nothing_away() {
        let folder = tempfile::tempdir().unwrap();
        let key = generate(Algorithm::EdDsa).unwrap();
        let (_, path) = store(folder.path(), &key, &passphrase("correct horse battery"), random()).unwrap();
        let wrong = open(&path, &passphrase("correct horse batterY"), random()).unwrap_err();
        assert_eq!(wrong.code(), "keystore-locked");
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains(key.0.parameter("d").unwrap().as_str().unwrap()));
        let header = URL_SAFE_NO_PAD.decode(text.split('.').next().unwrap()).unwrap();
        let header: serde_json::Value = serde_json::from_slice(&header).unwrap();
        assert_eq!((&header["alg"], &header["p2c"]), (&"PBES2-HS512+A256KW".into(), &600_000.into()));
        fs::write(&path, text.replace('.', "_")).unwrap();
        let damaged = open(&path, &passphrase("correct horse battery"), random()).unwrap_err();
        assert_eq!(damaged.code(), "keystore-locked");
    }

    #[test]
    fn a_key_is_never_written_over_another() {
        let folder = tempfile::tempdir().unwrap();
        let key = generate(Algorithm::EdDsa).unwrap();
        store(folder.path(), &key, &passphrase("correct horse battery"), random()).unwrap();
        let again = store(folder.path(), &key, &passphrase("another passphrase"), random());
        assert_eq!(again.unwrap_err().code(), "keystore-file");
        assert_eq!(Passphrase::new("short".to_owned()).err().unwrap().code(), "passphrase-too-short");
    }
}
