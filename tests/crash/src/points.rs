//! A kill and an I/O error at each file-changing system call.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::bench::{Bench, Start};
use crate::plants::Plant;
use crate::strace::{self, Fault, Point, Work};
use crate::tally::Tally;
use crate::told::Told;
use crate::{Result, check, say, times};

/// How often a point is tried that the work does not come to.
const ATTEMPTS: usize = 5;
/// At most one point in so many may be missed, and this many in any case: a sample is small.
const MOST_MISSED: usize = 100;
const MAY_BE_MISSED: usize = 2;
/// At most one call in so many may come now and then, and this many in any case: more would leave holes that no point
/// fills.
const MOST_UNSTEADY: usize = 10;
const MAY_BE_UNSTEADY: usize = 5;

/// Which points.
pub(crate) struct Choice {
    /// Only every so-manieth.
    pub(crate) every: usize,
    /// Which of them is the first.
    pub(crate) seed: u64,
    /// Only those with that in their names.
    pub(crate) only: Option<String>,
}

/// Where the work is cut off for the first time, where it is cut off twice: in a commit, before the timestamp that
/// makes a release, and before the link that makes a label.
const FIRST_CUTS: [(&str, &str, &str); 3] = [
    ("after a cut in a commit, ", "pwrite64", "authority.db-wal"),
    ("after a cut in a release, ", "rename", "timestamp.json#1"),
    ("after a cut in a label, ", "rename", "link.txt#1"),
];

/// A point to be tried.
struct Try<'a> {
    start: &'a Start,
    point: Point,
    fault: Fault,
}

/// Counts the calls of the work, then cuts it off at each that was chosen. What takes up work that was cut off before
/// is cut off in the same way.
pub(crate) fn run(bench: &Bench, choice: &Choice, tally: &Tally) -> Result<()> {
    let morning = bench.morning();
    let points = count(bench, &morning, tally)?;
    let mut starts = Vec::new();
    for (name, call, path) in FIRST_CUTS {
        let alike: Vec<&Point> = points.iter().filter(|p| p.call == call && p.path.ends_with(path)).collect();
        let point = alike.get(alike.len() / 2).ok_or("the work has no such call any more")?;
        starts.push(cut_off(bench, &morning, name, point)?);
    }
    let mut all = tries(&morning, points);
    for start in &starts {
        all.extend(tries(start, count(bench, start, tally)?));
    }
    let every = choice.every.max(1);
    let first = usize::try_from(choice.seed)? % every;
    let is_wanted =
        |one: &&Try<'_>| choice.only.as_ref().is_none_or(|only| one.to_string().contains(only.as_str()));
    let chosen: Vec<_> = all.iter().filter(is_wanted).skip(first).step_by(every).collect();
    say(&format!("{} of {} points", chosen.len(), all.len()));
    each("points", &chosen, tally, |worker, point| attempts(bench, worker, point))
}

/// Tries every point, on as many threads as there are processors; each by a function that gives what is not as it must
/// be, or nothing if the work did not come to the point.
pub(crate) fn each<T: std::fmt::Display + Sync>(
    part: &'static str,
    chosen: &[T],
    tally: &Tally,
    attempts: impl Fn(usize, &T) -> Result<Option<Vec<String>>> + Sync,
) -> Result<()> {
    let (next, missed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let trouble = Mutex::new(None);
    let work = |worker: usize| {
        while let Some(point) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
            match attempts(worker, point) {
                Ok(Some(faults)) => tally.point(&point.to_string(), &faults),
                Ok(None) => {
                    missed.fetch_add(1, Ordering::Relaxed);
                    say(&format!("not come to again: {point}"));
                }
                Err(error) => {
                    *trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                }
            }
            tally.progress(part, next.load(Ordering::Relaxed).min(chosen.len()), chosen.len());
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
        say(&format!(
            "{missed} points were not come to again: which thread reads first is not the same each time"
        ));
    }
    if missed > MAY_BE_MISSED.max(chosen.len() / MOST_MISSED) {
        tally.also(part, &[format!("{missed} of {} were not come to", chosen.len())]);
    }
    trouble.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
}

impl std::fmt::Display for Try<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{} at {}", self.start.name, self.fault, self.point)
    }
}

fn tries(start: &Start, points: Vec<Point>) -> Vec<Try<'_>> {
    let both = |point: Point| Fault::BOTH.map(|fault| Try { start, point: point.clone(), fault });
    points.into_iter().flat_map(both).collect()
}

/// Counts twice: nobody can aim at a call that the work comes to now and then, as when one thread happens to close a
/// database before another opens it. Many such calls are a failure: they are not tried.
fn count(bench: &Bench, start: &Start, tally: &Tally) -> Result<Vec<Point>> {
    let once = || strace::count(&Work::day(&bench.fresh("count", start)?, None)?);
    let ((mut points, alike), (again, _)) = (once()?, once()?);
    let all = points.len();
    points.retain(|point| again.contains(point));
    let unsteady = all - points.len();
    say(&format!(
        "{}{} file-changing system calls, and {alike} that are the same to strace as one of these; {unsteady} more now and then",
        start.name,
        points.len()
    ));
    if unsteady > MAY_BE_UNSTEADY.max(all / MOST_UNSTEADY) {
        let fault = format!("{unsteady} of {all} calls did not come a second time: they cannot be tried");
        tally.also(&format!("{}the count of calls", start.name), &[fault]);
    }
    Ok(points)
}

/// What is left of work that was killed at a point.
fn cut_off(bench: &Bench, start: &Start, name: &'static str, point: &Point) -> Result<Start> {
    for _ in 0..ATTEMPTS {
        let folder = bench.fresh(name.trim_end_matches(", "), start)?;
        let ended = strace::inject(&Work::day(&folder, None)?, point, Fault::Kill)?;
        if ended.hits > 0 {
            return Ok(Start { name, folder, told: ended.told });
        }
    }
    Err(format!("the work does not come to {point}").into())
}

/// Tries a point until the work comes to it.
fn attempts(bench: &Bench, worker: usize, point: &Try<'_>) -> Result<Option<Vec<String>>> {
    for _ in 0..ATTEMPTS {
        if let Some(faults) = one(bench, worker, point.start, None, &point.point, point.fault)? {
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
    start: &Start,
    plant: Option<Plant>,
    point: &Point,
    fault: Fault,
) -> Result<Option<Vec<String>>> {
    let folder = bench.fresh(&format!("worker-{worker}"), start)?;
    let ended = strace::inject(&Work::day(&folder, plant)?, point, fault)?;
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
    let mut told = Told::read(&format!("{}{}", start.told, ended.told))?;
    if !start.name.is_empty() {
        // What is said now not to have been done may have been done before.
        told.forget_what_was_not_done();
    }
    faults.extend(bench.runtime.block_on(check::after(&folder, &bench.reader, &told, times::restart()?)));
    Ok(Some(faults))
}
