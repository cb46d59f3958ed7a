//! The loop that publishes what is decided, as it is decided.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use super::{PublicationError, Published, Publisher};
use crate::Seq;

/// The first wait after a failure; each further failure doubles it.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait after a failure: a change of standing must be out there within a minute of the folder's
/// coming back.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// When the loop goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// After a breath: there is more to do.
    AtOnce,
    /// When something is decided, or after the usual while.
    OnChange,
    /// Not before.
    After(Duration),
}

impl Publisher {
    /// Publishes whatever is decided, and signs anew what nears its expiry, until `shutdown` is ready. A
    /// publication that has begun is ended first. No error ends it: what cannot be done is tried again, and
    /// [`Publisher::health`] tells.
    pub async fn run(mut self, shutdown: impl Future<Output = ()> + Send) {
        let mut latest = self.authority.latest_event();
        let mut shutdown = pin!(shutdown);
        let mut next = Next::AtOnce;
        loop {
            tokio::select! {
                biased;
                () = &mut shutdown => return,
                () = self.wait(next, &mut latest) => {}
            }
            latest.borrow_and_update();
            let failures = self.health.borrow().failures_in_a_row;
            next = after(&self.publish().await, failures);
        }
    }

    async fn wait(&self, next: Next, latest: &mut watch::Receiver<Seq>) {
        // Decisions come in bursts: those of a breath share a release.
        sleep(self.settings.breath).await;
        match next {
            Next::AtOnce => {}
            Next::After(wait) => sleep(wait).await,
            Next::OnChange => {
                // The sender lives as long as the authority does.
                let _ = tokio::time::timeout(self.settings.poll, latest.changed()).await;
            }
        }
    }
}

fn after(outcome: &Result<Published, PublicationError>, failures_before: u32) -> Next {
    match outcome {
        Ok(done) if done.more => Next::AtOnce,
        Ok(_) => Next::OnChange,
        Err(error) if error.is_contention() => Next::After(FIRST_WAIT),
        Err(_) => Next::After(FIRST_WAIT.saturating_mul(1 << failures_before.min(5)).min(LONGEST_WAIT)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_runs_as_a_task() {
        fn is_task<T: Future<Output = ()> + Send + 'static>(_: fn(Publisher) -> T) {}
        is_task(|publisher| publisher.run(std::future::pending()));
    }

    #[test]
    fn waits_grow_up_to_a_limit() {
        let failed = || Err(PublicationError::ForeignFolder);
        let waits: Vec<_> = (0..7).map(|before| after(&failed(), before)).collect();
        let seconds = [1, 2, 4, 8, 16, 30, 30].map(|s| Next::After(Duration::from_secs(s)));
        assert_eq!(waits, seconds);
        assert_eq!(after(&Err(PublicationError::Overtaken), 6), Next::After(FIRST_WAIT));
        assert_eq!(after(&Ok(Published { more: true, ..Published::default() }), 0), Next::AtOnce);
        assert_eq!(after(&Ok(Published::default()), 3), Next::OnChange);
    }
}
