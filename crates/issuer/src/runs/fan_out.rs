//! Work in order on all cores, in memory that does not grow with it.

use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

/// Parts that a core may be ahead.
const AHEAD: usize = 2;

/// Makes so many parts, each on one of the cores, and hands them over in their order. The first part that fails,
/// or that is not taken, ends it; `None` if a core gave up without a word.
pub(super) fn fan_out<T: Send, E: Send>(
    parts: u32,
    cores: NonZeroUsize,
    make: impl Fn(u32) -> Result<T, E> + Sync,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Option<Result<(), E>> {
    thread::scope(|scope| {
        let make = &make;
        // Each core has every so-manieth part, so the order is known without sorting.
        let cores: Vec<Receiver<Result<T, E>>> = (0..cores.get())
            .map(|core| {
                let (done, taken) = sync_channel(AHEAD);
                scope.spawn(move || {
                    for part in (0..parts).skip(core).step_by(cores.get()) {
                        // Nobody takes it any more: the end was reached, or something failed.
                        if done.send(make(part)).is_err() {
                            return;
                        }
                    }
                });
                taken
            })
            .collect();
        for (_, core) in (0..parts).zip(cores.iter().cycle()) {
            let taken = core.recv().ok()?.and_then(&mut take);
            if taken.is_err() {
                return Some(taken);
            }
        }
        Some(Ok(()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cores(n: usize) -> NonZeroUsize {
        NonZeroUsize::new(n).unwrap()
    }

    #[test]
    fn parts_come_in_their_order_whatever_the_number_of_cores() {
        for n in 1..5 {
            let mut taken = Vec::new();
            let done = fan_out(
                100,
                cores(n),
                |part| Ok::<_, ()>(part * 2),
                |part| {
                    taken.push(part);
                    Ok(())
                },
            );
            assert_eq!(done, Some(Ok(())));
            assert_eq!(taken, (0..100).map(|part| part * 2).collect::<Vec<_>>(), "{n} cores");
        }
        assert_eq!(fan_out(0, cores(2), |_| Err::<(), _>(1), |()| Ok(())), Some(Ok(())));
    }

    #[test]
    fn the_first_fault_ends_it() {
        let mut taken = 0;
        let failed = fan_out(
            1_000,
            cores(3),
            |part| if part == 7 { Err("seven") } else { Ok(part) },
            |_| {
                taken += 1;
                Ok(())
            },
        );
        assert_eq!((failed, taken), (Some(Err("seven")), 7));
        let refused = fan_out(1_000, cores(3), Ok, |part| if part < 20 { Ok(()) } else { Err("full") });
        assert_eq!(refused, Some(Err("full")));
    }
}
