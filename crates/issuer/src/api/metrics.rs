//! Metrics in the text format of OpenMetrics, which Prometheus reads.
//!
//! Every label has few values: methods that are known, routes as they are written, statuses, codes of problems.

use std::fmt;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Upper bounds of the histogram, in seconds.
const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Refused {
    code: String,
}

/// What is counted.
pub(super) struct Metrics {
    registry: Registry,
    answered: Family<Answered, Counter<u64, AtomicU64>>,
    seconds: Family<Route, Histogram>,
    refused: Family<Refused, Counter<u64, AtomicU64>>,
    working: Gauge,
    connections: Gauge,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let mut registry = Registry::with_prefix("verilabel");
        let answered = Family::default();
        let seconds = Family::<Route, Histogram>::new_with_constructor(|| Histogram::new(SECONDS));
        let refused = Family::default();
        let (working, connections) = (Gauge::default(), Gauge::default());
        registry.register("http_requests", "Requests answered", answered.clone());
        registry.register("http_request_seconds", "Time from request to answer", seconds.clone());
        registry.register("http_problems", "Requests refused, by the code of the problem", refused.clone());
        registry.register("http_requests_in_work", "Requests in work or waiting", working.clone());
        registry.register("http_connections", "Open connections", connections.clone());
        Self { registry, answered, seconds, refused, working, connections }
    }

    pub(super) fn began(&self) -> Level {
        Level::up(&self.working)
    }

    pub(super) fn connected(&self) -> Level {
        Level::up(&self.connections)
    }

    pub(super) fn ended(
        &self,
        method: &'static str,
        route: &str,
        status: u16,
        code: Option<&str>,
        time: Duration,
    ) {
        let of = Answered { method, route: route.to_owned(), status };
        self.answered.get_or_create(&of).inc();
        self.seconds.get_or_create(&Route { route: route.to_owned() }).observe(time.as_secs_f64());
        if let Some(code) = code {
            self.refused.get_or_create(&Refused { code: code.to_owned() }).inc();
        }
    }

    /// All of them as text.
    pub(super) fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// One more, for as long as this is kept.
pub(super) struct Level(Gauge);

impl Level {
    fn up(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        self.0.dec();
    }
}
