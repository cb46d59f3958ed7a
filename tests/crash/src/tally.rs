//! What was tried, and what failed.

use std::fmt;
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

/// Counts from all threads.
#[derive(Default)]
pub(crate) struct Tally(Mutex<Totals>);

/// What was tried, and what failed.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct Totals {
    /// System calls killed at or made to fail.
    pub(crate) points: u32,
    /// Kills under load.
    pub(crate) kills: u32,
    /// Points and kills after which something was not as it must be.
    pub(crate) failures: u32,
}

impl Tally {
    /// Counts a point; its faults are told.
    pub(crate) fn point(&self, name: &str, faults: &[String]) {
        let mut totals = self.lock();
        totals.points += 1;
        totals.failed(name, faults);
    }

    /// Counts a kill; its faults are told.
    pub(crate) fn kill(&self, name: &str, faults: &[String]) {
        let mut totals = self.lock();
        totals.kills += 1;
        totals.failed(name, faults);
    }

    /// Counts something else that must hold.
    pub(crate) fn also(&self, name: &str, faults: &[String]) {
        self.lock().failed(name, faults);
    }

    /// Tells a person how far it is.
    pub(crate) fn progress(&self, part: &str, done: usize, of: usize) {
        if std::io::stderr().is_terminal() {
            let failures = self.lock().failures;
            let end = if done == of { "\n" } else { "" };
            eprint!("\r{part}: {done} of {of}, {failures} failed{end}");
            let _ = std::io::stderr().flush();
        }
    }

    pub(crate) fn totals(&self) -> Totals {
        *self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, Totals> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Totals {
    fn failed(&mut self, name: &str, faults: &[String]) {
        if !faults.is_empty() {
            self.failures += 1;
            crate::say(&format!("\nFAILED {name}\n    {}", faults.join("\n    ")));
        }
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} points and {} kills tried, {} failed", self.points, self.kills, self.failures)
    }
}
