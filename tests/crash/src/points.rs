//! A kill and an I/O error at each file-changing system call.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::bench::Bench;
use crate::plants::Plant;
use crate::strace::{self, Fault, Point};
use crate::tally::Tally;
use crate::told::Told;
use crate::{Result, check, say, times};

/// How often a point is tried that the work does not come to.
const ATTEMPTS: usize = 5;
/// At most one point in so many may be missed.
const MOST_MISSED: usize = 100;

/// Which points.
pub(crate) struct Choice {
    /// Only every so-manieth.
    pub(crate) every: usize,
    /// Which of them is the first.
    pub(crate) seed: u64,
    /// Only those with that in their names.
    pub(crate) only: Option<String>,
}

/// Counts the calls of the work, then cuts it off at each that was chosen.
pub(crate) fn run(bench: &Bench, choice: &Choice, tally: &Tally) -> Result<()> {
    let (points, alike) = strace::count(&bench.fresh("count")?, None)?;
    let all: Vec<(Point, Fault)> =
        points.iter().flat_map(|point| Fault::BOTH.map(|fault| (point.clone(), fault))).collect();
    let every = choice.every.max(1);
    let first = usize::try_from(choice.seed)? % every;
    let is_wanted = |(point, _): &(Point, Fault)| {
        choice.only.as_ref().is_none_or(|only| point.to_string().contains(only.as_str()))
    };
    let chosen: Vec<_> = all.iter().filter(|one| is_wanted(one)).skip(first).step_by(every).collect();
    say(&format!(
        "{} file-changing system calls, {alike} more that are the same to strace; {} of {} points",
        points.len(),
        chosen.len(),
        all.len()
    ));
    let (next, missed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let trouble = Mutex::new(None);
    let work = |worker: usize| {
        while let Some((point, fault)) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
            match attempts(bench, worker, point, *fault) {
                Ok(Some(faults)) => tally.point(&format!("{fault} at {point}"), &faults),
                Ok(None) => drop(missed.fetch_add(1, Ordering::Relaxed)),
                Err(error) => *trouble.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(error),
            }
            tally.progress("points", next.load(Ordering::Relaxed).min(chosen.len()), chosen.len());
        }
    };
    let work = &work;
    thread::scope(|scope| {
        for worker in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(move || work(worker));
        }
    });
    let missed = missed.into_inner();
    if missed > 0 {
        say(&format!("{missed} points were not come to again: which thread reads first is not the same each time"));
    }
    if missed * MOST_MISSED > chosen.len() {
        tally.also("the points", &[format!("{missed} of {} were not come to", chosen.len())]);
    }
    trouble.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).map_or(Ok(()), Err)
}

/// Tries a point until the work comes to it.
fn attempts(bench: &Bench, worker: usize, point: &Point, fault: Fault) -> Result<Option<Vec<String>>> {
    for _ in 0..ATTEMPTS {
        if let Some(faults) = one(bench, worker, None, point, fault)? {
            return Ok(Some(faults));
        }
    }
    Ok(None)
}

/// Does the work with a fault at a point, and gives what is not as it must be afterwards; nothing if the work did not
/// come to the point.
pub(crate) fn one(
    bench: &Bench,
    worker: usize,
    plant: Option<Plant>,
    point: &Point,
    fault: Fault,
) -> Result<Option<Vec<String>>> {
    let folder = bench.fresh(&format!("worker-{worker}"))?;
    let ended = strace::inject(&folder, plant, point, fault)?;
    if ended.hits == 0 {
        return Ok(None);
    }
    let mut faults = Vec::new();
    // A call that fails once stops nobody: what was asked for is asked for again. Where it goes on failing, the work
    // ends with an error, and not by a panic.
    let ended_well = match (fault, ended.code) {
        (Fault::Kill, _) | (Fault::Error, Some(0)) => true,
        (Fault::Error, code) => ended.hits > 1 && code == Some(1),
    };
    if !ended_well {
        faults.push(format!("the work ends there: {}", ended.said.trim_end()));
    }
    let told = Told::read(&ended.told)?;
    faults.extend(bench.runtime.block_on(check::after(&folder, &bench.reader, &told, times::restart()?)));
    Ok(Some(faults))
}
