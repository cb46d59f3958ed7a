//! Metrics in the text format of OpenMetrics, which Prometheus reads.
//!
//! Every label has few values: kinds of addresses and statuses, never an address.

use std::fmt;
use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    kind: &'static str,
    status: u16,
}

/// What is counted.
pub(crate) struct Metrics {
    registry: Registry,
    answered: Family<Answered, Counter<u64, AtomicU64>>,
    troubles: Counter<u64, AtomicU64>,
    connections: Gauge,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("verilabel_web");
        let (answered, troubles, connections) = (Family::default(), Counter::default(), Gauge::default());
        registry.register("answers", "Requests answered, by kind of address and status", answered.clone());
        registry.register("unread_files", "Published files that could not be read", troubles.clone());
        registry.register("connections", "Open connections", connections.clone());
        Self { registry, answered, troubles, connections }
    }

    pub(crate) fn answered(&self, kind: &'static str, status: u16) {
        self.answered.get_or_create(&Answered { kind, status }).inc();
    }

    pub(crate) fn trouble(&self) {
        self.troubles.inc();
    }

    pub(crate) fn connected(&self) -> Open {
        self.connections.inc();
        Open(self.connections.clone())
    }

    /// All of them as text.
    pub(crate) fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// One more connection, for as long as this is kept.
pub(crate) struct Open(Gauge);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}
