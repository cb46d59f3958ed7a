//! Writing the links of a run, signed on all cores.

use std::io;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::PathBuf;

use csv::{Terminator, Writer, WriterBuilder};
use verilabel_symbol::{SheetError, SymbolError};
use verilabel_wire::{KeyId, Sign};

use super::RunPlan;
use super::fan_out::fan_out;
use crate::Refusal;

/// Units that a core signs before it hands them over: some 150 KiB of text.
pub(super) const PART: u32 = 500;

/// Why a run cannot be written out, or not further. Whole lines that were written stay good.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The run, or its signer.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// The signer is not the run's.
    #[error("the run is to be signed by key {due}, not by key {given}")]
    AnotherKey {
        /// The key of the run.
        due: KeyId,
        /// The key given.
        given: KeyId,
    },
    /// The file, or wherever it goes.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The file that the links are to come from.
    #[error("the links, {}: {reason}", path.display())]
    Links {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Somebody is writing it.
    #[error("{} is being written by another process", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// It holds something else.
    #[error("{} is not the file of this run: {reason}", path.display())]
    AnotherFile {
        /// The file.
        path: PathBuf,
        /// What is in it.
        reason: String,
    },
    /// Units that the run does not have, or none at all.
    #[error("{count} units from number {first} on were asked for; the run has {units}, numbered from 0")]
    NoSuchUnits {
        /// The first asked for.
        first: u32,
        /// How many.
        count: u32,
        /// Those of the run.
        units: u32,
    },
    /// More symbols than one file has.
    #[error("{units} symbols are more than the {max} of one file")]
    TooManySymbols {
        /// Units asked for.
        units: u32,
        /// The most.
        max: u32,
    },
    /// A symbol.
    #[error(transparent)]
    Symbol(#[from] SymbolError),
    /// The sheet.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// A thread ended without a word.
    #[error("a signing thread ended early")]
    Thread,
}

impl RunError {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refusal(refusal) => refusal.code(),
            Self::AnotherKey { .. } => "run-another-key",
            Self::File { .. } => "run-file",
            Self::Links { .. } => "run-links",
            Self::Busy { .. } => "run-file-busy",
            Self::AnotherFile { .. } => "run-another-file",
            Self::NoSuchUnits { .. } => "run-no-such-units",
            Self::TooManySymbols { .. } => "run-too-many-symbols",
            Self::Symbol(error) => error.code(),
            Self::Sheet(error) => error.code(),
            Self::Thread => "run-thread",
        }
    }

    pub(super) fn file(path: &std::path::Path, error: &impl std::fmt::Display) -> Self {
        Self::File { path: path.to_owned(), reason: error.to_string() }
    }
}

impl RunPlan {
    /// The first line of a run's file.
    pub const COLUMNS: [&'static str; 4] = ["unit", "gtin", "serial", "link"];

    /// Signs the links of those units and hands them over in order: whole lines of CSV (RFC 4180, lines ending in
    /// LF) with the columns of [`Self::COLUMNS`], without a heading, and how many units are written with them. Units
    /// count from 0.
    ///
    /// # Errors
    /// [`RunError::AnotherKey`] before anything is written; then those of the signer and of `out`.
    pub fn write_links(
        &self,
        units: Range<u32>,
        signer: &(dyn Sign + Sync),
        cores: NonZeroUsize,
        mut out: impl FnMut(&[u8], u32) -> Result<(), RunError>,
    ) -> Result<(), RunError> {
        let (due, given) = (self.key().id(), signer.key().id());
        if due != given {
            return Err(RunError::AnotherKey { due, given });
        }
        let last = units.end.min(self.record().units);
        let parts = last.saturating_sub(units.start).div_ceil(PART);
        let part = |part: u32| {
            let first = units.start + part * PART;
            let end = last.min(first.saturating_add(PART));
            Ok((self.lines(first..end, signer)?, end))
        };
        fan_out(parts, cores, part, |(lines, end)| out(&lines, end)).unwrap_or(Err(RunError::Thread))
    }

    fn lines(&self, units: Range<u32>, signer: &dyn Sign) -> Result<Vec<u8>, Refusal> {
        let mut lines = csv_lines();
        for n in units {
            let unit = self.unit(n)?;
            let link = self.sign(&unit, signer)?.link;
            let fields = [&n.to_string(), unit.path.gtin.as_str(), unit.serial.as_str(), &link];
            lines.write_record(fields).map_err(in_memory)?;
        }
        lines.into_inner().map_err(in_memory)
    }
}

/// Lines of CSV as runs have them, in memory.
pub(super) fn csv_lines() -> Writer<Vec<u8>> {
    WriterBuilder::new().terminator(Terminator::Any(b'\n')).from_writer(Vec::new())
}

/// Writing to memory does not fail.
fn in_memory(error: impl std::fmt::Display) -> Refusal {
    Refusal::damaged("a line of a run", &error)
}

impl From<RunError> for io::Error {
    fn from(error: RunError) -> Self {
        Self::other(error)
    }
}
