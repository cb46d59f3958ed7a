//! Kills under load.

use crate::Result;
use crate::bench::Bench;
use crate::tally::Tally;

pub(crate) fn run(_: &Bench, _: u32, _: u64, _: &Tally) -> Result<()> {
    Ok(())
}
