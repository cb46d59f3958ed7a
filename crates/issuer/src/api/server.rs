//! Listening, serving, and ending gracefully.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use super::app::App;
use super::routes::router;
use super::{Config, OpenIdError, Parts};

/// How long accepting pauses when the system gives no more sockets.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(100);

/// Why an interface cannot be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The address.
    #[error("{address} cannot be listened on: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The OpenID provider.
    #[error("the OpenID provider: {0}")]
    OpenId(#[from] OpenIdError),
}

/// Serves the interface of an authority until `shutdown` is ready; requests in work are then finished.
///
/// # Errors
/// [`ServeError`], before anything is served.
pub async fn serve(
    config: Config,
    parts: Parts,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    Server::bind(&config, parts).await?.run(shutdown).await;
    Ok(())
}

/// An interface that listens, and does not answer yet.
pub struct Server {
    app: Arc<App>,
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Listens.
    ///
    /// # Errors
    /// [`ServeError`].
    pub async fn bind(config: &Config, parts: Parts) -> Result<Self, ServeError> {
        let app = App::new(config, parts)?;
        let failed = |source| ServeError::Listen { address: config.listen, source };
        let listener = TcpListener::bind(config.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        if address.ip().is_loopback() {
            tracing::info!(%address, "listening on loopback");
        } else {
            tracing::warn!(
                %address,
                "listening beyond loopback: the interface speaks no TLS, and belongs behind a proxy that does"
            );
        }
        Ok(Self { app, listener, address })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown` is ready, then finishes requests in work, for as long as the limits say.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let Self { app, listener, .. } = self;
        let connections = Arc::new(Semaphore::new(app.limits.connections.clamp(1, Semaphore::MAX_PERMITS)));
        let graceful = GracefulShutdown::new();
        let router = router(&app);
        let mut shutdown = pin!(shutdown);
        loop {
            let accepted = tokio::select! {
                accepted = accept(&listener, &connections) => accepted,
                () = &mut shutdown => break,
            };
            match accepted {
                Ok((stream, place)) => converse(stream, place, &app, &router, &graceful),
                Err(cause) => {
                    tracing::warn!(%cause, "no connection could be accepted");
                    sleep(PAUSE).await;
                }
            }
        }
        drop(listener);
        app.drain();
        tracing::info!("ending: requests in work are finished");
        if timeout(app.limits.grace(), graceful.shutdown()).await.is_err() {
            tracing::warn!("requests in work took too long and were cut off");
        }
    }
}

/// Takes a connection once there is room for one.
async fn accept(
    listener: &TcpListener,
    connections: &Arc<Semaphore>,
) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(connections).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, place))
}

/// Answers what comes over a connection, in a task of its own.
fn converse(
    stream: TcpStream,
    place: OwnedSemaphorePermit,
    app: &Arc<App>,
    router: &Router,
    graceful: &GracefulShutdown,
) {
    let open = app.metrics.connected();
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(app.limits.head_time())
        .max_headers(64)
        .max_buf_size(32 * 1_024);
    let service = TowerToHyperService::new(router.clone());
    let conversation = graceful.watch(builder.serve_connection(TokioIo::new(stream), service));
    tokio::spawn(async move {
        if let Err(cause) = conversation.await {
            tracing::debug!(%cause, "a connection ended early");
        }
        drop((place, open));
    });
}
