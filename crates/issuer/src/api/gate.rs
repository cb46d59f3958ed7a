//! Admission: so many requests at once, so many that wait, and no more.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use super::Limits;
use super::app::App;
use super::problem::Problem;
use crate::UserId;

/// Who may come in.
pub(super) struct Gate {
    working: Semaphore,
    waiting: Semaphore,
    patience: Duration,
    of_one: NonZeroUsize,
    users: Arc<Mutex<HashMap<UserId, usize>>>,
}

impl Gate {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            working: Semaphore::new(limits.requests.min(Semaphore::MAX_PERMITS)),
            waiting: Semaphore::new(limits.waiting.min(Semaphore::MAX_PERMITS)),
            patience: limits.patience(),
            of_one: limits.requests_of_one,
            users: Arc::default(),
        }
    }

    async fn enter(&self) -> Result<SemaphorePermit<'_>, Problem> {
        if let Ok(permit) = self.working.try_acquire() {
            return Ok(permit);
        }
        let _place = self.waiting.try_acquire().map_err(|_| Problem::overloaded())?;
        match timeout(self.patience, self.working.acquire()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(Problem::overloaded()),
        }
    }

    /// Counts a request of a user for as long as the turn is kept.
    pub(super) fn turn(&self, user: UserId) -> Result<Turn, Problem> {
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        let requests = users.entry(user).or_insert(0);
        if *requests >= self.of_one.get() {
            let detail = format!("this user has {requests} requests in work: wait for some of them");
            return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", detail));
        }
        *requests += 1;
        Ok(Turn { user, users: Arc::clone(&self.users) })
    }
}

/// A request of a user in work. The table holds none but users with requests in work.
#[derive(Debug)]
pub(super) struct Turn {
    user: UserId,
    users: Arc<Mutex<HashMap<UserId, usize>>>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        match users.get_mut(&self.user) {
            Some(requests) if *requests > 1 => *requests -= 1,
            _ => drop(users.remove(&self.user)),
        }
    }
}

/// Lets requests in, and ends those that take too long.
pub(super) async fn admit(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let _permit = match app.gate.enter().await {
        Ok(permit) => permit,
        Err(problem) => return problem.into_response(),
    };
    let answered = timeout(app.limits.request_time(), next.run(request)).await;
    answered.unwrap_or_else(|_| {
        let detail = "the request took too long; whether the change was made is not known: ask again under the same \
                      idempotency key, or look";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "time-limit", detail).into_response()
    })
}
