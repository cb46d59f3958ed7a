//! Structured logs.

use tracing::Subscriber;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::{EnvFilter, fmt};

/// A subscriber that writes one JSON object a line: time, level, what happened, and the fields of the request's
/// span. A program installs it; `directives` are those of `RUST_LOG`, such as `info`.
///
/// No token, no body and no query is ever given to it.
pub fn json_logs<W>(directives: &str, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(directives).unwrap_or_else(|_| EnvFilter::new("info"));
    fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_span_events(FmtSpan::NONE)
        .with_target(true)
        .with_env_filter(filter)
        .with_writer(writer)
        .finish()
}
