//! Imports: products and awards from CSV files, strictly, with a report for each line.
//!
//! A table is read whole before anything is done. Each line that does not read is reported with its line number,
//! its column, what stands there and what should. What reads is then decided like anything else, by the officer
//! who imports: awards become drafts, which another person approves.

mod awards;
mod fault;
mod products;
mod table;

pub use fault::{ImportFault, TableError};
pub use products::ImportProduct;

use std::io::Read;

use crate::{Authority, Batch, BatchMode, Decision, Order, PrepareAward, Refusal};

/// Decisions of one transaction where those that are refused do not hold up the others.
const GROUP: usize = 500;

/// A table that was read: what each line asks for, and the lines that do not read.
#[derive(Debug)]
pub struct ImportTable<D> {
    decisions: Vec<D>,
    /// The line of each decision.
    lines: Vec<u64>,
    faults: Vec<ImportFault>,
}

/// What an import came to.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportReport<T> {
    /// Lines below the heading.
    pub lines: u64,
    /// What was made, by line.
    pub done: Vec<(u64, T)>,
    /// What was not, by line: several faults of a line may be told.
    pub faults: Vec<ImportFault>,
    /// Whether the rules were asked: not where lines did not read and nothing was to be done then.
    pub rules_checked: bool,
}

impl ImportTable<PrepareAward> {
    /// Reads `awards.csv`.
    ///
    /// # Errors
    /// [`TableError`] for what is no such table at all.
    pub fn awards(input: impl Read) -> Result<Self, TableError> {
        Self::read(input, &awards::COLUMNS, |row| awards::draft(row).map(|draft| PrepareAward { draft }))
    }
}

impl ImportTable<ImportProduct> {
    /// Reads `products.csv`.
    ///
    /// # Errors
    /// [`TableError`] for what is no such table at all.
    pub fn products(input: impl Read) -> Result<Self, TableError> {
        Self::read(input, &products::COLUMNS, products::product)
    }
}

impl<D> ImportTable<D> {
    fn read(
        input: impl Read,
        columns: &'static [table::Column],
        decision: impl Fn(&mut table::Row<'_>) -> Result<D, table::Noted>,
    ) -> Result<Self, TableError> {
        let mut table = table::Table::open(input, columns)?;
        let mut read = Self { decisions: Vec::new(), lines: Vec::new(), faults: Vec::new() };
        while let Some(mut row) = table.next_row()? {
            let line = row.line();
            let found = decision(&mut row);
            let faults = row.into_faults();
            match found {
                Ok(decision) if faults.is_empty() => {
                    read.decisions.push(decision);
                    read.lines.push(line);
                }
                _ => read.faults.extend(faults),
            }
        }
        Ok(read)
    }

    /// Lines that read, and so will be asked for.
    #[must_use]
    pub fn readable(&self) -> usize {
        self.decisions.len()
    }

    /// What is wrong with the lines that do not read, in their order.
    #[must_use]
    pub fn faults(&self) -> &[ImportFault] {
        &self.faults
    }
}

impl<D: Decision> ImportTable<D> {
    /// Does what the table asks for: all of it, in one transaction, or, where going on is the mode, whatever is not
    /// refused, in groups. `progress` hears how many lines were decided.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`] and whatever else concerns no line; in groups, those before it stand.
    pub async fn carry_out(
        self,
        authority: &Authority,
        order: &Order,
        mode: BatchMode,
        progress: impl Fn(usize),
    ) -> Result<ImportReport<D::Outcome>, Refusal> {
        let Self { decisions, lines, faults } = self;
        let unread = faults.iter().map(|fault| fault.line).collect::<std::collections::BTreeSet<_>>().len();
        let count = u64::try_from(decisions.len() + unread).unwrap_or(u64::MAX);
        let mut report = ImportReport { lines: count, done: Vec::new(), faults, rules_checked: true };
        if mode == BatchMode::AllOrNothing && !report.faults.is_empty() {
            report.rules_checked = false;
            return Ok(report);
        }
        let group = if mode == BatchMode::AllOrNothing { decisions.len().max(1) } else { GROUP };
        let mut decisions = decisions.into_iter();
        for lines in lines.chunks(group) {
            let batch = Batch { decisions: decisions.by_ref().take(lines.len()).collect(), mode };
            match authority.decide(order.clone(), batch).await {
                Ok(outcomes) => report.take(lines, outcomes),
                Err(Refusal::Several { faults, .. }) => {
                    let of_line = |(at, refusal): &(usize, Refusal)| {
                        Some(ImportFault::refused(*lines.get(*at)?, refusal))
                    };
                    report.faults.extend(faults.iter().filter_map(of_line));
                }
                Err(other) => return Err(other),
            }
            progress(report.done.len() + report.faults.len());
        }
        report.faults.sort_by_key(|fault| fault.line);
        Ok(report)
    }
}

impl<T> ImportReport<T> {
    fn take(&mut self, lines: &[u64], outcomes: Vec<Result<T, Refusal>>) {
        for (line, outcome) in lines.iter().zip(outcomes) {
            match outcome {
                Ok(made) => self.done.push((*line, made)),
                Err(refusal) => self.faults.push(ImportFault::refused(*line, &refusal)),
            }
        }
    }

    /// Whether every line was done.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.faults.is_empty()
    }
}
