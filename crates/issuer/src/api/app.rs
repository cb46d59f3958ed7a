//! What the handlers work with.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use utoipa::ToSchema;
use verilabel_label::Timestamp;

use super::auth::Gatekeeper;
use super::gate::Gate;
use super::media::Lookers;
use super::metrics::Metrics;
use super::{Config, Limits, OpenIdError};
use crate::{Authority, Keystore};

/// Tells the time; a library has no clock of its own.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// A clock that reads that function.
    #[must_use]
    pub fn new(read: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock(…)")
    }
}

/// What signs and publishes in the background whatever was decided.
pub trait Publisher: Send + Sync + 'static {
    /// Asks for a publication as soon as may be; does not wait for it.
    fn publish_soon(&self);

    /// How it fares.
    fn health(&self) -> PublisherHealth;
}

/// How a publisher fares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum PublisherHealth {
    /// What was decided is published, or is about to be.
    Working,
    /// The last attempt failed; it goes on trying.
    Failing {
        /// What went wrong, for operators.
        reason: String,
    },
    /// It has ended: nothing is published any more.
    Stopped,
}

/// What an interface stands on.
#[derive(Clone)]
pub struct Parts {
    /// The authority.
    pub authority: Authority,
    /// Its publisher.
    pub publisher: Arc<dyn Publisher>,
    /// Where new keys are kept.
    pub keystore: Arc<Keystore>,
    /// The clock.
    pub clock: Clock,
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts").field("authority", &self.authority).finish_non_exhaustive()
    }
}

/// What the handlers share.
pub(super) struct App {
    pub(super) parts: Parts,
    pub(super) limits: Limits,
    pub(super) gatekeeper: Gatekeeper,
    pub(super) gate: Gate,
    pub(super) lookers: Lookers,
    pub(super) metrics: Metrics,
    draining: AtomicBool,
}

impl App {
    pub(super) fn new(config: &Config, parts: Parts) -> Result<Arc<Self>, OpenIdError> {
        Ok(Arc::new(Self {
            gatekeeper: Gatekeeper::new(config.open_id.as_ref(), &config.limits)?,
            gate: Gate::new(&config.limits),
            lookers: Lookers::new(),
            metrics: Metrics::new(),
            limits: config.limits.clone(),
            draining: AtomicBool::new(false),
            parts,
        }))
    }

    pub(super) fn authority(&self) -> &Authority {
        &self.parts.authority
    }

    pub(super) fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    /// From now on it is not ready, so that no new work is sent to it.
    pub(super) fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}
