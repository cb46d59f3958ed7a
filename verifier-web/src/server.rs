//! Listening, limits, and ending gracefully.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};
use tokio_io_timeout::TimeoutStream;

use crate::headers::Common;
use crate::metrics::Open;
use crate::options::Options;
use crate::page::PageError;
use crate::site::{Site, everything, operations, public};
use crate::tls::{Tls, TlsError};

/// How long accepting pauses when the system gives no more sockets.
const PAUSE: Duration = Duration::from_millis(100);
/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long a client may take nothing of an answer that waits for it.
const STALLED: Duration = Duration::from_secs(30);
/// Most bytes of a request's head: a label link has 2000 at most, and its seal stays with the browser.
const HEAD: usize = 16 << 10;
/// Files of the system's own, besides connections.
const OTHER_FILES: u64 = 256;

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    #[error(transparent)]
    Page(#[from] PageError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("{folder} cannot be read: {source}")]
    Folder { folder: PathBuf, source: io::Error },
    #[error(
        "there is no root metadata at {0}: publish a trust pack first, or name the root that visitors pin with --root"
    )]
    NoRoot(PathBuf),
    #[error("{address} cannot be listened on: {source}")]
    Listen { address: SocketAddr, source: io::Error },
    #[error("{0}")]
    System(String),
}

/// Serves until it is asked to end (SIGTERM or SIGINT); answers in work are then finished.
pub(crate) async fn serve(options: Options) -> Result<(), Trouble> {
    let tls = match (options.tls_cert.clone(), options.tls_key.clone()) {
        (Some(certificate), Some(key)) => Some(Arc::new(Tls::read(certificate, key)?)),
        _ => None,
    };
    let site = Arc::new(Site::new(&options, Common { tls: tls.is_some() })?);
    allow_files(u64::from(options.connections));
    let on_signal = |kind| signal(kind).map_err(|error| Trouble::System(error.to_string()));
    let ends = (on_signal(SignalKind::terminate())?, on_signal(SignalKind::interrupt())?);
    let renewal = on_signal(SignalKind::hangup())?;

    let limits = Limits::of(&options);
    let (end, ended) = watch::channel(false);
    let mut doors = Vec::new();
    if let Some(address) = options.operations {
        let door = Door::open(address, None, operations(&site), &site, &limits).await?;
        tracing::info!(address = %door.address, "health and metrics");
        doors.push(door);
    }
    let router = if options.operations.is_some() { public(&site) } else { everything(&site) };
    let main = Door::open(options.listen, tls.clone(), router, &site, &limits).await?;
    announce(main.address, tls.is_some());
    doors.push(main);
    let doors: Vec<_> = doors.into_iter().map(|door| tokio::spawn(door.serve(ended.clone()))).collect();
    if let Some(tls) = tls {
        tokio::spawn(renew(tls, renewal));
    }
    asked_to_end(ends).await;
    // Nobody listens any more if this fails.
    let _ = end.send(true);
    for door in doors {
        door.await.map_err(|error| Trouble::System(error.to_string()))?;
    }
    Ok(())
}

fn announce(address: SocketAddr, tls: bool) {
    let address = format!("{}://{address}/", if tls { "https" } else { "http" });
    let loopback = address.contains("://127.") || address.contains("://[::1]");
    match (loopback, tls) {
        (true, _) => tracing::info!(address, "listening on loopback: only this machine reaches it"),
        (false, true) => tracing::info!(address, "listening"),
        (false, false) => {
            tracing::warn!(
                address,
                "listening beyond loopback without TLS: browsers give a camera only to pages that come over TLS"
            );
        }
    }
}

async fn asked_to_end((mut terminate, mut interrupt): (Signal, Signal)) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

async fn renew(tls: Arc<Tls>, mut renewal: Signal) {
    while renewal.recv().await.is_some() {
        match tls.renew() {
            Ok(()) => tracing::info!("certificate and key were read again"),
            Err(trouble) => tracing::error!(%trouble, "certificate and key stay as they were"),
        }
    }
}

/// Lets this process open as many files as connections need, as far as the system allows.
fn allow_files(connections: u64) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let wanted = connections.saturating_add(OTHER_FILES);
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= wanted) {
        return;
    }
    let current = limit.maximum.map_or(wanted, |maximum| maximum.min(wanted));
    let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(current), ..limit });
    if raised.is_err() || current < wanted {
        tracing::warn!(
            wanted,
            current,
            "fewer connections will be taken at once: the limit of open files is low"
        );
    }
}

#[derive(Clone)]
struct Limits {
    connections: usize,
    patience: Duration,
    grace: Duration,
}

impl Limits {
    fn of(options: &Options) -> Self {
        Self {
            connections: usize::try_from(options.connections).unwrap_or(1).clamp(1, Semaphore::MAX_PERMITS),
            patience: Duration::from_secs(options.patience),
            grace: Duration::from_secs(options.grace),
        }
    }
}

/// An address that is listened on.
struct Door {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<Arc<Tls>>,
    router: Router,
    site: Arc<Site>,
    limits: Limits,
}

impl Door {
    async fn open(
        address: SocketAddr,
        tls: Option<Arc<Tls>>,
        router: Router,
        site: &Arc<Site>,
        limits: &Limits,
    ) -> Result<Self, Trouble> {
        let failed = |source| Trouble::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address, tls, router, site: Arc::clone(site), limits: limits.clone() })
    }

    async fn serve(self, mut ended: watch::Receiver<bool>) {
        let places = Arc::new(Semaphore::new(self.limits.connections));
        let graceful = GracefulShutdown::new();
        let mut end = pin!(ended.wait_for(|ended| *ended));
        loop {
            let accepted = tokio::select! {
                accepted = accept(&self.listener, &places) => accepted,
                _ = &mut end => break,
            };
            match accepted {
                Ok((stream, place)) => self.converse(stream, place, graceful.watcher()),
                Err(cause) => {
                    tracing::warn!(%cause, "no connection could be accepted");
                    sleep(PAUSE).await;
                }
            }
        }
        drop(self.listener);
        tracing::info!("ending: answers in work are finished");
        if timeout(self.limits.grace, graceful.shutdown()).await.is_err() {
            tracing::warn!("answers in work took too long and were cut off");
        }
    }

    /// Answers what comes over a connection, in a task of its own.
    fn converse(&self, stream: TcpStream, place: OwnedSemaphorePermit, watcher: Watcher) {
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(STALLED));
        let conversation = Conversation {
            router: self.router.clone(),
            patience: self.limits.patience,
            watcher,
            _held: (place, self.site.metrics().connected()),
        };
        let Some(tls) = &self.tls else {
            tokio::spawn(conversation.hold(Box::pin(stream), false));
            return;
        };
        let acceptor = tls.acceptor();
        tokio::spawn(async move {
            match timeout(HANDSHAKE, acceptor.accept(Box::pin(stream))).await {
                Ok(Ok(stream)) => conversation.hold(stream, true).await,
                Ok(Err(cause)) => tracing::debug!(%cause, "a handshake failed"),
                Err(_) => tracing::debug!("a handshake took too long"),
            }
        });
    }
}

/// Takes a connection once there is room for one.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, place))
}

struct Conversation {
    router: Router,
    patience: Duration,
    watcher: Watcher,
    _held: (OwnedSemaphorePermit, Open),
}

impl Conversation {
    /// HTTP/2 is spoken where TLS has agreed on it (RFC 9113 §3.2).
    async fn hold(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, tls: bool) {
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(self.patience)
            .max_headers(64)
            .max_buf_size(HEAD);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(128)
            .max_header_list_size(u32::try_from(HEAD).unwrap_or(u32::MAX))
            .keep_alive_interval(self.patience)
            .keep_alive_timeout(self.patience);
        let builder = if tls { builder } else { builder.http1_only() };
        let service = TowerToHyperService::new(self.router);
        let conversation = builder.serve_connection(TokioIo::new(stream), service).into_owned();
        if let Err(cause) = self.watcher.watch(conversation).await {
            tracing::debug!(cause, "a connection ended early");
        }
    }
}
