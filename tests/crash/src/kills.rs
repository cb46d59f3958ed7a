//! The service is killed at random moments while clients work.
//!
//! What each kill leaves is copied, and the copy is looked at as after any crash; meanwhile the service starts again on
//! the folder itself, and the clients ask again what they have had no answer to. After some kills the service is left
//! alone until all is published, and an authority begins anew.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::bench::{Bench, copy};
use crate::house::{House, publication};
use crate::load::{CLIENTS, Load, Tokens};
use crate::reader::Reader;
use crate::service::Service;
use crate::tally::Tally;
use crate::told::Told;
use crate::{Result, check, say, times};

/// Kills of one authority.
const OF_ONE: u32 = 10;
/// The service lives at least so many milliseconds, and at most so many more.
const LIFE: (u64, u64) = (30, 1_500);
/// How long after a restart everything that was decided may take to be out there.
const PUBLISHED_WITHIN: Duration = Duration::from_mins(1);

/// Kills the service so many times.
pub(crate) fn run(bench: &Bench, kills: u32, seed: u64, tally: &Tally) -> Result<()> {
    if kills == 0 {
        return Ok(());
    }
    let template = bench.empty("served")?;
    let tokens = bench.runtime.block_on(found(&template))?;
    let mut random = Random(seed);
    let mut done = 0;
    let (mut approved, mut suspended) = (0, 0);
    while done < kills {
        let folder = bench.empty("served-now")?;
        copy(&template, &folder)?;
        let of_this = OF_ONE.min(kills - done);
        let mut authority = Killed::new(bench, &folder, &tokens)?;
        for _ in 0..of_this {
            let life = Duration::from_millis(LIFE.0 + random.below(LIFE.1));
            let faults = authority.kill_after(life)?;
            done += 1;
            tally.kill(&format!("kill {done}, after {} ms", life.as_millis()), &faults);
            tally.progress("kills", usize::try_from(done)?, usize::try_from(kills)?);
        }
        let (told, faults) = authority.settle()?;
        tally.also(&format!("publishing after kill {done}"), &faults);
        approved += told.approved.len();
        suspended += told.suspended.len();
    }
    say(&format!("{kills} kills under {CLIENTS} clients: {approved} labels approved, {suspended} suspended"));
    Ok(())
}

async fn found(folder: &Path) -> Result<Tokens> {
    let house = House::found(folder, times::now()?).await?;
    let tokens = Tokens { officer: house.token("olga").await?, approver: house.token("anna").await? };
    house.close().await;
    Ok(tokens)
}

/// An authority that is killed again and again.
struct Killed<'a> {
    bench: &'a Bench,
    folder: &'a Path,
    load: Load,
    reader: Reader,
}

impl<'a> Killed<'a> {
    fn new(bench: &'a Bench, folder: &'a Path, tokens: &Tokens) -> Result<Self> {
        let now = times::now()?;
        let load = bench.runtime.block_on(async { Load::new(tokens, now) });
        let reader = Reader::new(&publication(folder), now)?;
        Ok(Self { bench, folder, load, reader })
    }

    /// Serves for a while under load, is killed, and gives what is not as it must be afterwards.
    fn kill_after(&mut self, life: Duration) -> Result<Vec<String>> {
        let service = match Service::start(self.folder) {
            Ok(service) => service,
            Err(error) => return Ok(vec![error.to_string()]),
        };
        self.load.service_is(Some(service.address));
        std::thread::sleep(life);
        service.kill()?;
        self.load.service_is(None);
        let told = self.load.told();
        let left = self.bench.empty("left")?;
        copy(self.folder, &left)?;
        let now = times::now()?;
        let mut faults = self.bench.runtime.block_on(check::after(&left, &self.reader, &told, now));
        faults.extend(self.load.faults());
        if let Err(error) = self.reader.follow(&publication(self.folder), now) {
            faults.push(format!("a verifier cannot follow: {error}"));
        }
        Ok(faults)
    }

    /// Leaves the service alone until everything that clients were told is out there.
    fn settle(self) -> Result<(Told, Vec<String>)> {
        let told = self.load.told();
        let service = Service::start(self.folder)?;
        let begun = now();
        let mut missing = self.missing(&told)?;
        while !missing.is_empty() && now().duration_since(begun) < PUBLISHED_WITHIN {
            std::thread::sleep(Duration::from_millis(100));
            missing = self.missing(&told)?;
        }
        service.kill()?;
        Ok((told, missing))
    }

    fn missing(&self, told: &Told) -> Result<Vec<String>> {
        let seen = self.reader.look(&publication(self.folder), times::now()?);
        let approved =
            told.approved.iter().filter(|n| !seen.in_force.contains(*n) && !seen.revoked.contains(*n));
        let mut missing: Vec<String> = approved.map(|n| format!("{n} is not out there")).collect();
        let suspended = told.suspended.difference(&seen.revoked);
        missing.extend(suspended.map(|n| format!("the suspension of {n} is not out there")));
        missing.extend(seen.faults);
        Ok(missing)
    }
}

#[expect(clippy::disallowed_methods, reason = "how long a publication takes is what is measured")]
fn now() -> Instant {
    Instant::now()
}

/// Numbers that follow from a seed (`SplitMix64`).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
}
