//! Where statuses are kept: indices that say nothing about their neighbours.

mod permutation;

pub(crate) use permutation::{Permutation, Seed};

use serde::{Deserialize, Serialize};
use verilabel_label::StatusRef;

use crate::Refusal;

/// How many entries the status lists of an authority have: a power of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct ListBits(u8);

impl ListBits {
    /// The least and the most that are allowed: 16 entries for tests, 2²⁴ as most verifiers take.
    pub const RANGE: (u8, u8) = (4, 24);

    /// Checks the number.
    ///
    /// # Errors
    /// [`Refusal::OutOfRange`].
    pub fn new(bits: u8) -> Result<Self, Refusal> {
        let (min, max) = Self::RANGE;
        if (min..=max).contains(&bits) {
            return Ok(Self(bits));
        }
        Err(Refusal::OutOfRange {
            what: "the binary logarithm of a status list's entries",
            value: bits.into(),
            min: min.into(),
            max: max.into(),
        })
    }

    /// Entries of a list.
    #[must_use]
    pub fn entries(self) -> u32 {
        1 << self.0
    }

    /// The list that the n-th allocation falls into, and its place before permutation. Lists count from 1.
    pub(crate) fn split(self, allocation: i64) -> Result<(u32, u32), Refusal> {
        let damaged = || Refusal::damaged("a status allocation", &allocation);
        let allocation = u64::try_from(allocation).map_err(|_| damaged())?;
        let list = u32::try_from((allocation >> self.0) + 1).map_err(|_| damaged())?;
        let place = u32::try_from(allocation % u64::from(self.entries())).map_err(|_| damaged())?;
        Ok((list, place))
    }

    /// The first allocation of a list.
    pub(crate) fn first_of(self, list: u32) -> i64 {
        i64::from(list.saturating_sub(1)) << self.0
    }

    pub(crate) fn permutation(self, seed: &Seed) -> Permutation {
        Permutation::new(seed, self.0)
    }
}

impl Default for ListBits {
    /// 2²⁰ entries.
    fn default() -> Self {
        Self(20)
    }
}

impl TryFrom<u8> for ListBits {
    type Error = Refusal;
    fn try_from(bits: u8) -> Result<Self, Refusal> {
        Self::new(bits)
    }
}

impl From<ListBits> for u8 {
    fn from(bits: ListBits) -> Self {
        bits.0
    }
}

/// The permutations of some lists: turns allocations into entries.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    bits: ListBits,
    lists: std::collections::BTreeMap<u32, Permutation>,
}

impl Places {
    pub(crate) fn new(bits: ListBits) -> Self {
        Self { bits, lists: std::collections::BTreeMap::new() }
    }

    pub(crate) fn bits(&self) -> ListBits {
        self.bits
    }

    pub(crate) fn knows(&self, list: u32) -> bool {
        self.lists.contains_key(&list)
    }

    pub(crate) fn learn(&mut self, list: u32, seed: &Seed) {
        self.lists.insert(list, self.bits.permutation(seed));
    }

    /// Where the n-th allocation keeps its status; its list must be known.
    pub(crate) fn place(&self, allocation: i64) -> Result<StatusRef, Refusal> {
        let (list, place) = self.bits.split(allocation)?;
        let permutation = self.lists.get(&list).ok_or_else(|| Refusal::not_found("status list", &list))?;
        Ok(StatusRef { list, index: permutation.apply(place) })
    }

    /// The allocation that keeps its status there; its list must be known.
    pub(crate) fn allocation(&self, place: StatusRef) -> Option<i64> {
        let permutation = self.lists.get(&place.list).filter(|_| place.index < self.bits.entries())?;
        let before = i64::try_from(permutation.invert_wide(place.index.into())).ok()?;
        Some(self.bits.first_of(place.list) + before)
    }
}
