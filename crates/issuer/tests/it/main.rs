//! The authority at work, each test on SQLite and on PostgreSQL.

#![expect(missing_docs, reason = "tests")]
#![expect(clippy::disallowed_methods, reason = "tests make generators and throw their keys away")]

mod support;

mod api;
mod audit;
mod awards;
mod crowd;
mod evidence;
mod idempotency;
mod keys;
mod outage;
mod runs;
mod standing;
mod two_people;
mod users;
