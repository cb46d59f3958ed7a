//! How many units are put on record as written at once.

use std::num::NonZeroUsize;

use super::write::PART;

/// Least parts of a block: 20,000 units. A transaction for each takes little time beside their signatures, and where a
/// writer was killed, verifiers are told of no more than so many that were never signed.
const LEAST: u32 = 40;
/// Parts of each core, so that all cores end together.
const OF_A_CORE: u32 = 4;

/// Units of a block that so many cores sign.
pub(crate) fn block(cores: NonZeroUsize) -> u32 {
    let cores = u32::try_from(cores.get()).unwrap_or(u32::MAX);
    cores.saturating_mul(OF_A_CORE).max(LEAST).saturating_mul(PART)
}
