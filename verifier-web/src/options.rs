//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, ValueHint};
use tracing_subscriber::{EnvFilter, fmt};

use crate::server::Trouble;

/// Serves the page that shoppers open, the trust pack, and the published files of labels.
#[derive(Debug, Parser)]
#[command(name = "verilabel-web", version)]
pub(crate) struct Options {
    /// The page, as `cargo xtask web` builds it
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, env = "VERILABEL_WEB_APP")]
    pub(crate) app: PathBuf,
    /// What an authority publishes; read as it changes
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, env = "VERILABEL_WEB_PUBLICATION")]
    pub(crate) publication: PathBuf,
    /// The root metadata that visitors pin; the publication's first, if not given
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) root: Option<PathBuf>,
    /// More static files, served below /shelf/: for demonstrations
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) shelf: Option<PathBuf>,
    /// Where to listen; beyond loopback only if it says so
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", env = "VERILABEL_WEB_LISTEN")]
    pub(crate) listen: SocketAddr,
    /// Certificate chain (PEM). With it and the key, TLS is spoken. Both are read again at SIGHUP
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// Its key (PEM: PKCS #8, SEC1 or PKCS #1)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// A second address for /healthz and /metrics, which are then not served at the first
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) operations: Option<SocketAddr>,
    /// Connections at once; more wait
    #[arg(long, value_name = "NUMBER", default_value_t = 8_192)]
    pub(crate) connections: u32,
    /// Seconds for a request's head to arrive, and for the next request on an open connection
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) patience: u64,
    /// Seconds that answers in work are given at the end
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub(crate) grace: u64,
    /// What goes to the log, as in `RUST_LOG`
    #[arg(long, value_name = "DIRECTIVES", env = "RUST_LOG", default_value = "info")]
    log: String,
}

impl Options {
    /// One JSON object a line on standard error.
    pub(crate) fn start_log(&self) -> Result<(), Trouble> {
        let filter = EnvFilter::try_new(&self.log)
            .map_err(|error| Trouble::System(format!("--log {:?} is none: {error}", self.log)))?;
        let log = fmt().json().flatten_event(true).with_env_filter(filter).with_writer(std::io::stderr);
        tracing::subscriber::set_global_default(log.finish()).map_err(|e| Trouble::System(e.to_string()))
    }
}
