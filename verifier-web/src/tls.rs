//! TLS from certificate files, which are read again when they are renewed.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// Why TLS cannot be spoken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("{path} cannot be read as PEM: {source}")]
    Pem { path: PathBuf, source: pem::Error },
    #[error("{0} holds no certificate")]
    NoCertificate(PathBuf),
    #[error("certificate and key cannot be used: {0}")]
    Refused(#[from] rustls::Error),
}

/// Certificate and key in use.
pub(crate) struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    in_use: RwLock<Arc<ServerConfig>>,
}

impl Tls {
    pub(crate) fn read(certificate: PathBuf, key: PathBuf) -> Result<Self, TlsError> {
        let in_use = RwLock::new(config(&certificate, &key)?);
        Ok(Self { certificate, key, in_use })
    }

    /// Reads the files again. If they are not good, those before stay in use.
    pub(crate) fn renew(&self) -> Result<(), TlsError> {
        let new = config(&self.certificate, &self.key)?;
        *self.in_use.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        Arc::clone(&self.in_use.read().unwrap_or_else(PoisonError::into_inner)).into()
    }
}

fn config(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |source| TlsError::Pem { path, source }
    };
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect);
    let chain = chain.map_err(unreadable(certificate))?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate(certificate.to_owned()));
    }
    let key = PrivateKeyDer::from_pem_file(key).map_err(unreadable(key))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

impl From<TlsError> for io::Error {
    fn from(error: TlsError) -> Self {
        Self::other(error)
    }
}
