//! What a caller was told: none of it may be lost.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use verilabel_issuer::{Anchor, AwardId, Seq};
use verilabel_label::{LabelNumber, StatusRef};

/// An answer that a caller has got.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// An award was prepared.
    Prepared(LabelNumber, AwardId),
    /// It was approved.
    Approved(LabelNumber),
    /// Its label has that status entry.
    Entry(LabelNumber, StatusRef),
    /// It was minted.
    Link(String),
    /// The label was suspended.
    Suspended(LabelNumber),
    /// The product of the first label has its new picture.
    Photographed,
    /// Everything up to now was published with that release.
    Published(u64),
    /// The audit chain ends there.
    ChainEnd(i64, String),
    /// It was said, last of all, that nothing was done.
    NotDone(Wish, LabelNumber),
    /// It was said that nothing was done, and it had been.
    DoneAllTheSame(String),
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Wish {
    Prepare,
    Approve,
    Suspend,
    Photograph,
}

/// All that callers have been told.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    pub(crate) prepared: BTreeMap<LabelNumber, AwardId>,
    pub(crate) approved: BTreeSet<LabelNumber>,
    pub(crate) entries: BTreeMap<LabelNumber, StatusRef>,
    pub(crate) links: BTreeSet<String>,
    pub(crate) suspended: BTreeSet<LabelNumber>,
    pub(crate) photographed: bool,
    /// The release that everything told before it was published with.
    pub(crate) release: Option<(u64, Published)>,
    pub(crate) chain: Vec<Anchor>,
    pub(crate) not_done: Vec<(Wish, LabelNumber)>,
    pub(crate) lies: Vec<String>,
}

/// What must be out there.
#[derive(Debug, Clone, Default)]
pub(crate) struct Published {
    pub(crate) approved: BTreeSet<LabelNumber>,
    pub(crate) suspended: BTreeSet<LabelNumber>,
    pub(crate) photographed: bool,
}

impl Told {
    /// Reads the answers from lines. What was cut off in the middle of a line nobody has heard.
    pub(crate) fn read(lines: &str) -> Result<Self, serde_json::Error> {
        let mut told = Self::default();
        for line in lines.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')) {
            told.hear(serde_json::from_str(line)?);
        }
        Ok(told)
    }

    /// Forgets what was said not to have been done.
    pub(crate) fn forget_what_was_not_done(&mut self) {
        self.not_done.clear();
        self.lies.clear();
    }

    pub(crate) fn hear(&mut self, answer: Answer) {
        match answer {
            Answer::Prepared(number, award) => drop(self.prepared.insert(number, award)),
            Answer::Approved(number) => drop(self.approved.insert(number)),
            Answer::Entry(number, entry) => drop(self.entries.insert(number, entry)),
            Answer::Link(link) => drop(self.links.insert(link)),
            Answer::Suspended(number) => drop(self.suspended.insert(number)),
            Answer::Photographed => self.photographed = true,
            Answer::Published(release) => {
                let (approved, suspended) = (self.approved.clone(), self.suspended.clone());
                let photographed = self.photographed;
                self.release = Some((release, Published { approved, suspended, photographed }));
            }
            Answer::ChainEnd(seq, hash) => {
                if let Ok(hash) = hash.parse() {
                    self.chain.push(Anchor { seq: Seq::new(seq), hash });
                }
            }
            Answer::NotDone(wish, number) => self.not_done.push((wish, number)),
            Answer::DoneAllTheSame(what) => self.lies.push(what),
        }
    }
}
