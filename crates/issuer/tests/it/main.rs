//! The authority at work, each test on SQLite and on PostgreSQL.

#![expect(clippy::disallowed_methods, reason = "tests make generators and throw their keys away")]
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what is missing fails the test")]

mod support;

mod api;
mod audit;
mod awards;
mod backup;
mod bucket;
mod ceremony;
mod commands;
mod crowd;
mod evidence;
mod idempotency;
mod imports;
mod keys;
mod outage;
mod partners;
mod publish;
mod run_files;
mod run_writing;
mod runs;
mod standing;
mod two_people;
mod users;
