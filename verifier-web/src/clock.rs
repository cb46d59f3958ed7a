//! The one place that reads a clock.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

static START: LazyLock<Instant> = LazyLock::new(now);

/// Time since the program began to look.
pub(crate) fn elapsed() -> Duration {
    START.elapsed()
}

#[expect(clippy::disallowed_methods, reason = "a binary reads its clock in one place")]
fn now() -> Instant {
    Instant::now()
}
