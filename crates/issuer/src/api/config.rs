//! Where the interface listens, and what it bears.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::OpenId;

/// How an interface is to run. In `authority.toml` or in arguments, all of it may be left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where to listen. Anything but loopback is said aloud in the log: the authority holds keys, and belongs
    /// behind a proxy that ends TLS.
    pub listen: SocketAddr,
    /// What it bears.
    pub limits: Limits,
    /// An OpenID provider whose tokens count, besides the authority's own.
    pub open_id: Option<OpenId>,
}

impl Default for Config {
    /// Loopback, port 8460.
    fn default() -> Self {
        Self { listen: (Ipv4Addr::LOCALHOST, 8_460).into(), limits: Limits::default(), open_id: None }
    }
}

/// What an interface bears before it sends requests away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Open connections; whoever comes then waits in the system's queue.
    pub connections: usize,
    /// Requests in work at once.
    pub requests: usize,
    /// Requests that may wait for that; more get 503.
    pub waiting: usize,
    /// How long they wait before they get 503, in milliseconds.
    pub patience_ms: u64,
    /// Requests of one user at once; more get 429.
    pub requests_of_one: NonZeroUsize,
    /// Bytes of a JSON body.
    pub body: usize,
    /// Bytes of a picture.
    pub picture: usize,
    /// How long a body may take to arrive, in milliseconds.
    pub body_ms: u64,
    /// How long a request may take, in milliseconds.
    pub request_ms: u64,
    /// How long the head of a request may take to arrive, in milliseconds; also how long an idle connection
    /// stays open.
    pub head_ms: u64,
    /// How long requests in work have at the end, in milliseconds.
    pub grace_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1_024,
            requests: 64,
            waiting: 256,
            patience_ms: 2_000,
            requests_of_one: NonZeroUsize::new(32).unwrap_or(NonZeroUsize::MIN),
            body: 256 * 1_024,
            picture: 1_024 * 1_024,
            body_ms: 10_000,
            request_ms: 30_000,
            head_ms: 15_000,
            grace_ms: 20_000,
        }
    }
}

impl Limits {
    pub(super) fn patience(&self) -> Duration {
        Duration::from_millis(self.patience_ms)
    }

    pub(super) fn body_time(&self) -> Duration {
        Duration::from_millis(self.body_ms)
    }

    pub(super) fn request_time(&self) -> Duration {
        Duration::from_millis(self.request_ms)
    }

    pub(super) fn head_time(&self) -> Duration {
        Duration::from_millis(self.head_ms)
    }

    pub(super) fn grace(&self) -> Duration {
        Duration::from_millis(self.grace_ms)
    }
}
